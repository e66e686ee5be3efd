#include "storage/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "storage/command_line.hpp"
#include "storage/env_file.hpp"
#include "storage/settings_table.hpp"

namespace wallet::storage {

namespace {

constexpr const char *env_file_name = ".env";

/// A text somebody gave for a setting.
struct given_value {
  std::string text;
  /// As in "(from the environment)".
  std::string origin;
};

/// All sources, read and ready for look-ups.
class given_settings {
public:
  given_settings(const setting_sources &sources, const command_line &asked)
      : flags_(asked.settings), environment_(sources.environment) {
    auto parsed = parse_env_file(sources.env_file);
    if (!parsed)
      throw bad_setting(std::string(env_file_name) + ": " + parsed.error());
    env_file_ = std::move(*parsed);
  }

  std::optional<given_value> find(std::string_view name) const {
    const std::string key(name);
    if (const auto flag = flags_.find(key); flag != flags_.end())
      return given_value{flag->second, "the command line"};
    if (const auto set = environment_.find(key); set != environment_.end())
      return given_value{set->second, "the environment"};
    if (const auto line = env_file_.find(key); line != env_file_.end())
      return given_value{line->second.value,
                         std::string(env_file_name) + ", line " +
                             std::to_string(line->second.line)};
    return std::nullopt;
  }

private:
  const std::map<std::string, std::string> &flags_;
  const std::map<std::string, std::string> &environment_;
  std::map<std::string, env_entry> env_file_;
};

void assign_given(const setting_row &row, const given_settings &given,
                  settings &to) {
  const std::string name(row.name);
  const auto value = given.find(row.name);
  if (!value) {
    if (!assign(row, std::string(row.default_text), to))
      throw bad_setting(name + " is not set: it must be " + allowed_by(row));
    return;
  }
  if (assign(row, value->text, to))
    return;
  const auto text = may_hold_password(row) ? shown_without_password(value->text)
                                           : shown(value->text);
  throw bad_setting(name + "='" + text + "' (from " + value->origin +
                    "): it must be " + allowed_by(row));
}

/// What follows from more than one setting.
void complete(settings &to, const given_settings &given) {
  if (to.history_database_url.empty())
    to.history_database_url = to.database_url;
  if (to.kafka->brokers.empty())
    to.kafka.reset();
  if (to.threads == 0)
    to.threads = std::max(1u, std::thread::hardware_concurrency());
  if (to.served == side::history && given.find("PORT"))
    to.http.history_port = to.http.port;
  if (to.asked == action::serve && to.served == side::both &&
      to.http.port == to.http.history_port)
    throw bad_setting("PORT and HISTORY_PORT are both '" +
                      std::to_string(to.http.port) +
                      "': they must be two ports");
}

/// Empty when there is no such file.
std::string text_of_env_file() {
  std::error_code unknown;
  if (!std::filesystem::exists(env_file_name, unknown) && !unknown)
    return {};
  std::ifstream in(env_file_name);
  try {
    if (in.is_open())
      return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure &) {
    // a folder, or the disk
  }
  throw bad_setting(std::string(env_file_name) +
                    " in the working directory cannot be read");
}

} // namespace

setting_sources process_sources(int argument_count,
                                const char *const *arguments) {
  setting_sources sources;
  if (argument_count > 1)
    sources.arguments.assign(arguments + 1, arguments + argument_count);
  for (const auto &row : settings_table())
    if (const char *value = std::getenv(std::string(row.name).c_str()))
      sources.environment.emplace(row.name, value);
  sources.env_file = text_of_env_file();
  return sources;
}

settings parse_settings(const setting_sources &sources) {
  const auto asked = parse_command_line(sources.arguments);
  settings parsed{
      .asked = asked.asked, .served = asked.served, .is_fast = asked.is_fast};
  if (parsed.asked == action::help || parsed.asked == action::version)
    return parsed;
  const given_settings given(sources, asked);
  parsed.kafka.emplace();
  for (const auto &row : settings_table())
    assign_given(row, given, parsed);
  complete(parsed, given);
  return parsed;
}

} // namespace wallet::storage
