#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/money.hpp"

namespace wallet::chaos {

/// Since the load began, on the monotonic clock.
using moment = std::chrono::nanoseconds;

enum class operation : std::uint8_t {
  fund,
  transfer,
  overdraft, ///< a transfer of far more than there is
};

/// What an answer says about a wallet; version 0: nothing.
struct told_state {
  std::int64_t version = 0;
  std::int64_t balance = 0;
};

/// A request, noted before it was sent, and what came of it.
///
/// Each moves an amount of its own: `number` in 1/10,000. So an event names
/// the request that caused it, even one without a key.
struct note {
  std::uint32_t number = 0;
  /// Indexes of wallets; the same wallet twice for a fund.
  std::uint16_t sender = 0;
  std::uint16_t receiver = 0;
  operation what = operation::fund;
  bool has_key = false;

  /// Before its first bytes were sent.
  moment sent{};
  /// When the first answer that said "done" had come.
  moment done{};
  std::uint8_t tries = 0;
  /// A try was neither done nor refused: it may have happened.
  bool was_open = false;
  /// When the client gave up on the last such try.
  moment opened{};
  /// The last try was: nobody knows yet.
  bool is_open = false;
  bool is_done = false;
  /// The last try was refused for its content (4xx).
  bool is_refused = false;
  /// The answer that said "done" was a repetition of an earlier one.
  bool was_replayed = false;
  /// Which server said "done".
  std::uint8_t server = 0;
  /// Of the body that said "done".
  std::size_t digest = 0;
  told_state sender_after;
  told_state receiver_after;
};

/// Overdrafts ask for this much more, in 1/10,000: no wallet ever has it.
constexpr std::int64_t overdraft_units = 900'000'000'0000;

inline money amount_of(const note &one) {
  return money::from_units(
      one.number + (one.what == operation::overdraft ? overdraft_units : 0));
}

inline std::string_view name_of(operation what) {
  return what == operation::fund ? "fund" : "transfer";
}

inline std::string key_of(const note &one) {
  return "chaos-" + std::to_string(one.number);
}

/// `receiver`: the id of its wallet.
std::string request_body(const note &one, const std::string &receiver);

/// "transfer 1234 (0.1234 of 5 to 6)", for findings.
std::string describe(const note &one);

/// All that was asked, by number (the first is 1: index 0 is empty).
struct journal {
  std::vector<std::deque<note>> by_client;
  std::vector<note *> by_number;

  note *find(std::int64_t number) const {
    return number > 0 && number < std::ssize(by_number)
               ? by_number[static_cast<std::size_t>(number)]
               : nullptr;
  }
};

} // namespace wallet::chaos
