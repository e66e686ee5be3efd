#pragma once

#include <atomic>
#include <memory>

#include <caf/event_based_actor.hpp>

#include "actors/environment.hpp"
#include "actors/interfaces.hpp"
#include "actors/limits.hpp"

namespace wallet::actors {

/// The front door of the wallet side: routes each request to its shard, or
/// answers at once when this node does not own the shards. Reads are answered
/// while the lease lives, so that a node that was frozen and replaced does not
/// show old balances; writes are safe by the epoch in every append.
class gateway_actor : public caf::event_based_actor {
public:
  gateway_actor(caf::actor_config &config, caf::actor reader,
                environment outside, const limits &within);

  caf::behavior make_behavior() override;
  const char *name() const override { return "gateway"; }
  void on_exit() override;

private:
  void on_execute(const execute &request);
  void on_read(const read_wallet &request);
  void on_list(const list_wallets &request);
  void on_user_wallets(const user_wallets_found &answer);

  /// Why nothing can be asked of the wallets now.
  std::optional<failure> closed() const;
  const caf::actor &shard_for(const wallet_id &wallet) const;

  caf::actor reader_;
  environment outside_;
  std::size_t max_gathered_;
  /// Wallets asked for lists; shared with those who gather them.
  std::shared_ptr<std::atomic<std::size_t>> gathered_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::optional<generation> owned_;
  close_gate inactive_{failure::standby, "starting"};
  caf::actor_clock::time_point lease_until_{};
};

} // namespace wallet::actors
