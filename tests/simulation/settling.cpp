#include "tests/simulation/simulation.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

namespace {

/// Steps without faults after which everything must have ended: ten times what
/// any run needed.
constexpr std::size_t max_quiet_steps = 400'000;

/// A timer may overtake messages that wait (a slow actor, a loaded machine);
/// and a consumer that finds nothing must not stop time.
constexpr double time_passes = 0.02;

} // namespace

void simulation::settle_down() {
  note("the faults are over");
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i]->is_frozen = false;
    // An operator updates a node that cannot read the log.
    if (!world_.unreadable.empty())
      crash(i);
  }
  world_.unreadable.clear();
  std::size_t quiet_steps = 0;
  while (!has_settled()) {
    if (++quiet_steps > max_quiet_steps)
      throw violation("not everything ended: " + clients_.describe_open());
    settling_step();
    check();
  }
  world_.history.must_equal(world_.store);
  clients_.must_have_asked_for_everything();
  check();
  world_.counts["events"] = world_.store.event_count();
  for (const auto &[what, times] : clients_.counts())
    world_.counts["client: " + what] = times;
}

/// Everything was asked, answered and copied. Asks what is still to be asked.
bool simulation::has_settled() {
  // As long as the outsider's lease lives, a node may not know yet what it has
  // written.
  if (world_.store.owner() == outsider || clients_.has_open_requests() ||
      !world_.history.has_all_of(world_.store) ||
      (likely_.has_kafka && !world_.topic.has_had(world_.store)))
    return false;
  const auto number = clients_.choose_node();
  return !clients_.ask_last_things(number, nodes_[number]->gateway());
}

void simulation::settling_step() {
  ++steps_;
  restart_stopped();
  if (chance(time_passes) ||
      (!(chance(0.3) && perform_one(0)) && !deliver_one() && !perform_one(0)))
    pass_time();
}

} // namespace wallet::simulation
