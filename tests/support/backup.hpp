#pragma once

#include <memory>
#include <string>

namespace wallet::testing {

/// What pg_dump has taken of a database, to be put into others by pg_restore.
/// On the server of shared_postgres.
class backup {
public:
  /// Takes it now; others may write meanwhile. 60 s at most.
  explicit backup(const std::string &url);
  ~backup();

  /// Into a new database; its URL.
  std::string restore() const;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace wallet::testing
