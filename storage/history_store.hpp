#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "storage/event_store.hpp"

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
  explicit history_store(std::string url);
  ~history_store();
  history_store(history_store &&) noexcept;
  history_store &operator=(history_store &&) noexcept;

  shard_positions load_checkpoints();

  /// Inserts the rows and moves the checkpoints in one transaction (compare
  /// and set). Call again after `unavailable`: a step that was already
  /// committed is a conflict then.
  apply_outcome apply(std::span<const recorded_event> rows,
                      std::span<const checkpoint_step> steps);

  /// Newest first.
  std::vector<recorded_event> of_wallet(const wallet_id &wallet,
                                        std::size_t limit);
  std::vector<recorded_event> of_user(const user_id &user, std::size_t limit);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::storage
