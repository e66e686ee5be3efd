#include <catch2/catch.hpp>

#include "storage/history_store.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

namespace {

struct reported_ledger : stored_ledger {
  wallet_id alice = builder.create("alice");
  wallet_id bob = builder.create("bob");
  batch written;

  reported_ledger() {
    builder.fund(alice, "100.00");
    builder.transfer(alice, bob, "30.0001");
    written = commit();
    std::vector<checkpoint_step> steps;
    for (const auto &advance : written.advances)
      steps.push_back({advance.shard, advance.from, advance.to});
    REQUIRE(history_store(url).apply(written.events, steps) ==
            apply_outcome::applied);
  }

  private_postgres::table columns_of(const std::string &view) {
    return exec_at(url, "select column_name, data_type, numeric_precision, "
                        "numeric_scale from information_schema.columns where "
                        "table_schema = 'public' and table_name = '" +
                            view + "' order by ordinal_position");
  }
};

using line = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(reported_ledger, "the former tables have their old columns") {
  const auto wallets = columns_of("wallets");
  REQUIRE(wallets.size() == 6);
  CHECK(wallets[0] == line{"id", "uuid", "", ""});
  CHECK(wallets[1] == line{"user_id", "text", "", ""});
  CHECK(wallets[2] == line{"balance", "numeric", "19", "4"});
  CHECK(wallets[3][0] == "version");
  CHECK(wallets[4][0] == "created_at");
  CHECK(wallets[5][0] == "updated_at");
  const auto events = columns_of("transaction_events");
  REQUIRE(events.size() == 8);
  CHECK(events[0] == line{"id", "uuid", "", ""});
  CHECK(events[1][0] == "wallet_id");
  CHECK(events[2][0] == "user_id");
  CHECK(events[3] == line{"amount", "numeric", "19", "4"});
  CHECK(events[4][0] == "event_type");
  CHECK(events[5] == line{"transaction_id", "uuid", "", ""});
  CHECK(events[6][0] == "created_at");
  CHECK(events[7] == line{"event_data", "jsonb", "", ""});
}

TEST_CASE_METHOD(reported_ledger, "balances are reported as decimals") {
  const auto rows =
      exec_at(url, "select user_id, balance, version from wallets order by 1");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == line{"alice", "69.9999", "3"});
  CHECK(rows[1] == line{"bob", "30.0001", "2"});
}

TEST_CASE_METHOD(stored_ledger, "the largest balance is reported to the cent") {
  builder.fund(builder.create("croesus"), "922337203685477.5807");
  commit();
  CHECK(value_at(url, "select balance from wallets") == "922337203685477.5807");
}

TEST_CASE_METHOD(reported_ledger,
                 "the old consistency check finds no difference") {
  builder.create("nobody paid");
  commit();
  const std::string check =
      "SELECT w.balance, COALESCE(SUM(CASE WHEN wt.type='FUND' THEN wt.amount "
      "WHEN wt.type='TRANSFER_IN' THEN wt.amount WHEN wt.type='TRANSFER_OUT' "
      "THEN -wt.amount END),0) FROM wallets w LEFT JOIN wallet_transactions wt "
      "ON w.id=wt.wallet_id GROUP BY w.id, w.balance";
  CHECK(exec_at(url, check).size() == 3);
  CHECK(exec_at(url, "select from (" + check +
                         ") checked (balance, total) where balance <> total")
            .empty());
}

TEST_CASE_METHOD(reported_ledger, "an event has the same id in SQL as here") {
  for (const auto &one : written.events)
    CHECK(value_at(url, "select count(*) from transaction_events where id = '" +
                            one.fact.id().to_string() + "' and event_type = '" +
                            std::string(name_of(one.fact.type)) + "'") == "1");
  for (const std::int64_t position :
       {std::int64_t{1}, std::int64_t{0xfff}, std::int64_t{0x1234567890abcde},
        (std::int64_t{1} << 60) - 1})
    for (const std::size_t shard : {0, 10, 63})
      for (const char *schema : {"ledger", "history"})
        CHECK(value_at(url, std::string("select ") + schema + ".event_id(" +
                                std::to_string(shard) + "::smallint, " +
                                std::to_string(position) + ")") ==
              make_event_id(shard_number(shard), log_position{position})
                  .to_string());
}

TEST_CASE_METHOD(reported_ledger, "event_data says what Kafka's message says") {
  const auto data = [&](const wallet_id &id, const std::string &field) {
    return value_at(url, "select event_data->>'" + field +
                             "' from transaction_events where wallet_id = '" +
                             id.to_string() +
                             "' and event_type like 'TRANSFER%'");
  };
  CHECK(data(alice, "eventType") == "TRANSFER_COMPLETED");
  CHECK(data(bob, "eventType") == "TRANSFER_RECEIVED");
  for (const auto &id : {alice, bob}) {
    CHECK(data(id, "wallet_id") == id.to_string());
    CHECK(data(id, "from_wallet_id") == alice.to_string());
    CHECK(data(id, "from_user_id") == "alice");
    CHECK(data(id, "to_wallet_id") == bob.to_string());
    CHECK(data(id, "to_user_id") == "bob");
    CHECK(data(id, "amount") == "30.0001");
    CHECK(data(id, "reference_id") ==
          written.events.at(3).fact.transaction.to_string());
  }
  CHECK(data(bob, "balance") == "30.0001");
  CHECK(data(alice, "timestamp") ==
        to_string(written.events.at(3).fact.recorded_at));
}
