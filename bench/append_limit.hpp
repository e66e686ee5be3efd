#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "events/event.hpp"
#include "storage/postgres_connection.hpp"

namespace wallet::bench {

/// What PostgreSQL can take at most: the rows of the event store, appended by
/// one connection in batches, `insert .. select from unnest`, and nothing else:
/// no HTTP, no heads, no keys. The table has the columns, checks and indexes of
/// ledger.events. Makes the schema `append_limit` in a migrated database, and
/// drops it at the end.
class append_limit {
public:
  /// Raises storage::unavailable, as all here.
  explicit append_limit(const std::string &database_url);
  ~append_limit();
  append_limit(const append_limit &) = delete;
  append_limit &operator=(const append_limit &) = delete;

  /// Events a second while the connection is busy: the time that this program
  /// needs to encode a batch does not count.
  double measure(std::size_t batch, std::chrono::seconds duration);

private:
  std::vector<recorded_event> next_batch(std::size_t size);
  event next_event(wallet_id wallet, std::size_t number);

  storage::postgres_connection connection_;
  std::vector<wallet_id> wallets_;
  std::vector<std::int64_t> versions_;
  std::int64_t heads_[shard_number::count] = {};
  std::uint64_t transfers_ = 0;
};

} // namespace wallet::bench
