#include "actors/stamping.hpp"

#include <algorithm>

#include "events/known_bugs.hpp"

namespace wallet::actors {

stamping::stamping(const storage::shard_heads &taken) : shards_(taken) {
  for (const auto &head : shards_)
    recorded_at_ = std::max(recorded_at_, head.last_recorded_at);
}

void stamping::know(const wallet_id &id, const wallet_head &seen) {
  heads_.try_emplace(id, seen);
  if (has_bug(known_bug::stale_snapshot_trusted))
    heads_[id] = seen;
}

bool stamping::stamp(unit &work, timestamp now) {
  std::array<wallet_head, 2> after;
  for (std::size_t i = 0; i < work.leg_count; ++i) {
    auto &part = work.legs[i];
    part.before = heads_.at(part.profile->id);
    const auto head = evolve(part.before, part.draft.type, part.draft.amount);
    if (!head)
      return false;
    after[i] = *head;
    if (has_bug(known_bug::balance_before_ordering))
      after[i].balance =
          evolve(part.seen, part.draft.type, part.draft.amount)->balance;
  }
  recorded_at_ = std::max(recorded_at_, now);
  for (std::size_t i = 0; i < work.leg_count; ++i)
    stamp_leg(work, i, after[i]);
  if (work.leg_count == 2) {
    auto &first = work.legs[0].stamped, &second = work.legs[1].stamped;
    first.counterparty_position = second.position;
    second.counterparty_position = first.position;
  }
  return true;
}

void stamping::stamp_leg(unit &work, std::size_t leg,
                         const wallet_head &after) {
  auto &part = work.legs[leg];
  const auto id = part.profile->id;
  const auto shard = shard_of(id);
  auto &position = shards_[shard.value()].position;
  position = next(position);
  heads_.at(id) = after;
  if (part.draft.type == event_type::wallet_created) {
    auto profile = *part.profile;
    profile.created_at = recorded_at_;
    part.profile = std::make_shared<wallet_profile>(std::move(profile));
  }
  part.stamped = event{
      .shard = shard,
      .position = position,
      .wallet = id,
      .version = after.version,
      .type = part.draft.type,
      .amount = part.draft.amount,
      .balance = after.balance,
      .held = after.held,
      .transaction = leg == 0 ? make_transaction_id(shard, position)
                              : work.legs[0].stamped.transaction,
      .counterparty = part.draft.counterparty,
      .recorded_at = recorded_at_,
      .key = leg == 0 ? work.origin.asked.key : std::nullopt,
  };
  if (has_bug(known_bug::key_only_in_memory))
    part.stamped.key.reset();
}

void stamping::take_back(const unit &work) {
  for (auto i = work.leg_count; i-- > 0;) {
    const auto &part = work.legs[i];
    shards_[part.stamped.shard.value()].position =
        previous(part.stamped.position);
    if (!has_bug(known_bug::stamped_head_kept))
      heads_.at(part.profile->id) = part.before;
  }
}

} // namespace wallet::actors
