#include "tests/support/free_port.hpp"

#include <cstdint>
#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wallet::testing {

namespace {

bool can_bind(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool bound =
      bind(probe, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
  close(probe);
  return bound;
}

} // namespace

int free_port() {
  std::random_device entropy;
  // Linux takes outgoing ports from 32768 on (ip_local_port_range).
  std::uniform_int_distribution<int> port_range(15'000, 32'000);
  for (;;)
    if (const int port = port_range(entropy); can_bind(port))
      return port;
}

} // namespace wallet::testing
