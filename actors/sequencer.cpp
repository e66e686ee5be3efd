#include "actors/sequencer.hpp"

#include <algorithm>
#include <utility>

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
                                 const storage::shard_heads &taken)
    : event_based_actor(config), to_(std::move(to)),
      outside_(std::move(outside)), stamping_(taken),
      to_append_(std::make_shared<append_queue>(
          within.events_per_batch,
          [outside = outside_] { return new_batch_id(outside); })) {}

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
  to_append_->clear();
  stamped_.clear();
  unresolved_.reset();
  held_back_.clear();
  to_ = {};
}

void sequencer_actor::on_submit(const submit &ready) {
  if (is_fenced_) {
    abort(ready.work, failure::standby);
    return;
  }
  for (std::size_t i = 0; i < ready.work->leg_count; ++i) {
    const auto &part = ready.work->legs[i];
    stamping_.know(part.profile->id, part.seen);
  }
  if (unresolved_)
    held_back_.push_back(ready.work);
  else
    write({&ready.work, 1});
}

void sequencer_actor::on_forget(const forget_wallet &goodbye) {
  stamping_.forget(goodbye.wallet);
  send(goodbye.shard, wallet_forgotten{goodbye.wallet});
}

/// Tells the writer last: it would take what is in the queue by then.
void sequencer_actor::write(std::span<const unit_ptr> units) {
  bool is_writer_idle = false;
  for (const auto &work : units)
    is_writer_idle |= put(work);
  if (is_writer_idle)
    send(to_.writer, append{to_append_, this});
}

void sequencer_actor::write_held_back() {
  write(std::exchange(held_back_, {}));
}

/// Must the writer be told?
bool sequencer_actor::put(const unit_ptr &work) {
  if (!stamping_.stamp(*work, outside_.now())) {
    spdlog::critical("an admitted command cannot follow its wallet {}: "
                     "refused, nothing was written; run `wallet verify`",
                     work->legs[0].profile->id.to_string());
    abort(work, failure::store_unavailable);
    return false;
  }
  if (has_bug(known_bug::answer_before_commit))
    work->origin.reply.complete(receipt_of(*work));
  const auto place = to_append_->add(*work, stamping_.shards());
  if (stamped_.empty() || stamped_.back().id != place.batch)
    stamped_.push_back({place.batch, {}});
  stamped_.back().units.push_back(work);
  return place.is_writer_idle;
}

void sequencer_actor::on_appended(const appended &answer) {
  if (stamped_.empty() || stamped_.front().id != answer.written->id)
    return;
  if (std::holds_alternative<storage::committed>(answer.outcome)) {
    settle_first(answer.written);
    return;
  }
  take_back_all_but_first();
  if (const auto *lost = std::get_if<storage::unknown>(&answer.outcome)) {
    if (has_bug(known_bug::unknown_is_committed)) {
      settle_first(answer.written);
      write_held_back();
      return;
    }
    spdlog::warn("the outcome of an append is unknown ({}): asking the store",
                 lost->why);
    unresolved_ = answer.written;
    send(to_.writer, resolve{unresolved_});
    return;
  }
  const auto returned = take_back_last();
  if (const auto *found = std::get_if<storage::duplicates>(&answer.outcome)) {
    answer_duplicates(returned, *found);
  } else if (const auto *hit = std::get_if<storage::fenced>(&answer.outcome)) {
    abort(returned, failure::standby);
    stop_writing(hit->why);
  } else {
    spdlog::error("an append was refused, nothing was written: {}",
                  std::get<storage::rejected>(answer.outcome).why);
    abort(returned, failure::store_unavailable);
  }
  write_held_back();
}

void sequencer_actor::on_resolved(const resolved &answer) {
  if (!unresolved_ || unresolved_->id != answer.batch)
    return;
  if (std::holds_alternative<failure>(answer.outcome)) {
    // The writer paces its attempts to reconnect.
    send(to_.writer, resolve{unresolved_});
    return;
  }
  const auto written = std::exchange(unresolved_, nullptr);
  if (std::holds_alternative<fence_found>(answer.outcome)) {
    // In or out, a newer owner knows; our clients may retry there.
    abort(take_back_last(), failure::outcome_unknown);
    stop_writing("another node took the shards over");
    return;
  }
  const auto &found = std::get<storage::resolved>(answer.outcome);
  for (const auto &[shard, raised] : found.epochs)
    stamping_.raise_epoch(shard, raised);
  spdlog::info("the append of unknown outcome is {}",
               found.is_committed ? "committed" : "not in the store");
  if (found.is_committed)
    settle_first(written);
  else
    abort(take_back_last(), failure::store_unavailable);
  write_held_back();
}

void sequencer_actor::settle_first(const storage::batch_ptr &written) {
  const auto landed = std::move(stamped_.front());
  stamped_.pop_front();
  if (to_.relay)
    send(to_.relay, batch_committed{written});
  for (const auto &work : landed.units)
    for (auto i = work->leg_count; i-- > 0;)
      send(work->legs[i].owner, settled{work, i});
}

std::vector<unit_ptr> sequencer_actor::take_back_last() {
  auto units = std::move(stamped_.back().units);
  stamped_.pop_back();
  for (auto work = units.rbegin(); work != units.rend(); ++work)
    stamping_.take_back(**work);
  return units;
}

/// What was stamped upon a batch that is not committed comes again, and the
/// writer may go on.
void sequencer_actor::take_back_all_but_first() {
  to_append_->clear();
  while (stamped_.size() > 1) {
    const auto units = take_back_last();
    held_back_.insert(held_back_.begin(), units.begin(), units.end());
    if (has_bug(known_bug::one_batch_taken_back))
      break;
  }
}

void sequencer_actor::answer_duplicates(const std::vector<unit_ptr> &units,
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
  for (const auto &work : units)
    if (const auto *stored = stored_as(work))
      abort(work, *stored);
    else
      again.push_back(work);
  if (again.size() == units.size()) {
    spdlog::error("the store reports duplicate keys that no command has");
    abort(again, failure::store_unavailable);
    return;
  }
  held_back_.insert(held_back_.begin(), again.begin(), again.end());
}

void sequencer_actor::abort(const unit_ptr &work, const abort_reason &why) {
  for (auto i = work->leg_count; i-- > 0;)
    send(work->legs[i].owner, aborted{work, i, why});
}

void sequencer_actor::abort(const std::vector<unit_ptr> &units, failure why) {
  for (const auto &work : units)
    abort(work, why);
}

void sequencer_actor::stop_writing(const std::string &why) {
  is_fenced_ = true;
  abort(std::exchange(held_back_, {}), failure::standby);
  send(to_.ownership, fence_hit{why});
}

} // namespace wallet::actors
