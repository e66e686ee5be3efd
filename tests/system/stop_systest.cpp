#include <future>

#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/raw_socket.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// README promises 5 s; sanitizers and a loaded machine get two more.
constexpr auto patience = 7s;

} // namespace

TEST_CASE("a stop waits once for those who are slow on both sides") {
  const auto service =
      ready_wallet({shared_postgres().new_database(), {}, {}, {}});
  raw_socket one(static_cast<std::uint16_t>(service->port()));
  raw_socket other(static_cast<std::uint16_t>(service->history_port()));
  one.send("GET /hea");
  other.send("GET /hea");
  CHECK(service->terminate(5s) == 0);
}

TEST_CASE("a stop does not wait for a database that is silent") {
  private_postgres postgres;
  const auto service = ready_wallet({postgres.new_database(), {}, {}, {}});
  auto server = service->client();
  const auto id = funded_wallets(server, 1, "50.00").front();
  postgres.freeze();
  auto funding = std::async(std::launch::async, [&] {
    return service->client().post("/wallets/" + id + "/fund",
                                  R"({"amount":"1"})");
  });
  // Time to be read: one that is not yet would hear "stopping", which the last
  // check would not take.
  CHECK(funding.wait_for(1s) == std::future_status::timeout);
  CHECK(service->terminate(patience) == 0);
  const auto answer = funding.get();
  postgres.unfreeze();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->at("/code") == "outcome_unknown");
}
