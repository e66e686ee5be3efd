#pragma once

#include <memory>

#include <caf/event_based_actor.hpp>

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "actors/links.hpp"

namespace wallet::actors {

/// Takes the shards, keeps the lease alive, and ends what this node started
/// when a newer owner is found. Each ownership gets a generation of its own:
/// 64 shards and a sequencer, which die with it. While another node's lease
/// lives, this one waits as a standby.
class ownership_actor : public caf::event_based_actor {
public:
  /// How long a lease lives on the database's clock, and how often it is
  /// renewed: a standby takes over within 5 s, two renewals may be lost.
  static constexpr std::chrono::milliseconds lease{5'000};
  static constexpr std::chrono::milliseconds renew_every{1'000};
  /// Reads end this much before the lease, for clocks of different speed.
  static constexpr std::chrono::milliseconds lease_margin{500};

  struct links {
    caf::actor lease_keeper;
    caf::actor writer;
    caf::actor reader;
    caf::actor gateway;
    /// Null without Kafka.
    caf::actor relay;
  };

  ownership_actor(caf::actor_config &config, links to, environment outside,
                  const limits &within);

  caf::behavior make_behavior() override;
  const char *name() const override { return "ownership"; }
  void on_exit() override;

private:
  void take();
  void on_taken(const shards_taken &answer);
  void begin(const storage::shard_heads &heads);
  void on_renewed(const lease_renewed &answer);
  void on_tick();
  void on_shut_down(const shut_down &request);
  void on_diverged(const log_diverged &found);
  void give_up(failure why, const std::string &reason);
  /// Shards and sequencer hold each other: they must be told.
  void end_generation();

  links to_;
  environment outside_;
  limits limits_;
  std::optional<generation> owned_;
  /// When the request under way was sent: a lease counts from before it.
  caf::actor_clock::time_point asked_at_{};
  bool is_asking_ = false;
  bool is_stopping_ = false;
  /// For good: the store is behind what was published.
  bool is_halted_ = false;
};

} // namespace wallet::actors
