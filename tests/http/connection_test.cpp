#include <catch2/catch.hpp>

#include "tests/support/front_door.hpp"
#include "tests/support/json_text.hpp"

using namespace wallet;
using namespace wallet::testing;

TEST_CASE("a connection serves one request after another") {
  front_door door;
  raw_socket client(door.port());
  for (int i = 0; i < 3; ++i) {
    client.send(health_message);
    CHECK(body_of(client.receive()) == "OK");
  }
}

TEST_CASE("1,000 pipelined requests are answered in their order") {
  front_door door;
  raw_socket client(door.port());
  std::string all;
  for (int i = 0; i < 1'000; ++i)
    all += create_message("u" + std::to_string(i),
                          "X-Request-Id: " + std::to_string(i) + "\r\n");
  REQUIRE(client.send(all));
  for (int i = 0; i < 1'000; ++i) {
    const auto answer = client.receive();
    REQUIRE(field_of(answer, "X-Request-Id") == std::to_string(i));
    REQUIRE(json_at(body_of(answer), "/data/user_id") ==
            "u" + std::to_string(i));
  }
}

TEST_CASE("a pipelined request sees what the one before it did") {
  front_door door;
  const auto created = door.post("/wallets", R"({"user_id":"a"})");
  const auto path = field_of(created, "Location");
  raw_socket client(door.port());
  client.send(post_message(path + "/fund", R"({"amount":"5"})") + "GET " +
              path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  client.receive();
  CHECK(json_at(body_of(client.receive()), "/data/balance") == "5.0000");
}

TEST_CASE("a request may come byte by byte") {
  front_door door;
  raw_socket client(door.port());
  for (const char byte : create_message("alice"))
    REQUIRE(client.send({&byte, 1}));
  CHECK(status_of(client.receive()) == "200");
}

TEST_CASE("a client that waits for 100 Continue gets it, once") {
  front_door door;
  raw_socket client(door.port());
  client.send("POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n"
              "Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(R"({"user_i)");
  client.send(R"(d":"a"})");
  CHECK(status_of(client.receive()) == "200");
}

TEST_CASE("HTTP/1.0 closes, unless the client asks to keep the connection") {
  front_door door;
  raw_socket one(door.port());
  one.send("GET /health HTTP/1.0\r\n\r\n");
  const auto last = one.receive_all();
  CHECK(last.ends_with("\r\n\r\nOK"));
  CHECK(field_of(last, "Connection") == "close");

  raw_socket many(door.port());
  for (int i = 0; i < 2; ++i) {
    many.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(field_of(many.receive(), "Connection") == "keep-alive");
  }
}

TEST_CASE("Connection: close is obeyed and confirmed") {
  front_door door;
  raw_socket client(door.port());
  client.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" +
              health_message);
  const auto all = client.receive_all();
  CHECK(field_of(all, "Connection") == "close");
  CHECK(all.ends_with("\r\n\r\nOK"));
  CHECK(all.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("a body that is too large is told so while it is being sent") {
  http::limits granted;
  granted.body_bytes = 1'000;
  front_door door(granted);
  raw_socket client(door.port());
  client.send("POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n"
              "Content-Type: application/json\r\n\r\n");
  client.send(std::string(500'000, 'x'));
  const auto answer = client.receive();
  CHECK(status_of(answer) == "413");
  CHECK(code_of(answer) == "body_too_large");
  CHECK(json_at(body_of(answer), "/error") == "The body exceeds 1000 bytes");
  CHECK(field_of(answer, "Connection") == "close");
}

TEST_CASE("what fails while it is read is answered as the request it is") {
  http::limits granted;
  granted.body_bytes = 1'000;
  front_door door(granted);
  raw_socket client(door.port());
  client.send("POST /wallets?x HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\n"
              "Content-Length: 2000\r\n\r\n");
  const auto answer = client.receive();
  CHECK(status_of(answer) == "413");
  CHECK(field_of(answer, "X-Request-Id") == "r-1");
  CHECK(json_at(body_of(answer), "/request_id") == "r-1");
  CHECK(json_at(body_of(answer), "/instance") == "/wallets");

  raw_socket head(door.port());
  head.send("HEAD /health HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n");
  const auto without_body = head.receive_all();
  CHECK(status_of(without_body) == "413");
  CHECK(field_of(without_body, "X-Request-Id").size() == 16);
  CHECK(body_of(without_body).empty());
}
