#include "tests/simulation/simulation.hpp"
#include "tests/simulation/violation.hpp"

namespace wallet::simulation {

namespace {

/// Enough for leases to end and a node to own the shards; requests come now and
/// then.
constexpr std::size_t steps_after_restore = 3'000;
constexpr double requests_after_restore = 0.01;

} // namespace

void simulation::make_backup() {
  backup_ = {world_.store, world_.history, world_.saved};
}

/// The topic is ahead of what comes back: a node that owns the shards must find
/// out, and never give a place of the topic to another event.
void simulation::restore_backup() {
  if (!likely_.has_kafka || world_.topic.has_lost_records() ||
      backup_->store.heads() == world_.store.heads())
    return;
  count("store: an older backup is restored");
  is_restored_ = true;
  world_.late_writes.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    tear_down(i);
  world_.store = backup_->store;
  world_.history = backup_->history;
  world_.saved = backup_->saved;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    start(i);
  for (std::size_t i = 0; i < steps_after_restore; ++i) {
    if (chance(requests_after_restore))
      clients::create_unwatched(nodes_[pick(nodes_.size())]->gateway());
    settling_step();
  }
  if (!is_loss_told_)
    throw violation("an older backup was restored, and nobody says so");
}

} // namespace wallet::simulation
