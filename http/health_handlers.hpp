#pragma once

#include <caf/actor.hpp>

#include "http/routes.hpp"

namespace wallet::http {

/// What both sides answer to load balancers and orchestrators: that the
/// process lives (/health, the former service's, and /livez), and that requests
/// would succeed (/readyz, 503 with the reasons if not). `whom` understands
/// read_readiness.
routes health_routes(const caf::actor &whom);

} // namespace wallet::http
