#include "storage/postgres_url.hpp"

#include <algorithm>
#include <memory>

#include <libpq-fe.h>

#include "storage/unavailable.hpp"

namespace wallet::storage {

namespace {

bool has_ambiguous_host(const std::string &url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos)
    return false;
  const auto begin = url.begin() + static_cast<std::ptrdiff_t>(scheme) + 3;
  const auto end = std::find_if(begin, url.end(),
                                [](char c) { return c == '/' || c == '?'; });
  return std::count(begin, end, '@') > 1;
}

void hide(std::string &text, const std::string &password) {
  constexpr std::string_view instead = "***";
  if (password.empty())
    return;
  for (auto at = text.find(password); at != std::string::npos;
       at = text.find(password, at + instead.size()))
    text.replace(at, password.size(), instead);
}

struct free_options {
  void operator()(PQconninfoOption *options) const { PQconninfoFree(options); }
};

} // namespace

postgres_url::postgres_url(const std::string &url) {
  if (has_ambiguous_host(url))
    throw not_connected("the database URL has more than one '@' before its "
                        "host: write %40 in the user and the password");
  // libpq's own message would quote the URL.
  char *message = nullptr;
  const std::unique_ptr<PQconninfoOption, free_options> options(
      PQconninfoParse(url.c_str(), &message));
  PQfreemem(message);
  if (!options)
    throw not_connected("the database URL is not one that libpq can read, like "
                        "postgresql://user:password@host:5432/database");
  for (auto *option = options.get(); option->keyword; ++option)
    if (option->val)
      keywords_.emplace(option->keyword, option->val);
}

std::string postgres_url::place() const {
  const auto given = [&](const std::string &keyword) {
    const auto found = keywords_.find(keyword);
    return found == keywords_.end() ? std::string() : found->second;
  };
  auto place = given("host").empty() ? given("hostaddr") : given("host");
  if (place.empty())
    place = "the default host";
  if (const auto port = given("port"); !port.empty())
    place += ":" + port;
  if (const auto database = given("dbname"); !database.empty())
    place += "/" + database;
  return place;
}

std::string postgres_url::redact(std::string text) const {
  // First, while a line end in the password is one in the text.
  hide(text, keywords_.contains("password") ? keywords_.at("password") : "");
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

} // namespace wallet::storage
