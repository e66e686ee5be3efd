#include "tests/simulation/sim_node.hpp"

#include <caf/send.hpp>

#include "actors/gateway.hpp"
#include "actors/history.hpp"
#include "actors/ownership.hpp"
#include "actors/relay.hpp"

namespace wallet::simulation {

using namespace actors;

namespace {

environment environment_of(const timestamp &wall_clock, const mix &likely,
                           std::mt19937_64 &random) {
  return {.now = [&wall_clock] { return wall_clock; },
          .entropy =
              [&likely, &random] {
                std::array<std::uint8_t, 16> bytes;
                for (auto &byte : bytes)
                  byte = static_cast<std::uint8_t>(random());
                bytes.back() =
                    static_cast<std::uint8_t>(random() % likely.used_shards);
                return bytes;
              }};
}

/// Says that the lease was let go, or could not be.
class stop_reply : public reply_target<bool> {
public:
  explicit stop_reply(std::shared_ptr<bool> has_stopped)
      : has_stopped_(std::move(has_stopped)) {}

protected:
  void fire(bool) noexcept override { *has_stopped_ = true; }

private:
  std::shared_ptr<bool> has_stopped_;
};

} // namespace

sim_node::quiet_config::quiet_config() {
  sim_scheduler::install(*this);
  set("logger.file-verbosity", caf::atom("quiet"));
  set("logger.console-verbosity", caf::atom("quiet"));
}

sim_node::sim_node(outside_world &world, const mix &likely,
                   std::mt19937_64 &random, const timestamp &wall_clock,
                   std::string name)
    : name_(std::move(name)), system_(config_),
      scheduler_(dynamic_cast<sim_scheduler &>(system_.scheduler())),
      began_(world.now) {
  system_.await_actors_before_shutdown(false);
  const auto outside = environment_of(wall_clock, likely, random);
  const auto connect = [&]<class Actor>(const std::string &connection) {
    return spawn<Actor>(world, name_, connection);
  };
  const auto writer = connect.operator()<sim_writer>("writer");
  const auto reader = connect.operator()<sim_reader>("reader");
  const auto keeper = connect.operator()<sim_lease_keeper>("lease keeper");
  caf::actor relay, consumer;
  if (likely.has_kafka) {
    relay = spawn<relay_actor>(
        connect.operator()<sim_log_reader>("relay log"),
        connect.operator()<sim_producer>("producer"),
        connect.operator()<sim_topic_checker>("topic checker"), world.within);
    consumer = connect.operator()<sim_consumer>("consumer");
  }
  gateway_ = spawn<gateway_actor>(reader, outside, world.within);
  ownership_ = spawn<ownership_actor>(
      ownership_actor::links{keeper, writer, reader, gateway_, relay}, outside,
      world.within);
  spawn<history_actor>(
      history_actor::links{consumer,
                           connect.operator()<sim_log_reader>("history log"),
                           connect.operator()<sim_history_writer>("history")},
      world.within);
}

sim_node::~sim_node() {
  for (const auto &one : actors_)
    caf::anon_send_exit(one, caf::exit_reason::kill);
}

void sim_node::stop() {
  caf::anon_send(ownership_,
                 shut_down{reply_to<bool>(new stop_reply(has_stopped_))});
}

timestamp sim_node::next_timer() const {
  const auto due = scheduler_.next_timer();
  return due == sim_scheduler::time_point::max()
             ? timestamp::max()
             : began_ + std::chrono::ceil<std::chrono::microseconds>(
                            due.time_since_epoch());
}

void sim_node::move_time_to(timestamp now) {
  scheduler_.move_time_to(sim_scheduler::time_point(now - began_));
}

} // namespace wallet::simulation
