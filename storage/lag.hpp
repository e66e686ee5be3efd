#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "storage/event_store.hpp"

namespace wallet::storage {

/// How far the copies of the log are.
struct lag {
  shard_positions heads{};
  /// Published to the topic, as saved once a second; nothing without Kafka.
  std::optional<shard_positions> cursors;
  /// In the history.
  shard_positions checkpoints{};
};

/// Raises unavailable.
lag read_lag(const std::string &ledger_url, const std::string &history_url,
             const std::optional<std::string> &topic);

/// One line for each shard that is behind, and the totals.
void print(const lag &found, std::ostream &out);

} // namespace wallet::storage
