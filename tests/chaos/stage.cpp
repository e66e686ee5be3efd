#include "tests/chaos/stage.hpp"

#include <atomic>
#include <csignal>
#include <thread>

#include "bench/wallets.hpp"
#include "storage/unavailable.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;
using namespace wallet::testing;

namespace {

/// A crash recovery of PostgreSQL, a start of a JVM, a lease that must end, all
/// of that with sanitizers on a busy machine.
constexpr auto generous = 60s;
/// History after an outage of Kafka: the group's session must end first.
constexpr auto history_patience = 120s;

std::atomic<bool> is_interrupted{false};

} // namespace

void obey_interrupts() {
  for (const int number : {SIGINT, SIGTERM})
    std::signal(number, [](int) { is_interrupted = true; });
}

bool await(const std::function<bool()> &holds,
           std::chrono::milliseconds patience,
           std::chrono::milliseconds pause) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (is_interrupted)
      throw interrupted();
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

void end_backends(const std::string &url, const std::string &statement) {
  try {
    exec_at(url, "select pg_terminate_backend(pid) from pg_stat_activity where "
                 "query like '%" +
                     statement + "%' and pid <> pg_backend_pid()");
  } catch (const storage::unavailable &) {
    // Another fault has ended all of them.
  }
}

stage::stage(const pace &chosen, std::uint64_t seed, const folders &where)
    : pace_(chosen), random_(seed, 0), postgres_(where.database),
      proxy_(postgres_.port()), kafka_({}, where.broker) {
  database_url_ = postgres_.new_database();
  const auto name = database_url_.substr(database_url_.rfind('/') + 1);
  settings_ = {proxy_.url(name), kafka_.brokers(), {}, {}};
  settings_.folder = where.service;
  settings_.more["ANSWER_DEADLINE_MS"] =
      std::to_string(pace_.answer_deadline.count());
  servers_[0] = ready_wallet(settings_);
  servers_[1] = std::make_unique<wallet_process>(settings_,
                                                 wallet_process::not_started());
  make_wallets();
  load_ = std::make_unique<load>(
      load::options{.clients = pace_.clients,
                    .seed = seed,
                    .ports = {servers_[0]->port(), servers_[1]->port()},
                    .wallets = wallets_,
                    .patience = pace_.client_patience,
                    .rate = pace_.rate},
      wrong_);
}

stage::~stage() = default;

/// One of ten begins with nothing: what it has is always nearly spent.
void stage::make_wallets() {
  const bench::endpoints service{.port = server().port()};
  const auto poor = static_cast<std::size_t>(pace_.wallets / 10);
  const auto rich = static_cast<std::size_t>(pace_.wallets) - poor;
  wallets_ = bench::make_wallets(service, rich, initial_balance);
  for (auto &id : bench::make_wallets(service, poor, {}))
    wallets_.push_back(std::move(id));
}

void stage::swap_servers() {
  owner_ = 1 - owner_;
  ++takeovers_;
}

void stage::expect(bool holds, const std::string &what) {
  if (!holds)
    wrong_.add(what);
}

void stage::expect_soon(const std::function<bool()> &holds,
                        std::chrono::milliseconds patience,
                        const std::string &what) {
  expect(await(holds, patience), what);
}

void stage::expect_successes(std::uint64_t count, const std::string &when) {
  const auto before = load_->so_far().done;
  expect_soon([&] { return load_->so_far().done >= before + count; }, generous,
              "the service does not serve: " + when);
}

void stage::hold(std::chrono::milliseconds time) {
  await([] { return false; }, time);
}

std::int64_t stage::log_length() const {
  return std::stoll(
      value_at(database_url_, "select sum(position) from ledger.shards"));
}

std::int64_t stage::history_length() const {
  return std::stoll(value_at(database_url_,
                             "select sum(position) from history.checkpoints "
                             "where projection = 'transactions'"));
}

journal stage::finish() {
  auto noted = load_->stop();
  for (const auto &server : servers_)
    if (server->is_running())
      expect_soon([&] { return history_length() == log_length(); },
                  history_patience, "history does not catch up (I10)");
  return noted;
}

std::string stage::logs() const {
  std::string all;
  for (const auto &server : servers_)
    all += "--- server " + std::to_string(server->pid()) + "\n" + server->log();
  return all;
}

} // namespace wallet::chaos
