#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "events/wallet_state.hpp"
#include "storage/append.hpp"
#include "storage/event_log.hpp"
#include "storage/postgres_connection.hpp"
#include "storage/unavailable.hpp"

namespace wallet::storage {

/// One row of ledger.shards.
struct shard_head {
  log_position position{};
  wallet::epoch epoch{};
  timestamp last_recorded_at;
};

using shard_heads = std::array<shard_head, shard_number::count>;
using shard_positions = std::array<log_position, shard_number::count>;

/// What the relay has published, and where the last of it is in its topic.
struct published {
  shard_positions cursors{};
  partition_offsets offsets;
};

/// All shards are ours, at these heads.
struct owned {
  shard_heads heads;
};

/// Another node's lease lives, or somebody took the shards just now.
struct standby {
  /// As seen before; empty: none.
  std::string owner;
};

using ownership = std::variant<owned, standby>;

/// The batch is in the store. `epochs` are those of its shards from now on.
struct resolved {
  bool is_committed = false;
  std::vector<std::pair<shard_number, wallet::epoch>> epochs;
};

struct loaded_wallet {
  wallet_id id;
  /// Nothing: there is no such wallet.
  std::optional<wallet_state> state;
};

/// The event store: schema `ledger`, one libpq connection. Blocking; one
/// thread at a time (each owner has its own object). Connects at first use,
/// and again after a loss, with capped backoff between attempts; a call during
/// a backoff fails at once.
///
/// Time bounds: every statement ends within 12 s, also on a frozen server or a
/// silent network; a connection attempt within 5 s.
class event_store {
public:
  /// `url`: a libpq URI or key/value string. `purpose` is seen in
  /// pg_stat_activity.
  explicit event_store(std::string url, std::string purpose = "store");

  /// One round trip, one commit, one fsync. Raises nothing.
  append_outcome append(const batch &written);

  /// Finds out what became of an append whose outcome is unknown, on a fresh
  /// connection, in one transaction: waits for an orphaned backend (FOR
  /// UPDATE), reads the heads, and raises their epochs so that an orphan that
  /// has not begun is fenced. Nothing: `node` does not own the shards any
  /// more. Call again after `unavailable`, as often as it takes: it paces
  /// itself, waiting up to 1 s for its next attempt to connect.
  std::optional<resolved> resolve(const batch &written,
                                  const std::string &node);

  /// Takes all shards (epoch + 1) and the lease, unless another node's lease
  /// lives (on the database's clock). A node that took them at the same `place`
  /// (process_place; empty: unknown) is dead, whatever its lease says. A take
  /// that ended in `unavailable` may still be carried out, but not after
  /// another one.
  ownership take(const std::string &node, std::chrono::milliseconds lease,
                 const std::string &place = {});

  /// False: the lease had ended and someone else took over. `place` as above:
  /// who took over from a process beside it stands there only when that is
  /// dead.
  bool renew(const std::string &node, std::chrono::milliseconds lease,
             const std::string &place = {});

  /// Ends the lease at once, so that a standby need not wait.
  void release(const std::string &node);

  /// The newest event of many wallets in one query, in the order asked.
  std::vector<loaded_wallet> load(std::span<const wallet_id> wallets);

  /// The transactions that carry these keys; the first of each pair says in
  /// which shard to look. Absent ones are left out.
  std::vector<stored_transaction>
  find(std::span<const std::pair<wallet_id, request_key>> keys);

  /// Ids of a user's wallets, newest first.
  std::vector<wallet_id> wallets_of(const user_id &user, std::size_t limit);

  /// Events of one shard after `after`, ascending. Raises unreadable_event
  /// too, when the first of them cannot be read; it ends before one further on.
  std::vector<recorded_event> read_log(shard_number shard, log_position after,
                                       std::size_t limit);

  /// The head of every shard's log.
  shard_positions read_heads();

  /// Up to where the relay has published to `topic` (lazily saved: duplicates
  /// follow a crash, never holes); nothing yet: zero.
  shard_positions load_cursors(const std::string &topic);
  /// `offsets`: where the last of it is in `topic`, for who compares the two
  /// (log_copies.hpp).
  void save_cursors(const shard_positions &cursors, const std::string &topic,
                    const partition_offsets &offsets);
  published load_published(const std::string &topic);

private:
  append_outcome duplicates_of(const batch &written,
                               const std::vector<uuid> &known);

  postgres_connection connection_;
};

} // namespace wallet::storage
