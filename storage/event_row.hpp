#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "storage/append.hpp"
#include "storage/postgres_rows.hpp"

namespace wallet::storage {

/// How many columns event_columns names.
constexpr int event_column_count = 13;

/// The columns of ledger.events that decode_event reads, of the table `alias`.
std::string event_columns(const std::string &alias);

// Raise unreadable_event for a number that stands for nothing.
event_type decode_event_type(std::int16_t number);
shard_number decode_shard(std::int16_t number);
money decode_money(std::int64_t units);

/// Reads event_columns from column `first` on. Raises unreadable_event.
event decode_event(const row &from, int first);

/// How many columns profile_columns names.
constexpr int profile_column_count = 4;
std::string profile_columns(const std::string &alias);
profile_ptr decode_profile(const row &from, int first);

/// Pointers to `events`, ascending by `key_of` the event: the rows of an index
/// cost less in its own order, as neighbours are on the same pages.
template <class KeyOf>
std::vector<const recorded_event *>
ordered_by(KeyOf key_of, std::span<const recorded_event> events) {
  std::vector<const recorded_event *> ordered;
  ordered.reserve(events.size());
  for (const auto &one : events)
    ordered.push_back(&one);
  std::sort(ordered.begin(), ordered.end(), [&](const auto *a, const auto *b) {
    return key_of(a->fact) < key_of(b->fact);
  });
  return ordered;
}

/// The arrays that ledger.append_batch takes; `composite` is the number of
/// their element type: ledger.event_row, shard_key, wallet_row, shard_advance.
std::string encode_events(std::uint32_t composite,
                          const std::vector<recorded_event> &events);
/// The request keys among `events`.
std::string encode_keys(std::uint32_t composite,
                        const std::vector<recorded_event> &events);
/// The profiles of the creations among `events`.
std::string encode_wallets(std::uint32_t composite,
                           const std::vector<recorded_event> &events);
std::string encode_advances(std::uint32_t composite,
                            const std::vector<shard_advance> &advances);

} // namespace wallet::storage
