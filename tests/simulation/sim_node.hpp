#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

#include "tests/simulation/mix.hpp"
#include "tests/simulation/sim_actors.hpp"
#include "tests/simulation/sim_scheduler.hpp"

namespace wallet::simulation {

/// One node: the real gateway, ownership, shards, wallets, sequencer, relay
/// and history actor over the world's store and bus. It is what a crash takes
/// away.
class sim_node {
public:
  /// All references outlive this.
  sim_node(outside_world &world, const mix &likely, std::mt19937_64 &random,
           const timestamp &wall_clock, std::string name);
  ~sim_node();

  const std::string &name() const { return name_; }
  const caf::actor &gateway() const { return gateway_; }

  /// A frozen node does nothing; its timers wait, but time goes on for it too.
  bool is_frozen = false;

  /// SIGTERM: has_stopped() some time later.
  void stop();
  bool has_stopped() const { return *has_stopped_; }

  std::optional<sim_scheduler::delivery> deliver_one(std::mt19937_64 &random) {
    return scheduler_.step(random);
  }
  /// When the next timer is due, on the world's clock; max() without one.
  timestamp next_timer() const;
  void fire_next_timer() { scheduler_.fire_next_timer(); }
  void move_time_to(timestamp now);

private:
  struct quiet_config : caf::actor_system_config {
    quiet_config();
  };

  template <class Actor, class... Arguments>
  caf::actor spawn(Arguments &&...arguments) {
    actors_.push_back(
        system_.spawn<Actor>(std::forward<Arguments>(arguments)...));
    return actors_.back();
  }

  std::string name_;
  quiet_config config_;
  caf::actor_system system_;
  sim_scheduler &scheduler_;
  timestamp began_;
  std::vector<caf::actor> actors_;
  caf::actor gateway_;
  caf::actor ownership_;
  std::shared_ptr<bool> has_stopped_ = std::make_shared<bool>(false);
};

} // namespace wallet::simulation
