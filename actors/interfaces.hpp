#pragma once

// Every message between actors, on one page. Plain structs, matched by type;
// answers go to the sender unless a message carries its own `reply`.
//
//   http -> gateway -> shard -> wallet <-> sequencer -> store writer
//                        |                     |
//                        v                     v
//                   store reader             relay -> bus producer
//
//   bus consumer (or log follower) -> history -> history writer
//   http -> history reader
//
// Messages between two actors arrive in the order sent. The wallet protocol
// relies on that, see wallet.hpp and sequencer.hpp.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/answers.hpp"
#include "events/command.hpp"
#include "events/wallet_state.hpp"
#include "storage/append.hpp"
#include "storage/event_log.hpp"
#include "storage/event_store.hpp"
#include "storage/history_store.hpp"

namespace wallet::actors {

// -- what clients ask: http -> gateway (-> shard -> wallet) -------------------

/// A create whose wallet is nil asks the gateway for a new id.
struct execute {
  command asked;
  reply_to<command_answer> reply;
};

struct read_wallet {
  wallet_id wallet;
  reply_to<wallet_answer> reply;
};

/// Newest first, at most `limit`.
struct list_wallets {
  user_id user;
  std::size_t limit = 0;
  reply_to<wallets_answer> reply;
};

/// Also understood by the history reader.
struct read_readiness {
  reply_to<readiness_answer> reply;
};

// -- http -> history reader ---------------------------------------------------

struct read_wallet_history {
  wallet_id wallet;
  std::size_t limit = 0;
  reply_to<history_answer> reply;
};

struct read_user_activity {
  user_id user;
  std::size_t limit = 0;
  reply_to<history_answer> reply;
};

} // namespace wallet::actors
