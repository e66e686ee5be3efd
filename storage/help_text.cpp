#include <sstream>

#include "storage/settings.hpp"
#include "storage/settings_table.hpp"

namespace wallet::storage {

namespace {

constexpr const char *introduction =
    "A digital wallet service: exact balances, transfers and history over "
    "HTTP.\n"
    "\n"
    "Usage: wallet COMMAND [--FLAG VALUE]...\n"
    "\n"
    "Commands\n";

constexpr const char *about_settings =
    "\n"
    "Settings\n"
    "  From flags, the environment, or lines NAME=VALUE of a file .env in the\n"
    "  working directory; the first that has one counts. Keep passwords out "
    "of\n"
    "  flags: other users of the machine can read them.\n";

void put_action(const action_row &row, std::ostream &out) {
  out << "  " << row.name << '\n';
  std::istringstream lines{std::string(row.help)};
  for (std::string line; std::getline(lines, line);)
    out << "      " << line << '\n';
  out << "      $ " << row.example << '\n';
}

void put_setting(const setting_row &row, std::ostream &out) {
  out << "  --" << flag_of(row) << ", " << row.name;
  if (!row.default_text.empty())
    out << " (default " << row.default_text << ')';
  out << "\n      " << row.help << "\n      " << allowed_by(row) << '\n';
}

} // namespace

std::string help_text() {
  std::ostringstream out;
  out << introduction;
  for (const auto &row : actions_table())
    put_action(row, out);
  out << about_settings;
  std::string_view section;
  for (const auto &row : settings_table()) {
    if (row.section != section)
      out << '\n' << (section = row.section) << '\n';
    put_setting(row, out);
  }
  return out.str();
}

} // namespace wallet::storage
