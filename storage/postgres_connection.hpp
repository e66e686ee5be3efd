#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "storage/postgres_parameters.hpp"
#include "storage/postgres_rows.hpp"
#include "storage/unavailable.hpp"

namespace wallet::storage {

struct connection_options {
  /// A libpq URI or key/value string.
  std::string url;
  /// Shown in pg_stat_activity as application_name, after "wallet ".
  std::string purpose;
  /// On the server; the client gives up two seconds later. 0: no limit.
  std::chrono::milliseconds statement_timeout{10'000};
  /// Every statement is a probe or range of an index by design: a plan that is
  /// cached while the tables are small must not stay a scan when they grow.
  bool uses_indexes_only = false;
  /// For work that holds a lock of its session: once lost, it stays lost.
  bool is_one_session = false;
};

/// A statement that is prepared at its first use on each connection.
struct statement {
  const char *name;
  std::string sql;
};

/// One connection to PostgreSQL, made at first use and again after a loss.
/// Blocking, one thread at a time.
///
/// Time bounds: an attempt to connect ends within 5 s for each address of each
/// host of the URL, and takes the first that answers and may be written to; a
/// statement within its timeout and 2 s, even if the server is frozen or the
/// network silent. After a failed attempt the next one waits 50 ms, doubling up
/// to 1 s, with jitter; a call in that time raises not_connected at once.
///
/// A lost connection is never used again, and inside a transaction never
/// replaced silently.
class postgres_connection {
public:
  explicit postgres_connection(connection_options options);
  ~postgres_connection();
  postgres_connection(postgres_connection &&) noexcept;
  postgres_connection &operator=(postgres_connection &&) noexcept;

  /// Makes sure that there is a connection. Raises not_connected.
  void connect();

  /// As connect(), on a fresh connection, and waits for the next attempt
  /// instead of failing at once (1 s at most).
  void reconnect();

  /// Parameters and columns in binary format. Raises not_connected (nothing was
  /// sent), statement_failed (rolled back) or connection_lost (unknown).
  rows run(const statement &wanted, const parameters &given = {});

  /// One or more statements, as text; the rows, in text, of the last one.
  rows script(const std::string &sql);

  /// The number of a type, e.g. "ledger.event_row"; asked once a connection.
  std::uint32_t oid_of(const std::string &type);

  void drop() noexcept;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::storage
