#include <catch2/catch.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;

namespace {

std::string create(http_client &wallets, const std::string &user) {
  const auto created =
      wallets.post("/wallets", R"({"user_id":")" + user + R"("})");
  REQUIRE(created);
  CHECK(created->status == 200);
  CHECK(created->at("/success") == "true");
  CHECK(created->at("/message") == "null");
  CHECK(created->at("/data/user_id") == user);
  CHECK(created->at("/data/balance") == "0.0000");
  CHECK_FALSE(created->at("/data/created_at").empty());
  return created->at("/data/id");
}

std::string balance(http_client &wallets, const std::string &id) {
  const auto read = wallets.get("/wallets/" + id);
  REQUIRE(read);
  CHECK(read->status == 200);
  return read->at("/data/balance");
}

void fund_and_transfer(http_client &wallets, const std::string &alice,
                       const std::string &bob) {
  const auto funded =
      wallets.post("/wallets/" + alice + "/fund", R"({"amount":"100.00"})");
  REQUIRE(funded);
  CHECK(funded->status == 200);
  CHECK(funded->at("/data/id") == alice);
  CHECK(funded->at("/data/balance") == "100.0000");

  const auto moved =
      wallets.post("/wallets/" + alice + "/transfer",
                   R"({"to_wallet_id":")" + bob + R"(","amount":"30.00"})");
  REQUIRE(moved);
  CHECK(moved->status == 200);
  REQUIRE(moved->size("/data") == 2);
  CHECK(moved->at("/data/0/wallet_id") == alice);
  CHECK(moved->at("/data/0/type") == "TRANSFER_OUT");
  CHECK(moved->at("/data/1/wallet_id") == bob);
  CHECK(moved->at("/data/1/type") == "TRANSFER_IN");
  for (const std::string leg : {"/data/0", "/data/1"}) {
    CHECK(moved->at(leg + "/amount") == "30.0000");
    CHECK(moved->at(leg + "/status") == "COMPLETED");
    CHECK_FALSE(moved->at(leg + "/transaction_id").empty());
    CHECK_FALSE(moved->at(leg + "/created_at").empty());
  }

  CHECK(balance(wallets, alice) == "70.0000");
  CHECK(balance(wallets, bob) == "30.0000");
}

void refuse_overdraft(http_client &wallets, const std::string &alice,
                      const std::string &bob) {
  const auto refused =
      wallets.post("/wallets/" + alice + "/transfer",
                   R"({"to_wallet_id":")" + bob + R"(","amount":"500.00"})");
  REQUIRE(refused);
  CHECK(refused->status == 400);
  CHECK(refused->at("/success") == "false");
  CHECK(refused->at("/error") ==
        "Insufficient balance. Required: 500.0000, Available: 70.0000");
}

/// A forgotten id is nobody's, and no other is told in its place.
void miss_nil(http_client &wallets) {
  const std::string nil = "00000000-0000-0000-0000-000000000000";
  const auto missed =
      wallets.post("/wallets/" + nil + "/fund", R"({"amount":"1"})");
  REQUIRE(missed);
  CHECK(missed->status == 404);
  CHECK(missed->at("/error") == "Wallet not found: " + nil);
}

void list_wallets(http_client &wallets, const std::string &alice) {
  const auto second = create(wallets, "alice");
  const auto listed = wallets.get("/users/alice/wallets");
  REQUIRE(listed);
  REQUIRE(listed->size("/data") == 2);
  CHECK(listed->at("/data/0/id") == second);
  CHECK(listed->at("/data/1/id") == alice);
  CHECK(listed->at("/data/1/balance") == "70.0000");

  const auto none = wallets.get("/users/nobody/wallets");
  REQUIRE(none);
  CHECK(none->status == 200);
  CHECK(none->body == R"({"success":true,"data":[],"message":null})");
}

/// Waits for `count` items: history follows, it does not come along.
http_answer history(http_client &reader, const std::string &target,
                    std::size_t count) {
  http_answer last;
  CHECK(eventually(
      [&] {
        const auto answer = reader.get(target);
        if (answer)
          last = *answer;
        return last.size("/data") >= count;
      },
      std::chrono::seconds(20)));
  INFO(last.body);
  CHECK(last.size("/data") == count);
  return last;
}

void read_history(http_client &reader, const std::string &alice,
                  const std::string &bob) {
  const auto sent = history(reader, "/wallets/" + alice + "/history", 3);
  CHECK(sent.at("/data/0/event_type") == "TRANSFER_OUT");
  CHECK(sent.at("/data/0/amount") == "30.0000");
  CHECK(sent.at("/data/0/wallet_id") == alice);
  CHECK(sent.at("/data/0/user_id") == "alice");
  CHECK(sent.at("/data/1/event_type") == "WALLET_FUNDED");
  CHECK(sent.at("/data/1/amount") == "100.0000");
  CHECK(sent.at("/data/2/event_type") == "WALLET_CREATED");
  CHECK(sent.at("/data/2/amount") == "0.0000");

  const auto received = history(reader, "/wallets/" + bob + "/history", 2);
  CHECK(received.at("/data/0/event_type") == "TRANSFER_IN");
  CHECK(received.at("/data/0/amount") == "30.0000");
  CHECK(received.at("/data/0/user_id") == "bob");

  // Alice's second wallet is there, too.
  const auto activity = history(reader, "/users/alice/activity", 4);
  CHECK(activity.at("/data/0/event_type") == "WALLET_CREATED");
  CHECK(activity.at("/data/1/event_type") == "TRANSFER_OUT");
  history(reader, "/users/bob/activity", 2);
  history(reader, "/users/nobody/activity", 0);
}

void quick_start(const wallet_settings &settings) {
  const auto service = ready_wallet(settings);
  auto wallets = service->client();
  auto reader = service->history_client();
  for (auto *side : {&wallets, &reader}) {
    const auto health = side->get("/health");
    REQUIRE(health);
    CHECK(health->body == "OK");
  }
  const auto alice = create(wallets, "alice");
  const auto bob = create(wallets, "bob");
  fund_and_transfer(wallets, alice, bob);
  refuse_overdraft(wallets, alice, bob);
  miss_nil(wallets);
  list_wallets(wallets, alice);
  read_history(reader, alice, bob);

  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
  CHECK(service->terminate(std::chrono::seconds(5)) == 0);
}

} // namespace

TEST_CASE("the former service's quick start gives what it always gave") {
  private_kafka broker;
  quick_start({shared_postgres().new_database(), broker.brokers(), {}, {}});
}

TEST_CASE("without Kafka everything works, with one part fewer") {
  quick_start({shared_postgres().new_database(), {}, {}, {}});
}

TEST_CASE("history may live in a database of its own") {
  quick_start({shared_postgres().new_database(),
               {},
               {},
               {{"HISTORY_DATABASE_URL", shared_postgres().new_database()}}});
}
