#include "events/codec.hpp"

#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "events/codec_body.hpp"

namespace wallet {

namespace {

using field = body_field;

struct tagged_type {
  event_type type;
  std::string_view tag;
};

constexpr std::array tagged_types{
    tagged_type{event_type::wallet_created, "WALLET_CREATED"},
    tagged_type{event_type::wallet_funded, "WALLET_FUNDED"},
    tagged_type{event_type::transfer_out, "TRANSFER_COMPLETED"},
    tagged_type{event_type::transfer_in, "TRANSFER_RECEIVED"},
};

void put_owner(body_writer &body, const recorded_event &event) {
  body.put(field::wallet, event.fact.wallet);
  body.put(field::user, event.owner->user.text());
}

void put_transfer(body_writer &body, const wallet_profile &from,
                  const wallet_profile &to, const event &fact) {
  body.put(field::from_wallet, from.id);
  body.put(field::from_user, from.user.text());
  body.put(field::to_wallet, to.id);
  body.put(field::to_user, to.user.text());
  body.put(field::amount, fact.amount);
  body.put(field::reference, fact.transaction);
}

/// What consumers of the former service look for.
void put_former_fields(body_writer &body, const recorded_event &event) {
  const auto &fact = event.fact;
  body.put_plain(field::event_type, kafka_type_of(fact.type));
  switch (fact.type) {
  case event_type::wallet_created:
    put_owner(body, event);
    break;
  case event_type::wallet_funded:
    put_owner(body, event);
    body.put(field::amount, fact.amount);
    body.put(field::new_balance, fact.balance);
    body.put(field::transaction, fact.transaction);
    break;
  case event_type::transfer_out:
    put_transfer(body, *event.owner, *event.counterparty, fact);
    break;
  case event_type::transfer_in:
    put_transfer(body, *event.counterparty, *event.owner, fact);
    break;
  }
  body.put_plain(field::recorded_at, to_string(fact.recorded_at));
}

void put_added_fields(body_writer &body, const recorded_event &event) {
  const auto &fact = event.fact;
  body.put(field::id, fact.id());
  body.put(field::shard, std::int64_t{fact.shard.value()});
  body.put(field::position, raw(fact.position));
  if (event.counterparty)
    put_owner(body, event);
  if (fact.type == event_type::wallet_created)
    body.put(field::transaction, fact.transaction);
  body.put(field::version, raw(fact.version));
  body.put(field::balance, fact.balance);
  body.put(field::held, fact.held);
  body.put_plain(field::currency, event.owner->money_currency.code());
  body.put(field::schema, std::int64_t{schema_version});
}

/// Fails on what `parse` returns as nothing.
template <class Parse>
auto parsed(const body_reader &body, field which, Parse parse) {
  const auto value = parse(body.text(which));
  if (!value)
    refuse(which, "is malformed");
  return *value;
}

uuid uuid_of(const body_reader &body, field which) {
  return parsed(body, which, parse_uuid);
}

money money_of(const body_reader &body, field which) {
  return parsed(body, which, money::parse);
}

profile_ptr profile_of(const body_reader &body, field wallet, field user) {
  return std::make_shared<const wallet_profile>(wallet_profile{
      .id = wallet_id(uuid_of(body, wallet)),
      .user = parsed(body, user, user_id::parse),
      // One for both sides: money moves between wallets of one currency only.
      .money_currency = parsed(body, field::currency, currency::parse)});
}

void read_schema_version(const body_reader &body) {
  if (body.number(field::schema, 1, std::numeric_limits<std::int64_t>::max()) !=
      schema_version)
    refuse(field::schema, "is newer than this reader");
}

event_type read_type(const body_reader &body) {
  const auto tag = body.text(field::event_type);
  for (const auto &entry : tagged_types)
    if (entry.tag == tag)
      return entry.type;
  refuse(field::event_type, "is not known");
}

void read_place(const body_reader &body, event &fact) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  fact.shard = shard_number(static_cast<std::size_t>(
      body.number(field::shard, 0, shard_number::count - 1)));
  fact.position = log_position{body.number(field::position, 1, largest)};
  fact.version = stream_version{body.number(field::version, 1, largest)};
  // A position beyond what an id can say has no id, not another one's.
  const auto place = place_of(uuid_of(body, field::id));
  if (!place || place->shard != fact.shard || place->position != fact.position)
    refuse(field::id, "is not that of shard and position");
  if (shard_of(fact.wallet) != fact.shard)
    refuse(field::shard, "is not the wallet's");
  const bool is_first = raw(fact.version) == 1;
  if (is_first != (fact.type == event_type::wallet_created))
    refuse(field::version, "does not fit the type");
}

void read_state(const body_reader &body, event &fact) {
  fact.balance = money_of(body, field::balance);
  fact.held = money_of(body, field::held);
  if (fact.held > fact.balance)
    refuse(field::held, "is more than the balance");
  fact.recorded_at = parsed(body, field::recorded_at, parse_timestamp);
}

void read_amount(const body_reader &body, event &fact) {
  fact.amount = money_of(body, field::amount);
  if (fact.amount.is_zero())
    refuse(field::amount, "is zero");
}

void read_transfer(const body_reader &body, recorded_event &one) {
  auto sender = profile_of(body, field::from_wallet, field::from_user);
  auto receiver = profile_of(body, field::to_wallet, field::to_user);
  if (sender->id == receiver->id)
    refuse(field::to_wallet, "is the sender's");
  const bool is_sent = one.fact.type == event_type::transfer_out;
  one.owner = is_sent ? sender : receiver;
  one.counterparty = is_sent ? receiver : sender;
  if (one.owner->id != one.fact.wallet ||
      one.owner->user.text() != body.text(field::user))
    refuse(field::wallet, "or its user is not that side of the transfer");
  one.fact.counterparty = one.counterparty->id;
  one.fact.transaction = transaction_id(uuid_of(body, field::reference));
}

/// What only some types have, and the owner.
void read_movement(const body_reader &body, recorded_event &one) {
  switch (one.fact.type) {
  case event_type::wallet_created:
    one.owner = profile_of(body, field::wallet, field::user);
    one.fact.transaction = transaction_id(uuid_of(body, field::transaction));
    break;
  case event_type::wallet_funded:
    one.owner = profile_of(body, field::wallet, field::user);
    one.fact.transaction = transaction_id(uuid_of(body, field::transaction));
    read_amount(body, one.fact);
    if (money_of(body, field::new_balance) != one.fact.balance)
      refuse(field::new_balance, "is not the balance");
    break;
  case event_type::transfer_out:
  case event_type::transfer_in:
    read_amount(body, one.fact);
    read_transfer(body, one);
    break;
  }
}

recorded_event read_event(const body_reader &body) {
  read_schema_version(body);
  recorded_event one;
  one.fact.type = read_type(body);
  one.fact.wallet = wallet_id(uuid_of(body, field::wallet));
  read_place(body, one.fact);
  read_state(body, one.fact);
  read_movement(body, one);
  return one;
}

} // namespace

std::string_view kafka_type_of(event_type type) {
  for (const auto &entry : tagged_types)
    if (entry.type == type)
      return entry.tag;
  return "";
}

std::string encode(const recorded_event &event) {
  body_writer body;
  put_former_fields(body, event);
  put_added_fields(body, event);
  return std::move(body).finish();
}

boost::system::result<recorded_event, std::string>
decode(std::string_view body) {
  try {
    return read_event(body_reader(std::string(body)));
  } catch (const wrong_body &wrong) {
    return std::string(wrong.what());
  }
}

} // namespace wallet
