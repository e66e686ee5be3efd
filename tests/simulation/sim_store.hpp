#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/append.hpp"
#include "storage/event_store.hpp"

namespace wallet::simulation {

/// The event store's data and the meaning of its statements, in memory: each
/// method is one transaction. Checks what it is given against the invariants,
/// as the truth about money must never be wrong at any prefix.
class sim_store {
public:
  explicit sim_store(std::chrono::milliseconds lease) : lease_(lease) {}

  storage::append_outcome append(const storage::batch &written);
  std::optional<storage::resolved> resolve(const storage::batch &written,
                                           const std::string &node);
  /// Of all shards.
  std::int64_t sum_of_epochs() const;
  /// `seen`: the sum of epochs when the taker looked.
  storage::ownership take(const std::string &node, timestamp now,
                          std::int64_t seen);
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
  const std::string &owner() const { return owner_; }
  /// How often another node than before became the owner.
  std::size_t tenures() const { return tenures_; }
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
  std::size_t tenures_ = 0;
  timestamp lease_until_{};
  std::size_t event_count_ = 0;
};

} // namespace wallet::simulation
