#include <catch2/catch.hpp>

#include <thread>
#include <vector>

#include "http/admission.hpp"

using namespace wallet::http;
using namespace std::chrono_literals;

// With real threads; also built with ThreadSanitizer (tests/CMakeLists.txt).

TEST_CASE("no more than the limit are admitted, from whatever thread") {
  constexpr std::size_t limit = 3;
  const auto door = std::make_shared<admission>(limit);
  std::atomic<std::size_t> inside{0}, most{0}, refused{0};
  const auto visit = [&] {
    for (int i = 0; i < 2'000; ++i) {
      const auto pass = door->enter();
      if (!pass) {
        ++refused;
        continue;
      }
      auto before = most.load();
      const auto now = ++inside;
      while (now > before && !most.compare_exchange_weak(before, now)) {
      }
      --inside;
    }
  };
  std::vector<std::thread> visitors;
  for (int i = 0; i < 5; ++i)
    visitors.emplace_back(visit);
  for (auto &one : visitors)
    one.join();
  CHECK(most >= 1);
  CHECK(most <= limit);
  CHECK(door->await_none(0ms));
}

TEST_CASE("a pass may outlive the door, and the last one is waited for") {
  auto door = std::make_shared<admission>(1);
  auto pass = door->enter();
  REQUIRE(pass);
  CHECK_FALSE(door->enter());
  CHECK_FALSE(door->await_none(1ms));
  std::thread leaving([&] { pass.reset(); });
  CHECK(door->await_none(10s));
  leaving.join();
}
