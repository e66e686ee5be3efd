#include <catch2/catch.hpp>

#include "tests/support/consumer_group.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

void await_members(const private_kafka &broker, int count) {
  REQUIRE(eventually(
      [&] {
        return working_members(broker.brokers(), "history-service-group") ==
               count;
      },
      60s));
}

void transfer_for_a_while(const wallet_process &wallets,
                          const std::vector<std::string> &ids,
                          std::uint64_t seed) {
  wallet_load load(wallets.client(), ids, {16, seed});
  REQUIRE(eventually([&] { return load.succeeded() >= 300; }, 60s));
  load.stop();
}

} // namespace

TEST_CASE("two history processes share the work, and one does it alone") {
  const auto seed = test_seed();
  CAPTURE(seed);
  private_kafka broker;
  wallet_settings settings{
      shared_postgres().new_database(), broker.brokers(), "wallet", {}};
  const auto wallets = ready_wallet(settings);
  settings.only = "history";
  wallet_process first(settings);
  wallet_process second(settings);
  first.wait_ready();
  second.wait_ready();
  await_members(broker, 2);

  auto server = wallets->client();
  const auto ids = funded_wallets(server, 20, "50.00");
  transfer_for_a_while(*wallets, ids, seed);
  CHECK(eventually([&] { return history_is_complete(settings.database_url); },
                   60s));
  // Both read the same rows, whoever wrote them.
  for (const auto &id : ids) {
    const auto here = first.history_client().get("/wallets/" + id + "/history");
    const auto there =
        second.history_client().get("/wallets/" + id + "/history");
    REQUIRE(here);
    REQUIRE(there);
    CHECK(here->size("/data") >= 2);
    CHECK(here->body == there->body);
  }

  CHECK(first.terminate(5s) == 0);
  await_members(broker, 1);
  transfer_for_a_while(*wallets, ids, seed + 1);
  CHECK(eventually([&] { return history_is_complete(settings.database_url); },
                   60s));
  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}
