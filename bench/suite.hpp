#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wallet::bench {

struct suite_options {
  /// A server where databases may be created; each run makes three of its own
  /// and drops them.
  std::string database_url;
  /// Empty: history follows the event store, without Kafka.
  std::string kafka_brokers;
  /// Gets RESULTS.md, results.json and the pictures.
  std::string results_folder = "bench";
  /// As it was typed, to be quoted beside the figures.
  std::string command;
  std::chrono::seconds duration{5};
  int rounds = 3;
  /// Below what is admitted however slow the answers are (512): more carry 8 %
  /// more, and some are refused when the machine stalls.
  int connections = 384;
  /// A multiple of 128.
  std::int64_t large_wallets = 1'000'000 / 128 * 128;
};

/// Measures every row of the table of goals, and all workloads, against
/// services that it starts itself. True: every check held (answers, money,
/// `wallet verify`); a goal that is missed is a figure in the report, no
/// failure. Prints what it does.
bool run_suite(const suite_options &options);

} // namespace wallet::bench
