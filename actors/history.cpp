#include "actors/history.hpp"

#include <algorithm>
#include <map>

#include <spdlog/spdlog.h>

#include "events/known_bugs.hpp"
#include "storage/log_copies.hpp"

namespace wallet::actors {

history_actor::history_actor(caf::actor_config &config, links to,
                             const limits &within)
    : event_based_actor(config), to_(std::move(to)),
      max_rows_(within.history_rows) {}

caf::behavior history_actor::make_behavior() {
  on_tick();
  return {
      [this](const checkpoints_loaded &answer) { on_checkpoints(answer); },
      [this](const heads_read &answer) { on_heads(answer); },
      [this](const log_read &answer) { on_log_read(answer); },
      [this](const fetched &answer) { on_fetched(answer); },
      [this](const rows_applied &answer) { on_applied(answer); },
      [this](const tick &) { on_tick(); },
      [this](const retry &) { next_step(); },
  };
}

template <class Message>
void history_actor::ask(request what, const caf::actor &whom, Message message) {
  under_way_ = what;
  send(whom, std::move(message));
}

void history_actor::next_step() {
  if (!has_checkpoints_) {
    ask(request::checkpoints, to_.writer, load_checkpoints{});
    return;
  }
  if (rows_.size() < max_rows_)
    if (const auto *behind = first_behind()) {
      const shard_number shard(
          static_cast<std::size_t>(behind - lanes_.data()));
      ask(request::log, to_.log,
          read_log{shard, behind->tip, max_rows_ - rows_.size()});
      return;
    }
  if (!rows_.empty()) {
    apply();
    return;
  }
  finish_records();
  if (must_reload_) {
    must_reload_ = has_checkpoints_ = false;
    ask(request::checkpoints, to_.writer, load_checkpoints{});
  } else if (must_check_heads_) {
    must_check_heads_ = false;
    ask(request::heads, to_.log, read_heads{});
  } else if (to_.consumer) {
    ask(request::records, to_.consumer, fetch{max_rows_});
  } else {
    under_way_ = request::none;
  }
}

history_actor::lane *history_actor::first_behind() {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [](const lane &one) {
        return one.is_behind && one.moves();
      });
  return found == lanes_.end() ? nullptr : &*found;
}

void history_actor::on_checkpoints(const checkpoints_loaded &answer) {
  const auto *found = std::get_if<storage::shard_positions>(&answer.outcome);
  if (!found) {
    retry_later();
    return;
  }
  has_checkpoints_ = true;
  rows_.clear();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    // Only a rebuild goes back.
    if ((*found)[i] < lanes_[i].checkpoint)
      lanes_[i].is_diverged = false;
    lanes_[i].checkpoint = lanes_[i].tip = (*found)[i];
  }
  tell_divergence();
  for (const auto &record : records_)
    take(record);
  next_step();
}

bool history_actor::is_diverged() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const lane &one) { return one.is_diverged; });
}

void history_actor::tell_divergence() {
  if (!to_.readiness || is_diverged() == is_divergence_told_)
    return;
  is_divergence_told_ = !is_divergence_told_;
  history_diverged news;
  if (is_divergence_told_)
    news.why = "the history holds more than the event store: " +
               std::string(storage::after_divergence);
  send(to_.readiness, std::move(news));
}

void history_actor::on_heads(const heads_read &answer) {
  if (const auto *heads =
          std::get_if<storage::shard_positions>(&answer.outcome))
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      auto &one = lanes_[i];
      if ((*heads)[i] < one.checkpoint && !one.is_diverged) {
        spdlog::critical("history of shard {} stops at position {}: the event "
                         "store ends at position {}: {}",
                         i, raw(one.checkpoint), raw((*heads)[i]),
                         storage::after_divergence);
        one.is_diverged = true;
      }
      if ((*heads)[i] <= one.tip) {
        one.stood_at.reset();
        continue;
      }
      // Kafka may just be on its way: behind only without progress since the
      // last look.
      if (!to_.consumer || one.stood_at == one.tip)
        one.is_behind = true;
      one.stood_at = one.tip;
    }
  tell_divergence();
  next_step();
}

void history_actor::on_log_read(const log_read &answer) {
  auto &filled = lane_of(answer.shard);
  if (const auto *events =
          std::get_if<std::vector<recorded_event>>(&answer.outcome)) {
    // Fewer than asked is the end of the log.
    const auto asked = max_rows_ - rows_.size();
    filled.is_behind = events->size() >= asked;
    for (const auto &one : *events)
      take(one);
    next_step();
    return;
  }
  if (const auto *why = std::get_if<unreadable>(&answer.outcome)) {
    spdlog::critical("history of shard {} stops at position {}: {}",
                     answer.shard.value(), raw(answer.after), why->why);
    filled.is_halted = true;
    next_step();
    return;
  }
  retry_later();
}

void history_actor::on_fetched(const fetched &answer) {
  records_ = answer.records;
  partitions_ = answer.partitions;
  for (const auto &record : records_)
    take(record);
  if (has_bug(known_bug::offset_before_rows))
    finish_records();
  next_step();
}

void history_actor::take(const storage::consumed_record &record) {
  if (const auto *event = std::get_if<recorded_event>(&record.content)) {
    take(*event);
    return;
  }
  spdlog::error("Kafka partition {} offset {} is not one of our events ({}): "
                "reading its shards from the event store",
                record.partition, record.offset,
                std::get<storage::poison>(record.content).why);
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (partitions_ > 0 &&
        storage::partition_of(shard_number(i), partitions_) == record.partition)
      lanes_[i].is_behind = true;
}

void history_actor::take(const recorded_event &event) {
  auto &target = lane_of(event.fact.shard);
  if (!target.moves())
    return;
  if (event.fact.position <= target.tip) {
    ++dropped_;
  } else if (event.fact.position == next(target.tip)) {
    target.tip = event.fact.position;
    rows_.push_back(event);
  } else {
    target.is_behind = true;
  }
}

void history_actor::apply() {
  apply_rows step;
  step.rows = rows_;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].tip != lanes_[i].checkpoint)
      step.steps.push_back(
          {shard_number(i), lanes_[i].checkpoint, lanes_[i].tip});
  ask(request::apply, to_.writer, std::move(step));
}

void history_actor::on_applied(const rows_applied &answer) {
  const auto *outcome = std::get_if<storage::apply_outcome>(&answer.outcome);
  if (outcome && *outcome == storage::apply_outcome::applied) {
    for (auto &one : lanes_)
      one.checkpoint = one.tip;
    rows_.clear();
    next_step();
    return;
  }
  // Somebody else moved a checkpoint, or this step may have been committed
  // without an answer: begin again from what the database says.
  has_checkpoints_ = false;
  if (outcome) {
    next_step();
  } else {
    retry_later();
  }
}

void history_actor::retry_later() {
  under_way_ = request::pause;
  delayed_send(this, retry_after, retry{});
}

void history_actor::finish_records() {
  if (records_.empty())
    return;
  std::map<std::int32_t, std::int64_t> last;
  for (const auto &record : records_)
    last[record.partition] = std::max(last[record.partition], record.offset);
  records_.clear();
  send(to_.consumer, commit_offsets{{last.begin(), last.end()}});
}

void history_actor::on_tick() {
  delayed_send(this, to_.consumer ? check_every : follow_every, tick{});
  must_check_heads_ = true;
  // Other processes of the group move checkpoints too: look at them first.
  must_reload_ = to_.consumer || is_diverged();
  if (under_way_ == request::none)
    next_step();
}

void history_actor::on_exit() { to_ = {}; }

} // namespace wallet::actors
