#include <random>

#include <catch2/catch.hpp>

#include "events/timestamp.hpp"

using namespace wallet;
using namespace std::chrono_literals;

namespace {

/// Microseconds since 1970.
timestamp at(std::int64_t microseconds) {
  return timestamp(std::chrono::microseconds(microseconds));
}

} // namespace

TEST_CASE("a moment is written in UTC with six decimals") {
  const std::vector<std::pair<timestamp, std::string>> table{
      {at(0), "1970-01-01T00:00:00.000000Z"},
      {at(-1), "1969-12-31T23:59:59.999999Z"},
      {at(1'767'323'045'000'006), "2026-01-02T03:04:05.000006Z"},
      {at(1'709'210'096'999'999), "2024-02-29T12:34:56.999999Z"},
      {at(253'402'300'799'999'999), "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto &[moment, text] : table) {
    CHECK(to_string(moment) == text);
    CHECK(parse_timestamp(text) == moment);
  }
}

TEST_CASE("every moment of our calendar survives being written and read") {
  const auto first = *parse_timestamp("0000-01-01T00:00:00.000000Z"),
             last = *parse_timestamp("9999-12-31T23:59:59.999999Z");
  const auto span = static_cast<std::uint64_t>((last - first).count());
  std::mt19937_64 random(2);
  for (int i = 0; i < 10'000; ++i) {
    const auto moment =
        first + std::chrono::microseconds(random() % (span + 1));
    REQUIRE(parse_timestamp(to_string(moment)) == moment);
  }
}

TEST_CASE("later moments have later texts") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 1'000; ++i) {
    const auto a = at(static_cast<std::int64_t>(random() >> 8)),
               b = at(static_cast<std::int64_t>(random() >> 8));
    REQUIRE((a < b) == (to_string(a) < to_string(b)));
  }
}

TEST_CASE("any other way to write a moment is refused") {
  const std::string nul("2026-01-02T03:04:05.00000\0Z", 27);
  for (const std::string &text : std::vector<std::string>{
           "", "2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z",
           "2026-01-02T03:04:05.0000006Z", "2026-01-02T03:04:05.000006z",
           "2026-01-02t03:04:05.000006Z", "2026-01-02 03:04:05.000006Z",
           "2026-01-02T03:04:05.000006+", "2026-01-02T03:04:05,000006Z",
           " 026-01-02T03:04:05.000006Z", "-026-01-02T03:04:05.000006Z",
           "2026-1--02T03:04:05.000006Z", "2026-01-02T+3:04:05.000006Z",
           "2026-01-02T03:04:05.00000 Z", nul,
           "2026-01-02T03:04:05.000006Z "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}

TEST_CASE("a moment that is in no calendar is refused") {
  for (const std::string text :
       {"2026-00-02T03:04:05.000006Z", "2026-13-02T03:04:05.000006Z",
        "2026-01-00T03:04:05.000006Z", "2026-01-32T03:04:05.000006Z",
        "2026-02-29T03:04:05.000006Z", "1900-02-29T03:04:05.000006Z",
        "2026-04-31T03:04:05.000006Z", "2026-01-02T24:00:00.000000Z",
        "2026-01-02T03:60:05.000006Z", "2016-12-31T23:59:60.000000Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
  CHECK(parse_timestamp("2000-02-29T03:04:05.000006Z").has_value());
}
