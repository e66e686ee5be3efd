#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <spdlog/common.h>

#include "storage/event_log.hpp"

namespace wallet::storage {

/// What the binary is asked to do.
enum class action {
  serve,
  migrate,
  verify,
  rebuild_history,
  lag,
  version,
  help,
};

/// Which services `serve` runs.
enum class side { both, wallet, history };

/// What one HTTP server is told; the reasons are in http/limits.hpp.
struct http_settings {
  /// An IP address of this machine; "0.0.0.0" is all of IPv4.
  std::string bind_address;
  /// Of the wallet side and of the history side.
  std::uint16_t port = 0, history_port = 0;
  std::size_t max_header_bytes = 0;
  std::size_t max_body_bytes = 0;
  std::size_t max_connections = 0;
  std::size_t max_in_flight = 0;
  std::chrono::milliseconds answer_deadline{};
};

/// All that the binary is told from outside, checked. The names, ranges and
/// defaults are one table (settings_table.hpp). For the actions `version` and
/// `help` nothing else is set.
struct settings {
  action asked{};
  side served{};
  /// `verify` looks at heads, counts and sums only.
  bool is_fast = false;
  std::string database_url;
  /// The same as database_url unless the history has a database of its own.
  std::string history_database_url;
  /// Gets the rights of the service from `migrate`; empty: nobody does.
  std::string service_role;
  /// Nothing: the history follows the event store.
  std::optional<event_log_options> kafka;
  http_settings http;
  /// At least 1; sockets and actors share them.
  std::size_t threads = 0;
  std::size_t max_resident_wallets = 0;
  spdlog::level::level_enum log_level{};
};

/// One line that names the setting, where it comes from, its value (never a
/// password) and what is allowed.
class bad_setting : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Where settings come from; the first source that has one counts.
struct setting_sources {
  /// The command line without the program's name.
  std::vector<std::string> arguments;
  /// Of the environment, what is a setting.
  std::map<std::string, std::string> environment;
  /// The text of `.env`, empty when there is none (see env_file.hpp).
  std::string env_file;
};

/// Those of this process: getenv, `.env` in the working directory. Call it
/// before there are threads. Raises bad_setting for an unreadable `.env`.
setting_sources process_sources(int argument_count,
                                const char *const *arguments);

/// Raises bad_setting.
settings parse_settings(const setting_sources &sources);

/// What `wallet --help` prints: each command with an example, each setting.
std::string help_text();

} // namespace wallet::storage
