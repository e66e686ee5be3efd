#pragma once

#include "tests/support/private_postgres.hpp"

namespace wallet::testing {

/// One server for all tests of a process that only need a database each
/// (private_postgres::new_database) and do not harm it. Started at first use.
private_postgres &shared_postgres();

/// A new database on it with both schemas; its URL.
std::string new_migrated_database();

} // namespace wallet::testing
