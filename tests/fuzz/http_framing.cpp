#include "tests/fuzz/http_framing.hpp"

#include <algorithm>
#include <vector>

namespace wallet::fuzzing {

namespace {

using text = std::string_view;

constexpr text line_end = "\r\n";
constexpr text blanks = " \t";

bool is_digit(char c) { return '0' <= c && c <= '9'; }

/// RFC 9110 5.6.2.
bool is_token(text name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_digit(c) || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
           text("!#$%&'*+-.^_`|~").find(c) != text::npos;
  });
}

/// RFC 9110 5.5: no control character but the tabulator.
bool is_field_content(text value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
  });
}

text trimmed(text value) {
  const auto begin = value.find_first_not_of(blanks);
  if (begin == text::npos)
    return {};
  return value.substr(begin, value.find_last_not_of(blanks) - begin + 1);
}

std::string lower(text from) {
  std::string lowered(from);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return lowered;
}

/// Takes a line and its end off; nothing when there is none.
std::optional<text> take_line(text &bytes) {
  const auto end = bytes.find(line_end);
  if (end == text::npos)
    return std::nullopt;
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + line_end.size());
  return line;
}

/// What says how long the body is.
struct framing_fields {
  std::vector<std::string> lengths, codings;
};

bool take_fields(text &bytes, framing_fields &into) {
  for (;;) {
    const auto line = take_line(bytes);
    if (!line)
      return false;
    if (line->empty())
      return true;
    const auto colon = line->find(':');
    if (colon == text::npos || !is_token(line->substr(0, colon)) ||
        !is_field_content(line->substr(colon + 1)))
      return false;
    const auto name = lower(line->substr(0, colon));
    const auto value = lower(trimmed(line->substr(colon + 1)));
    if (name == "content-length")
      into.lengths.push_back(value);
    if (name == "transfer-encoding")
      into.codings.push_back(value);
  }
}

/// At most 2^40: more than any input has.
std::optional<std::size_t> number(text digits, int base) {
  std::size_t value = 0;
  if (digits.empty())
    return std::nullopt;
  for (const char c : lower(digits)) {
    const auto digit = text("0123456789abcdef").find(c);
    if (digit >= static_cast<std::size_t>(base))
      return std::nullopt;
    value = std::min(value * static_cast<std::size_t>(base) + digit,
                     std::size_t{1} << 40);
  }
  return value;
}

std::optional<std::string> take_bytes(text &bytes, std::size_t size) {
  if (bytes.size() < size)
    return std::nullopt;
  std::string taken(bytes.substr(0, size));
  bytes.remove_prefix(size);
  return taken;
}

/// chunk-size [ chunk-ext ], RFC 9112 7.1.
std::optional<std::size_t> chunk_size(text line) {
  const auto end = line.find_first_of("; \t");
  if (end != text::npos && !is_field_content(line.substr(end)))
    return std::nullopt;
  if (end != text::npos && !trimmed(line.substr(end)).starts_with(';'))
    return std::nullopt;
  return number(line.substr(0, end), 16);
}

std::optional<std::string> take_chunks(text &bytes) {
  std::string body;
  for (;;) {
    const auto line = take_line(bytes);
    const auto size = line ? chunk_size(*line) : std::nullopt;
    if (!size)
      return std::nullopt;
    framing_fields trailers;
    if (*size == 0)
      return take_fields(bytes, trailers) ? std::optional(body) : std::nullopt;
    const auto chunk = take_bytes(bytes, *size);
    if (!chunk || !bytes.starts_with(line_end))
      return std::nullopt;
    bytes.remove_prefix(line_end.size());
    body += *chunk;
  }
}

std::optional<std::string> take_body(text &bytes, const framing_fields &of) {
  if (of.codings.empty() && of.lengths.empty())
    return "";
  if (of.codings.size() + of.lengths.size() != 1)
    return std::nullopt;
  if (!of.codings.empty())
    return of.codings[0] == "chunked" ? take_chunks(bytes) : std::nullopt;
  const auto size = number(of.lengths[0], 10);
  return size ? take_bytes(bytes, *size) : std::nullopt;
}

bool take_start(text &bytes, framed &into) {
  const auto line = take_line(bytes);
  if (!line || std::count(line->begin(), line->end(), ' ') != 2)
    return false;
  const auto first = line->find(' '), last = line->rfind(' ');
  into.method = line->substr(0, first);
  into.target = line->substr(first + 1, last - first - 1);
  const auto version = line->substr(last + 1);
  return is_token(into.method) && !into.target.empty() &&
         is_field_content(into.target) &&
         into.target.find_first_of(blanks) == text::npos &&
         (version == "HTTP/1.1" || version == "HTTP/1.0");
}

} // namespace

std::optional<framed> first_message(text bytes) {
  while (bytes.starts_with(line_end))
    bytes.remove_prefix(line_end.size());
  const auto all = bytes;
  framed message;
  framing_fields fields;
  if (!take_start(bytes, message) || !take_fields(bytes, fields))
    return std::nullopt;
  message.head = all.substr(0, all.size() - bytes.size());
  auto body = take_body(bytes, fields);
  if (!body)
    return std::nullopt;
  message.body = *std::move(body);
  message.rest = bytes;
  return message;
}

} // namespace wallet::fuzzing
