#include "storage/history_audit.hpp"

#include <algorithm>
#include <utility>

#include "storage/history_row.hpp"

namespace wallet::storage {

namespace {

std::pair<shard_number, log_position> place_of(const recorded_event &one) {
  return {one.fact.shard, one.fact.position};
}

std::string name_of(const recorded_event &one) {
  return "shard " + std::to_string(one.fact.shard.value()) + ", position " +
         std::to_string(raw(one.fact.position));
}

bool is_same_profile(const profile_ptr &a, const profile_ptr &b) {
  if (!a || !b)
    return !a && !b;
  return a->id == b->id && a->user == b->user &&
         a->money_currency == b->money_currency;
}

/// Is `shown` what the history should hold of `logged`?
bool is_copy(const recorded_event &shown, const recorded_event &logged) {
  auto expected = logged.fact;
  expected.key.reset();
  expected.counterparty_position.reset();
  return shown.fact == expected && is_same_profile(shown.owner, logged.owner) &&
         is_same_profile(shown.counterparty, logged.counterparty);
}

} // namespace

history_audit::history_audit(postgres_connection &history,
                             const shard_positions &checkpoints)
    : rows_(history, "select " + history_columns("e") +
                         " from history.events e order by e.shard, "
                         "e.position"),
      checkpoints_(checkpoints) {
  advance();
}

void history_audit::advance() {
  current_.reset();
  while (const auto read = rows_.next())
    try {
      current_ = decode_history_row(*read);
      check_.saw();
      return;
    } catch (const unreadable_event &error) {
      check_.found(std::string("in the history: ") + error.what());
    }
}

void history_audit::add(const recorded_event &logged) {
  while (current_ && place_of(*current_) < place_of(logged)) {
    check_.found(name_of(*current_) + ": in the history, not in the log");
    advance();
  }
  const bool is_due =
      logged.fact.position <= checkpoints_.at(logged.fact.shard.value());
  const bool is_present = current_ && place_of(*current_) == place_of(logged);
  if (is_due && !is_present)
    check_.found(name_of(logged) + ": missing in the history");
  if (!is_due && is_present)
    check_.found(name_of(logged) + ": in the history beyond its checkpoint");
  if (!is_present)
    return;
  if (!is_copy(*current_, logged))
    check_.found(name_of(logged) + ": differs from the log");
  advance();
}

void history_audit::finish(const shard_positions &heads) {
  for (; current_; advance())
    check_.found(name_of(*current_) + ": in the history, not in the log");
  std::int64_t behind = 0;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const auto missing = raw(heads.at(i)) - raw(checkpoints_.at(i));
    if (missing < 0)
      check_.found("shard " + std::to_string(i) + ": the checkpoint " +
                   std::to_string(raw(checkpoints_.at(i))) +
                   " is beyond the log's head");
    behind += std::max<std::int64_t>(missing, 0);
  }
  check_.remark(std::to_string(behind) + " events behind the log");
}

} // namespace wallet::storage
