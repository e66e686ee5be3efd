#include <catch2/catch.hpp>

#include <atomic>

#include "storage/event_log.hpp"

using namespace wallet::storage;

TEST_CASE("a producer asks for a first poll by itself") {
  // librdkafka announces what comes into an empty queue: something that came
  // before anybody listened would keep it silent for ever.
  std::atomic<int> announced{0};
  event_log_producer producer({.brokers = "127.0.0.1:1"},
                              [&announced] { ++announced; });
  CHECK(announced > 0);
}
