#include "actors/stamping.hpp"

#include "events/known_bugs.hpp"

namespace wallet::actors {

stamping::stamping(batch_id id, const storage::shard_heads &shards,
                   const wallet_heads &heads, timestamp recorded_at)
    : shards_(shards), before_(heads), recorded_at_(recorded_at) {
  written_.id = id;
}

bool stamping::add(unit &work) {
  std::array<wallet_head, 2> after;
  for (std::size_t i = 0; i < work.leg_count; ++i) {
    const auto &part = work.legs[i];
    const auto head =
        evolve(head_of(part.profile->id), part.draft.type, part.draft.amount);
    if (!head)
      return false;
    after[i] = *head;
    if (has_bug(known_bug::balance_before_ordering))
      after[i].balance =
          evolve(part.seen, part.draft.type, part.draft.amount)->balance;
  }
  for (std::size_t i = 0; i < work.leg_count; ++i)
    append(work, i, after[i]);
  if (work.leg_count == 2) {
    auto &first = work.legs[0].stamped, &second = work.legs[1].stamped;
    first.counterparty_position = second.position;
    second.counterparty_position = first.position;
  }
  const auto &other = [&](std::size_t i) -> const profile_ptr & {
    static const profile_ptr none;
    return work.leg_count == 2 ? work.legs[1 - i].profile : none;
  };
  for (std::size_t i = 0; i < work.leg_count; ++i)
    written_.events.push_back(
        {work.legs[i].stamped, work.legs[i].profile, other(i)});
  return true;
}

void stamping::append(unit &work, std::size_t leg, const wallet_head &after) {
  auto &part = work.legs[leg];
  const auto id = part.profile->id;
  auto &advance = advance_of(shard_of(id));
  advance.to = next(advance.to);
  if (part.draft.type == event_type::wallet_created) {
    auto profile = *part.profile;
    profile.created_at = recorded_at_;
    part.profile = std::make_shared<wallet_profile>(std::move(profile));
  }
  after_[id] = after;
  part.stamped = event{
      .shard = advance.shard,
      .position = advance.to,
      .wallet = id,
      .version = after.version,
      .type = part.draft.type,
      .amount = part.draft.amount,
      .balance = after.balance,
      .held = after.held,
      .transaction = leg == 0 ? make_transaction_id(advance.shard, advance.to)
                              : work.legs[0].stamped.transaction,
      .counterparty = part.draft.counterparty,
      .recorded_at = recorded_at_,
      .key = leg == 0 ? work.origin.asked.key : std::nullopt,
  };
  if (has_bug(known_bug::key_only_in_memory))
    part.stamped.key.reset();
}

const wallet_head &stamping::head_of(const wallet_id &id) const {
  if (const auto touched = after_.find(id); touched != after_.end())
    return touched->second;
  return before_.at(id);
}

storage::shard_advance &stamping::advance_of(shard_number shard) {
  auto &advance = advances_[shard.value()];
  if (!advance) {
    const auto &head = shards_[shard.value()];
    advance = storage::shard_advance{.shard = shard,
                                     .from = head.position,
                                     .to = head.position,
                                     .epoch = head.epoch,
                                     .recorded_at = recorded_at_};
  }
  return *advance;
}

storage::batch stamping::take_batch() {
  for (const auto &advance : advances_)
    if (advance)
      written_.advances.push_back(*advance);
  return std::move(written_);
}

} // namespace wallet::actors
