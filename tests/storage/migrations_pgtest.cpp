#include <catch2/catch.hpp>

#include <future>

#include "storage/migrations.hpp"
#include "storage/postgres_connection.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/shared_postgres.hpp"

using namespace wallet::storage;
using namespace wallet::testing;

namespace {

std::vector<std::string> names_of(const std::vector<migration_file> &files) {
  std::vector<std::string> names;
  for (const auto &file : files)
    names.push_back(file.name);
  return names;
}

const std::vector<migration_file> two_files{
    {"0001_first", "create table ledger.first (id int)"},
    {"0002_second", "create table ledger.second (id int)"},
};

} // namespace

TEST_CASE("an empty database gets every migration, a migrated one none") {
  const auto url = shared_postgres().new_database();
  CHECK(migrate(url, schema::ledger) == names_of(ledger_migrations));
  CHECK(migrate(url, schema::history) == names_of(history_migrations));
  CHECK(migrate(url, schema::ledger).empty());
  CHECK(migrate(url, schema::history).empty());
  CHECK_NOTHROW(require_migrated(url, schema::ledger));
  CHECK_NOTHROW(require_migrated(url, schema::history));
  CHECK(value_at(url, "select count(*) from ledger.shards") == "64");
}

TEST_CASE("both schemas also live in a database of their own") {
  const auto ledger = shared_postgres().new_database();
  const auto history = shared_postgres().new_database();
  migrate(ledger, schema::ledger);
  migrate(history, schema::history);
  CHECK(value_at(ledger, "select count(*) from wallets") == "0");
  CHECK(value_at(history, "select count(*) from transaction_events") == "0");
  CHECK_THROWS_AS(require_migrated(ledger, schema::history), migration_refused);
}

TEST_CASE("a database without migrations is named as such") {
  const auto url = shared_postgres().new_database();
  CHECK_THROWS_WITH(require_migrated(url, schema::ledger),
                    Catch::Contains("run `wallet migrate` first"));
  migrate(url, schema::ledger, {ledger_migrations.front()});
  CHECK_THROWS_WITH(require_migrated(url, schema::ledger),
                    Catch::Contains(ledger_migrations.at(1).name));
}

TEST_CASE("a migration that was changed after it was applied is refused") {
  const auto url = shared_postgres().new_database();
  migrate(url, schema::ledger, two_files);
  auto changed = two_files;
  changed.front().sql += " -- just a comment";
  CHECK_THROWS_WITH(migrate(url, schema::ledger, changed),
                    Catch::Contains("0001_first was changed"));
}

TEST_CASE("a database newer than the binary is refused") {
  const auto url = shared_postgres().new_database();
  migrate(url, schema::ledger, two_files);
  CHECK_THROWS_WITH(migrate(url, schema::ledger, {two_files.front()}),
                    Catch::Contains("0002_second") &&
                        Catch::Contains("the database is newer"));
}

TEST_CASE("a migration that fails leaves nothing of itself") {
  const auto url = shared_postgres().new_database();
  auto files = two_files;
  files.at(1).sql += "; select 1 / 0";
  CHECK_THROWS_WITH(migrate(url, schema::ledger, files),
                    Catch::Contains("0002_second") &&
                        Catch::Contains("division by zero"));
  CHECK(value_at(url, "select to_regclass('ledger.first') is not null") == "t");
  CHECK(value_at(url, "select to_regclass('ledger.second') is null") == "t");
  CHECK(migrate(url, schema::ledger, two_files) ==
        std::vector<std::string>{"0002_second"});
}

TEST_CASE("a database that cannot hold every name is refused") {
  auto url = shared_postgres().new_database();
  const auto name = value_at(url, "select current_database()");
  exec_at(url, "create database latin_" + name +
                   " template template0 encoding 'LATIN1' lc_collate 'C' "
                   "lc_ctype 'C'");
  url.replace(url.rfind(name), name.size(), "latin_" + name);
  CHECK_THROWS_WITH(migrate(url, schema::ledger),
                    Catch::Contains("is encoded in LATIN1"));
  CHECK_THROWS_WITH(require_migrated(url, schema::ledger),
                    Catch::Contains("is encoded in LATIN1"));
}

TEST_CASE("a migration that waits for a long query holds nobody up for long") {
  const auto url = shared_postgres().new_database();
  migrate(url, schema::ledger, {two_files.front()});
  postgres_connection dump({.url = url, .purpose = "dump"});
  dump.script("begin");
  dump.script("select from ledger.first");

  auto files = two_files;
  files.at(1).sql = "alter table ledger.first add more int";
  auto migrating = std::async(
      std::launch::async, [&] { return migrate(url, schema::ledger, files); });
  const auto is_waiting = [&] {
    return value_at(url, "select count(*) > 0 from pg_locks where not granted "
                         "and relation = 'ledger.first'::regclass") == "t";
  };
  REQUIRE(eventually(is_waiting));
  CHECK_NOTHROW(exec_at(url, "set statement_timeout = '9s'; "
                             "select from ledger.first"));
  REQUIRE(eventually(is_waiting)); // again
  dump.script("commit");
  CHECK(migrating.get() == std::vector<std::string>{"0002_second"});
}
