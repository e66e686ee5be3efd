#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "storage/settings.hpp"

namespace wallet::storage {

/// A whole number from `min` to `max`.
struct number_rule {
  std::int64_t min, max;
  void (*assign)(settings &, std::int64_t);
};

/// A text that `accepts` agrees to.
struct text_rule {
  /// What is allowed, as the end of "must be ...".
  std::string_view allowed;
  bool (*accepts)(const std::string &);
  void (*assign)(settings &, const std::string &);
  /// Then the value is never shown whole.
  bool may_hold_password = false;
};

/// One setting of the service.
struct setting_row {
  /// A heading of the help.
  std::string_view section;
  /// In the environment and in `.env`; see flag_of for the command line.
  std::string_view name;
  /// One that is refused itself means that the setting must be given.
  std::string_view default_text;
  std::string_view help;
  std::variant<number_rule, text_rule> rule;
};

/// All settings, in the order of the help and of .env.example.
std::span<const setting_row> settings_table();

/// "kafka-topic" for KAFKA_TOPIC.
std::string flag_of(const setting_row &row);

/// "a whole number from 1 to 65535"
std::string allowed_by(const setting_row &row);

bool may_hold_password(const setting_row &row);

/// False, and nothing is assigned, when the row refuses the text.
bool assign(const setting_row &row, const std::string &text, settings &to);

/// One action of the binary as the command line names it.
struct action_row {
  std::string_view name;
  action meant;
  std::string_view help;
  std::string_view example;
};

std::span<const action_row> actions_table();

} // namespace wallet::storage
