#include <catch2/catch.hpp>

#include <sstream>

#include "storage/fast_verify.hpp"
#include "storage/lag.hpp"
#include "storage/migrations.hpp"
#include "storage/verify.hpp"
#include "tests/support/copied_history.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;
using Catch::Contains;

namespace {

/// Alice (shard 1) and Bob (shard 2) with a history that is up to date.
struct verified_ledger : stored_ledger {
  wallet_id alice = builder.create("alice", key_named("alice"), 1);
  wallet_id bob = builder.create("bob", {}, 2);

  verified_ledger() {
    builder.fund(alice, "100.00", key_named("fund"));
    commit();
    builder.transfer(alice, bob, "30.00", key_named("rent"));
    builder.transfer(bob, alice, "1.00");
    commit();
    REQUIRE(copy_history(url, url) == 7);
  }

  /// As somebody would who can do everything: past triggers and keys.
  void damage(const std::string &sql) {
    exec_at(url, "set session_replication_role = replica; "
                 "alter table ledger.events drop constraint if exists "
                 "events_check; " +
                     sql);
  }

  /// What verify prints when it fails, "" when all is well.
  std::string complaint() {
    std::ostringstream out;
    const bool holds = verify(url, url, {}, out);
    INFO(out.str());
    CHECK((out.str().find("FAIL") == std::string::npos) == holds);
    return holds ? "" : out.str();
  }
};

/// The line of a check that failed, up to its counts.
auto fails(const std::string &claim) { return Contains("FAIL  " + claim); }

} // namespace

TEST_CASE_METHOD(verified_ledger, "a sound ledger is found sound") {
  std::ostringstream out;
  CHECK(verify(url, url, {}, out));
  CHECK_THAT(
      out.str(),
      Contains("positions of each shard are 1..n, n is its "
               "head: 7 events") &&
          Contains("both legs of each transfer are there and agree: 4") &&
          Contains("the history is the log, up to its checkpoints: 7 "
                   "rows, 0 events behind"));
}

TEST_CASE_METHOD(verified_ledger, "a sound ledger adds up") {
  std::ostringstream out;
  CHECK(verify_fast(url, url, {}, out));
  CHECK_THAT(out.str(),
             Contains("each shard holds the positions up to its head: 7") &&
                 Contains("the history adds up to the log, up to its "
                          "checkpoints: 7 rows"));
}

TEST_CASE_METHOD(verified_ledger, "what does not add up is found fast") {
  const std::string heads = "each shard holds the positions",
                    wallets = "the wallets of each shard hold",
                    moved = "as much is received", kept = "as many wallets",
                    history = "the history adds up";
  const auto fast_complaint = [&] {
    std::ostringstream out;
    CHECK_FALSE(verify_fast(url, url, {}, out));
    return out.str();
  };
  SECTION("a lost tail") {
    damage("delete from ledger.events where shard = 1 and position = 4");
    CHECK_THAT(fast_complaint(), fails(heads));
  }
  SECTION("a lost event in between") {
    damage("delete from ledger.events where shard = 1 and position = 2");
    CHECK_THAT(fast_complaint(), fails(heads) && fails(wallets));
  }
  SECTION("a lost shard") {
    damage("delete from ledger.events where shard = 2");
    CHECK_THAT(fast_complaint(), fails(heads));
  }
  SECTION("a head that went back") {
    damage("update ledger.shards set position = 0 where shard = 1");
    CHECK_THAT(fast_complaint(), fails(heads));
  }
  SECTION("a balance that was changed") {
    damage("update ledger.events set balance = balance + 1 where shard = 2 "
           "and version = 3");
    CHECK_THAT(fast_complaint(), fails(wallets) && fails(history));
  }
  SECTION("a receipt that was changed") {
    damage("update ledger.events set amount = amount + 1 where type = 4 and "
           "shard = 2");
    CHECK_THAT(fast_complaint(), fails(wallets) && fails(moved));
  }
  SECTION("a wallet whose row is missing") {
    damage("delete from ledger.wallets where user_id = 'bob'");
    CHECK_THAT(fast_complaint(), fails(kept) && fails(wallets));
  }
  SECTION("a row that the history misses") {
    damage("delete from history.events where type = 2");
    CHECK_THAT(fast_complaint(), fails(history));
  }
  SECTION("rows beyond the checkpoints of the history") {
    damage("update history.checkpoints set position = 1 where shard = 1");
    CHECK_THAT(fast_complaint(), fails(history));
  }
}

TEST_CASE("an empty ledger is sound") {
  const auto url = new_migrated_database();
  std::ostringstream out;
  CHECK(verify_fast(url, url, {}, out));
  CHECK(verify(url, url, {}, out));
}

TEST_CASE_METHOD(verified_ledger, "a history that lags is sound, and said so") {
  builder.fund(alice, "1.00");
  builder.fund(bob, "1.00");
  commit();
  std::ostringstream out;
  CHECK(verify(url, url, {}, out));
  CHECK_THAT(out.str(), Contains("2 events behind"));
  std::ostringstream lag_out;
  const auto found = read_lag(url, url, "topic");
  print(found, lag_out);
  CHECK_THAT(lag_out.str(), Contains("behind"));
  CHECK(raw(found.heads.at(1)) == raw(found.checkpoints.at(1)) + 1);
  REQUIRE(found.cursors);
  CHECK(raw(found.cursors->at(1)) == 0);

  // Nobody publishes: that is no lag.
  std::ostringstream without_kafka;
  print(read_lag(url, url, std::nullopt), without_kafka);
  CHECK_THAT(
      without_kafka.str(),
      Contains("behind                     0             -             2"));
}

TEST_CASE("a history in a database of its own is verified") {
  const auto ledger_url = shared_postgres().new_database();
  const auto history_url = shared_postgres().new_database();
  migrate(ledger_url, schema::ledger);
  migrate(history_url, schema::history);
  event_store store(ledger_url);
  batch_builder builder(take_heads(store, "this"));
  builder.fund(builder.create("alice"), "1.00");
  REQUIRE(std::holds_alternative<committed>(store.append(builder.take())));
  REQUIRE(copy_history(ledger_url, history_url) == 2);
  std::ostringstream out;
  CHECK(verify(ledger_url, history_url, {}, out));
  exec_at(history_url, "update history.events set amount = 2 where type = 2");
  CHECK_FALSE(verify(ledger_url, history_url, {}, out));
}

TEST_CASE_METHOD(verified_ledger, "damage to the log is found") {
  SECTION("a balance that is not the recomputed one") {
    damage("update ledger.events set balance = balance + 1 where type = 4 "
           "and shard = 2");
    CHECK_THAT(complaint(), fails("stored balances") &&
                                Contains("stored 30.0001, recomputed 30.0000"));
  }
  SECTION("an amount that was changed on both legs") {
    damage("update ledger.events set amount = 1 where type in (3, 4)");
    CHECK_THAT(complaint(), fails("stored balances"));
  }
  SECTION("a consistent deposit that nobody made") {
    damage("update ledger.events set balance = balance + 10000 where shard = "
           "2 and version >= 2");
    CHECK_THAT(complaint(), fails("balances add up to deposits"));
  }
  SECTION("an overdraft") {
    damage("update ledger.events set amount = 2000000, balance = 0 where type "
           "= 3 and shard = 1");
    CHECK_THAT(complaint(), Contains("cannot follow a balance of 100.0000"));
  }
  SECTION("a leg that is missing") {
    damage("delete from ledger.events where type = 4 and shard = 2");
    CHECK_THAT(complaint(),
               fails("both legs") && fails("positions") && fails("versions"));
  }
  SECTION("legs of different amounts") {
    damage("update ledger.events set amount = amount + 1 where type = 4 and "
           "shard = 2");
    CHECK_THAT(complaint(), fails("both legs"));
  }
  SECTION("a leg of another transaction") {
    damage("update ledger.events set transaction_id = gen_random_uuid() where "
           "type = 4 and shard = 2");
    CHECK_THAT(complaint(), fails("both legs"));
  }
  SECTION("a transaction that does not name its first leg") {
    damage("update ledger.events set transaction_id = gen_random_uuid() where "
           "type = 2");
    CHECK_THAT(complaint(), fails("transactions bear the id"));
  }
  SECTION("a lost tail") {
    damage("delete from ledger.events where shard = 1 and position = 4");
    CHECK_THAT(complaint(), Contains("shard 1 ends at position 3, its head is "
                                     "4"));
  }
  SECTION("a head that did not move") {
    damage("update ledger.shards set position = 2 where shard = 2");
    CHECK_THAT(complaint(), fails("positions"));
  }
  SECTION("a version that is doubled") {
    damage("alter table ledger.events drop constraint "
           "events_shard_wallet_id_version_key; update ledger.events set "
           "version = 2 where shard = 1 and version = 3");
    CHECK_THAT(complaint(), fails("versions"));
  }
  SECTION("a wallet in the wrong shard") {
    damage("alter table ledger.events drop constraint events_pkey; update "
           "ledger.events set shard = 3 where shard = 2; update ledger.shards "
           "set position = 0 where shard = 2; update ledger.shards set "
           "position = 3 where shard = 3");
    CHECK_THAT(complaint(), fails("versions"));
  }
  SECTION("a time that goes back") {
    damage("update ledger.events set recorded_at = recorded_at - interval "
           "'1h' where shard = 1 and position = 3");
    CHECK_THAT(complaint(), fails("times never go back"));
  }
  SECTION("a request key that is there twice") {
    damage("drop index ledger.events_shard_request_key_idx; update "
           "ledger.events set request_key = (select request_key from "
           "ledger.events where type = 2) where type = 1 and shard = 1");
    CHECK_THAT(complaint(), fails("each request key is there once"));
  }
  SECTION("a wallet whose row is missing") {
    damage("delete from ledger.wallets where user_id = 'bob'");
    CHECK_THAT(complaint(), fails("each wallet has its creation"));
  }
  SECTION("a wallet that was never created") {
    damage("insert into ledger.wallets values (now(), gen_random_uuid(), "
           "'eve', 'USD')");
    CHECK_THAT(complaint(), fails("each wallet has its creation") &&
                                Contains(": 3 wallets"));
  }
  SECTION("a transfer between currencies") {
    damage("update ledger.wallets set currency = 'EUR' where user_id = 'bob'");
    CHECK_THAT(complaint(), fails("transfers stay within one currency"));
  }
  SECTION("an event of an unknown type") {
    damage("update ledger.events set type = 99 where type = 2");
    CHECK_THAT(complaint(), fails("every event is of a type"));
  }
  SECTION("a report that does not add up") {
    damage("create or replace view public.wallet_transactions as select "
           "gen_random_uuid() id, wallet_id, 1::numeric(19, 4) amount, 'FUND' "
           "as type, 'COMPLETED' status, transaction_id reference_id, "
           "counterparty_id counterparty_wallet_id, recorded_at created_at "
           "from ledger.events");
    CHECK_THAT(complaint(), fails("the views wallets"));
  }
}

TEST_CASE_METHOD(verified_ledger, "damage to the history is found") {
  const std::string claim = "the history is the log";
  SECTION("a row that is missing") {
    damage("delete from history.events where type = 2");
    CHECK_THAT(complaint(), fails(claim) && Contains("missing in the history"));
  }
  SECTION("rows that are missing at its end") {
    damage("delete from history.events where shard = 2 and position = 3");
    CHECK_THAT(complaint(), fails(claim) && Contains("missing in the history"));
  }
  SECTION("rows that the log has not") {
    damage("insert into history.events select position + 100, version + 100, "
           "amount, balance, held, recorded_at, shard, type, wallet_id, "
           "transaction_id, counterparty_id, user_id, counterparty_user_id, "
           "currency from history.events");
    CHECK_THAT(complaint(), fails(claim) && Contains("not in the log") &&
                                Contains("7 wrong"));
  }
  for (const char *change :
       {"amount = amount + 1", "balance = balance + 1", "version = version + 9",
        "user_id = 'eve'", "recorded_at = now()",
        "transaction_id = gen_random_uuid()", "currency = 'EUR'", "type = 2"})
    DYNAMIC_SECTION("a row that was changed: " << change) {
      damage(std::string("update history.events set ") + change +
             " where shard = 1 and position = 1");
      CHECK_THAT(complaint(), fails(claim) && Contains("differs from the log"));
    }
  SECTION("a counterparty that was changed") {
    damage("update history.events set counterparty_user_id = 'eve' where type "
           "= 4 and shard = 2");
    CHECK_THAT(complaint(), fails(claim));
  }
  SECTION("a checkpoint that is ahead of the rows") {
    builder.fund(alice, "1.00");
    commit();
    damage("update history.checkpoints set position = position + 1 where "
           "shard = 1");
    CHECK_THAT(complaint(), fails(claim) && Contains("missing in the history"));
  }
  SECTION("a checkpoint beyond the log") {
    damage("update history.checkpoints set position = position + 1 where "
           "shard = 1");
    CHECK_THAT(complaint(), Contains("beyond the log's head"));
  }
  SECTION("a checkpoint behind the rows") {
    damage("update history.checkpoints set position = 1 where shard = 1");
    CHECK_THAT(complaint(), Contains("beyond its checkpoint"));
  }
}

TEST_CASE_METHOD(verified_ledger, "of many offenders the first ten are named") {
  for (int i = 0; i < 20; ++i)
    builder.fund(alice, "1.00");
  commit();
  damage("update ledger.events set recorded_at = recorded_at - position * "
         "interval '1h' where shard = 1");
  CHECK_THAT(complaint(), fails("times never go back") &&
                              Contains("23 wrong") && Contains("and 13 more"));
}
