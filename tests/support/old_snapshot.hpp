#pragma once

#include <cstdint>
#include <string>

#include "storage/postgres_connection.hpp"

namespace wallet::testing {

/// A snapshot that stays open, as that of a backup or of `verify`: PostgreSQL
/// keeps all versions of rows that are younger.
class old_snapshot {
public:
  explicit old_snapshot(const std::string &url);

  /// Calls the SQL function so often, planned as the service plans.
  void repeat(const std::string &call, int times);
  /// Pages that one call looks at.
  std::int64_t pages_of(const std::string &call);

private:
  storage::postgres_connection reader_, writer_;
};

} // namespace wallet::testing
