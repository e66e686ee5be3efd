#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace wallet::simulation {

/// Which runs, and how.
struct plan {
  std::uint64_t first = 1;
  std::uint64_t last = 200;
  /// Of each run, with faults; then as many as it takes without.
  std::size_t steps = 2'000;
  /// Threads; each has a simulation of its own.
  unsigned jobs = 1;
  /// The known bug that is on; empty: none.
  std::string bug;
  /// Prints every step.
  bool has_trace = false;
  /// What has to happen at least once in all runs.
  std::vector<std::string> expected;
};

/// Runs the simulation over seeds, shows how far it is, and stops at the first
/// violation.
class campaign {
public:
  explicit campaign(plan chosen)
      : chosen_(std::move(chosen)), next_(chosen_.first) {}

  /// False: a violation, or something expected did not happen; it is told.
  bool run();

private:
  void work();
  void run_once(std::uint64_t seed);
  void fail(std::uint64_t seed, const std::string &steps,
            const std::string &why);
  void show_progress();
  void end_progress() const;
  bool report() const;
  double seconds() const;

  const plan chosen_;
  const std::chrono::steady_clock::time_point began_ =
      std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> has_failed_{false};
  std::mutex lock_; // of what follows
  std::size_t done_ = 0;
  double shown_at_ = 0;
  std::map<std::string, std::size_t> sums_;
};

} // namespace wallet::simulation
