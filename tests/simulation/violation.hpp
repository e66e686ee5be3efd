#pragma once

#include <stdexcept>
#include <string>

#include "events/event.hpp"

namespace wallet::simulation {

/// An invariant of DESIGN does not hold.
class violation : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// Raises a violation that names the event.
inline void must(bool holds, const char *what, const event &fact) {
  if (!holds)
    throw violation(std::string(what) + ": wallet " + fact.wallet.to_string() +
                    " version " + std::to_string(raw(fact.version)) +
                    " shard " + std::to_string(fact.shard.value()) +
                    " position " + std::to_string(raw(fact.position)));
}

} // namespace wallet::simulation
