#include "actors/node.hpp"

#include <future>

#include <unistd.h>

#include <caf/send.hpp>

#include "actors/gateway.hpp"
#include "actors/history.hpp"
#include "actors/history_actors.hpp"
#include "actors/kafka_actors.hpp"
#include "actors/ownership.hpp"
#include "actors/relay.hpp"
#include "actors/store_actors.hpp"

namespace wallet::actors {

namespace {

/// Names this process in ledger.shards and to operators; a restart is another
/// node, so that what the former one left under way is never taken for ours.
std::string make_node_name(const environment &outside) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  uuid id{};
  const auto bytes = outside.entropy();
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return std::string(host) + ":" + std::to_string(getpid()) + ":" +
         to_string(id).substr(0, 8);
}

void end_all(const std::vector<caf::actor> &actors) {
  for (const auto &one : actors)
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

class promised_reply : public reply_target<bool> {
public:
  explicit promised_reply(std::promise<bool> promise)
      : promise_(std::move(promise)) {}

protected:
  void fire(bool value) noexcept override { promise_.set_value(value); }

private:
  std::promise<bool> promise_;
};

} // namespace

wallet_node::wallet_node(caf::actor_system &system, const options &chosen) {
  const auto outside = real_environment();
  const limits within{.resident_wallets = chosen.max_resident_wallets};
  const auto &url = chosen.database_url;
  const auto node = make_node_name(outside);
  const auto writer =
      system.spawn<store_writer_actor, caf::detached>(url, node);
  const auto reader = system.spawn<store_reader_actor, caf::detached>(url);
  // Long lists are no reason to keep wallets from waking.
  const auto lister = system.spawn<store_reader_actor, caf::detached>(url);
  const auto keeper = system.spawn<lease_keeper_actor, caf::detached>(
      url, node, ownership_actor::lease);
  others_ = {writer, reader, lister, keeper};
  caf::actor relay;
  if (chosen.kafka) {
    const auto log =
        system.spawn<log_reader_actor, caf::detached>(url, chosen.kafka->topic);
    const auto producer =
        system.spawn<bus_producer_actor, caf::detached>(*chosen.kafka);
    const auto checker =
        system.spawn<topic_checker_actor, caf::detached>(url, *chosen.kafka);
    relay = system.spawn<relay_actor>(log, producer, checker, within);
    others_.insert(others_.end(), {relay, producer, checker, log});
  }
  gateway_ = system.spawn<gateway_actor>(lister, outside, within);
  ownership_ = system.spawn<ownership_actor>(
      ownership_actor::links{keeper, writer, reader, gateway_, relay}, outside,
      within);
}

wallet_node::~wallet_node() {
  end_all({ownership_, gateway_});
  end_all(others_);
}

void wallet_node::stop() {
  std::promise<bool> promise;
  auto released = promise.get_future();
  caf::anon_send(ownership_, shut_down{reply_to<bool>(
                                 new promised_reply(std::move(promise)))});
  released.wait_for(stop_within);
}

history_node::history_node(caf::actor_system &system, const options &chosen) {
  const auto log =
      system.spawn<log_reader_actor, caf::detached>(chosen.database_url);
  const auto writer =
      system.spawn<history_writer_actor, caf::detached>(chosen.history_url);
  reader_ =
      system.spawn<history_reader_actor, caf::detached>(chosen.history_url);
  readiness_ =
      system.spawn<history_readiness_actor, caf::detached>(chosen.history_url);
  caf::actor consumer;
  if (chosen.kafka)
    consumer = system.spawn<bus_consumer_actor, caf::detached>(*chosen.kafka);
  const auto history = system.spawn<history_actor>(
      history_actor::links{consumer, log, writer, readiness_}, limits());
  others_ = {history, reader_, readiness_, writer, log};
  if (consumer)
    others_.push_back(consumer);
}

history_node::~history_node() { end_all(others_); }

} // namespace wallet::actors
