#pragma once

#include <caf/actor.hpp>

#include "http/routes.hpp"

namespace wallet::http {

/// What the wallet side answers, through its gateway; health included.
routes wallet_routes(const caf::actor &gateway);

} // namespace wallet::http
