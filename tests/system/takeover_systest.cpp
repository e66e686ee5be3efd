#include <catch2/catch.hpp>

#include <chrono>

#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// A second wallet side on the same database, once it says that it waits.
std::unique_ptr<wallet_process> standby_for(const wallet_settings &settings) {
  auto standby = std::make_unique<wallet_process>(settings);
  auto asked = standby->client();
  http_client::maybe_answer readiness;
  REQUIRE(eventually(
      [&] {
        readiness = asked.get("/readyz");
        return readiness && readiness->status == 503 &&
               readiness->body.find("owns the shards") != std::string::npos;
      },
      30s));
  return standby;
}

/// Everything that the first one answered is there, and it goes on.
void check_takeover(http_client &server, const std::string &wallet_id) {
  const auto read = server.get("/wallets/" + wallet_id);
  REQUIRE(read);
  CHECK(read->at("/data/balance") == "50.0000");
  const auto funded =
      server.post("/wallets/" + wallet_id + "/fund", R"({"amount":"1"})");
  REQUIRE(funded);
  CHECK(funded->at("/data/balance") == "51.0000");
}

} // namespace

TEST_CASE("a standby refuses commands and takes over after kill -9") {
  const wallet_settings settings{
      shared_postgres().new_database(), {}, "wallet", {}};
  const auto first = ready_wallet(settings);
  auto server = first->client();
  const auto id = funded_wallets(server, 1, "50.00").front();
  const auto standby = standby_for(settings);
  auto next = standby->client();

  const auto refused =
      next.post("/wallets/" + id + "/fund", R"({"amount":"1"})");
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->headers.contains("retry-after"));

  first->kill_9();
  // On the same machine nobody waits for the lease of the dead.
  standby->wait_ready(10s);
  check_takeover(next, id);
}

TEST_CASE("a standby takes over at once when the owner is told to stop") {
  const wallet_settings settings{
      shared_postgres().new_database(), {}, "wallet", {}};
  const auto first = ready_wallet(settings);
  auto server = first->client();
  const auto id = funded_wallets(server, 1, "50.00").front();
  const auto standby = standby_for(settings);
  auto next = standby->client();

  REQUIRE(first->terminate(5s) == 0);
  // Less than a lease: it was let go, it did not run out.
  standby->wait_ready(4s);
  check_takeover(next, id);
}

TEST_CASE("an owner that wakes up after a takeover writes nothing") {
  const auto seed = test_seed();
  CAPTURE(seed);
  const wallet_settings settings{
      shared_postgres().new_database(), {}, "wallet", {}};
  const auto first = ready_wallet(settings);
  auto server = first->client();
  const auto ids = funded_wallets(server, 4, "50.00");
  const auto standby = standby_for(settings);
  auto next = standby->client();
  wallet_load load(server, ids, {16, seed});
  REQUIRE(eventually([&] { return load.succeeded() >= 100; }, 60s));

  first->freeze();
  standby->wait_ready(10s);
  const auto funded =
      next.post("/wallets/" + ids[0] + "/fund", R"({"amount":"1"})");
  REQUIRE(funded);
  CHECK(funded->status == 200);
  const auto answered = load.succeeded();
  first->unfreeze();
  // Those that were under way learn that their outcome is open, or nothing.
  REQUIRE(eventually([&] { return load.failed() + load.silent() > 0; }, 60s));
  const auto noted = load.stop();
  INFO(first->log());
  // What it had written before it was frozen may be answered late, no more.
  CHECK(load.succeeded() <= answered + 16);

  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
  CHECK(audit(noted, settings.database_url, next) ==
        std::vector<std::string>{});
}
