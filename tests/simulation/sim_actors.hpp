#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include <caf/event_based_actor.hpp>

#include "actors/interfaces.hpp"
#include "actors/limits.hpp"
#include "tests/simulation/sim_history.hpp"
#include "tests/simulation/sim_store.hpp"
#include "tests/simulation/sim_topic.hpp"

namespace wallet::simulation {

/// What becomes of one operation on a store or the bus.
enum class fate : std::uint8_t {
  done,        ///< carried out and answered
  refused,     ///< not carried out, and the answer says so
  answer_lost, ///< carried out, the answer says that nothing is known
  not_begun,   ///< answered like answer_lost; a write may be done later
};

/// An operation that waits for its fate.
struct operation {
  /// E.g. "append (3 events)".
  std::string what;
  std::function<void(fate)> perform;
};

/// A write that had not begun when its client gave up: its bytes are in a
/// socket's buffer.
struct late_write {
  std::string what;
  std::function<void()> begin;
};

/// What is counted: the words before the details.
std::string kind_of(const std::string &what);

/// Everything outside the nodes: it survives their crashes.
struct outside_world {
  outside_world(std::chrono::milliseconds lease, const actors::limits &granted)
      : store(lease), within(granted) {}

  sim_store store;
  sim_history history;
  sim_topic topic;
  /// Of both nodes.
  actors::limits within;
  /// The database's clock.
  timestamp now;
  /// A node that is torn down: nothing it still sends gets out.
  std::string unreachable;
  /// Per node and connection, in order: one is carried out after the other.
  std::map<std::string, std::map<std::string, std::deque<operation>>> waiting;
  std::vector<late_write> late_writes;
  /// Rows of the log that cannot be decoded, one a shard.
  std::map<shard_number, log_position> unreadable;
  /// What the relay has saved.
  storage::published saved;
  /// What the group has committed, per partition.
  std::array<std::size_t, sim_topic::partitions> offsets{};
  /// How often each outcome happened, by name.
  std::map<std::string, std::size_t> counts;
  /// What an actor did wrong; checked after each step.
  std::string broken;
};

/// A storage actor of the simulation: queues what it is asked as operations
/// of one connection of its node.
class connection_actor : public caf::event_based_actor {
public:
  connection_actor(caf::actor_config &config, outside_world &world,
                   std::string node, std::string connection)
      : event_based_actor(config), world_(world), node_(std::move(node)),
        connection_(std::move(connection)) {}

  const char *name() const override { return connection_.c_str(); }

protected:
  bool is_reachable() const { return world_.unreachable != node_; }

  void queue(operation next) {
    if (is_reachable())
      world_.waiting[node_][connection_].push_back(std::move(next));
  }

  /// `answer_for` carries an operation out, or not, and answers the message.
  template <class AnswerFor>
  void queue_read(const std::string &what, AnswerFor answer_for) {
    const auto asker = caf::actor_cast<caf::actor>(current_sender());
    queue({what, [asker, answer_for](fate how) {
             caf::anon_send(asker, answer_for(how));
           }});
  }

  template <class AnswerFor>
  void queue_write(const std::string &what, AnswerFor answer_for) {
    queue_read(what, [=, this](fate how) {
      if (how == fate::not_begun)
        begin_later(what, [answer_for] { answer_for(fate::answer_lost); });
      return answer_for(how);
    });
  }

  void begin_later(const std::string &what, std::function<void()> begin) {
    world_.late_writes.push_back({what, std::move(begin)});
  }

  outside_world &world_;
  std::string node_;

private:
  std::string connection_;
};

class sim_writer : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;

private:
  void append_next(const actors::append &asked);
};

class sim_reader : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

class sim_log_reader : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

class sim_lease_keeper : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;

private:
  /// The store's, when this node last asked for the shards and was answered.
  std::size_t tenure_ = 0;
};

class sim_history_writer : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

/// A producer: `refused` resets it, `answer_lost` publishes and resets.
class sim_producer : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;

private:
  std::uint64_t generation_ = 0;
};

/// Compares the topic with the log as they are at that moment.
class sim_topic_checker : public connection_actor {
public:
  using connection_actor::connection_actor;
  caf::behavior make_behavior() override;
};

/// A consumer that begins where its group committed.
class sim_consumer : public connection_actor {
public:
  sim_consumer(caf::actor_config &config, outside_world &world,
               std::string node, std::string connection)
      : connection_actor(config, world, std::move(node), std::move(connection)),
        next_(world.offsets) {}
  caf::behavior make_behavior() override;

private:
  std::array<std::size_t, sim_topic::partitions> next_;
};

} // namespace wallet::simulation
