#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/stage.hpp"

namespace wallet::chaos {

/// Faults of FAULTS.md at a time after the start.
struct appointment {
  std::chrono::seconds after{0};
  std::vector<int> faults;
};

struct arguments {
  /// By number; empty: all.
  std::vector<int> faults;
  int times = 1;
  /// Set: a random mix for so long.
  std::optional<std::chrono::minutes> mix;
  std::vector<appointment> schedule;
  std::uint64_t seed = 1;
  pace chosen;
  bool must_list = false;
};

constexpr auto usage =
    "usage: wallet-chaos [--fault 1,8 | --minutes 60 | --schedule "
    "5:1,20:8+10]\n"
    "                    [--seed 1] [--times 1] [--clients 64] [--rate 0] "
    "[--short]\n"
    "  --fault N,N    these faults, one after another (default: every one)\n"
    "  --minutes M    faults at random, now and then two at once\n"
    "  --schedule S:N,S:N+N   fault N at second S, or several at once\n"
    "  --seed N       of everything that is random\n"
    "  --times N      each fault so often\n"
    "  --rate N       requests a second at most (0: no limit)\n"
    "  --short        short outages and deadlines, as in CI\n"
    "  --list         the faults\n";

/// Nothing when they are wrong.
std::optional<arguments> parse(int argc, char **argv);

} // namespace wallet::chaos
