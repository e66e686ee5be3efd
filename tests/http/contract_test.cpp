#include <catch2/catch.hpp>

#include "tests/support/front_door.hpp"
#include "tests/support/json_text.hpp"

using namespace wallet::testing;

// What clients of the former service rely on, and what came after, over a real
// socket. Ids are those of keyed creates, times those of in_memory_wallets.

namespace {

const std::string nobody = "01a20b04-e519-7897-a93b-9974cbf6883b";
const std::string nil = "00000000-0000-0000-0000-000000000000";

std::string create(front_door &door, const std::string &user,
                   const std::string &more = {}) {
  const auto answer =
      door.post("/wallets", R"({"user_id":")" + user + "\"" + more + "}",
                "Idempotency-Key: " + user + "\r\n");
  REQUIRE(status_of(answer) == "200");
  return json_at(body_of(answer), "/data/id");
}

std::string funded(front_door &door, const std::string &user,
                   const std::string &amount) {
  const auto id = create(door, user);
  REQUIRE(status_of(door.post("/wallets/" + id + "/fund",
                              R"({"amount":")" + amount + "\"}")) == "200");
  return id;
}

struct expected_failure {
  std::string status, code, error;
};

void check_failure(const std::string &answer, const expected_failure &wanted) {
  const auto body = body_of(answer);
  INFO(answer);
  CHECK(status_of(answer) == wanted.status);
  CHECK(field_of(answer, "Content-Type") == "application/problem+json");
  CHECK(json_at(body, "/success") == "false");
  CHECK(json_at(body, "/code") == wanted.code);
  CHECK(json_at(body, "/error") == wanted.error);
  CHECK(json_at(body, "/detail") == wanted.error);
  CHECK(json_at(body, "/status") == wanted.status);
  CHECK_FALSE(json_at(body, "/title").empty());
  CHECK(json_at(body, "/type") == "urn:digital-wallet:problem:" + wanted.code);
  CHECK(json_at(body, "/request_id") == field_of(answer, "X-Request-Id"));
}

} // namespace

TEST_CASE("health is the text OK on every server") {
  front_door door;
  for (const std::string path : {"/health", "/livez"}) {
    const auto answer = door.get(path);
    CHECK(status_of(answer) == "200");
    CHECK(body_of(answer) == "OK");
    CHECK(field_of(answer, "Content-Type") == "text/plain; charset=utf-8");
  }
}

TEST_CASE("readiness tells its reasons") {
  front_door door;
  CHECK(body_of(door.get("/readyz")) ==
        R"({"success":true,"data":{"ready":true},"message":null})");
  door.actors().is_standby = true;
  const auto answer = door.get("/readyz");
  check_failure(answer, {"503", "not_ready",
                         "Not ready: another node owns the shards; so it is"});
  CHECK(json_at(body_of(answer), "/reasons/1") == "so it is");
  CHECK(field_of(answer, "Retry-After") == "1");
}

TEST_CASE("a new wallet is answered whole, with where it is") {
  front_door door;
  const auto answer = door.post("/wallets", R"({"user_id":"alice"})",
                                "Idempotency-Key: a\r\nX-Request-Id: r-1\r\n");
  const auto id = json_at(body_of(answer), "/data/id");
  CHECK(body_of(answer) ==
        R"({"success":true,"data":{"id":")" + id +
            R"(","user_id":"alice","balance":"0.0000",)"
            R"("created_at":"2026-01-02T03:04:05.000000Z","currency":"USD",)"
            R"("held":"0.0000","available":"0.0000","status":"active",)"
            R"("version":1,"updated_at":"2026-01-02T03:04:05.000000Z"},)"
            R"("message":null})");
  CHECK(field_of(answer, "Content-Type") == "application/json");
  CHECK(field_of(answer, "Location") == "/wallets/" + id);
  CHECK(field_of(answer, "ETag") == "\"1\"");
  CHECK(field_of(answer, "X-Request-Id") == "r-1");
  CHECK(field_of(answer, "Idempotency-Replayed").empty());

  const auto read = door.get("/wallets/" + id);
  CHECK(body_of(read) == body_of(answer));
  CHECK(field_of(read, "ETag") == "\"1\"");
}

TEST_CASE("without a key two creates are two wallets") {
  front_door door;
  const auto first = door.post("/wallets", R"({"user_id":"a"})");
  const auto second = door.post("/wallets", R"({"user_id":"a"})");
  CHECK(status_of(first) == "200");
  CHECK(status_of(second) == "200");
  CHECK(field_of(first, "Location") != field_of(second, "Location"));
}

TEST_CASE("a fund answers the wallet after it") {
  front_door door;
  const auto id = create(door, "alice");
  const auto answer =
      door.post("/wallets/" + id + "/fund", R"({"amount":"100.00"})");
  CHECK(json_at(body_of(answer), "/data/balance") == "100.0000");
  CHECK(json_at(body_of(answer), "/data/version") == "2");
  CHECK(field_of(answer, "ETag") == "\"2\"");
}

TEST_CASE("a transfer answers both legs, the sender's first") {
  front_door door;
  const auto alice = funded(door, "alice", "100");
  const auto bob = create(door, "bob");
  const auto answer =
      door.post("/wallets/" + alice + "/transfer",
                R"({"to_wallet_id":")" + bob + R"(","amount":"30.00"})");
  const auto body = body_of(answer);
  const auto leg = [&](int i, const std::string &name) {
    return json_at(body, "/data/" + std::to_string(i) + "/" + name);
  };
  CHECK(body ==
        R"({"success":true,"data":[{"transaction_id":")" +
            leg(0, "transaction_id") + R"(","wallet_id":")" + alice +
            R"(","amount":"30.0000","type":"TRANSFER_OUT",)"
            R"("status":"COMPLETED",)"
            R"("created_at":"2026-01-02T03:04:05.000003Z","reference_id":")" +
            leg(0, "transaction_id") + R"(","counterparty_wallet_id":")" + bob +
            R"(","balance":"70.0000","version":3},{"transaction_id":")" +
            leg(1, "transaction_id") + R"(","wallet_id":")" + bob +
            R"(","amount":"30.0000","type":"TRANSFER_IN",)"
            R"("status":"COMPLETED",)"
            R"("created_at":"2026-01-02T03:04:05.000004Z","reference_id":")" +
            leg(0, "transaction_id") + R"(","counterparty_wallet_id":")" +
            alice + R"(","balance":"30.0000","version":2}],"message":null})");
  CHECK(leg(0, "transaction_id") != leg(1, "transaction_id"));
}

TEST_CASE("a user's wallets come newest first, an unknown user has none") {
  front_door door;
  const auto first = door.post("/wallets", R"({"user_id":"a b/c"})");
  const auto second = door.post("/wallets", R"({"user_id":"a b/c"})");
  const auto listed = body_of(door.get("/users/a%20b%2Fc/wallets"));
  CHECK(json_at(listed, "/data/0/id") == json_at(body_of(second), "/data/id"));
  CHECK(json_at(listed, "/data/1/id") == json_at(body_of(first), "/data/id"));
  for (const std::string user : {"nobody", "%00", "%FF"})
    CHECK(body_of(door.get("/users/" + user + "/wallets")) ==
          R"({"success":true,"data":[],"message":null})");
}

TEST_CASE("history and activity come newest first, the unknown have none") {
  front_door door;
  const auto id = funded(door, "alice", "0.5");
  const auto answer = body_of(door.get("/wallets/" + id + "/history"));
  const auto newest = json_at(answer, "/data/0/id");
  const auto oldest = json_at(answer, "/data/1/id");
  CHECK(answer == R"({"success":true,"data":[{"id":")" + newest +
                      R"(","wallet_id":")" + id +
                      R"(","user_id":"alice","amount":"0.5000",)"
                      R"("event_type":"WALLET_FUNDED",)"
                      R"("created_at":"2026-01-02T03:04:05.000001Z",)"
                      R"("transaction_id":")" +
                      newest +
                      R"(","counterparty_wallet_id":null,"balance":"0.5000",)"
                      R"("version":2},{"id":")" +
                      oldest + R"(","wallet_id":")" + id +
                      R"(","user_id":"alice","amount":"0.0000",)"
                      R"("event_type":"WALLET_CREATED",)"
                      R"("created_at":"2026-01-02T03:04:05.000000Z",)"
                      R"("transaction_id":")" +
                      oldest +
                      R"(","counterparty_wallet_id":null,"balance":"0.0000",)"
                      R"("version":1}],"message":null})");
  CHECK(body_of(door.get("/users/alice/activity")) == answer);
  for (const std::string &path :
       {"/wallets/" + nobody + "/history", std::string("/wallets/x/history"),
        std::string("/users/nobody/activity")})
    CHECK(body_of(door.get(path)) ==
          R"({"success":true,"data":[],"message":null})");
}

TEST_CASE("what is not a wallet is not found, as it was written") {
  front_door door;
  for (const std::string &id :
       {nobody, std::string("42"), std::string("a%22b")})
    check_failure(door.get("/wallets/" + id),
                  {"404", "wallet_not_found",
                   "Wallet not found: " + (id == "a%22b" ? "a\"b" : id)});
  check_failure(door.get("/wallets/%FF"),
                {"404", "wallet_not_found", "Wallet not found: \xEF\xBF\xBD"});
  check_failure(door.post("/wallets/x/fund", R"({"amount":"1"})"),
                {"404", "wallet_not_found", "Wallet not found: x"});
  for (const auto &id : {nobody, nil})
    check_failure(door.post("/wallets/" + id + "/fund", R"({"amount":"1"})"),
                  {"404", "wallet_not_found", "Wallet not found: " + id});
}

TEST_CASE("a transfer's missing wallets: the sender comes first") {
  front_door door;
  const auto alice = create(door, "alice"); // without money
  const auto to = [](const std::string &id) {
    return R"({"to_wallet_id":")" + id + R"(","amount":"1"})";
  };
  for (const std::string &receiver : {std::string("x"), nobody, alice}) {
    check_failure(door.post("/wallets/y/transfer", to(receiver)),
                  {"404", "wallet_not_found", "Wallet not found: y"});
  }
  check_failure(door.post("/wallets/" + alice + "/transfer", to("x")),
                {"404", "wallet_not_found", "Wallet not found: x"});
  check_failure(door.post("/wallets/" + alice + "/transfer", to(nobody)),
                {"404", "wallet_not_found", "Wallet not found: " + nobody});
  check_failure(door.post("/wallets/" + nobody + "/transfer", to("x")),
                {"404", "wallet_not_found", "Wallet not found: " + nobody});
}

TEST_CASE("the wallet's own rules say no") {
  front_door door;
  const auto alice = funded(door, "alice", "70");
  const auto bob = funded(door, "bob", "922337203685477.5807");
  const auto euro = create(door, "euro", R"(,"currency":"EUR")");
  const auto move = [&](const std::string &to, const std::string &amount) {
    return door.post("/wallets/" + alice + "/transfer",
                     R"({"to_wallet_id":")" + to + R"(","amount":")" + amount +
                         "\"}");
  };
  const auto overdraft = move(euro, "500");
  check_failure(overdraft, {"422", "currency_mismatch",
                            "Both wallets of a transfer must have the same "
                            "currency"});
  check_failure(move(alice, "500"),
                {"400", "same_wallet",
                 "Invalid amount: Cannot transfer to the same wallet"});
  check_failure(move(bob, "500"),
                {"400", "insufficient_balance",
                 "Insufficient balance. Required: 500.0000, Available: "
                 "70.0000"});
  check_failure(move(bob, "1"), {"400", "balance_limit_exceeded",
                                 "Invalid amount: The balance would exceed "
                                 "922337203685477.5807"});
  check_failure(
      door.post("/wallets/" + bob + "/fund", R"({"amount":"0.0001"})"),
      {"400", "balance_limit_exceeded",
       "Invalid amount: The balance would exceed "
       "922337203685477.5807"});
  CHECK(json_at(body_of(door.get("/wallets/" + alice)), "/data/version") ==
        "2");
}

TEST_CASE("a repeated key answers as before and does nothing again") {
  front_door door;
  const auto id = create(door, "alice");
  const std::string key = "Idempotency-Key: k\r\n";
  const auto fund = [&](const std::string &amount) {
    return door.post("/wallets/" + id + "/fund",
                     R"({"amount":")" + amount + "\"}", key);
  };
  const auto first = fund("1");
  const auto second = fund("1.0000");
  CHECK(body_of(second) == body_of(first));
  CHECK(field_of(first, "Idempotency-Replayed").empty());
  CHECK(field_of(second, "Idempotency-Replayed") == "true");
  check_failure(fund("2"),
                {"422", "idempotency_key_reused",
                 "Idempotency-Key was used before with another request: send a "
                 "new key for a new request"});
  CHECK(json_at(body_of(door.get("/wallets/" + id)), "/data/balance") ==
        "1.0000");
}

TEST_CASE("a key must be 1 to 255 printable characters, sent once") {
  front_door door;
  const std::string name = "Idempotency-Key:";
  for (const std::string &fields :
       {name + "\r\n", name + " " + std::string(256, 'k') + "\r\n",
        name + " \xC3\xA4\r\n", name + " a\r\n" + name + " a\r\n"}) {
    const auto answer = door.post("/wallets", R"({"user_id":"a"})", fields);
    check_failure(answer, {"400", "invalid_idempotency_key",
                           "Idempotency-Key must be 1 to 255 printable ASCII "
                           "characters, sent once"});
  }
  CHECK(door.actors().commands == 0);
  CHECK(status_of(door.post("/wallets", R"({"user_id":"a"})",
                            name + " " + std::string(255, 'k') + "\r\n")) ==
        "200");
}

TEST_CASE("unknown paths are 404, wrong methods 405 with what is allowed") {
  front_door door;
  const std::string nothing =
      "There is nothing at this path: wallets are on PORT (3000), history and "
      "activity on HISTORY_PORT (3001)";
  for (const std::string path :
       {"/", "/wallet", "/wallets/", "/wallets/a/b", "/wallets//fund",
        "/users/a", "/wallets/a/fund/"})
    check_failure(door.get(path), {"404", "not_found", nothing});
  check_failure(door.get("/wallets/%zz"),
                {"400", "bad_request",
                 "The path is not valid percent-encoding (RFC 3986 2.1)"});
  const auto read = door.get("/wallets");
  check_failure(read,
                {"405", "method_not_allowed", "This path answers POST only"});
  CHECK(field_of(read, "Allow") == "POST");
  const auto posted = door.post("/wallets/x", "{}");
  CHECK(status_of(posted) == "405");
  CHECK(field_of(posted, "Allow") == "GET, HEAD");
}

TEST_CASE("HEAD is GET without its body") {
  front_door door;
  raw_socket client(door.port());
  client.send("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n"
              "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto both = client.receive_all();
  CHECK(status_of(both) == "200");
  CHECK(field_of(both, "Content-Length") == "2");
  CHECK(body_of(both).starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(both.ends_with("\r\n\r\nOK"));
}

TEST_CASE("a body must say that it is JSON") {
  front_door door;
  const std::string body = R"({"user_id":"a"})";
  const auto send = [&](const std::string &type) {
    raw_socket client(door.port());
    client.send("POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n" +
                type + "\r\n" + body);
    return client.receive();
  };
  for (const std::string type :
       {"application/json", "Application/JSON", "application/json; charset=x",
        "application/vnd.api+json"})
    CHECK(status_of(send("Content-Type: " + type + "\r\n")) == "200");
  for (const std::string type :
       {"", "Content-Type: text/plain\r\n",
        "Content-Type: application/jsonx\r\n",
        "Content-Type: application/+json\r\n", "Content-Type: +json\r\n"})
    check_failure(send(type), {"415", "unsupported_media_type",
                               "Send the body as Content-Type: "
                               "application/json"});
}

TEST_CASE("a body that is encoded is refused, not misread") {
  front_door door;
  const auto send = [&](const std::string &encoding) {
    return door.post("/wallets", R"({"user_id":"a"})",
                     "Content-Encoding: " + encoding + "\r\n");
  };
  for (const std::string coding : {"gzip", "identity, br", ""})
    check_failure(send(coding), {"415", "unsupported_media_type",
                                 "Send the body without Content-Encoding"});
  CHECK(door.actors().commands == 0);
  CHECK(status_of(send("Identity")) == "200");
}

TEST_CASE("a condition that nobody checks is refused, not ignored") {
  front_door door;
  const auto id = create(door, "alice");
  for (const std::string field : {"If-Match", "if-unmodified-since"})
    check_failure(door.post("/wallets/" + id + "/fund", R"({"amount":"1"})",
                            field + ": \"1\"\r\n"),
                  {"501", "precondition_not_implemented",
                   "Conditional requests are not implemented: repeat it "
                   "without If-Match and If-Unmodified-Since"});
  CHECK(json_at(body_of(door.get("/wallets/" + id)), "/data/version") == "1");
  CHECK(status_of(door.get("/wallets/" + id, "If-Match: \"1\"\r\n")) == "200");
}

TEST_CASE("a request id is the client's if it is sane, else ours") {
  front_door door;
  const auto id_for = [&](const std::string &fields) {
    return field_of(door.get("/health", fields), "X-Request-Id");
  };
  CHECK(id_for("X-Request-Id: abc-123\r\n") == "abc-123");
  CHECK(id_for("x-request-id: lower\r\n") == "lower");
  for (const std::string &fields :
       {std::string(), std::string("X-Request-Id: a b\r\n"),
        std::string("X-Request-Id: a\"b\r\n"),
        "X-Request-Id: " + std::string(129, 'a') + "\r\n"}) {
    const auto made = id_for(fields);
    CHECK(made.size() == 16);
    CHECK(made != id_for(fields));
  }
}

TEST_CASE("a node that does not own the wallets does nothing and says so") {
  front_door door;
  door.actors().is_standby = true;
  const auto answer = door.post("/wallets", R"({"user_id":"a"})");
  check_failure(answer, {"503", "standby",
                         "Nothing was done, another node serves the wallets: "
                         "ask that one, or repeat the request later"});
  CHECK(field_of(answer, "Retry-After") == "5");
  CHECK(json_at(body_of(answer), "/retryable") == "true");
}
