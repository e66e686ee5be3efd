#pragma once

#include <chrono>
#include <string>

namespace wallet::bench {

/// The usual way to move money in PostgreSQL, for comparison: wallets in a
/// table, both locked FOR UPDATE in the order of their ids, versioned updates,
/// a history row for each. Bare SQL through pgbench: no HTTP, no Kafka.
/// Makes the schema `row_lock` with 1,000 wallets, and drops it at the end.
class row_locks {
public:
  enum class form : std::uint8_t {
    statements, ///< a transaction of 8 round trips
    function,   ///< one call that does the same
  };
  enum class pattern : std::uint8_t { uniform, hot };

  /// Raises storage::unavailable, or std::runtime_error without pgbench.
  explicit row_locks(std::string database_url);
  ~row_locks();
  row_locks(const row_locks &) = delete;
  row_locks &operator=(const row_locks &) = delete;

  /// Transfers a second over so many connections, prepared statements.
  double measure(form how, pattern which, int connections,
                 std::chrono::seconds duration);

  /// Which of 8, 32 and 64 connections is fastest.
  int best_connections(form how, pattern which, std::chrono::seconds each);

private:
  std::string database_url_;
  std::string pgbench_;
};

} // namespace wallet::bench
