#include "http/request_parser.hpp"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include "http/problem.hpp"

namespace wallet::http {

namespace {

namespace beast = boost::beast;
using beast::iequals;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

constexpr std::string_view line_end = "\r\n";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// What other parsers are known to read in another way than Beast; in whole
/// lines.
std::optional<problem> find_ambiguity(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find(line_end);
    const auto line = lines.substr(0, end);
    if (std::any_of(line.begin(), line.end(), is_control))
      return bad_http("a control character in a field");
    lines.remove_prefix(end + line_end.size());
    if (lines.starts_with(' ') || lines.starts_with('\t'))
      return bad_http("a field over several lines");
  }
  return std::nullopt;
}

/// A client's X-Request-Id is echoed and logged: printable, short, no quotes.
bool is_sane_request_id(std::string_view id) {
  constexpr std::size_t longest = 128;
  return !id.empty() && id.size() <= longest &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return c > ' ' && c <= '~' && c != '"' && c != '\\';
         });
}

/// The path of an origin-form or absolute-form target (RFC 9112 3.2), or
/// nothing.
std::optional<std::string_view> path_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (iequals(beast::string_view(target).substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      const auto path = target.find_first_of("/?");
      if (path == 0 || path == std::string_view::npos || target[path] == '?')
        return std::nullopt;
      target.remove_prefix(path);
    }
  if (target.empty() || target.front() != '/')
    return std::nullopt;
  return target.substr(0, target.find_first_of("?#"));
}

} // namespace

request_parser::request_parser(const limits &granted) : granted_(granted) {
  // Our reader looks for the end of the head before Beast does.
  header_limit(static_cast<std::uint32_t>(granted.header_bytes));
  body_limit(granted.body_bytes);
  eager(true);
}

std::size_t request_parser::feed(std::string_view bytes) {
  const auto used = chunks_ ? feed_chunks(bytes) : feed_head_or_body(bytes);
  if (is_whole())
    request_.keep_alive = keep_alive();
  return used;
}

std::size_t request_parser::feed_head_or_body(std::string_view bytes) {
  if (!is_header_done() && !wrong_)
    wrong_ = find_ambiguity(bytes);
  std::size_t used = 0;
  while (!is_done() && !wrong_ && used < bytes.size()) {
    error_code ec;
    const auto rest = bytes.substr(used);
    const auto step = put(boost::asio::buffer(rest.data(), rest.size()), ec);
    used += step;
    if (ec == beast::http::error::need_more)
      break;
    if (ec && !wrong_)
      wrong_ = to_problem(ec);
  }
  if (!is_header_done() && !wrong_)
    wrong_ = bad_http("the request line or a field is not whole");
  if (!wrong_ && chunked())
    chunks_.emplace(granted_);
  return used;
}

std::size_t request_parser::feed_chunks(std::string_view bytes) {
  const auto used = chunks_->feed(bytes, request_.body);
  wrong_ = chunks_->wrong();
  return used;
}

void request_parser::refuse(problem why, error_code &ec) {
  wrong_ = std::move(why);
  ec = beast::http::error::bad_field;
}

problem request_parser::to_problem(const error_code &ec) const {
  namespace http = beast::http;
  if (ec == http::error::body_limit)
    return body_too_large(granted_.body_bytes);
  if (ec == http::error::header_limit)
    return header_too_large(granted_.header_bytes);
  if (ec == http::error::bad_version)
    return bad_version();
  return bad_http(ec.message());
}

void request_parser::on_request_impl(verb name, text, text target, int version,
                                     error_code &ec) {
  request_.is_http_1_0 = version == 10;
  if (name == verb::get)
    request_.verb = method::get;
  else if (name == verb::post)
    request_.verb = method::post;
  else if (name == verb::head)
    request_.verb = method::head;
  const auto path = path_of(view(target));
  if (!path)
    return refuse(bad_http("the target must be a path"), ec);
  request_.path = *path;
}

void request_parser::on_field_impl(field name, text name_text, text value,
                                   error_code &ec) {
  if (is_head_done_)
    return; // trailers mean nothing here
  switch (name) {
  case field::host:
    return on_host(ec);
  case field::content_length:
    return on_content_length(view(value), ec);
  case field::transfer_encoding:
    return on_transfer_encoding(view(value), ec);
  case field::expect:
    return on_expect(view(value), ec);
  case field::content_type:
    request_.content_type = view(value);
    return;
  case field::content_encoding:
    request_.is_plain = request_.is_plain && iequals(value, "identity");
    return;
  case field::if_match:
  case field::if_unmodified_since:
    request_.is_conditional = true;
    return;
  default:
    return on_other_field(view(name_text), view(value));
  }
}

void request_parser::on_host(error_code &ec) {
  if (++hosts_ > 1)
    refuse(bad_http("two Host fields"), ec);
}

void request_parser::on_content_length(std::string_view value, error_code &ec) {
  const bool is_number =
      value.find_first_not_of("0123456789") == std::string_view::npos;
  if (++content_lengths_ > 1 || !is_number)
    refuse(bad_http("Content-Length must be one number"), ec);
}

void request_parser::on_transfer_encoding(std::string_view value,
                                          error_code &ec) {
  if (request_.is_http_1_0)
    refuse(bad_http("HTTP/1.0 has no Transfer-Encoding"), ec);
  else if (!iequals(value, "chunked"))
    refuse(bad_transfer_coding(), ec);
}

void request_parser::on_expect(std::string_view value, error_code &ec) {
  if (!iequals(value, "100-continue"))
    refuse(bad_expectation(), ec);
  // RFC 9110 10.1.1: an expectation of HTTP/1.0 is ignored.
  expects_continue_ = !request_.is_http_1_0;
}

void request_parser::on_other_field(std::string_view name,
                                    std::string_view value) {
  if (iequals(name, "idempotency-key")) {
    request_.idempotency_key = request_.has_idempotency_key ? "" : value;
    request_.has_idempotency_key = true;
  } else if (iequals(name, "x-request-id") && is_sane_request_id(value)) {
    request_.request_id = value;
  }
}

void request_parser::on_header_impl(error_code &ec) {
  is_head_done_ = true;
  if (hosts_ == 0 && !request_.is_http_1_0)
    refuse(bad_http("the Host field is missing"), ec);
}

std::size_t request_parser::on_body_impl(text bytes, error_code &) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace wallet::http
