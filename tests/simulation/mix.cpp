#include "tests/simulation/mix.hpp"

#include <numeric>

#include "events/ids.hpp"

namespace wallet::simulation {

namespace {

template <class Value, std::size_t count>
Value one_of(const std::array<Value, count> &choices, std::mt19937_64 &random) {
  return choices[random() % count];
}

/// By action, for 3,000 steps. Time passes seldom: a lease is to outlive many
/// messages.
constexpr std::array<unsigned, 8> usual{2'040, 540, 60, 318, 9, 9, 18, 9};

/// Thirds of the usual; the first three actions are never left out.
constexpr std::array<unsigned, 5> intensities{0, 1, 3, 3, 9};
constexpr std::array<unsigned, 4> necessities{1, 3, 3, 6};

actors::limits draw_limits(std::mt19937_64 &random) {
  const actors::limits usual_ones;
  actors::limits within;
  const auto small_or = [&](std::size_t usual_one) {
    return one_of(std::array<std::size_t, 4>{1, 3, 10, usual_one}, random);
  };
  within.resident_wallets = shard_number::count * (random() % 4 == 0 ? 4 : 1);
  within.events_per_batch = small_or(usual_ones.events_per_batch);
  within.wallets_per_load = small_or(usual_ones.wallets_per_load);
  within.gathered_wallets = small_or(usual_ones.gathered_wallets);
  within.unacknowledged_events = small_or(usual_ones.unacknowledged_events);
  within.events_per_read = small_or(usual_ones.events_per_read);
  within.history_rows = small_or(usual_ones.history_rows);
  return within;
}

} // namespace

mix::mix(std::mt19937_64 &random)
    : operation_fault(one_of(std::array{0.0, 0.05, 0.15, 0.15, 0.4}, random)),
      has_kafka(random() % 8 != 0), within(draw_limits(random)),
      used_shards(static_cast<std::uint8_t>(1 + random() % 4)),
      max_wallets(2 + random() % 9),
      stray_request(one_of(std::array<std::size_t, 3>{2, 10, 30}, random)),
      weights_(usual) {
  for (std::size_t i = 0; i < weights_.size(); ++i)
    weights_[i] *= static_cast<action>(i) <= action::send_request
                       ? one_of(necessities, random)
                       : one_of(intensities, random);
}

action mix::draw(std::mt19937_64 &random) const {
  auto left = random() % std::accumulate(weights_.begin(), weights_.end(), 0UL);
  std::size_t chosen = 0;
  for (; left >= weights_[chosen]; ++chosen)
    left -= weights_[chosen];
  return static_cast<action>(chosen);
}

} // namespace wallet::simulation
