#pragma once

#include <optional>

#include "events/command.hpp"
#include "events/event.hpp"
#include "events/rejection.hpp"

namespace wallet {

/// The part of a wallet's state that every event moves: version 0 is a wallet
/// that does not exist yet.
struct wallet_head {
  stream_version version{};
  money balance;
  money held;

  friend bool operator==(const wallet_head &, const wallet_head &) = default;
};

/// A wallet as committed.
struct wallet_state {
  profile_ptr profile;
  wallet_head head;
  timestamp updated_at;
};

/// Amounts that a wallet has promised and that are not committed yet (escrow,
/// O'Neil 1986). Debits lower what may be spent; credits raise only what the
/// ceiling must allow, they are never spendable.
struct reservations {
  money debits;
  money credits;

  friend bool operator==(const reservations &, const reservations &) = default;
};

/// What a command makes of one wallet, before it has a place in the log.
struct event_draft {
  event_type type{};
  money amount;
  std::optional<wallet_id> counterparty;
};

/// balance - held - promised debits.
money available(const wallet_head &head, const reservations &promised);

/// Judges a command for its own wallet; `state` is null when the wallet does
/// not exist. Pure: what it admits cannot fail later, if the caller adds the
/// amount to the reservations before it judges the next command.
result<event_draft> decide(const wallet_state *state,
                           const reservations &promised, const command &asked);

/// Judges the incoming side of a transfer for the receiving wallet.
result<event_draft> accept_credit(const wallet_state *state,
                                  const reservations &promised,
                                  const wallet_id &receiver,
                                  const wallet_id &sender, money amount,
                                  currency money_currency);

/// The command that a transaction's first leg is the effect of; what a repeated
/// request is compared with.
std::optional<command_body> command_of(const event &first_leg,
                                       const wallet_profile &owner);

/// The head after one more event of this type and amount. Nothing when the
/// event cannot follow: an overdraft, an overflow, a second creation, an event
/// before the creation. For admitted drafts it always succeeds.
std::optional<wallet_head> evolve(const wallet_head &head, event_type type,
                                  money amount);

} // namespace wallet
