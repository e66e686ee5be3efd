// wallet-bench: loads a running service, or measures the standard set.

#include <fstream>
#include <future>
#include <iostream>

#include <boost/program_options.hpp>

#include "bench/history_lag.hpp"
#include "bench/overload.hpp"
#include "bench/report.hpp"
#include "bench/suite.hpp"
#include "bench/wallets.hpp"

namespace {

using namespace wallet;
using namespace wallet::bench;
namespace po = boost::program_options;

class bad_usage : public std::runtime_error {
  using runtime_error::runtime_error;
};

struct arguments {
  std::string workload_name, smallest, largest, json, plot;
  std::size_t wallets = 1'000;
  double rate = 0;
  std::int64_t seconds = 0, warm_up = 0, overload_seconds = 0;
  load_options load;
  bool measures_lag = false;
  suite_options suite;
  overload_options overload;
};

po::options_description describe(arguments &to) {
  po::options_description all("wallet-bench [suite | overload] [options]");
  auto add = all.add_options();
  add("help", "this text");
  add("workload", po::value(&to.workload_name)->default_value("uniform"),
      "uniform, zipf, hot, hot-in, read, mixed, retry, cold or create");
  add("host", po::value(&to.load.service.host)->default_value("127.0.0.1"),
      "where the service answers");
  add("port", po::value(&to.load.service.port)->default_value(3000), "");
  add("history-port",
      po::value(&to.load.service.history_port)->default_value(3001), "");
  add("connections", po::value(&to.load.connections)->default_value(384),
      "open at once");
  add("rate", po::value(&to.rate)->default_value(0),
      "requests a second, in an open loop; 0: a closed loop");
  add("seconds", po::value(&to.seconds)->default_value(5), "of measuring");
  add("warm-up", po::value(&to.warm_up)->default_value(1), "seconds before");
  add("wallets", po::value(&to.wallets)->default_value(1'000),
      "made for this run; for cold, more than MAX_RESIDENT_WALLETS");
  add("smallest", po::value(&to.smallest)->default_value("0.01"),
      "amount of a transfer");
  add("largest", po::value(&to.largest)->default_value("0.01"),
      "amounts are between the two");
  add("seed", po::value(&to.load.seed)->default_value(1),
      "the same seed makes the same requests");
  add("lag", po::bool_switch(&to.measures_lag),
      "measures the history's lag too");
  add("json", po::value(&to.json), "a file for the figures");
  add("plot", po::value(&to.plot), "a file for a picture (SVG)");
  add("database", po::value(&to.suite.database_url),
      "the service's, to tell the processor time of its parts; suite: a "
      "server\n"
      "where databases may be created");
  add("kafka", po::value(&to.suite.kafka_brokers), "suite: empty for none");
  add("results", po::value(&to.suite.results_folder)->default_value("bench"),
      "suite: a folder for RESULTS.md");
  add("rounds", po::value(&to.suite.rounds)->default_value(3), "suite");
  add("large-wallets",
      po::value(&to.suite.large_wallets)->default_value(to.suite.large_wallets),
      "suite: of the large store, a multiple of 128; 10 events each");
  add("times", po::value(&to.overload.times)->default_value(to.overload.times),
      "overload: of the maximum that is found first");
  add("overload-connections",
      po::value(&to.overload.connections)
          ->default_value(to.overload.connections),
      "overload: open at once then");
  add("overload-seconds",
      po::value(&to.overload_seconds)
          ->default_value(to.overload.duration.count()),
      "overload: how long");
  add("pid", po::value(&to.overload.pid),
      "overload: whose memory is watched; else the only process \"wallet\"");
  return all;
}

money to_money(const std::string &text) {
  const auto parsed = money::parse(text);
  if (!parsed || parsed->is_zero())
    throw bad_usage("an amount is like 0.01, not '" + text + "'");
  return *parsed;
}

void write_file(const std::string &name, const std::string &text) {
  if (name.empty())
    return;
  std::ofstream out(name);
  out << text;
  if (!out.flush())
    throw std::runtime_error("cannot write " + name);
}

workload::options chosen_workload(const arguments &given) {
  const auto kind = workload_kind_from(given.workload_name);
  if (!kind)
    throw bad_usage("there is no workload '" + given.workload_name + "'");
  if (given.wallets < 2)
    throw bad_usage("a transfer needs 2 wallets");
  workload::options chosen;
  chosen.kind = *kind;
  chosen.seed = given.load.seed;
  chosen.smallest = to_money(given.smallest);
  chosen.largest = to_money(given.largest);
  if (chosen.largest < chosen.smallest)
    throw bad_usage("--largest is below --smallest");
  return chosen;
}

/// One workload against a running service; 1 when a request failed or money is
/// not what it was.
int run_one(arguments &given) {
  auto chosen = chosen_workload(given);
  auto &load = given.load;
  load.duration = std::chrono::seconds(given.seconds);
  load.warm_up = std::chrono::seconds(given.warm_up);
  if (given.rate > 0)
    load.rate = given.rate;
  const auto balance = money::from_units(1'000'000'000'0000);
  std::cout << "making " << given.wallets << " wallets" << std::endl;
  chosen.wallets = make_wallets(load.service, given.wallets, balance);
  const workload requests(chosen);
  std::future<histogram> lag;
  if (given.measures_lag)
    lag = std::async(std::launch::async, [&load] {
      return measure_history_lag(load.service, load.warm_up + load.duration);
    });
  report result;
  result.title = given.workload_name;
  const auto &database = given.suite.database_url;
  const auto before = database.empty() ? cpu_times() : read_cpu_times(database);
  const auto found = run_load(load, [&](std::uint64_t index, std::string &to) {
    return requests.write(index, to);
  });
  std::cout << to_text(given.workload_name, found) << '\n';
  if (!database.empty()) {
    wait_until_caught_up(database);
    std::uint64_t answers = 0;
    for (const auto &[status, count] : found.statuses)
      answers += count;
    std::cout << "processor time of a request:\n"
              << to_text(difference(read_cpu_times(database), before),
                         static_cast<double>(answers));
  }
  std::cout << "own processor time: " << found.own_cpu / found.measured
            << " of one processor\n";
  result.workloads.push_back({given.workload_name, found});
  if (given.measures_lag) {
    const auto times = lag.get();
    std::cout << "history lag: p50 " << in_milliseconds(times.percentile(50))
              << ", p99 " << in_milliseconds(times.percentile(99)) << ", max "
              << in_milliseconds(times.max()) << '\n';
  }
  write_file(given.json, to_json(result));
  write_file(given.plot, to_picture(result));
  const bool is_conserved =
      total_balance(load.service, chosen.wallets) ==
      balance.units() * static_cast<std::int64_t>(chosen.wallets.size());
  std::cout << (is_conserved ? "money is conserved\n"
                             : "MONEY IS NOT CONSERVED\n");
  return is_conserved && found.failures() == 0 ? 0 : 1;
}

/// 1 when an answer was neither a success nor a refusal, or money is not what
/// it was; the rest are figures.
int run_overload(arguments &given) {
  auto &options = given.overload;
  options.load = given.load;
  options.closed = std::chrono::seconds(given.seconds);
  options.load.warm_up = std::chrono::seconds(given.warm_up);
  options.duration = std::chrono::seconds(given.overload_seconds);
  if (options.pid == 0)
    options.pid = only_wallet_process();
  const auto balance = money::from_units(1'000'000'000'0000);
  const auto wallets = make_wallets(given.load.service, given.wallets, balance);
  const auto found = measure_overload(options, wallets);
  std::cout << to_text(found);
  const bool is_conserved =
      total_balance(given.load.service, wallets) ==
      balance.units() * static_cast<std::int64_t>(wallets.size());
  std::cout << (is_conserved ? "money is conserved\n"
                             : "MONEY IS NOT CONSERVED\n");
  return is_conserved && found.unexplained() == 0 ? 0 : 1;
}

int run_all(arguments &given, const std::string &command) {
  if (given.suite.database_url.empty())
    throw bad_usage("suite needs --database URL");
  if (given.suite.large_wallets < 128 || given.suite.large_wallets % 128 != 0)
    throw bad_usage("--large-wallets is a multiple of 128");
  given.suite.command = command;
  given.suite.duration = std::chrono::seconds(given.seconds);
  given.suite.connections = given.load.connections;
  return run_suite(given.suite) ? 0 : 1;
}

/// The command, where the first argument is one.
std::string command_of(int argc, char **argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  return first == "suite" || first == "overload" ? first : "";
}

int run(int argc, char **argv) {
  arguments given;
  const auto known = describe(given);
  const auto command = command_of(argc, argv);
  const int skipped = command.empty() ? 0 : 1;
  po::variables_map read;
  po::store(po::command_line_parser(argc - skipped, argv + skipped)
                .options(known)
                .run(),
            read);
  po::notify(read);
  if (read.contains("help")) {
    std::cout << known;
    return 0;
  }
  if (given.seconds < 1 || given.warm_up < 0 || given.load.connections < 1 ||
      given.overload_seconds < 1 || given.overload.connections < 1)
    throw bad_usage("seconds and connections are 1 or more");
  if (command.empty())
    return run_one(given);
  if (command == "overload")
    return run_overload(given);
  const char *how = std::getenv("WALLET_BENCH_COMMAND");
  return run_all(given, how ? how : "wallet-bench suite");
}

} // namespace

int main(int argc, char **argv) {
  try {
    return run(argc, argv);
  } catch (const bad_usage &wrong) {
    std::cerr << "wallet-bench: " << wrong.what() << " (see --help)\n";
    return 2;
  } catch (const po::error &wrong) {
    std::cerr << "wallet-bench: " << wrong.what() << " (see --help)\n";
    return 2;
  } catch (const std::exception &failed) {
    std::cerr << "wallet-bench: " << failed.what() << '\n';
    return 1;
  }
}
