#include "storage/lag.hpp"

#include <iomanip>
#include <ostream>

#include "storage/history_store.hpp"

namespace wallet::storage {

namespace {

constexpr int column_width = 14;

template <class First>
void print_line(std::ostream &out, const First &name, std::int64_t head,
                std::optional<std::int64_t> published,
                std::int64_t in_history) {
  out << std::left << std::setw(column_width) << name << std::right
      << std::setw(column_width) << head << std::setw(column_width)
      << (published ? std::to_string(*published) : "-")
      << std::setw(column_width) << in_history << '\n';
}

std::int64_t sum(const shard_positions &positions) {
  std::int64_t total = 0;
  for (const auto position : positions)
    total += raw(position);
  return total;
}

} // namespace

lag read_lag(const std::string &ledger_url, const std::string &history_url,
             const std::optional<std::string> &topic) {
  lag found;
  // The log last: nothing is then ahead of it.
  found.checkpoints = history_store(history_url, "lag").load_checkpoints();
  event_store store(ledger_url, "lag");
  if (topic)
    found.cursors = store.load_cursors(*topic);
  found.heads = store.read_heads();
  return found;
}

void print(const lag &found, std::ostream &out) {
  out << std::left << std::setw(column_width) << "shard" << std::right
      << std::setw(column_width) << "log" << std::setw(column_width)
      << "published" << std::setw(column_width) << "history" << '\n';
  for (std::size_t i = 0; i < shard_number::count; ++i) {
    const auto head = found.heads.at(i);
    const auto published =
        found.cursors ? std::optional(found.cursors->at(i)) : std::nullopt;
    if (published.value_or(head) != head || found.checkpoints.at(i) != head)
      print_line(out, i, raw(head),
                 published ? std::optional(raw(*published)) : std::nullopt,
                 raw(found.checkpoints.at(i)));
  }
  const auto logged = sum(found.heads);
  const auto published =
      found.cursors ? std::optional(sum(*found.cursors)) : std::nullopt;
  const auto in_history = sum(found.checkpoints);
  print_line(out, "all", logged, published, in_history);
  print_line(out, "behind", 0,
             published ? std::optional(logged - *published) : std::nullopt,
             logged - in_history);
}

} // namespace wallet::storage
