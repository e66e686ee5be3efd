#include "bench/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace wallet::bench {

std::size_t histogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t largest = (std::uint64_t{1} << largest_bits) - 1;
  value = std::min(value, largest);
  // Below 128 a bucket holds one value.
  const int shift =
      std::max(0, static_cast<int>(std::bit_width(value)) - precision_bits - 1);
  return (std::size_t(shift) << precision_bits) + (value >> shift);
}

std::uint64_t histogram::value_of(std::size_t bucket) {
  constexpr std::size_t half = std::size_t{1} << precision_bits;
  if (bucket < 2 * half)
    return bucket;
  const auto shift = (bucket >> precision_bits) - 1;
  const auto low = (bucket - (shift << precision_bits)) << shift;
  return low + ((std::uint64_t{1} << shift) >> 1);
}

void histogram::record(nanoseconds value) {
  const auto count = std::max<std::int64_t>(0, value.count());
  ++counts_[bucket_of(static_cast<std::uint64_t>(count))];
  ++count_;
  max_ = std::max(max_, value);
}

void histogram::add(const histogram &other) {
  for (std::size_t i = 0; i < buckets; ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

histogram::nanoseconds histogram::percentile(double percent) const {
  const auto wanted = static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(count_) * percent / 100));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (counts_[i] > 0 && seen >= wanted)
      return std::min(nanoseconds(value_of(i)), max_);
  }
  return max_;
}

} // namespace wallet::bench
