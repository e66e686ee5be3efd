#pragma once

#include <array>
#include <optional>
#include <vector>

#include "storage/event_store.hpp"

namespace wallet::storage {

/// The same event, and not another one that got its place.
bool is_same(const event &a, const event &b);

/// Follows what a topic holds behind the relay's last saved cursors. Only what
/// goes on where a shard stands is of the relay: it publishes in order. Where
/// two nodes owned the shards in turn, the saved cursor may be behind what the
/// other has published: the end of the log is not.
class topic_walk {
public:
  topic_walk(const shard_positions &cursors, const shard_positions &heads);

  /// The next record of its partition. `is_cut`: what came before the first
  /// one may be gone.
  void take(const consumed_record &record, bool is_cut);

  /// Of each shard that goes on, the event furthest on.
  std::vector<event> ends() const;

private:
  struct lane {
    log_position tip{};
    log_position head{};
    std::optional<event> last;
  };

  std::array<lane, shard_number::count> lanes_;
};

} // namespace wallet::storage
