#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>

#include "http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/front_door.hpp"

using namespace wallet;
using namespace wallet::testing;
using namespace std::chrono_literals;

TEST_CASE("a stop answers what is under way and refuses the rest") {
  http::limits granted;
  granted.answer = 300ms;
  granted.sweep = 10ms;
  front_door door(granted);
  raw_socket idle(door.port());
  idle.send(health_message);
  idle.receive();
  raw_socket busy(door.port());
  door.actors().holds_answers = true;
  busy.send(create_message("a"));
  REQUIRE(eventually([&] { return door.actors().commands == 1; }));

  std::thread stopping([&] { door.stop(); });
  REQUIRE(eventually([&] {
    try {
      raw_socket late(door.port());
      return false;
    } catch (const std::runtime_error &) {
      return true; // the port is closed
    }
  }));
  idle.send(create_message("b"));
  const auto refused = idle.receive_all();
  CHECK(status_of(refused) == "503");
  CHECK(code_of(refused) == "stopping");
  CHECK(field_of(refused, "Connection") == "close");
  CHECK(door.actors().commands == 1);

  const auto answered = busy.receive_all();
  CHECK(code_of(answered) == "outcome_unknown"); // it was held for too long
  CHECK(field_of(answered, "Connection") == "close");
  stopping.join();
}

TEST_CASE("a stop closes silent connections and returns") {
  front_door door;
  raw_socket silent(door.port());
  silent.send(health_message);
  silent.receive();
  const auto start = std::chrono::steady_clock::now();
  door.stop();
  CHECK(std::chrono::steady_clock::now() - start < 3s);
  CHECK(silent.receive_all().empty());
}

TEST_CASE("a port that is taken is refused with a sentence") {
  front_door door;
  boost::asio::io_context context;
  const auto listen = [&](const std::string &host) {
    http::server({&context}, {.host = host, .port = door.port()}, {});
  };
  CHECK_THROWS_WITH(
      listen("127.0.0.1"),
      "cannot listen on 127.0.0.1:" + std::to_string(door.port()) +
          ": another program listens there: stop it, or choose "
          "another port");
  CHECK_THROWS_AS(listen("192.0.2.1"), http::cannot_listen);
}
