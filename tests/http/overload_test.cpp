#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/front_door.hpp"
#include "tests/support/json_text.hpp"

using namespace wallet;
using namespace wallet::testing;
using namespace std::chrono_literals;

TEST_CASE("what the actors still hold counts, even after its client was told") {
  auto granted = impatient_limits();
  granted.in_flight = 2;
  front_door door(granted);
  door.actors().holds_answers = true;
  for (int i = 0; i < 2; ++i)
    CHECK(code_of(door.post("/wallets", R"({"user_id":"a"})")) ==
          "outcome_unknown");
  const auto refused = door.post("/wallets", R"({"user_id":"a"})");
  CHECK(status_of(refused) == "503");
  CHECK(code_of(refused) == "overloaded");
  CHECK(field_of(refused, "Retry-After") == "1");
  CHECK(door.actors().commands == 2);
}

TEST_CASE("what was answered without the actors does not count") {
  http::limits granted;
  granted.in_flight = 1;
  front_door door(granted);
  raw_socket first(door.port()), second(door.port());
  for (auto *client : {&first, &second}) {
    client->send(health_message); // and stays
    CHECK(body_of(client->receive()) == "OK");
    client->send(post_message("/wallets", "{}"));
    CHECK(status_of(client->receive()) == "422");
  }
  CHECK(status_of(door.post("/wallets", R"({"user_id":"a"})")) == "200");
}

TEST_CASE("answers that nobody takes do not fill the memory") {
  http::limits granted;
  granted.unsent_bytes = 600'000;
  granted.write = 60s;
  front_door door(granted);
  raw_socket creator(door.port());
  constexpr int wallets = 1'000; // a list of 300 KB
  std::string all;
  for (int i = 0; i < wallets; ++i)
    all += create_message("a");
  creator.send(all);
  for (int i = 0; i < wallets; ++i)
    REQUIRE(status_of(creator.receive()) == "200");
  const auto list = [&door] { return door.get("/users/a/wallets"); };
  for (int i = 0; i < 3; ++i) // what was taken does not count
    REQUIRE(json_size(body_of(list()), "/data") == wallets);

  {
    // Each holds one list, when the buffers of both sides are full.
    raw_socket deaf(door.port()), deaf_too(door.port());
    std::string asked;
    for (int i = 0; i < 50; ++i)
      asked += "GET /users/a/wallets HTTP/1.1\r\nHost: a\r\n\r\n";
    deaf.send(asked);
    deaf_too.send(asked);
    CHECK(eventually([&] { return code_of(list()) == "overloaded"; }));
    CHECK(body_of(door.get("/health")) == "OK");
    CHECK(status_of(door.get("/users/nobody/wallets")) == "200");
  }
  CHECK(eventually([&] { return status_of(list()) == "200"; }));
}

TEST_CASE("health and readiness are answered under overload") {
  http::limits granted;
  granted.in_flight = 1;
  front_door door(granted);
  door.actors().holds_answers = true;
  raw_socket busy(door.port());
  busy.send(create_message("a"));
  REQUIRE(eventually([&] { return door.actors().commands == 1; }));
  CHECK(code_of(door.post("/wallets", R"({"user_id":"b"})")) == "overloaded");
  for (const std::string probe : {"/health", "/livez", "/readyz"})
    CHECK(status_of(door.get(probe)) == "200");
}

TEST_CASE("who waited too long in front of the door is refused, in a crowd") {
  http::limits granted;
  granted.door = 0ms; // any wait is too long
  granted.patient = 1;
  front_door door(granted);
  raw_socket first(door.port());
  const auto status_of_read = [&first] {
    first.send("GET /wallets/x HTTP/1.1\r\nHost: a\r\n\r\n");
    return status_of(first.receive());
  };
  for (int i = 0; i < 10; ++i)
    CHECK(status_of_read() == "404"); // alone: it waits its turn
  raw_socket second(door.port());
  second.send(health_message);
  CHECK(status_of(second.receive()) == "200");
  CHECK(eventually([&] { return status_of_read() == "503"; }));
}

TEST_CASE("where connections are full there is room for probes") {
  http::limits granted;
  granted.connections = 1;
  granted.probes = 1;
  front_door door(granted);
  raw_socket first(door.port());
  first.send(health_message);
  CHECK(body_of(first.receive()) == "OK");
  // It is free again a moment after the client has heard.
  const auto is_told = [&door](const std::string &path) {
    return eventually([&] {
      const auto answer = door.get(path);
      return status_of(answer) == "200" &&
             field_of(answer, "Connection") == "close";
    });
  };
  for (const std::string probe : {"/health", "/livez", "/readyz"})
    CHECK(is_told(probe));
  const auto refused = door.post("/wallets", R"({"user_id":"a"})");
  CHECK(status_of(refused) == "503");
  CHECK(code_of(refused) == "too_many_connections");
  CHECK(door.actors().commands == 0);

  // Nobody keeps that room without asking.
  CHECK(eventually([&] {
    raw_socket silent(door.port());
    return silent.receive_all().empty();
  }));
  CHECK(is_told("/health"));
}

TEST_CASE("too many connections: the new one is told, the others are served") {
  http::limits granted;
  granted.connections = 2;
  granted.probes = 1;
  front_door door(granted);
  raw_socket first(door.port());
  {
    raw_socket second(door.port());
    second.send(health_message);
    CHECK(body_of(second.receive()) == "OK");
    raw_socket in_the_room_for_probes(door.port()), third(door.port());
    const auto refused = third.receive_all();
    CHECK(status_of(refused) == "503");
    CHECK(code_of(refused) == "too_many_connections");
  }
  first.send(health_message);
  CHECK(body_of(first.receive()) == "OK");
  // A place is free again.
  CHECK(eventually([&] { return body_of(door.get("/health")) == "OK"; }));
}
