#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"

namespace wallet::storage {

/// How far one append moves one shard's log.
struct shard_advance {
  shard_number shard;
  /// The head the writer believes in; another one fences the append.
  log_position from{};
  log_position to{};
  wallet::epoch epoch{};
  /// Of the shard's last event in the batch; never before the head's.
  timestamp recorded_at;
};

/// What one append writes: all of it, in one commit, or nothing.
struct batch {
  batch_id id;
  /// One for each shard that `events` touch, ascending.
  std::vector<shard_advance> advances;
  /// In the order of stamping; creations also make a row of ledger.wallets.
  std::vector<recorded_event> events;
};

using batch_ptr = std::shared_ptr<const batch>;

/// A transaction found by its request key, as committed.
struct stored_transaction {
  /// The leg that carries the key.
  event first;
  /// The receiver's leg of a transfer.
  std::optional<event> second;
};

/// In the store, fsynced.
struct committed {};

/// Nothing was written: these keyed transactions are in the store already.
struct duplicates {
  std::vector<stored_transaction> found;
};

/// Nothing was written: the server said so, or it was never asked.
struct rejected {
  std::string why;
};

/// Nothing was written: this writer does not own a shard (epoch), or its idea
/// of a head is wrong.
struct fenced {
  std::string why;
};

/// The connection was lost between sending and the answer: it may be written,
/// now or a little later. Only event_store::resolve finds out.
struct unknown {
  std::string why;
};

using append_outcome =
    std::variant<committed, duplicates, rejected, fenced, unknown>;

} // namespace wallet::storage
