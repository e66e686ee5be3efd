#pragma once

#include <caf/actor.hpp>

#include "http/routes.hpp"

namespace wallet::http {

/// What the history side answers, through its reader; health included.
routes history_routes(const caf::actor &reader);

} // namespace wallet::http
