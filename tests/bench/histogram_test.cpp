#include <catch2/catch.hpp>

#include "bench/histogram.hpp"

namespace wallet::bench {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

TEST_CASE("A recorded time is found again, one percent off at most.") {
  for (std::int64_t value = 1; value < nanoseconds(4h).count();
       value += 1 + value / 37) {
    histogram times;
    times.record(nanoseconds(value));
    times.record(8h); // so that the maximum does not help
    const auto found = static_cast<double>(times.percentile(50).count());
    INFO(value);
    CHECK(found == Approx(static_cast<double>(value)).epsilon(0.01));
  }
}

TEST_CASE("Percentiles are those of the recorded times.") {
  histogram times;
  for (int i = 1; i <= 1'000; ++i)
    times.record(std::chrono::milliseconds(i));
  const auto milliseconds = [&](double percent) {
    return static_cast<double>(times.percentile(percent).count()) / 1e6;
  };
  CHECK(times.count() == 1'000);
  CHECK(milliseconds(50) == Approx(500).epsilon(0.01));
  CHECK(milliseconds(90) == Approx(900).epsilon(0.01));
  CHECK(milliseconds(99) == Approx(990).epsilon(0.01));
  CHECK(milliseconds(99.9) == Approx(999).epsilon(0.01));
  CHECK(times.percentile(100) <= times.max());
  CHECK(times.max() == 1s);
}

TEST_CASE("An empty histogram has no times.") {
  CHECK(histogram().percentile(99) == 0ns);
  CHECK(histogram().max() == 0ns);
}

TEST_CASE("Two histograms together are one of all their times.") {
  histogram low, high, both;
  for (int i = 1; i < 500; ++i) {
    low.record(std::chrono::microseconds(i));
    high.record(std::chrono::milliseconds(i));
    both.record(std::chrono::microseconds(i));
    both.record(std::chrono::milliseconds(i));
  }
  low.add(high);
  CHECK(low.count() == both.count());
  CHECK(low.max() == both.max());
  for (const double percent : {1.0, 50.0, 75.0, 99.0})
    CHECK(low.percentile(percent) == both.percentile(percent));
}

TEST_CASE("A time beyond the range counts as the longest.") {
  histogram times;
  times.record(24h);
  CHECK(times.percentile(50) > 4h);
  CHECK(times.max() == 24h);
}

} // namespace wallet::bench
