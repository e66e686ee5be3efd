#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "actors/reply.hpp"

using namespace wallet::actors;

// With real threads; also built with ThreadSanitizer (tests/CMakeLists.txt).

namespace {

struct outcome {
  std::atomic<int> answers{0};
  std::atomic<int> last{-1};
};

/// An int; 0 means lost.
class noted final : public reply_target<int> {
public:
  explicit noted(outcome &to) : to_(to) {}

private:
  void fire(int value) noexcept override {
    ++to_.answers;
    to_.last = value;
  }
  outcome &to_;
};

} // namespace

TEST_CASE("the first answer counts, and there is one") {
  for (int round = 0; round < 500; ++round) {
    outcome seen;
    reply_to<int> reply(new noted(seen));
    std::thread one([reply] { reply.complete(1); });
    std::thread other([reply] { reply.complete(2); });
    reply = {};
    one.join();
    other.join();
    REQUIRE(seen.answers == 1);
    REQUIRE((seen.last == 1 || seen.last == 2));
  }
}

TEST_CASE("what nobody answers is lost when the last copy dies") {
  for (int round = 0; round < 500; ++round) {
    outcome seen;
    reply_to<int> reply(new noted(seen));
    std::thread one([copy = reply] {});
    std::thread other([copy = std::move(reply)] {});
    one.join();
    other.join();
    REQUIRE(seen.answers == 1);
    REQUIRE(seen.last == 0);
  }
}
