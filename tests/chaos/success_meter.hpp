#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "tests/chaos/journal.hpp"

namespace wallet::chaos {

/// Counts successes over time, in steps of 10 ms. From any thread.
class success_meter {
public:
  void record(moment when);

  /// The first step with a success after the one of `from`.
  std::optional<moment> first_after(moment from) const;

  /// The start of the first 200 ms from `from` on, all passed at `now`, with
  /// at least `rate` successes a second.
  std::optional<moment> reached_after(moment from, double rate,
                                      moment now) const;

  /// Successes a second.
  double rate_between(moment from, moment to) const;

private:
  static constexpr moment step = std::chrono::milliseconds(10);
  static constexpr std::size_t window = 20;
  /// Four hours; what is later is not counted.
  static constexpr std::size_t steps = 4 * 3600 * 100;

  std::size_t index_of(moment when) const;
  std::uint64_t sum(std::size_t from, std::size_t to) const;

  using counters = std::array<std::atomic<std::uint32_t>, steps>;
  std::unique_ptr<counters> counts_ = std::make_unique<counters>();
  std::atomic<std::size_t> last_{0};
};

} // namespace wallet::chaos
