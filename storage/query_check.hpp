#pragma once

#include <string>

#include "storage/check.hpp"
#include "storage/postgres_connection.hpp"

namespace wallet::storage {

/// A check that queries make: it counts what it looks at with `count` and names
/// the offenders with `offenders`, one column of text.
struct query_check {
  std::string claim;
  std::string unit;
  std::string count;
  std::string offenders;
};

/// Inside an open transaction of `on`.
check run_check(postgres_connection &on, const query_check &wanted);

} // namespace wallet::storage
