#include "storage/lag.hpp"

#include <iomanip>
#include <ostream>

#include "storage/history_store.hpp"

namespace wallet::storage {

namespace {

constexpr int column_width = 14;

template <class First>
void print_line(std::ostream &out, const First &name, std::int64_t head,
                std::int64_t published, std::int64_t in_history) {
  out << std::left << std::setw(column_width) << name << std::right
      << std::setw(column_width) << head << std::setw(column_width) << published
      << std::setw(column_width) << in_history << '\n';
}

std::int64_t sum(const shard_positions &positions) {
  std::int64_t total = 0;
  for (const auto position : positions)
    total += raw(position);
  return total;
}

} // namespace

lag read_lag(const std::string &ledger_url, const std::string &history_url) {
  lag found;
  // The log last: nothing is then ahead of it.
  found.checkpoints = history_store(history_url, "lag").load_checkpoints();
  event_store store(ledger_url, "lag");
  found.cursors = store.load_cursors();
  found.heads = store.read_heads();
  return found;
}

void print(const lag &found, std::ostream &out) {
  out << std::left << std::setw(column_width) << "shard" << std::right
      << std::setw(column_width) << "log" << std::setw(column_width)
      << "published" << std::setw(column_width) << "history" << '\n';
  for (std::size_t i = 0; i < shard_number::count; ++i) {
    const auto head = found.heads.at(i);
    if (found.cursors.at(i) != head || found.checkpoints.at(i) != head)
      print_line(out, i, raw(head), raw(found.cursors.at(i)),
                 raw(found.checkpoints.at(i)));
  }
  const auto logged = sum(found.heads);
  const auto published = sum(found.cursors);
  const auto in_history = sum(found.checkpoints);
  print_line(out, "all", logged, published, in_history);
  print_line(out, "behind", 0, logged - published, logged - in_history);
}

} // namespace wallet::storage
