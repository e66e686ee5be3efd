#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace wallet::http {

/// Counts what is under way and admits no more than `limit`. Thread-safe.
class admission : public std::enable_shared_from_this<admission> {
public:
  explicit admission(std::size_t limit) : limit_(limit) {}

  /// Held by what is under way; may outlive everything but itself.
  class pass {
  public:
    explicit pass(std::shared_ptr<admission> from) : from_(std::move(from)) {}
    pass(pass &&) noexcept = default;
    pass &operator=(pass &&) = delete;
    ~pass() {
      if (from_)
        from_->leave();
    }

  private:
    std::shared_ptr<admission> from_;
  };

  std::optional<pass> enter() {
    if (count_.fetch_add(1, std::memory_order_relaxed) < limit_)
      return pass(shared_from_this());
    leave();
    return std::nullopt;
  }

  /// Blocks until nothing is under way; false if that took too long.
  bool await_none(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, within, [this] { return count_ == 0; });
  }

private:
  void leave() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) > 1)
      return;
    const std::lock_guard lock(mutex_);
    none_.notify_all();
  }

  std::size_t limit_;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable none_;
};

} // namespace wallet::http
