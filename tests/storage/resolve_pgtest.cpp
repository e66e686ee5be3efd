#include <catch2/catch.hpp>

#include <future>

#include "storage/migrations.hpp"
#include "storage/transaction.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/lossy_proxy.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/stored_ledger.hpp"

using namespace wallet;
using namespace wallet::storage;
using namespace wallet::testing;

namespace {

std::string database_of(const std::string &url) {
  return url.substr(url.rfind('/') + 1);
}

/// A ledger and a second store object that writes through a proxy.
struct lossy_ledger : stored_ledger {
  lossy_proxy proxy{shared_postgres().port()};
  event_store through_proxy{proxy.url(database_of(url)), "victim"};
  wallet_id alice = builder.create("alice");

  lossy_ledger() {
    // Connected and prepared: the next bytes are an append and nothing else.
    CHECK(std::holds_alternative<committed>(
        through_proxy.append(builder.take())));
  }

  std::string count_events() {
    return value_at(url, "select count(*) from ledger.events");
  }

  /// How many sessions of this database wait for a row lock.
  std::size_t waiting() {
    return std::stoul(
        value_at(url, "select count(*) from pg_stat_activity where "
                      "wait_event_type = 'Lock' and datname = '" +
                          database_of(url) + "'"));
  }
};

/// Somebody else's transaction that has locked the heads.
class locked_heads {
public:
  explicit locked_heads(const std::string &url)
      : connection_({.url = url, .purpose = "lock"}), lock_(connection_) {
    connection_.script("select from ledger.shards for update");
  }
  void release() { lock_.commit(); }

private:
  postgres_connection connection_;
  transaction lock_;
};

} // namespace

TEST_CASE_METHOD(lossy_ledger, "a commit whose answer was lost is found") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  proxy.lose_next_answer();
  REQUIRE(std::holds_alternative<unknown>(through_proxy.append(written)));
  const auto found = through_proxy.resolve(written, "this");
  REQUIRE(found.has_value());
  CHECK(found->is_committed);
  REQUIRE(found->epochs.size() == 1);
  CHECK(raw(found->epochs.front().second) ==
        raw(written.advances.front().epoch) + 1);
  CHECK(count_events() == "2");
  builder.raise(found->epochs);
  builder.fund(alice, "1.00");
  CHECK(
      std::holds_alternative<committed>(through_proxy.append(builder.take())));
}

TEST_CASE_METHOD(lossy_ledger, "asking again gives the same answer") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  proxy.lose_next_answer();
  REQUIRE(std::holds_alternative<unknown>(through_proxy.append(written)));
  const auto first = store.resolve(written, "this");
  const auto second = store.resolve(written, "this");
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(first->is_committed);
  CHECK(second->is_committed);
  CHECK(second->epochs > first->epochs);
}

TEST_CASE_METHOD(lossy_ledger,
                 "an append that has not begun is fenced once it is resolved") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  proxy.hold_next_request();
  REQUIRE(std::holds_alternative<unknown>(through_proxy.append(written)));
  const auto found = store.resolve(written, "this");
  REQUIRE(found.has_value());
  CHECK_FALSE(found->is_committed);
  proxy.deliver_held_request();
  CHECK(count_events() == "1");
}

TEST_CASE_METHOD(lossy_ledger, "an append that still runs is waited for") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  locked_heads heads(url);
  auto outcome = std::async(std::launch::async,
                            [&] { return through_proxy.append(written); });
  REQUIRE(eventually([&] { return waiting() == 1; }));
  proxy.cut_clients();
  REQUIRE(std::holds_alternative<unknown>(outcome.get()));
  auto found = std::async(std::launch::async,
                          [&] { return store.resolve(written, "this"); });
  REQUIRE(eventually([&] { return waiting() == 2; }));
  heads.release();
  const auto answer = found.get();
  REQUIRE(answer.has_value());
  CHECK(answer->is_committed);
  CHECK(count_events() == "2");
}

TEST_CASE_METHOD(lossy_ledger,
                 "an append ended by the administrator is not in") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  locked_heads heads(url);
  auto outcome =
      std::async(std::launch::async, [&] { return store.append(written); });
  REQUIRE(eventually([&] { return waiting() == 1; }));
  exec_at(url, "select pg_terminate_backend(pid) from pg_stat_activity where "
               "wait_event_type = 'Lock' and datname = current_database()");
  CHECK(std::holds_alternative<unknown>(outcome.get()));
  heads.release();
  const auto found = store.resolve(written, "this");
  REQUIRE(found.has_value());
  CHECK_FALSE(found->is_committed);
  CHECK(count_events() == "1");
}

TEST_CASE_METHOD(lossy_ledger, "a cancelled append is refused, not unknown") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  locked_heads heads(url);
  auto outcome =
      std::async(std::launch::async, [&] { return store.append(written); });
  REQUIRE(eventually([&] { return waiting() == 1; }));
  exec_at(url, "select pg_cancel_backend(pid) from pg_stat_activity where "
               "wait_event_type = 'Lock' and datname = current_database()");
  CHECK(std::holds_alternative<rejected>(outcome.get()));
  heads.release();
  CHECK(count_events() == "1");
  CHECK(std::holds_alternative<committed>(store.append(written)));
}

TEST_CASE_METHOD(lossy_ledger, "a node that lost its shards resolves nothing") {
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  proxy.hold_next_request();
  REQUIRE(std::holds_alternative<unknown>(through_proxy.append(written)));
  store.release("this");
  take_heads(store, "other");
  CHECK_FALSE(store.resolve(written, "this").has_value());
  CHECK(value_at(url, "select min(epoch) = max(epoch) from ledger.shards") ==
        "t");
  proxy.deliver_held_request();
  CHECK(count_events() == "1");
}

TEST_CASE("an append to a server that crashes is resolved after its restart") {
  private_postgres server;
  const auto url = server.new_database();
  migrate(url, schema::ledger);
  event_store store(url);
  batch_builder builder(take_heads(store, "this"));
  builder.create("alice");
  const auto written = builder.take();
  locked_heads heads(url);
  auto outcome =
      std::async(std::launch::async, [&] { return store.append(written); });
  REQUIRE(eventually([&] {
    return value_at(url, "select count(*) from pg_stat_activity where "
                         "wait_event_type = 'Lock'") == "1";
  }));
  server.kill_9();
  CHECK(std::holds_alternative<unknown>(outcome.get()));
  CHECK_THROWS_AS(store.resolve(written, "this"), unavailable);
  server.start();
  std::optional<resolved> found;
  REQUIRE(eventually([&] {
    try {
      found = store.resolve(written, "this");
      return true;
    } catch (const unavailable &) {
      return false;
    }
  }));
  REQUIRE(found.has_value());
  CHECK_FALSE(found->is_committed);
  builder = batch_builder(take_heads(store, "this"));
  builder.create("alice");
  CHECK(std::holds_alternative<committed>(store.append(builder.take())));
}

TEST_CASE("a frozen server is given up on in time, and recovers by itself") {
  private_postgres server;
  const auto url = server.new_database();
  migrate(url, schema::ledger);
  event_store store(url);
  batch_builder builder(take_heads(store, "this"));
  const auto alice = builder.create("alice");
  REQUIRE(std::holds_alternative<committed>(store.append(builder.take())));
  builder.fund(alice, "10.00");
  const auto written = builder.take();
  server.freeze();
  const auto begin = std::chrono::steady_clock::now();
  CHECK(std::holds_alternative<unknown>(store.append(written)));
  CHECK_THROWS_AS(store.resolve(written, "this"), unavailable);
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took < std::chrono::seconds(12 + 5 + 2));
  server.unfreeze();
  std::optional<resolved> found;
  REQUIRE(eventually([&] {
    try {
      found = store.resolve(written, "this");
      return true;
    } catch (const unavailable &) {
      return false;
    }
  }));
  // The server may have run what was in its socket, or found nobody there.
  REQUIRE(found.has_value());
  CHECK(value_at(url, "select count(*) from ledger.events") ==
        (found->is_committed ? "2" : "1"));
}
