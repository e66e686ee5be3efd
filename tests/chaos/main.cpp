// wallet-chaos: an installation of its own, load, faults, and what came of it.

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <spdlog/spdlog.h>

#include "tests/chaos/arguments.hpp"
#include "tests/chaos/report.hpp"
#include "tests/support/scratch_folder.hpp"

namespace wallet::chaos {

namespace {

std::vector<const fault *> faults_with(const std::vector<int> &numbers) {
  std::vector<const fault *> found;
  for (const auto &one : all_faults())
    if (numbers.empty() ||
        std::find(numbers.begin(), numbers.end(), one.number) != numbers.end())
      found.push_back(&one);
  if (found.empty())
    throw std::runtime_error("there is no such fault: see --list");
  return found;
}

void run_schedule(campaign &ran, stage &on, const arguments &chosen) {
  for (const auto &next : chosen.schedule) {
    await([&] { return on.clients().now() >= next.after; }, next.after);
    std::vector<const fault *> together;
    for (const int number : next.faults)
      together.push_back(faults_with({number}).front());
    ran.run(together);
  }
}

void run_faults(campaign &ran, stage &on, const arguments &chosen) {
  const auto wanted = faults_with(chosen.faults);
  if (chosen.mix) {
    ran.run_mix(wanted, on.clients().now() + *chosen.mix);
  } else if (!chosen.schedule.empty()) {
    run_schedule(ran, on, chosen);
  } else {
    for (int i = 0; i < chosen.times; ++i)
      for (const auto *one : wanted)
        ran.run({one});
  }
}

/// The exit status.
int run(const arguments &chosen) {
  const testing::scratch_folder folder;
  // PostgreSQL's user has to get through.
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0711));
  stage on(chosen.chosen, chosen.seed, folder.path());
  campaign ran(on);
  run_faults(ran, on, chosen);
  auto noted = on.finish();
  const auto found = check(on, noted);
  print_report(std::cout, ran, on, on.clients().so_far(), found);
  return on.wrong().count() == 0 ? 0 : 1;
}

void print_list() {
  for (const auto &one : all_faults())
    std::cout << one.number << '\t' << one.name << ": " << one.must_hold
              << '\n';
}

} // namespace

} // namespace wallet::chaos

int main(int argc, char **argv) {
  using namespace wallet::chaos;
  const auto chosen = parse(argc, argv);
  if (!chosen) {
    std::fputs(usage, stderr);
    return 2;
  }
  if (chosen->must_list) {
    print_list();
    return 0;
  }
  spdlog::set_level(spdlog::level::off); // our servers have logs of their own
  obey_interrupts();
  std::cout << "seed " << chosen->seed << std::endl;
  try {
    return run(*chosen);
  } catch (const interrupted &) {
    std::fputs("wallet-chaos: interrupted, nothing was checked\n", stderr);
    return 130;
  } catch (const std::exception &failed) {
    std::fprintf(stderr, "wallet-chaos: %s\n", failed.what());
    return 1;
  }
}
