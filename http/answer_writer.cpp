#include "http/answer_writer.hpp"

#include <atomic>
#include <charconv>
#include <ctime>
#include <random>

#include "http/problem.hpp"

namespace wallet::http {

namespace {

void append_number(std::string &out, std::int64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_field(std::string &out, std::string_view name,
                  std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// The Date field (RFC 9110 6.6.1), made once a second.
std::string_view date() {
  thread_local std::time_t made_for = -1;
  thread_local char text[40];
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    std::tm parts;
    gmtime_r(&now, &parts);
    size =
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_for = now;
  }
  return {text, size};
}

std::string_view status_line(int status) {
  switch (status) {
  case 200:
    return "HTTP/1.1 200 OK\r\n";
  case 400:
    return "HTTP/1.1 400 Bad Request\r\n";
  case 404:
    return "HTTP/1.1 404 Not Found\r\n";
  case 503:
    return "HTTP/1.1 503 Service Unavailable\r\n";
  }
  return {};
}

void append_status(std::string &out, int status) {
  if (const auto line = status_line(status); !line.empty()) {
    out += line;
    return;
  }
  out += "HTTP/1.1 ";
  append_number(out, status);
  out.append(" ").append(title_of(status)).append("\r\n");
}

void append_common(std::string &out, const request &asked, bool closes) {
  append_field(out, "X-Request-Id", asked.request_id);
  append_field(out, "Date", date());
  if (closes)
    append_field(out, "Connection", "close");
  else if (asked.is_http_1_0)
    append_field(out, "Connection", "keep-alive");
}

/// RFC 9110 9.3.2: HEAD tells the length of the body that it does not send.
void append_body(std::string &out, const request &asked,
                 std::string_view body) {
  out += "Content-Length: ";
  append_number(out, static_cast<std::int64_t>(body.size()));
  out += "\r\n\r\n";
  if (asked.verb != method::head)
    out += body;
}

void append(std::string &out, const request &asked, const reply &what,
            bool closes) {
  append_status(out, 200);
  append_field(out, "Content-Type",
               what.is_json ? "application/json" : "text/plain; charset=utf-8");
  if (what.version) {
    out += "ETag: \"";
    append_number(out, raw(*what.version));
    out += "\"\r\n";
  }
  if (!what.location.empty())
    append_field(out, "Location", what.location);
  if (what.is_replay)
    append_field(out, "Idempotency-Replayed", "true");
  append_common(out, asked, closes);
  append_body(out, asked, what.body);
}

void append(std::string &out, const request &asked, const problem &what,
            bool closes) {
  append_status(out, what.status);
  append_field(out, "Content-Type", "application/problem+json");
  if (what.retry_after_s > 0) {
    out += "Retry-After: ";
    append_number(out, what.retry_after_s);
    out += "\r\n";
  }
  if (!what.allow.empty())
    append_field(out, "Allow", what.allow);
  append_common(out, asked, closes);
  append_body(out, asked, problem_body(what, asked.path, asked.request_id));
}

} // namespace

void append_answer(std::string &out, const request &asked, const answer &what,
                   bool closes) {
  std::visit([&](const auto &one) { append(out, asked, one, closes); }, what);
}

std::string make_request_id() {
  static std::atomic<std::uint64_t> next{std::random_device{}() *
                                         0x9e3779b97f4a7c15u};
  // Odd step: all 2^64 numbers come before one returns.
  const auto id =
      next.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (int i = 0; i < 16; ++i)
    text[i] = digits[(id >> (4 * (15 - i))) & 15];
  return text;
}

} // namespace wallet::http
