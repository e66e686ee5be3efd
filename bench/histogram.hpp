#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace wallet::bench {

/// Counts durations in buckets whose width grows with the value (log-linear,
/// as HdrHistogram): a percentile is off by 0.4 % at most. 0 ns to 4.9 hours;
/// what is longer counts as that. 30 KB, no allocation. One thread at a time.
class histogram {
public:
  using nanoseconds = std::chrono::nanoseconds;

  void record(nanoseconds value);
  void add(const histogram &other);

  std::uint64_t count() const { return count_; }
  nanoseconds max() const { return max_; }

  /// The value that `percent` (0 to 100) of all do not exceed; zero of none.
  nanoseconds percentile(double percent) const;

private:
  /// 128 buckets between two powers of two: each is at most 1/128 wide.
  static constexpr int precision_bits = 7;
  static constexpr int largest_bits = 44;
  static constexpr std::size_t buckets =
      std::size_t{largest_bits - precision_bits + 1} << precision_bits;

  static std::size_t bucket_of(std::uint64_t value);
  /// Its middle.
  static std::uint64_t value_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  nanoseconds max_{0};
};

} // namespace wallet::bench
