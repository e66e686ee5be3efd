#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

// Two databases: each side does without the other's.

namespace {

int readiness(http_client client) {
  const auto answer = client.get("/readyz");
  return answer ? answer->status : 0;
}

} // namespace

TEST_CASE("a history whose database is away keeps no wallet from beginning") {
  const auto url = shared_postgres().new_database();
  REQUIRE(run_wallet({url, {}, {}, {}}, {"migrate"}).status == 0);
  const wallet_process service(
      {url,
       {},
       {},
       {{"HISTORY_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/away"}}});
  CHECK(eventually([&] { return readiness(service.client()) == 200; }, 60s));
  auto server = service.client();
  CHECK(funded_wallets(server, 1, "50.00").size() == 1);
  CHECK(readiness(service.history_client()) == 503);
}

TEST_CASE("a history is ready while the event store is silent") {
  private_postgres ledger;
  const wallet_settings both{
      ledger.new_database(),
      {},
      {},
      {{"HISTORY_DATABASE_URL", shared_postgres().new_database()}}};
  REQUIRE(run_wallet(both, {"migrate"}).status == 0);
  auto settings = both;
  settings.only = "history";
  wallet_process service(settings);
  service.wait_ready();
  ledger.freeze();
  for (int i = 0; i < 5; ++i)
    CHECK(readiness(service.history_client()) == 200);
  ledger.unfreeze();
}

TEST_CASE("a history that was rebuilt after a loss follows the log again") {
  const auto url = shared_postgres().new_database();
  wallet_settings settings{
      url,
      {},
      {},
      {{"HISTORY_DATABASE_URL", shared_postgres().new_database()}}};
  std::string id;
  {
    const auto service = ready_wallet(settings);
    auto server = service->client();
    id = funded_wallets(server, 1, "50.00").front();
    CHECK(service->terminate(5s) == 0);
  }
  settings.only = "history";
  wallet_process service(settings);
  service.wait_ready();
  const auto has_rows = [&](std::size_t count) {
    return eventually(
        [&] {
          const auto answer =
              service.history_client().get("/wallets/" + id + "/history");
          return answer && answer->size("/data") == count;
        },
        20s);
  };
  const auto becomes = [&](int status) {
    return eventually(
        [&] { return readiness(service.history_client()) == status; }, 20s);
  };
  REQUIRE(has_rows(2));

  exec_at(url, "update ledger.shards set position = 1 where position = 2");
  REQUIRE(becomes(503));
  const auto rebuilt = run_wallet(settings, {"rebuild-history"});
  INFO(rebuilt.output);
  REQUIRE(rebuilt.status == 0);
  CHECK(becomes(200));
  CHECK(has_rows(1));
  exec_at(url, "update ledger.shards set position = 2 where position = 1");
  CHECK(has_rows(2));
}
