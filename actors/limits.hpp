#pragma once

#include <cstddef>

namespace wallet::actors {

/// How much the actors of a node take on at once. The defaults are measured,
/// but for the wallets, which are a setting; a simulation draws small ones, so
/// that they are reached.
struct limits {
  /// Wallets in memory, over all shards; more only while they have work. At
  /// least one a shard.
  std::size_t resident_wallets = 0;
  /// A batch ends with the command that reaches it. Beyond this the commit
  /// takes longer (p99 60 ms at 1,000) without carrying much more per second
  /// (131,000 against 141,000 events/s).
  std::size_t events_per_batch = 400;
  /// One round trip, and short enough that others get a turn at the reader's
  /// connection (10 ms, spikes of lastN/k1000).
  std::size_t wallets_per_load = 500;
  /// Wallets of lists that are being put together, some 200 bytes each; lists
  /// beyond are refused as overload. One list is always served.
  std::size_t gathered_wallets = 200'000;
  /// Events handed to the producer and not acknowledged: bounds the memory
  /// while Kafka is away (about 1 KiB each in librdkafka's queue), and is below
  /// its own limit of 100,000 messages. A second of full load: a broker that
  /// pauses for less is caught up with from memory. To read the log costs three
  /// times as much as to write it (60 us of a transfer instead of 18).
  std::size_t unacknowledged_events = 40'000;
  /// Per read of the log by the relay: 500 rows take a few ms.
  std::size_t events_per_read = 500;
  /// Records per fetch and rows per transaction of the history: one commit for
  /// many rows under load, and a transaction of some 10 ms at most.
  std::size_t history_rows = 2'000;
};

} // namespace wallet::actors
