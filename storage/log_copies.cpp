#include "storage/log_copies.hpp"

#include <spdlog/spdlog.h>

#include "storage/event_log_tail.hpp"
#include "storage/topic_walk.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

/// A broker that runs answers within milliseconds; the start of a node, which
/// is not to wait for Kafka, waits this long for one that does not.
constexpr auto start_patience = 500ms;
/// Nobody waits for `verify`.
constexpr auto verify_patience = 3s;

/// Nothing for an event that this program cannot read: verify reports that.
std::optional<event> read_at(event_store &log, shard_number shard,
                             log_position position) {
  try {
    auto read = log.read_log(shard, log_position{raw(position) - 1}, 1);
    if (!read.empty())
      return std::move(read.front().fact);
  } catch (const unreadable_event &) {
  }
  return std::nullopt;
}

/// Does the log hold `copied`? If not, what is wrong with `copy`.
divergence compare(event_store &log, const shard_positions &heads,
                   const std::string &copy, const event &copied) {
  const auto head = heads.at(copied.shard.value());
  const auto place = copy + " holds event " + copied.id().to_string() +
                     " (shard " + std::to_string(copied.shard.value()) +
                     ", position " + std::to_string(raw(copied.position)) +
                     ", of " + to_string(copied.recorded_at) + ")";
  if (copied.position > head)
    return place + ", and the event store ends at position " +
           std::to_string(raw(head));
  if (const auto logged = read_at(log, copied.shard, copied.position);
      logged && !is_same(*logged, copied))
    return place + ", and the event store holds another one there";
  return std::nullopt;
}

} // namespace

divergence find_divergence(event_store &log, history_store &history) {
  const auto checkpoints = history.load_checkpoints();
  const auto heads = log.read_heads();
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    const auto checkpoint = checkpoints.at(i);
    if (raw(checkpoint) == 0)
      continue;
    if (checkpoint > heads.at(i))
      return "the history holds shard " + std::to_string(i) +
             " up to position " + std::to_string(raw(checkpoint)) +
             ", and the event store ends at position " +
             std::to_string(raw(heads.at(i)));
    const auto logged = read_at(log, shard_number(i), checkpoint);
    if (!logged)
      continue;
    const auto shown = history.find(logged->wallet, logged->version);
    if (!shown || shown->fact.position != checkpoint ||
        !is_same(shown->fact, *logged))
      return "the history holds another event than the event store in shard " +
             std::to_string(i) + " at position " +
             std::to_string(raw(checkpoint));
  }
  return std::nullopt;
}

std::variant<no_answer, divergence>
find_divergence(event_store &log, const event_log_options &topic,
                std::chrono::milliseconds patience) {
  const auto known = log.load_published(topic.topic);
  topic_walk walk(known.cursors, log.read_heads());
  if (!read_log_tail(topic, known.offsets, patience,
                     [&](const consumed_record &record, bool is_cut) {
                       walk.take(record, is_cut);
                     }))
    return no_answer{};
  // Later than the records: what was published is committed by now.
  const auto heads = log.read_heads();
  divergence found;
  for (const auto &one : walk.ends())
    if (!found)
      found = compare(log, heads, "the topic " + topic.topic, one);
  return found;
}

check check_copies(const std::string &ledger_url,
                   const std::string &history_url,
                   const std::optional<event_log_options> &topic) {
  check made("no copy of the log holds what the log has not", "copies");
  event_store log(ledger_url, "verify");
  history_store history(history_url, "verify");
  made.saw();
  if (const auto found = find_divergence(log, history))
    made.found(*found);
  if (!topic)
    return made;
  const auto answer = find_divergence(log, *topic, verify_patience);
  if (std::holds_alternative<no_answer>(answer)) {
    made.remark("Kafka does not answer");
    return made;
  }
  made.saw();
  if (const auto &found = std::get<divergence>(answer))
    made.found(*found);
  return made;
}

void require_no_divergence(const std::string &ledger_url,
                           const std::string &history_url,
                           const std::optional<event_log_options> &topic) {
  event_store log(ledger_url, "start");
  divergence found;
  // In one database both are of one state.
  if (history_url != ledger_url)
    try {
      history_store history(history_url, "start");
      found = find_divergence(log, history);
    } catch (const unavailable &error) {
      spdlog::warn("the history is not compared with the log: {}",
                   error.what());
    }
  if (!found && topic) {
    const auto answer = find_divergence(log, *topic, start_patience);
    if (const auto *compared = std::get_if<divergence>(&answer))
      found = *compared;
  }
  if (found)
    throw store_is_behind(*found + ": " + after_divergence);
}

} // namespace wallet::storage
