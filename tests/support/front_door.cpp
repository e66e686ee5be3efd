#include "tests/support/front_door.hpp"

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include "http/history_handlers.hpp"
#include "http/server.hpp"
#include "http/wallet_handlers.hpp"
#include "tests/support/json_text.hpp"

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t(1));
  }
};

http::routes all_routes(const caf::actor &actor) {
  auto routes = http::wallet_routes(actor);
  for (auto &one : http::history_routes(actor, actor))
    routes.push_back(std::move(one));
  return routes;
}

} // namespace

struct front_door::implementation {
  explicit implementation(const http::limits &granted)
      : server({&contexts[0], &contexts[1]}, {.granted = granted},
               all_routes(actor)) {
    for (std::size_t i = 0; i < threads.size(); ++i)
      threads[i] = std::thread([this, i] { contexts[i].run(); });
  }
  ~implementation() {
    server.stop();
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
    // Answers of dropped questions are still posted to the contexts.
    system.await_all_actors_done();
    for (auto &each : guards)
      each.reset();
    for (auto &thread : threads)
      thread.join();
  }

  using guard =
      boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::array<boost::asio::io_context, 2> contexts;
  std::array<guard, 2> guards{guard(contexts[0].get_executor()),
                              guard(contexts[1].get_executor())};
  std::shared_ptr<mood> how = std::make_shared<mood>();
  quiet_config config;
  caf::actor_system system{config};
  caf::actor actor = system.spawn<in_memory_wallets>(how);
  http::server server;
  std::array<std::thread, 2> threads;
};

front_door::front_door(const http::limits &granted)
    : impl_(std::make_unique<implementation>(granted)) {}
front_door::~front_door() = default;

std::uint16_t front_door::port() const { return impl_->server.port(); }
mood &front_door::actors() { return *impl_->how; }
void front_door::stop() { impl_->server.stop(); }

std::string front_door::get(const std::string &target,
                            const std::string &fields) {
  raw_socket client(port());
  client.send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + fields +
              "\r\n");
  return client.receive();
}

std::string front_door::post(const std::string &target, const std::string &body,
                             const std::string &fields) {
  raw_socket client(port());
  client.send(post_message(target, body, fields));
  return client.receive();
}

std::string post_message(const std::string &target, const std::string &body,
                         const std::string &fields) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

std::string create_message(const std::string &user, const std::string &fields) {
  return post_message("/wallets", R"({"user_id":")" + user + "\"}", fields);
}

http::limits impatient_limits() {
  http::limits granted;
  granted.idle = granted.header = granted.body = granted.write = 200ms;
  granted.answer = granted.probe_answer = 200ms;
  granted.sweep = 10ms;
  return granted;
}

std::string status_of(const std::string &answer) {
  return answer.starts_with("HTTP/1.1 ") ? answer.substr(9, 3) : "none";
}

std::string body_of(const std::string &answer) {
  const auto head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "" : answer.substr(head + 4);
}

std::string code_of(const std::string &answer) {
  return json_at(body_of(answer), "/code");
}

std::string field_of(const std::string &answer, const std::string &name) {
  const auto head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos)
    return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

} // namespace wallet::testing
