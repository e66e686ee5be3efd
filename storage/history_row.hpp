#pragma once

#include <span>
#include <string>

#include "events/event.hpp"
#include "storage/postgres_rows.hpp"

namespace wallet::storage {

/// The columns of history.events that decode_history_row reads, of the table
/// `alias`.
std::string history_columns(const std::string &alias);

/// Raises unreadable_event.
recorded_event decode_history_row(const row &from);

/// The array of history.event_row (number `composite`) that history.apply
/// takes.
std::string encode_history_rows(std::uint32_t composite,
                                std::span<const recorded_event> events);

} // namespace wallet::storage
