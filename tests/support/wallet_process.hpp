#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http_client.hpp"

namespace wallet::testing {

/// What one run of the binary is told through its environment.
struct wallet_settings {
  std::string database_url;
  /// Empty: no Kafka.
  std::string kafka_brokers;
  /// "wallet" or "history" serves only that side.
  std::string only;
  /// More settings by name.
  std::map<std::string, std::string> more;
  /// Where the folder with its log is made.
  std::filesystem::path folder = std::filesystem::temp_directory_path();
};

struct finished_command {
  int status = 0;
  std::string output;
};

/// Runs `wallet COMMAND` to its end.
finished_command
run_wallet(const wallet_settings &settings,
           const std::vector<std::string> &command,
           std::chrono::seconds patience = std::chrono::seconds(60));

/// `wallet serve` on ports of its own, with a log file. Start it on the main
/// thread (see child_process).
///
/// Times are bounded; what does not come in time raises std::runtime_error
/// with the end of the log.
class wallet_process {
public:
  /// Starts it and returns at once.
  explicit wallet_process(wallet_settings settings);
  struct not_started {};
  wallet_process(wallet_settings settings, not_started);
  ~wallet_process();

  /// Again, on the same ports; the log goes on.
  void start();

  /// Further variables, instead of those of the last call, from the next start
  /// on.
  void set_environment(std::map<std::string, std::string> variables);

  /// Until every side that is served says so in /readyz. More than the lease
  /// of a killed predecessor (5 s), a slow start with sanitizers, and a
  /// disk that stalls (27 s seen).
  void wait_ready(std::chrono::seconds patience = std::chrono::seconds(90));

  bool is_running() const;

  void kill_9();
  /// SIGTERM; the exit status, nothing when it still runs after `patience`.
  std::optional<int> terminate(std::chrono::milliseconds patience);
  void freeze();
  void unfreeze();

  int pid() const;
  int port() const;
  int history_port() const;
  http_client client() const;
  http_client history_client() const;
  const wallet_settings &settings() const;
  std::string log() const;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// A wallet process whose database has been migrated, ready.
std::unique_ptr<wallet_process> ready_wallet(wallet_settings settings);

} // namespace wallet::testing
