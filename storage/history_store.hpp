#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "storage/event_store.hpp"
#include "storage/postgres_connection.hpp"

namespace wallet::storage {

/// One shard's step in the history: the checkpoint moves from `from` to `to`
/// together with the rows of the positions between.
struct checkpoint_step {
  shard_number shard;
  log_position from{};
  log_position to{};
};

enum class apply_outcome : std::uint8_t {
  applied,
  /// Another projector moved a checkpoint: nothing was written.
  conflict,
};

/// The history's database: schema `history`, one libpq connection. Blocking,
/// one thread at a time, raises storage::unavailable; bounds as event_store.
class history_store {
public:
  explicit history_store(std::string url, std::string purpose = "history");

  shard_positions load_checkpoints();

  /// Inserts the rows and moves the checkpoints in one transaction (compare
  /// and set). Call again after `unavailable`: a step that was already
  /// committed is a conflict then.
  apply_outcome apply(std::span<const recorded_event> rows,
                      std::span<const checkpoint_step> steps);

  /// Newest first. The history does not hold everything of the log: key,
  /// counterparty_position and the profiles' created_at are not set.
  std::vector<recorded_event> of_wallet(const wallet_id &wallet,
                                        std::size_t limit);
  std::vector<recorded_event> of_user(const user_id &user, std::size_t limit);

  /// Nothing: it is not in the history.
  std::optional<recorded_event> find(const wallet_id &wallet,
                                     stream_version version);

private:
  postgres_connection connection_;
};

} // namespace wallet::storage
