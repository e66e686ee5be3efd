#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

/// The service promises 5 s; sanitizers and a busy machine need more.
constexpr auto end_patience = 20s;
/// A lease (5 s) must end, and a server start.
constexpr auto takeover_patience = 60s;

void expect_end(stage &on, testing::wallet_process &server) {
  const auto from = on.clients().now();
  const auto status = server.terminate(end_patience);
  on.expect(status == 0, "a server that is told to stop does not end well: " +
                             (status ? std::to_string(*status) : "not at all") +
                             "\n" + server.log());
  on.remember("a server's end after SIGTERM", on.clients().now() - from);
}

} // namespace

healing kill_server(stage &on) {
  on.server().kill_9();
  return [&on] { on.server().start(); };
}

healing stop_server(stage &on) {
  expect_end(on, on.server());
  return [&on] { on.server().start(); };
}

healing freeze_server(stage &on) {
  on.server().freeze();
  return [&on] { on.server().unfreeze(); };
}

/// The other server takes over, then the first wakes up.
healing let_zombie_wake(stage &on) {
  on.server().freeze();
  on.other().start();
  on.other().wait_ready(takeover_patience);
  on.swap_servers();
  return [&on] {
    auto &zombie = on.other();
    zombie.unfreeze();
    on.expect_soon(
        [&] {
          const auto ready = zombie.client().get("/readyz");
          return ready && ready->status == 503;
        },
        takeover_patience, "a zombie believes that it owns the shards (I8)");
    expect_end(on, zombie);
  };
}

} // namespace wallet::chaos
