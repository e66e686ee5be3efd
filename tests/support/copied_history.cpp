#include "tests/support/copied_history.hpp"

#include "storage/history_store.hpp"

namespace wallet::testing {

using namespace storage;

std::size_t copy_history(const std::string &ledger_url,
                         const std::string &history_url) {
  event_store log(ledger_url);
  history_store history(history_url);
  const auto checkpoints = history.load_checkpoints();
  std::size_t copied = 0;
  for (std::size_t i = 0; i < shard_number::count; ++i) {
    const auto rows =
        log.read_log(shard_number(i), checkpoints.at(i), 1'000'000);
    if (rows.empty())
      continue;
    const checkpoint_step step{shard_number(i), checkpoints.at(i),
                               rows.back().fact.position};
    if (history.apply(rows, {&step, 1}) == apply_outcome::applied)
      copied += rows.size();
  }
  return copied;
}

} // namespace wallet::testing
