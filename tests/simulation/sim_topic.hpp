#pragma once

#include <array>
#include <map>
#include <variant>
#include <vector>

#include "storage/event_log.hpp"
#include "tests/simulation/sim_history.hpp"
#include "tests/simulation/sim_store.hpp"

namespace wallet::simulation {

/// The topic: partitions that only grow.
class sim_topic {
public:
  static constexpr int partitions = 3;

  /// The partition, and the record's offset.
  std::pair<std::int32_t, std::int64_t> publish(const recorded_event &one);
  void publish_garbage(std::int32_t partition);
  void publish_again(std::int32_t partition, std::size_t index);
  /// Forgets the newest records, as a broker that lost its disk.
  void lose_tail(std::int32_t partition, std::size_t count);
  bool has_lost_records() const { return reused_ != decltype(reused_){}; }
  /// Was every event of the store published?
  bool has_had(const sim_store &store) const {
    return published_ == store.heads();
  }
  /// Are the events of these records in the history's tables? Not looked at:
  /// offsets that were given twice, and `halted` shards, which will be filled
  /// from the log.
  bool is_in(const sim_history &history, std::int32_t partition,
             std::size_t from, std::size_t to,
             const std::map<shard_number, log_position> &halted) const;
  /// Records from `from[partition]` on; moves `from`.
  std::vector<storage::consumed_record>
  read(std::array<std::size_t, partitions> &from, std::size_t limit) const;
  /// As storage::read_log_tail.
  std::vector<storage::consumed_record>
  tail(const storage::partition_offsets &behind) const;
  std::size_t size(std::int32_t partition) const {
    return records_[static_cast<std::size_t>(partition)].size();
  }

private:
  using content = std::variant<recorded_event, storage::poison>;

  void check_place(const recorded_event &one) const;

  std::array<std::vector<content>, partitions> records_;
  /// Offsets below may have named another record before a tail was lost.
  std::array<std::size_t, partitions> reused_{};
  /// Of each shard, the newest event that the relay brought.
  storage::shard_positions published_{};
};

} // namespace wallet::simulation
