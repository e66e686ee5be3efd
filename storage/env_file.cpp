#include "storage/env_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wallet::storage {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_blank_or_comment(std::string_view text) {
  const auto rest = trimmed(text);
  return rest.empty() || rest.front() == '#';
}

bool is_name(std::string_view text) {
  constexpr std::string_view digits_and_letters =
      "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         text.find_first_not_of(digits_and_letters) == std::string_view::npos;
}

/// The value that begins with a quote; nothing when the quote does not end or
/// when more than a comment follows it.
std::optional<std::string> quoted_value(std::string_view text) {
  const char quote = text.front();
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == quote) {
      if (!is_blank_or_comment(text.substr(at + 1)))
        return std::nullopt;
      return value;
    }
    const bool is_escape = quote == '"' && text[at] == '\\' &&
                           at + 1 < text.size() &&
                           (text[at + 1] == '"' || text[at + 1] == '\\');
    value += is_escape ? text[++at] : text[at];
  }
  return std::nullopt;
}

std::string plain_value(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] == '#' &&
        (at == 0 || blanks.find(text[at - 1]) != std::string_view::npos))
      text = text.substr(0, at);
  return std::string(trimmed(text));
}

/// Name and value of a line that is not blank.
std::optional<std::pair<std::string, std::string>>
parse_line(std::string_view line) {
  constexpr std::string_view prefix = "export ";
  line = trimmed(line);
  if (line.starts_with(prefix))
    line = trimmed(line.substr(prefix.size()));
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || !is_name(line.substr(0, equals)))
    return std::nullopt;
  std::pair<std::string, std::string> entry;
  entry.first = line.substr(0, equals);
  const auto value = line.substr(equals + 1);
  const auto begin = value.find_first_not_of(blanks);
  if (begin == std::string_view::npos ||
      (value[begin] != '\'' && value[begin] != '"')) {
    entry.second = plain_value(value);
    return entry;
  }
  auto quoted = quoted_value(value.substr(begin));
  if (!quoted)
    return std::nullopt;
  entry.second = std::move(*quoted);
  return entry;
}

} // namespace

boost::system::result<std::map<std::string, env_entry>, std::string>
parse_env_file(std::string_view text) {
  std::map<std::string, env_entry> entries;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (is_blank_or_comment(line))
      continue;
    auto entry = parse_line(line);
    if (!entry)
      return "line " + std::to_string(number) + " is not NAME=value";
    entries[std::move(entry->first)] = {std::move(entry->second), number};
  }
  return entries;
}

} // namespace wallet::storage
