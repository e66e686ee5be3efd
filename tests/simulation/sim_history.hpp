#pragma once

#include <array>
#include <vector>

#include "storage/history_store.hpp"
#include "tests/simulation/sim_store.hpp"

namespace wallet::simulation {

/// The history's tables.
class sim_history {
public:
  storage::apply_outcome apply(const std::vector<recorded_event> &rows,
                               const std::vector<storage::checkpoint_step> &);
  const storage::shard_positions &checkpoints() const { return checkpoints_; }

  /// Raises unless the history is exactly the log.
  void must_equal(const sim_store &store) const;
  bool has_all_of(const sim_store &store) const {
    return checkpoints_ == store.heads();
  }

private:
  storage::shard_positions checkpoints_{};
  std::array<std::vector<recorded_event>, shard_number::count> rows_;
};

} // namespace wallet::simulation
