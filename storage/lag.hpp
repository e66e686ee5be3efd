#pragma once

#include <iosfwd>
#include <string>

#include "storage/event_store.hpp"

namespace wallet::storage {

/// How far the copies of the log are.
struct lag {
  shard_positions heads{};
  /// Published to Kafka, as far as saved: the truth may be a little further.
  shard_positions cursors{};
  /// In the history.
  shard_positions checkpoints{};
};

/// Raises unavailable.
lag read_lag(const std::string &ledger_url, const std::string &history_url);

/// One line for each shard that is behind, and the totals.
void print(const lag &found, std::ostream &out);

} // namespace wallet::storage
