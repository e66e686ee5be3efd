#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/limits.hpp"

namespace wallet::actors {

/// Projects the log into the history, exactly once: rows and checkpoint move
/// in one transaction, by compare-and-set, so two projectors do no harm.
///
/// One request is under way at a time. Records that continue their shard's
/// checkpoint are applied, older ones dropped and counted; a hole, an
/// undecodable record or a head that Kafka never brought makes the shard
/// "behind", and what is missing is read from the event store. Without Kafka
/// every shard is filled that way, driven by the heads.
class history_actor : public caf::event_based_actor {
public:
  /// How often the heads of the log are compared with the checkpoints while
  /// Kafka brings the records: finds a topic that lost its tail.
  static constexpr std::chrono::milliseconds check_every{2'000};
  /// How often the heads are read when they are the only source.
  static constexpr std::chrono::milliseconds follow_every{50};
  /// Between attempts when a database does not answer.
  static constexpr std::chrono::milliseconds retry_after{500};

  struct links {
    /// Null without Kafka.
    caf::actor consumer;
    caf::actor log;
    caf::actor writer;
    /// Is told of a divergence; null: nobody is.
    caf::actor readiness;
  };

  history_actor(caf::actor_config &config, links to, const limits &within);

  caf::behavior make_behavior() override;
  const char *name() const override { return "history"; }
  void on_exit() override;

private:
  struct lane {
    log_position checkpoint{};
    /// Beyond the checkpoint by the rows that wait to be applied.
    log_position tip{};
    /// Where it stood when its head was last seen beyond it.
    std::optional<log_position> stood_at;
    bool is_behind = false;
    /// There is an event that this program cannot read.
    bool is_halted = false;
    /// The log has lost what is in the history; until that is rebuilt.
    bool is_diverged = false;

    bool moves() const { return !is_halted && !is_diverged; }
  };

  enum class request : std::uint8_t {
    none,  ///< idle until the tick
    pause, ///< until a database may answer again
    checkpoints,
    heads,
    log,
    records,
    apply,
  };

  /// Sends the next request: fill what is behind, apply, check, fetch.
  void next_step();
  template <class Message>
  void ask(request what, const caf::actor &whom, Message message);
  void on_checkpoints(const checkpoints_loaded &answer);
  void on_heads(const heads_read &answer);
  void on_log_read(const log_read &answer);
  void on_fetched(const fetched &answer);
  void on_applied(const rows_applied &answer);
  void on_tick();

  void take(const storage::consumed_record &record);
  void take(const recorded_event &event);
  void apply();
  void finish_records();
  void retry_later();
  lane *first_behind();
  bool is_diverged() const;
  void tell_divergence();
  lane &lane_of(shard_number shard) { return lanes_[shard.value()]; }

  links to_;
  std::size_t max_rows_;
  std::array<lane, shard_number::count> lanes_;
  request under_way_ = request::none;
  bool has_checkpoints_ = false;
  bool must_check_heads_ = false;
  bool must_reload_ = false;
  /// Fetched and not yet known to be in the history.
  std::vector<storage::consumed_record> records_;
  int partitions_ = 0;
  /// To be applied next.
  std::vector<recorded_event> rows_;
  std::uint64_t dropped_ = 0;
  bool is_divergence_told_ = false;
};

} // namespace wallet::actors
