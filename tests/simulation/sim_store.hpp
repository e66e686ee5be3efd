#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/append.hpp"
#include "storage/event_log.hpp"
#include "storage/event_store.hpp"
#include "storage/history_store.hpp"

namespace wallet::simulation {

/// An invariant of DESIGN does not hold.
class violation : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// The event store's data and the meaning of its statements, in memory: each
/// method is one transaction. Checks what it is given against the invariants,
/// as the truth about money must never be wrong at any prefix.
class sim_store {
public:
  explicit sim_store(std::chrono::milliseconds lease) : lease_(lease) {}

  storage::append_outcome append(const storage::batch &written);
  std::optional<storage::resolved> resolve(const storage::batch &written,
                                           const std::string &node);
  storage::ownership take(const std::string &node, timestamp now);
  bool renew(const std::string &node, timestamp now);
  /// Ends the lease of a node that is gone.
  void release(const std::string &node);
  /// Takes the shards and a lease, whatever the lease of another says.
  storage::shard_heads seize(const std::string &node, timestamp now);
  std::vector<storage::loaded_wallet>
  load(const std::vector<wallet_id> &wallets) const;
  std::optional<storage::stored_transaction> find(const wallet_id &wallet,
                                                  const request_key &key) const;
  std::vector<wallet_id> wallets_of(const user_id &user,
                                    std::size_t limit) const;
  std::vector<recorded_event> read_log(shard_number shard, log_position after,
                                       std::size_t limit) const;
  storage::shard_positions heads() const;

  // -- for the checks
  const std::vector<recorded_event> &log(shard_number shard) const {
    return logs_[shard.value()];
  }
  /// The event of this wallet and version; null: there is none.
  const event *event_of(const wallet_id &wallet, stream_version version) const;
  /// Null: the log ends before it.
  const event *at(shard_number shard, log_position position) const;
  /// The newest version; 0: there is no such wallet.
  stream_version version_of(const wallet_id &wallet) const;
  /// In the order of their creation.
  const std::vector<wallet_id> &wallets() const { return creation_order_; }
  std::size_t event_count() const { return event_count_; }

private:
  struct shard_row {
    log_position position{};
    wallet::epoch epoch{};
    batch_id last_batch;
    timestamp last_recorded_at;
  };

  struct wallet_rows {
    profile_ptr profile;
    /// Indices into the shard's log.
    std::vector<std::size_t> events;
  };

  storage::duplicates find_duplicates(const storage::batch &written) const;
  std::optional<storage::fenced> fence(const storage::batch &written) const;
  void insert(const recorded_event &one);
  void check_transactions(const storage::batch &written) const;

  std::chrono::milliseconds lease_;
  std::array<shard_row, shard_number::count> shards_;
  std::array<std::vector<recorded_event>, shard_number::count> logs_;
  std::map<wallet_id, wallet_rows> wallets_;
  std::map<request_key, event_place> keys_;
  std::vector<wallet_id> creation_order_;
  std::string owner_;
  timestamp lease_until_{};
  std::size_t event_count_ = 0;
};

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
