#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/settings.hpp"

namespace wallet::storage {

/// The command line taken apart; the values are not checked yet.
struct command_line {
  action asked{};
  side served = side::both;
  bool is_fast = false;
  /// By the setting's name: {"PORT", "3000"} for `--port 3000`.
  std::map<std::string, std::string> settings;
};

/// Raises bad_setting for anything that is no action, no flag, or no value.
command_line parse_command_line(const std::vector<std::string> &arguments);

/// A value as an error shows it: one line, of 60 characters at most.
std::string shown(const std::string &value);

/// The same, and cut where the password of a database URL may begin.
std::string shown_without_password(const std::string &value);

} // namespace wallet::storage
