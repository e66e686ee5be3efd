#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace wallet::actors {

/// The Kafka producer behind an actor: spawn it detached. Publishes in order;
/// what librdkafka's queue does not take waits here (the relay bounds it).
class bus_producer_actor : public caf::event_based_actor {
public:
  /// While there is no broker, the topic is asked for this often.
  static constexpr std::chrono::milliseconds topic_retry{500};
  /// The topic may get more partitions; looked for this often.
  static constexpr std::chrono::seconds look_every{60};

  bus_producer_actor(caf::actor_config &config,
                     storage::event_log_options options);
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void on_publish(const publish &asked);
  void poll();
  void push();
  void ensure_topic();

  storage::event_log_producer producer_;
  caf::actor relay_;
  std::uint64_t generation_ = 0;
  std::vector<recorded_event> waiting_;
  bool has_topic_ = false;
};

/// The Kafka consumer behind an actor: spawn it detached; blocks while it
/// waits for records.
class bus_consumer_actor : public caf::event_based_actor {
public:
  /// How long a fetch waits for the first record; also how long a stop takes.
  static constexpr std::chrono::milliseconds max_wait{100};
  /// How long it gathers more while records keep coming: each fetch costs the
  /// history a commit, whose fsync the commands' own would wait for. A record
  /// after a silence is handed on at once.
  static constexpr std::chrono::milliseconds gather{20};

  bus_consumer_actor(caf::actor_config &config,
                     storage::event_log_options options);
  caf::behavior make_behavior() override;

private:
  fetched on_fetch(const fetch &asked);

  storage::event_log_consumer consumer_;
  bool is_busy_ = false;
};

/// Compares the topic with the log, for the relay: spawn it detached; blocks in
/// both.
class topic_checker_actor : public caf::event_based_actor {
public:
  /// For a broker that does not answer; the relay asks again.
  static constexpr std::chrono::milliseconds patience{1'000};

  topic_checker_actor(caf::actor_config &config, std::string database_url,
                      storage::event_log_options options);
  caf::behavior make_behavior() override;

private:
  topic_checked check();

  storage::event_store log_;
  storage::event_log_options options_;
};

} // namespace wallet::actors
