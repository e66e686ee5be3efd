#include "http/concurrency_limit.hpp"

#include <algorithm>

namespace wallet::http {

namespace {

using seconds = std::chrono::duration<double>;

/// Of the limit, in a window without too long waits: back from a tenth in two
/// seconds, and a step too far costs an eighth more wait.
constexpr double growth = 1.125;

} // namespace

void concurrency_limit::on_answer(clock::duration waited, std::size_t under_way,
                                  clock::time_point at) {
  const auto wait = seconds(waited).count();
  const std::lock_guard lock(mutex_);
  waits_ += wait;
  squares_ += wait * wait;
  most_under_way_ = std::max(most_under_way_, under_way);
  if (at < window_end_)
    return;
  adapt();
  waits_ = squares_ = 0;
  most_under_way_ = 0;
  window_end_ = at + window;
}

void concurrency_limit::adapt() {
  const auto before = now();
  // The mean over what is under way at a time, not over what is answered: so
  // many quick reads do not hide that commands queue.
  const auto wait = waits_ > 0 ? squares_ / waits_ : 0;
  const auto excess = wait / seconds(target).count();
  late_windows_ = excess > 1 ? late_windows_ + 1 : 0;
  auto next = static_cast<double>(before);
  if (excess <= 1)
    next *= growth;
  else if (late_windows_ >= patience || before < most_)
    next = std::min(next, static_cast<double>(most_under_way_) / excess);
  const auto bounded = std::max(next, static_cast<double>(least_));
  limit_.store(std::min(static_cast<std::size_t>(bounded + 0.5), most_),
               std::memory_order_relaxed);
}

} // namespace wallet::http
