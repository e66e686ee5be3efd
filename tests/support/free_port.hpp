#pragma once

namespace wallet::testing {

/// A TCP port that nobody listens on, for a server that is stopped and started
/// again. Below the range of outgoing connections: else, while the server is
/// down, one of those may take the port, or a client that keeps trying may
/// connect to itself.
int free_port();

} // namespace wallet::testing
