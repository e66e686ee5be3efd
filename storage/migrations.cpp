#include "storage/migrations.hpp"

#include <algorithm>
#include <map>
#include <thread>

#include "storage/postgres_connection.hpp"
#include "storage/service_rights.hpp"
#include "storage/transaction.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

/// An index on a large table takes this long; another migrator is waited for.
constexpr auto statement_timeout = 30min;

/// Lets others pass before it asks for a table again, for about ten minutes.
constexpr auto pause_between_attempts = 1s;
constexpr int max_attempts = 150;

/// One number for all migrators of a database: "wallet m" in ASCII.
constexpr auto advisory_lock = "select pg_advisory_lock(8602275976068735085)";

/// name -> checksum
using applied_files = std::map<std::string, std::string>;

postgres_connection connect(const std::string &url) {
  postgres_connection made({.url = url,
                            .purpose = "migration",
                            .statement_timeout = statement_timeout,
                            .is_one_session = true});
  const auto found = made.script("show server_encoding");
  if (const auto encoding = found[0].text(0); encoding != "UTF8")
    throw migration_refused("the database is encoded in " +
                            std::string(encoding) +
                            ", which lacks characters that names may have: "
                            "create one with `encoding 'UTF8'`");
  return made;
}

const std::vector<migration_file> &files_of(schema which) {
  return which == schema::ledger ? ledger_migrations : history_migrations;
}

/// The database's own SHA-256 of a file.
std::string checksum_of(postgres_connection &on, const migration_file &file) {
  static const statement hash{
      "migration_checksum",
      "select encode(sha256(convert_to($1::text, 'UTF8')), 'hex')"};
  return std::string(on.run(hash, parameters().text(file.sql))[0].text(0));
}

applied_files read_applied(postgres_connection &on, schema which) {
  const auto found = on.script("select name, checksum from " + name_of(which) +
                               ".schema_migrations");
  applied_files applied;
  for (std::size_t i = 0; i < found.size(); ++i)
    applied.emplace(found[i].text(0), found[i].text(1));
  return applied;
}

/// Raises migration_refused unless all that was applied is known, unchanged
/// and the beginning of `files`.
void compare(postgres_connection &on, schema which,
             const std::vector<migration_file> &files,
             const applied_files &applied) {
  const auto refuse = [&](const std::string &file, const std::string &why) {
    throw migration_refused("schema " + name_of(which) + ": migration " + file +
                            " " + why);
  };
  for (const auto &[name, checksum] : applied) {
    const auto known =
        std::find_if(files.begin(), files.end(),
                     [&](const auto &file) { return file.name == name; });
    if (known == files.end())
      refuse(name, "is not known to this binary: the database is newer, use a "
                   "binary at least as new");
    if (checksum_of(on, *known) != checksum)
      refuse(name, "was changed after it had been applied to this database: "
                   "put its text back and add a new file instead");
  }
  for (std::size_t i = 0; i < applied.size(); ++i)
    if (!applied.contains(files[i].name))
      refuse(files[i].name, "is missing in the database although later ones "
                            "were applied");
}

/// False: somebody else uses a table.
bool try_apply(postgres_connection &on, schema which,
               const migration_file &file) {
  const statement remember{
      "remember_migration",
      "insert into " + name_of(which) +
          ".schema_migrations (name, checksum) values ($1, $2)"};
  const auto checksum = checksum_of(on, file);
  transaction all(on);
  on.script(lock_patience);
  try {
    on.script(file.sql);
  } catch (const statement_failed &error) {
    if (error.sqlstate() == lock_not_available)
      return false;
    throw migration_refused("schema " + name_of(which) + ": migration " +
                            file.name + " cannot be applied: " + error.what());
  }
  on.run(remember, parameters().text(file.name).text(checksum));
  all.commit();
  return true;
}

void apply(postgres_connection &on, schema which, const migration_file &file) {
  for (int attempt = 1; !try_apply(on, which, file); ++attempt) {
    if (attempt == max_attempts)
      throw migration_refused("schema " + name_of(which) + ": migration " +
                              file.name +
                              " waits for a long query (a backup, `verify`): "
                              "end it and run `wallet migrate` again");
    std::this_thread::sleep_for(pause_between_attempts);
  }
}

std::vector<std::string>
apply_missing(postgres_connection &on, schema which,
              const std::vector<migration_file> &files) {
  const auto name = name_of(which);
  on.script("create schema if not exists " + name +
            "; create table if not exists " + name +
            ".schema_migrations (name text primary key, checksum text not "
            "null, applied_at timestamptz not null default now())");
  const auto applied = read_applied(on, which);
  compare(on, which, files, applied);
  std::vector<std::string> now;
  for (const auto &file : files)
    if (!applied.contains(file.name)) {
      apply(on, which, file);
      now.push_back(file.name);
    }
  return now;
}

void require_applied(postgres_connection &on, schema which) {
  const auto name = name_of(which);
  const auto missing = [&](const std::string &what) {
    throw migration_refused("schema " + name + ": " + what +
                            " is missing in the database: run `wallet "
                            "migrate` first");
  };
  if (on.script("select to_regclass('" + name + ".schema_migrations')")[0]
          .is_null(0))
    missing("everything");
  const auto applied = read_applied(on, which);
  const auto &files = files_of(which);
  compare(on, which, files, applied);
  for (const auto &file : files)
    if (!applied.contains(file.name))
      missing("migration " + file.name);
}

} // namespace

std::string name_of(schema which) {
  return which == schema::ledger ? "ledger" : "history";
}

std::vector<std::string> migrate(const std::string &url, schema which,
                                 const std::string &service_role) {
  auto on = connect(url);
  on.script(advisory_lock); // held until the connection ends
  auto now = apply_missing(on, which, files_of(which));
  if (!service_role.empty())
    grant_service_rights(on, which, service_role);
  return now;
}

std::vector<std::string> migrate(const std::string &url, schema which,
                                 const std::vector<migration_file> &files) {
  auto on = connect(url);
  on.script(advisory_lock);
  return apply_missing(on, which, files);
}

void require_migrated(const std::string &url, schema which) {
  auto on = connect(url);
  require_applied(on, which);
}

void require_servable(const std::string &url, schema which) {
  auto on = connect(url);
  require_service_rights(on, which);
  require_applied(on, which);
}

} // namespace wallet::storage
