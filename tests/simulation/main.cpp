// wallet-sim: runs the simulation over seeds and stops at the first violation.

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include <spdlog/spdlog.h>

#include "tests/simulation/simulation.hpp"

namespace {

struct arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 200;
  std::size_t steps = 2'000;
};

bool parse_number(const std::string &text, std::uint64_t &number) {
  const auto *end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

bool parse(int argc, char **argv, arguments &chosen) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i], value = argv[i + 1];
    if (flag == "--seed") {
      if (!parse_number(value, chosen.first))
        return false;
      chosen.last = chosen.first;
    } else if (flag == "--seeds") {
      const auto dots = value.find("..");
      if (dots == std::string::npos ||
          !parse_number(value.substr(0, dots), chosen.first) ||
          !parse_number(value.substr(dots + 2), chosen.last))
        return false;
    } else if (flag == "--steps") {
      if (!parse_number(value, chosen.steps))
        return false;
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

} // namespace

int main(int argc, char **argv) {
  using wallet::simulation::simulation;
  arguments chosen;
  if (!parse(argc, argv, chosen)) {
    std::fprintf(stderr,
                 "usage: wallet-sim [--seeds 1..200 | --seed 7] "
                 "[--steps 2000]\n");
    return 2;
  }
  spdlog::set_level(spdlog::level::off);
  std::map<std::string, std::size_t> totals;
  for (auto seed = chosen.first; seed <= chosen.last; ++seed) {
    simulation run(seed);
    try {
      run.run(chosen.steps);
    } catch (const std::exception &broken) {
      std::printf("%sseed %llu: %s\nagain: wallet-sim --seed %llu --steps "
                  "%zu\n",
                  run.recent_steps().c_str(),
                  static_cast<unsigned long long>(seed), broken.what(),
                  static_cast<unsigned long long>(seed), chosen.steps);
      return 1;
    }
    for (const auto &[what, times] : run.counts())
      totals[what] += times;
    if (chosen.first == chosen.last)
      std::printf("trace %016llx\n",
                  static_cast<unsigned long long>(run.trace_hash()));
  }
  for (const auto &[what, times] : totals)
    std::printf("%10zu %s\n", times, what.c_str());
  std::printf("seeds %llu..%llu: no violation\n",
              static_cast<unsigned long long>(chosen.first),
              static_cast<unsigned long long>(chosen.last));
}
