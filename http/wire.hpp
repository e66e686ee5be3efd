#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/answers.hpp"
#include "events/command.hpp"
#include "http/answer.hpp"

namespace wallet::http {

// The JSON of requests and answers: the only place that knows it.

template <class T> using parsed = std::variant<problem, T>;

/// A transfer's receiver as the client wrote it: what is not one of our ids is
/// a wallet that does not exist, not a malformed request.
struct transfer_request {
  std::string to_wallet_id;
  money amount;
};

// Bodies: one JSON object; unknown fields are ignored, a known field twice, bad
// UTF-8 and trailing bytes are refused. Memory is bounded by the body's size,
// depth costs no stack.

parsed<create_wallet> read_create(std::string_view body);
parsed<fund> read_fund(std::string_view body);
parsed<transfer_request> read_transfer(std::string_view body);

// Answers, in the envelope of successes.

std::string wallet_body(const wallet_state &wallet);
std::string wallets_body(const std::vector<wallet_state> &wallets);
std::string transfer_body(const actors::transfer_legs &legs);
std::string history_body(const std::vector<recorded_event> &events);
std::string ready_body();

} // namespace wallet::http
