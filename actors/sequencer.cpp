#include "actors/sequencer.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "actors/recent_requests.hpp"
#include "events/known_bugs.hpp"

namespace wallet::actors {

namespace {

batch_id new_batch_id(const environment &outside) {
  uuid id{};
  const auto bytes = outside.entropy();
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return batch_id(id);
}

} // namespace

sequencer_actor::sequencer_actor(caf::actor_config &config, links to,
                                 environment outside, const limits &within,
                                 const storage::shard_heads &shards)
    : event_based_actor(config), to_(std::move(to)),
      outside_(std::move(outside)), events_per_batch_(within.events_per_batch),
      shards_(shards) {
  for (const auto &head : shards_)
    last_recorded_at_ = std::max(last_recorded_at_, head.last_recorded_at);
}

caf::behavior sequencer_actor::make_behavior() {
  return {
      [this](const submit &ready) { on_submit(ready); },
      [this](const forget_wallet &goodbye) { on_forget(goodbye); },
      [this](const appended &answer) { on_appended(answer); },
      [this](const resolved &answer) { on_resolved(answer); },
  };
}

void sequencer_actor::on_exit() {
  // Units hold wallets; whoever waits for them gets "outcome unknown".
  queue_.clear();
  in_flight_.reset();
  to_ = {};
}

void sequencer_actor::on_submit(const submit &ready) {
  if (is_fenced_) {
    abort(ready.work, failure::standby);
    return;
  }
  for (std::size_t i = 0; i < ready.work->leg_count; ++i) {
    const auto &part = ready.work->legs[i];
    heads_.try_emplace(part.profile->id, part.seen);
    if (has_bug(known_bug::stale_snapshot_trusted))
      heads_[part.profile->id] = part.seen;
  }
  queue_.push_back(ready.work);
  append_next();
}

void sequencer_actor::on_forget(const forget_wallet &goodbye) {
  heads_.erase(goodbye.wallet);
  send(goodbye.shard, wallet_forgotten{goodbye.wallet});
}

void sequencer_actor::append_next() {
  if (in_flight_ || queue_.empty() || is_fenced_)
    return;
  last_recorded_at_ = std::max(last_recorded_at_, outside_.now());
  stamping stamps(new_batch_id(outside_), shards_, heads_, last_recorded_at_);
  flight next;
  while (!queue_.empty() && stamps.event_count() < events_per_batch_) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    if (stamps.add(*work)) {
      next.units.push_back(std::move(work));
    } else {
      spdlog::critical("an admitted command cannot follow its wallet {}: "
                       "refused, nothing was written; run `wallet verify`",
                       work->legs[0].profile->id.to_string());
      abort(work, failure::store_unavailable);
    }
  }
  if (next.units.empty())
    return;
  if (has_bug(known_bug::answer_before_commit))
    for (const auto &work : next.units)
      work->origin.reply.complete(receipt_of(*work));
  next.heads = stamps.take_heads();
  next.written = std::make_shared<storage::batch>(stamps.take_batch());
  send(to_.writer, append{next.written});
  in_flight_ = std::move(next);
}

void sequencer_actor::on_appended(const appended &answer) {
  if (!in_flight_ || in_flight_->written->id != answer.batch)
    return;
  if (const auto *lost = std::get_if<storage::unknown>(&answer.outcome)) {
    if (has_bug(known_bug::unknown_is_committed))
      return on_appended({answer.batch, storage::committed{}});
    spdlog::warn("the outcome of an append is unknown ({}): asking the store",
                 lost->why);
    send(to_.writer, resolve{in_flight_->written});
    return;
  }
  auto ended = std::move(*in_flight_);
  in_flight_.reset();
  if (std::holds_alternative<storage::committed>(answer.outcome)) {
    settle(std::move(ended));
  } else if (const auto *found =
                 std::get_if<storage::duplicates>(&answer.outcome)) {
    answer_duplicates(std::move(ended), *found);
  } else if (const auto *hit = std::get_if<storage::fenced>(&answer.outcome)) {
    stop_writing(std::move(ended), hit->why);
  } else {
    spdlog::error("an append was refused, nothing was written: {}",
                  std::get<storage::rejected>(answer.outcome).why);
    abort(ended.units, failure::store_unavailable);
  }
  append_next();
}

void sequencer_actor::on_resolved(const resolved &answer) {
  if (!in_flight_ || in_flight_->written->id != answer.batch)
    return;
  if (std::holds_alternative<failure>(answer.outcome)) {
    // The writer paces its attempts to reconnect.
    send(to_.writer, resolve{in_flight_->written});
    return;
  }
  auto ended = std::move(*in_flight_);
  in_flight_.reset();
  if (std::holds_alternative<fence_found>(answer.outcome)) {
    // In or out, a newer owner knows; our clients may retry there.
    is_fenced_ = true;
    abort(ended.units, failure::outcome_unknown);
    stop_writing({}, "another node took the shards over");
    return;
  }
  const auto &found = std::get<storage::resolved>(answer.outcome);
  for (const auto &[shard, raised] : found.epochs)
    shards_[shard.value()].epoch = raised;
  spdlog::info("the append of unknown outcome is {}",
               found.is_committed ? "committed" : "not in the store");
  if (found.is_committed)
    settle(std::move(ended));
  else
    abort(ended.units, failure::store_unavailable);
  append_next();
}

void sequencer_actor::settle(flight landed) {
  for (const auto &advance : landed.written->advances)
    shards_[advance.shard.value()].position = advance.to;
  for (const auto &[id, head] : landed.heads)
    heads_[id] = head;
  if (to_.relay)
    send(to_.relay, batch_committed{landed.written});
  for (const auto &work : landed.units)
    for (auto i = work->leg_count; i-- > 0;)
      send(work->legs[i].owner, settled{work, i});
}

void sequencer_actor::answer_duplicates(flight returned,
                                        const storage::duplicates &found) {
  const auto stored_as =
      [&](const unit_ptr &work) -> const storage::stored_transaction * {
    const auto &key = work->origin.asked.key;
    if (key)
      for (const auto &transaction : found.found)
        if (transaction.first.key == key)
          return &transaction;
    return nullptr;
  };
  std::vector<unit_ptr> again;
  for (const auto &work : returned.units)
    if (const auto *stored = stored_as(work))
      abort(work, *stored);
    else
      again.push_back(work);
  if (again.size() == returned.units.size()) {
    spdlog::error("the store reports duplicate keys that no command has");
    abort(again, failure::store_unavailable);
    return;
  }
  queue_.insert(queue_.begin(), again.begin(), again.end());
}

void sequencer_actor::abort(const unit_ptr &work, const abort_reason &why) {
  for (auto i = work->leg_count; i-- > 0;)
    send(work->legs[i].owner, aborted{work, i, why});
}

void sequencer_actor::abort(const std::vector<unit_ptr> &units, failure why) {
  for (const auto &work : units)
    abort(work, why);
}

void sequencer_actor::stop_writing(flight last, const std::string &why) {
  is_fenced_ = true;
  abort(last.units, failure::standby);
  for (const auto &work : std::exchange(queue_, {}))
    abort(work, failure::standby);
  send(to_.ownership, fence_hit{why});
}

} // namespace wallet::actors
