#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "storage/event_log.hpp"

namespace wallet::storage {

/// Recomputes everything from the log and compares: positions, versions,
/// balances, conservation, legs, request keys, wallets, the reports of the
/// former system, and the history. Reads one snapshot of each database, so
/// normal service may go on; memory grows with the wallets of a shard, not with
/// events. Prints one line for each check, the first offenders of each that
/// fails, and every 5 s how far it is. True: everything holds. The URLs may be
/// of one database or of two. `topic`: also looked at for what the log has not
/// (log_copies.hpp). Raises unavailable.
bool verify(const std::string &ledger_url, const std::string &history_url,
            const std::optional<event_log_options> &topic, std::ostream &out);

} // namespace wallet::storage
