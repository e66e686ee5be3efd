#pragma once

#include <string>

#include "storage/append.hpp"

namespace wallet::testing {

/// Applies what the history at `history_url` misses of the log, as a projector
/// without Kafka would. Returns the number of rows; fewer than missing when
/// another projector is at it.
std::size_t copy_history(const std::string &ledger_url,
                         const std::string &history_url);

} // namespace wallet::testing
