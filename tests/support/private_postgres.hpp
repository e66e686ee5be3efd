#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wallet::testing {

/// A PostgreSQL server of one's own: a temporary folder, a unix socket and a
/// free TCP port, fsync on. Ended and deleted by the destructor, and by a guard
/// process if the test process dies before. Runs as the user `postgres` when
/// the tests run as root.
///
/// Every method waits for its effect (20 s at most) and raises
/// std::runtime_error otherwise.
class private_postgres {
public:
  /// `parent`: where its folder is made.
  explicit private_postgres(const std::filesystem::path &parent =
                                std::filesystem::temp_directory_path());
  ~private_postgres();
  private_postgres(const private_postgres &) = delete;
  private_postgres &operator=(const private_postgres &) = delete;

  /// Over TCP, without a password, as superuser.
  std::string url(const std::string &database = "postgres") const;
  /// Over the unix socket.
  std::string socket_url(const std::string &database = "postgres") const;
  int port() const;

  /// A new empty database; its URL.
  std::string new_database();

  /// Where pg_dump and its like are.
  std::string program(const std::string &name) const;

  /// Runs SQL; the cells of the last statement's rows, as text ("" for null).
  using table = std::vector<std::vector<std::string>>;
  table exec(const std::string &sql, const std::string &database = "postgres");

  /// A server whose disk is full may end.
  bool is_running() const;

  /// As a crash: no process of the server lives afterwards.
  void kill_9();
  /// pg_ctl stop -m immediate.
  void stop_immediate();
  /// Also after kill_9 and stop_immediate, on the same port.
  void start();
  /// Stops all processes of the server in their tracks, and lets them go on.
  void freeze();
  void unfreeze();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

/// Runs SQL at `url`, as private_postgres::exec.
private_postgres::table exec_at(const std::string &url, const std::string &sql);

/// The first cell of the first row.
std::string value_at(const std::string &url, const std::string &sql);

} // namespace wallet::testing
