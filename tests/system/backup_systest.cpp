#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <set>

#include "tests/support/backup.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

std::set<std::string> events_of(const std::string &url) {
  std::set<std::string> found;
  for (const auto &row : exec_at(url, "select e::text from ledger.events e"))
    found.insert(row.front());
  return found;
}

void fund(http_client &server, const std::string &id, int times) {
  for (int i = 0; i < times; ++i) {
    const auto funded =
        server.post("/wallets/" + id + "/fund", R"({"amount":"1"})");
    REQUIRE(funded);
    REQUIRE(funded->status == 200);
  }
}

void check_sound(const wallet_settings &settings) {
  for (const auto &command :
       {std::vector<std::string>{"verify"}, {"verify", "--fast"}}) {
    const auto verified = run_wallet(settings, command);
    INFO(verified.output);
    CHECK(verified.status == 0);
  }
}

/// Everything is in the topic, and where is saved.
bool is_published(const std::string &url) {
  return value_at(url,
                  "select sum(s.position) = sum(c.position) and (select "
                  "coalesce(sum(last_offset + 1), 0) >= sum(s.position) from "
                  "ledger.relay_offsets) from ledger.shards s "
                  "left join ledger.relay_cursors c on c.shard = s.shard") ==
         "t";
}

/// A service whose backup is three deposits older than its topic.
struct older_backup {
  private_kafka broker;
  wallet_settings settings{
      shared_postgres().new_database(), broker.brokers(), {}, {}};
  std::unique_ptr<wallet_process> service = ready_wallet(settings);
  std::string id;
  wallet_settings restored = settings;

  older_backup() {
    auto server = service->client();
    id = funded_wallets(server, 1, "50.00").front();
    REQUIRE(
        eventually([&] { return is_published(settings.database_url); }, 30s));
    const backup taken(settings.database_url);
    fund(server, id, 3);
    REQUIRE(
        eventually([&] { return is_published(settings.database_url); }, 30s));
    REQUIRE(service->terminate(5s) == 0);
    restored.database_url = taken.restore();
  }

  /// How many messages the topic holds, as Debian's kcat sees it.
  std::size_t published() const {
    const auto command = "kcat -q -b " + broker.brokers() +
                         " -t wallet-events -C -e -o beginning -f . 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE *)> out(
        popen(command.c_str(), "r"), &pclose);
    REQUIRE(out);
    std::size_t count = 0;
    while (fgetc(out.get()) == '.')
      ++count;
    return count;
  }
};

} // namespace

TEST_CASE("a dump of a loaded database is restored, sound, and goes on") {
  const auto seed = test_seed();
  CAPTURE(seed);
  wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  const auto ids = funded_wallets(server, 20, "50.00");
  wallet_load load(server, ids, {16, seed});
  REQUIRE(eventually([&] { return load.succeeded() >= 200; }, 60s));
  const backup taken(settings.database_url);
  const auto during = load.succeeded();
  REQUIRE(eventually([&] { return load.succeeded() >= during + 100; }, 60s));
  load.stop();
  REQUIRE(service->terminate(5s) == 0);

  auto restored = settings;
  restored.database_url = taken.restore();
  check_sound(restored);
  const auto kept = events_of(restored.database_url),
             all = events_of(settings.database_url);
  CHECK(kept.size() >= 200);
  CHECK(kept.size() < all.size());
  CHECK(std::includes(all.begin(), all.end(), kept.begin(), kept.end()));

  wallet_process next(restored);
  next.wait_ready();
  auto next_server = next.client();
  fund(next_server, ids.front(), 10);
  CHECK(eventually([&] { return history_is_complete(restored.database_url); }));
  check_sound(restored);
}

TEST_CASE_METHOD(older_backup, "a store older than its topic does not serve") {
  const auto before = events_of(restored.database_url);
  const auto refused = run_wallet(restored, {"serve"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.output, Contains("the topic wallet-events holds event") &&
                                 Contains("an older backup was restored"));
  for (const auto &command :
       {std::vector<std::string>{"verify"}, {"verify", "--fast"}}) {
    const auto verified = run_wallet(restored, command);
    CHECK(verified.status == 1);
    CHECK_THAT(verified.output,
               Contains("FAIL  no copy of the log holds what the log has not"));
  }
  CHECK(events_of(restored.database_url) == before);

  // What is missing is given up.
  restored.more["KAFKA_TOPIC"] = "wallet-events-2";
  wallet_process next(restored);
  next.wait_ready();
  auto server = next.client();
  fund(server, id, 5);
  CHECK(eventually([&] { return history_is_complete(restored.database_url); },
                   30s));
  check_sound(restored);
}

TEST_CASE_METHOD(older_backup, "a store that went on while its topic was away "
                               "stops before it publishes") {
  const auto before = published();
  broker.kill_9();
  wallet_process next(restored);
  next.wait_ready();
  auto server = next.client();
  // The places of the three that are missing, and more.
  fund(server, id, 5);
  broker.start();
  http_client::maybe_answer readiness;
  REQUIRE(eventually(
      [&] {
        readiness = server.get("/readyz");
        return readiness && readiness->status == 503;
      },
      60s));
  INFO(next.log());
  CHECK_THAT(readiness->body,
             Contains("holds another one there") && Contains("KAFKA_TOPIC"));
  const auto refused =
      server.post("/wallets/" + id + "/fund", R"({"amount":"1"})");
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(published() == before);
  CHECK(run_wallet(restored, {"verify", "--fast"}).status == 1);
}

TEST_CASE("a store older than a history of its own does not serve") {
  wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  const auto history = shared_postgres().new_database();
  settings.more["HISTORY_DATABASE_URL"] = history;
  const auto service = ready_wallet(settings);
  auto server = service->client();
  const auto id = funded_wallets(server, 1, "50.00").front();
  const backup taken(settings.database_url);
  fund(server, id, 3);
  const auto copied = [&] {
    return value_at(history, "select count(*) from history.events") == "5";
  };
  REQUIRE(eventually(copied));
  REQUIRE(service->terminate(5s) == 0);

  auto restored = settings;
  restored.database_url = taken.restore();
  const auto refused = run_wallet(restored, {"serve"});
  CHECK(refused.status == 1);
  CHECK_THAT(refused.output, Contains("the history holds shard") &&
                                 Contains("an older backup was restored"));
  CHECK(run_wallet(restored, {"verify", "--fast"}).status == 1);

  // It is found as well when other events have got the places.
  auto apart = restored;
  apart.more.erase("HISTORY_DATABASE_URL");
  apart.more["HISTORY_DATABASE_URL"] = shared_postgres().new_database();
  {
    const auto next = ready_wallet(apart);
    auto next_server = next->client();
    fund(next_server, id, 5);
    REQUIRE(next->terminate(5s) == 0);
  }
  const auto again = run_wallet(restored, {"serve"});
  CHECK(again.status == 1);
  CHECK_THAT(again.output, Contains("the history holds another event"));

  // What is missing is given up.
  const auto rebuilt = run_wallet(restored, {"rebuild-history"});
  INFO(rebuilt.output);
  CHECK(rebuilt.status == 0);
  check_sound(restored);
}
