#pragma once

#include <functional>
#include <string_view>
#include <variant>
#include <vector>

#include "http/answer.hpp"
#include "http/ask.hpp"
#include "http/request.hpp"

namespace wallet::http {

/// Answers at once, or asks an actor through the slot and returns nothing.
/// Runs on the connection's thread and must not block.
using handler =
    std::function<std::optional<answer>(const request &, answer_slot &)>;

struct route {
  /// get also answers HEAD.
  method verb;
  /// Segments after '/'; `:id` stands for any one that is not empty.
  std::string_view pattern;
  handler run;
  /// Asked by those who decide whether this process lives and gets requests:
  /// answered under overload too.
  bool is_probe = false;
};

using routes = std::vector<route>;

/// The newest so many: a list without a bound would hold a wallet's whole life
/// in memory. About 3 MB of JSON.
constexpr std::size_t longest_list = 10'000;

/// The route of a request, whose `id` is set; or 404, 405, or 400 for a path
/// that is not percent-encoded text.
std::variant<const route *, problem> find_route(const routes &among,
                                                request &asked);

} // namespace wallet::http
