#include <catch2/catch.hpp>

#include <array>

#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

TEST_CASE_METHOD(stored_ledger, "wallets wake up from their newest event") {
  const auto alice = builder.create("alice"), bob = builder.create("bob");
  builder.fund(alice, "100.00");
  builder.transfer(alice, bob, "30.00");
  const auto written = commit();
  const auto absent = id_in_shard(7, 0);
  const std::array asked{absent, bob, alice, bob};
  const auto found = store.load(asked);
  REQUIRE(found.size() == 4);
  CHECK(found[0].id == absent);
  CHECK_FALSE(found[0].state.has_value());
  REQUIRE(found[2].state.has_value());
  CHECK(found[2].state->head ==
        wallet_head{stream_version{3}, amount("70.00"), money()});
  CHECK(found[2].state->updated_at == written.events.back().fact.recorded_at);
  CHECK(*found[2].state->profile == *written.events.front().owner);
  CHECK(found[1].state->head.balance == amount("30.00"));
  CHECK(found[3].state->head == found[1].state->head);
}

TEST_CASE_METHOD(stored_ledger, "thousands of wallets are loaded in order") {
  std::vector<wallet_id> asked;
  for (int i = 0; i < 1'050; ++i)
    asked.push_back(i % 3 == 0 ? id_in_shard(1, 0x10000 + i)
                               : builder.create("crowd"));
  commit();
  const auto found = store.load(asked);
  REQUIRE(found.size() == asked.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].id == asked[i]);
    CHECK(found[i].state.has_value() == (i % 3 != 0));
  }
}

TEST_CASE_METHOD(stored_ledger, "transactions are found by their keys") {
  const auto alice = builder.create("alice", key_named("create"));
  const auto bob = builder.create("bob");
  builder.fund(alice, "100.00");
  builder.transfer(alice, bob, "30.00", key_named("rent"));
  const auto written = commit();
  const std::array keys{std::pair(alice, key_named("create")),
                        std::pair(alice, key_named("nothing")),
                        std::pair(alice, key_named("rent"))};
  auto found = store.find(keys);
  REQUIRE(found.size() == 2);
  if (found.front().second)
    std::swap(found.front(), found.back());
  CHECK(found.front().first == written.events.at(0).fact);
  CHECK_FALSE(found.front().second.has_value());
  CHECK(found.back().first == written.events.at(3).fact);
  CHECK(found.back().second == written.events.at(4).fact);
}

TEST_CASE_METHOD(stored_ledger, "a user's wallets come newest first") {
  std::vector<wallet_id> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(builder.create("alice"));
    builder.create("bob");
    commit();
  }
  std::reverse(made.begin(), made.end());
  CHECK(store.wallets_of(user_id::trusted("alice"), 100) == made);
  made.resize(2);
  CHECK(store.wallets_of(user_id::trusted("alice"), 2) == made);
  CHECK(store.wallets_of(user_id::trusted("nobody"), 100).empty());
}

TEST_CASE_METHOD(stored_ledger, "the log is read in pieces") {
  const auto alice = builder.create("alice", {}, 9);
  const auto bob = builder.create("bob", {}, 9);
  builder.fund(alice, "100.00");
  for (int i = 0; i < 20; ++i)
    builder.transfer(alice, bob, "1.00");
  const auto written = commit();
  std::vector<recorded_event> read;
  for (auto last = log_position{0};;) {
    const auto piece = store.read_log(shard_number(9), last, 7);
    if (piece.empty())
      break;
    CHECK(piece.size() <= 7);
    read.insert(read.end(), piece.begin(), piece.end());
    last = read.back().fact.position;
  }
  REQUIRE(read.size() == written.events.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].fact == written.events[i].fact);
    CHECK(*read[i].owner == *written.events[i].owner);
    CHECK(!read[i].counterparty == !written.events[i].counterparty);
  }
  CHECK(store.read_log(shard_number(10), log_position{0}, 7).empty());
  CHECK(raw(store.read_heads().at(9)) == 43);
}

TEST_CASE_METHOD(stored_ledger,
                 "a log is read up to an event that nobody here understands") {
  const auto alice = builder.create("alice", {}, 9);
  builder.fund(alice, "1.00");
  commit();
  exec_at(url, "insert into ledger.events (position, version, amount, balance, "
               "held, recorded_at, shard, type, wallet_id, transaction_id) "
               "select 3, 3, 0, 10000, 0, now(), 9, 99, wallet_id, "
               "gen_random_uuid() from ledger.events limit 1");
  CHECK(store.read_log(shard_number(9), log_position{0}, 10).size() == 2);
  CHECK_THROWS_AS(store.read_log(shard_number(9), log_position{2}, 10),
                  unreadable_event);
}

TEST_CASE_METHOD(stored_ledger, "the relay's cursors are kept, by topic") {
  auto cursors = store.load_cursors("one");
  CHECK(cursors == shard_positions{});
  for (std::size_t i = 0; i < cursors.size(); ++i)
    cursors.at(i) = log_position{static_cast<std::int64_t>(i * i)};
  store.save_cursors(cursors, "one", {{3, 7}});
  CHECK(event_store(url).load_cursors("one") == cursors);
  CHECK(event_store(url).load_cursors("other") == shard_positions{});

  auto others = cursors;
  others.at(5) = log_position{1};
  store.save_cursors(others, "other", {});
  CHECK(store.load_cursors("one") == cursors);
  CHECK(store.load_cursors("other") == others);
  const auto known = store.load_published("one");
  CHECK(known.cursors == cursors);
  CHECK(known.offsets == partition_offsets{{3, 7}});
  CHECK(store.load_published("third").cursors == shard_positions{});
}

namespace {

/// Scans of whole tables, without those that built their indexes.
long table_scans(const std::string &url) {
  return std::stol(
      value_at(url, "select sum(seq_scan) from pg_stat_user_tables where "
                    "schemaname = 'ledger'"));
}

} // namespace

TEST_CASE_METHOD(stored_ledger,
                 "plans stay on the indexes when small tables have grown") {
  const auto alice = builder.create("alice", key_named("alice"));
  commit();
  exec_at(url, "analyze"); // now the planner knows how small they are
  const auto before = table_scans(url);
  {
    event_store probe(url, "probe");
    const std::pair key{alice, key_named("alice")};
    // Past the fifth run a plan is generic and stays.
    for (int i = 0; i < 8; ++i) {
      builder.fund(alice, "1.00", key_named("fund " + std::to_string(i)));
      CHECK(std::holds_alternative<committed>(probe.append(builder.take())));
      probe.load({&alice, 1});
      probe.find({&key, 1});
      probe.read_log(shard_of(alice), log_position{0}, 1);
      probe.wallets_of(user_id::trusted("alice"), 1);
    }
  }
  // A session reports its scans when it ends, at the latest.
  REQUIRE(eventually([&] {
    return value_at(url, "select count(*) from pg_stat_activity where "
                         "application_name = 'wallet probe'") == "0";
  }));
  CHECK(table_scans(url) == before);
}
