#include <catch2/catch.hpp>

#include <future>

#include "storage/transaction.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// As if the owner had not renewed for an hour.
void let_leases_end(const std::string &url) {
  exec_at(url, "update ledger.nodes set lease_until = now() - interval '1h'");
}

bool is_somebody_waiting(const std::string &url) {
  return value_at(url, "select count(*) from pg_stat_activity where "
                       "wait_event_type = 'Lock' and datname = "
                       "current_database()") == "1";
}

struct fresh_store {
  std::string url = new_migrated_database();
  event_store store{url};
};

} // namespace

TEST_CASE_METHOD(fresh_store, "free shards are taken, all or none") {
  const auto heads = take_heads(store, "a");
  for (const auto &head : heads) {
    CHECK(raw(head.epoch) == 1);
    CHECK(raw(head.position) == 0);
  }
  CHECK(value_at(url, "select string_agg(distinct owner, ',') from "
                      "ledger.shards") == "a");
}

TEST_CASE_METHOD(fresh_store, "a node waits while another's lease lives") {
  take_heads(store, "a");
  const auto second = store.take("b", 60s);
  REQUIRE(std::holds_alternative<standby>(second));
  CHECK(std::get<standby>(second).owner == "a");
  CHECK(value_at(url, "select max(epoch) from ledger.shards") == "1");
  let_leases_end(url);
  for (const auto &head : take_heads(store, "b"))
    CHECK(raw(head.epoch) == 2);
}

TEST_CASE_METHOD(fresh_store, "a standby does not wait for the owner's locks") {
  take_heads(store, "a");
  postgres_connection owner({.url = url, .purpose = "owner"});
  const transaction open(owner);
  owner.script("select from ledger.shards for update");
  CHECK(std::holds_alternative<standby>(store.take("b", 60s)));
}

TEST_CASE_METHOD(fresh_store, "an owner takes its shards anew at any time") {
  take_heads(store, "a");
  for (const auto &head : take_heads(store, "a"))
    CHECK(raw(head.epoch) == 2);
}

TEST_CASE_METHOD(fresh_store, "a lease is renewed until it is taken over") {
  take_heads(store, "a");
  let_leases_end(url);
  CHECK(store.renew("a", 60s));
  CHECK(std::holds_alternative<standby>(store.take("b", 60s)));
  let_leases_end(url);
  take_heads(store, "b");
  CHECK_FALSE(store.renew("a", 60s));
  CHECK(std::holds_alternative<standby>(store.take("a", 60s)));
}

TEST_CASE_METHOD(fresh_store, "a released lease can be taken at once") {
  take_heads(store, "a");
  store.release("a");
  CHECK_FALSE(store.renew("a", 60s));
  take_heads(store, "b");
}

TEST_CASE_METHOD(fresh_store,
                 "who stands where the owner stood takes at once") {
  REQUIRE(std::holds_alternative<owned>(store.take("dead", 60s, "here")));
  CHECK(std::holds_alternative<standby>(store.take("other", 60s, "there")));
  CHECK(std::holds_alternative<standby>(store.take("other", 60s)));
  const auto taken = store.take("next", 60s, "here");
  REQUIRE(std::holds_alternative<owned>(taken));
  for (const auto &head : std::get<owned>(taken).heads)
    CHECK(raw(head.epoch) == 2);
  // What the dead one has left under way finds nothing any more.
  CHECK_FALSE(store.renew("dead", 60s));
  store.release("dead");
  CHECK(value_at(url, "select string_agg(node, ',') from ledger.nodes") ==
        "next");
}

TEST_CASE_METHOD(fresh_store, "a renewal says where the owner stands now") {
  // It took over from a frozen process beside it, which has died since.
  take_heads(store, "a");
  CHECK(store.renew("a", 60s));
  CHECK(std::holds_alternative<standby>(store.take("b", 60s, "here")));
  CHECK(store.renew("a", 60s, "here"));
  CHECK(std::holds_alternative<owned>(store.take("b", 60s, "here")));
}

TEST_CASE_METHOD(fresh_store, "two unknown places are not the same place") {
  REQUIRE(std::holds_alternative<owned>(store.take("a", 60s)));
  CHECK(std::holds_alternative<standby>(store.take("b", 60s)));
}

TEST_CASE_METHOD(fresh_store, "a renewal under way keeps a taker out") {
  take_heads(store, "a");
  let_leases_end(url);
  postgres_connection renewal({.url = url, .purpose = "renewal"});
  transaction open(renewal);
  renewal.script("update ledger.nodes set lease_until = now() + interval "
                 "'1h' where node = 'a'");
  auto taken = std::async(std::launch::async,
                          [&] { return event_store(url).take("b", 60s); });
  REQUIRE(eventually([&] { return is_somebody_waiting(url); }));
  open.commit();
  CHECK(std::holds_alternative<standby>(taken.get()));
}

TEST_CASE_METHOD(fresh_store, "a take that comes after another does nothing") {
  // Its client may have given it up long ago, and own the shards by now.
  postgres_connection other({.url = url, .purpose = "other"});
  transaction open(other);
  other.script("select ledger.take_shards('b', '-1h', '', 0)");
  auto late = std::async(std::launch::async,
                         [&] { return event_store(url).take("a", 60s); });
  REQUIRE(eventually([&] { return is_somebody_waiting(url); }));
  open.commit();
  CHECK(std::holds_alternative<standby>(late.get()));
  CHECK(value_at(url, "select string_agg(distinct owner || epoch, ',') from "
                      "ledger.shards") == "b1");
  for (const auto &head : take_heads(store, "a"))
    CHECK(raw(head.epoch) == 2);
}

TEST_CASE_METHOD(fresh_store, "of many nodes that start at once, one wins") {
  std::vector<std::future<ownership>> nodes;
  for (int i = 0; i < 8; ++i)
    nodes.push_back(std::async(std::launch::async, [this, i] {
      return event_store(url).take("node " + std::to_string(i), 60s);
    }));
  std::size_t owners = 0;
  for (auto &node : nodes)
    owners += std::holds_alternative<owned>(node.get());
  CHECK(owners == 1);
  CHECK(value_at(url, "select count(*) from ledger.nodes") == "1");
}

TEST_CASE_METHOD(stored_ledger, "taken heads are where the log ends") {
  const auto alice = builder.create("alice");
  builder.fund(alice, "5.00");
  const auto written = commit();
  store.release("this");
  const auto heads = take_heads(store, "next");
  const auto &head = heads.at(shard_of(alice).value());
  CHECK(raw(head.position) == 2);
  CHECK(head.last_recorded_at == written.advances.front().recorded_at);
}
