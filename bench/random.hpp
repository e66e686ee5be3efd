#pragma once

#include <cstdint>

namespace wallet::bench {

/// SplitMix64 (Steele, Lea, Flood 2014): number `index` of the stream `seed`,
/// without the ones before it.
constexpr std::uint64_t random_at(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The numbers that belong to one index of a stream, one after another.
class random_numbers {
public:
  constexpr random_numbers(std::uint64_t seed, std::uint64_t index)
      : state_(random_at(seed, index)) {}

  constexpr std::uint64_t next() { return random_at(state_, index_++); }

  /// 0 to `bound` - 1; the bias is below 2^-32 for bounds below 2^32.
  constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  /// 0 <= x < 1
  constexpr double fraction() {
    return static_cast<double>(next() >> 11) * 0x1p-53;
  }

private:
  std::uint64_t state_;
  std::uint64_t index_ = 0;
};

} // namespace wallet::bench
