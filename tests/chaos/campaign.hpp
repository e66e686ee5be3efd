#pragma once

#include <vector>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

/// A fault, or two at once, and what came after.
struct drill {
  std::vector<const fault *> faults;
  moment injected{};
  /// When the last healing had returned: for a server, that it was started;
  /// for PostgreSQL, that it accepts connections.
  moment healed{};
  double rate_before = 0;
  /// From the healing on. Nothing: not within the time that was waited.
  std::optional<moment> first_success, full_speed, history_caught_up;
  /// What clients got until it was over.
  tally answers;
};

struct memory_sample {
  moment when{};
  int pid = 0;
  std::int64_t resident_bytes = 0;
};

/// Runs faults on a stage, one after another, and remembers what came of it.
class campaign {
public:
  explicit campaign(stage &on) : on_(on) {}

  /// Injects all of them, waits for `share` of their time, heals them, and
  /// waits until the service has recovered. Findings go to the stage.
  void run(const std::vector<const fault *> &together, double share = 1);

  /// Faults at random until `end`, now and then two at once.
  void run_mix(const std::vector<const fault *> &among, moment end);

  const std::vector<drill> &drills() const { return drills_; }
  const std::vector<memory_sample> &memory() const { return memory_; }

private:
  /// Lets the load run in peace; the successes a second meanwhile.
  double measure_rate();
  void recover(drill &made);
  void judge(const drill &made);
  void sample_memory();
  void print_new_findings();

  stage &on_;
  std::vector<drill> drills_;
  std::vector<memory_sample> memory_;
  /// How many findings have been printed.
  std::size_t printed_ = 0;
};

} // namespace wallet::chaos
