#include <catch2/catch.hpp>

#include <thread>

#include "events/money.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;

namespace {

constexpr int clients = 64;
constexpr int rounds = 20;

/// Funds the hot wallet with 0.0003 and takes 0.0001 out of it, `rounds` times.
/// What was not answered with 200.
std::vector<std::string> use(http_client server, const std::string &hot,
                             const std::string &other) {
  std::vector<std::string> wrong;
  const auto expect_success = [&](const http_client::maybe_answer &answer) {
    if (!answer)
      wrong.push_back("no answer");
    else if (answer->status != 200)
      wrong.push_back(std::to_string(answer->status) + " " + answer->body);
  };
  for (int i = 0; i < rounds; ++i) {
    expect_success(
        server.post("/wallets/" + hot + "/fund", R"({"amount":"0.0003"})"));
    expect_success(server.post("/wallets/" + hot + "/transfer",
                               R"({"to_wallet_id":")" + other +
                                   R"(","amount":"0.0001"})"));
  }
  return wrong;
}

} // namespace

TEST_CASE("64 clients on one wallet are all served, to the last fraction") {
  const wallet_settings settings{shared_postgres().new_database(), {}, {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  const auto ids = funded_wallets(server, 2, "1.00");

  std::vector<std::vector<std::string>> wrong(clients);
  std::vector<std::thread> threads;
  for (auto &mine : wrong)
    threads.emplace_back([&] { mine = use(server.another(), ids[0], ids[1]); });
  for (auto &thread : threads)
    thread.join();

  for (const auto &mine : wrong)
    CHECK(mine == std::vector<std::string>{});
  const auto balance = [&](const std::string &id) {
    const auto read = server.get("/wallets/" + id);
    return read ? read->at("/data/balance") : "no answer";
  };
  // In units of 0.0001: each round leaves 2 here and brings 1 there.
  const auto expected = [](std::int64_t per_round) {
    return wallet::money::from_units(10'000 + per_round * clients * rounds)
        .to_string();
  };
  CHECK(balance(ids[0]) == expected(2));
  CHECK(balance(ids[1]) == expected(1));
  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}
