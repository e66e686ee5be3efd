#include "storage/command_line.hpp"

#include <algorithm>
#include <optional>

#include <boost/program_options.hpp>

#include "storage/settings_table.hpp"

namespace wallet::storage {

namespace {

namespace options = boost::program_options;

constexpr const char *hint = " (see wallet --help)";

std::string printable(std::string text) {
  for (char &c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = '?';
  return text;
}

options::options_description known_flags() {
  options::options_description known;
  auto add = known.add_options();
  add("help,h", "")("version", "")("fast", "");
  add("only", options::value<std::string>());
  for (const auto &row : settings_table())
    add(flag_of(row).c_str(), options::value<std::string>());
  return known;
}

/// `--name=value` in two, so that the library takes an empty value and its
/// errors quote no value.
std::vector<std::string> split_at_equals(const std::vector<std::string> &from) {
  std::vector<std::string> split;
  for (const auto &argument : from) {
    const auto equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos) {
      split.push_back(argument);
      continue;
    }
    split.push_back(argument.substr(0, equals));
    split.push_back(argument.substr(equals + 1));
  }
  return split;
}

/// The library makes its errors from templates, and does not come to an end
/// (1.81) when what it takes for a flag holds one of their placeholders.
void refuse_placeholders(const std::vector<std::string> &split) {
  for (const auto &one : split)
    if (one.starts_with('-') && one.find('%') != std::string::npos)
      throw bad_setting("unrecognised option '" + shown_without_password(one) +
                        "'" + hint);
}

/// Flags and words in the order of the command line.
std::vector<options::option>
parse_options(const std::vector<std::string> &arguments) {
  namespace style = options::command_line_style;
  const auto split = split_at_equals(arguments);
  refuse_placeholders(split);
  const auto known = known_flags();
  try {
    return options::command_line_parser(split)
        .options(known)
        .style(style::unix_style & ~style::allow_guessing)
        .run()
        .options;
  } catch (const options::error &error) {
    // It quotes what it did not understand.
    throw bad_setting(printable(error.what()) + hint);
  }
}

action action_named(const std::string &name) {
  for (const auto &row : actions_table())
    if (row.name == name)
      return row.meant;
  throw bad_setting("there is no command '" + shown_without_password(name) +
                    "'" + hint);
}

side side_named(const std::string &name) {
  if (name == "wallet")
    return side::wallet;
  if (name == "history")
    return side::history;
  throw bad_setting("--only '" + shown_without_password(name) +
                    "': it must be wallet or history");
}

/// The value of a flag; the next flag is none.
const std::string &value_of(const options::option &flag) {
  const auto &value = flag.value.front();
  if (value.starts_with("--"))
    throw bad_setting("--" + flag.string_key + " needs a value" + hint);
  return value;
}

void refuse_repetition(bool is_repeated, const std::string &flag) {
  if (is_repeated)
    throw bad_setting("--" + flag + " is given twice" + hint);
}

/// What the parts of the command line say, one after another.
struct reading {
  std::optional<action> asked;
  std::optional<side> only;
  bool is_fast = false;
  std::map<std::string, std::string> settings;

  void add_word(const std::string &word) {
    if (asked)
      throw bad_setting("'" + shown_without_password(word) +
                        "' is one word too many" + hint);
    asked = action_named(word);
  }

  void add_flag(const options::option &flag) {
    const auto &name = flag.string_key;
    if (name == "fast") {
      refuse_repetition(is_fast, name);
      is_fast = true;
      return;
    }
    if (name == "only") {
      refuse_repetition(only.has_value(), name);
      only = side_named(value_of(flag));
      return;
    }
    for (const auto &row : settings_table())
      if (flag_of(row) == name)
        refuse_repetition(!settings.emplace(row.name, value_of(flag)).second,
                          name);
  }
};

/// `--help` and `--version` count wherever they stand.
std::optional<action>
information_asked(const std::vector<options::option> &given) {
  for (const auto &flag : given)
    if (flag.string_key == "help" || flag.string_key == "version")
      return action_named("--" + flag.string_key);
  return std::nullopt;
}

} // namespace

command_line parse_command_line(const std::vector<std::string> &arguments) {
  const auto given = parse_options(arguments);
  if (const auto information = information_asked(given))
    return {.asked = *information};
  reading read;
  for (const auto &one : given)
    if (one.string_key.empty())
      read.add_word(one.value.front());
    else
      read.add_flag(one);
  if (!read.asked)
    throw bad_setting("no command: say what to do, like wallet serve" +
                      std::string(hint));
  if (read.only && read.asked != action::serve)
    throw bad_setting("--only goes with serve alone" + std::string(hint));
  if (read.is_fast && read.asked != action::verify)
    throw bad_setting("--fast goes with verify alone" + std::string(hint));
  return {*read.asked, read.only.value_or(side::both), read.is_fast,
          std::move(read.settings)};
}

std::string shown(const std::string &value) {
  constexpr std::size_t longest = 60;
  const auto text = printable(value.substr(0, longest));
  return value.size() > longest ? text + "..." : text;
}

std::string shown_without_password(const std::string &value) {
  // It comes after "user:" in a URL and after "password=" elsewhere; '%' and
  // '\\' may hide either.
  const auto scheme = value.find("://");
  const auto colon =
      value.find(':', scheme == std::string::npos ? 0 : scheme + 3);
  const auto end = std::min(
      {colon, value.find_first_of("%\\"), value.find("pass"), value.size()});
  return end == value.size() ? shown(value)
                             : shown(value.substr(0, end)) + "***";
}

} // namespace wallet::storage
