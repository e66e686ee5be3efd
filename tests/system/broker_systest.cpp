#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <sstream>

#include "tests/support/eventually.hpp"
#include "tests/support/journal_audit.hpp"
#include "tests/support/json_text.hpp"
#include "tests/support/private_kafka.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_load.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

struct message {
  std::string key;
  std::string body;
};

/// All messages of a topic, as Debian's kcat reads them.
std::vector<message>
read_with_kcat(const std::string &brokers,
               const std::string &topic = "wallet-events") {
  const auto command = "kcat -q -b " + brokers + " -t " + topic +
                       " -C -e -o beginning -f '%k %s\\n' "
                       "2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE *)> out(popen(command.c_str(), "r"),
                                                   &pclose);
  REQUIRE(out);
  std::string text;
  std::array<char, 4096> part{};
  while (const auto size = fread(part.data(), 1, part.size(), out.get()))
    text.append(part.data(), size);
  std::vector<message> messages;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    messages.push_back({line.substr(0, space), line.substr(space + 1)});
  }
  return messages;
}

/// The body of the message of that type, which must be there once.
std::string body_of(const std::vector<message> &messages,
                    const std::string &key, const std::string &type) {
  std::vector<std::string> found;
  for (const auto &each : messages)
    if (each.key == key && json_at(each.body, "/eventType") == type)
      found.push_back(each.body);
  INFO(key << " " << type);
  REQUIRE(found.size() == 1);
  return found.front();
}

} // namespace

TEST_CASE("a foreign consumer reads the documented messages") {
  private_kafka broker;
  const auto service = ready_wallet(
      {shared_postgres().new_database(), broker.brokers(), {}, {}});
  auto server = service->client();
  const auto ids = funded_wallets(server, 2, "100.00");
  const auto moved =
      server.post("/wallets/" + ids[0] + "/transfer",
                  R"({"to_wallet_id":")" + ids[1] + R"(","amount":"30.00"})");
  REQUIRE(moved);
  REQUIRE(moved->status == 200);

  // Two creations, two fundings, both sides of the transfer.
  std::vector<message> messages;
  REQUIRE(eventually(
      [&] {
        messages = read_with_kcat(broker.brokers());
        return messages.size() >= 6;
      },
      30s));
  CHECK(messages.size() == 6);

  const auto created = body_of(messages, ids[0], "WALLET_CREATED");
  CHECK(json_at(created, "/wallet_id") == ids[0]);
  CHECK(json_at(created, "/user_id") == "alice");
  CHECK_FALSE(json_at(created, "/timestamp").empty());

  const auto funded = body_of(messages, ids[0], "WALLET_FUNDED");
  CHECK(json_at(funded, "/wallet_id") == ids[0]);
  CHECK(json_at(funded, "/user_id") == "alice");
  CHECK(json_at(funded, "/amount") == "100.0000");
  CHECK(json_at(funded, "/new_balance") == "100.0000");
  CHECK_FALSE(json_at(funded, "/transaction_id").empty());
  CHECK_FALSE(json_at(funded, "/timestamp").empty());

  const auto sent = body_of(messages, ids[0], "TRANSFER_COMPLETED");
  const auto received = body_of(messages, ids[1], "TRANSFER_RECEIVED");
  for (const auto &side : {sent, received}) {
    CHECK(json_at(side, "/from_wallet_id") == ids[0]);
    CHECK(json_at(side, "/from_user_id") == "alice");
    CHECK(json_at(side, "/to_wallet_id") == ids[1]);
    CHECK(json_at(side, "/to_user_id") == "alice");
    CHECK(json_at(side, "/amount") == "30.0000");
    CHECK(json_at(side, "/reference_id") == moved->at("/data/0/reference_id"));
    CHECK_FALSE(json_at(side, "/timestamp").empty());
  }
  CHECK(json_at(sent, "/balance") == "70.0000");
  CHECK(json_at(received, "/balance") == "130.0000");
}

TEST_CASE("another topic begins with the whole log") {
  private_kafka broker;
  wallet_settings settings{
      shared_postgres().new_database(), broker.brokers(), {}, {}};
  {
    const auto service = ready_wallet(settings);
    auto server = service->client();
    funded_wallets(server, 2, "100.00");
    REQUIRE(eventually(
        [&] { return read_with_kcat(broker.brokers()).size() >= 4; }, 30s));
    CHECK(service->terminate(5s) == 0);
  }
  settings.more = {{"KAFKA_TOPIC", "other-events"}};
  const auto service = ready_wallet(settings);
  CHECK(eventually(
      [&] {
        return read_with_kcat(broker.brokers(), "other-events").size() >= 4;
      },
      30s));
  CHECK(read_with_kcat(broker.brokers()).size() == 4);
}

TEST_CASE("while the broker is down no command fails, and history catches up") {
  const auto seed = test_seed();
  CAPTURE(seed);
  private_kafka broker;
  const wallet_settings settings{
      shared_postgres().new_database(), broker.brokers(), {}, {}};
  const auto service = ready_wallet(settings);
  auto server = service->client();
  wallet_load load(server, funded_wallets(server, 20, "50.00"), {16, seed});
  const auto await_successes = [&load](std::size_t count) {
    const auto goal = load.succeeded() + count;
    REQUIRE(eventually([&] { return load.succeeded() >= goal; }, 60s));
  };
  await_successes(200);
  broker.kill_9();
  await_successes(300);
  broker.start();
  await_successes(200);
  const auto noted = load.stop();
  INFO(service->log());

  CHECK(load.failed() == 0);
  CHECK(load.silent() == 0);
  CHECK(eventually([&] { return history_is_complete(settings.database_url); },
                   60s));
  CHECK(audit(noted, settings.database_url, server) ==
        std::vector<std::string>{});
  const auto verified = run_wallet(settings, {"verify"});
  INFO(verified.output);
  CHECK(verified.status == 0);
}
