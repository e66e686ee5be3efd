#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "events/ids.hpp"
#include "events/money.hpp"

namespace wallet {

struct create_wallet {
  user_id user;
  currency money_currency;

  friend bool operator==(const create_wallet &,
                         const create_wallet &) = default;
};

struct fund {
  money amount;

  friend bool operator==(const fund &, const fund &) = default;
};

struct transfer {
  wallet_id to;
  money amount;

  friend bool operator==(const transfer &, const transfer &) = default;
};

using command_body = std::variant<create_wallet, fund, transfer>;

/// What a client wants of one wallet.
struct command {
  wallet_id wallet;
  /// Set when the client gave an `Idempotency-Key` (see make_request_key).
  std::optional<request_key> key;
  command_body body;
};

/// The operation's name in request keys: "create", "fund", "transfer".
std::string_view operation_of(const command_body &body);

} // namespace wallet
