#include "tests/support/shared_postgres.hpp"

#include "storage/migrations.hpp"

namespace wallet::testing {

private_postgres &shared_postgres() {
  static private_postgres server;
  return server;
}

std::string new_migrated_database() {
  auto url = shared_postgres().new_database();
  storage::migrate(url, storage::schema::ledger);
  storage::migrate(url, storage::schema::history);
  return url;
}

} // namespace wallet::testing
