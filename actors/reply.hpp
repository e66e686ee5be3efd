#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace wallet::actors {

/// Where an answer goes: completed exactly once, from any thread. `T` must be
/// default constructible, and its default must mean "lost: outcome unknown".
template <class T> class reply_target {
public:
  reply_target() = default;
  reply_target(const reply_target &) = delete;
  reply_target &operator=(const reply_target &) = delete;

  void add_ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }

  void release() noexcept {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      complete(T{});
      delete this;
    }
  }

  /// The first call wins, later ones do nothing.
  void complete(T value) noexcept {
    if (!is_done_.exchange(true, std::memory_order_acq_rel))
      fire(std::move(value));
  }

protected:
  virtual ~reply_target() = default;
  /// Called once. Must not run the waiter inside the caller: post it.
  virtual void fire(T value) noexcept = 0;

private:
  std::atomic<std::uint32_t> refs_{1};
  std::atomic<bool> is_done_{false};
};

/// A copyable handle that travels inside messages. When the last copy dies
/// without an answer (an actor quit, a mailbox was dropped), the waiter gets
/// T{} instead of hanging.
template <class T> class reply_to {
public:
  reply_to() = default;
  /// Adopts the reference that a new target starts with.
  explicit reply_to(reply_target<T> *target) : target_(target) {}
  reply_to(const reply_to &other) : target_(other.target_) {
    if (target_)
      target_->add_ref();
  }
  reply_to(reply_to &&other) noexcept
      : target_(std::exchange(other.target_, nullptr)) {}
  reply_to &operator=(reply_to other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~reply_to() {
    if (target_)
      target_->release();
  }

  void complete(T value) const {
    if (target_)
      target_->complete(std::move(value));
  }

private:
  reply_target<T> *target_ = nullptr;
};

} // namespace wallet::actors
