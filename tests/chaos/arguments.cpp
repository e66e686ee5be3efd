#include "tests/chaos/arguments.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

/// The service's own deadline, and a client that waits a little longer.
constexpr pace long_pace{
    .answer_deadline = 10s, .client_patience = 14s, .is_short = false};
/// With sanitizers, beside a broker that starts, answers take a second.
constexpr pace short_pace{
    .answer_deadline = 5s, .client_patience = 8s, .is_short = true};

std::vector<std::string> split(const std::string &text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);)
    parts.push_back(part);
  return parts;
}

std::vector<int> numbers_in(const std::string &text, char at) {
  std::vector<int> numbers;
  for (const auto &part : split(text, at))
    numbers.push_back(std::stoi(part));
  return numbers;
}

std::vector<appointment> schedule_in(const std::string &text) {
  std::vector<appointment> all;
  for (const auto &part : split(text, ',')) {
    const auto colon = part.find(':');
    if (colon == std::string::npos)
      throw std::invalid_argument(part);
    all.push_back({std::chrono::seconds(std::stoi(part.substr(0, colon))),
                   numbers_in(part.substr(colon + 1), '+')});
  }
  return all;
}

using setter = std::function<void(arguments &, const std::string &)>;

const std::map<std::string, setter> &setters() {
  static const std::map<std::string, setter> all{
      {"--fault",
       [](auto &to, auto &text) { to.faults = numbers_in(text, ','); }},
      {"--minutes",
       [](auto &to, auto &text) {
         to.mix = std::chrono::minutes(std::stoi(text));
       }},
      {"--schedule",
       [](auto &to, auto &text) { to.schedule = schedule_in(text); }},
      {"--seed", [](auto &to, auto &text) { to.seed = std::stoull(text); }},
      {"--times", [](auto &to, auto &text) { to.times = std::stoi(text); }},
      {"--clients",
       [](auto &to, auto &text) { to.chosen.clients = std::stoi(text); }},
      {"--rate",
       [](auto &to, auto &text) { to.chosen.rate = std::stod(text); }},
  };
  return all;
}

} // namespace

std::optional<arguments> parse(int argc, char **argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto is_given = [&](const std::string &flag) {
    return std::find(words.begin(), words.end(), flag) != words.end();
  };
  arguments chosen;
  chosen.chosen = is_given("--short") ? short_pace : long_pace;
  chosen.must_list = is_given("--list");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--short" || words[i] == "--list")
      continue;
    const auto found = setters().find(words[i]);
    if (found == setters().end() || ++i == words.size())
      return std::nullopt;
    try {
      found->second(chosen, words[i]);
    } catch (const std::logic_error &) { // of std::stoi
      return std::nullopt;
    }
  }
  return chosen;
}

} // namespace wallet::chaos
