#pragma once

#include <cstdint>

#include "tests/chaos/journal.hpp"
#include "tests/chaos/stage.hpp"

namespace wallet::chaos {

/// How the outcomes that were left open were explained.
struct explanations {
  /// Requests of which a try was left without a definite answer.
  std::uint64_t open = 0;
  /// A repetition was answered: as already done, as done now, as refused.
  std::uint64_t replayed = 0;
  std::uint64_t done_later = 0;
  std::uint64_t refused_later = 0;
  /// Never asked again by the load: the log says so, and a repetition with the
  /// key says the same.
  std::uint64_t in_log = 0;
  std::uint64_t not_in_log = 0;

  std::uint64_t explained() const {
    return replayed + done_later + refused_later + in_log + not_in_log;
  }
};

struct verdict {
  explanations unknown;
  std::uint64_t requests = 0;
  std::uint64_t events = 0;
  /// Requests that were sent once more at the end.
  std::uint64_t repeated = 0;
};

/// Joins journal, event store and history, runs `wallet verify`, and repeats
/// requests with their keys: all that are open, and some of the others. What is
/// wrong goes to the stage's findings. Nothing else may write meanwhile.
verdict check(stage &on, journal &noted);

} // namespace wallet::chaos
