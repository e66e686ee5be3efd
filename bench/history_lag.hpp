#pragma once

#include <chrono>
#include <string>

#include "bench/http_load.hpp"

namespace wallet::bench {

/// Writes a marker (creates a wallet) every 50 ms for so long, and looks every
/// 2 ms whether the history shows it: the times from the write's answer until
/// then. Blocks. Raises std::runtime_error when nothing answers.
histogram measure_history_lag(const endpoints &service,
                              std::chrono::milliseconds duration);

/// How long until the history has all that the event store holds now, looking
/// every 2 ms. Raises std::runtime_error after a minute.
std::chrono::duration<double>
wait_until_caught_up(const std::string &database_url);

} // namespace wallet::bench
