#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/limits.hpp"

namespace wallet::actors {

/// Publishes the log to Kafka, after the commit and never in a request's way.
///
/// Per shard it knows what is delivered (acknowledged, without hole), what it
/// has offered to the producer, and the log's head. A committed batch comes
/// from memory when it continues what was offered and there is room; all else
/// (start, Kafka away, too far behind) is read from the log. Nothing is
/// skipped; after a reset or a crash some events are published twice.
///
/// It never gives a place of the topic to another event: at the beginning of
/// each ownership the topic is compared with the log, and a log that has lost
/// what was published ends the ownership.
class relay_actor : public caf::event_based_actor {
public:
  /// How much is published again after a crash.
  static constexpr std::chrono::milliseconds save_every{1'000};

  /// `checker`: says before anything is published whether the topic is a part
  /// of the log; null: nobody asks.
  relay_actor(caf::actor_config &config, caf::actor log, caf::actor producer,
              caf::actor checker, const limits &within);

  caf::behavior make_behavior() override;
  const char *name() const override { return "relay"; }
  void on_exit() override;

private:
  struct lane {
    log_position head{};
    log_position offered{};
    log_position delivered{};
    bool is_reading = false;
  };

  void on_follow(const follow_log &start);
  void on_cursors(const cursors_loaded &answer);
  void on_checked(const topic_checked &answer);
  void on_batch(const batch_committed &news);
  void on_log_read(const log_read &answer);
  void on_delivered(const delivered &report);
  void on_reset(const delivery_reset &report);
  void on_tick();

  void ask_for_start();
  /// The store has lost what was published: publishes nothing any more.
  void halt(const std::string &why);

  /// Takes what continues its lane, as long as there is room.
  void offer(const std::vector<recorded_event> &events);
  /// Reads the log for lanes that are behind.
  void catch_up();
  bool may_publish() const {
    return has_cursors_ && is_checked_ && !is_halted_;
  }
  std::size_t room() const {
    return limits_.unacknowledged_events - unacknowledged_;
  }
  lane &lane_of(shard_number shard) { return lanes_[shard.value()]; }

  caf::actor log_;
  caf::actor producer_;
  caf::actor checker_;
  limits limits_;
  caf::actor ownership_;
  std::array<lane, shard_number::count> lanes_;
  std::uint64_t generation_ = 0;
  std::size_t unacknowledged_ = 0;
  storage::partition_offsets offsets_;
  bool has_cursors_ = false;
  /// Nothing is published before that.
  bool is_checked_ = false;
  bool is_checking_ = false;
  bool is_halted_ = false;
  bool is_unsaved_ = false;
};

} // namespace wallet::actors
