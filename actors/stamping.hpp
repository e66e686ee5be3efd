#pragma once

#include <array>
#include <unordered_map>

#include "actors/interfaces.hpp"

namespace wallet::actors {

using wallet_heads = std::unordered_map<wallet_id, wallet_head>;

/// Gives the units of one batch their places: shard position, wallet version,
/// balance after, ids. Works on copies of the heads; whoever sends the batch
/// takes them over when it is committed.
class stamping {
public:
  /// `heads` and `shards` must outlive this. `recorded_at` is not before the
  /// last event of any shard.
  stamping(batch_id id, const storage::shard_heads &shards,
           const wallet_heads &heads, timestamp recorded_at);

  /// Stamps all legs of a unit, or none: false when an event cannot follow
  /// its wallet's head, which admitted units never see.
  bool add(unit &work);

  std::size_t event_count() const { return written_.events.size(); }

  /// The batch; its advances ascend by shard. Call once, last.
  storage::batch take_batch();
  /// The heads after the batch, of the wallets it touches.
  wallet_heads take_heads() { return std::move(after_); }

private:
  const wallet_head &head_of(const wallet_id &id) const;
  storage::shard_advance &advance_of(shard_number shard);
  void append(unit &work, std::size_t leg, const wallet_head &after);

  const storage::shard_heads &shards_;
  const wallet_heads &before_;
  wallet_heads after_;
  timestamp recorded_at_;
  std::array<std::optional<storage::shard_advance>, shard_number::count>
      advances_;
  storage::batch written_;
};

} // namespace wallet::actors
