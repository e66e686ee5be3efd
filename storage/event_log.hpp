#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"

namespace wallet::storage {

struct event_log_options {
  /// `host:port,...`
  std::string brokers;
  std::string topic = "wallet-events";
  std::string group = "history-service-group";
  /// Of the topic, when it is created; an existing topic keeps its own.
  int partitions = 8;
};

/// The last known record of each partition.
using partition_offsets = std::map<std::int32_t, std::int64_t>;

/// What became of published events.
struct delivery_report {
  /// Acknowledged by all replicas, in the order of publishing per shard.
  std::vector<std::pair<shard_number, log_position>> delivered;
  /// Where the last of them are.
  partition_offsets offsets;
  /// A delivery failed for good: nothing after the last delivered position
  /// counts. The producer has been built anew: ensure_topic(), then publish
  /// again from there.
  bool is_reset = false;
};

/// Publishes events to Kafka. librdkafka's idempotent producer, acks=all, no
/// message timeout. One owner thread; no call waits for a broker for more than
/// 100 ms but the destructor (500 ms, for what is on its way).
///
/// A message is one event: key = wallet id, partition = partition_of(shard),
/// body = encode(event), headers = CloudEvents 1.0 in binary mode (`ce_id`,
/// `ce_type`, ..., `content-type`), `shard`, `position`, `version`.
class event_log_producer {
public:
  /// `on_report`: called from any thread when poll() has something to say; it
  /// must not call back. Raises std::runtime_error for options that no broker
  /// could make good.
  event_log_producer(event_log_options options,
                     std::function<void()> on_report);
  ~event_log_producer();

  /// Creates the topic if it is missing and learns its number of partitions.
  /// False: no broker answers yet; call again.
  bool ensure_topic();

  /// Looks whether the topic has another number of partitions by now. If so,
  /// begins again (poll() will report a reset) and returns true: while earlier
  /// events of a shard are under way, later ones must not go elsewhere.
  bool look_for_partitions();

  /// Hands events over in order. Returns how many were taken; fewer than given
  /// means that the local queue is full: offer the rest after a poll. None
  /// while the topic is not known.
  std::size_t publish(std::span<const recorded_event> events);

  /// Collects what became of events since the last call. Waits for nothing but,
  /// after a failure, the end of librdkafka's threads.
  delivery_report poll();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// A message that is not one of our events.
struct poison {
  std::string why;
};

struct consumed_record {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::variant<recorded_event, poison> content;
};

/// Consumes the topic in a consumer group. One owner thread, blocking.
class event_log_consumer {
public:
  /// Raises std::runtime_error for options that no broker could make good.
  explicit event_log_consumer(event_log_options options);
  /// Leaves the group; 5 s at most.
  ~event_log_consumer();

  /// Up to `limit` records: waits up to `wait` for the first one and then up to
  /// `gather` for more. Maybe none: broker failures show as no records, they
  /// heal by themselves.
  std::vector<consumed_record> fetch(std::size_t limit,
                                     std::chrono::milliseconds wait,
                                     std::chrono::milliseconds gather = {});

  /// Marks these and all earlier records of their partitions as done, for
  /// lag tools and restarts; asynchronous, best effort: what has been applied
  /// is known by the history's checkpoints, not by these offsets.
  void commit(std::span<const std::pair<std::int32_t, std::int64_t>> offsets);

  /// How many partitions the topic has; 0 while unknown.
  int partitions() const;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// The partition of a shard's events: shard modulo the number of partitions.
inline std::int32_t partition_of(shard_number shard, int partitions) {
  return shard.value() % partitions;
}

} // namespace wallet::storage
