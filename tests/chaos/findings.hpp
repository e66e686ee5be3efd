#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace wallet::chaos {

/// What is wrong. From any thread.
class findings {
public:
  void add(std::string what) {
    const std::scoped_lock lock(mutex_);
    ++count_;
    if (lines_.size() < max_lines)
      lines_.push_back(std::move(what));
  }

  std::size_t count() const {
    const std::scoped_lock lock(mutex_);
    return count_;
  }
  std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

private:
  /// The first lines of a disaster say enough.
  static constexpr std::size_t max_lines = 40;

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::size_t count_ = 0;
};

} // namespace wallet::chaos
