// The checker is checked: each kind of damage is found.

#include <catch2/catch.hpp>

#include "tests/chaos/log_join.hpp"

using namespace wallet;
using namespace wallet::chaos;
using namespace std::chrono_literals;

namespace {

// Both in shard 1.
const std::vector<std::string> wallets{"00000000-0000-4000-8000-000000000001",
                                       "00000000-0000-4000-8000-000000000041"};

wallet_id id_of(std::size_t index) {
  return wallet_id(*parse_uuid(wallets[index]));
}

/// A journal and a log that agree, to be damaged: wallet 0 is funded twice
/// (requests 1 and 2), then sends request 3 to wallet 1.
struct fixture {
  journal noted;
  std::vector<event> log;
  findings wrong;

  fixture() {
    noted.by_client.emplace_back();
    noted.by_number.push_back(nullptr);
    log = {make(0, 1, event_type::wallet_created, 0, 0),
           make(1, 1, event_type::wallet_created, 0, 0),
           make(0, 2, event_type::wallet_funded, 1, 1),
           make(0, 3, event_type::wallet_funded, 2, 3),
           make(0, 4, event_type::transfer_out, 3, 0),
           make(1, 2, event_type::transfer_in, 3, 3)};
    add(operation::fund, {2, 1}, {2, 1});
    add(operation::fund, {3, 3}, {3, 3});
    add(operation::transfer, {4, 0}, {2, 3});
    number();
  }

  static event make(std::size_t wallet, std::int64_t version, event_type type,
                    std::int64_t amount, std::int64_t balance) {
    event made;
    made.wallet = id_of(wallet);
    made.version = stream_version{version};
    made.type = type;
    made.amount = money::from_units(amount);
    made.balance = money::from_units(balance);
    return made;
  }

  void add(operation what, told_state sender, told_state receiver) {
    auto &one = noted.by_client[0].emplace_back();
    one.number = static_cast<std::uint32_t>(noted.by_number.size());
    one.what = what;
    one.receiver = what == operation::fund ? 0 : 1;
    one.sent = one.number * 10ms;
    one.done = one.sent + 5ms;
    one.tries = 1;
    one.is_done = true;
    one.sender_after = sender;
    one.receiver_after = receiver;
    noted.by_number.push_back(&one);
  }

  /// Gives the events the positions in which they stand.
  void number() {
    for (std::size_t i = 0; i < log.size(); ++i) {
      log[i].shard = shard_number(1);
      log[i].position = log_position{static_cast<std::int64_t>(i + 1)};
      log[i].transaction =
          log[i].type == event_type::transfer_in
              ? log[i - 1].transaction
              : make_transaction_id(log[i].shard, log[i].position);
    }
  }

  note &request(std::size_t which) { return *noted.by_number[which]; }

  /// What is found, as one text.
  std::string found(int takeovers = 0) {
    log_join join(noted, wallets, takeovers, wrong);
    for (const auto &one : log)
      join.add(one);
    join.finish();
    std::string text;
    for (const auto &line : wrong.lines())
      text += line + "\n";
    return text;
  }
};

bool names(const std::string &text, const std::string &what) {
  INFO(text);
  CHECK(text.find(what) != std::string::npos);
  return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE_METHOD(fixture,
                 "a log that explains what clients were told is fine") {
  CHECK(found().empty());
}

TEST_CASE_METHOD(fixture, "an answered request that is not stored is found") {
  add(operation::fund, {5, 4}, {5, 4});
  CHECK(names(found(), "is not in the log (I1)"));
}

TEST_CASE_METHOD(fixture, "an event that nobody asked for is found") {
  log.push_back(make(0, 5, event_type::wallet_funded, 77, 77));
  number();
  CHECK(names(found(), "nobody asked for it (I2)"));
}

TEST_CASE_METHOD(fixture, "a request that was done twice is found") {
  log.push_back(make(0, 5, event_type::wallet_funded, 2, 2));
  number();
  CHECK(names(found(), "a second time"));
}

TEST_CASE_METHOD(fixture, "a refused request that is stored is found") {
  request(2).is_done = false;
  request(2).is_refused = true;
  CHECK(names(found(), "was refused and is in the log"));
}

TEST_CASE_METHOD(fixture, "a request that was turned away and done is found") {
  request(2).is_done = false;
  CHECK(names(found(), "nothing was done (I3)"));
}

TEST_CASE_METHOD(fixture, "an open outcome is fine either way") {
  request(2).is_done = false;
  request(2).was_open = request(2).is_open = true;
  CHECK(found().empty());
}

TEST_CASE_METHOD(fixture, "an answer that is not what is stored is found") {
  request(1).sender_after.balance = 2;
  CHECK(names(found(), "the client was told"));
}

TEST_CASE_METHOD(fixture, "half a transfer is found") {
  log.pop_back();
  CHECK(names(found(), "(I6)"));
}

TEST_CASE_METHOD(fixture, "holes in positions and versions are found") {
  log[3].position = log_position{9};
  CHECK(names(found(), "its position should be 4 (I7)"));
  log[2].version = stream_version{9};
  CHECK(names(found(), "its version should be 2 (I7)"));
}

TEST_CASE_METHOD(fixture, "an overdraft and a wrong balance are found") {
  log[4].amount = money::from_units(4);
  CHECK(names(found(), "an overdraft (I5)"));
  log[2].balance = money::from_units(2);
  CHECK(names(found(), "its balance is 0.0002"));
}

TEST_CASE_METHOD(fixture, "an order against real time is found") {
  // Request 1 was sent after request 2 had been answered.
  request(1).sent = request(2).done + 1ms;
  request(1).done = request(1).sent + 1ms;
  CHECK(names(found(), "(I9)"));
}

TEST_CASE_METHOD(fixture, "two servers that write in turns are found") {
  request(2).server = 1;
  SECTION("as two takeovers they are fine") { CHECK(found(2).empty()); }
  SECTION("as one they are not") { CHECK(names(found(1), "(I8)")); }
}
