#pragma once

#include <string>
#include <vector>

#include "tests/support/wallet_load.hpp"

namespace wallet::testing {

/// Holds what clients were told against the event store, then repeats their
/// requests with their keys. Nothing else may write meanwhile. Returns what is
/// wrong, at most a dozen lines; each names the key.
///
/// Wrong is: a success that is not in the store, a refusal that is, an event
/// that nobody asked for, two different successes of one key; a repeat that is
/// answered differently than before, and one whose outcome remains unknown. A
/// repeat that is told to come again (503) does so for up to 10 s.
std::vector<std::string> audit(const journal &noted,
                               const std::string &database_url,
                               const http_client &server);

/// The requests that are in the store although nobody was told so.
std::vector<std::string> done_without_answer(const journal &noted,
                                             const std::string &database_url);

/// The history holds as many events as the event store.
bool history_is_complete(const std::string &database_url);

} // namespace wallet::testing
