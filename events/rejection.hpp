#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

#include "events/ids.hpp"
#include "events/money.hpp"

namespace wallet {

/// Why a command is refused, in order of precedence: where several reasons
/// hold, the client is told the first.
enum class rejection_code : std::uint8_t {
  invalid_amount,
  same_wallet,
  idempotency_key_reused,
  wallet_exists,
  wallet_not_found,
  receiver_not_found,
  currency_mismatch,
  insufficient_balance,
  balance_limit_exceeded,
};

/// A stable name for clients: "insufficient_balance", ...
/// Both not-found codes are "wallet_not_found".
std::string_view name_of(rejection_code code);

/// A refusal with what its text names. A refused command writes nothing.
struct rejection {
  rejection_code code{};
  /// The wallet that was not found.
  wallet_id wallet{};
  /// Of insufficient_balance.
  money required{};
  money available{};

  /// "Insufficient balance. Required: 500.0000, Available: 70.0000"
  std::string text() const;

  friend bool operator==(const rejection &, const rejection &) = default;
};

template <class T> using result = boost::system::result<T, rejection>;

} // namespace wallet
