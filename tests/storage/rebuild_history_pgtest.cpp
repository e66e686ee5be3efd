#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <sstream>

#include "storage/history_store.hpp"
#include "storage/rebuild_history.hpp"
#include "storage/transaction.hpp"
#include "storage/verify.hpp"
#include "tests/support/copied_history.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

namespace {

struct rebuilt_ledger : stored_ledger {
  std::ostringstream out;
  wallet_id alice = builder.create("alice");
  wallet_id bob = builder.create("bob");

  rebuilt_ledger() {
    builder.fund(alice, "1000.00");
    for (int i = 0; i < 20; ++i)
      builder.transfer(alice, bob, "1.00");
    commit();
  }

  bool is_sound() {
    out.str("");
    return verify(url, url, {}, out);
  }

  std::string names_of_indexes() {
    return value_at(url,
                    "select string_agg(indexname, ',' order by indexname) from "
                    "pg_indexes where schemaname = 'history'");
  }
};

} // namespace

TEST_CASE_METHOD(rebuilt_ledger, "a damaged history is rebuilt from the log") {
  copy_history(url, url);
  exec_at(url, "update history.events set amount = amount + 1; delete from "
               "history.events where type = 3");
  REQUIRE_FALSE(is_sound());
  CHECK(rebuild_history(url, url, out) == 43);
  INFO(out.str());
  CHECK(is_sound());
}

TEST_CASE_METHOD(rebuilt_ledger, "an empty history is filled by a rebuild") {
  CHECK(rebuild_history(url, url, out) == 43);
  CHECK(is_sound());
  CHECK(history_store(url).load_checkpoints() == store.read_heads());
}

TEST_CASE_METHOD(rebuilt_ledger,
                 "a history ahead of a restored log is put back") {
  copy_history(url, url);
  exec_at(url, "update history.checkpoints set position = 1000");
  rebuild_history(url, url, out);
  CHECK(is_sound());
}

TEST_CASE_METHOD(
    rebuilt_ledger,
    "open connections, rights, names and checks outlive a rebuild") {
  history_store reader(url), projector(url);
  copy_history(url, url);
  const auto names = names_of_indexes();
  const auto role = "reporter_" + url.substr(url.rfind('_') + 1);
  exec_at(url, "create role " + role);
  exec_at(url, "grant select on transaction_events to " + role);
  REQUIRE(reader.of_wallet(alice, 100).size() == 22);
  for (int i = 0; i < 2; ++i) {
    rebuild_history(url, url, out);
    CHECK(reader.of_wallet(alice, 100).size() == 22);
  }
  CHECK(names_of_indexes() == names);
  CHECK(value_at(url, "select has_table_privilege('" + role +
                          "', 'transaction_events', 'select')") == "t");
  CHECK(value_at(url, "select count(*) from pg_namespace where nspname like "
                      "'history\\_%'") == "0");
  builder.fund(alice, "1.00");
  const auto written = commit();
  const auto &to = written.advances.front();
  const checkpoint_step step{to.shard, to.from, to.to};
  CHECK(projector.apply(written.events, {&step, 1}) == apply_outcome::applied);
  CHECK(is_sound());
}

TEST_CASE_METHOD(rebuilt_ledger, "a history is rebuilt while service goes on") {
  std::atomic<bool> is_done{false};
  auto service = std::async(std::launch::async, [&] {
    event_store writer(url);
    std::size_t copied = 0;
    int batches = 0;
    while (!is_done || batches < 20) {
      builder.transfer(alice, bob, "0.01");
      if (!std::holds_alternative<committed>(writer.append(builder.take())))
        throw std::runtime_error("an append was not committed");
      copied += copy_history(url, url);
      ++batches;
    }
    return copied;
  });
  for (int i = 0; i < 5; ++i)
    rebuild_history(url, url, out);
  is_done = true;
  CHECK(service.get() > 0);
  copy_history(url, url);
  CHECK(is_sound());
  CHECK(history_store(url).load_checkpoints() == store.read_heads());
}

TEST_CASE_METHOD(rebuilt_ledger,
                 "a long query on the history delays a rebuild, no more") {
  copy_history(url, url);
  postgres_connection report({.url = url, .purpose = "report"});
  transaction open(report);
  report.script("select from history.events");
  auto rebuilt = std::async(std::launch::async,
                            [&] { return rebuild_history(url, url, out); });
  // When the transaction began that waits for a lock; "" if none does.
  const auto waiting_since = [&] {
    const auto found = exec_at(
        url, "select xact_start from pg_stat_activity where "
             "wait_event_type = 'Lock' and datname = current_database()");
    return found.empty() ? std::string() : found.front().front();
  };
  REQUIRE(eventually([&] { return !waiting_since().empty(); }));
  const auto first = waiting_since();
  // It steps back, so that newer queries do not queue up behind it for ever.
  REQUIRE(eventually([&] {
    const auto now = waiting_since();
    return !now.empty() && now != first;
  }));
  open.commit();
  CHECK(rebuilt.get() == 43);
  CHECK(is_sound());
}

TEST_CASE_METHOD(rebuilt_ledger, "one rebuild of a history runs at a time") {
  postgres_connection other({.url = url, .purpose = "other rebuild"});
  other.script("select pg_advisory_lock(8602275976068735090)");
  CHECK_THROWS_AS(rebuild_history(url, url, out), rebuild_refused);
}

TEST_CASE_METHOD(rebuilt_ledger,
                 "a log with a hole is not made into a history") {
  copy_history(url, url);
  exec_at(url, "set session_replication_role = replica; delete from "
               "ledger.events where type = 2");
  CHECK_THROWS_WITH(rebuild_history(url, url, out),
                    Catch::Contains("the log has a hole"));
  CHECK(value_at(url, "select count(*) from history.events") == "43");
  CHECK(value_at(url, "select count(*) from pg_namespace where nspname like "
                      "'history\\_%'") == "0");
}

TEST_CASE_METHOD(rebuilt_ledger, "a rebuilt history is vacuumed as before") {
  const auto options = [&] {
    return value_at(url, "select reloptions::text from pg_class "
                         "where oid = 'history.events'::regclass");
  };
  const auto before = options();
  REQUIRE_FALSE(before.empty());
  rebuild_history(url, url, out);
  CHECK(options() == before);
}
