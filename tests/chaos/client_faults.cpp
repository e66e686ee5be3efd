#include "tests/chaos/fault.hpp"

#include <filesystem>
#include <iterator>
#include <thread>

#include <sys/resource.h>

#include "http/server.hpp"
#include "tests/support/front_door.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;
using namespace wallet::testing;

namespace {

const std::string health = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Longer than the service's deadline for a head (10 s), with sanitizers.
constexpr auto longest_head = 20s;

/// Clients that do something else than ask and read.
using crowd = std::vector<std::unique_ptr<raw_socket>>;

crowd connect(stage &on, std::size_t count) {
  const auto port = static_cast<std::uint16_t>(on.server().port());
  crowd made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(std::make_unique<raw_socket>(port, longest_head));
  return made;
}

bool is_healthy(raw_socket &client) {
  return client.send(health) && body_of(client.receive()) == "OK";
}

/// One more than the highest descriptor of a process.
rlim_t used_descriptors(int pid) {
  rlim_t used = 0;
  const auto folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    used = std::max<rlim_t>(used, std::stoul(entry.path().filename()) + 1);
  return used;
}

std::size_t complaints(stage &on) {
  const auto log = on.server().log();
  std::size_t count = 0;
  for (auto at = log.find("cannot accept"); at != std::string::npos;
       at = log.find("cannot accept", at + 1))
    ++count;
  return count;
}

} // namespace

healing exhaust_descriptors(stage &on) {
  const auto pid = on.server().pid();
  rlimit usual{};
  prlimit(pid, RLIMIT_NOFILE, nullptr, &usual);
  const auto before = complaints(on);
  const rlimit none_left{used_descriptors(pid), usual.rlim_max};
  prlimit(pid, RLIMIT_NOFILE, &none_left, nullptr);
  // Some may be free below the highest: until those are used up, too.
  auto waiting = std::make_shared<crowd>();
  const auto is_exhausted = [&] {
    auto more = connect(on, 20);
    std::move(more.begin(), more.end(), std::back_inserter(*waiting));
    return complaints(on) > before;
  };
  on.expect_soon(is_exhausted, 20s, "it does not say that it cannot accept");
  on.expect_successes(100, "while no connection can be accepted");
  // Once, not once for each try.
  on.expect(complaints(on) <= before + 2, "it does not pause between accepts");
  return [&on, pid, usual, waiting] {
    prlimit(pid, RLIMIT_NOFILE, &usual, nullptr);
    on.expect(is_healthy(*waiting->back()),
              "a client that waited is not accepted afterwards");
  };
}

healing hold_idle_connections(stage &on) {
  constexpr std::size_t count = 10'000;
  http::raise_descriptor_limit();
  auto idle = std::make_shared<crowd>(connect(on, count));
  for (std::size_t i = 0; i < count; i += 100)
    on.expect(is_healthy(*(*idle)[i]),
              "idle connection " + std::to_string(i) + " is not served");
  on.expect_successes(500, "beside 10,000 idle connections");
  return [idle] { idle->clear(); };
}

healing send_slowly(stage &on) {
  constexpr std::size_t each = 50;
  auto heads = std::make_shared<crowd>(connect(on, each));
  auto bodies = std::make_shared<crowd>(connect(on, each));
  auto deaf = std::make_shared<crowd>(connect(on, each));
  for (auto &one : *bodies)
    one->send("POST /wallets HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
              "Content-Type: application/json\r\n\r\n");
  std::string many;
  for (int i = 0; i < 500; ++i)
    many += health;
  for (auto &one : *deaf)
    one->send(many); // and its answers are never read
  auto dripping = std::make_shared<std::jthread>(
      [heads, bodies](const std::stop_token &ending) {
        while (!ending.stop_requested()) {
          for (const auto &group : {heads, bodies})
            for (auto &one : *group)
              one->send("x"); // false once the service has closed it
          std::this_thread::sleep_for(1s); // the drip is the fault, not a wait
        }
      });
  on.expect_successes(500, "beside slow clients");
  return [&on, heads, bodies, deaf, dripping] {
    for (auto &one : *heads)
      on.expect(!one->receive_all().ends_with("(silence)"),
                "a head of a byte a second is waited for");
    dripping->request_stop();
    dripping->join();
  };
}

} // namespace wallet::chaos
