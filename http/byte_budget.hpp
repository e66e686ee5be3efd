#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace wallet::http {

/// Bytes that many may hold together. Thread-safe.
class byte_budget {
public:
  explicit byte_budget(std::size_t limit) : limit_(limit) {}

  /// One holder's part; gives it back at its end.
  class share {
  public:
    explicit share(std::shared_ptr<byte_budget> of) : of_(std::move(of)) {}
    ~share() { resize(0); }
    share(const share &) = delete;
    share &operator=(const share &) = delete;

    /// False: the others hold too much; the part stays as it was.
    bool resize(std::size_t bytes) {
      if (bytes > bytes_ && !of_->take(bytes - bytes_))
        return false;
      if (bytes < bytes_)
        of_->used_.fetch_sub(bytes_ - bytes, std::memory_order_relaxed);
      bytes_ = bytes;
      return true;
    }

  private:
    std::shared_ptr<byte_budget> of_;
    std::size_t bytes_ = 0;
  };

private:
  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_)
      return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

} // namespace wallet::http
