#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/reply.hpp"
#include "events/rejection.hpp"
#include "events/wallet_state.hpp"

namespace wallet::actors {

/// Why there is no answer of substance. Client text: http/problem.
enum class failure : std::uint8_t {
  /// The command happened once or not at all; a retry with the same
  /// `Idempotency-Key` finds out. Also the value of a lost message.
  outcome_unknown,
  /// Nothing was done: the database cannot be asked.
  store_unavailable,
  /// Nothing was done: another node owns the shards.
  standby,
  /// Nothing was done: this node is at its limit.
  overloaded,
  /// Nothing was done: this node is stopping.
  stopping,
};

/// Both legs of a transfer, as committed.
struct transfer_legs {
  event out;
  event in;
};

/// A committed command.
struct receipt {
  /// The wallet right after a create or fund, or a transfer's legs.
  std::variant<wallet_state, transfer_legs> effect;
  /// The command had been done before; this is what it did then.
  bool is_replay = false;
};

using command_answer = std::variant<failure, rejection, receipt>;
using wallet_answer = std::variant<failure, rejection, wallet_state>;
using wallets_answer = std::variant<failure, std::vector<wallet_state>>;
using history_answer = std::variant<failure, std::vector<recorded_event>>;

/// Ready when there is no reason against it, e.g. "another node (a1b2) owns
/// the shards; this one takes over when its lease ends".
struct readiness {
  std::vector<std::string> reasons;
};
using readiness_answer = std::variant<failure, readiness>;

} // namespace wallet::actors
