#include <catch2/catch.hpp>

#include "events/codec.hpp"
#include "storage/log_copies.hpp"
#include "tests/support/event_publisher.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/kafka_topic.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

/// A log that was published, and a store that has only the first two of its
/// five events, as after the restore of an older backup.
struct published_log : stored_ledger {
  event_log_options topic{.brokers = shared_kafka().brokers(),
                          .topic = "copied-" + value_at(url, "select "
                                                             "current_"
                                                             "database()"),
                          .group = "copied",
                          .partitions = 1};
  event_publisher publisher{topic};
  event_store older{new_migrated_database()};
  wallet_id alice = builder.create("alice", {}, 1);
  batch_builder other = builder;

  published_log() {
    take_heads(older, "this");
    builder.fund(alice, "10.00");
    const auto kept = commit();
    REQUIRE(std::holds_alternative<committed>(older.append(kept)));
    publisher.add(kept.events);
    other = builder;
    for (int i = 0; i < 3; ++i)
      builder.fund(alice, "1.00");
    publisher.add(commit().events);
    publisher.finish();
  }

  divergence compare(event_store &with) const {
    const auto answer = find_divergence(with, topic, 10s);
    REQUIRE(std::holds_alternative<divergence>(answer));
    return std::get<divergence>(answer);
  }

  /// What the relay had saved when the backup was taken.
  void save(std::int64_t offset, log_position cursor = log_position{2}) {
    shard_positions cursors{};
    cursors.at(1) = cursor;
    older.save_cursors(cursors, topic.topic, {{0, offset}});
  }

  void publish(recorded_event changed) {
    // Its own producer: the publisher refuses what leaves a hole.
    event_log_producer producer(topic, [] {});
    REQUIRE(eventually([&] { return producer.ensure_topic(); }));
    REQUIRE(producer.publish({&changed, 1}) == 1);
    REQUIRE(eventually([&] { return !producer.poll().delivered.empty(); }));
  }
};

} // namespace

TEST_CASE_METHOD(published_log, "a topic that is a part of the log agrees") {
  CHECK_FALSE(compare(store));
  builder.fund(alice, "1.00");
  commit();
  CHECK_FALSE(compare(store));
}

TEST_CASE_METHOD(published_log, "a topic ahead of the log is found") {
  SECTION("without a word about where the relay was") {}
  SECTION("from where the relay was") { save(1); }
  SECTION("from where the relay was before") { save(0); }
  SECTION("from where another node's relay was, behind what the topic has") {
    save(1, log_position{1});
  }
  SECTION("in a topic that was made anew") { save(1'000); }
  SECTION("when retention has taken the next one") {
    save(1);
    delete_records(topic.brokers, topic.topic, 0, 3);
  }
  const auto found = compare(older);
  REQUIRE(found);
  CHECK_THAT(*found,
             Contains("shard 1, position 5") && Contains("ends at position 2"));
}

TEST_CASE_METHOD(published_log, "other events at places that the topic has are "
                                "found") {
  for (int i = 0; i < 4; ++i)
    other.fund(alice, "2.00");
  REQUIRE(std::holds_alternative<committed>(older.append(other.take())));
  const auto found = compare(older);
  REQUIRE(found);
  CHECK_THAT(*found,
             Contains("position 5") && Contains("holds another one there"));
}

TEST_CASE_METHOD(published_log, "what is not of the relay is no sign") {
  const auto logged = store.read_log(shard_number(1), log_position{4}, 1);
  auto forged = logged.front();
  SECTION("a place far beyond the end") {
    forged.fact.position = log_position{1'000};
  }
  SECTION("an old place with something else") {
    forged.fact.position = log_position{2};
  }
  publish(forged);
  CHECK_FALSE(compare(store));
}

TEST_CASE_METHOD(published_log, "without a broker nobody knows") {
  topic.brokers = "127.0.0.1:1";
  CHECK(
      std::holds_alternative<no_answer>(find_divergence(store, topic, 100ms)));
}
