#include <catch2/catch.hpp>

#include "actors/stamping.hpp"
#include "tests/support/batch_builder.hpp"

using namespace wallet;
using namespace wallet::actors;
using testing::amount;
using testing::id_in_shard;

namespace {

using std::chrono::microseconds;

/// Two wallets with money, each in a shard of its own.
struct stamped_log {
  wallet_id sender = id_in_shard(3, 1), receiver = id_in_shard(4, 1);
  stamping stamps{heads()};

  stamped_log() {
    for (const auto &id : {sender, receiver})
      stamps.know(id, {.version = stream_version{5}, .balance = amount("10")});
  }

  static storage::shard_heads heads() {
    storage::shard_heads taken{};
    for (auto &head : taken)
      head = {.position = log_position{100},
              .epoch = epoch{1},
              .last_recorded_at = timestamp(microseconds(1'000))};
    return taken;
  }

  static leg make_leg(const wallet_id &id, event_type type,
                      const std::string &moved) {
    leg part;
    wallet_profile profile;
    profile.id = id;
    part.profile = std::make_shared<wallet_profile>(profile);
    part.draft = {.type = type, .amount = amount(moved)};
    return part;
  }

  bool transfer(unit &work, const std::string &moved,
                timestamp now = timestamp(microseconds(2'000))) {
    work.legs = {make_leg(sender, event_type::transfer_out, moved),
                 make_leg(receiver, event_type::transfer_in, moved)};
    work.leg_count = 2;
    return stamps.stamp(work, now);
  }
};

} // namespace

TEST_CASE("the legs of a transfer follow their wallets and their shards") {
  stamped_log log;
  unit work;
  REQUIRE(log.transfer(work, "4"));
  const auto &[out, in] = std::pair(work.legs[0].stamped, work.legs[1].stamped);
  CHECK(out.position == log_position{101});
  CHECK(out.version == stream_version{6});
  CHECK(out.balance == amount("6"));
  CHECK(in.balance == amount("14"));
  CHECK(out.counterparty_position == in.position);
  CHECK(in.counterparty_position == out.position);
  CHECK(in.transaction == out.transaction);
}

TEST_CASE("later snapshots of a wallet that is known are ignored") {
  stamped_log log;
  log.stamps.know(log.sender,
                  {.version = stream_version{4}, .balance = amount("99")});
  unit work;
  REQUIRE(log.transfer(work, "1"));
  CHECK(work.legs[0].stamped.version == stream_version{6});
  CHECK(work.legs[0].stamped.balance == amount("9"));
}

TEST_CASE("what is taken back leaves the log as it was") {
  stamped_log log;
  unit first, second, again;
  REQUIRE(log.transfer(first, "4"));
  REQUIRE(log.transfer(second, "5"));
  CHECK(second.legs[0].stamped.balance == amount("1"));
  log.stamps.take_back(second);
  log.stamps.take_back(first);
  CHECK(log.stamps.shards()[3].position == log_position{100});
  REQUIRE(log.transfer(again, "4"));
  CHECK(again.legs[0].stamped == first.legs[0].stamped);
  CHECK(again.legs[1].stamped == first.legs[1].stamped);
}

TEST_CASE("both legs in one shard are taken back, too") {
  stamped_log log;
  log.receiver = id_in_shard(3, 2);
  log.stamps.know(log.receiver, {.version = stream_version{1}});
  unit first, again;
  REQUIRE(log.transfer(first, "4"));
  CHECK(log.stamps.shards()[3].position == log_position{102});
  log.stamps.take_back(first);
  CHECK(log.stamps.shards()[3].position == log_position{100});
  REQUIRE(log.transfer(again, "4"));
  CHECK(again.legs[1].stamped == first.legs[1].stamped);
}

TEST_CASE(
    "a wallet is as old as its creation, when that is stamped again, too") {
  stamped_log log;
  const auto id = id_in_shard(5, 1);
  log.stamps.know(id, {});
  unit work;
  work.legs[0] = stamped_log::make_leg(id, event_type::wallet_created, "0");
  REQUIRE(log.stamps.stamp(work, timestamp(microseconds(2'000))));
  log.stamps.take_back(work);
  REQUIRE(log.stamps.stamp(work, timestamp(microseconds(3'000))));
  CHECK(work.legs[0].stamped.version == stream_version{1});
  CHECK(work.legs[0].profile->created_at == timestamp(microseconds(3'000)));
}

TEST_CASE("a unit that cannot follow its wallet is not stamped at all") {
  stamped_log log;
  unit work, next;
  CHECK_FALSE(log.transfer(work, "11"));
  REQUIRE(log.transfer(next, "10"));
  CHECK(next.legs[0].stamped.position == log_position{101});
  CHECK(next.legs[1].stamped.version == stream_version{6});
}

TEST_CASE("the time in the log never goes back, whatever the clock does") {
  stamped_log log;
  unit early, late, back;
  REQUIRE(log.transfer(early, "1", timestamp(microseconds(500))));
  CHECK(early.legs[0].stamped.recorded_at == timestamp(microseconds(1'000)));
  REQUIRE(log.transfer(late, "1", timestamp(microseconds(3'000))));
  REQUIRE(log.transfer(back, "1", timestamp(microseconds(2'000))));
  CHECK(back.legs[1].stamped.recorded_at == timestamp(microseconds(3'000)));
}
