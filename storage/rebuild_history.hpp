#pragma once

#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>

namespace wallet::storage {

/// The history was left as it was.
class rebuild_refused : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Builds the history anew from the event store, beside the present one, and
/// puts it in its place in one transaction, together with its checkpoints.
/// Normal service may go on: at the end projectors wait for the switch (about a
/// second), find that their checkpoint has moved, and go on from the new one.
/// Prints every 5 s how far it is. Returns the number of events. Raises
/// unavailable, unreadable_event, or rebuild_refused (another rebuild runs, the
/// log has a hole, or a long query on the history keeps the switch out).
std::int64_t rebuild_history(const std::string &ledger_url,
                             const std::string &history_url, std::ostream &out);

} // namespace wallet::storage
