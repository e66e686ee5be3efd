#include "http/wire.hpp"

#include "http/json_fields.hpp"
#include "http/json_writer.hpp"
#include "http/problem.hpp"

namespace wallet::http {

namespace {

/// Writes the envelope around what `data` writes.
template <class Data> std::string success(const Data &data) {
  json_writer out;
  out.begin_object();
  out.field("success", true);
  out.key("data");
  data(out);
  out.key("message");
  out.null();
  out.end_object();
  return out.text();
}

template <class Item>
std::string list(const std::vector<Item> &items,
                 void (*write)(json_writer &, const Item &)) {
  return success([&](json_writer &out) {
    out.begin_array();
    for (const auto &item : items)
      write(out, item);
    out.end_array();
  });
}

/// The only status there is: nothing freezes or closes a wallet yet.
constexpr std::string_view active = "active";

void write_wallet(json_writer &out, const wallet_state &wallet) {
  const auto &[profile, head, updated_at] = wallet;
  out.begin_object();
  out.field("id", profile->id.to_string());
  out.field("user_id", profile->user.text());
  out.field("balance", head.balance.to_string());
  out.field("created_at", to_string(profile->created_at));
  out.field("currency", profile->money_currency.code());
  out.field("held", head.held.to_string());
  out.field("available", available(head, {}).to_string());
  out.field("status", active);
  out.field("version", raw(head.version));
  out.field("updated_at", to_string(updated_at));
  out.end_object();
}

void write_counterparty(json_writer &out, const event &fact) {
  out.key("counterparty_wallet_id");
  if (fact.counterparty)
    out.value(fact.counterparty->to_string());
  else
    out.null();
}

void write_leg(json_writer &out, const event &leg) {
  out.begin_object();
  out.field("transaction_id", leg.id().to_string());
  out.field("wallet_id", leg.wallet.to_string());
  out.field("amount", leg.amount.to_string());
  out.field("type", name_of(leg.type));
  out.field("status", "COMPLETED");
  out.field("created_at", to_string(leg.recorded_at));
  out.field("reference_id", leg.transaction.to_string());
  write_counterparty(out, leg);
  out.field("balance", leg.balance.to_string());
  out.field("version", raw(leg.version));
  out.end_object();
}

void write_history(json_writer &out, const recorded_event &recorded) {
  const auto &fact = recorded.fact;
  out.begin_object();
  out.field("id", fact.id().to_string());
  out.field("wallet_id", fact.wallet.to_string());
  out.field("user_id", recorded.owner->user.text());
  out.field("amount", fact.amount.to_string());
  out.field("event_type", name_of(fact.type));
  out.field("created_at", to_string(fact.recorded_at));
  out.field("transaction_id", fact.transaction.to_string());
  write_counterparty(out, fact);
  out.field("balance", fact.balance.to_string());
  out.field("version", raw(fact.version));
  out.end_object();
}

parsed<money> read_amount(std::string_view text) {
  const auto amount = money::parse(text);
  if (!amount)
    return bad_amount(amount.error());
  if (amount->is_zero())
    return zero_amount();
  return *amount;
}

} // namespace

parsed<create_wallet> read_create(std::string_view body) {
  text_field fields[] = {{"user_id"}, {"currency", false}};
  if (auto wrong = read_fields(body, fields))
    return *std::move(wrong);
  const auto user = user_id::parse(*fields[0].value);
  if (!user)
    return bad_field("Field 'user_id' must be 1 to 100 characters without "
                     "control characters");
  const auto code = fields[1].value ? currency::parse(*fields[1].value)
                                    : std::optional<currency>(currency{});
  if (!code)
    return bad_field("Field 'currency' must be an ISO 4217 code such as USD");
  return create_wallet{*user, *code};
}

parsed<fund> read_fund(std::string_view body) {
  text_field fields[] = {{"amount"}};
  if (auto wrong = read_fields(body, fields))
    return *std::move(wrong);
  auto amount = read_amount(*fields[0].value);
  if (auto *wrong = std::get_if<problem>(&amount))
    return std::move(*wrong);
  return fund{std::get<money>(amount)};
}

parsed<transfer_request> read_transfer(std::string_view body) {
  text_field fields[] = {{"to_wallet_id"}, {"amount"}};
  if (auto wrong = read_fields(body, fields))
    return *std::move(wrong);
  auto amount = read_amount(*fields[1].value);
  if (auto *wrong = std::get_if<problem>(&amount))
    return std::move(*wrong);
  return transfer_request{*std::move(fields[0].value), std::get<money>(amount)};
}

std::string wallet_body(const wallet_state &wallet) {
  return success([&](json_writer &out) { write_wallet(out, wallet); });
}

std::string wallets_body(const std::vector<wallet_state> &wallets) {
  return list(wallets, &write_wallet);
}

std::string transfer_body(const actors::transfer_legs &legs) {
  return list(std::vector{legs.out, legs.in}, &write_leg);
}

std::string history_body(const std::vector<recorded_event> &events) {
  return list(events, &write_history);
}

std::string ready_body() {
  return success([](json_writer &out) {
    out.begin_object();
    out.field("ready", true);
    out.end_object();
  });
}

} // namespace wallet::http
