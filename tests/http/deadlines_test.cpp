#include <catch2/catch.hpp>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "tests/support/eventually.hpp"
#include "tests/support/front_door.hpp"
#include "tests/support/json_text.hpp"

using namespace wallet;
using namespace wallet::testing;
using namespace std::chrono_literals;

TEST_CASE("clients that are silent, slow, or do not read are let go") {
  front_door door(impatient_limits());
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
    many += health_message;
  // Ends when both sides' buffers are full and the server has had enough.
  while (deaf.send(many)) {
  }
  CHECK(body_of(door.get("/health")) == "OK");
}

TEST_CASE("a slow head is not helped by sending a byte now and then") {
  front_door door(impatient_limits());
  raw_socket client(door.port());
  CHECK(eventually([&] { return !client.send("a"); }));
}

TEST_CASE("no answer in time is an unknown outcome, and the client is told") {
  front_door door(impatient_limits());
  door.actors().holds_answers = true;
  raw_socket client(door.port());
  client.send(create_message("a"));
  const auto answer = client.receive();
  CHECK(status_of(answer) == "503");
  CHECK(code_of(answer) == "outcome_unknown");
  CHECK(field_of(answer, "Retry-After") == "1");
  // The connection goes on.
  client.send(health_message);
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
    front_door door(impatient_limits());
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
