#pragma once

#include <caf/actor.hpp>

#include "http/routes.hpp"

namespace wallet::http {

/// What the history side answers, through its reader; health included, through
/// an actor of its own.
routes history_routes(const caf::actor &reader, const caf::actor &readiness);

} // namespace wallet::http
