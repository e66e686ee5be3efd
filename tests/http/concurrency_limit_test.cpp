#include <catch2/catch.hpp>

#include "http/concurrency_limit.hpp"

using wallet::http::concurrency_limit;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t most = 4'096, least = 512;

/// A limit and the answers that it hears of, on a clock of its own.
struct watched_limit {
  concurrency_limit limit{most, least};
  concurrency_limit::clock::time_point now =
      concurrency_limit::clock::now() + concurrency_limit::window;

  /// A window whose answers had waited so long, with so many under way.
  void pass(concurrency_limit::clock::duration waited, std::size_t under_way) {
    now += concurrency_limit::window;
    limit.on_answer(waited, under_way, now);
  }

  void pass(int windows, concurrency_limit::clock::duration waited,
            std::size_t under_way) {
    for (int i = 0; i < windows; ++i)
      pass(waited, under_way);
  }
};

} // namespace

TEST_CASE("short waits leave the limit where it was set") {
  watched_limit watched;
  watched.pass(20, 90ms, 4'000);
  CHECK(watched.limit.now() == most);
}

TEST_CASE("a stall shorter than half a second is sat out") {
  watched_limit watched;
  watched.pass(concurrency_limit::patience - 1, 400ms, 4'000);
  watched.pass(1ms, 100);
  watched.pass(concurrency_limit::patience - 1, 400ms, 4'000);
  CHECK(watched.limit.now() == most);
}

TEST_CASE("a queue that stands is cut to what waits just long enough") {
  watched_limit watched;
  // 4,000 wait for 0.2 s: 20,000 a second, of which 2,000 wait for 0.1 s.
  watched.pass(concurrency_limit::patience, 200ms, 4'000);
  CHECK(watched.limit.now() == 2'000);
  // The machine is slower than that; it is known to be late, so at once.
  watched.pass(125ms, 2'000);
  CHECK(watched.limit.now() == 1'600);
}

TEST_CASE("the limit grows again when waits are short, up to where it was") {
  watched_limit watched;
  watched.pass(concurrency_limit::patience, 800ms, 4'096);
  REQUIRE(watched.limit.now() == 512);
  watched.pass(50ms, 512);
  CHECK(watched.limit.now() == 576);
  watched.pass(30, 50ms, 512);
  CHECK(watched.limit.now() == most);
}

TEST_CASE("it never falls below what keeps the sequencer busy") {
  watched_limit watched;
  watched.pass(20, 10s, 4'096);
  CHECK(watched.limit.now() == least);
  // What was set to less stays.
  concurrency_limit small(16, least);
  CHECK(small.now() == 16);
  small.on_answer(10s, 16, watched.now);
  CHECK(small.now() == 16);
}

TEST_CASE("many quick answers do not hide a queue") {
  watched_limit watched;
  for (int window = 0; window < concurrency_limit::patience; ++window) {
    for (int i = 0; i < 900; ++i)
      watched.limit.on_answer(1ms, 2'000, watched.now);
    for (int i = 0; i < 100; ++i)
      watched.limit.on_answer(900ms, 2'000, watched.now);
    watched.pass(900ms, 2'000);
  }
  CHECK(watched.limit.now() == least);
}
