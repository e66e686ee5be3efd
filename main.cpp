// wallet: settings, then one of the commands.

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "actors/asio_scheduler.hpp"
#include "actors/node.hpp"
#include "http/history_handlers.hpp"
#include "http/server.hpp"
#include "http/wallet_handlers.hpp"
#include "storage/commands.hpp"
#include "storage/settings.hpp"

namespace {

using namespace wallet;
using storage::action;
using storage::settings;
using storage::side;

/// Within the 5 s that README promises, with time to spare for the end itself.
constexpr std::chrono::milliseconds stop_within{4'800};

/// One connection reads the history, one query after another: no crowd is to
/// wait for it.
constexpr std::size_t least_in_flight_of_history = 16;

/// All that serves. Its end is in order, also where its beginning failed.
struct service {
  std::optional<actors::wallet_node> wallets;
  std::optional<actors::history_node> history;
  std::optional<http::server> wallet_front, history_front;

  service() = default;
  service(const service &) = delete;
  service &operator=(const service &) = delete;

  ~service() {
    for (auto *front : {&wallet_front, &history_front})
      if (*front)
        (*front)->begin_stop();
    for (auto *front : {&wallet_front, &history_front})
      if (*front)
        (*front)->stop();
    if (wallets)
      wallets->stop();
  }
};

http::limits limits_of(const storage::http_settings &chosen) {
  http::limits granted;
  granted.header_bytes = chosen.max_header_bytes;
  granted.body_bytes = chosen.max_body_bytes;
  granted.connections = chosen.max_connections;
  granted.in_flight = chosen.max_in_flight;
  granted.answer = chosen.answer_deadline;
  return granted;
}

void listen(std::optional<http::server> &front, actors::io_threads &threads,
            const settings &chosen, const http::limits &granted,
            std::uint16_t port, std::string_view name, http::routes served) {
  std::vector<boost::asio::io_context *> contexts;
  for (std::size_t i = 0; i < threads.size(); ++i)
    contexts.push_back(&threads.context(i));
  front.emplace(contexts,
                http::server::options{chosen.http.bind_address, port, granted},
                std::move(served));
  spdlog::info("{} on {}:{}", name, chosen.http.bind_address, front->port());
}

void start(service &made, caf::actor_system &system,
           actors::io_threads &threads, const settings &chosen) {
  auto granted = limits_of(chosen.http);
  if (chosen.served != side::history) {
    made.wallets.emplace(
        system, actors::wallet_node::options{chosen.database_url, chosen.kafka,
                                             chosen.max_resident_wallets});
    listen(made.wallet_front, threads, chosen, granted, chosen.http.port,
           "wallets", http::wallet_routes(made.wallets->gateway()));
  }
  if (chosen.served != side::wallet) {
    made.history.emplace(
        system, actors::history_node::options{chosen.database_url,
                                              chosen.history_database_url,
                                              chosen.kafka});
    granted.least_in_flight = least_in_flight_of_history;
    listen(made.history_front, threads, chosen, granted,
           chosen.http.history_port, "history",
           http::history_routes(made.history->reader(),
                                made.history->readiness()));
  }
}

/// Whoever stops a service gives it little time. What is cut off then is as
/// after a crash: nothing is lost.
void end_in_time() {
  std::thread([] {
    std::this_thread::sleep_for(stop_within);
    spdlog::warn("stopping takes too long: what is left is cut off");
    std::_Exit(0);
  }).detach();
}

int serve(const settings &chosen) {
  // Before there are threads, so that all of them leave it to sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  http::raise_descriptor_limit();

  storage::require_servable(chosen);

  actors::io_threads threads(chosen.threads);
  caf::actor_system_config config;
  actors::asio_scheduler::install(config, threads);
  caf::actor_system system(config);
  // First, as the actors end on them, too.
  threads.start();
  service made;
  start(made, system, threads, chosen);

  int received = 0;
  sigwait(&stop_signals, &received);
  spdlog::info("stopping");
  end_in_time();
  return 0;
}

int run(const settings &chosen) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("wallet"));
  spdlog::set_level(chosen.log_level);
  switch (chosen.asked) {
  case action::serve:
    return serve(chosen);
  case action::migrate:
    return storage::run_migrate(chosen, std::cout);
  case action::verify:
    return storage::run_verify(chosen, std::cout);
  case action::rebuild_history:
    return storage::run_rebuild_history(chosen, std::cout);
  case action::lag:
    return storage::run_lag(chosen, std::cout);
  case action::version:
    std::cout << "wallet " WALLET_VERSION "\n";
    return 0;
  case action::help:
    std::cout << storage::help_text();
    return 0;
  }
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  try {
    return run(storage::parse_settings(storage::process_sources(argc, argv)));
  } catch (const storage::bad_setting &wrong) {
    std::cerr << "wallet: " << wrong.what() << '\n';
    return 2; // as usual for wrong usage
  } catch (const std::exception &failed) {
    std::cerr << "wallet: " << failed.what() << '\n';
    return 1;
  }
}
