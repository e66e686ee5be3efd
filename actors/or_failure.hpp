#pragma once

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

} // namespace wallet::actors
