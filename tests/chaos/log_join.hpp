#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "events/event.hpp"
#include "tests/chaos/findings.hpp"
#include "tests/chaos/journal.hpp"

namespace wallet::chaos {

/// Holds the log against the journal, event by event in the order of the log
/// (shard, position). Shares nothing with `wallet verify` but the reading of
/// rows: it has its own arithmetic.
///
/// Found here: phantoms (I2), doubles and what is missing (I1), answers that
/// differ from what is stored, half transfers (I6), holes (I7), overdrafts and
/// wrong balances (I5), two writers in turns (I8), and answers out of real time
/// (I9).
class log_join {
public:
  /// `takeovers`: how often another server became the owner.
  log_join(const journal &noted, const std::vector<std::string> &wallets,
           int takeovers, findings &wrong);

  void add(const event &fact);

  /// After the last event.
  void finish();

  /// Both legs, or the only one, are in the log.
  bool is_stored(const note &one) const;
  std::size_t events() const { return events_; }

private:
  struct state {
    std::size_t index = 0;
    std::int64_t version = 0;
    std::int64_t balance = 0;
    /// The latest that any request of an earlier version was sent.
    moment latest_sent{};
    std::uint32_t latest_number = 0;
  };
  struct legs {
    bool has_first = false, has_second = false;
    transaction_id transaction;
  };

  void check_place(const event &fact);
  void check_balance(state &wallet, const event &fact);
  void check_request(state &wallet, const event &fact);
  void check_leg(const state &wallet, const event &fact, const note &asked);
  void check_told(const event &fact, const note &asked);
  void check_time(state &wallet, const event &fact, const note &asked);
  void check_writer(const note &asked);
  void check_end(const note &asked);
  void fail(const event &fact, const std::string &what);

  const journal &noted_;
  findings &wrong_;
  int takeovers_;
  std::unordered_map<wallet_id, state> wallets_;
  std::size_t first_foreign_ = 0;
  std::vector<legs> legs_;
  std::size_t events_ = 0;
  __extension__ __int128 deposited_ = 0, owned_ = 0;

  shard_number shard_;
  std::int64_t position_ = 0;
  timestamp last_time_;
  std::optional<std::uint8_t> writer_;
  int changes_of_writer_ = 0;
};

} // namespace wallet::chaos
