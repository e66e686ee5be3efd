#include <catch2/catch.hpp>

#include <future>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/make_actor.hpp>
#include <caf/send.hpp>

#include "actors/asio_scheduler.hpp"
#include "actors/lean_actor.hpp"
#include "actors/reply.hpp"

// With real threads; also built with ThreadSanitizer (tests/CMakeLists.txt).

namespace {

constexpr std::size_t senders = 4;
constexpr int messages_each = 5'000;

struct numbered {
  std::size_t sender;
  int number;
};

/// Of an actor: how many messages, and how many of them out of order.
struct tally {
  std::size_t messages = 0;
  std::size_t disordered = 0;
};

/// Sent behind all others of a test.
struct tell {
  wallet::actors::reply_to<tally> to;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(numbered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tell)

namespace {

using namespace wallet::actors;

/// Counts what it gets and passes it on.
class counting_actor : public lean_actor {
public:
  counting_actor(caf::actor_config &config, caf::actor next)
      : lean_actor(config), next_(std::move(next)) {}

private:
  void on_message(const caf::type_erased_tuple &content) noexcept override {
    dispatch(
        content, [this](const numbered &one) { count(one); },
        [this](const tell &asked) { asked.to.complete(seen_); });
  }

  void count(const numbered &one) {
    ++seen_.messages;
    seen_.disordered += one.number != last_[one.sender] + 1 ? 1 : 0;
    last_[one.sender] = one.number;
    send(next_, numbered(one));
  }

  caf::actor next_;
  tally seen_;
  std::array<int, senders> last_{};
};

class promised_tally final : public reply_target<tally> {
public:
  explicit promised_tally(std::promise<tally> promise)
      : promise_(std::move(promise)) {}

private:
  void fire(tally value) noexcept override { promise_.set_value(value); }
  std::promise<tally> promise_;
};

tally tally_of(const caf::actor &whom) {
  std::promise<tally> promise;
  auto answer = promise.get_future();
  caf::anon_send(whom,
                 tell{reply_to<tally>(new promised_tally(std::move(promise)))});
  return answer.get();
}

void send_all(const caf::actor &whom, std::size_t sender) {
  for (int number = 1; number <= messages_each; ++number)
    caf::anon_send(whom, numbered{sender, number});
}

/// Two actors, the first of which passes everything on to the second.
struct chain {
  explicit chain(caf::actor_system &system)
      : second(make(system, nullptr)), first(make(system, second)) {}

  static caf::actor make(caf::actor_system &system, caf::actor next) {
    caf::actor_config config;
    return caf::make_actor<counting_actor, caf::actor>(system.next_actor_id(),
                                                       system.node(), &system,
                                                       config, std::move(next));
  }

  caf::actor second, first;
};

} // namespace

TEST_CASE("each sender's messages arrive once and in their order") {
  io_threads threads(2);
  caf::actor_system_config config;
  asio_scheduler::install(config, threads);
  caf::actor_system system(config);
  const chain actors(system);
  threads.start();

  std::vector<std::thread> running;
  for (std::size_t sender = 0; sender < senders; ++sender)
    running.emplace_back([&, sender] { send_all(actors.first, sender); });
  for (auto &one : running)
    one.join();

  for (const auto &whom : {actors.first, actors.second}) {
    const auto seen = tally_of(whom);
    CHECK(seen.messages == senders * messages_each);
    CHECK(seen.disordered == 0);
  }
  // Else the actors' end is ordered by CAF's reference count alone, which is
  // not built for ThreadSanitizer.
  threads.stop();
}
