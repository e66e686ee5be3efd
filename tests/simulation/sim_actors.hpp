#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "tests/simulation/sim_store.hpp"

namespace wallet::simulation {

/// What becomes of one operation on a store or the bus.
enum class fate : std::uint8_t {
  done,        ///< carried out and answered
  refused,     ///< not carried out, and the answer says so
  answer_lost, ///< carried out, the answer says that nothing is known
  not_begun,   ///< answered like answer_lost; may be carried out later
};

/// An operation that waits for its fate.
using operation = std::function<void(fate)>;

/// Everything outside the actors: it survives their crashes.
struct outside_world {
  explicit outside_world(std::chrono::milliseconds lease) : store(lease) {}

  sim_store store;
  sim_history history;
  sim_topic topic;
  /// The database's clock.
  timestamp now;
  /// False while a node is torn down: nothing it still sends gets out.
  bool is_reachable = true;
  /// Per connection, in order: one is carried out after the other.
  std::map<std::string, std::deque<operation>> waiting;
  /// Appends whose backend has not begun when their client gave up.
  std::vector<storage::batch_ptr> orphans;
  /// What the group has committed, per partition.
  std::array<std::size_t, sim_topic::partitions> offsets{};
};

/// A storage actor of the simulation: queues what it is asked as operations
/// of one connection. `Messages` handlers are made by the functions below.
class connection_actor : public caf::event_based_actor {
public:
  connection_actor(caf::actor_config &config, outside_world &world,
                   std::string name)
      : event_based_actor(config), world_(world), name_(std::move(name)) {}

protected:
  /// `answer_for` gives the answer to a message for a fate.
  template <class AnswerFor> void queue(AnswerFor answer_for) {
    if (!world_.is_reachable)
      return;
    const auto asker = caf::actor_cast<caf::actor>(current_sender());
    world_.waiting[name_].push_back([asker, answer_for](fate what) {
      caf::anon_send(asker, answer_for(what));
    });
  }

  outside_world &world_;
  std::string name_;
};

class sim_writer : public connection_actor {
public:
  sim_writer(caf::actor_config &config, outside_world &world, std::string node)
      : connection_actor(config, world, "writer"), node_(std::move(node)) {}
  caf::behavior make_behavior() override;

private:
  std::string node_;
};

class sim_reader : public connection_actor {
public:
  sim_reader(caf::actor_config &config, outside_world &world)
      : connection_actor(config, world, "reader") {}
  caf::behavior make_behavior() override;
};

class sim_log_reader : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

class sim_lease_keeper : public connection_actor {
public:
  sim_lease_keeper(caf::actor_config &config, outside_world &world,
                   std::string node)
      : connection_actor(config, world, "lease keeper"),
        node_(std::move(node)) {}
  caf::behavior make_behavior() override;

private:
  std::string node_;
};

class sim_history_writer : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

/// A producer: `refused` resets it, `answer_lost` publishes and resets.
class sim_producer : public connection_actor {
public:
  sim_producer(caf::actor_config &config, outside_world &world)
      : connection_actor(config, world, "producer") {}
  caf::behavior make_behavior() override;

private:
  std::uint64_t generation_ = 0;
};

/// A consumer that begins where its group committed.
class sim_consumer : public connection_actor {
public:
  sim_consumer(caf::actor_config &config, outside_world &world,
               std::string name)
      : connection_actor(config, world, std::move(name)), next_(world.offsets) {
  }
  caf::behavior make_behavior() override;

private:
  std::array<std::size_t, sim_topic::partitions> next_;
};

} // namespace wallet::simulation
