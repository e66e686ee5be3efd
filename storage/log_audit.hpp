#pragma once

#include <array>
#include <iosfwd>
#include <unordered_map>

#include "events/wallet_state.hpp"
#include "storage/check.hpp"
#include "storage/event_store.hpp"

namespace wallet::storage {

/// Recomputes the state of every wallet from its events, fed in the order of
/// the log (shard, position), and compares it with what the events store. The
/// wallets of one shard are in memory at a time.
class log_audit {
public:
  /// Sums of 63-bit amounts need more than 64 bits.
  __extension__ using wide = __int128;

  void add(const event &fact);

  /// After the last event. `heads`: of the same snapshot.
  void finish(const shard_positions &heads);

  bool holds() const;
  void print(std::ostream &out) const;

private:
  void leave_shard();
  void check_place(const event &fact);
  void check_state(const event &fact);
  void check_transaction(const event &fact);

  shard_number shard_;
  log_position last_position_{};
  timestamp last_recorded_at_;
  std::unordered_map<wallet_id, wallet_head> wallets_;
  shard_positions ends_{};
  wide deposited_ = 0;
  wide owned_ = 0;

  check positions_{"positions of each shard are 1..n, n is its head", "events"};
  check versions_{"versions of each wallet are 1..n, in its shard", "wallets"};
  check balances_{"stored balances are the recomputed ones, none below zero",
                  "events"};
  check order_{"times never go back within a shard", "events"};
  check transactions_{"transactions bear the id of their first leg", "events"};
  check conservation_{"balances add up to deposits less withdrawals",
                      "wallets"};
};

} // namespace wallet::storage
