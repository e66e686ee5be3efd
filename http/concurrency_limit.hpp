#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>

namespace wallet::http {

/// How many requests may be under way so that they do not wait for long. It
/// starts at `most` and learns from what is answered, window by window.
///
/// What is under way is the rate times the wait (Little's law). While requests
/// wait longer than `target`, in every window of half a second, the limit is
/// what would wait just so long at the present rate; afterwards it grows again.
/// So a stall is sat out, a queue that stands is not (the distinction of CoDel,
/// RFC 8289). Thread-safe; never blocks for long.
class concurrency_limit {
public:
  using clock = std::chrono::steady_clock;

  /// Well below the quarter of a second in which an accepted request is to be
  /// answered, because it waits in sockets too; and several batches of the
  /// sequencer, so that those stay full.
  static constexpr std::chrono::milliseconds target{100};
  static constexpr std::chrono::milliseconds window{100};
  /// Windows in a row with too long waits that are sat out.
  static constexpr int patience = 5;

  /// It never falls below `least`, nor below `most` where that is less.
  concurrency_limit(std::size_t most, std::size_t least)
      : most_(most), least_(least), limit_(most),
        window_end_(clock::now() + window) {}

  std::size_t now() const { return limit_.load(std::memory_order_relaxed); }

  /// A request has been answered after such a wait; `under_way` were there
  /// with it.
  void on_answer(clock::duration waited, std::size_t under_way,
                 clock::time_point at);

private:
  void adapt();

  const std::size_t most_, least_;
  std::atomic<std::size_t> limit_;

  std::mutex mutex_;
  clock::time_point window_end_;
  /// Seconds waited in this window, and their squares.
  double waits_ = 0, squares_ = 0;
  std::size_t most_under_way_ = 0;
  int late_windows_ = 0;
};

} // namespace wallet::http
