#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wallet::bench {

/// How many events each wallet of a large store has: created, funded with
/// 1,000.0000, then eight transfers to and from its neighbour.
constexpr std::int64_t events_of_large_wallet = 10;

/// Fills an empty migrated ledger with a valid log of `wallets` wallets (a
/// multiple of 128), by SQL: about a minute for a million wallets. The service
/// must not run. Raises storage::unavailable.
void fill_large_store(const std::string &database_url, std::int64_t wallets);

/// The ids of all wallets of a ledger.
std::vector<std::string> stored_wallets(const std::string &database_url);

} // namespace wallet::bench
