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

#include "tests/simulation/clients.hpp"
#include "tests/simulation/mix.hpp"
#include "tests/simulation/sim_node.hpp"

namespace wallet::simulation {

/// Two nodes in one thread (sim_node.hpp) over one store and one bus that do
/// what the seed wants: commit, refuse, lose the answer, begin late. The seed
/// also chooses which message is delivered next, the clients' requests, the
/// wall clock's jumps, nodes that freeze, crash or are told to stop, leases
/// that end too early, and an owner from outside. When all is over an older
/// backup of the store may come back.
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

private:
  /// The owner from outside, by name.
  static constexpr const char *outsider = "outside";

  /// The databases at some moment of the run.
  struct backup {
    sim_store store;
    sim_history history;
    storage::published saved;
  };

  void step();
  bool take(action chosen);
  bool disturb_node();
  void crash(std::size_t number);
  void seize_from_outside();
  bool jump_clock();
  bool begin_late_write();
  bool disturb_topic();
  void make_unreadable();

  bool deliver_one();
  bool perform_one(double fault_probability);
  bool pass_time();
  void move_time_to(timestamp now);

  void start(std::size_t number);
  void tear_down(std::size_t number);
  void restart_stopped();

  void make_backup();
  void restore_backup();

  void settle_down();
  void settling_step();
  bool has_settled();
  void check() const;

  void count(const std::string &what);
  void note(const std::string &what);
  std::size_t pick(std::size_t below) { return random_() % below; }
  bool chance(double probability);

  std::mt19937_64 random_;
  const mix likely_;
  outside_world world_;
  std::optional<backup> backup_;
  bool is_restored_ = false;
  /// A node has said that the restored store has lost events.
  bool is_loss_told_ = false;
  clients clients_;
  timestamp wall_clock_;
  std::array<std::unique_ptr<sim_node>, 2> nodes_;
  std::deque<std::string> recent_;
  tracer trace_;
  std::size_t steps_ = 0;
};

} // namespace wallet::simulation
