#include "http/routes.hpp"

#include <charconv>
#include <optional>

#include "http/problem.hpp"

namespace wallet::http {

namespace {

/// Takes the first segment off a path that starts with '/'.
std::string_view take_segment(std::string_view &path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// What `:id` stands for, or nothing when the path does not fit. A pattern
/// without `:id` gives an empty text.
std::optional<std::string_view> match(std::string_view pattern,
                                      std::string_view path) {
  std::string_view id;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = take_segment(pattern);
    const auto segment = take_segment(path);
    if (wanted == ":id" && !segment.empty())
      id = segment;
    else if (wanted != segment)
      return std::nullopt;
  }
  if (!pattern.empty() || !path.empty())
    return std::nullopt;
  return id;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front();
      text.remove_prefix(1);
      continue;
    }
    unsigned char byte = 0;
    const auto digits = text.substr(1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || end != digits.data() + 2 || error != std::errc{})
      return std::nullopt;
    decoded += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return decoded;
}

void allow(std::string &methods, method verb) {
  if (!methods.empty())
    methods += ", ";
  methods += verb == method::get ? "GET, HEAD" : "POST";
}

bool serves(const route &found, method verb) {
  return found.verb == verb ||
         (found.verb == method::get && verb == method::head);
}

} // namespace

std::variant<const route *, problem> find_route(const routes &among,
                                                request &asked) {
  std::string allowed;
  for (const auto &candidate : among) {
    const auto id = match(candidate.pattern, asked.path);
    if (!id)
      continue;
    if (!serves(candidate, asked.verb)) {
      allow(allowed, candidate.verb);
      continue;
    }
    auto decoded = decode(*id);
    if (!decoded)
      return bad_path();
    asked.id = *std::move(decoded);
    return &candidate;
  }
  if (allowed.empty())
    return no_such_path();
  return no_such_method(std::move(allowed));
}

} // namespace wallet::http
