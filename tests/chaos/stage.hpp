#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/random.hpp"
#include "tests/chaos/load.hpp"
#include "tests/support/lossy_proxy.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/wallet_process.hpp"

namespace wallet::chaos {

/// How patient a run is: a minute in CI and an hour by hand do the same.
struct pace {
  std::chrono::milliseconds answer_deadline;
  std::chrono::milliseconds client_patience;
  /// Faults are brief.
  bool is_short;
  int clients = 64;
  int wallets = 1'000;
  /// Requests a second; 0: as fast as they are answered.
  double rate = 0;
};

/// In most wallets at the start, outside of the journal.
constexpr auto initial_balance = money::from_units(1'000'000'0000);

/// Raised between two looks at a condition when the user wants an end.
struct interrupted {};
void obey_interrupts();

/// Looks at the condition, again after `pause`, until it holds, `patience` at
/// most. Raises interrupted.
bool await(const std::function<bool()> &holds,
           std::chrono::milliseconds patience,
           std::chrono::milliseconds pause = std::chrono::milliseconds(10));

/// Between two looks into a database.
constexpr std::chrono::milliseconds database_pause{50};

/// Ends the connections to PostgreSQL whose last statement contains this.
void end_backends(const std::string &url, const std::string &statement);

/// Where an installation keeps what it writes.
struct folders {
  std::filesystem::path database, broker, service;
};

/// A whole installation under load: PostgreSQL behind a proxy, Kafka, a server,
/// a second one where a fault wants it, and the clients. Used on the main
/// thread (see child_process); ends everything it started.
class stage {
public:
  /// Begins the load.
  stage(const pace &chosen, std::uint64_t seed, const folders &where);
  ~stage();

  testing::private_postgres &postgres() { return postgres_; }
  testing::lossy_proxy &proxy() { return proxy_; }
  testing::private_kafka &kafka() { return kafka_; }
  /// The one that owns the shards, as far as we know.
  testing::wallet_process &server() { return *servers_[owner_]; }
  testing::wallet_process &other() { return *servers_[1 - owner_]; }
  /// From now on the other one is the owner. Counts takeovers.
  void swap_servers();

  /// Straight to PostgreSQL, not through the proxy.
  const std::string &database_url() const { return database_url_; }
  const std::vector<std::string> &wallets() const { return wallets_; }
  const testing::wallet_settings &settings() const { return settings_; }
  const pace &chosen() const { return pace_; }

  load &clients() { return *load_; }
  findings &wrong() { return wrong_; }
  bench::random_numbers &random() { return random_; }
  int takeovers() const { return takeovers_; }

  /// A finding unless it holds.
  void expect(bool holds, const std::string &what);
  /// A finding unless it comes to hold within `patience`.
  void expect_soon(const std::function<bool()> &holds,
                   std::chrono::milliseconds patience, const std::string &what);
  /// Waits, with faults in place, until there have been so many successes more.
  void expect_successes(std::uint64_t count, const std::string &when);
  /// Requests that got no answer in this time were not done: a server that
  /// stops answers all that it does.
  void expect_no_effect_of_silence(moment from, moment to) {
    quiet_times_.emplace_back(from, to);
  }
  const std::vector<std::pair<moment, moment>> &quiet_times() const {
    return quiet_times_;
  }
  /// A time, or a sentence, for the report.
  void remember(const std::string &what, moment time) {
    times_[what].push_back(time);
  }
  void tell(std::string sentence) { told_.push_back(std::move(sentence)); }
  const std::map<std::string, std::vector<moment>> &times() const {
    return times_;
  }
  const std::vector<std::string> &told() const { return told_; }

  /// Waits for a time, if this is not to end.
  void hold(std::chrono::milliseconds time);

  /// Sum of all heads of the log; of all checkpoints of the history.
  std::int64_t log_length() const;
  std::int64_t history_length() const;

  /// Waits until all servers that run serve and history is complete, with the
  /// load at an end.
  journal finish();

  /// The ends of the servers' logs.
  std::string logs() const;

private:
  void make_wallets();

  pace pace_;
  findings wrong_;
  std::vector<std::pair<moment, moment>> quiet_times_;
  std::map<std::string, std::vector<moment>> times_;
  std::vector<std::string> told_;
  bench::random_numbers random_;
  testing::private_postgres postgres_;
  testing::lossy_proxy proxy_;
  testing::private_kafka kafka_;
  std::string database_url_;
  testing::wallet_settings settings_;
  std::array<std::unique_ptr<testing::wallet_process>, 2> servers_;
  std::size_t owner_ = 0;
  int takeovers_ = 0;
  std::vector<std::string> wallets_;
  std::unique_ptr<load> load_;
};

} // namespace wallet::chaos
