#include <catch2/catch.hpp>

#include <vector>

#include <boost/asio/io_context.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/front_door.hpp"
#include "tests/support/json_text.hpp"

using namespace wallet;
using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

const std::string health = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

std::string create_message(const std::string &user,
                           const std::string &fields = {}) {
  return post_message("/wallets", R"({"user_id":")" + user + "\"}", fields);
}

std::string code_of(const std::string &answer) {
  return json_at(body_of(answer), "/code");
}

/// Deadlines short enough to wait for.
http::limits impatient() {
  http::limits granted;
  granted.idle = granted.header = granted.body = granted.write = 200ms;
  granted.answer = granted.probe_answer = 200ms;
  granted.sweep = 10ms;
  return granted;
}

} // namespace

TEST_CASE("a connection serves one request after another") {
  front_door door;
  raw_socket client(door.port());
  for (int i = 0; i < 3; ++i) {
    client.send(health);
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
              health);
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

TEST_CASE("clients that are silent, slow, or do not read are let go") {
  front_door door(impatient());
  raw_socket idle(door.port());
  raw_socket slow_head(door.port());
  slow_head.send("GET /hea");
  raw_socket slow_body(door.port());
  slow_body.send("POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n"
                 "Content-Type: application/json\r\n\r\n{");
  CHECK(idle.receive_all().empty());
  CHECK(slow_head.receive_all().empty());
  CHECK(slow_body.receive_all().empty());

  raw_socket deaf(door.port());
  std::string many;
  for (int i = 0; i < 2'000; ++i)
    many += health;
  // Ends when both sides' buffers are full and the server has had enough.
  while (deaf.send(many)) {
  }
  CHECK(body_of(door.get("/health")) == "OK");
}

TEST_CASE("a slow head is not helped by sending a byte now and then") {
  front_door door(impatient());
  raw_socket client(door.port());
  CHECK(eventually([&] { return !client.send("a"); }));
}

TEST_CASE("no answer in time is an unknown outcome, and the client is told") {
  front_door door(impatient());
  door.actors().holds_answers = true;
  raw_socket client(door.port());
  client.send(create_message("a"));
  const auto answer = client.receive();
  CHECK(status_of(answer) == "503");
  CHECK(code_of(answer) == "outcome_unknown");
  CHECK(field_of(answer, "Retry-After") == "1");
  // The connection goes on.
  client.send(health);
  CHECK(body_of(client.receive()) == "OK");
}

TEST_CASE("a request of unknown outcome is found in the log by its id") {
  auto lines = std::make_shared<std::ostringstream>();
  const auto usual = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(*lines)));
  {
    front_door door;
    door.post("/wallets", R"({"user_id":"a"})", "X-Request-Id: good\r\n");
    door.actors().loses_questions = true;
    door.post("/wallets", R"({"user_id":"a"})", "X-Request-Id: r-1\r\n");
  }
  spdlog::set_default_logger(usual);
  CHECK(lines->str().find("POST /wallets: 503 outcome_unknown, request r-1") !=
        std::string::npos);
  CHECK(lines->str().find("good") == std::string::npos);
}

TEST_CASE("a question that is lost is an unknown outcome at once") {
  front_door door; // the deadline is 10 s
  door.actors().loses_questions = true;
  const auto answer = door.post("/wallets", R"({"user_id":"a"})");
  CHECK(status_of(answer) == "503");
  CHECK(code_of(answer) == "outcome_unknown");
}

TEST_CASE("a read has no outcome that could be unknown") {
  const std::string wallet = "/wallets/01a20b04-e519-7897-a93b-9974cbf6883b";
  for (const bool is_lost : {false, true}) {
    front_door door(impatient());
    door.actors().loses_questions = is_lost;
    door.actors().holds_answers = !is_lost;
    for (const std::string &path :
         {wallet, wallet + "/history", std::string("/users/a/wallets"),
          std::string("/users/a/activity")}) {
      INFO(path);
      const auto answer = door.get(path);
      CHECK(status_of(answer) == "503");
      CHECK(code_of(answer) == "store_unavailable");
      CHECK(field_of(answer, "Retry-After") == "1");
    }
  }
}

TEST_CASE("a probe is told in time that there is no answer") {
  http::limits granted; // requests may take 10 s
  granted.probe_answer = 200ms;
  granted.sweep = 10ms;
  front_door door(granted);
  door.actors().holds_probes = true;
  const auto answer = door.get("/readyz");
  CHECK(status_of(answer) == "503");
  CHECK(code_of(answer) == "not_ready");
  CHECK(json_at(body_of(answer), "/reasons/0") == "no answer within 200 ms");
}

TEST_CASE("what the actors still hold counts, even after its client was told") {
  auto granted = impatient();
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
    client->send(health); // and stays
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
  second.send(health);
  CHECK(status_of(second.receive()) == "200");
  CHECK(eventually([&] { return status_of_read() == "503"; }));
}

TEST_CASE("where connections are full there is room for probes") {
  http::limits granted;
  granted.connections = 1;
  granted.probes = 1;
  front_door door(granted);
  raw_socket first(door.port());
  first.send(health);
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
    second.send(health);
    CHECK(body_of(second.receive()) == "OK");
    raw_socket in_the_room_for_probes(door.port()), third(door.port());
    const auto refused = third.receive_all();
    CHECK(status_of(refused) == "503");
    CHECK(code_of(refused) == "too_many_connections");
  }
  first.send(health);
  CHECK(body_of(first.receive()) == "OK");
  // A place is free again.
  CHECK(eventually([&] { return body_of(door.get("/health")) == "OK"; }));
}

TEST_CASE("a stop answers what is under way and refuses the rest") {
  http::limits granted;
  granted.answer = 300ms;
  granted.sweep = 10ms;
  front_door door(granted);
  raw_socket idle(door.port());
  idle.send(health);
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
  silent.send(health);
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
