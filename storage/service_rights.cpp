#include "storage/service_rights.hpp"

#include <optional>
#include <vector>

#include "storage/transaction.hpp"

namespace wallet::storage {

namespace {

struct table_rights {
  const char *table;
  const char *rights;
};

/// All that the service does to tables. What is not here is done by the owner:
/// `migrate` and `rebuild-history`.
const std::vector<table_rights> ledger_rights{
    {"ledger.schema_migrations", "select"},
    {"ledger.shards", "select, update"},
    {"ledger.heads", "select"},
    {"ledger.nodes", "select, insert, update, delete"},
    {"ledger.events", "select, insert"},
    {"ledger.wallets", "select, insert"},
    {"ledger.relay_cursors", "select, insert, update"},
    {"ledger.relay_offsets", "select, insert, update"},
    {"public.wallets", "select"},
    {"public.wallet_transactions", "select"},
};

const std::vector<table_rights> history_rights{
    {"history.schema_migrations", "select"},
    {"history.events", "select, insert"},
    {"history.checkpoints", "select, update"},
    {"public.transaction_events", "select"},
};

const std::vector<table_rights> &rights_in(schema which) {
  return which == schema::ledger ? ledger_rights : history_rights;
}

/// The role as SQL writes it; nothing when there is no such role.
std::optional<std::string> quoted(postgres_connection &on,
                                  const std::string &role) {
  static const statement find{
      "find_role",
      "select quote_ident(rolname) from pg_roles where rolname = $1"};
  const auto found = on.run(find, parameters().text(role));
  if (found.empty())
    return std::nullopt;
  return std::string(found[0].text(0));
}

bool is_own_role(postgres_connection &on, const std::string &role) {
  static const statement compare{"is_own_role", "select current_user = $1"};
  return on.run(compare, parameters().text(role))[0].boolean(0);
}

/// `lacking` finds who lacks which right, or nothing.
void refuse_without(postgres_connection &on, const std::string &lacking) {
  const auto found = on.script(lacking);
  if (found.empty())
    return;
  const std::string role(found[0].text(0));
  throw migration_refused("the role '" + role + "' may not " +
                          std::string(found[0].text(1)) +
                          ": run `wallet migrate` as the owner of the database "
                          "with SERVICE_ROLE=" +
                          role);
}

} // namespace

void grant_service_rights(postgres_connection &on, schema which,
                          const std::string &role) {
  const auto to = quoted(on, role);
  if (!to)
    throw migration_refused("SERVICE_ROLE: there is no role '" + role +
                            "': let somebody who may create roles run "
                            "`create role \"" +
                            role +
                            "\" login password '...'`, then run `wallet "
                            "migrate` again");
  if (is_own_role(on, role))
    throw migration_refused("SERVICE_ROLE: '" + role +
                            "' is the role that migrates, and owns the tables: "
                            "choose another one for the service");
  const auto name = name_of(which);
  auto sql = "grant usage on schema " + name + " to " + *to +
             "; grant execute on all functions in schema " + name + " to " +
             *to;
  for (const auto &[table, rights] : rights_in(which))
    sql += "; revoke all on " + std::string(table) + " from " + *to +
           "; grant " + rights + " on " + table + " to " + *to;
  transaction all(on);
  on.script(sql);
  all.commit();
}

void require_service_rights(postgres_connection &on, schema which) {
  const auto name = name_of(which);
  // What is not there at all is for others to say.
  refuse_without(on, "select current_user, 'use schema " + name +
                         "' where to_regnamespace('" + name +
                         "') is not null and not has_schema_privilege('" +
                         name + "', 'usage')");
  std::string wanted;
  for (const auto &[table, rights] : rights_in(which))
    wanted += (wanted.empty() ? "('" : ", ('") + std::string(table) + "', '" +
              rights + "')";
  refuse_without(on,
                 "select current_user, one || ' on ' || wanted.name from "
                 "(values " +
                     wanted +
                     ") wanted(name, rights), "
                     "regexp_split_to_table(wanted.rights, ', ') one where not "
                     "has_table_privilege(to_regclass(wanted.name), one) "
                     "limit 1");
}

} // namespace wallet::storage
