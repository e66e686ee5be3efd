#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

#include "http/limits.hpp"
#include "storage/settings.hpp"
#include "storage/settings_table.hpp"

using namespace wallet::storage;
using namespace std::chrono_literals;

namespace {

const std::string url = "postgresql://wallet:hush@db:5433/wallet";

settings parsed(std::vector<std::string> arguments,
                std::map<std::string, std::string> environment = {},
                std::string env_file = {}) {
  environment.emplace("DATABASE_URL", url);
  return parse_settings({std::move(arguments), environment, env_file});
}

/// The error of these sources, or "accepted".
std::string refusal(const setting_sources &sources) {
  try {
    parse_settings(sources);
    return "accepted";
  } catch (const bad_setting &error) {
    return error.what();
  }
}

/// The error of `serve` with one setting in the environment.
std::string refusal_of(const std::string &name, const std::string &value) {
  std::map<std::string, std::string> environment{{"DATABASE_URL", url}};
  environment[name] = value;
  return refusal({{"serve"}, environment, {}});
}

std::string refusal_of_flags(std::vector<std::string> arguments) {
  return refusal({std::move(arguments), {{"DATABASE_URL", url}}, {}});
}

} // namespace

TEST_CASE("without settings the service is the one of the documentation") {
  const auto found = parsed({"serve"});
  CHECK(found.asked == action::serve);
  CHECK(found.served == side::both);
  CHECK(found.database_url == url);
  CHECK(found.history_database_url == url);
  REQUIRE(found.kafka);
  CHECK(found.kafka->brokers == "localhost:9092");
  CHECK(found.kafka->topic == "wallet-events");
  CHECK(found.kafka->group == "history-service-group");
  CHECK(found.kafka->partitions == 8);
  CHECK(found.http.bind_address == "0.0.0.0");
  CHECK(found.http.port == 3000);
  CHECK(found.http.history_port == 3001);
  CHECK(found.threads >= 1);
  CHECK(found.max_resident_wallets == 100'000);
  CHECK(found.log_level == spdlog::level::info);
}

TEST_CASE("the limits of http are the settings' defaults") {
  const auto found = parsed({"serve"}).http;
  const wallet::http::limits limits;
  CHECK(found.max_header_bytes == limits.header_bytes);
  CHECK(found.max_body_bytes == limits.body_bytes);
  CHECK(found.max_connections == limits.connections);
  CHECK(found.max_in_flight == limits.in_flight);
  CHECK(found.answer_deadline == limits.answer);
}

TEST_CASE("every setting arrives where it belongs") {
  const auto found =
      parsed({"serve"}, {{"HISTORY_DATABASE_URL", "host=h dbname=history"},
                         {"KAFKA_BROKERS", "a:1,b:2"},
                         {"KAFKA_TOPIC", "t.1_2-3"},
                         {"KAFKA_GROUP_ID", "a group"},
                         {"KAFKA_PARTITIONS", "64"},
                         {"BIND_ADDRESS", "::1"},
                         {"PORT", "1"},
                         {"HISTORY_PORT", "65535"},
                         {"MAX_HEADER_BYTES", "1024"},
                         {"MAX_BODY_BYTES", "2048"},
                         {"MAX_CONNECTIONS", "3"},
                         {"MAX_IN_FLIGHT", "4"},
                         {"ANSWER_DEADLINE_MS", "500"},
                         {"THREADS", "6"},
                         {"MAX_RESIDENT_WALLETS", "64"},
                         {"LOG_LEVEL", "warn"}});
  CHECK(found.history_database_url == "host=h dbname=history");
  REQUIRE(found.kafka);
  CHECK(found.kafka->brokers == "a:1,b:2");
  CHECK(found.kafka->topic == "t.1_2-3");
  CHECK(found.kafka->group == "a group");
  CHECK(found.kafka->partitions == 64);
  CHECK(found.http.bind_address == "::1");
  CHECK(found.http.port == 1);
  CHECK(found.http.history_port == 65535);
  CHECK(found.http.max_header_bytes == 1024);
  CHECK(found.http.max_body_bytes == 2048);
  CHECK(found.http.max_connections == 3);
  CHECK(found.http.max_in_flight == 4);
  CHECK(found.http.answer_deadline == 500ms);
  CHECK(found.threads == 6);
  CHECK(found.max_resident_wallets == 64);
  CHECK(found.log_level == spdlog::level::warn);
}

TEST_CASE("a flag comes before the environment and that before .env") {
  const std::string file = "PORT=1\nKAFKA_TOPIC=file\nLOG_LEVEL=error\n";
  const auto found =
      parsed({"serve", "--port", "3"},
             {{"PORT", "2"}, {"KAFKA_TOPIC", "environment"}}, file);
  CHECK(found.http.port == 3);
  CHECK(found.kafka->topic == "environment");
  CHECK(found.log_level == spdlog::level::err);
}

TEST_CASE("a flag's value stands behind '=' or behind a blank") {
  CHECK(parsed({"serve", "--port=7"}).http.port == 7);
  CHECK(parsed({"--port", "7", "serve"}).http.port == 7);
  CHECK(parsed({"serve", "--database-url=host=h dbname=d"}).database_url ==
        "host=h dbname=d");
}

TEST_CASE("without brokers there is no Kafka, however that is said") {
  CHECK(!parsed({"serve", "--kafka-brokers="}).kafka);
  CHECK(!parsed({"serve", "--kafka-brokers", ""}).kafka);
  CHECK(!parsed({"serve"}, {{"KAFKA_BROKERS", ""}}).kafka);
  CHECK(!parsed({"serve"}, {}, "KAFKA_BROKERS=\n").kafka);
}

TEST_CASE("a history that is alone answers on PORT, or else on 3001") {
  const std::vector<std::string> alone{"serve", "--only", "history"};
  CHECK(parsed(alone).served == side::history);
  CHECK(parsed(alone).http.history_port == 3001);
  CHECK(parsed(alone, {{"PORT", "4000"}}).http.history_port == 4000);
  CHECK(parsed(alone, {{"HISTORY_PORT", "5000"}}).http.history_port == 5000);
  CHECK(parsed(alone, {{"PORT", "3001"}}).http.history_port == 3001);
}

TEST_CASE("wallets that are alone may have the port of the history") {
  const auto found = parsed({"serve", "--only=wallet"}, {{"PORT", "3001"}});
  CHECK(found.served == side::wallet);
  CHECK(found.http.port == 3001);
}

TEST_CASE("two services on one port are refused") {
  CHECK(refusal_of("PORT", "3001") ==
        "PORT and HISTORY_PORT are both '3001': they must be two ports");
}

TEST_CASE("every command of the help is understood") {
  for (const auto &row : actions_table()) {
    CAPTURE(row.name);
    CHECK(parsed({std::string(row.name)}).asked == row.meant);
    std::istringstream words{std::string(row.example)};
    std::vector<std::string> example;
    for (std::string word; words >> word;)
      example.push_back(word);
    REQUIRE(example.front() == "wallet");
    example.erase(example.begin());
    CHECK(parsed(example).asked == row.meant);
  }
}

TEST_CASE("help and version are given in a broken environment") {
  for (const auto &[flag, meant] : {std::pair("--help", action::help),
                                    {"-h", action::help},
                                    {"--version", action::version}}) {
    CHECK(parse_settings({{flag}, {{"PORT", "x"}}, "?"}).asked == meant);
    CHECK(parse_settings({{"serve", "--port=x", flag}, {}, {}}).asked == meant);
  }
}

TEST_CASE("a bad command line gets one line and a hint") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table{
      {{}, "no command: say what to do, like wallet serve"},
      {{"sevre"}, "there is no command 'sevre'"},
      {{"serve", "verify"}, "'verify' is one word too many"},
      {{"serve", "--prot", "1"}, "unrecognised option '--prot'"},
      {{"serve", "--por", "1"}, "unrecognised option '--por'"},
      {{"serve", "-p", "1"}, "unrecognised option '-p'"},
      {{"serve", "--port"},
       "the required argument for option '--port' is missing"},
      {{"serve", "--port", "--threads", "1"}, "--port needs a value"},
      {{"serve", "--port", "1", "--port", "1"}, "--port is given twice"},
      {{"serve", "--only", "wallet", "--only", "history"},
       "--only is given twice"},
      {{"verify", "--only", "wallet"}, "--only goes with serve alone"},
  };
  for (const auto &[arguments, sentence] : table) {
    CAPTURE(arguments);
    CHECK(refusal_of_flags(arguments) == sentence + " (see wallet --help)");
  }
  CHECK(refusal_of_flags({"serve", "--only", "both"}) ==
        "--only 'both': it must be wallet or history");
}

TEST_CASE("a bad setting is named with its source, its value and the rule") {
  const std::string rule = "it must be a whole number from 1 to 65535";
  CHECK(refusal_of_flags({"serve", "--port=0"}) ==
        "PORT='0' (from the command line): " + rule);
  CHECK(refusal_of("PORT", "") == "PORT='' (from the environment): " + rule);
  CHECK(refusal({{"serve"}, {{"DATABASE_URL", url}}, "\n\nPORT=65536\n"}) ==
        "PORT='65536' (from .env, line 3): " + rule);
  CHECK(
      refusal({{"migrate"}, {}, {}})
          .starts_with(
              "DATABASE_URL is not set: it must be a URL like postgresql://"));
}

TEST_CASE("numbers are whole, plain and in their range") {
  for (const auto &row : settings_table()) {
    const auto *rule = std::get_if<number_rule>(&row.rule);
    if (!rule)
      continue;
    CAPTURE(row.name);
    settings found;
    found.kafka.emplace();
    for (const auto limit : {rule->min, rule->max})
      CHECK(assign(row, std::to_string(limit), found));
    const auto below = std::to_string(rule->min - 1),
               above = std::to_string(rule->max + 1);
    for (const std::string &text : std::vector<std::string>{
             below, above, "-1", "+100", "1e3", "100.0", " 100", "100 ", "0x64",
             "99999999999999999999", "x", ""}) {
      CAPTURE(text);
      CHECK_FALSE(assign(row, text, found));
    }
  }
}

TEST_CASE("texts that cannot be meant are refused") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> table{
      {"DATABASE_URL",
       {"", "wallet", "mysql://u@h/d", "postgresql://u:a@b@h/d",
        "postgresql://h/d?nonsense=1", "postgresql://[::1/d"}},
      {"HISTORY_DATABASE_URL", {"wallet", "mysql://u@h/d"}},
      {"KAFKA_BROKERS", {",a:1", "a:1,", "a:1,,b:1", "a:1, b:1", "a:1\n"}},
      {"KAFKA_TOPIC",
       {"", ".", "..", "a b", "a/b", "\xc3\xa4", std::string(250, 'a')}},
      {"KAFKA_GROUP_ID", {"", "a\n", "\xc3\xa4", std::string(256, 'a')}},
      {"BIND_ADDRESS", {"", "localhost", "1.2.3", "256.0.0.1", "0.0.0.0:1"}},
      {"LOG_LEVEL", {"", "INFO", "verbose", "off"}},
  };
  for (const auto &[name, values] : table)
    for (const auto &value : values) {
      CAPTURE(name, value);
      CHECK(refusal_of(name, value).starts_with(name + "='"));
    }
}

TEST_CASE("an error is one line whatever the value holds") {
  const auto text =
      refusal_of("KAFKA_TOPIC", "a\nb\x1b[2J" + std::string(10'000, 'c'));
  CHECK(text.size() < 250);
  CHECK(text.starts_with("KAFKA_TOPIC='a?b?[2Jccc"));
}

TEST_CASE("an error is one line whatever the flag holds") {
  // Fuzzing: what was not understood was quoted with its line ends.
  for (const std::string flag :
       {"--po\nrt", "-\n", "--port\x7f", "--\x1b[31m"}) {
    const auto said = refusal_of_flags({"serve", flag, "1"});
    CHECK(said.find_first_of("\n\x7f\x1b") == std::string::npos);
  }
}

TEST_CASE("a flag with a percent sign is refused like others") {
  // Fuzzing: Boost.Program_options replaced a placeholder by itself for ever.
  for (const std::string flag :
       {"--%original_token%", "--%option%=1", "--%70ort"})
    CHECK(refusal_of_flags({"serve", flag, "1"}) ==
          "unrecognised option '--***' (see wallet --help)");
  for (const std::string flag :
       {"-h%original_token%", "-h=%canonical_option%", "--fast=-h%option%"})
    CHECK(refusal_of_flags({"serve", flag}).starts_with("unrecognised option"));
}

TEST_CASE("a password is in no error, wherever the URL stands") {
  for (const std::string bad :
       {"mysql://u:hush@h/d", "postgresql://u:hu@hush@h/d", "u:hush@h/d",
        "postgresql://u:hush@[::1/d", "host=h password='hush",
        "nonsense=1 password=hush", "postgresql://u@h/d?x=1&p%61ssword=hush"}) {
    CAPTURE(bad);
    for (const auto &text :
         {refusal_of("DATABASE_URL", bad),
          refusal_of("HISTORY_DATABASE_URL", bad),
          refusal_of_flags({"serve", "--database-url=" + bad}),
          refusal_of_flags({"serve", "--databse-url=" + bad}),
          refusal_of_flags({"serve", bad}), refusal_of_flags({bad}),
          refusal({{"serve"}, {}, "DATABASE_URL=" + bad}),
          refusal({{"serve"}, {}, "DATABASE_URL: " + bad})}) {
      CAPTURE(text);
      CHECK(text != "accepted");
      CHECK(text.find("hush") == std::string::npos);
    }
  }
}

TEST_CASE("the help names every flag with its default, in 80 columns") {
  const auto text = help_text();
  for (const auto &row : settings_table()) {
    const auto line = "  --" + flag_of(row) + ", " + std::string(row.name);
    CAPTURE(line);
    const auto at = text.find(line);
    REQUIRE(at != std::string::npos);
    const auto rest = text.substr(at, text.find('\n', at) - at);
    CHECK(rest.find(row.default_text) != std::string::npos);
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
}

namespace {

struct example_setting {
  std::string comment, name, value;
};

/// The settings of .env.example, each with the comment above it.
std::vector<example_setting> example_settings() {
  static const std::regex setting("# ([A-Z_]+)=(.*)"), words("# (.*)");
  std::ifstream in(WALLET_SOURCE_DIR "/.env.example");
  std::vector<example_setting> found;
  std::string comment;
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_match(line, match, setting)) {
      found.push_back({comment, match[1], match[2]});
      comment.clear();
    } else if (std::regex_match(line, match, words)) {
      comment += match[1].str() + " ";
    } else {
      comment.clear();
    }
  }
  return found;
}

} // namespace

TEST_CASE(".env.example holds every setting with its help and its default") {
  const auto found = example_settings();
  const auto table = settings_table();
  REQUIRE(found.size() == table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].name, found[i].comment);
    CHECK(found[i].name == table[i].name);
    auto help = std::string(table[i].help);
    help[0] = static_cast<char>(std::toupper(help[0]));
    CHECK(found[i].comment.find(help + '.') != std::string::npos);
    if (found[i].name == "DATABASE_URL") {
      settings taken;
      CHECK(assign(table[i], found[i].value, taken));
    } else {
      CHECK(found[i].value == table[i].default_text);
    }
  }
}

TEST_CASE(".env.example changes nothing, and works when it is uncommented") {
  std::ifstream in(WALLET_SOURCE_DIR "/.env.example");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(refusal({{"serve"}, {}, text}).starts_with("DATABASE_URL is not set"));
  for (const auto &row : settings_table()) {
    const auto commented = "# " + std::string(row.name) + "=";
    const auto at = text.find(commented);
    REQUIRE(at != std::string::npos);
    text.erase(at, 2);
  }
  const auto found = parse_settings({{"serve"}, {}, text});
  CHECK(found.database_url ==
        "postgresql://wallet:wallet@localhost:5432/wallet");
  CHECK(found.http.history_port == 3001);
}

namespace {

/// A working directory and an environment of its own.
class other_place {
public:
  other_place() : back_(std::filesystem::current_path()) {
    auto pattern =
        (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw std::runtime_error("no temporary folder");
    std::filesystem::current_path(here_ = pattern);
  }
  ~other_place() {
    std::filesystem::current_path(back_);
    std::filesystem::remove_all(here_);
    unsetenv("KAFKA_GROUP_ID");
  }

private:
  std::filesystem::path back_, here_;
};

} // namespace

TEST_CASE("a process finds its settings in environment and working directory") {
  const other_place here;
  setenv("KAFKA_GROUP_ID", "from-environment", 1);
  const char *const arguments[] = {"wallet", "serve"};
  CHECK(process_sources(2, arguments).env_file.empty());

  std::ofstream(".env") << "KAFKA_TOPIC=from-file\n";
  const auto sources = process_sources(2, arguments);
  CHECK(sources.arguments == std::vector<std::string>{"serve"});
  CHECK(sources.environment.at("KAFKA_GROUP_ID") == "from-environment");
  CHECK(sources.env_file == "KAFKA_TOPIC=from-file\n");
}

TEST_CASE("a .env that cannot be read stops the start") {
  const other_place here;
  std::filesystem::create_directory(".env");
  CHECK_THROWS_WITH(process_sources(0, nullptr),
                    ".env in the working directory cannot be read");
}
