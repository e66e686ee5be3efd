#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/event_log.hpp"

namespace wallet::testing {

/// Publishes a log the way the relay does: in order, again from the last
/// acknowledged event after a reset, looking at the producer only when told.
/// Fails the test for a report that leaves an event out.
class event_publisher {
public:
  /// Waits for the topic (30 s at most).
  explicit event_publisher(const storage::event_log_options &options);

  storage::event_log_producer &producer() { return *producer_; }

  /// At the end of the log. Takes what fits at once.
  void add(const std::vector<recorded_event> &events);

  /// Handles one report; waits 60 s for it at most.
  void await_report();

  /// Until all is acknowledged.
  void finish();

  std::size_t acknowledged() const { return acknowledged_; }
  int resets() const { return resets_; }

private:
  void await_topic();
  void offer();
  void take(shard_number shard, log_position position);

  std::mutex mutex_;
  std::condition_variable told_;
  bool has_report_ = false;

  std::vector<recorded_event> log_;
  /// How many of the log are handed over.
  std::size_t offered_ = 0;
  std::size_t acknowledged_ = 0;
  std::array<log_position, shard_number::count> delivered_{};
  int resets_ = 0;
  std::unique_ptr<storage::event_log_producer> producer_;
};

/// Reads `count` records (60 s at most); fails the test when more come.
std::vector<storage::consumed_record>
read_records(storage::event_log_consumer &consumer, std::size_t count);

} // namespace wallet::testing
