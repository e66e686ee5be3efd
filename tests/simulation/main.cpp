// wallet-sim: runs the simulation over seeds and stops at the first violation.

#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include <spdlog/spdlog.h>

#include "tests/simulation/simulation.hpp"

namespace {

struct arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 200;
  std::size_t steps = 2'000;
  /// Runs each seed so many times; all must go the same way.
  std::size_t repeat = 1;
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
    } else if (flag == "--repeat") {
      if (!parse_number(value, chosen.repeat))
        return false;
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

using totals = std::map<std::string, std::size_t>;

/// The trace of a run without violation, else nothing, after telling.
std::optional<std::uint64_t> run_seed(std::uint64_t seed, std::size_t steps,
                                      totals &sums) {
  wallet::simulation::simulation run(seed);
  try {
    run.run(steps);
  } catch (const std::exception &broken) {
    std::printf("%sseed %llu: %s\nagain: wallet-sim --seed %llu --steps %zu\n",
                run.recent_steps().c_str(),
                static_cast<unsigned long long>(seed), broken.what(),
                static_cast<unsigned long long>(seed), steps);
    return std::nullopt;
  }
  for (const auto &[what, times] : run.counts())
    sums[what] += times;
  return run.trace_hash();
}

bool run_repeatedly(std::uint64_t seed, const arguments &chosen, totals &sums) {
  std::optional<std::uint64_t> first;
  for (std::size_t i = 0; i < chosen.repeat; ++i) {
    const auto trace = run_seed(seed, chosen.steps, sums);
    if (!trace)
      return false;
    if (first && *trace != *first) {
      std::printf("seed %llu: two runs went two ways\n",
                  static_cast<unsigned long long>(seed));
      return false;
    }
    first = trace;
  }
  return true;
}

} // namespace

int main(int argc, char **argv) {
  arguments chosen;
  if (!parse(argc, argv, chosen)) {
    std::fprintf(stderr, "usage: wallet-sim [--seeds 1..200 | --seed 7] "
                         "[--steps 2000] [--repeat 1]\n");
    return 2;
  }
  spdlog::set_level(spdlog::level::off);
  totals sums;
  for (auto seed = chosen.first; seed <= chosen.last; ++seed)
    if (!run_repeatedly(seed, chosen, sums))
      return 1;
  for (const auto &[what, times] : sums)
    std::printf("%10zu %s\n", times, what.c_str());
  std::printf("seeds %llu..%llu: no violation\n",
              static_cast<unsigned long long>(chosen.first),
              static_cast<unsigned long long>(chosen.last));
}
