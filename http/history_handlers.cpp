#include "http/history_handlers.hpp"

#include <caf/send.hpp>

#include "actors/interfaces.hpp"
#include "http/health_handlers.hpp"
#include "http/problem.hpp"
#include "http/wire.hpp"

namespace wallet::http {

namespace {

answer to_answer(actors::history_answer got) {
  if (const auto *failed = std::get_if<actors::failure>(&got))
    return read_failed(*failed);
  return reply{.body =
                   history_body(std::get<std::vector<recorded_event>>(got))};
}

/// What no wallet and no user can be called has no history.
answer empty_history() { return reply{.body = history_body({})}; }

} // namespace

routes history_routes(const caf::actor &reader, const caf::actor &readiness) {
  const auto of_wallet = [reader](const request &asked,
                                  answer_slot &slot) -> std::optional<answer> {
    const auto wallet = parse_uuid(asked.id);
    if (!wallet)
      return empty_history();
    caf::anon_send(reader, actors::read_wallet_history{
                               wallet_id(*wallet), longest_list,
                               slot.expect<actors::history_answer>(to_answer)});
    return std::nullopt;
  };
  const auto of_user = [reader](const request &asked,
                                answer_slot &slot) -> std::optional<answer> {
    const auto user = user_id::parse(asked.id);
    if (!user)
      return empty_history();
    caf::anon_send(reader, actors::read_user_activity{
                               *user, longest_list,
                               slot.expect<actors::history_answer>(to_answer)});
    return std::nullopt;
  };
  routes served = health_routes(readiness);
  served.insert(served.end(),
                {
                    {method::get, "/wallets/:id/history", of_wallet},
                    {method::get, "/users/:id/activity", of_user},
                });
  return served;
}

} // namespace wallet::http
