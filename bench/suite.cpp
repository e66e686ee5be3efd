#include "bench/suite.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <stdexcept>

#include "bench/append_limit.hpp"
#include "bench/history_lag.hpp"
#include "bench/large_store.hpp"
#include "bench/report.hpp"
#include "bench/row_locks.hpp"
#include "bench/service.hpp"
#include "bench/shell.hpp"
#include "bench/wallets.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;
using seconds = std::chrono::duration<double>;

constexpr std::size_t wallet_count = 1'000;
/// Of the service under most loads, so that `cold` is a load of its own with
/// a number of wallets that are quickly made.
constexpr std::size_t resident_wallets = 10'000;
constexpr std::size_t cold_wallets = 50'000;
/// `mixed` reads whole histories: of wallets as old as the run, not older.
constexpr std::size_t mixed_wallets = 5'000;
/// Enough for any number of transfers of 0.01 from one wallet.
constexpr auto first_balance = money::from_units(1'000'000'000'0000);

std::string text_of(double value, int decimals, const std::string &unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%s", decimals, value, unit.c_str());
  return text;
}

std::string spread_of(const figure &of, const std::string &unit) {
  return text_of(of.median(), 1, unit) + " (" + text_of(of.lowest(), 1, "") +
         " to " + text_of(of.highest(), 1, "") + ")";
}

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// The state of one run: what it measures ends in the report.
class suite {
public:
  explicit suite(const suite_options &options)
      : options_(options), all_(options.database_url, "bench_all",
                                {.kafka_brokers = options.kafka_brokers,
                                 .resident_wallets = resident_wallets}),
        bare_(options.database_url, "bench_bare", {.only = "wallet"}) {}

  bool run() {
    describe_machine();
    all_.start();
    bare_.start();
    wallets_ = make_wallets(all_.where(), wallet_count, first_balance);
    bare_wallets_ = make_wallets(bare_.where(), wallet_count, first_balance);
    compare();
    measure_latency();
    measure_workloads();
    check_money(all_, wallets_);
    check_money(bare_, bare_wallets_);
    stop_and_verify(all_, "all on");
    measure_large();
    stop_and_verify(bare_, "without Kafka and history");
    write();
    return is_sound_;
  }

private:
  // -- one measurement --------------------------------------------------------

  workload stream(workload_kind kind, const std::vector<std::string> &wallets) {
    // Another stream each time: keys must not repeat those of earlier ones.
    return workload({.kind = kind, .seed = ++seed_, .wallets = wallets});
  }

  load_options load_for(const measured_service &of,
                        std::chrono::seconds duration) const {
    load_options load;
    load.service = of.where();
    load.connections = options_.connections;
    load.duration = duration;
    load.seed = seed_;
    return load;
  }

  measurement measure(const std::string &name, const load_options &load,
                      const workload &requests) {
    auto found = run_load(load, [&](std::uint64_t index, std::string &to) {
      return requests.write(index, to);
    });
    std::cout << to_text(name, found) << std::endl;
    if (found.failures() > 0)
      fail(name + ": " + std::to_string(found.failures()) +
           " requests were refused or lost");
    return found;
  }

  double closed_loop(const std::string &name, const measured_service &of,
                     workload_kind kind,
                     const std::vector<std::string> &wallets) {
    const auto requests = stream(kind, wallets);
    return measure(name, load_for(of, options_.duration), requests).rate();
  }

  void fail(const std::string &what) {
    is_sound_ = false;
    result_.checks.push_back("FAILED: " + what);
    std::cout << "FAILED: " << what << std::endl;
  }

  void pass(const std::string &what) {
    result_.checks.push_back(what);
    std::cout << what << std::endl;
  }

  // -- ours and the others, in turns ------------------------------------------

  struct peer {
    std::string name;
    row_locks::form how;
    row_locks::pattern which;
    int connections = 0;
    figure rate;
  };

  void compare() {
    row_locks locks(options_.database_url);
    using form = row_locks::form;
    using pattern = row_locks::pattern;
    std::array peers{
        peer{"row-lock, uniform", form::statements, pattern::uniform},
        peer{"row-lock-function, uniform", form::function, pattern::uniform},
        peer{"row-lock, hot", form::statements, pattern::hot},
        peer{"row-lock-function, hot", form::function, pattern::hot}};
    for (auto &each : peers)
      each.connections = locks.best_connections(each.how, each.which, short_);
    append_limit limit(all_.database_url());
    for (int round = 1; round <= options_.rounds; ++round) {
      std::cout << "round " << round << " of " << options_.rounds << std::endl;
      measure_uniform();
      for (auto &each : peers)
        compare_peer(locks, each);
      for (const std::size_t batch : {100, 400, 1'000})
        limits_[batch].rounds.push_back(limit.measure(batch, short_));
      uniform_bare_.rounds.push_back(
          closed_loop("uniform, no Kafka, no history", bare_,
                      workload_kind::uniform, bare_wallets_));
      hot_.rounds.push_back(
          closed_loop("hot", all_, workload_kind::hot, wallets_));
      hot_bare_.rounds.push_back(closed_loop("hot, no Kafka, no history", bare_,
                                             workload_kind::hot,
                                             bare_wallets_));
    }
    report_comparison(peers);
  }

  void compare_peer(row_locks &locks, peer &each) {
    each.rate.rounds.push_back(locks.measure(
        each.how, each.which, each.connections, options_.duration));
    std::cout << each.name << " (" << each.connections
              << " connections): " << with_separators(each.rate.rounds.back())
              << "/s" << std::endl;
  }

  /// With the processor time of every part, until the history has it too.
  void measure_uniform() {
    const auto requests = stream(workload_kind::uniform, wallets_);
    auto load = load_for(all_, options_.duration);
    load.warm_up = 0ms; // the processor time is of all requests
    const auto before = read_cpu_times(options_.database_url);
    const auto found = measure("uniform", load, requests);
    wait_until_caught_up(all_.database_url());
    const auto used = difference(read_cpu_times(options_.database_url), before);
    for (const auto &[name, time] : used)
      result_.cpu[name] += time;
    result_.transfers += static_cast<double>(found.latency.count());
    uniform_.rounds.push_back(found.rate());
  }

  template <class Peers> void report_comparison(const Peers &peers) {
    result_.rates = {{"uniform, all on", uniform_},
                     {"uniform, no Kafka, no history", uniform_bare_},
                     {"hot, all on", hot_},
                     {"hot, no Kafka, no history", hot_bare_}};
    for (const auto &each : peers)
      result_.rates.emplace_back(
          each.name + ", " + std::to_string(each.connections) + " connections",
          each.rate);
    for (const auto &[batch, rate] : limits_)
      result_.rates.emplace_back(
          "append-limit, events, batches of " + std::to_string(batch), rate);
    add_ratio("uniform transfers / row-lock", uniform_, peers[0].rate, 4, 6);
    add_ratio("hot wallet / row-lock", hot_, peers[2].rate, 15, 22);
    add_ratio("uniform / row-lock-function", uniform_, peers[1].rate, 2, 3);
    add_ratio("hot / row-lock-function", hot_, peers[3].rate, 8, 11);
    add_share("uniform events/s, all on / append-limit at 400", uniform_, 30,
              45);
    add_share("the same without Kafka and history / append-limit at 400",
              uniform_bare_, 45, 65);
  }

  void add_ratio(const std::string &name, const figure &ours,
                 const figure &theirs, double must, double aim) {
    const auto times = ratio(ours, theirs);
    add_goal(name, text_of(must, 0, "x"), text_of(aim, 0, "x"),
             spread_of(times, "x"), times.median() >= must);
  }

  void add_share(const std::string &name, figure transfers, double must,
                 double aim) {
    for (auto &rate : transfers.rounds)
      rate *= 2 * 100; // two events a transfer; in percent
    const auto share = ratio(transfers, limits_[400]);
    add_goal(name, text_of(must, 0, " %"), text_of(aim, 0, " %"),
             spread_of(share, " %"), share.median() >= must);
  }

  void add_goal(const std::string &name, const std::string &must,
                const std::string &aim, const std::string &result, bool met,
                const std::string &command = {}) {
    result_.goals.push_back({name, must, aim, result, met,
                             command.empty() ? options_.command : command});
    std::cout << name << ": " << result << " (must: " << must << ")"
              << std::endl;
  }

  // -- latency and lag --------------------------------------------------------

  /// Each round looks for the maximum anew: a shared machine's is another one
  /// every minute.
  void measure_latency() {
    std::vector<open_loop_result> high;
    figure p99, lag, catch_up;
    for (int round = 0; round < options_.rounds; ++round) {
      const auto requests = stream(workload_kind::uniform, wallets_);
      const auto maximum =
          measure("uniform, for its maximum", load_for(all_, short_), requests)
              .rate();
      wait_until_caught_up(all_.database_url());
      high.push_back(open_loop("open loop, 70 % of the maximum",
                               std::round(maximum * 0.7), options_.duration));
      const auto &found = high.back();
      p99.rounds.push_back(milliseconds_of(found.load.latency.percentile(99)));
      lag.rounds.push_back(milliseconds_of(found.lag.percentile(99)));
      catch_up.rounds.push_back(found.catch_up.count());
    }
    const auto by_p99 = [](const auto &left, const auto &right) {
      return left.load.latency.percentile(99) <
             right.load.latency.percentile(99);
    };
    std::sort(high.begin(), high.end(), by_p99);
    const auto &typical = high[high.size() / 2];
    result_.workloads.push_back({typical.name, typical.load});
    add_goal("p99 at 70 % of own maximum, open loop", "< 25 ms", "< 10 ms",
             spread_of(p99, " ms"), p99.median() < 25, typical.command);
    add_goal("history lag p99 at 70 % load", "< 500 ms", "< 250 ms",
             spread_of(lag, " ms"), lag.median() < 500, typical.command);
    add_goal("history complete after the load ends", "< 2 s", "< 1 s",
             spread_of(catch_up, " s"), catch_up.median() < 2, typical.command);
    const auto low =
        open_loop("open loop, 1,000/s", 1'000, 2 * options_.duration);
    result_.workloads.push_back({low.name, low.load});
    const auto low_p99 = low.load.latency.percentile(99);
    add_goal("p99 at 1,000 transfers/s, open loop", "< 5 ms", "< 3 ms",
             in_milliseconds(low_p99), low_p99 < 5ms, low.command);
  }

  struct open_loop_result {
    std::string name;
    measurement load;
    histogram lag;
    seconds catch_up{};
    std::string command;
  };

  open_loop_result open_loop(const std::string &name, double rate,
                             std::chrono::seconds duration) {
    const auto requests = stream(workload_kind::uniform, wallets_);
    auto load = load_for(all_, duration);
    load.rate = rate;
    auto lag = std::async(std::launch::async, [this, &load] {
      return measure_history_lag(all_.where(), load.warm_up + load.duration);
    });
    open_loop_result result;
    result.name = name;
    result.load = measure(name, load, requests);
    result.catch_up = wait_until_caught_up(all_.database_url());
    result.lag = lag.get();
    result.command = "wallet-bench --workload uniform --rate " +
                     text_of(rate, 0, "") + " --lag";
    return result;
  }

  // -- the workloads ----------------------------------------------------------

  void measure_workloads() {
    for (std::size_t i = 0; i < workload_kinds; ++i) {
      const auto kind = static_cast<workload_kind>(i);
      const auto requests = stream(kind, wallets_for(kind));
      const auto name = std::string(name_of(kind));
      const auto found =
          measure(name, load_for(all_, options_.duration), requests);
      result_.workloads.push_back({name, found});
      if (kind == workload_kind::read)
        add_goal("reads of a resident wallet", "40,000/s", "70,000/s",
                 with_separators(found.rate()) + "/s", found.rate() >= 40'000,
                 "wallet-bench --workload read");
    }
  }

  std::vector<std::string> wallets_for(workload_kind kind) const {
    const auto count = kind == workload_kind::cold    ? cold_wallets
                       : kind == workload_kind::mixed ? mixed_wallets
                                                      : 0;
    return count == 0 ? wallets_
                      : make_wallets(all_.where(), count, first_balance);
  }

  // -- a store of ten million events ------------------------------------------

  void measure_large() {
    measured_service large(
        options_.database_url, "bench_large",
        {.only = "wallet",
         .resident_wallets =
             2 * static_cast<std::size_t>(options_.large_wallets)});
    std::cout << "filling a store with "
              << with_separators(
                     static_cast<double>(options_.large_wallets * 10))
              << " events" << std::endl;
    fill_large_store(large.database_url(), options_.large_wallets);
    const auto ids = stored_wallets(large.database_url());
    measure_start(large, ids.front());
    measure_memory(large, ids);
    measure_large_throughput(large, ids);
    stop_and_verify(large, "ten million events");
  }

  void measure_start(measured_service &large, const std::string &wallet) {
    const auto begun = std::chrono::steady_clock::now();
    large.start();
    total_balance(large.where(), {wallet});
    const seconds taken = std::chrono::steady_clock::now() - begun;
    add_goal("start with 10 M events in the store to first answer", "< 2 s",
             "< 1 s", text_of(taken.count(), 2, " s"), taken < 2s);
  }

  void measure_memory(measured_service &large,
                      const std::vector<std::string> &ids) {
    const auto before = resident_bytes(large.pid());
    const auto total = total_balance(large.where(), ids);
    const auto each =
        static_cast<double>(resident_bytes(large.pid()) - before) /
        static_cast<double>(ids.size());
    add_goal("memory per resident wallet (1 M wallets awake)", "< 2 KiB",
             "< 1 KiB", text_of(each, 0, " bytes"), each < 2'048);
    large_total_ = total;
  }

  /// In turns with the small store of the same kind.
  void measure_large_throughput(measured_service &large,
                                const std::vector<std::string> &ids) {
    figure small, big;
    for (int round = 0; round < options_.rounds; ++round) {
      small.rounds.push_back(closed_loop("uniform, small store", bare_,
                                         workload_kind::uniform,
                                         bare_wallets_));
      big.rounds.push_back(closed_loop("uniform, 10 M events, 1 M wallets",
                                       large, workload_kind::uniform, ids));
    }
    result_.rates.emplace_back("uniform, 10 M events, 1 M wallets", big);
    const auto times = ratio(big, small);
    add_goal("throughput with 10 M events in the store / empty", "> 0.75x",
             "> 0.9x",
             text_of(times.median(), 2, "x") + " (" +
                 text_of(times.lowest(), 2, "") + " to " +
                 text_of(times.highest(), 2, "") + ")",
             times.median() > 0.75);
    if (total_balance(large.where(), ids) == large_total_)
      pass("ten million events: money is conserved");
    else
      fail("ten million events: money is not conserved");
  }

  // -- checks -----------------------------------------------------------------

  void check_money(const measured_service &of,
                   const std::vector<std::string> &wallets) {
    const auto expected =
        first_balance.units() * static_cast<std::int64_t>(wallets.size());
    const auto found = total_balance(of.where(), wallets);
    if (found == expected)
      pass("money is conserved: " + money::from_units(found).to_string());
    else
      fail("money: " + money::from_units(found).to_string() + " instead of " +
           money::from_units(expected).to_string());
  }

  void stop_and_verify(measured_service &of, const std::string &name) {
    of.stop();
    const auto found = of.verify();
    if (found.status == 0)
      pass(name + ": wallet verify holds");
    else
      fail(name + ": wallet verify:\n" + found.output);
  }

  // -- the report -------------------------------------------------------------

  void describe_machine() {
    const auto line = [](const std::string &command) {
      const auto text = output_of(command);
      return text.substr(0, text.find('\n'));
    };
    storage::postgres_connection connection(
        {.url = options_.database_url, .purpose = "bench"});
    const auto server = connection.script("show server_version");
    result_.title =
        line("date -u +%F") + ", " + line("nproc") + " processors (" +
        line("sed -n 's/^model name.*: //p' /proc/cpuinfo") + "), " +
        line("awk '/^MemTotal/ {print int($2 / 1048576 + .5)}' /proc/meminfo") +
        " GB, " + line("uname -sr") + " (vm.dirty_background_bytes " +
        line("cat /proc/sys/vm/dirty_background_bytes") + "), PostgreSQL " +
        std::string(server[0].text(0)) + ", wallet " WALLET_VERSION +
        (options_.kafka_brokers.empty() ? ", no Kafka" : ", Kafka") + "; " +
        std::to_string(options_.rounds) + " rounds of " +
        std::to_string(options_.duration.count()) + " s, " +
        std::to_string(options_.connections) + " connections.";
  }

  void write() const {
    const auto &folder = options_.results_folder;
    for (const auto &[name, text] :
         {std::pair("RESULTS.md", to_markdown(result_, options_.command)),
          std::pair("results.json", to_json(result_)),
          std::pair("results.svg", to_picture(result_))}) {
      std::ofstream out(folder + "/" + name);
      out << text;
      if (!out.flush())
        throw std::runtime_error("cannot write " + folder + "/" + name);
    }
    std::cout << "written: " << folder << "/RESULTS.md" << std::endl;
  }

  const suite_options &options_;
  /// For what varies little, or only has to be put in order.
  std::chrono::seconds short_ = std::min(options_.duration, 2s);
  measured_service all_, bare_;
  std::vector<std::string> wallets_, bare_wallets_;
  std::uint64_t seed_ = 0;
  figure uniform_, uniform_bare_, hot_, hot_bare_;
  std::map<std::size_t, figure> limits_;
  std::int64_t large_total_ = 0;
  report result_;
  bool is_sound_ = true;
};

} // namespace

bool run_suite(const suite_options &options) { return suite(options).run(); }

} // namespace wallet::bench
