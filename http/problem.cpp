#include "http/problem.hpp"

#include "http/json_writer.hpp"

namespace wallet::http {

namespace {

using actors::failure;

int status_of(rejection_code code) {
  switch (code) {
  case rejection_code::invalid_amount:
  case rejection_code::same_wallet:
  case rejection_code::insufficient_balance:
  case rejection_code::balance_limit_exceeded:
    return 400;
  case rejection_code::wallet_not_found:
  case rejection_code::receiver_not_found:
    return 404;
  case rejection_code::wallet_exists:
    return 409;
  case rejection_code::idempotency_key_reused:
  case rejection_code::currency_mismatch:
    return 422;
  }
  return 500;
}

/// Another amount, another day: the same request may go through later.
bool may_succeed_later(rejection_code code) {
  return code == rejection_code::insufficient_balance ||
         code == rejection_code::balance_limit_exceeded;
}

/// For causes that pass within a moment.
constexpr int soon_s = 1;
/// A standby takes over when the owner's lease of 5 s ends.
constexpr int takeover_s = 5;

problem unavailable(std::string_view code, std::string text,
                    int retry_after_s = soon_s) {
  return {.status = 503,
          .code = code,
          .text = std::move(text),
          .is_retryable = true,
          .retry_after_s = retry_after_s};
}

problem refused(int status, std::string_view code, std::string text) {
  return {.status = status, .code = code, .text = std::move(text)};
}

problem closing(problem what) {
  what.closes = true;
  return what;
}

} // namespace

problem to_problem(const rejection &why) {
  problem made = refused(status_of(why.code), name_of(why.code), why.text());
  made.is_retryable = may_succeed_later(why.code);
  return made;
}

problem to_problem(failure why) {
  switch (why) {
  case failure::outcome_unknown:
    return unavailable(
        "outcome_unknown",
        "The request was done once or not at all: repeat it with the same "
        "Idempotency-Key to find out. Without a key, read the wallet first");
  case failure::store_unavailable:
    return unavailable("store_unavailable",
                       "Nothing was done, the database does not answer: "
                       "repeat the request later");
  case failure::standby:
    return unavailable("standby",
                       "Nothing was done, another node serves the wallets: "
                       "ask that one, or repeat the request later",
                       takeover_s);
  case failure::overloaded:
    return too_many_requests();
  case failure::stopping:
    return closing(unavailable("stopping",
                               "Nothing was done, the service is stopping: "
                               "connect again and repeat the request"));
  }
  return refused(500, "internal_error", "Internal error");
}

problem read_failed(failure why) {
  return to_problem(why == failure::outcome_unknown ? failure::store_unavailable
                                                    : why);
}

problem no_such_path() {
  return refused(404, "not_found",
                 "There is nothing at this path: wallets are on PORT (3000), "
                 "history and activity on HISTORY_PORT (3001)");
}

problem no_such_method(std::string allow) {
  problem made = refused(405, "method_not_allowed",
                         "This path answers " + allow + " only");
  made.allow = std::move(allow);
  return made;
}

problem no_such_wallet(std::string_view id) {
  return refused(404, name_of(rejection_code::wallet_not_found),
                 "Wallet not found: " + to_utf8(id));
}

problem bad_amount(amount_error why) {
  return refused(400, name_of(rejection_code::invalid_amount),
                 "Invalid amount: " + std::string(describe(why)));
}

problem zero_amount() {
  return to_problem(rejection{.code = rejection_code::invalid_amount});
}

problem bad_idempotency_key() {
  return refused(400, "invalid_idempotency_key",
                 "Idempotency-Key must be 1 to 255 printable ASCII characters, "
                 "sent once");
}

problem not_json() {
  return refused(415, "unsupported_media_type",
                 "Send the body as Content-Type: application/json");
}

problem encoded_body() {
  return refused(415, "unsupported_media_type",
                 "Send the body without Content-Encoding");
}

problem conditional_request() {
  return refused(501, "precondition_not_implemented",
                 "Conditional requests are not implemented: repeat it without "
                 "If-Match and If-Unmodified-Since");
}

problem malformed_json(std::string why) {
  return refused(400, "malformed_json",
                 "The body is not a JSON text: " + std::move(why));
}

problem bad_field(std::string why) {
  return refused(422, "invalid_field", std::move(why));
}

problem bad_path() {
  return refused(400, "bad_request",
                 "The path is not valid percent-encoding (RFC 3986 2.1)");
}

problem bad_http(std::string why) {
  return closing(refused(400, "bad_request",
                         "This is not an HTTP/1.1 request: " + std::move(why)));
}

problem bad_version() {
  return closing(refused(505, "http_version_not_supported",
                         "This service speaks HTTP/1.1 and HTTP/1.0"));
}

problem header_too_large(std::size_t limit) {
  return closing(refused(431, "header_too_large",
                         "The request line and fields exceed " +
                             std::to_string(limit) + " bytes"));
}

problem body_too_large(std::size_t limit) {
  return closing(
      refused(413, "body_too_large",
              "The body exceeds " + std::to_string(limit) + " bytes"));
}

problem bad_expectation() {
  return closing(refused(417, "expectation_failed",
                         "The only expectation known here is 100-continue"));
}

problem bad_transfer_coding() {
  return closing(refused(501, "transfer_coding_not_implemented",
                         "The only transfer coding known here is chunked"));
}

problem too_many_requests() {
  return unavailable("overloaded",
                     "Nothing was done, too many requests are under way: "
                     "repeat the request later");
}

problem too_many_connections() {
  return closing(unavailable("too_many_connections",
                             "Nothing was done, too many connections are open: "
                             "connect again later"));
}

problem not_ready(std::vector<std::string> reasons) {
  std::string text = "Not ready";
  for (const auto &reason : reasons)
    text += (&reason == &reasons.front() ? ": " : "; ") + reason;
  problem made = unavailable("not_ready", std::move(text));
  made.reasons = std::move(reasons);
  return made;
}

std::string_view title_of(int status) {
  switch (status) {
  case 400:
    return "Bad Request";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 415:
    return "Unsupported Media Type";
  case 417:
    return "Expectation Failed";
  case 422:
    return "Unprocessable Content";
  case 431:
    return "Request Header Fields Too Large";
  case 501:
    return "Not Implemented";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  }
  return "Internal Server Error";
}

std::string problem_body(const problem &what, std::string_view path,
                         std::string_view request_id) {
  json_writer out;
  out.begin_object();
  out.field("success", false);
  out.field("error", what.text);
  out.field("code", what.code);
  out.field("retryable", what.is_retryable);
  out.field("request_id", request_id);
  out.field("type", "urn:digital-wallet:problem:" + std::string(what.code));
  out.field("title", title_of(what.status));
  out.field("status", what.status);
  out.field("detail", what.text);
  out.field("instance", to_utf8(path));
  if (!what.reasons.empty()) {
    out.key("reasons");
    out.begin_array();
    for (const auto &reason : what.reasons)
      out.value(reason);
    out.end_array();
  }
  out.end_object();
  return out.text();
}

} // namespace wallet::http
