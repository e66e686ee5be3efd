#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

/// A wallet side of its own and a wallet with 50.00.
struct served_wallet {
  wallet_settings settings{shared_postgres().new_database(), {}, "wallet", {}};
  std::unique_ptr<wallet_process> first = ready_wallet(settings);
  std::string id;

  served_wallet() {
    auto server = first->client();
    id = funded_wallets(server, 1, "50.00").front();
  }

  /// Nobody renews any more, so that whoever answers has not waited for it.
  void let_lease_live() const {
    exec_at(settings.database_url,
            "update ledger.nodes set lease_until = now() + interval '1h'");
  }

  void let_lease_end() const {
    exec_at(settings.database_url,
            "update ledger.nodes set lease_until = now() - interval '1h'");
  }

  void check_serves(const wallet_process &next) const {
    auto server = next.client();
    const auto funded =
        server.post("/wallets/" + id + "/fund", R"({"amount":"1"})");
    REQUIRE(funded);
    CHECK(funded->at("/data/balance") == "51.0000");
  }
};

bool is_standby(const wallet_process &asked) {
  const auto answer = asked.client().get("/readyz");
  return answer && answer->status == 503 &&
         answer->body.find("owns the shards") != std::string::npos;
}

} // namespace

TEST_CASE_METHOD(served_wallet, "a node that was killed does not wait for its "
                                "own lease when it starts again") {
  first->kill_9();
  let_lease_live();
  first->start();
  first->wait_ready();
  check_serves(*first);
}

TEST_CASE_METHOD(served_wallet, "a standby on the same machine does not wait "
                                "for the lease of the dead") {
  wallet_process standby(settings);
  REQUIRE(eventually([&] { return is_standby(standby); }, 30s));
  first->kill_9();
  let_lease_live();
  standby.wait_ready();
  check_serves(standby);
}

TEST_CASE_METHOD(served_wallet, "beside a frozen owner one waits for its "
                                "lease") {
  first->freeze();
  let_lease_live();
  wallet_process next(settings);
  REQUIRE(eventually([&] { return is_standby(next); }, 30s));
  let_lease_end();
  next.wait_ready();
  check_serves(next);

  // It does not stand where the frozen one stands: its own lease counts too.
  next.kill_9();
  let_lease_live();
  next.start();
  REQUIRE(eventually([&] { return is_standby(next); }, 30s));
  let_lease_end();
  next.wait_ready();
}
