#pragma once

#include <cstdint>
#include <deque>
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

/// A whole node in one thread: the real gateway, ownership, shards, wallets,
/// sequencer, relay and two history actors, over stores and a bus that do what
/// the seed wants: commit, refuse, lose the answer, begin late. The seed also
/// chooses which message is delivered next, the clients' commands, the wall
/// clock's jumps, a second owner, and crashes.
///
/// run() raises `violation` when an invariant of DESIGN does not hold.
class simulation {
public:
  explicit simulation(std::uint64_t seed);
  ~simulation();

  /// `steps` with faults, then without until everything has ended.
  void run(std::size_t steps);

  /// The last steps, oldest first, readable.
  std::string recent_steps() const;
  /// How often things happened, by name.
  const std::map<std::string, std::size_t> &counts() const { return counts_; }
  /// The same for the same seed.
  std::uint64_t trace_hash() const { return trace_hash_; }

private:
  class node;

  void step();
  bool perform_one(bool with_faults);
  void pass_time();
  void crash();
  void crash_quietly();
  void second_owner();
  void begin_orphan();
  void disturb_topic();
  void settle_down();

  void count(const std::string &what);
  void note(const std::string &what);
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(double probability);

  std::mt19937_64 random_;
  outside_world world_;
  std::unique_ptr<node> node_;
  std::unique_ptr<clients> clients_;
  std::map<std::string, std::size_t> counts_;
  std::deque<std::string> recent_;
  std::uint64_t trace_hash_ = 1469598103934665603u;
  std::size_t steps_ = 0;
  timestamp wall_clock_;
};

} // namespace wallet::simulation
