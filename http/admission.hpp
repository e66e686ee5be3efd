#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "http/concurrency_limit.hpp"

namespace wallet::http {

/// Counts what is under way and admits no more than a limit, which may adapt.
/// Thread-safe.
class admission : public std::enable_shared_from_this<admission> {
public:
  using clock = concurrency_limit::clock;

  explicit admission(std::size_t limit) : limit_(limit, limit) {}
  /// Adapts between the two: see concurrency_limit.
  admission(std::size_t most, std::size_t least)
      : limit_(most, least), adapts_(true) {}

  /// Held by what is under way; may outlive everything but itself.
  class pass {
  public:
    explicit pass(std::shared_ptr<admission> from) : from_(std::move(from)) {}
    pass(pass &&) noexcept = default;
    pass &operator=(pass &&) = delete;
    ~pass() {
      if (from_)
        from_->leave(since_);
    }

  private:
    std::shared_ptr<admission> from_;
    clock::time_point since_ = clock::now();
  };

  std::optional<pass> enter() {
    if (count_.fetch_add(1, std::memory_order_relaxed) < limit_.now())
      return pass(shared_from_this());
    count_down();
    return std::nullopt;
  }

  std::size_t under_way() const {
    return count_.load(std::memory_order_relaxed);
  }

  /// Blocks until nothing is under way; false if that took too long.
  bool await_none(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, within, [this] { return count_ == 0; });
  }

private:
  void leave(clock::time_point since) {
    if (adapts_) {
      const auto now = clock::now();
      limit_.on_answer(now - since, under_way(), now);
    }
    count_down();
  }

  void count_down() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) > 1)
      return;
    const std::lock_guard lock(mutex_);
    none_.notify_all();
  }

  concurrency_limit limit_;
  const bool adapts_ = false;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

} // namespace wallet::http
