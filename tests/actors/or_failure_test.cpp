#include <catch2/catch.hpp>

#include "actors/or_failure.hpp"

using namespace wallet;

namespace {

actors::failure outcome_of(auto call) {
  return std::get<actors::failure>(actors::or_failure("testing", call));
}

} // namespace

TEST_CASE("a database that does not answer is a failure, not an end") {
  CHECK(outcome_of([]() -> int { throw storage::not_connected("gone"); }) ==
        actors::failure::store_unavailable);
}

TEST_CASE("an event that cannot be read is a failure, not an end") {
  // Else one event of a newer version would end the actor that wakes wallets.
  CHECK(outcome_of([]() -> int { throw storage::unreadable_event("new"); }) ==
        actors::failure::store_unavailable);
}
