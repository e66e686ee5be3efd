#pragma once

#include <string>
#include <vector>

#include "bench/http_load.hpp"
#include "events/money.hpp"

namespace wallet::bench {

/// Creates `count` wallets over HTTP and puts `balance` into each (nothing if
/// it is zero). Their ids. Raises std::runtime_error when one is refused.
std::vector<std::string> make_wallets(const endpoints &service,
                                      std::size_t count, money balance);

/// What all these wallets hold together, read over HTTP: in units of 1/10,000.
/// Reading them also wakes them up.
std::int64_t total_balance(const endpoints &service,
                           const std::vector<std::string> &wallets);

} // namespace wallet::bench
