#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>

#include "events/codec.hpp"
#include "tests/support/batch_builder.hpp"
#include "tests/support/consumer_group.hpp"
#include "tests/support/event_publisher.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/kafka_topic.hpp"
#include "tests/support/private_kafka.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// A topic and a group of the test's own on the shared broker.
event_log_options new_topic(int partitions = 8) {
  static int count = 0;
  const auto number = std::to_string(++count);
  return {.brokers = shared_kafka().brokers(),
          .topic = "topic-" + number,
          .group = "group-" + number,
          .partitions = partitions};
}

/// What a shell command writes; fails the test when the command does.
std::string output_of(const std::string &command) {
  auto *out = popen(command.c_str(), "r");
  REQUIRE(out);
  std::string text;
  std::array<char, 4096> part{};
  while (const auto size = fread(part.data(), 1, part.size(), out))
    text.append(part.data(), size);
  INFO(command);
  REQUIRE(pclose(out) == 0);
  return text;
}

/// Debian's kcat, a client that is not ours.
std::string kcat(const event_log_options &topic, const std::string &arguments) {
  return "kcat -q -b " + topic.brokers + " -t " + topic.topic + " " + arguments;
}

std::vector<std::string> read_lines(const event_log_options &topic,
                                    const std::string &format) {
  std::istringstream text(
      output_of(kcat(topic, "-C -e -o beginning -f '" + format + "\\n'")));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    lines.push_back(line);
  return lines;
}

/// Writes a foreign record with a key; an empty body is a tombstone.
void write_record(const event_log_options &topic, int partition,
                  const std::string &body) {
  output_of("printf '%s' 'key|" + body + "' | " +
            kcat(topic, "-P -Z -K '|' -p " + std::to_string(partition)));
}

const std::string &why_poison(const consumed_record &record) {
  const auto *found = std::get_if<poison>(&record.content);
  REQUIRE(found);
  return found->why;
}

const event &fact_of(const consumed_record &record) {
  const auto *found = std::get_if<recorded_event>(&record.content);
  REQUIRE(found);
  return found->fact;
}

/// Thirty wallets in as many shards, funded, and transfers between them.
std::vector<recorded_event> some_history(std::size_t transfers) {
  batch_builder builder({});
  std::vector<wallet_id> wallets;
  for (std::size_t i = 0; i < 30; ++i) {
    wallets.push_back(builder.create("alice", {}, i));
    builder.fund(wallets.back(), "1000.00");
  }
  for (std::size_t i = 0; i < transfers; ++i)
    builder.transfer(wallets[i % 30], wallets[(i * 7 + 1) % 30], "1.00");
  return builder.take().events;
}

void publish_all(const event_log_options &topic,
                 const std::vector<recorded_event> &events) {
  event_publisher publisher(topic);
  publisher.add(events);
  publisher.finish();
  REQUIRE(publisher.acknowledged() == events.size());
}

/// That each shard's events are there once and in order.
void require_in_order(const std::vector<consumed_record> &records) {
  std::array<log_position, shard_number::count> last{};
  for (const auto &record : records) {
    const auto &fact = fact_of(record);
    auto &position = last.at(fact.shard.value());
    REQUIRE(fact.position == next(position));
    position = fact.position;
  }
}

} // namespace

TEST_CASE("a foreign client sees key, partition, headers and body") {
  const auto topic = new_topic();
  batch_builder builder({});
  const auto alice = builder.create("alice", {}, 10);
  const auto bob = builder.create("bob", {}, 63);
  builder.fund(alice, "100.00");
  builder.transfer(alice, bob, "30.00");
  const auto events = builder.take().events;
  publish_all(topic, events);

  std::set<std::string> expected;
  for (const auto &one : events) {
    const bool is_alice = one.fact.wallet == alice;
    expected.insert(
        std::string(is_alice ? "2" : "7") + " " + one.fact.wallet.to_string() +
        " ce_specversion=1.0,ce_id=" + one.fact.id().to_string() +
        ",ce_type=" + std::string(kafka_type_of(one.fact.type)) +
        ",ce_source=/digital-wallet,ce_time=" +
        to_string(one.fact.recorded_at) +
        ",ce_subject=" + one.fact.wallet.to_string() +
        ",content-type=application/json,shard=" + (is_alice ? "10" : "63") +
        ",position=" + std::to_string(raw(one.fact.position)) + ",version=" +
        std::to_string(raw(one.fact.version)) + " " + encode(one));
  }
  const auto lines = read_lines(topic, "%p %k %h %s");
  CHECK(std::set<std::string>(lines.begin(), lines.end()) == expected);
  CHECK(lines.size() == events.size());
}

TEST_CASE("a transfer's two sides have the documented bodies on the wire") {
  const auto topic = new_topic(1);
  batch_builder builder({});
  const auto alice = builder.create("alice", {}, 10);
  const auto bob = builder.create("bob", {}, 63);
  builder.fund(alice, "100.00");
  builder.transfer(alice, bob, "30.00");
  const auto events = builder.take().events;
  publish_all(topic, events);

  const auto time = to_string(events.back().fact.recorded_at);
  const auto shared = R"("from_wallet_id":")" + alice.to_string() +
                      R"(","from_user_id":"alice","to_wallet_id":")" +
                      bob.to_string() +
                      R"(","to_user_id":"bob","amount":"30.0000",)"
                      R"("reference_id":"000a0000-0000-8000-8000-000000000003")"
                      R"(,"timestamp":")" +
                      time + R"(","event_id":")";
  const auto bodies = read_lines(topic, "%s");
  REQUIRE(bodies.size() == 5);
  CHECK(bodies[3] ==
        R"({"eventType":"TRANSFER_COMPLETED",)" + shared +
            R"(000a0000-0000-8000-8000-000000000003","shard":10,"position":3,)"
            R"("wallet_id":")" +
            alice.to_string() +
            R"(","user_id":"alice","version":3,"balance":"70.0000",)"
            R"("held":"0.0000","currency":"USD","schema_version":1})");
  CHECK(bodies[4] ==
        R"({"eventType":"TRANSFER_RECEIVED",)" + shared +
            R"(003f0000-0000-8000-8000-000000000002","shard":63,"position":2,)"
            R"("wallet_id":")" +
            bob.to_string() +
            R"(","user_id":"bob","version":2,"balance":"30.0000",)"
            R"("held":"0.0000","currency":"USD","schema_version":1})");
}

TEST_CASE("all events arrive once, in the order of their shard") {
  const auto topic = new_topic();
  const auto events = some_history(1'500);
  publish_all(topic, events);
  event_log_consumer consumer(topic);
  const auto records = read_records(consumer, events.size());
  CHECK(consumer.partitions() == 8);
  require_in_order(records);
  for (const auto &record : records)
    REQUIRE(record.partition == partition_of(fact_of(record).shard, 8));
}

TEST_CASE("a record that is not one of our events is poison, with a reason") {
  const auto topic = new_topic();
  const auto events = some_history(0); // shard 0 first, in partition 0
  publish_all(topic, {events.front()});
  const auto body = encode(events.front());
  write_record(topic, 0, "garbage \xff");
  write_record(topic, 0, "");
  write_record(topic, 0, "{}");
  write_record(topic, 1, body);
  write_record(topic, 0, body);

  event_log_consumer consumer(topic);
  auto records = read_records(consumer, 6);
  std::stable_sort(
      records.begin(), records.end(),
      [](const auto &a, const auto &b) { return a.partition < b.partition; });
  CHECK(fact_of(records[0]) == fact_of(records[4]));
  CHECK(raw(fact_of(records[0]).position) == 1);
  CHECK(why_poison(records[1]).starts_with("not JSON"));
  CHECK(why_poison(records[2]) == "no body");
  CHECK(why_poison(records[3]) == "field 'schema_version' is missing");
  CHECK(records[3].offset == 3);
  CHECK(records[5].partition == 1);
  // Where the topic got more partitions, a shard's events are in several.
  CHECK(fact_of(records[5]) == fact_of(records[0]));
}

TEST_CASE("what is committed is seen by lag tools and not read again") {
  const auto topic = new_topic(1);
  const auto events = some_history(0);
  publish_all(topic, events);
  const auto committed = [&] {
    return committed_offset(topic.brokers, topic.group, topic.topic, 0);
  };
  {
    event_log_consumer consumer(topic);
    const auto records = read_records(consumer, events.size());
    CHECK(committed() == -1);
    const std::array offsets{
        std::pair{records[9].partition, records[9].offset}};
    consumer.commit(offsets);
    CHECK(eventually([&] { return committed() == 10; }));
  }
  event_log_consumer later(topic);
  const auto rest = read_records(later, events.size() - 10);
  CHECK(rest.front().offset == 10);
}

TEST_CASE("leaving sends what was committed last") {
  const auto topic = new_topic(1);
  const auto events = some_history(0);
  publish_all(topic, events);
  {
    event_log_consumer consumer(topic);
    const auto records = read_records(consumer, events.size());
    const std::array offsets{std::pair{0, records.back().offset}};
    consumer.commit(offsets);
  }
  CHECK(committed_offset(topic.brokers, topic.group, topic.topic, 0) ==
        static_cast<std::int64_t>(events.size()));
}

TEST_CASE("two consumers share the partitions, and one takes over the rest") {
  const auto topic = new_topic();
  const auto events = some_history(0);
  event_publisher publisher(topic);
  event_log_consumer stays(topic);
  std::set<std::int32_t> here;
  const auto fetch_into = [](event_log_consumer &from,
                             std::set<std::int32_t> &partitions) {
    for (const auto &one : from.fetch(100, 10ms))
      partitions.insert(one.partition);
  };
  {
    event_log_consumer leaves(topic);
    std::set<std::int32_t> there;
    // Both are members, so that there is a division to be seen.
    REQUIRE(eventually(
        [&] {
          fetch_into(stays, here);
          fetch_into(leaves, there);
          return working_members(topic.brokers, topic.group) == 2;
        },
        30s));
    publisher.add(events);
    publisher.finish();
    CHECK(eventually(
        [&] {
          fetch_into(stays, here);
          fetch_into(leaves, there);
          return here.size() + there.size() == 8;
        },
        30s));
    CHECK(here.size() == 4);
    CHECK(there.size() == 4);
  }
  // Nothing was committed: what the other one had read comes again.
  CHECK(eventually(
      [&] {
        fetch_into(stays, here);
        return here.size() == 8;
      },
      30s));
}

TEST_CASE("a consumer waits for a topic that is not there yet") {
  const auto topic = new_topic();
  event_log_consumer consumer(topic);
  CHECK(consumer.fetch(10, 50ms).empty());
  CHECK(consumer.partitions() == 0);
  const auto events = some_history(0);
  publish_all(topic, events);
  read_records(consumer, events.size());
  CHECK(consumer.partitions() == 8);
}

TEST_CASE("an existing topic keeps its number of partitions") {
  auto topic = new_topic(8);
  create_topic(topic.brokers, topic.topic, 3);
  const auto events = some_history(0);
  publish_all(topic, events);
  event_log_consumer consumer(topic);
  for (const auto &record : read_records(consumer, events.size()))
    CHECK(record.partition == fact_of(record).shard.value() % 3);
}

TEST_CASE("a topic that got more partitions is filled in all of them") {
  auto topic = new_topic(3);
  event_publisher publisher(topic);
  const auto events = some_history(200);
  const auto half =
      events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2);
  publisher.add({events.begin(), half});
  publisher.finish();
  CHECK_FALSE(publisher.producer().look_for_partitions());

  add_partitions(topic.brokers, topic.topic, 6);
  CHECK(eventually([&] { return publisher.producer().look_for_partitions(); },
                   30s));
  publisher.await_report();
  publisher.add({half, events.end()});
  publisher.finish();
  CHECK(publisher.resets() == 1);
  event_log_consumer consumer(topic);
  const auto records = read_records(consumer, events.size());
  CHECK(consumer.partitions() == 6);
  CHECK(std::any_of(records.begin(), records.end(),
                    [](const auto &record) { return record.partition >= 3; }));
}
