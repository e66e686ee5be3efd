#include <catch2/catch.hpp>

#include "storage/env_file.hpp"

using namespace wallet::storage;

namespace {

std::string value_of(const std::string &line) {
  const auto parsed = parse_env_file(line);
  if (!parsed)
    return parsed.error();
  return parsed->count("NAME") ? parsed->at("NAME").value : "(none)";
}

} // namespace

TEST_CASE("a line of .env gives a name its value") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"NAME=value", "value"},
      {"NAME=", ""},
      {"  export NAME=value", "value"},
      {"export   NAME=value\r", "value"},
      {"NAME=  a b \t", "a b"},
      {"NAME=a=b", "a=b"},
      {"NAME=a # comment", "a"},
      {"NAME=a#b", "a#b"},
      {"NAME=# comment", ""},
      {"NAME=a ## b # c", "a"},
      {"NAME='a # b'", "a # b"},
      {"NAME='a\\n\"$b'  # c", "a\\n\"$b"},
      {"NAME=\"a \\\"b\\\" \\\\ \\n $c\" # d", "a \"b\" \\ \\n $c"},
      {"NAME=''", ""},
      {"NAME=it's", "it's"},
      {"NAME=$HOME", "$HOME"},
      {"NAME=\xc3\xa4", "\xc3\xa4"},
  };
  for (const auto &[line, value] : table) {
    CAPTURE(line);
    CHECK(value_of(line) == value);
  }
}

TEST_CASE("comments and blank lines of .env say nothing") {
  for (const std::string text : {"", "\n", "  \t\r\n", "# NAME=value", " #"}) {
    CAPTURE(text);
    CHECK(value_of(text) == "(none)");
  }
}

TEST_CASE("the last line of a name counts, with its number") {
  const auto parsed = parse_env_file("NAME=1\n\n# NAME=2\nNAME=3\nOTHER=4");
  REQUIRE(parsed.has_value());
  CHECK(parsed->at("NAME").value == "3");
  CHECK(parsed->at("NAME").line == 4);
  CHECK(parsed->at("OTHER").line == 5);
}

TEST_CASE("a line that is none is named and not quoted") {
  for (const std::string line :
       {"hush", "NAME hush", "NAME =hush", "NA-ME=hush", "1NAME=hush", "=hush",
        "NAME='hush", "NAME=\"hush\\\"", "NAME='hush'x", "export",
        "export =hush", "NAME=\"hush\" \"x\""}) {
    CAPTURE(line);
    CHECK(value_of("A=1\n\n" + line + "\nB=2") == "line 3 is not NAME=value");
  }
}
