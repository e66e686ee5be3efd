#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "storage/event_log.hpp"

namespace wallet::storage {

/// Compares heads, counts and sums, for cron: the database adds up, no event is
/// read one by one. Finds lost, doubled and changed rows; of changes only those
/// that a sum shows. Otherwise as `verify`, whose claims are stronger.
bool verify_fast(const std::string &ledger_url, const std::string &history_url,
                 const std::optional<event_log_options> &topic,
                 std::ostream &out);

} // namespace wallet::storage
