#include <catch2/catch.hpp>

#include "events/rejection.hpp"

using namespace wallet;

namespace {

const wallet_id missing(*parse_uuid("0190a8a2-5a00-7000-8000-00000000000a"));

struct worded_rejection {
  rejection why;
  std::string name, text;
};

/// All of them, in order of precedence.
const std::vector<worded_rejection> table{
    {{.code = rejection_code::invalid_amount},
     "invalid_amount",
     "Invalid amount: Amount must be greater than zero"},
    {{.code = rejection_code::same_wallet},
     "same_wallet",
     "Invalid amount: Cannot transfer to the same wallet"},
    {{.code = rejection_code::idempotency_key_reused},
     "idempotency_key_reused",
     "Idempotency-Key was used before with another request: send a new key "
     "for a new request"},
    {{.code = rejection_code::wallet_exists, .wallet = missing},
     "wallet_exists",
     "Wallet exists already: 0190a8a2-5a00-7000-8000-00000000000a"},
    {{.code = rejection_code::wallet_not_found, .wallet = missing},
     "wallet_not_found",
     "Wallet not found: 0190a8a2-5a00-7000-8000-00000000000a"},
    {{.code = rejection_code::receiver_not_found, .wallet = missing},
     "wallet_not_found",
     "Wallet not found: 0190a8a2-5a00-7000-8000-00000000000a"},
    {{.code = rejection_code::currency_mismatch},
     "currency_mismatch",
     "Both wallets of a transfer must have the same currency"},
    {{.code = rejection_code::insufficient_balance,
      .required = money::from_units(5'000'000),
      .available = money::from_units(700'000)},
     "insufficient_balance",
     "Insufficient balance. Required: 500.0000, Available: 70.0000"},
    {{.code = rejection_code::balance_limit_exceeded},
     "balance_limit_exceeded",
     "Invalid amount: The balance would exceed 922337203685477.5807"},
};

} // namespace

TEST_CASE("a refusal has a stable name and the text that clients know") {
  for (const auto &[why, name, text] : table) {
    CHECK(name_of(why.code) == name);
    CHECK(why.text() == text);
  }
}

TEST_CASE("refusals are ordered by what a client is told first") {
  for (std::size_t i = 0; i + 1 < table.size(); ++i)
    CHECK(table[i].why.code < table[i + 1].why.code);
}
