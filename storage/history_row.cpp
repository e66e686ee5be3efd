#include "storage/history_row.hpp"

#include <memory>
#include <tuple>

#include "storage/binary_format.hpp"
#include "storage/event_row.hpp"

namespace wallet::storage {

namespace {

/// Columns by number, in the order of history.event_row.
enum column {
  position,
  version,
  amount,
  balance,
  held,
  recorded_at,
  shard,
  type,
  wallet,
  transaction_of,
  counterparty,
  user,
  counterparty_user,
  money_currency,
  column_count,
};

void put_row(binary_writer &out, const recorded_event *one) {
  const auto &fact = one->fact;
  composite_writer columns(out, column_count);
  columns.int64(raw(fact.position))
      .int64(raw(fact.version))
      .int64(fact.amount.units())
      .int64(fact.balance.units())
      .int64(fact.held.units())
      .time(fact.recorded_at)
      .int16(fact.shard.value())
      .int16(static_cast<std::int16_t>(fact.type))
      .uuid(fact.wallet.value())
      .uuid(fact.transaction.value());
  if (fact.counterparty)
    columns.uuid(fact.counterparty->value());
  else
    columns.null(type_oid::uuid);
  columns.text(one->owner->user.text());
  if (one->counterparty)
    columns.text(one->counterparty->user.text());
  else
    columns.null(type_oid::text);
  columns.text(one->owner->money_currency.code());
}

profile_ptr decode_owner(const row &from, const wallet_id &id, int user_column,
                         currency of) {
  return std::make_shared<const wallet_profile>(wallet_profile{
      .id = id,
      .user = user_id::trusted(std::string(from.text(user_column))),
      .money_currency = of});
}

} // namespace

std::string history_columns(const std::string &alias) {
  std::string columns;
  for (const char *name :
       {"position", "version", "amount", "balance", "held", "recorded_at",
        "shard", "type", "wallet_id", "transaction_id", "counterparty_id",
        "user_id", "counterparty_user_id", "currency"})
    columns += (columns.empty() ? "" : ", ") + alias + "." + name;
  return columns;
}

recorded_event decode_history_row(const row &from) {
  recorded_event one;
  auto &fact = one.fact;
  fact.position = log_position{from.int64(position)};
  fact.version = stream_version{from.int64(version)};
  fact.amount = decode_money(from.int64(amount));
  fact.balance = decode_money(from.int64(balance));
  fact.held = decode_money(from.int64(held));
  fact.recorded_at = from.time(recorded_at);
  fact.shard = decode_shard(from.int16(shard));
  fact.type = decode_event_type(from.int16(type));
  fact.wallet = wallet_id(from.uuid(wallet));
  fact.transaction = transaction_id(from.uuid(transaction_of));
  const auto of =
      currency::parse(from.text(money_currency)).value_or(currency());
  one.owner = decode_owner(from, fact.wallet, user, of);
  if (!from.is_null(counterparty)) {
    fact.counterparty = wallet_id(from.uuid(counterparty));
    // Money moves between wallets of one currency only.
    one.counterparty =
        decode_owner(from, *fact.counterparty, counterparty_user, of);
  }
  return one;
}

std::string encode_history_rows(std::uint32_t composite,
                                std::span<const recorded_event> events) {
  const auto place_in_index = [](const event &fact) {
    return std::tie(fact.wallet, fact.version);
  };
  return binary_array(composite, ordered_by(place_in_index, events), put_row);
}

} // namespace wallet::storage
