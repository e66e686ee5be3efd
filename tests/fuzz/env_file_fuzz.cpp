#include <algorithm>
#include <map>

#include "storage/env_file.hpp"
#include "tests/fuzz/property.hpp"

// The input is the text of a .env file, and choices for one that is sound.

using namespace wallet::storage;
using wallet::fuzzing::require;

namespace {

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) +
         1;
}

bool is_name(std::string_view name) {
  return !name.empty() && !('0' <= name[0] && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' || ('0' <= c && c <= '9') ||
                  ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
         });
}

std::string in_double_quotes(std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// The error names a line that there is, and quotes nothing of it.
void check_error(const std::string &error, std::string_view text) {
  std::size_t line = 0;
  int used = 0;
  require(std::sscanf(error.c_str(), "line %zu is not NAME=value%n", &line,
                      &used) == 1 &&
              static_cast<std::size_t>(used) == error.size(),
          "an error quotes nothing");
  require(1 <= line && line <= lines_of(text), "an error's line exists");
}

void check_bytes(std::string_view text) {
  const auto found = parse_env_file(text);
  if (!found)
    return check_error(found.error(), text);
  std::string written;
  for (const auto &[name, entry] : *found) {
    require(is_name(name), "a name is a name");
    require(1 <= entry.line && entry.line <= lines_of(text), "the line exists");
    require(entry.value.find('\n') == std::string::npos, "values are one line");
    written += name + "=" + in_double_quotes(entry.value) + "\n";
  }
  const auto again = parse_env_file(written);
  require(again && again->size() == found->size(), "names survive");
  for (const auto &[name, entry] : *found)
    require(again->at(name).value == entry.value, "values survive");
}

std::string without(std::string text, std::string_view unwanted) {
  std::erase_if(
      text, [&](char c) { return unwanted.find(c) != std::string_view::npos; });
  return text;
}

/// One of the ways to write a value, with what may stand around it.
std::string any_form(std::string &value, wallet::fuzzing::choices &from) {
  switch (from.ConsumeIntegralInRange(0, 2)) {
  case 0:
    value = without(value, "'");
    return "'" + value + "'";
  case 1:
    return in_double_quotes(value);
  default:
    value = without(value, " \t\r'\"#");
    return value;
  }
}

void check_sound(wallet::fuzzing::choices &from) {
  constexpr const char *names[] = {"PORT", "_a", "DATABASE_URL", "x9"};
  constexpr const char *before[] = {"", "export ", " \t", " export  "};
  constexpr const char *after[] = {"", " ", "\t# comment", "\r", " #\r"};
  std::map<std::string, std::string> wanted;
  std::string text;
  while (from.remaining_bytes() > 0) {
    const std::string name = from.PickValueInArray(names);
    auto value = without(from.ConsumeRandomLengthString(20), "\n");
    const auto form = any_form(value, from);
    text += from.PickValueInArray(before) + name + "=" + form +
            from.PickValueInArray(after) + "\n";
    wanted[name] = value;
  }
  const auto found = parse_env_file(text);
  require(found && found->size() == wanted.size(), "sound lines are taken");
  for (const auto &[name, value] : wanted)
    wallet::fuzzing::require_equal(found->at(name).value, value,
                                   "the last line of a name counts");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  check_bytes({reinterpret_cast<const char *>(data), size});
  wallet::fuzzing::choices from(data, size);
  check_sound(from);
  return 0;
}
