#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "actors/append_queue.hpp"
#include "actors/interfaces.hpp"

using namespace wallet;
using namespace wallet::actors;

// Partly with real threads; also built with ThreadSanitizer
// (tests/CMakeLists.txt).

namespace {

constexpr std::size_t events_per_batch = 3;

/// An append queue, and units stamped one after the other.
struct filled_queue {
  storage::shard_heads heads{};
  std::uint8_t last_batch = 0;
  append_queue queue{events_per_batch, [this] {
                       uuid id{};
                       id.data[0] = ++last_batch;
                       return batch_id(id);
                     }};

  filled_queue() {
    for (auto &head : heads)
      head.epoch = epoch{7};
  }

  /// A unit with one leg in each of these shards.
  append_queue::place add(std::initializer_list<std::size_t> shards) {
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
    return queue.add(work, heads);
  }
};

} // namespace

TEST_CASE("a batch is what waits when the writer takes it") {
  filled_queue filled;
  const auto first = filled.add({5});
  CHECK(filled.add({5}).batch == first.batch);
  const auto taken = filled.queue.take();
  REQUIRE(taken);
  CHECK(taken->id == first.batch);
  CHECK(taken->events.size() == 2);
  CHECK(filled.add({5}).batch != first.batch);
  CHECK(taken->events.size() == 2);
}

TEST_CASE("a batch moves each shard from before its first event to its last") {
  filled_queue filled;
  filled.add({9});
  filled.queue.take();
  filled.add({9, 2});
  filled.add({9});
  const auto taken = filled.queue.take();
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
  filled_queue filled;
  for (int i = 0; i < 3; ++i)
    filled.add({1, 2});
  CHECK(filled.queue.take()->events.size() == 4);
  CHECK(filled.queue.take()->events.size() == 2);
  CHECK_FALSE(filled.queue.take());
}

TEST_CASE("the writer is told once, when it has found nothing") {
  filled_queue filled;
  CHECK(filled.add({1}).is_writer_idle);
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  CHECK(filled.queue.take());
  // It will look again by itself.
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  CHECK(filled.queue.take());
  CHECK_FALSE(filled.queue.take());
  CHECK(filled.add({1}).is_writer_idle);
}

TEST_CASE("after a batch that failed the writer is told when all is cleared") {
  filled_queue filled;
  filled.add({1});
  CHECK(filled.queue.take());
  filled.add({1});
  CHECK_FALSE(filled.add({1}).is_writer_idle);
  filled.queue.clear();
  CHECK(filled.add({1}).is_writer_idle);
  CHECK(filled.queue.take()->events.size() == 1);
}

TEST_CASE(
    "the writer goes on by itself after a commit, and after nothing else") {
  using namespace storage;
  CHECK(append_queue::goes_on(committed{}));
  CHECK_FALSE(append_queue::goes_on(duplicates{}));
  CHECK_FALSE(append_queue::goes_on(rejected{}));
  CHECK_FALSE(append_queue::goes_on(fenced{}));
  CHECK_FALSE(append_queue::goes_on(unknown{}));
}

TEST_CASE("every unit is in one batch, whenever the writer takes and fails") {
  constexpr std::int64_t units = 20'000;
  constexpr int failure_every = 50;
  filled_queue filled;
  std::atomic<int> told{0};
  std::atomic<bool> has_failed{false};
  std::atomic<std::int64_t> written{0};
  bool is_in_order = true;
  std::thread writer([&] {
    int taken = 0;
    while (written < units) {
      if (told == 0)
        continue;
      --told;
      while (const auto next = filled.queue.take()) {
        const auto &advance = next->advances.front();
        is_in_order = is_in_order && raw(advance.from) == written;
        if (++taken % failure_every == 0) {
          has_failed = true;
          break;
        }
        written = raw(advance.to);
      }
    }
  });
  auto &stamped = filled.heads.at(1).position;
  while (written < units) {
    if (has_failed) {
      // What the writer had, and all that was stamped upon it, comes again.
      filled.queue.clear();
      stamped = log_position{written.load()};
      has_failed = false;
    }
    if (raw(stamped) < units && filled.add({1}).is_writer_idle)
      ++told;
  }
  writer.join();
  CHECK(is_in_order);
  CHECK(written == units);
}
