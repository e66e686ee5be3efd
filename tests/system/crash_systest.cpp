#include <catch2/catch.hpp>

#include <random>

#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// Waits until the load has had `count` more successes.
void await_successes(const wallet_load &load, std::size_t count) {
  const auto goal = load.succeeded() + count;
  REQUIRE(eventually([&] { return load.succeeded() >= goal; }, 60s));
}

void check_verified(const wallet_settings &settings) {
  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}

} // namespace

TEST_CASE("kill -9 under load loses nothing and doubles nothing") {
  const auto seed = test_seed();
  CAPTURE(seed); // WALLET_TEST_SEED repeats it, as far as threads can
  std::mt19937_64 random(seed);
  const wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  wallet_load load(server, funded_wallets(server, 20, "50.00"), {16, seed});

  for (int crash = 0; crash < 3; ++crash) {
    await_successes(load,
                    std::uniform_int_distribution<std::size_t>(1, 300)(random));
    service->kill_9();
    service->start();
    service->wait_ready();
  }
  await_successes(load, 100);
  const auto noted = load.stop();
  INFO(service->log());

  check_verified(settings);
  CHECK(audit(noted, settings.database_url, server) ==
        std::vector<std::string>{});
  CHECK(eventually([&] { return history_is_complete(settings.database_url); }));
  check_verified(settings);
}

TEST_CASE("SIGTERM under load answers what is under way and ends within 5 s") {
  const auto seed = test_seed();
  CAPTURE(seed);
  const wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  wallet_load load(server, funded_wallets(server, 20, "50.00"), {64, seed});
  await_successes(load, 200);

  CHECK(service->terminate(5s) == 0);
  const auto noted = load.stop();
  INFO(service->log());

  // A request that met a closed door was not done.
  CHECK(done_without_answer(noted, settings.database_url) ==
        std::vector<std::string>{});
  for (const auto &entry : noted)
    for (const auto &answer : entry.answers)
      if (answer && answer->status >= 500)
        CHECK(answer->at("/code") != "outcome_unknown");
  check_verified(settings);

  service->start();
  service->wait_ready();
  CHECK(audit(noted, settings.database_url, server) ==
        std::vector<std::string>{});
}
