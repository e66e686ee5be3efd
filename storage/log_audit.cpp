#include "storage/log_audit.hpp"

#include <algorithm>
#include <ostream>

namespace wallet::storage {

namespace {

std::string name_of(const event &fact) {
  return "event " + fact.id().to_string() + " (shard " +
         std::to_string(fact.shard.value()) + ", position " +
         std::to_string(raw(fact.position)) + "), wallet " +
         fact.wallet.to_string();
}

/// More than one amount can hold is shown as the largest.
std::string decimal(log_audit::wide units) {
  constexpr log_audit::wide most = money::max().units();
  return money::from_units(static_cast<std::int64_t>(std::min(units, most)))
      .to_string();
}

} // namespace

void log_audit::add(const event &fact) {
  if (fact.shard != shard_)
    leave_shard();
  shard_ = fact.shard;
  check_place(fact);
  check_state(fact);
  check_transaction(fact);
}

void log_audit::leave_shard() {
  ends_.at(shard_.value()) = last_position_;
  versions_.saw(wallets_.size());
  conservation_.saw(wallets_.size());
  for (const auto &[id, head] : wallets_)
    owned_ += head.balance.units();
  wallets_.clear();
  last_position_ = {};
  last_recorded_at_ = {};
}

void log_audit::check_place(const event &fact) {
  positions_.saw();
  if (fact.position != next(last_position_))
    positions_.found(name_of(fact) + " follows position " +
                     std::to_string(raw(last_position_)));
  last_position_ = fact.position;
  order_.saw();
  if (fact.recorded_at < last_recorded_at_)
    order_.found(name_of(fact) + " at " + to_string(fact.recorded_at) +
                 " follows " + to_string(last_recorded_at_));
  last_recorded_at_ = fact.recorded_at;
}

void log_audit::check_state(const event &fact) {
  auto &head = wallets_[fact.wallet];
  if (fact.version != next(head.version) || shard_of(fact.wallet) != fact.shard)
    versions_.found(name_of(fact) + ", version " +
                    std::to_string(raw(fact.version)) + " follows " +
                    std::to_string(raw(head.version)));
  balances_.saw();
  const auto after = evolve(head, fact.type, fact.amount);
  if (!after)
    balances_.found(name_of(fact) + ": " +
                    std::string(wallet::name_of(fact.type)) + " of " +
                    fact.amount.to_string() + " cannot follow a balance of " +
                    head.balance.to_string());
  else if (after->balance != fact.balance || after->held != fact.held)
    balances_.found(name_of(fact) + ": stored " + fact.balance.to_string() +
                    ", recomputed " + after->balance.to_string());
  if (fact.type == event_type::wallet_funded)
    deposited_ += fact.amount.units();
  // As stored: one wrong event is one offender, not the rest of its wallet.
  head = {fact.version, fact.balance, fact.held};
}

void log_audit::check_transaction(const event &fact) {
  // A receiver's leg is compared with its sender's, see transfer_legs.
  if (fact.type == event_type::transfer_in)
    return;
  transactions_.saw();
  if (fact.transaction != make_transaction_id(fact.shard, fact.position))
    transactions_.found(name_of(fact) + " has transaction " +
                        fact.transaction.to_string());
}

void log_audit::finish(const shard_positions &heads) {
  leave_shard();
  for (std::size_t i = 0; i < heads.size(); ++i)
    if (heads.at(i) != ends_.at(i))
      positions_.found("shard " + std::to_string(i) + " ends at position " +
                       std::to_string(raw(ends_.at(i))) + ", its head is " +
                       std::to_string(raw(heads.at(i))));
  if (owned_ != deposited_)
    conservation_.found("balances of " + decimal(owned_) +
                        " from deposits of " + decimal(deposited_));
}

bool log_audit::holds() const {
  return positions_.holds() && versions_.holds() && balances_.holds() &&
         order_.holds() && transactions_.holds() && conservation_.holds();
}

void log_audit::print(std::ostream &out) const {
  for (const auto *each : {&positions_, &versions_, &balances_, &order_,
                           &transactions_, &conservation_})
    each->print(out);
}

} // namespace wallet::storage
