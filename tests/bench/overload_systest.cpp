#include <catch2/catch.hpp>

#include "bench/overload.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

namespace wallet::bench {

using namespace std::chrono_literals;

// Times are of the machine: here is what holds on any. `wallet-bench overload`
// has the figures.
TEST_CASE("Under overload each request is served or told to come again.") {
  constexpr std::size_t wallet_count = 100;
  constexpr auto first_balance = money::from_units(1'000'000'0000);
  testing::wallet_settings settings{
      testing::new_migrated_database(), {}, {}, {}};
  // Far below what comes, on any machine, and above the closed loop.
  settings.more["MAX_IN_FLIGHT"] = "64";
  const auto service = testing::ready_wallet(settings);
  const endpoints where{"127.0.0.1", service->port(), service->history_port()};

  overload_options options;
  options.load.service = where;
  options.load.connections = 32;
  options.load.warm_up = 200ms;
  options.closed = 1s;
  options.duration = 4s;
  options.connections = 500;
  options.pid = service->pid();
  auto server = service->client();
  const auto wallets = testing::funded_wallets(
      server, static_cast<int>(wallet_count), first_balance.to_string());
  const auto found = measure_overload(options, wallets);
  INFO(to_text(found));

  CHECK(found.unexplained() == 0);
  CHECK(found.overload.latency.count() > 0);
  CHECK(found.overload.refused > 0);
  CHECK(found.maximum.refused == 0);
  CHECK(found.after.refused == 0);
  CHECK(found.after.latency.count() > 0);
  // Sockets and their buffers, once. A sanitizer keeps 256 MB of what is freed.
  REQUIRE(found.memory.size() >= 2);
  CHECK(found.memory.back() < found.memory.front() + (400u << 20));

  std::int64_t total = 0;
  for (const auto &id : wallets)
    total += money::parse(server.get("/wallets/" + id)->at("/data/balance"))
                 ->units();
  CHECK(total == first_balance.units() * std::int64_t{wallet_count});
  const auto verified = testing::run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}

} // namespace wallet::bench
