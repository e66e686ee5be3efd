#include <catch2/catch.hpp>

#include <thread>

#include "http/door_probe.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;

TEST_CASE("the wait at the door is how long the thread was busy elsewhere") {
  boost::asio::io_context context;
  const auto probe =
      std::make_shared<wallet::http::door_probe>(context.get_executor());
  probe->wait();                     // sends one
  std::this_thread::sleep_for(30ms); // the work of a busy thread
  CHECK(probe->wait() >= 30ms);      // it is still out there
  context.run_one();
  CHECK(probe->wait() >= 30ms);
  // An idle thread finds the next one at once.
  CHECK(wallet::testing::eventually([&] {
    const bool is_short = probe->wait() < 30ms;
    context.restart();
    context.poll();
    return is_short;
  }));
}
