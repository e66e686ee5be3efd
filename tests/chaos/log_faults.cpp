// What becomes of what Kafka holds.

#include <filesystem>
#include <fstream>

#include "events/codec.hpp"
#include "storage/event_log.hpp"
#include "storage/event_store.hpp"
#include "tests/chaos/fault.hpp"
#include "tests/support/kafka_topic.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto topic = "wallet-events";
constexpr auto broker_patience = 60s;

/// The folders of the topic's partitions.
std::vector<fs::path> partitions_of(stage &on) {
  std::vector<fs::path> found;
  for (const auto &entry : fs::directory_iterator(on.kafka().data_folder()))
    if (entry.path().filename().string().starts_with(topic))
      found.push_back(entry.path());
  return found;
}

/// As a crash of the machine: the last records were not on the disk yet.
void cut_log(const fs::path &partition) {
  for (const auto &entry : fs::directory_iterator(partition))
    if (entry.path().extension() == ".log")
      fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
}

/// A range of a random shard's log, up to its end.
std::vector<recorded_event> some_events(stage &on) {
  constexpr std::size_t most = 200;
  const shard_number shard(on.random().below(shard_number::count));
  const auto length = std::stoull(testing::value_at(
      on.database_url(), "select position from ledger.shards where shard = " +
                             std::to_string(shard.value())));
  storage::event_store store(on.database_url(), "chaos");
  return store.read_log(
      shard,
      log_position{static_cast<std::int64_t>(on.random().below(length + 1))},
      most);
}

/// Publishes in any order what comes, and waits until it is in Kafka.
void publish(stage &on, const std::vector<recorded_event> &events) {
  storage::event_log_producer producer({.brokers = on.kafka().brokers()},
                                       [] {});
  on.expect_soon([&] { return producer.ensure_topic(); }, broker_patience,
                 "the topic is missing");
  const auto taken = producer.publish(events);
  std::size_t delivered = 0;
  on.expect_soon(
      [&] {
        delivered += producer.poll().delivered.size();
        return delivered >= taken;
      },
      broker_patience, "republished events are not taken");
}

/// Of a real event, far beyond the end of its shard's log.
std::string forged(stage &on) {
  auto events = some_events(on);
  if (events.empty())
    return "{}";
  auto &one = events.front();
  one.fact.position = log_position{raw(one.fact.position) + 1'000'000};
  return encode(one);
}

std::string of_unknown_version(stage &on) {
  auto body = forged(on);
  const std::string field = "\"schema_version\":1";
  if (const auto at = body.find(field); at != std::string::npos)
    body.replace(at, field.size(), "\"schema_version\":999");
  return body;
}

} // namespace

healing lose_tail(stage &on) {
  on.kafka().kill_9();
  for (const auto &partition : partitions_of(on))
    cut_log(partition);
  return [&on] { on.kafka().start(); };
}

healing lose_topic(stage &on) {
  on.kafka().kill_9();
  for (const auto &partition : partitions_of(on))
    fs::remove_all(partition);
  return [&on] { on.kafka().start(); };
}

healing publish_again(stage &on) {
  std::vector<recorded_event> events;
  for (int i = 0; i < 5; ++i)
    for (auto &one : some_events(on))
      events.push_back(std::move(one));
  for (std::size_t i = events.size(); i > 1; --i)
    std::swap(events[i - 1], events[on.random().below(i)]);
  publish(on, events);
  return [] {};
}

healing publish_poison(stage &on) {
  const auto before = on.server().log().size();
  const std::vector<std::string> bodies{std::string("\xff\x00garbage", 9),
                                        "",
                                        "{}",
                                        "[1,2",
                                        forged(on),
                                        of_unknown_version(on)};
  for (const auto &body : bodies)
    testing::publish_bytes(on.kafka().brokers(), topic,
                           static_cast<int>(on.random().below(8)), body);
  on.expect_soon(
      [&] {
        return on.server().log().find("is not one of our events", before) !=
               std::string::npos;
      },
      broker_patience, "nothing is said about poison messages");
  return [] {};
}

/// In the middle of its work: its transaction ends without it.
healing kill_projector(stage &on) {
  auto settings = on.settings();
  settings.only = "history";
  auto second = std::make_shared<testing::wallet_process>(settings);
  second->wait_ready(broker_patience);
  return [&on, second] {
    end_backends(on.database_url(), "history.apply");
    second->kill_9();
  };
}

} // namespace wallet::chaos
