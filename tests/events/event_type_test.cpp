#include <catch2/catch.hpp>

#include "events/event.hpp"

using namespace wallet;

TEST_CASE("an event's type has one number and one name for ever") {
  const std::vector<std::tuple<std::int16_t, std::string, event_type>> table{
      {1, "WALLET_CREATED", event_type::wallet_created},
      {2, "WALLET_FUNDED", event_type::wallet_funded},
      {3, "TRANSFER_OUT", event_type::transfer_out},
      {4, "TRANSFER_IN", event_type::transfer_in},
  };
  for (const auto &[number, name, type] : table) {
    CHECK(static_cast<std::int16_t>(type) == number);
    CHECK(name_of(type) == name);
    CHECK(event_type_from_number(number) == type);
    CHECK(event_type_from_name(name) == type);
  }
}

TEST_CASE("no other number or name is an event's type") {
  for (const std::int16_t number : {-1, 0, 5, 257, 32767}) {
    CAPTURE(number);
    CHECK_FALSE(event_type_from_number(number).has_value());
  }
  for (const std::string name :
       {"", "wallet_created", "TRANSFER", "TRANSFER_OUT ", "WALLET_CLOSED"}) {
    CAPTURE(name);
    CHECK_FALSE(event_type_from_name(name).has_value());
  }
}
