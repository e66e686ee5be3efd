#pragma once

#include <string>
#include <string_view>

#include "actors/answers.hpp"
#include "events/money.hpp"
#include "events/rejection.hpp"
#include "http/answer.hpp"

namespace wallet::http {

// The one place that turns errors into HTTP: every status, code and text of a
// failure is chosen here.

/// A rule of the wallet says no.
problem to_problem(const rejection &why);
/// There is no answer of substance: always 503 and Retry-After.
problem to_problem(actors::failure why);
/// The same of a request that changes nothing: its outcome is never unknown.
problem read_failed(actors::failure why);

// What is wrong with the request itself.
problem no_such_path();
problem no_such_method(std::string allow);
problem no_such_wallet(std::string_view id);
problem bad_amount(amount_error why);
problem zero_amount();
problem bad_idempotency_key();
problem not_json();
problem encoded_body();
problem conditional_request();
problem malformed_json(std::string why);
problem bad_field(std::string why);
problem bad_path();

// What is wrong with its HTTP. All of these close the connection.
problem bad_http(std::string why);
problem bad_version();
problem header_too_large(std::size_t limit);
problem body_too_large(std::size_t limit);
problem bad_expectation();
problem bad_transfer_coding();

// What is wrong on our side.
problem too_many_requests();
problem too_many_connections();
problem not_ready(std::vector<std::string> reasons);

/// The reason phrase of a failure's status (RFC 9110 15).
std::string_view title_of(int status);

/// The body of a failed request. `path` and `request_id` name the request.
std::string problem_body(const problem &what, std::string_view path,
                         std::string_view request_id);

} // namespace wallet::http
