#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "events/ids.hpp"
#include "events/money.hpp"
#include "events/timestamp.hpp"

namespace wallet {

/// What happened to a wallet. The numbers are stored: never change one.
enum class event_type : std::int16_t {
  wallet_created = 1,
  wallet_funded = 2,
  transfer_out = 3,
  transfer_in = 4,
};

/// The name in history and in old reports: "WALLET_FUNDED", "TRANSFER_OUT", ...
std::string_view name_of(event_type type);

/// The inverse of name_of.
std::optional<event_type> event_type_from_name(std::string_view name);

/// The type stored under `number`, if there is one.
std::optional<event_type> event_type_from_number(std::int16_t number);

/// One row of the event store, the truth about one wallet. `balance` and
/// `held` are the values after the event, so the newest event of a wallet is
/// its state.
struct event {
  shard_number shard;
  log_position position{};
  wallet_id wallet;
  stream_version version{};
  event_type type{};
  money amount;
  money balance;
  money held;
  /// The id of the transaction's first leg, in every leg.
  transaction_id transaction;
  /// The other wallet of a transfer.
  std::optional<wallet_id> counterparty;
  /// Where the other leg of a transfer is, in the counterparty's shard.
  std::optional<log_position> counterparty_position;
  timestamp recorded_at;
  /// On the first leg only, when the client gave an `Idempotency-Key`.
  std::optional<request_key> key;

  event_id id() const { return make_event_id(shard, position); }

  friend bool operator==(const event &, const event &) = default;
};

/// What never changes about a wallet after its creation.
struct wallet_profile {
  wallet_id id;
  user_id user;
  currency money_currency;
  timestamp created_at;

  friend bool operator==(const wallet_profile &,
                         const wallet_profile &) = default;
};

using profile_ptr = std::shared_ptr<const wallet_profile>;

/// An event with the owners that readers outside the wallet want beside it.
/// `counterparty` is null unless the event is a leg of a transfer.
struct recorded_event {
  event fact;
  profile_ptr owner;
  profile_ptr counterparty;
};

} // namespace wallet
