#pragma once

#include <unordered_map>

#include "actors/interfaces.hpp"

namespace wallet::actors {

/// Gives units their places: shard position, wallet version, balance after,
/// ids. It holds the heads as they will be when all that is stamped is
/// committed; what is not committed is taken back, the last unit first.
class stamping {
public:
  /// `taken`: the heads just taken.
  explicit stamping(const storage::shard_heads &taken);

  /// Brings the committed head of a wallet that is not known yet. From then on
  /// the entry here is the truth and later snapshots, which may be older, are
  /// ignored.
  void know(const wallet_id &id, const wallet_head &seen);
  /// Of a wallet without anything stamped and not settled.
  void forget(const wallet_id &id) { heads_.erase(id); }

  /// Stamps all legs of a unit, or none: false when an event cannot follow
  /// its wallet's head, which admitted units never see. `now` counts unless the
  /// log is ahead of it.
  bool stamp(unit &work, timestamp now);
  /// Of all that is stamped, `work` must be the last.
  void take_back(const unit &work);

  const storage::shard_heads &shards() const { return shards_; }
  void raise_epoch(shard_number shard, epoch raised) {
    shards_[shard.value()].epoch = raised;
  }

private:
  void stamp_leg(unit &work, std::size_t leg, const wallet_head &after);

  /// `last_recorded_at` is only of the beginning: recorded_at_ is after all.
  storage::shard_heads shards_;
  timestamp recorded_at_;
  std::unordered_map<wallet_id, wallet_head> heads_;
};

} // namespace wallet::actors
