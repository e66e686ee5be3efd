#include <random>

#include <catch2/catch.hpp>

#include "events/ids.hpp"

using namespace wallet;
using namespace std::chrono_literals;

namespace {

constexpr auto some_wallet = "0190a8a2-5a00-7000-8000-00000000000a";

uuid uuid_of(const std::string &text) { return parse_uuid(text).value(); }
wallet_id wallet_of(const std::string &text) {
  return wallet_id(uuid_of(text));
}

std::array<std::uint8_t, 16> random_bytes(std::mt19937_64 &random) {
  std::array<std::uint8_t, 16> bytes;
  for (auto &byte : bytes)
    byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Of RFC 9562: the digit of the version, and whether the variant is its.
std::pair<char, bool> kind_of(const std::string &text) {
  return {text[14], std::string("89ab").find(text[19]) != std::string::npos};
}

std::string repeated(const std::string &text, std::size_t times) {
  std::string all;
  while (times-- > 0)
    all += text;
  return all;
}

} // namespace

TEST_CASE("a UUID is read in either case and written in lower case") {
  const auto id = parse_uuid("0190A8a2-5a00-7000-8000-0000000000Ff");
  REQUIRE(id.has_value());
  CHECK(to_string(*id) == "0190a8a2-5a00-7000-8000-0000000000ff");
}

TEST_CASE("every UUID survives being written and read") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 1'000; ++i) {
    uuid id;
    const auto bytes = random_bytes(random);
    std::copy(bytes.begin(), bytes.end(), id.begin());
    REQUIRE(parse_uuid(to_string(id)) == id);
  }
}

TEST_CASE("no other form of a UUID is read") {
  const std::string good = some_wallet;
  const std::string nul = good.substr(0, 35) + '\0';
  for (const std::string &text : std::vector<std::string>{
           "", "x", good + "0", good.substr(1), " " + good.substr(1),
           "{" + good + "}", "urn:uuid:" + good,
           "0190a8a25a00700080000000000000000000",
           "0190a8a25a0070008000000000000000", nul,
           "0190a8a2-5a00-7000-8000-00000000000g",
           "0190a8a2-5a00-7000-8000 00000000000a",
           "0190a8a-25a00-7000-8000-00000000000a",
           "0190a8a2-5a00-7000-8000-0000000000-a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_uuid(text).has_value());
  }
}

TEST_CASE("a wallet's shard is the low six bits of its id") {
  const std::vector<std::pair<std::string, int>> table{
      {"00", 0},  {"0a", 10}, {"3f", 63}, {"40", 0},
      {"7f", 63}, {"80", 0},  {"c1", 1},  {"ff", 63}};
  for (const auto &[end, shard] : table)
    CHECK(shard_of(wallet_of("0190a8a2-5a00-7000-8000-0000000000" + end))
              .value() == shard);
}

TEST_CASE("a new wallet's id begins with its time") {
  std::mt19937_64 random(5);
  const timestamp now = timestamp(0x0190a8a25a00ms);
  for (int i = 0; i < 100; ++i) {
    const auto text =
        make_wallet_id(now + 999us, random_bytes(random)).to_string();
    CAPTURE(text);
    CHECK(text.starts_with("0190a8a2-5a00-"));
    CHECK(kind_of(text) == std::pair('7', true));
  }
}

TEST_CASE("wallets of a later millisecond have later ids") {
  std::mt19937_64 random(6);
  for (int i = 0; i < 1'000; ++i) {
    const auto now = timestamp(std::chrono::milliseconds(random() >> 24));
    REQUIRE(make_wallet_id(now, random_bytes(random)) <
            make_wallet_id(now + 1ms, random_bytes(random)));
  }
}

TEST_CASE("the entropy of a new wallet's id is used but for six bits") {
  std::array<std::uint8_t, 16> ones;
  ones.fill(0xff);
  CHECK(make_wallet_id(timestamp(), {}).to_string() ==
        "00000000-0000-7000-8000-000000000000");
  CHECK(make_wallet_id(timestamp(), ones).to_string() ==
        "00000000-0000-7fff-bfff-ffffffffffff");
}

// The literals were computed by Python's uuid.uuid5. Other ones would cut
// every client off from what it did under its keys.
TEST_CASE("a key finds the same wallet and the same request for ever") {
  CHECK(wallet_id_from_key("k1").to_string() ==
        "ebdb83bb-cfaf-5edf-a89b-bb868f0cd87b");
  CHECK(make_request_key(wallet_of(some_wallet), "fund", "k1").to_string() ==
        "3ab9eec9-92d3-5968-874c-02f92bfb201d");
}

TEST_CASE("a request key changes with wallet, operation and key") {
  const auto one = wallet_of(some_wallet),
             two = wallet_of("0190a8a2-5a00-7000-8000-00000000000b");
  const auto key = make_request_key(one, "fund", "k1");
  CHECK_FALSE(key == make_request_key(two, "fund", "k1"));
  CHECK_FALSE(key == make_request_key(one, "transfer", "k1"));
  CHECK_FALSE(key == make_request_key(one, "fund", "k2"));
  // The border between operation and key counts.
  CHECK_FALSE(make_request_key(one, "fund", "1k") ==
              make_request_key(one, "fund1", "k"));
  CHECK_FALSE(wallet_id_from_key("k1") == wallet_id_from_key("k2"));
}

TEST_CASE("an event's id says where the event is") {
  const std::vector<std::tuple<std::size_t, std::int64_t, std::string>> table{
      {0, 1, "00000000-0000-8000-8000-000000000001"},
      {10, 17, "000a0000-0000-8000-8000-000000000011"},
      {63, 0x123456789abcdef, "003f0000-0000-8000-8123-456789abcdef"},
      {63, (std::int64_t{1} << 60) - 1, "003f0000-0000-8000-8fff-ffffffffffff"},
  };
  for (const auto &[shard, position, text] : table) {
    CAPTURE(text);
    const shard_number in(shard);
    const log_position at{position};
    CHECK(make_event_id(in, at).to_string() == text);
    CHECK(make_transaction_id(in, at).to_string() == text);
    const auto place = place_of(uuid_of(text));
    REQUIRE(place.has_value());
    CHECK(place->shard == in);
    CHECK(place->position == at);
  }
}

TEST_CASE("the ids of a shard's events are in the order of the log") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 1'000; ++i) {
    const shard_number shard(random());
    const auto position = static_cast<std::int64_t>(random() >> 5);
    REQUIRE(make_event_id(shard, log_position{position}) <
            make_event_id(shard, log_position{position + 1}));
  }
}

TEST_CASE("a UUID that is no event's id has no place") {
  for (const std::string text :
       {some_wallet, "ebdb83bb-cfaf-5edf-a89b-bb868f0cd87b",
        "00400000-0000-8000-8000-000000000001",
        "01000000-0000-8000-8000-000000000001",
        "00000001-0000-8000-8000-000000000001",
        "00000000-0001-8000-8000-000000000001",
        "00000000-0000-8001-8000-000000000001",
        "00000000-0000-7000-8000-000000000001",
        "00000000-0000-8000-9000-000000000001",
        "00000000-0000-8000-c000-000000000001"}) {
    CAPTURE(text);
    CHECK_FALSE(place_of(uuid_of(text)).has_value());
  }
}

TEST_CASE("a user is 1 to 100 characters of any script") {
  for (const std::string &text : std::vector<std::string>{
           "a", "alice@example.com", " ", "J\xc3\xb6rg", "\xe6\x9d\x8e",
           "\xf0\x9f\x90\xbf", "\xc2\xa0", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf",
           std::string(100, 'a'), repeated("\xf0\x9f\x90\xbf", 100)}) {
    CAPTURE(text);
    const auto user = user_id::parse(text);
    REQUIRE(user.has_value());
    CHECK(user->text() == text);
  }
}

TEST_CASE("a user without a character or with too many is refused") {
  CHECK_FALSE(user_id::parse("").has_value());
  CHECK_FALSE(user_id::parse(std::string(101, 'a')).has_value());
  CHECK_FALSE(user_id::parse(repeated("\xc3\xb6", 101)).has_value());
}

TEST_CASE("control characters in a user are refused wherever they are") {
  const std::string nul("\0", 1);
  for (const std::string &control :
       std::vector<std::string>{nul, "\n", "\r", "\t", "\x1b", "\x1f", "\x7f",
                                "\xc2\x80", "\xc2\x85", "\xc2\x9f"})
    for (const auto &text :
         {control, "a" + control, control + "a", "a" + control + "b"}) {
      CAPTURE(text);
      CHECK_FALSE(user_id::parse(text).has_value());
    }
}

TEST_CASE("what is not UTF-8 is no user") {
  for (const std::string text :
       {"\x80", "\xff", "a\xc3", "\xc3(", "\xe2\x82", "\xf0\x9f\x90",
        "\xc0\x80", "\xc1\xbf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xc3\xb6\xb6"}) {
    CAPTURE(text);
    CHECK_FALSE(user_id::parse(text).has_value());
  }
}

TEST_CASE("a currency is an active code of ISO 4217 in capitals") {
  CHECK(currency().code() == "USD");
  for (const std::string text :
       {"AED", "EUR", "JPY", "KWD", "USD", "XOF", "ZWG"}) {
    CAPTURE(text);
    const auto found = currency::parse(text);
    REQUIRE(found.has_value());
    CHECK(found->code() == text);
  }
  CHECK(currency::parse("USD") == currency());
}

TEST_CASE("what is no currency of today is refused") {
  for (const std::string text :
       {"", "US", "USDX", "usd", "Usd", "DEM", "HRK", "XXX", "XAU", "BTC",
        "AE ", " AE", "D A", "ED ", "US\n", "123"}) {
    CAPTURE(text);
    CHECK_FALSE(currency::parse(text).has_value());
  }
}
