#pragma once

#include <chrono>
#include <string_view>
#include <variant>

#include <spdlog/spdlog.h>

#include "actors/answers.hpp"
#include "storage/event_store.hpp"

namespace wallet::actors {

/// What `call` returns, or store_unavailable; the reason is logged under
/// `what` ("waking wallets").
template <class Call>
auto or_failure(std::string_view what, Call call)
    -> std::variant<failure, decltype(call())> {
  try {
    return call();
  } catch (const storage::unavailable &error) {
    spdlog::warn("{}: {}", what, error.what());
  } catch (const storage::unreadable_event &error) {
    spdlog::error("{}: {}", what, error.what());
  }
  return failure::store_unavailable;
}

/// How long a client's question waits for its turn with an actor that blocks.
/// What comes later is refused: a queue of slow reads must not outlive those
/// who wait for its answers.
constexpr std::chrono::seconds reader_patience{2};

/// or_failure in answer to `asked`, if its turn comes in time.
template <class Question, class Call>
auto in_time(const Question &asked, std::string_view what, Call call)
    -> decltype(or_failure(what, call)) {
  if (std::chrono::steady_clock::now() - asked.asked_at > reader_patience)
    return failure::overloaded;
  return or_failure(what, std::move(call));
}

} // namespace wallet::actors
