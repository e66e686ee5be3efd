#include "storage/commands.hpp"

#include <ostream>

#include <spdlog/spdlog.h>

#include "storage/fast_verify.hpp"
#include "storage/lag.hpp"
#include "storage/log_copies.hpp"
#include "storage/migrations.hpp"
#include "storage/rebuild_history.hpp"
#include "storage/verify.hpp"

namespace wallet::storage {

namespace {

void require_migrated(const settings &chosen) {
  require_migrated(chosen.database_url, schema::ledger);
  require_migrated(chosen.history_database_url, schema::history);
}

} // namespace

int run_migrate(const settings &chosen, std::ostream &out) {
  for (const auto &[url, which] :
       {std::pair(chosen.database_url, schema::ledger),
        std::pair(chosen.history_database_url, schema::history)}) {
    const auto applied = migrate(url, which, chosen.service_role);
    for (const auto &name : applied)
      out << name_of(which) << ": " << name << '\n';
    if (applied.empty())
      out << name_of(which) << ": nothing to do\n";
  }
  return 0;
}

int run_verify(const settings &chosen, std::ostream &out) {
  require_migrated(chosen);
  const auto check = chosen.is_fast ? verify_fast : verify;
  return check(chosen.database_url, chosen.history_database_url, chosen.kafka,
               out)
             ? 0
             : 1;
}

int run_rebuild_history(const settings &chosen, std::ostream &out) {
  const auto events =
      rebuild_history(chosen.database_url, chosen.history_database_url, out);
  out << "history rebuilt: " << events << " events\n";
  return 0;
}

int run_lag(const settings &chosen, std::ostream &out) {
  require_migrated(chosen);
  const auto topic =
      chosen.kafka ? std::optional(chosen.kafka->topic) : std::nullopt;
  print(read_lag(chosen.database_url, chosen.history_database_url, topic), out);
  return 0;
}

void require_servable(const settings &chosen) {
  if (chosen.served != side::history)
    require_servable(chosen.database_url, schema::ledger);
  if (chosen.served != side::wallet)
    try {
      require_servable(chosen.history_database_url, schema::history);
    } catch (const unavailable &error) {
      if (chosen.served == side::history)
        throw;
      spdlog::warn("the history is not ready, the wallets begin without it: {}",
                   error.what());
    }
  require_no_divergence(chosen.database_url, chosen.history_database_url,
                        chosen.served == side::history ? std::nullopt
                                                       : chosen.kafka);
}

} // namespace wallet::storage
