#include <catch2/catch.hpp>

#include "storage/topic_walk.hpp"

using namespace wallet;
using namespace wallet::storage;

namespace {

const shard_number shard(3);

shard_positions at(std::int64_t position) {
  shard_positions all{};
  all.at(shard.value()) = log_position{position};
  return all;
}

consumed_record record(std::int64_t position) {
  recorded_event one;
  one.fact.shard = shard;
  one.fact.position = log_position{position};
  return {.content = one};
}

/// Of the event that the walk ends at; 0 for none.
std::int64_t end_of(const topic_walk &walk) {
  const auto ends = walk.ends();
  return ends.empty() ? 0 : raw(ends.front().position);
}

} // namespace

TEST_CASE("a walk over a topic") {
  SECTION("goes on from the cursor") {
    topic_walk walk(at(4), at(4));
    for (const auto position : {5, 6, 7})
      walk.take(record(position), false);
    CHECK(end_of(walk) == 7);
  }
  SECTION("does not go back for what is published again") {
    topic_walk walk(at(4), at(4));
    for (const auto position : {5, 6, 7, 4, 5})
      walk.take(record(position), false);
    CHECK(end_of(walk) == 7);
  }
  SECTION("leaves out what is far beyond the end") {
    topic_walk walk(at(4), at(4));
    for (const auto position : {1'000, 5, 9})
      walk.take(record(position), false);
    CHECK(end_of(walk) == 5);
  }
  // Two relays: one published 5 before the other saved its cursor 4 behind it,
  // and goes on with 6 when it owns the shards again.
  SECTION("goes on from the end of the log, too") {
    topic_walk walk(at(4), at(5));
    walk.take(record(6), false);
    CHECK(end_of(walk) == 6);
  }
  SECTION("begins where the topic does, when its beginning is gone") {
    topic_walk walk(at(4), at(4));
    for (const auto position : {8, 9})
      walk.take(record(position), true);
    CHECK(end_of(walk) == 9);
  }
}
