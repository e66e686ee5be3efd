#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "events/money.hpp"

using namespace wallet;

namespace {

constexpr auto largest = std::numeric_limits<std::int64_t>::max();

money units(std::int64_t count) { return money::from_units(count); }

} // namespace

TEST_CASE("a decimal text is exactly that amount") {
  const std::vector<std::pair<std::string, std::int64_t>> table{
      {"0", 0},
      {"0.0000", 0},
      {"0.0001", 1},
      {"0.001", 10},
      {"0.1", 1'000},
      {"1", 10'000},
      {"30.00", 300'000},
      {"100.0000", 1'000'000},
      {"007", 70'000},
      {"00000000000000000000000000000001", 10'000},
      {"19.99", 199'900},
      {"922337203685477.5806", largest - 1},
      {"922337203685477.5807", largest},
      {"000922337203685477.5807", largest},
  };
  for (const auto &[text, expected] : table) {
    CAPTURE(text);
    const auto parsed = money::parse(text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->units() == expected);
  }
}

TEST_CASE("what is no plain decimal is no amount") {
  const std::string nul("1\0", 2);
  for (const std::string &text : std::vector<std::string>{
           "",          " ",        ".",        ".5",
           "5.",        "1..2",     "1.2.3",    "-1",
           "-0",        "+1",       "--1",      "1e2",
           "1E2",       "1.5e1",    "0x10",     "1_000",
           "1,000",     "1,5",      " 1",       "1 ",
           "1\n",       "1\t",      nul,        "NaN",
           "nan",       "inf",      "null",     "$1",
           "1.0000x",   "1.00005x", "\xd9\xa1", "\xef\xbc\x91",
           "1\xc2\xa0", "\"1\""}) {
    CAPTURE(text);
    const auto parsed = money::parse(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == amount_error::not_a_decimal);
  }
}

TEST_CASE("a fifth decimal is refused, even a zero, never rounded") {
  for (const std::string text :
       {"1.00005", "0.00001", "1.00000", "0.99999", "1.23456789012345678901",
        "99999999999999999999.00001"}) {
    CAPTURE(text);
    const auto parsed = money::parse(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == amount_error::too_many_decimals);
  }
}

TEST_CASE("more than the largest balance is refused, never wrapped") {
  for (const std::string &text : std::vector<std::string>{
           "922337203685477.5808", "922337203685477.581", "922337203685477.6",
           "922337203685478", "1844674407370955.1616", "18446744073709551616",
           "12345678901234567890", std::string(1'000, '9')}) {
    CAPTURE(text);
    const auto parsed = money::parse(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error() == amount_error::too_large);
  }
}

TEST_CASE("an amount is written with four decimals") {
  const std::vector<std::pair<std::int64_t, std::string>> table{
      {0, "0.0000"},
      {1, "0.0001"},
      {9'999, "0.9999"},
      {10'000, "1.0000"},
      {700'000, "70.0000"},
      {12'345'678, "1234.5678"},
      {largest, "922337203685477.5807"},
  };
  for (const auto &[count, text] : table)
    CHECK(units(count).to_string() == text);
}

TEST_CASE("every amount survives being written and read") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    // Of every length: up to 19 digits.
    const auto amount =
        units(static_cast<std::int64_t>((random() >> 1) >> random() % 63));
    const auto parsed = money::parse(amount.to_string());
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == amount);
  }
}

TEST_CASE("a sum above the largest balance is nothing") {
  CHECK(units(1).plus(units(2)) == units(3));
  CHECK(units(largest).plus(money()) == units(largest));
  CHECK(units(largest - 1).plus(units(1)) == money::max());
  CHECK_FALSE(units(largest).plus(units(1)).has_value());
  CHECK_FALSE(units(1).plus(units(largest)).has_value());
  CHECK_FALSE(money::max().plus(money::max()).has_value());
}

TEST_CASE("a difference below zero is nothing") {
  CHECK(units(3).minus(units(2)) == units(1));
  CHECK(units(3).minus(units(3)) == money());
  CHECK(money::max().minus(money::max()) == money());
  CHECK_FALSE(money().minus(units(1)).has_value());
  CHECK_FALSE(units(2).minus(money::max()).has_value());
}

TEST_CASE("what is wrong with an amount is said so that it can be mended") {
  CHECK(describe(amount_error::not_a_decimal) ==
        "must be a decimal number such as \"30.00\"");
  CHECK(describe(amount_error::too_many_decimals) ==
        "has more than 4 decimals");
  CHECK(describe(amount_error::too_large) ==
        "is larger than " + money::max().to_string());
}
