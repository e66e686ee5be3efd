#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <caf/actor_system.hpp>

#include "actors/environment.hpp"
#include "tests/simulation/sim_actors.hpp"
#include "tests/simulation/sim_scheduler.hpp"

namespace wallet::simulation {

class clients;

/// Two nodes in one thread, each with the real gateway, ownership, shards,
/// wallets, sequencer, relay and history actor, over one store and one bus that
/// do what the seed wants: commit, refuse, lose the answer, begin late. The
/// seed also chooses which message is delivered next, the clients' commands,
/// the wall clock's jumps, nodes that freeze or crash, leases that end too
/// early, and an owner from outside.
///
/// run() raises `violation` when an invariant of DESIGN does not hold.
class simulation {
public:
  /// Gets every step in words.
  using tracer = std::function<void(const std::string &)>;

  explicit simulation(std::uint64_t seed, tracer trace = {});
  ~simulation();

  /// `steps` with faults, then without until everything has ended.
  void run(std::size_t steps);

  /// The last steps, oldest first, readable.
  std::string recent_steps() const;
  /// How often things happened, by name.
  const std::map<std::string, std::size_t> &counts() const {
    return world_.counts;
  }
  /// Something was logged inside run(): a critical line is a violation.
  void on_log(bool is_critical, const std::string &text);
  /// The same for the same seed.
  std::uint64_t trace_hash() const { return trace_hash_; }

private:
  class node;

  void step();
  void disturb_nodes();
  bool deliver_one();
  bool perform_one(bool with_faults);
  void pass_time();
  void move_time_to(timestamp now);
  void start(std::size_t number);
  void tear_down(std::size_t number);
  void crash(std::size_t number);
  void outside_owner();
  void begin_orphan();
  void disturb_topic();
  void settle_down();
  void check() const;

  void count(const std::string &what);
  void note(const std::string &what);
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(double probability);

  std::mt19937_64 random_;
  outside_world world_;
  std::unique_ptr<clients> clients_;
  std::array<std::unique_ptr<node>, 2> nodes_;
  std::deque<std::string> recent_;
  tracer trace_;
  std::uint64_t trace_hash_ = 1469598103934665603u;
  std::size_t steps_ = 0;
  timestamp wall_clock_;
};

} // namespace wallet::simulation
