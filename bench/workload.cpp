#include "bench/workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/random.hpp"

namespace wallet::bench {

namespace {

constexpr std::array<std::string_view, workload_kinds> names{
    "uniform", "zipf",  "hot",  "hot-in", "read",
    "mixed",   "retry", "cold", "create"};

/// Of YCSB and of most measurements since.
constexpr double zipf_theta = 0.99;

/// How far back a repeat may look.
constexpr std::uint64_t repeat_window = 1'000;

/// Every stream of random numbers of a workload has its own seed.
constexpr std::uint64_t choice_stream = 0x63686f696365;

std::vector<double> zipf_shares(std::size_t count) {
  std::vector<double> cumulated(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += 1 / std::pow(static_cast<double>(i + 1), zipf_theta);
    cumulated[i] = sum;
  }
  for (auto &share : cumulated)
    share /= sum;
  return cumulated;
}

} // namespace

std::string_view name_of(workload_kind kind) {
  return names.at(static_cast<std::size_t>(kind));
}

std::optional<workload_kind> workload_kind_from(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return std::nullopt;
  return static_cast<workload_kind>(found - names.begin());
}

void write_post(std::string_view target, std::string_view body,
                std::string_view key, std::string &to) {
  to.append("POST ").append(target);
  to += " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        "Content-Length: ";
  to += std::to_string(body.size());
  if (!key.empty())
    to.append("\r\nIdempotency-Key: ").append(key);
  to.append("\r\n\r\n").append(body);
}

workload::workload(options chosen) : chosen_(std::move(chosen)) {
  if (chosen_.kind == workload_kind::zipf)
    cumulated_ = zipf_shares(chosen_.wallets.size());
}

std::size_t workload::any_wallet(random_numbers &numbers) const {
  if (cumulated_.empty())
    return numbers.below(chosen_.wallets.size());
  const auto found = std::upper_bound(cumulated_.begin(), cumulated_.end(),
                                      numbers.fraction());
  return std::min<std::size_t>(
      static_cast<std::size_t>(found - cumulated_.begin()),
      chosen_.wallets.size() - 1);
}

/// The request that `index` repeats, or itself.
std::uint64_t workload::repeated(std::uint64_t index) const {
  random_numbers choice(chosen_.seed ^ choice_stream, index);
  if (index == 0 || choice.below(10) != 0)
    return index;
  return index - 1 - choice.below(std::min(index, repeat_window));
}

side workload::write_transfer(std::uint64_t index, std::string &to) const {
  const auto &wallets = chosen_.wallets;
  const bool is_keyed = chosen_.kind == workload_kind::retry;
  if (is_keyed)
    index = repeated(index);
  random_numbers numbers(chosen_.seed, index);
  std::size_t from = 0, target = 0;
  if (chosen_.kind != workload_kind::hot)
    from = any_wallet(numbers);
  if (chosen_.kind == workload_kind::hot_in)
    from = 1 + from % (wallets.size() - 1);
  else
    do // zipf often draws the same twice
      target = any_wallet(numbers);
    while (target == from);
  const auto range = chosen_.largest.units() - chosen_.smallest.units() + 1;
  const auto amount = money::from_units(
      chosen_.smallest.units() + static_cast<std::int64_t>(numbers.below(
                                     static_cast<std::uint64_t>(range))));
  std::string path = "/wallets/", body = "{\"to_wallet_id\":\"", key;
  path.append(wallets[from]).append("/transfer");
  body.append(wallets[target]).append("\",\"amount\":\"");
  body.append(amount.to_string()).append("\"}");
  if (is_keyed)
    key = "bench-" + std::to_string(chosen_.seed) + "-" + std::to_string(index);
  write_post(path, body, key, to);
  return side::wallets;
}

side workload::write_get(side of, std::string_view what, std::uint64_t index,
                         std::string &to) const {
  random_numbers numbers(chosen_.seed, index);
  to.append("GET /wallets/").append(chosen_.wallets[any_wallet(numbers)]);
  to.append(what).append(" HTTP/1.1\r\nHost: bench\r\n\r\n");
  return of;
}

side workload::write(std::uint64_t index, std::string &to) const {
  if (chosen_.kind == workload_kind::read)
    return write_get(side::wallets, "", index, to);
  if (chosen_.kind == workload_kind::create) {
    write_post("/wallets",
               "{\"user_id\":\"bench-" + std::to_string(chosen_.seed) + "-" +
                   std::to_string(index) + "\"}",
               "", to);
    return side::wallets;
  }
  if (chosen_.kind == workload_kind::mixed) {
    const auto percent =
        random_numbers(chosen_.seed ^ choice_stream, index).below(100);
    if (percent >= 90)
      return write_get(side::history, "/history", index, to);
    if (percent >= 70)
      return write_get(side::wallets, "", index, to);
  }
  return write_transfer(index, to);
}

} // namespace wallet::bench
