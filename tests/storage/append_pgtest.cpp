#include <catch2/catch.hpp>

#include "storage/migrations.hpp"
#include "tests/support/old_snapshot.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

namespace {

/// What must not change when an append writes nothing.
std::string contents(const std::string &url) {
  return value_at(url, "select md5(coalesce(string_agg(t, ';' order by t), "
                       "'')) from (select e::text t from ledger.events e union "
                       "all select w::text from ledger.wallets w union all "
                       "select s::text from ledger.shards s) everything");
}

template <class Outcome> bool is(const append_outcome &outcome) {
  return std::holds_alternative<Outcome>(outcome);
}

struct two_wallets : stored_ledger {
  wallet_id alice = builder.create("alice");
  wallet_id bob = builder.create("bob");

  two_wallets() {
    builder.fund(alice, "100.00");
    commit();
  }
};

} // namespace

TEST_CASE_METHOD(two_wallets, "a batch is stored as it was stamped") {
  builder.transfer(alice, bob, "30.00", key_named("rent"));
  const auto written = commit();
  const auto &sent = written.events.front();
  const auto log = store.read_log(sent.fact.shard, log_position{0}, 10);
  REQUIRE(log.size() == 3);
  CHECK(log.back().fact == sent.fact);
  CHECK(*log.back().owner == *sent.owner);
  CHECK(*log.back().counterparty == *sent.counterparty);
  CHECK(log.back().fact.balance == amount("70.00"));
}

TEST_CASE_METHOD(two_wallets, "a writer of an older epoch is fenced") {
  builder.fund(alice, "1.00");
  const auto late = builder.take();
  event_store other(url);
  store.release("this");
  take_heads(other, "other");
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(late)));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets,
                 "a batch that does not follow the head is fenced") {
  auto behind = builder;
  builder.fund(alice, "1.00");
  commit();
  behind.fund(alice, "2.00");
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(behind.take())));
  builder.fund(alice, "3.00");
  builder.take(); // lost on the way
  builder.fund(alice, "4.00");
  CHECK(is<fenced>(store.append(builder.take())));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets, "the same batch twice is fenced") {
  builder.fund(alice, "1.00");
  const auto written = commit();
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(written)));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets,
                 "a known request key writes nothing and shows what it did") {
  builder.transfer(alice, bob, "30.00", key_named("rent"));
  const auto first = commit();
  const auto before = contents(url);
  auto after = builder;
  after.fund(bob, "5.00");
  after.transfer(alice, bob, "30.00", key_named("rent"));
  after.fund(alice, "5.00", key_named("gift"));
  const auto outcome = store.append(after.take());
  REQUIRE(is<duplicates>(outcome));
  const auto &found = std::get<duplicates>(outcome).found;
  REQUIRE(found.size() == 1);
  CHECK(found.front().first == first.events.at(0).fact);
  REQUIRE(found.front().second.has_value());
  CHECK(*found.front().second == first.events.at(1).fact);
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets, "a version that exists already is fenced") {
  builder.fund(alice, "1.00");
  auto wrong = builder.take();
  wrong.events.front().fact.version = stream_version{2};
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(wrong)));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets,
                 "a wallet that exists already is not made twice") {
  auto again = builder;
  const auto carol = builder.create("carol");
  auto written = commit();
  again.fund(alice, "1.00");
  // As if the node that made carol had lost its memory of it.
  written.id = again.take().id;
  for (auto &advance : written.advances) {
    advance.from = advance.to;
    advance.to = next(advance.to);
  }
  written.events.front().fact.position = written.advances.front().to;
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(written)));
  CHECK(contents(url) == before);
  CHECK(store.load({&carol, 1}).front().state->head.version ==
        stream_version{1});
}

TEST_CASE_METHOD(two_wallets, "both legs of a transfer are written, or none") {
  builder.transfer(alice, bob, "30.00");
  const auto whole = builder.take();
  auto half = whole;
  half.events.pop_back();
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(half)));
  CHECK(contents(url) == before);
  CHECK(is<committed>(store.append(whole)));
}

TEST_CASE_METHOD(two_wallets, "events that move no head are not written") {
  builder.fund(alice, "1.00");
  auto wrong = builder.take();
  wrong.advances.clear();
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(wrong)));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(two_wallets, "a stored overdraft is refused by the table") {
  builder.fund(alice, "1.00");
  auto wrong = builder.take();
  wrong.events.front().fact.held = amount("500.00");
  const auto before = contents(url);
  CHECK(is<fenced>(store.append(wrong)));
  CHECK(contents(url) == before);
}

TEST_CASE_METHOD(stored_ledger, "a batch over all shards is one commit") {
  std::vector<wallet_id> wallets;
  for (std::size_t shard = 0; shard < shard_number::count; ++shard)
    wallets.push_back(builder.create("everywhere", {}, shard));
  for (const auto &wallet : wallets)
    builder.fund(wallet, "1.00");
  for (std::size_t i = 0; i < wallets.size(); ++i)
    builder.transfer(wallets.at(i), wallets.at((i + 1) % wallets.size()),
                     "0.50");
  const auto written = commit();
  for (const auto &position : store.read_heads())
    CHECK(raw(position) == 4);
  CHECK(value_at(url, "select count(distinct xmin::text) from ledger.events") ==
        "1");
  CHECK(
      value_at(url, "select count(*) from ledger.shards where last_batch = '" +
                        to_string(written.id.value()) + "'") == "64");
}

TEST_CASE_METHOD(two_wallets, "the event log can only grow") {
  for (const char *change :
       {"delete from ledger.events", "update ledger.events set amount = 1",
        "truncate ledger.events"})
    CHECK_THROWS_WITH(exec_at(url, change), Catch::Contains("append-only"));
  CHECK(value_at(url, "select count(*) from ledger.events") == "3");
}

TEST_CASE("an append without a database is refused, nothing is unknown") {
  private_postgres server;
  const auto url = server.new_database();
  migrate(url, schema::ledger);
  event_store store(url);
  batch_builder builder(take_heads(store, "this"));
  builder.create("alice");
  const auto written = builder.take();
  server.stop_immediate();
  CHECK(is<rejected>(store.append(written)));
  CHECK_THROWS_AS(store.read_heads(), unavailable);
  server.start();
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(5);
  auto outcome = store.append(written);
  while (is<rejected>(outcome) && std::chrono::steady_clock::now() < deadline)
    outcome = store.append(written);
  CHECK(is<committed>(outcome));
}

TEST_CASE_METHOD(two_wallets,
                 "versions of a head that an old snapshot keeps are not read") {
  old_snapshot snapshot(url);
  // Moves the head nowhere: a new version all the same.
  const auto append_nothing =
      "ledger.append_batch(gen_random_uuid(), (select array[row(position, "
      "position, epoch, now(), shard)::ledger.shard_advance] from "
      "ledger.heads where shard = " +
      std::to_string(shard_of(alice).value()) + "), '{}', '{}', '{}')";
  snapshot.repeat(append_nothing, 1); // what is read once in a session
  const auto few = snapshot.pages_of(append_nothing);
  snapshot.repeat(append_nothing, 5'000);
  CHECK(snapshot.pages_of(append_nothing) < few + 20);
}
