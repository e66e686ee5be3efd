#include "bench/service.hpp"

#include <stdexcept>

#include <unistd.h>

#include "storage/postgres_connection.hpp"
#include "storage/postgres_url.hpp"

namespace wallet::bench {

namespace {

using namespace std::chrono_literals;

/// `url`, with this database instead of its own.
std::string with_database(const std::string &url, const std::string &name) {
  std::string pairs;
  const storage::postgres_url parts(url);
  for (const auto &[keyword, value] : parts.keywords()) {
    if (keyword == "dbname")
      continue;
    pairs += keyword + "='";
    for (const char c : value) {
      if (c == '\'' || c == '\\')
        pairs += '\\';
      pairs += c;
    }
    pairs += "' ";
  }
  return pairs + "dbname='" + name + "'";
}

void run(const std::string &url, const std::string &sql) {
  storage::postgres_connection({.url = url, .purpose = "bench"}).script(sql);
}

} // namespace

scratch_database::scratch_database(std::string server_url, std::string name)
    : server_url_(std::move(server_url)), name_(std::move(name)),
      url_(with_database(server_url_, name_)) {
  run(server_url_, "drop database if exists " + name_ + " with (force)");
  run(server_url_, "create database " + name_);
}

scratch_database::~scratch_database() {
  try {
    run(server_url_, "drop database if exists " + name_ + " with (force)");
  } catch (const std::exception &) {
    // The next run drops it.
  }
}

measured_service::measured_service(const std::string &server_url,
                                   const std::string &name,
                                   const options &chosen)
    : database_(server_url, name) {
  settings_.database_url = database_.url();
  settings_.kafka_brokers = chosen.kafka_brokers;
  settings_.only = chosen.only;
  // A topic of its own: what an earlier run left is not ours.
  const auto unique = name + "-" + std::to_string(getpid());
  settings_.more = {
      {"KAFKA_TOPIC", unique},
      {"KAFKA_GROUP_ID", unique},
      {"MAX_RESIDENT_WALLETS", std::to_string(chosen.resident_wallets)}};
  const auto migrated = testing::run_wallet(settings_, {"migrate"});
  if (migrated.status != 0)
    throw std::runtime_error("wallet migrate: " + migrated.output);
}

void measured_service::start() {
  process_ = std::make_unique<testing::wallet_process>(settings_);
  process_->wait_ready();
}

void measured_service::stop() {
  if (process_ && process_->is_running() && !process_->terminate(10s))
    process_->kill_9();
}

endpoints measured_service::where() const {
  return {"127.0.0.1", process_->port(), process_->history_port()};
}

testing::finished_command measured_service::verify() const {
  return testing::run_wallet(settings_, {"verify"}, 10min);
}

} // namespace wallet::bench
