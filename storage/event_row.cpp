#include "storage/event_row.hpp"

#include <memory>
#include <tuple>

#include "storage/binary_format.hpp"
#include "storage/event_store.hpp"

namespace wallet::storage {

namespace {

/// Columns by number, in the order of event_columns.
enum column {
  position,
  version,
  amount,
  balance,
  held,
  counterparty_position,
  recorded_at,
  shard,
  type,
  wallet,
  transaction_of,
  counterparty,
  request,
};
static_assert(request + 1 == event_column_count);

template <class Id>
std::optional<Id> decode_optional(const row &from, int column) {
  if (from.is_null(column))
    return std::nullopt;
  return Id(from.uuid(column));
}

template <class Id>
void put_optional(composite_writer &columns, const std::optional<Id> &id) {
  if (id)
    columns.uuid(id->value());
  else
    columns.null(type_oid::uuid);
}

void put_event(binary_writer &out, const recorded_event *one) {
  const auto &fact = one->fact;
  composite_writer columns(out, event_column_count + 1);
  columns.int64(raw(fact.position))
      .int64(raw(fact.version))
      .int64(fact.amount.units())
      .int64(fact.balance.units())
      .int64(fact.held.units());
  if (fact.counterparty_position)
    columns.int64(raw(*fact.counterparty_position));
  else
    columns.null(type_oid::int8);
  columns.time(fact.recorded_at)
      .int16(fact.shard.value())
      .int16(static_cast<std::int16_t>(fact.type))
      .uuid(fact.wallet.value())
      .uuid(fact.transaction.value());
  put_optional(columns, fact.counterparty);
  put_optional(columns, fact.key);
  columns.null(type_oid::jsonb);
}

void put_key(binary_writer &out, const event *fact) {
  composite_writer(out, 2).int16(fact->shard.value()).uuid(fact->key->value());
}

void put_wallet(binary_writer &out, const profile_ptr &profile) {
  composite_writer(out, profile_column_count)
      .time(profile->created_at)
      .uuid(profile->id.value())
      .text(profile->user.text())
      .text(profile->money_currency.code());
}

void put_advance(binary_writer &out, const shard_advance &advance) {
  constexpr std::int32_t columns = 5;
  composite_writer(out, columns)
      .int64(raw(advance.from))
      .int64(raw(advance.to))
      .int64(raw(advance.epoch))
      .time(advance.recorded_at)
      .int16(advance.shard.value());
}

} // namespace

std::string event_columns(const std::string &alias) {
  std::string columns;
  for (const char *name :
       {"position", "version", "amount", "balance", "held",
        "counterparty_position", "recorded_at", "shard", "type", "wallet_id",
        "transaction_id", "counterparty_id", "request_key"})
    columns += (columns.empty() ? "" : ", ") + alias + "." + name;
  return columns;
}

event_type decode_event_type(std::int16_t number) {
  if (const auto type = event_type_from_number(number))
    return *type;
  throw unreadable_event("an event of type " + std::to_string(number) +
                         ": written by a newer version of this program?");
}

shard_number decode_shard(std::int16_t number) {
  if (number < 0 || number >= static_cast<int>(shard_number::count))
    throw unreadable_event("an event of shard " + std::to_string(number));
  return shard_number(static_cast<std::size_t>(number));
}

money decode_money(std::int64_t units) {
  if (units < 0)
    throw unreadable_event("an amount of " + std::to_string(units) + " units");
  return money::from_units(units);
}

event decode_event(const row &from, int first) {
  event fact;
  fact.position = log_position{from.int64(first + position)};
  fact.version = stream_version{from.int64(first + version)};
  fact.amount = decode_money(from.int64(first + amount));
  fact.balance = decode_money(from.int64(first + balance));
  fact.held = decode_money(from.int64(first + held));
  if (!from.is_null(first + counterparty_position))
    fact.counterparty_position =
        log_position{from.int64(first + counterparty_position)};
  fact.recorded_at = from.time(first + recorded_at);
  fact.shard = decode_shard(from.int16(first + shard));
  fact.type = decode_event_type(from.int16(first + type));
  fact.wallet = wallet_id(from.uuid(first + wallet));
  fact.transaction = transaction_id(from.uuid(first + transaction_of));
  fact.counterparty = decode_optional<wallet_id>(from, first + counterparty);
  fact.key = decode_optional<request_key>(from, first + request);
  return fact;
}

std::string profile_columns(const std::string &alias) {
  return alias + ".created_at, " + alias + ".id, " + alias + ".user_id, " +
         alias + ".currency";
}

profile_ptr decode_profile(const row &from, int first) {
  return std::make_shared<const wallet_profile>(wallet_profile{
      .id = wallet_id(from.uuid(first + 1)),
      .user = user_id::trusted(std::string(from.text(first + 2))),
      .money_currency =
          currency::parse(from.text(first + 3)).value_or(currency()),
      .created_at = from.time(first),
  });
}

std::string encode_events(std::uint32_t composite,
                          const std::vector<recorded_event> &events) {
  const auto place_in_index = [](const event &fact) {
    return std::tie(fact.shard, fact.wallet, fact.version);
  };
  return binary_array(composite, ordered_by(place_in_index, events), put_event);
}

std::string encode_keys(std::uint32_t composite,
                        const std::vector<recorded_event> &events) {
  std::vector<const event *> keyed;
  for (const auto &one : events)
    if (one.fact.key)
      keyed.push_back(&one.fact);
  return binary_array(composite, keyed, put_key);
}

std::string encode_wallets(std::uint32_t composite,
                           const std::vector<recorded_event> &events) {
  std::vector<profile_ptr> created;
  for (const auto &one : events)
    if (one.fact.type == event_type::wallet_created)
      created.push_back(one.owner);
  return binary_array(composite, created, put_wallet);
}

std::string encode_advances(std::uint32_t composite,
                            const std::vector<shard_advance> &advances) {
  return binary_array(composite, advances, put_advance);
}

} // namespace wallet::storage
