#include "tests/chaos/log_join.hpp"

#include <utility>

#include "tests/chaos/stage.hpp"

namespace wallet::chaos {

namespace {

bool is_credit(const event &fact) {
  return fact.type == event_type::wallet_funded ||
         fact.type == event_type::transfer_in;
}

bool is_first_leg(const event &fact) {
  return fact.type != event_type::transfer_in;
}

/// The wallets' own creation and first balance are not in the journal.
bool is_beginning(const event &fact) {
  return fact.type == event_type::wallet_created ||
         (raw(fact.version) == 2 && fact.amount == initial_balance);
}

} // namespace

log_join::log_join(const journal &noted,
                   const std::vector<std::string> &wallets, int takeovers,
                   findings &wrong)
    : noted_(noted), wrong_(wrong), takeovers_(takeovers),
      legs_(noted.by_number.size()) {
  for (std::size_t i = 0; i < wallets.size(); ++i)
    wallets_[wallet_id(*parse_uuid(wallets[i]))].index = i;
  // What a fault asks for itself, it asks of wallets of its own: index none.
  first_foreign_ = wallets.size();
}

void log_join::fail(const event &fact, const std::string &what) {
  wrong_.add("event " + fact.id().to_string() + " (" +
             std::string(name_of(fact.type)) + " " + fact.amount.to_string() +
             ", version " + std::to_string(raw(fact.version)) + " of wallet " +
             fact.wallet.to_string() + "): " + what);
}

void log_join::add(const event &fact) {
  ++events_;
  check_place(fact);
  auto &wallet =
      wallets_.try_emplace(fact.wallet, state{.index = first_foreign_})
          .first->second;
  check_balance(wallet, fact);
  if (wallet.index < first_foreign_ && !is_beginning(fact))
    check_request(wallet, fact);
}

void log_join::check_place(const event &fact) {
  if (fact.shard != shard_ || position_ == 0) {
    shard_ = fact.shard;
    position_ = 0;
    last_time_ = {};
    writer_.reset();
    changes_of_writer_ = 0;
  }
  if (raw(fact.position) != ++position_) {
    fail(fact, "its position should be " + std::to_string(position_) + " (I7)");
    position_ = raw(fact.position);
  }
  if (fact.recorded_at < last_time_)
    fail(fact, "earlier than the one before it in its shard");
  last_time_ = fact.recorded_at;
}

void log_join::check_balance(state &wallet, const event &fact) {
  if (raw(fact.version) != ++wallet.version) {
    fail(fact,
         "its version should be " + std::to_string(wallet.version) + " (I7)");
    wallet.version = raw(fact.version);
  }
  wallet.balance +=
      is_credit(fact) ? fact.amount.units() : -fact.amount.units();
  if (wallet.balance < 0)
    fail(fact, "an overdraft (I5)");
  if (wallet.balance != fact.balance.units()) {
    fail(fact, "its balance is " + fact.balance.to_string() +
                   " and should be " + std::to_string(wallet.balance) +
                   " units (I5)");
    wallet.balance = fact.balance.units();
  }
  if (fact.type == event_type::wallet_funded)
    deposited_ += fact.amount.units();
}

void log_join::check_request(state &wallet, const event &fact) {
  const auto *asked = noted_.find(fact.amount.units());
  if (!asked) {
    fail(fact, "nobody asked for it (I2)");
    return;
  }
  check_leg(wallet, fact, *asked);
  check_told(fact, *asked);
  check_time(wallet, fact, *asked);
  check_writer(*asked);
}

void log_join::check_leg(const state &wallet, const event &fact,
                         const note &asked) {
  const bool is_first = is_first_leg(fact);
  auto &seen = legs_[asked.number];
  if (std::exchange(is_first ? seen.has_first : seen.has_second, true))
    fail(fact, "a second time: " + describe(asked) + " (I1)");
  const bool is_other = seen.has_first && seen.has_second;
  if (is_other && seen.transaction != fact.transaction)
    fail(fact, "its legs are of two transactions (I6)");
  seen.transaction = fact.transaction;

  const auto type = asked.what == operation::fund ? event_type::wallet_funded
                    : is_first                    ? event_type::transfer_out
                                                  : event_type::transfer_in;
  if (fact.type != type ||
      wallet.index != (is_first ? asked.sender : asked.receiver))
    fail(fact, "not what was asked: " + describe(asked) + " (I2)");
  std::optional<request_key> key;
  if (is_first && asked.has_key)
    key = make_request_key(fact.wallet, name_of(asked.what), key_of(asked));
  if (fact.key != key)
    fail(fact, "not the key of " + describe(asked));
}

void log_join::check_told(const event &fact, const note &asked) {
  if (!asked.is_done)
    return;
  const auto &told =
      is_first_leg(fact) ? asked.sender_after : asked.receiver_after;
  if (told.version != raw(fact.version) || told.balance != fact.balance.units())
    fail(fact, "the client was told version " + std::to_string(told.version) +
                   " and " + std::to_string(told.balance) + " units after " +
                   describe(asked));
}

/// What was answered before another request was sent comes before it.
void log_join::check_time(state &wallet, const event &fact, const note &asked) {
  if (asked.is_done && asked.done < wallet.latest_sent)
    fail(fact, "answered before request " +
                   std::to_string(wallet.latest_number) +
                   " was sent, which stands before it (I9)");
  if (asked.sent > wallet.latest_sent) {
    wallet.latest_sent = asked.sent;
    wallet.latest_number = asked.number;
  }
}

/// An answer that is no repetition comes from the server that wrote it.
void log_join::check_writer(const note &asked) {
  if (!asked.is_done || asked.was_replayed || asked.was_open)
    return;
  if (writer_ && *writer_ != asked.server && ++changes_of_writer_ > takeovers_)
    wrong_.add("shard " + std::to_string(shard_.value()) +
               " was written by two servers in turns: " + describe(asked) +
               " (I8)");
  writer_ = asked.server;
}

bool log_join::is_stored(const note &one) const {
  const auto &seen = legs_[one.number];
  return seen.has_first && (one.what == operation::fund || seen.has_second);
}

void log_join::check_end(const note &asked) {
  const auto &seen = legs_[asked.number];
  const bool is_any = seen.has_first || seen.has_second;
  const bool is_whole = is_stored(asked);
  if (is_any && !is_whole)
    wrong_.add("half of " + describe(asked) + " is in the log (I6)");
  if (asked.is_done && !is_whole)
    wrong_.add(describe(asked) + " was answered and is not in the log (I1)");
  if (asked.is_refused && is_any)
    wrong_.add(describe(asked) + " was refused and is in the log (I2)");
  if (!asked.is_done && !asked.was_open && is_any)
    wrong_.add(describe(asked) +
               " is in the log although its client was told that nothing was "
               "done (I3)");
}

void log_join::finish() {
  for (const auto *asked : noted_.by_number)
    if (asked)
      check_end(*asked);
  for (const auto &[id, wallet] : wallets_)
    owned_ += wallet.balance;
  if (owned_ != deposited_)
    wrong_.add("the balances do not add up to the deposits (I4)");
}

} // namespace wallet::chaos
