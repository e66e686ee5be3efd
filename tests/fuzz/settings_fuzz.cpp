#include <algorithm>

#include "storage/command_line.hpp"
#include "storage/postgres_url.hpp"
#include "storage/settings.hpp"
#include "storage/settings_table.hpp"
#include "storage/unavailable.hpp"
#include "tests/fuzz/property.hpp"

// The input is what stands around a password in a database URL, and in the
// three places where settings come from.

using namespace wallet::storage;
using wallet::fuzzing::require;

namespace {

/// Nothing that an input could hold by chance.
const std::string secret = "K7zQ-secret-vX2";

bool is_told(std::string_view text) {
  return text.find(secret) != std::string_view::npos;
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
}

/// Where a password stands in what people write; what is before it is sane.
std::string url_with_password(const std::string &around, bool is_url) {
  const auto middle = std::min<std::size_t>(around.size(), 8);
  const auto password = around.substr(0, middle) + secret;
  return is_url ? "postgresql://u:" + password + around.substr(middle)
                : "host=h password='" + password + "'" + around.substr(middle);
}

void check_url(const std::string &url) {
  try {
    const postgres_url parsed(url);
    const auto found = parsed.keywords().find("password");
    if (found == parsed.keywords().end())
      return;
    const auto password = found->second;
    const auto said = parsed.redact("before " + password + " after\n");
    require(said.size() <= 3 * (password.size() + 20),
            "redacting does not blow a text up");
    if (is_told(password)) {
      require(!is_told(parsed.place()), "a place has no password");
      require(!is_told(said), "a password is redacted");
    }
    require(said.find('\n') == std::string::npos, "an error is one line");
  } catch (const not_connected &error) {
    require(!is_told(error.what()), "a refused URL is not quoted");
  }
}

void check_sound(const settings &found) {
  if (found.asked == action::help || found.asked == action::version)
    return;
  require(found.threads >= 1, "there is a thread");
  require(found.http.port > 0 && found.http.history_port > 0, "ports are set");
  require(found.http.max_header_bytes >= 1'024 &&
              found.http.max_header_bytes <= 1'048'576 &&
              found.http.max_body_bytes <= 16'777'216 &&
              found.http.max_connections >= 1 && found.http.max_in_flight >= 1,
          "limits are within their limits");
  require(!found.database_url.empty() && !found.history_database_url.empty(),
          "there are databases");
}

std::string one_of_all_settings(wallet::fuzzing::choices &from) {
  const auto table = settings_table();
  return std::string(
      table[from.ConsumeIntegralInRange<std::size_t>(0, table.size() - 1)]
          .name);
}

/// A flag, a word, or anything.
std::string make_argument(wallet::fuzzing::choices &from) {
  constexpr const char *words[] = {"serve",  "migrate", "verify", "lag",
                                   "--only", "wallet",  "--help", "--"};
  switch (from.ConsumeIntegralInRange(0, 3)) {
  case 0:
    return from.PickValueInArray(words);
  case 1:
    for (const auto &row : settings_table())
      if (row.name == one_of_all_settings(from))
        return "--" + flag_of(row) + (from.ConsumeBool() ? "=" : "");
    return "--port";
  case 2:
    return from.ConsumeRandomLengthString(30);
  default:
    return "--database-url=" +
           url_with_password(from.ConsumeRandomLengthString(30), true);
  }
}

setting_sources make_sources(wallet::fuzzing::choices &from) {
  setting_sources sources;
  for (auto left = from.ConsumeIntegralInRange(0, 4); left > 0; --left)
    sources.arguments.push_back(make_argument(from));
  for (auto left = from.ConsumeIntegralInRange(0, 3); left > 0; --left)
    sources.environment[one_of_all_settings(from)] =
        from.ConsumeRandomLengthString(30);
  if (from.ConsumeBool())
    sources.environment["DATABASE_URL"] = url_with_password(
        from.ConsumeRandomLengthString(40), from.ConsumeBool());
  sources.env_file = from.ConsumeRemainingBytesAsString();
  return sources;
}

void check_sources(const setting_sources &sources) {
  try {
    check_sound(parse_settings(sources));
  } catch (const bad_setting &error) {
    require(is_one_line(error.what()), "what is wrong is said in one line");
    require(!is_told(error.what()), "an error has no password");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  if (is_told(text)) // libFuzzer has learned it from a comparison
    return 0;
  wallet::fuzzing::choices from(data, size);
  if (from.ConsumeBool()) {
    check_sources(make_sources(from));
  } else {
    check_url(text);
    check_url(url_with_password(text, true));
    check_url(url_with_password(text, false));
  }
  require(shown(text).size() <= 63 && is_one_line(shown(text)),
          "a value is shown in one short line");
  return 0;
}
