#pragma once

#include <memory>
#include <string>

#include "bench/http_load.hpp"
#include "tests/support/wallet_process.hpp"

namespace wallet::bench {

/// A database of our own on a server, dropped at the end. Raises
/// storage::unavailable.
class scratch_database {
public:
  scratch_database(std::string server_url, std::string name);
  ~scratch_database();
  scratch_database(const scratch_database &) = delete;
  scratch_database &operator=(const scratch_database &) = delete;

  const std::string &url() const { return url_; }

private:
  std::string server_url_, name_, url_;
};

/// A service on a database of its own, to be measured.
class measured_service {
public:
  struct options {
    std::string kafka_brokers;
    /// See wallet_settings.
    std::string only;
    std::size_t resident_wallets = 100'000;
  };

  /// Makes the database `name` and migrates it; `start` runs the service.
  measured_service(const std::string &server_url, const std::string &name,
                   const options &chosen);

  /// Returns when it is ready.
  void start();
  void stop();

  endpoints where() const;
  const std::string &database_url() const { return database_.url(); }
  int pid() const { return process_->pid(); }

  /// Runs `wallet verify` on its database: its output and status.
  testing::finished_command verify() const;

private:
  scratch_database database_;
  testing::wallet_settings settings_;
  std::unique_ptr<testing::wallet_process> process_;
};

} // namespace wallet::bench
