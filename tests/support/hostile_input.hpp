#pragma once

#include <string>
#include <vector>

namespace wallet::testing {

/// A message that two HTTP parsers could read in two ways (request smuggling),
/// or that is none, and the status of its only answer.
struct hostile_request {
  std::string bytes;
  int status;
};

std::vector<hostile_request> hostile_requests();

/// Bodies of `POST /wallets` that are no JSON text, or one that means two
/// things: 400 each.
std::vector<std::string> hostile_bodies();

/// What stands between the quotes of an amount that is refused, not rounded:
/// 400 each.
std::vector<std::string> hostile_amounts();

} // namespace wallet::testing
