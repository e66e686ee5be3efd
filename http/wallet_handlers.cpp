#include "http/wallet_handlers.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <caf/send.hpp>

#include "actors/interfaces.hpp"
#include "http/health_handlers.hpp"
#include "http/problem.hpp"
#include "http/wire.hpp"

namespace wallet::http {

namespace {

using maybe_answer = std::optional<answer>;

/// RFC draft idempotency-key-header-07 leaves the form to us.
bool is_good_key(std::string_view key) {
  constexpr std::size_t longest = 255;
  return !key.empty() && key.size() <= longest &&
         std::all_of(key.begin(), key.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

/// application/json or application/anything+json, with any parameters.
bool is_json(std::string_view type) {
  constexpr std::string_view family = "application/", suffix = "+json";
  type = type.substr(0, type.find(';'));
  type = type.substr(0, type.find_last_not_of(" \t") + 1);
  using boost::beast::iequals;
  return iequals(type, "application/json") ||
         (type.size() > family.size() + suffix.size() &&
          iequals(type.substr(0, family.size()), family) &&
          iequals(type.substr(type.size() - suffix.size()), suffix));
}

/// What every POST has in common.
std::optional<problem> check_post(const request &asked) {
  if (asked.has_idempotency_key && !is_good_key(asked.idempotency_key))
    return bad_idempotency_key();
  if (!is_json(asked.content_type))
    return not_json();
  if (!asked.is_plain)
    return encoded_body();
  if (asked.is_conditional)
    return conditional_request();
  return std::nullopt;
}

/// The command with its key, as the client named it.
command keyed(const request &asked, wallet_id wallet, command_body body) {
  command made{.wallet = wallet, .key = {}, .body = std::move(body)};
  if (asked.has_idempotency_key)
    made.key = make_request_key(wallet, operation_of(made.body),
                                asked.idempotency_key);
  return made;
}

reply wallet_reply(const wallet_state &wallet) {
  return {.body = wallet_body(wallet), .version = wallet.head.version};
}

answer to_answer(const actors::receipt &done) {
  reply made;
  if (const auto *legs = std::get_if<actors::transfer_legs>(&done.effect))
    made.body = transfer_body(*legs);
  else
    made = wallet_reply(std::get<wallet_state>(done.effect));
  made.is_replay = done.is_replay;
  return made;
}

answer to_answer(const wallet_state &wallet) { return wallet_reply(wallet); }
answer to_answer(const std::vector<wallet_state> &wallets) {
  return reply{.body = wallets_body(wallets)};
}
answer to_answer(const rejection &why) { return to_problem(why); }
answer to_answer(actors::failure why) { return to_problem(why); }

/// Any of the gateway's answers.
constexpr auto format = [](auto got) {
  return std::visit([](const auto &one) { return to_answer(one); }, got);
};

/// The same of a read.
constexpr auto format_read = [](auto got) -> answer {
  if (const auto *why = std::get_if<actors::failure>(&got))
    return read_failed(*why);
  return format(std::move(got));
};

/// As `format`, with where the new wallet is.
answer format_created(actors::command_answer got) {
  answer made = format(got);
  if (const auto *done = std::get_if<actors::receipt>(&got))
    std::get<reply>(made).location =
        "/wallets/" +
        std::get<wallet_state>(done->effect).profile->id.to_string();
  return made;
}

class handlers {
public:
  explicit handlers(caf::actor gateway) : gateway_(std::move(gateway)) {}

  maybe_answer create(const request &asked, answer_slot &slot) const {
    if (auto wrong = check_post(asked))
      return *std::move(wrong);
    auto body = read_create(asked.body);
    if (auto *wrong = std::get_if<problem>(&body))
      return std::move(*wrong);
    // Without a key the gateway chooses the wallet's id.
    const auto wallet = asked.has_idempotency_key
                            ? wallet_id_from_key(asked.idempotency_key)
                            : wallet_id();
    execute(keyed(asked, wallet, std::get<create_wallet>(std::move(body))),
            slot, format_created);
    return std::nullopt;
  }

  maybe_answer fund_wallet(const request &asked, answer_slot &slot) const {
    if (auto wrong = check_post(asked))
      return *std::move(wrong);
    auto body = read_fund(asked.body);
    if (auto *wrong = std::get_if<problem>(&body))
      return std::move(*wrong);
    const auto wallet = parse_uuid(asked.id);
    if (!wallet)
      return no_such_wallet(asked.id);
    execute(keyed(asked, wallet_id(*wallet), std::get<fund>(body)), slot,
            format);
    return std::nullopt;
  }

  maybe_answer transfer_money(const request &asked, answer_slot &slot) const {
    if (auto wrong = check_post(asked))
      return *std::move(wrong);
    auto body = read_transfer(asked.body);
    if (auto *wrong = std::get_if<problem>(&body))
      return std::move(*wrong);
    const auto sender = parse_uuid(asked.id);
    if (!sender)
      return no_such_wallet(asked.id);
    const auto &[receiver_text, amount] = std::get<transfer_request>(body);
    if (const auto receiver = parse_uuid(receiver_text))
      execute(keyed(asked, wallet_id(*sender),
                    transfer{wallet_id(*receiver), amount}),
              slot, format);
    else
      refuse_receiver(wallet_id(*sender), receiver_text, slot);
    return std::nullopt;
  }

  maybe_answer read(const request &asked, answer_slot &slot) const {
    const auto wallet = parse_uuid(asked.id);
    if (!wallet)
      return no_such_wallet(asked.id);
    caf::anon_send(
        gateway_,
        actors::read_wallet{wallet_id(*wallet),
                            slot.expect<actors::wallet_answer>(format_read)});
    return std::nullopt;
  }

  maybe_answer list(const request &asked, answer_slot &slot) const {
    const auto user = user_id::parse(asked.id);
    if (!user)
      return reply{.body = wallets_body({})};
    caf::anon_send(
        gateway_,
        actors::list_wallets{*user, longest_list,
                             slot.expect<actors::wallets_answer>(format_read)});
    return std::nullopt;
  }

private:
  template <class Format>
  void execute(command asked, answer_slot &slot, Format to_client) const {
    caf::anon_send(
        gateway_,
        actors::execute{std::move(asked), slot.expect<actors::command_answer>(
                                              std::move(to_client))});
  }

  /// A receiver that no wallet can be called is not found; a missing sender
  /// comes first, so the sender is looked for.
  void refuse_receiver(wallet_id sender, const std::string &receiver,
                       answer_slot &slot) const {
    auto refusal = [receiver](actors::wallet_answer got) -> answer {
      if (std::holds_alternative<wallet_state>(got))
        return no_such_wallet(receiver);
      return format_read(std::move(got));
    };
    caf::anon_send(gateway_, actors::read_wallet{
                                 sender, slot.expect<actors::wallet_answer>(
                                             std::move(refusal))});
  }

  caf::actor gateway_;
};

} // namespace

routes wallet_routes(const caf::actor &gateway) {
  const auto bind = [made = handlers(gateway)](auto method) -> handler {
    return std::bind_front(method, made);
  };
  routes served = health_routes(gateway);
  served.insert(
      served.end(),
      {
          {method::post, "/wallets", bind(&handlers::create)},
          {method::get, "/wallets/:id", bind(&handlers::read)},
          {method::post, "/wallets/:id/fund", bind(&handlers::fund_wallet)},
          {method::post, "/wallets/:id/transfer",
           bind(&handlers::transfer_money)},
          {method::get, "/users/:id/wallets", bind(&handlers::list)},
      });
  return served;
}

} // namespace wallet::http
