#include "tests/chaos/success_meter.hpp"

#include <algorithm>

namespace wallet::chaos {

std::size_t success_meter::index_of(moment when) const {
  return std::min(static_cast<std::size_t>(when / step), steps - 1);
}

void success_meter::record(moment when) {
  const auto index = index_of(when);
  (*counts_)[index].fetch_add(1, std::memory_order_relaxed);
  auto last = last_.load();
  while (last < index && !last_.compare_exchange_weak(last, index)) {
  }
}

std::uint64_t success_meter::sum(std::size_t from, std::size_t to) const {
  std::uint64_t total = 0;
  for (auto i = from; i < std::min(to, steps); ++i)
    total += (*counts_)[i].load(std::memory_order_relaxed);
  return total;
}

std::optional<moment> success_meter::first_after(moment from) const {
  const auto last = last_.load();
  for (auto i = index_of(from) + 1; i <= last; ++i)
    if ((*counts_)[i] > 0)
      return i * step;
  return std::nullopt;
}

std::optional<moment> success_meter::reached_after(moment from, double rate,
                                                   moment now) const {
  const double wanted =
      rate * std::chrono::duration<double>(step * window).count();
  const auto end = index_of(now);
  for (auto i = index_of(from) + 1; i + window <= end; ++i)
    if (static_cast<double>(sum(i, i + window)) >= wanted)
      return i * step;
  return std::nullopt;
}

double success_meter::rate_between(moment from, moment to) const {
  const auto seconds = std::chrono::duration<double>(to - from).count();
  return seconds <= 0
             ? 0
             : static_cast<double>(sum(index_of(from), index_of(to))) / seconds;
}

} // namespace wallet::chaos
