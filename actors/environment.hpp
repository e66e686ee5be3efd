#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "events/timestamp.hpp"

namespace wallet::actors {

/// What actors take from outside besides messages, so that a simulation can
/// choose it. Both are called from any thread.
struct environment {
  /// The wall clock; may jump.
  std::function<timestamp()> now;
  /// 128 random bits.
  std::function<std::array<std::uint8_t, 16>()> entropy;
};

/// The system's clock and its random source.
environment real_environment();

} // namespace wallet::actors
