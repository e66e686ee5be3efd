#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "storage/check.hpp"
#include "storage/event_log.hpp"
#include "storage/event_store.hpp"
#include "storage/history_store.hpp"

namespace wallet::storage {

// The copies of the log, in Kafka and in the history, are made after the
// commit: each is a part of the log from its beginning. One that holds more, or
// something else, shows that the event store has lost what was committed: an
// older backup was restored, or a failover went to a server that was behind.
// Whoever wrote on would give the places of those events to others.

/// The sentence for operators that says what is wrong, or nothing.
using divergence = std::optional<std::string>;

/// Compares the history's last row of each shard with the log. Two round trips
/// for each shard. Raises unavailable.
divergence find_divergence(event_store &log, history_store &history);

/// No broker answers, so nobody knows.
struct no_answer {};

/// Compares what the topic holds, from where the relay saved its cursors last,
/// with the log: record by record it must go on from there as the log does.
/// Records that do not continue their shard (doubled, foreign, garbage) count
/// for nothing; the history deals with them. Blocks as read_log_tail. Raises
/// unavailable.
std::variant<no_answer, divergence>
find_divergence(event_store &log, const event_log_options &topic,
                std::chrono::milliseconds patience);

/// The same of both copies as a check of `verify`. A topic whose broker does
/// not answer is left out, and said so.
check check_copies(const std::string &ledger_url,
                   const std::string &history_url,
                   const std::optional<event_log_options> &topic);

/// What to do about it; the end of what operators are told.
inline constexpr auto after_divergence =
    "an older backup was restored, or commits were lost in a failover. Nothing "
    "is written until this is decided: restore a newer state of the database; "
    "or give up what is missing, with a new KAFKA_TOPIC and `wallet "
    "rebuild-history`";

/// Raised by require_no_divergence: the sentence, and what to do.
class store_is_behind : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Raises store_is_behind. A copy that cannot be asked now is left out:
/// commands wait for neither. The topic only when `topic` is given.
void require_no_divergence(const std::string &ledger_url,
                           const std::string &history_url,
                           const std::optional<event_log_options> &topic);

} // namespace wallet::storage
