#include "actors/relay.hpp"

#include <algorithm>

#include "events/known_bugs.hpp"

namespace wallet::actors {

relay_actor::relay_actor(caf::actor_config &config, caf::actor log,
                         caf::actor producer, caf::actor checker,
                         const limits &within)
    : event_based_actor(config), log_(std::move(log)),
      producer_(std::move(producer)), checker_(std::move(checker)),
      limits_(within) {}

caf::behavior relay_actor::make_behavior() {
  delayed_send(this, save_every, tick{});
  return {
      [this](const follow_log &start) { on_follow(start); },
      [this](const cursors_loaded &answer) { on_cursors(answer); },
      [this](const topic_checked &answer) { on_checked(answer); },
      [this](const batch_committed &news) { on_batch(news); },
      [this](const log_read &answer) { on_log_read(answer); },
      [this](const delivered &report) { on_delivered(report); },
      [this](const delivery_reset &report) { on_reset(report); },
      [this](const tick &) { on_tick(); },
  };
}

void relay_actor::on_follow(const follow_log &start) {
  ownership_ = caf::actor_cast<caf::actor>(current_sender());
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (start.heads[i] < lanes_[i].head)
      halt("shard " + std::to_string(i) + " was committed up to position " +
           std::to_string(raw(lanes_[i].head)) +
           ", and the event store ends at position " +
           std::to_string(raw(start.heads[i])));
    lanes_[i].head = std::max(lanes_[i].head, start.heads[i]);
  }
  is_checked_ = !checker_ || has_bug(known_bug::topic_unchecked);
  ask_for_start();
  catch_up();
}

void relay_actor::ask_for_start() {
  if (!has_cursors_)
    send(log_, load_cursors{});
  if (is_checked_ || is_checking_ || is_halted_)
    return;
  is_checking_ = true;
  send(checker_, check_topic{});
}

void relay_actor::on_checked(const topic_checked &answer) {
  is_checking_ = false;
  // A failure is asked again by the tick.
  const auto *found =
      std::get_if<std::optional<std::string>>(&answer.divergence);
  if (!found)
    return;
  if (*found)
    halt(**found);
  is_checked_ = true;
  catch_up();
}

void relay_actor::halt(const std::string &why) {
  is_halted_ = true;
  send(ownership_, log_diverged{why});
}

void relay_actor::on_cursors(const cursors_loaded &answer) {
  // A failure is asked again by the tick.
  const auto *cursors = std::get_if<storage::shard_positions>(&answer.outcome);
  if (!cursors || has_cursors_)
    return;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i].offered = lanes_[i].delivered = (*cursors)[i];
  has_cursors_ = true;
  catch_up();
}

void relay_actor::on_batch(const batch_committed &news) {
  for (const auto &advance : news.written->advances) {
    // A late word of an older generation must not take the head back.
    auto &head = lane_of(advance.shard).head;
    head = std::max(head, advance.to);
  }
  if (!may_publish())
    return;
  offer(news.written->events);
  catch_up();
}

void relay_actor::offer(const std::vector<recorded_event> &events) {
  publish next_ones;
  next_ones.generation = generation_;
  for (const auto &one : events) {
    auto &target = lane_of(one.fact.shard);
    if (one.fact.position != next(target.offered) ||
        next_ones.events.size() >= room())
      continue;
    target.offered = one.fact.position;
    next_ones.events.push_back(one);
  }
  if (next_ones.events.empty())
    return;
  unacknowledged_ += next_ones.events.size();
  send(producer_, std::move(next_ones));
}

void relay_actor::catch_up() {
  if (!may_publish())
    return;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    auto &behind = lanes_[i];
    if (room() == 0)
      return;
    if (behind.is_reading || behind.offered >= behind.head)
      continue;
    behind.is_reading = true;
    send(log_,
         read_log{shard_number(i), behind.offered, limits_.events_per_read});
  }
}

void relay_actor::on_log_read(const log_read &answer) {
  lane_of(answer.shard).is_reading = false;
  // A failure is tried again by the tick.
  if (const auto *events =
          std::get_if<std::vector<recorded_event>>(&answer.outcome)) {
    const auto before = lane_of(answer.shard).offered;
    offer(*events);
    // Without progress the tick asks again, not this loop.
    if (lane_of(answer.shard).offered != before)
      catch_up();
  }
}

void relay_actor::on_delivered(const delivered &report) {
  if (report.generation != generation_)
    return;
  for (const auto &[shard, position] : report.positions) {
    auto &target = lane_of(shard);
    if (position <= target.delivered)
      continue;
    unacknowledged_ -=
        static_cast<std::size_t>(raw(position) - raw(target.delivered));
    target.delivered = position;
    is_unsaved_ = true;
  }
  for (const auto &[partition, offset] : report.offsets)
    offsets_[partition] = offset;
  catch_up();
}

void relay_actor::on_reset(const delivery_reset &report) {
  generation_ = report.generation;
  for (auto &target : lanes_) {
    if (has_bug(known_bug::relay_skips_after_error))
      target.delivered = target.offered;
    target.offered = target.delivered;
  }
  unacknowledged_ = 0;
  // The tick starts again: a broker that refuses is not asked in a loop.
}

void relay_actor::on_tick() {
  delayed_send(this, save_every, tick{});
  if (!ownership_)
    return;
  ask_for_start();
  catch_up();
  if (!is_unsaved_)
    return;
  is_unsaved_ = false;
  save_cursors saved;
  saved.offsets = offsets_;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    saved.cursors[i] = lanes_[i].delivered;
  send(log_, saved);
}

void relay_actor::on_exit() {
  log_ = producer_ = checker_ = ownership_ = nullptr;
}

} // namespace wallet::actors
