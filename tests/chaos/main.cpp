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

using namespace std::chrono_literals;

/// Fault 24 is the others in any order, for a while.
constexpr int soak = 24;
constexpr std::chrono::seconds short_soak = 20s, long_soak = 10min;
/// Those that go together with load and with each other.
constexpr int last_of_soak = 14;

/// Is it among the numbers? All are, of none.
bool is_wanted(int number, const std::vector<int> &numbers) {
  return numbers.empty() ||
         std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

std::vector<const fault *> faults_with(const std::vector<int> &numbers) {
  std::vector<const fault *> found;
  for (const auto &one : all_faults())
    if (is_wanted(one.number, numbers))
      found.push_back(&one);
  return found;
}

/// What a mix is made of, unless faults were chosen.
std::vector<const fault *> faults_to_mix(const std::vector<int> &numbers) {
  auto found = faults_with(numbers);
  if (numbers.empty())
    std::erase_if(found,
                  [](const auto *one) { return one->number > last_of_soak; });
  return found;
}

void require_faults(const arguments &chosen) {
  auto numbers = chosen.faults;
  for (const auto &one : chosen.schedule)
    numbers.insert(numbers.end(), one.faults.begin(), one.faults.end());
  for (const int number : numbers)
    if (number != soak && faults_with({number}).empty())
      throw std::runtime_error("there is no fault " + std::to_string(number) +
                               ": see --list");
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
  if (chosen.mix) {
    ran.run_mix(faults_to_mix(chosen.faults), on.clients().now() + *chosen.mix);
  } else if (!chosen.schedule.empty()) {
    run_schedule(ran, on, chosen);
  } else {
    for (int i = 0; i < chosen.times; ++i)
      for (const auto *one : faults_with(chosen.faults))
        ran.run({one});
    if (is_wanted(soak, chosen.faults))
      ran.run_mix(faults_to_mix({}),
                  on.clients().now() +
                      (chosen.chosen.is_short ? short_soak : long_soak));
  }
}

/// The exit status.
int run(const arguments &chosen) {
  require_faults(chosen);
  const testing::scratch_folder folder;
  // PostgreSQL's user has to get through.
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0711));
  stage on(chosen.chosen, chosen.seed,
           {folder.path(), folder.path(), folder.path()});
  campaign ran(on);
  try {
    run_faults(ran, on, chosen);
  } catch (const std::runtime_error &failed) {
    // What was noted until then is worth checking all the same.
    on.wrong().add(std::string("the run ended early: ") + failed.what());
  }
  auto noted = on.finish();
  const auto found = check(on, noted);
  print_report(std::cout, ran, on, on.clients().so_far(), found);
  return on.wrong().count() == 0 ? 0 : 1;
}

void print_list() {
  for (const auto &one : all_faults())
    std::cout << one.number << '\t' << one.name << ": " << one.must_hold
              << '\n';
  std::cout << soak << "\tsoak: the faults 1 to " << last_of_soak
            << " at random\n";
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
