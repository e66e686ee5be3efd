#include "http/health_handlers.hpp"

#include <caf/send.hpp>

#include "actors/interfaces.hpp"
#include "http/problem.hpp"
#include "http/wire.hpp"

namespace wallet::http {

namespace {

std::optional<answer> answer_alive(const request &, answer_slot &) {
  return reply{.body = "OK", .is_json = false};
}

answer to_answer(actors::readiness_answer got) {
  if (const auto *failed = std::get_if<actors::failure>(&got))
    return read_failed(*failed);
  auto &reasons = std::get<actors::readiness>(got).reasons;
  if (!reasons.empty())
    return not_ready(std::move(reasons));
  return reply{.body = ready_body()};
}

} // namespace

routes health_routes(const caf::actor &whom) {
  const auto ask_readiness = [whom](const request &, answer_slot &slot) {
    caf::anon_send(whom, actors::read_readiness{
                             slot.expect<actors::readiness_answer>(to_answer)});
    return std::optional<answer>();
  };
  return {
      {method::get, "/health", answer_alive, true},
      {method::get, "/livez", answer_alive, true},
      {method::get, "/readyz", ask_readiness, true},
  };
}

} // namespace wallet::http
