#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

void survive(private_postgres &server_of_data, void (private_postgres::*stop)(),
             void (private_postgres::*start)()) {
  const auto seed = test_seed();
  CAPTURE(seed);
  const wallet_settings settings{server_of_data.new_database(), {}, {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  wallet_load load(server, funded_wallets(server, 20, "50.00"), {32, seed});
  REQUIRE(eventually([&] { return load.succeeded() >= 200; }, 60s));

  (server_of_data.*stop)();
  REQUIRE(eventually([&] { return load.failed() > 0; }, 60s));
  (server_of_data.*start)();
  const auto before = load.succeeded();
  CHECK(eventually([&] { return load.succeeded() >= before + 200; }, 60s));
  const auto noted = load.stop();
  INFO(service->log());

  CHECK(service->is_running());
  CHECK(load.silent() == 0);
  for (const auto &entry : noted)
    for (const auto &answer : entry.answers)
      if (answer && answer->status >= 500) {
        CHECK(answer->status == 503);
        CHECK(answer->headers.contains("retry-after"));
      }
  CHECK(audit(noted, settings.database_url, server) ==
        std::vector<std::string>{});
  CHECK(eventually([&] { return history_is_complete(settings.database_url); },
                   30s));
  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}

} // namespace

TEST_CASE("while PostgreSQL is dead commands get 503, and then it goes on") {
  private_postgres postgres;
  survive(postgres, &private_postgres::kill_9, &private_postgres::start);
}

TEST_CASE("an immediate stop of PostgreSQL is survived as a crash is") {
  private_postgres postgres;
  survive(postgres, &private_postgres::stop_immediate,
          &private_postgres::start);
}

TEST_CASE("a frozen PostgreSQL means 503 within the deadline, not a hang") {
  private_postgres postgres;
  survive(postgres, &private_postgres::freeze, &private_postgres::unfreeze);
}
