#pragma once

#include <iosfwd>

#include "storage/settings.hpp"

namespace wallet::storage {

// The operator's commands with the databases that the settings name. Each
// returns the exit status and raises unavailable, migration_refused or
// rebuild_refused. Blocks as long as it takes.

int run_migrate(const settings &chosen, std::ostream &out);
/// 1: something is wrong, and `out` says what.
int run_verify(const settings &chosen, std::ostream &out);
int run_rebuild_history(const settings &chosen, std::ostream &out);
int run_lag(const settings &chosen, std::ostream &out);

/// Before anything is served: raises migration_refused or store_is_behind when
/// it must not be, and unavailable when that cannot be told. A history that is
/// away keeps no wallets from beginning: that is logged.
void require_servable(const settings &chosen);

} // namespace wallet::storage
