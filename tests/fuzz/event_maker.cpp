#include "tests/fuzz/event_maker.hpp"

#include <array>
#include <memory>

namespace wallet::fuzzing {

namespace {

uuid make_uuid(choices &from) {
  uuid id{};
  from.ConsumeData(id.data, id.size());
  return id;
}

user_id make_user(choices &from) {
  constexpr std::array characters{"a", "\"", "\\", "/",          "<",
                                  " ", "ä",  "€",  "\U0001F600", "\u2028"};
  std::string user;
  for (auto left = from.ConsumeIntegralInRange(1, 100); left > 0; --left)
    user += from.PickValueInArray(characters);
  return *user_id::parse(user);
}

profile_ptr make_profile(choices &from, currency of) {
  return std::make_shared<const wallet_profile>(
      wallet_profile{.id = wallet_id(make_uuid(from)),
                     .user = make_user(from),
                     .money_currency = of});
}

money make_money(choices &from, std::int64_t smallest, std::int64_t largest) {
  return money::from_units(from.ConsumeIntegralInRange(smallest, largest));
}

bool is_transfer(event_type type) {
  return type == event_type::transfer_out || type == event_type::transfer_in;
}

bool is_same(const profile_ptr &a, const profile_ptr &b) {
  if (!a || !b)
    return a == b;
  return a->id == b->id && a->user == b->user &&
         a->money_currency == b->money_currency;
}

/// Of 60 bits, see make_event_id.
constexpr std::int64_t largest_position = (std::int64_t{1} << 60) - 1;

} // namespace

recorded_event make_event(choices &from) {
  constexpr auto largest = money::max().units();
  constexpr std::array codes{"USD", "EUR", "JPY"};
  const auto of = *currency::parse(from.PickValueInArray(codes));
  recorded_event one;
  auto &fact = one.fact;
  fact.type = static_cast<event_type>(from.ConsumeIntegralInRange(1, 4));
  const bool is_created = fact.type == event_type::wallet_created;
  one.owner = make_profile(from, of);
  fact.wallet = one.owner->id;
  fact.shard = shard_of(fact.wallet);
  fact.position = log_position{
      from.ConsumeIntegralInRange<std::int64_t>(1, largest_position)};
  fact.version = stream_version{
      is_created ? 1 : from.ConsumeIntegralInRange<std::int64_t>(2, largest)};
  fact.amount = is_created ? money() : make_money(from, 1, largest);
  fact.balance = make_money(from, 0, largest);
  fact.held = make_money(from, 0, fact.balance.units());
  fact.transaction = transaction_id(make_uuid(from));
  // Before the year 10,000.
  fact.recorded_at = timestamp(std::chrono::microseconds(
      from.ConsumeIntegralInRange<std::int64_t>(0, 253'402'300'799'999'999)));
  if (is_transfer(fact.type)) {
    one.counterparty = make_profile(from, of);
    // Two wallets.
    if (one.counterparty->id == one.owner->id)
      one.counterparty = std::make_shared<const wallet_profile>(
          wallet_profile{.id = wallet_id_from_key("the other"),
                         .user = one.counterparty->user,
                         .money_currency = of});
    fact.counterparty = one.counterparty->id;
  }
  return one;
}

bool is_same_published(const recorded_event &a, const recorded_event &b) {
  auto left = a.fact, right = b.fact;
  for (auto *fact : {&left, &right}) {
    fact->key.reset();
    fact->counterparty_position.reset();
  }
  return left == right && is_same(a.owner, b.owner) &&
         is_same(a.counterparty, b.counterparty);
}

void require_sound(const recorded_event &one) {
  const auto &fact = one.fact;
  const bool is_created = fact.type == event_type::wallet_created;
  require(fact.shard == shard_of(fact.wallet), "the shard is the wallet's");
  require(raw(fact.position) >= 1 && raw(fact.position) <= largest_position,
          "the position has an id");
  require(raw(fact.version) >= 1 && (raw(fact.version) == 1) == is_created,
          "a wallet begins with its creation");
  require(fact.amount.is_zero() == is_created, "money moves or none does");
  require(fact.amount.units() >= 0 && fact.balance.units() >= 0 &&
              fact.held.units() >= 0,
          "money is not negative");
  require(fact.held <= fact.balance, "what is held is there");
  require(one.owner && one.owner->id == fact.wallet, "the owner is known");
  require(user_id::parse(one.owner->user.text()).has_value(),
          "the owner could have been named so");
  require(static_cast<bool>(one.counterparty) == is_transfer(fact.type) &&
              fact.counterparty.has_value() == is_transfer(fact.type),
          "a transfer has two sides");
  if (one.counterparty)
    require(one.counterparty->id == *fact.counterparty &&
                one.counterparty->id != one.owner->id,
            "the sides of a transfer are two wallets");
}

} // namespace wallet::fuzzing
