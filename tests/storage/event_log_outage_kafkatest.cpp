#include <catch2/catch.hpp>

#include <array>

#include "tests/support/batch_builder.hpp"
#include "tests/support/event_publisher.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/kafka_topic.hpp"
#include "tests/support/private_kafka.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

event_log_options topic_on(const private_kafka &broker) {
  return {.brokers = broker.brokers()};
}

/// A wallet in every shard, funded again and again, in steps.
class steady_ledger {
public:
  steady_ledger() {
    for (std::size_t i = 0; i < shard_number::count; ++i)
      wallets_.push_back(builder_.create("alice", {}, i));
  }

  std::vector<recorded_event> more(std::size_t events) {
    for (std::size_t i = 0; i < events; ++i)
      builder_.fund(wallets_[count_++ % wallets_.size()], "1.00");
    return builder_.take().events;
  }

private:
  batch_builder builder_{{}};
  std::vector<wallet_id> wallets_;
  std::size_t count_ = 0;
};

/// All records of a topic, in the order of each shard; fails the test when one
/// is missing, doubled or out of order.
std::size_t count_in_order(const event_log_options &topic,
                           std::size_t expected) {
  event_log_consumer consumer(topic);
  std::array<log_position, shard_number::count> last{};
  for (const auto &record : read_records(consumer, expected)) {
    const auto &fact = std::get<recorded_event>(record.content).fact;
    auto &position = last.at(fact.shard.value());
    REQUIRE(fact.position == next(position));
    position = fact.position;
  }
  return expected;
}

template <class Work> std::chrono::milliseconds time_of(Work work) {
  const auto start = steady_clock::now();
  work();
  return std::chrono::ceil<std::chrono::milliseconds>(steady_clock::now() -
                                                      start);
}

} // namespace

TEST_CASE("a broker that dies and comes back loses, doubles, disorders "
          "nothing") {
  private_kafka broker;
  const auto topic = topic_on(broker);
  steady_ledger ledger;
  event_publisher publisher(topic);
  std::size_t published = 0;
  const auto publish = [&](std::size_t count) {
    const auto events = ledger.more(count);
    published += events.size();
    publisher.add(events);
  };
  const auto outages = GENERATE(as<std::string>(), "crash", "stop", "freeze");
  CAPTURE(outages);
  publish(1'000);
  publisher.await_report();
  publish(1'000); // some of it on its way
  if (outages == "crash")
    broker.kill_9();
  else if (outages == "stop")
    broker.stop();
  else
    broker.freeze();
  publish(1'000);
  if (outages == "freeze")
    broker.unfreeze();
  else
    broker.start();
  publish(1'000);
  publisher.finish();
  CHECK(publisher.acknowledged() == published);
  CHECK(publisher.resets() == 0);
  count_in_order(topic, published);
}

TEST_CASE("a consumer goes on after its broker has been away") {
  private_kafka broker;
  const auto topic = topic_on(broker);
  steady_ledger ledger;
  event_publisher publisher(topic);
  event_log_consumer consumer(topic);
  const auto first = ledger.more(100);
  publisher.add(first);
  publisher.finish();
  read_records(consumer, first.size());
  broker.kill_9();
  CHECK(consumer.fetch(10, 50ms).empty());
  broker.start();
  const auto second = ledger.more(100);
  publisher.add(second);
  publisher.finish();
  // No offset was committed, but the consumer is still a member.
  std::size_t seen = 0;
  CHECK(eventually(
      [&] {
        for (const auto &record : consumer.fetch(1'000, 100ms)) {
          const auto &fact = std::get<recorded_event>(record.content).fact;
          for (const auto &one : second)
            seen += one.fact == fact;
        }
        return seen >= second.size();
      },
      60s));
}

TEST_CASE("a delivery refused for good starts again from the last one taken") {
  private_kafka broker;
  const auto topic = topic_on(broker);
  create_topic(topic.brokers, topic.topic, topic.partitions);
  steady_ledger ledger;
  event_publisher publisher(topic);
  const auto taken = ledger.more(100);
  publisher.add(taken);
  publisher.finish();
  CHECK(publisher.resets() == 0);

  // Smaller than any message of ours.
  alter_topic(topic.brokers, topic.topic, {{"max.message.bytes", "100"}});
  const auto refused = ledger.more(100);
  publisher.add(refused);
  publisher.await_report();
  while (publisher.resets() == 0)
    publisher.await_report();
  alter_topic(topic.brokers, topic.topic, {{"max.message.bytes", "1000000"}});
  publisher.finish();
  CHECK(publisher.acknowledged() == taken.size() + refused.size());
}

TEST_CASE("without a broker nothing blocks and memory is bounded") {
  private_kafka broker;
  const auto topic = topic_on(broker);
  steady_ledger ledger;
  const auto all = ledger.more(60'000 - shard_number::count);
  event_publisher publisher(topic);
  broker.kill_9();
  // The queue holds 100,000 messages.
  CHECK(publisher.producer().publish(all) == 60'000);
  CHECK(publisher.producer().publish(all) == 40'000);
  CHECK(publisher.producer().publish(all) == 0);
  CHECK(time_of([&] { publisher.producer().ensure_topic(); }) < 1s);
  CHECK(publisher.producer().poll().delivered.empty());
}

TEST_CASE("producers and consumers end soon, whatever became of the broker") {
  const auto fate = GENERATE(as<std::string>(), "none", "killed", "frozen");
  CAPTURE(fate);
  private_kafka broker;
  const auto topic = topic_on(broker);
  steady_ledger ledger;
  auto publisher = std::make_unique<event_publisher>(topic);
  auto consumer = std::make_unique<event_log_consumer>(topic);
  const auto events = ledger.more(100);
  publisher->add(events);
  publisher->finish();
  const auto records = read_records(*consumer, events.size());
  const std::array offsets{
      std::pair{records.front().partition, records.front().offset}};
  consumer->commit(offsets);
  if (fate == "killed")
    broker.kill_9();
  if (fate == "frozen")
    broker.freeze();
  publisher->add(ledger.more(100));
  CHECK(time_of([&] { publisher.reset(); }) < 3s);
  CHECK(time_of([&] { consumer.reset(); }) < 5s);
}

TEST_CASE("a client of a broker that never was can be built and ended") {
  const event_log_options nowhere{.brokers = "127.0.0.1:" +
                                             std::to_string(free_port())};
  CHECK(time_of([&] {
          event_log_producer producer(nowhere, [] {});
          CHECK_FALSE(producer.ensure_topic());
          CHECK(producer.publish(steady_ledger().more(1)) == 0);
        }) < 3s);
  CHECK(time_of([&] {
          event_log_consumer consumer(nowhere);
          CHECK(consumer.fetch(1, 10ms).empty());
        }) < 5s);
}

TEST_CASE("the topic has the wanted partitions where brokers create topics") {
  private_kafka broker("auto.create.topics.enable=true\nnum.partitions=1");
  auto topic = topic_on(broker);
  topic.partitions = 5;
  event_log_consumer consumer(topic);
  consumer.fetch(1, 100ms);
  event_publisher publisher(topic);
  const auto events = steady_ledger().more(10);
  publisher.add(events);
  publisher.finish();
  read_records(consumer, events.size());
  CHECK(consumer.partitions() == 5);
}
