#include "actors/kafka_actors.hpp"

#include <caf/send.hpp>

#include "actors/or_failure.hpp"
#include "storage/log_copies.hpp"

namespace wallet::actors {

namespace {

/// Wakes the producer's actor from librdkafka's threads.
std::function<void()> wake(caf::actor_addr address) {
  return [address] {
    if (const auto owner = caf::actor_cast<caf::actor>(address))
      caf::anon_send(owner, tick{});
  };
}

} // namespace

bus_producer_actor::bus_producer_actor(caf::actor_config &config,
                                       storage::event_log_options options)
    : event_based_actor(config),
      producer_(std::move(options), wake(address())) {}

caf::behavior bus_producer_actor::make_behavior() {
  ensure_topic();
  delayed_send(this, look_every, look_around{});
  return {
      [this](const publish &asked) { on_publish(asked); },
      [this](const tick &) { poll(); },
      [this](const retry &) { ensure_topic(); },
      [this](const look_around &) {
        producer_.look_for_partitions();
        delayed_send(this, look_every, look_around{});
      },
  };
}

void bus_producer_actor::ensure_topic() {
  has_topic_ = producer_.ensure_topic();
  if (has_topic_)
    push();
  else
    delayed_send(this, topic_retry, retry{});
}

void bus_producer_actor::on_publish(const publish &asked) {
  relay_ = caf::actor_cast<caf::actor>(current_sender());
  if (asked.generation != generation_)
    return;
  waiting_.insert(waiting_.end(), asked.events.begin(), asked.events.end());
  push();
}

void bus_producer_actor::push() {
  if (!has_topic_ || waiting_.empty())
    return;
  // Fewer taken than offered: the queue is full, poll() goes on.
  const auto taken = producer_.publish(waiting_);
  waiting_.erase(waiting_.begin(),
                 waiting_.begin() + static_cast<std::ptrdiff_t>(taken));
}

void bus_producer_actor::poll() {
  auto report = producer_.poll();
  if (relay_ && !report.delivered.empty())
    send(relay_, delivered{generation_, std::move(report.delivered),
                           std::move(report.offsets)});
  if (!report.is_reset) {
    push();
    return;
  }
  waiting_.clear();
  if (relay_)
    send(relay_, delivery_reset{++generation_});
  // It may be the topic that is gone.
  ensure_topic();
}

void bus_producer_actor::on_exit() { relay_ = nullptr; }

bus_consumer_actor::bus_consumer_actor(caf::actor_config &config,
                                       storage::event_log_options options)
    : event_based_actor(config), consumer_(std::move(options)) {}

caf::behavior bus_consumer_actor::make_behavior() {
  return {
      [this](const fetch &asked) { return on_fetch(asked); },
      [this](const commit_offsets &asked) { consumer_.commit(asked.offsets); },
  };
}

fetched bus_consumer_actor::on_fetch(const fetch &asked) {
  auto records =
      consumer_.fetch(asked.limit, max_wait, is_busy_ ? gather : gather.zero());
  is_busy_ = !records.empty();
  return {std::move(records), consumer_.partitions()};
}

topic_checker_actor::topic_checker_actor(caf::actor_config &config,
                                         std::string database_url,
                                         storage::event_log_options options)
    : event_based_actor(config), log_(std::move(database_url), "relay"),
      options_(std::move(options)) {}

caf::behavior topic_checker_actor::make_behavior() {
  return {[this](const check_topic &) { return check(); }};
}

topic_checked topic_checker_actor::check() {
  topic_checked answer{failure::store_unavailable};
  const auto compared = or_failure("comparing the topic with the log", [&] {
    return storage::find_divergence(log_, options_, patience);
  });
  const auto *found =
      std::get_if<std::variant<storage::no_answer, storage::divergence>>(
          &compared);
  if (found && std::holds_alternative<storage::divergence>(*found))
    answer.divergence = std::get<storage::divergence>(*found);
  return answer;
}

} // namespace wallet::actors
