#include "events/rejection.hpp"

namespace wallet {

std::string_view name_of(rejection_code code) {
  switch (code) {
  case rejection_code::invalid_amount:
    return "invalid_amount";
  case rejection_code::same_wallet:
    return "same_wallet";
  case rejection_code::idempotency_key_reused:
    return "idempotency_key_reused";
  case rejection_code::wallet_exists:
    return "wallet_exists";
  case rejection_code::wallet_not_found:
  case rejection_code::receiver_not_found:
    return "wallet_not_found";
  case rejection_code::currency_mismatch:
    return "currency_mismatch";
  case rejection_code::insufficient_balance:
    return "insufficient_balance";
  case rejection_code::balance_limit_exceeded:
    return "balance_limit_exceeded";
  }
  return "";
}

std::string rejection::text() const {
  switch (code) {
  case rejection_code::invalid_amount:
    return "Invalid amount: Amount must be greater than zero";
  case rejection_code::same_wallet:
    return "Invalid amount: Cannot transfer to the same wallet";
  case rejection_code::idempotency_key_reused:
    return "Idempotency-Key was used before with another request: send a new "
           "key for a new request";
  case rejection_code::wallet_exists:
    return "Wallet exists already: " + wallet.to_string();
  case rejection_code::wallet_not_found:
  case rejection_code::receiver_not_found:
    return "Wallet not found: " + wallet.to_string();
  case rejection_code::currency_mismatch:
    return "Both wallets of a transfer must have the same currency";
  case rejection_code::insufficient_balance:
    return "Insufficient balance. Required: " + required.to_string() +
           ", Available: " + available.to_string();
  case rejection_code::balance_limit_exceeded:
    return "Invalid amount: The balance would exceed " +
           money::max().to_string();
  }
  return "";
}

} // namespace wallet
