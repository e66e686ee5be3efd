#include <catch2/catch.hpp>

#include <future>

#include "storage/history_store.hpp"
#include "tests/support/old_snapshot.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

namespace {

std::vector<checkpoint_step> steps_of(const batch &written) {
  std::vector<checkpoint_step> steps;
  for (const auto &advance : written.advances)
    steps.push_back({advance.shard, advance.from, advance.to});
  return steps;
}

struct written_history : stored_ledger {
  history_store history{url};
  wallet_id alice = builder.create("alice");
  wallet_id bob = builder.create("bob");

  apply_outcome apply(const batch &written) {
    return history.apply(written.events, steps_of(written));
  }

  std::string contents() {
    return value_at(url, "select md5(coalesce(string_agg(t, ';' order by t), "
                         "'')) from (select e::text t from history.events e "
                         "union all select c::text from history.checkpoints c) "
                         "everything");
  }
};

void check_same(const recorded_event &shown, const recorded_event &sent) {
  auto expected = sent.fact;
  expected.key.reset();
  expected.counterparty_position.reset();
  CHECK(shown.fact == expected);
  CHECK(shown.owner->user == sent.owner->user);
  CHECK(shown.owner->money_currency == sent.owner->money_currency);
  REQUIRE(!shown.counterparty == !sent.counterparty);
  if (sent.counterparty)
    CHECK(shown.counterparty->user == sent.counterparty->user);
}

} // namespace

TEST_CASE_METHOD(written_history, "a wallet's history comes newest first") {
  builder.fund(alice, "100.00");
  builder.transfer(alice, bob, "30.00");
  const auto written = commit();
  REQUIRE(apply(written) == apply_outcome::applied);
  const auto shown = history.of_wallet(alice, 100);
  REQUIRE(shown.size() == 3);
  check_same(shown[0], written.events[3]);
  check_same(shown[1], written.events[2]);
  check_same(shown[2], written.events[0]);
  CHECK(history.of_wallet(alice, 1).size() == 1);
  CHECK(history.of_wallet(id_in_shard(3, 0), 100).empty());
  const auto received = history.of_wallet(bob, 1);
  REQUIRE(received.size() == 1);
  check_same(received[0], written.events[4]);
}

TEST_CASE_METHOD(written_history,
                 "a user's activity is over all their wallets") {
  const auto savings = builder.create("alice");
  REQUIRE(apply(commit()) == apply_outcome::applied);
  builder.fund(alice, "100.00");
  REQUIRE(apply(commit()) == apply_outcome::applied);
  builder.transfer(alice, savings, "30.00");
  REQUIRE(apply(commit()) == apply_outcome::applied);
  const auto shown = history.of_user(user_id::trusted("alice"), 100);
  REQUIRE(shown.size() == 5);
  CHECK(shown[2].fact.type == event_type::wallet_funded);
  CHECK(shown[4].fact.type == event_type::wallet_created);
  CHECK(history.of_user(user_id::trusted("alice"), 2).size() == 2);
  CHECK(history.of_user(user_id::trusted("nobody"), 2).empty());
}

TEST_CASE_METHOD(written_history, "the checkpoint moves with the rows") {
  const auto written = commit();
  CHECK(history.load_checkpoints() == shard_positions{});
  REQUIRE(apply(written) == apply_outcome::applied);
  CHECK(history.load_checkpoints() == store.read_heads());
}

TEST_CASE_METHOD(written_history,
                 "rows that were applied are not applied twice") {
  const auto written = commit();
  REQUIRE(apply(written) == apply_outcome::applied);
  const auto before = contents();
  CHECK(apply(written) == apply_outcome::conflict);
  CHECK(contents() == before);
}

TEST_CASE_METHOD(written_history, "a hole is a conflict and writes nothing") {
  commit();
  builder.fund(alice, "1.00");
  const auto later = commit();
  const auto before = contents();
  CHECK(apply(later) == apply_outcome::conflict);
  CHECK(contents() == before);
}

TEST_CASE_METHOD(written_history,
                 "one conflict among many steps stops them all") {
  auto written = commit();
  auto steps = steps_of(written);
  steps.back().from = log_position{7};
  steps.back().to = log_position{8};
  const auto before = contents();
  CHECK(history.apply(written.events, steps) == apply_outcome::conflict);
  CHECK(contents() == before);
}

TEST_CASE_METHOD(written_history, "fewer rows than positions are refused") {
  const auto written = commit();
  auto rows = written.events;
  rows.pop_back();
  const auto before = contents();
  CHECK_THROWS_AS(history.apply(rows, steps_of(written)), unavailable);
  CHECK(contents() == before);
}

TEST_CASE_METHOD(written_history, "of projectors with the same rows one wins") {
  const auto written = commit();
  std::vector<std::future<apply_outcome>> projectors;
  for (int i = 0; i < 6; ++i)
    projectors.push_back(std::async(std::launch::async, [&] {
      return history_store(url).apply(written.events, steps_of(written));
    }));
  std::size_t winners = 0;
  for (auto &projector : projectors)
    winners += projector.get() == apply_outcome::applied;
  CHECK(winners == 1);
  CHECK(value_at(url, "select count(*) from history.events") == "2");
}

TEST_CASE_METHOD(written_history,
                 "versions of a checkpoint that an old snapshot keeps are not "
                 "read") {
  old_snapshot snapshot(url);
  const std::string apply_nothing =
      "history.apply(array[row(0, 0, 5)::history.checkpoint_step], '{}')";
  snapshot.repeat(apply_nothing, 1); // what is read once in a session
  const auto few = snapshot.pages_of(apply_nothing);
  snapshot.repeat(apply_nothing, 5'000);
  CHECK(snapshot.pages_of(apply_nothing) < few + 20);
}
