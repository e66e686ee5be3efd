#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "actors/interfaces.hpp"
#include "actors/outbox.hpp"

using namespace wallet;
using namespace wallet::actors;

// Partly with real threads; also built with ThreadSanitizer
// (tests/CMakeLists.txt).

namespace {

constexpr std::size_t events_per_batch = 3;

/// An outbox, and units stamped one after the other.
struct filled_outbox {
  storage::shard_heads heads{};
  std::uint8_t last_batch = 0;
  outbox box{events_per_batch, [this] {
               uuid id{};
               id.data[0] = ++last_batch;
               return batch_id(id);
             }};

  filled_outbox() {
    for (auto &head : heads)
      head.epoch = epoch{7};
  }

  /// A unit with one leg in each of these shards.
  outbox::place add(std::initializer_list<std::size_t> shards) {
    unit work;
    work.leg_count = 0;
    for (const auto shard : shards) {
      auto &part = work.legs.at(work.leg_count++);
      wallet_profile profile;
      profile.id = wallet_id(uuid{{static_cast<std::uint8_t>(shard)}});
      part.profile = std::make_shared<wallet_profile>(profile);
      auto &position = heads.at(shard).position;
      position = next(position);
      part.stamped.shard = shard_number(shard);
      part.stamped.position = position;
    }
    return box.add(work, heads);
  }
};

} // namespace

TEST_CASE("a batch is what waits when the writer takes it") {
  filled_outbox filled;
  const auto first = filled.add({5});
  CHECK(filled.add({5}).batch == first.batch);
  const auto taken = filled.box.take();
  REQUIRE(taken);
  CHECK(taken->id == first.batch);
  CHECK(taken->events.size() == 2);
  CHECK(filled.add({5}).batch != first.batch);
  CHECK(taken->events.size() == 2);
}

TEST_CASE("a batch moves each shard from before its first event to its last") {
  filled_outbox filled;
  filled.add({9});
  filled.box.take();
  filled.add({9, 2});
  filled.add({9});
  const auto taken = filled.box.take();
  REQUIRE(taken);
  REQUIRE(taken->advances.size() == 2);
  CHECK(taken->advances[0].shard == shard_number(2));
  CHECK(taken->advances[0].from == log_position{0});
  CHECK(taken->advances[0].to == log_position{1});
  CHECK(taken->advances[1].shard == shard_number(9));
  CHECK(taken->advances[1].from == log_position{1});
  CHECK(taken->advances[1].to == log_position{3});
  CHECK(taken->advances[1].epoch == epoch{7});
  // Either leg of a transfer names the owner of the other; one alone nobody.
  REQUIRE(taken->events.size() == 3);
  CHECK(taken->events[0].counterparty == taken->events[1].owner);
  CHECK(taken->events[1].counterparty == taken->events[0].owner);
  CHECK_FALSE(taken->events[2].counterparty);
}

TEST_CASE("a batch ends with the unit that makes it long enough") {
  filled_outbox filled;
  for (int i = 0; i < 3; ++i)
    filled.add({1, 2});
  CHECK(filled.box.take()->events.size() == 4);
  CHECK(filled.box.take()->events.size() == 2);
  CHECK_FALSE(filled.box.take());
}

TEST_CASE("the writer is told once, when it has found nothing") {
  filled_outbox filled;
  CHECK(filled.add({1}).is_writer_idle);
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  CHECK(filled.box.take());
  // It will look again by itself.
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  CHECK(filled.box.take());
  CHECK_FALSE(filled.box.take());
  CHECK(filled.add({1}).is_writer_idle);
}

TEST_CASE("what was stamped upon a batch that failed is not taken") {
  filled_outbox filled;
  filled.add({1});
  CHECK(filled.box.take());
  filled.add({1});
  filled.box.hold();
  CHECK_FALSE(filled.box.take());
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  filled.box.clear();
  CHECK_FALSE(filled.box.take());
  CHECK(filled.add({1}).is_writer_idle);
  CHECK(filled.box.take()->events.size() == 1);
}

TEST_CASE("every unit is in one batch, whenever the writer takes them") {
  constexpr std::size_t units = 20'000;
  filled_outbox filled;
  std::atomic<std::size_t> calls{0};
  std::atomic<bool> has_all{false};
  std::size_t written = 0;
  bool is_in_order = true;
  std::thread writer([&] {
    while (!has_all || calls > 0) {
      if (calls == 0)
        continue;
      --calls;
      while (const auto taken = filled.box.take()) {
        is_in_order = is_in_order && raw(taken->advances.front().from) ==
                                         static_cast<std::int64_t>(written);
        written += taken->events.size();
      }
    }
  });
  for (std::size_t i = 0; i < units; ++i)
    if (filled.add({1}).is_writer_idle)
      ++calls;
  has_all = true;
  writer.join();
  CHECK(written == units);
  CHECK(is_in_order);
}
