#pragma once

#include <array>
#include <memory>

#include <caf/actor.hpp>

#include "events/ids.hpp"

namespace wallet::actors {

/// Whom the wallets and shards of one ownership talk to. Written once, before
/// the first message; dropped by the shards and the sequencer when they end.
struct wallet_links {
  std::array<caf::actor, shard_number::count> shards;
  caf::actor sequencer;
  caf::actor reader;

  const caf::actor &shard_for(const wallet_id &wallet) const {
    return shards[shard_of(wallet).value()];
  }
};

using links_ptr = std::shared_ptr<const wallet_links>;

} // namespace wallet::actors
