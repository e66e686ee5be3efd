#include "events/wallet_state.hpp"

#include "events/known_bugs.hpp"

namespace wallet {

namespace {

rejection refuse(rejection_code code, const wallet_id &wallet) {
  return {.code = code, .wallet = wallet};
}

/// May `amount` more come in, if every promised credit comes too?
bool below_ceiling(const wallet_head &head, const reservations &promised,
                   money amount) {
  const auto promised_balance = head.balance.plus(promised.credits);
  return promised_balance && promised_balance->plus(amount);
}

/// Judges one kind of command after another for one wallet.
struct judge {
  const wallet_state *state;
  const reservations &promised;
  const wallet_id &self;

  result<event_draft> operator()(const create_wallet &) const {
    if (state)
      return refuse(rejection_code::wallet_exists, self);
    return event_draft{.type = event_type::wallet_created};
  }

  result<event_draft> operator()(const fund &asked) const {
    if (asked.amount.is_zero())
      return refuse(rejection_code::invalid_amount, self);
    if (!state)
      return refuse(rejection_code::wallet_not_found, self);
    if (!below_ceiling(state->head, promised, asked.amount))
      return refuse(rejection_code::balance_limit_exceeded, self);
    return event_draft{.type = event_type::wallet_funded,
                       .amount = asked.amount};
  }

  result<event_draft> operator()(const transfer &asked) const {
    if (asked.amount.is_zero())
      return refuse(rejection_code::invalid_amount, self);
    if (asked.to == self)
      return refuse(rejection_code::same_wallet, self);
    if (!state)
      return refuse(rejection_code::wallet_not_found, self);
    const auto spendable = available(state->head, promised);
    if (spendable < asked.amount)
      return rejection{.code = rejection_code::insufficient_balance,
                       .wallet = self,
                       .required = asked.amount,
                       .available = spendable};
    return event_draft{.type = event_type::transfer_out,
                       .amount = asked.amount,
                       .counterparty = asked.to};
  }
};

} // namespace

std::string_view operation_of(const command_body &body) {
  struct {
    std::string_view operator()(const create_wallet &) { return "create"; }
    std::string_view operator()(const fund &) { return "fund"; }
    std::string_view operator()(const transfer &) { return "transfer"; }
  } name;
  return std::visit(name, body);
}

money available(const wallet_head &head, const reservations &promised) {
  auto unheld = head.balance.minus(head.held).value_or(money());
  if (has_bug(known_bug::credits_spendable_early))
    unheld = unheld.plus(promised.credits).value_or(unheld);
  return unheld.minus(promised.debits).value_or(money());
}

result<event_draft> decide(const wallet_state *state,
                           const reservations &promised, const command &asked) {
  return std::visit(judge{state, promised, asked.wallet}, asked.body);
}

result<event_draft> accept_credit(const wallet_state *state,
                                  const reservations &promised,
                                  const wallet_id &receiver,
                                  const wallet_id &sender, money amount,
                                  currency money_currency) {
  if (!state)
    return refuse(rejection_code::receiver_not_found, receiver);
  if (state->profile->money_currency != money_currency)
    return refuse(rejection_code::currency_mismatch, receiver);
  if (!below_ceiling(state->head, promised, amount))
    return refuse(rejection_code::balance_limit_exceeded, receiver);
  return event_draft{.type = event_type::transfer_in,
                     .amount = amount,
                     .counterparty = sender};
}

std::optional<command_body> command_of(const event &first_leg,
                                       const wallet_profile &owner) {
  switch (first_leg.type) {
  case event_type::wallet_created:
    return create_wallet{owner.user, owner.money_currency};
  case event_type::wallet_funded:
    return fund{first_leg.amount};
  case event_type::transfer_out:
    if (first_leg.counterparty)
      return transfer{*first_leg.counterparty, first_leg.amount};
    return std::nullopt;
  case event_type::transfer_in:
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<wallet_head> evolve(const wallet_head &head, event_type type,
                                  money amount) {
  const bool exists = raw(head.version) > 0;
  if (exists == (type == event_type::wallet_created))
    return std::nullopt;
  wallet_head after{next(head.version), head.balance, head.held};
  switch (type) {
  case event_type::wallet_created:
    return after;
  case event_type::wallet_funded:
  case event_type::transfer_in: {
    const auto balance = head.balance.plus(amount);
    if (!balance)
      return std::nullopt;
    after.balance = *balance;
    return after;
  }
  case event_type::transfer_out: {
    const auto balance = head.balance.minus(amount);
    if (!balance || *balance < head.held)
      return std::nullopt;
    after.balance = *balance;
    return after;
  }
  }
  return std::nullopt;
}

} // namespace wallet
