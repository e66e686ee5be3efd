#include <catch2/catch.hpp>

#include <future>

#include "bench/history_lag.hpp"
#include "bench/http_load.hpp"
#include "bench/suite.hpp"
#include "bench/wallets.hpp"
#include "bench/workload.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_process.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t wallet_count = 50;
constexpr auto first_balance = money::from_units(1'000'000'0000);

struct loaded_service {
  testing::private_kafka kafka;
  testing::wallet_settings settings{
      testing::new_migrated_database(), kafka.brokers(), "", {}};
  std::unique_ptr<testing::wallet_process> process =
      testing::ready_wallet(settings);

  endpoints where() const {
    return {"127.0.0.1", process->port(), process->history_port()};
  }

  measurement run(workload_kind kind, const std::vector<std::string> &wallets,
                  std::optional<double> rate = {}) const {
    const workload requests({.kind = kind, .wallets = wallets});
    load_options load;
    load.service = where();
    load.connections = 8;
    load.rate = rate;
    load.warm_up = 100ms;
    load.duration = 2s;
    return run_load(load, [&](std::uint64_t index, std::string &to) {
      return requests.write(index, to);
    });
  }
};

} // namespace

TEST_CASE("Every workload is answered and creates no money.") {
  const loaded_service service;
  const auto wallets =
      make_wallets(service.where(), wallet_count, first_balance);
  for (std::size_t i = 0; i < workload_kinds; ++i) {
    const auto kind = static_cast<workload_kind>(i);
    INFO(name_of(kind));
    const auto found = service.run(kind, wallets);
    CHECK(found.failures() == 0);
    CHECK(found.latency.count() > 0);
    CHECK(found.measured == 2s);
    CHECK(total_balance(service.where(), wallets) ==
          first_balance.units() * std::int64_t{wallet_count});
  }
  wait_until_caught_up(service.settings.database_url);
  const auto verified = testing::run_wallet(service.settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}

TEST_CASE("An open loop keeps its rate, and its latency counts a stall.") {
  const loaded_service service;
  const auto wallets =
      make_wallets(service.where(), wallet_count, first_balance);
  constexpr double rate = 100;
  auto lag = std::async(std::launch::async, [&service] {
    return measure_history_lag(service.where(), 2s);
  });
  const auto found = service.run(workload_kind::uniform, wallets, rate);
  CHECK(found.failures() == 0);
  CHECK(lag.get().count() > 0);
  auto without_history = service.where();
  without_history.history_port = 1;
  CHECK_THROWS_WITH(measure_history_lag(without_history, 200ms),
                    Catch::Contains("the history does not answer on port 1"));
  // 200 arrivals are expected; 6 standard deviations are 85.
  CHECK(found.latency.count() > 115);
  CHECK(found.latency.count() < 285);

  // Everything that arrives while the service stands still waits until it goes
  // on, also what finds no free connection.
  const auto run_with_stall = [&](auto after, auto length) {
    std::thread stall([&] {
      std::this_thread::sleep_for(after); // the stall is the input, not a wait
      service.process->freeze();
      std::this_thread::sleep_for(length);
      service.process->unfreeze();
    });
    auto stalled = service.run(workload_kind::uniform, wallets, rate);
    stall.join();
    return stalled;
  };
  const auto stalled = run_with_stall(600ms, 1s);
  CHECK(stalled.failures() == 0);
  CHECK(stalled.latency.percentile(90) > 200ms);
  CHECK(stalled.latency.count() > 115);

  // What is answered after the end has a latency, and is not of the rate.
  const auto late = run_with_stall(1'100ms, 2s);
  CHECK(late.failures() == 0);
  CHECK(late.rate() * late.measured.count() <
        static_cast<double>(late.latency.count()));
}

TEST_CASE("The standard set measures every goal, and its checks hold.") {
  const testing::private_kafka kafka;
  const testing::scratch_folder folder;
  suite_options options;
  options.database_url = testing::shared_postgres().url();
  options.kafka_brokers = kafka.brokers();
  options.results_folder = folder.path();
  options.command = "a test";
  options.duration = 1s;
  options.rounds = 1;
  options.connections = 8;
  options.large_wallets = 1'280;
  CHECK(run_suite(options));
  const auto results = testing::text_of(folder.path() / "RESULTS.md");
  INFO(results);
  constexpr std::size_t goals = 14;
  std::size_t rows = 0;
  for (const auto *end : {" holds |", " **missed** |"})
    for (auto at = results.find(end); at != std::string::npos;
         at = results.find(end, at + 1))
      ++rows;
  CHECK(rows == goals);
  CHECK(results.find("FAILED") == std::string::npos);
  CHECK(testing::text_of(folder.path() / "results.json").starts_with("{"));
  CHECK(testing::text_of(folder.path() / "results.svg").starts_with("<svg"));
}

} // namespace wallet::bench
