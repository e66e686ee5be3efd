#include "tests/support/wallet_process.hpp"

#include <csignal>
#include <stdexcept>

#include "tests/support/child_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/scratch_folder.hpp"

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;

child_process::program program_for(const wallet_settings &settings,
                                   std::vector<std::string> command,
                                   const std::filesystem::path &folder) {
  // Holds the log, and no .env file.
  command.insert(command.begin(), WALLET_BINARY);
  child_process::program started{
      std::move(command), folder / "log", folder, {}};
  started.environment = {{"DATABASE_URL", settings.database_url},
                         {"HISTORY_DATABASE_URL", std::nullopt},
                         {"KAFKA_BROKERS", settings.kafka_brokers},
                         {"KAFKA_TOPIC", std::nullopt},
                         {"KAFKA_GROUP_ID", std::nullopt},
                         {"KAFKA_PARTITIONS", std::nullopt}};
  for (const auto &[name, value] : settings.more)
    started.environment[name] = value;
  return started;
}

} // namespace

finished_command run_wallet(const wallet_settings &settings,
                            const std::vector<std::string> &command,
                            std::chrono::seconds patience) {
  const scratch_folder scratch(settings.folder);
  child_process process(program_for(settings, command, scratch.path()));
  const auto status = process.wait(patience);
  const auto output = text_of(scratch.path() / "log");
  if (!status)
    throw std::runtime_error("wallet " + command.front() + " does not end:\n" +
                             output);
  return {*status, output};
}

struct wallet_process::implementation {
  explicit implementation(wallet_settings given)
      : settings(std::move(given)), scratch(settings.folder) {}

  wallet_settings settings;
  int port = free_port();
  int history_port = free_port();
  scratch_folder scratch;
  std::map<std::string, std::string> environment;
  std::unique_ptr<child_process> process;

  bool serves(const std::string &side) const {
    return settings.only.empty() || settings.only == side;
  }

  bool is_ready() const {
    for (const auto &[side, at] :
         {std::pair("wallet", port), std::pair("history", history_port)}) {
      if (!serves(side))
        continue;
      const auto answer = http_client(at).get("/readyz");
      if (!answer || answer->status != 200)
        return false;
    }
    return true;
  }

  [[noreturn]] void fail(const std::string &what) const {
    throw std::runtime_error("wallet_process: " + what + "\n" +
                             text_of(scratch.path() / "log"));
  }
};

wallet_process::wallet_process(wallet_settings settings)
    : wallet_process(std::move(settings), not_started()) {
  start();
}

wallet_process::wallet_process(wallet_settings settings, not_started)
    : impl_(std::make_unique<implementation>(std::move(settings))) {}

wallet_process::~wallet_process() = default;

void wallet_process::start() {
  std::vector<std::string> command{"serve"};
  if (!impl_->settings.only.empty())
    command.insert(command.end(), {"--only", impl_->settings.only});
  auto started = program_for(impl_->settings, command, impl_->scratch.path());
  // A side that is alone answers on PORT.
  started.environment["PORT"] = std::to_string(
      impl_->settings.only == "history" ? impl_->history_port : impl_->port);
  started.environment["HISTORY_PORT"] = std::to_string(impl_->history_port);
  for (const auto &[name, value] : impl_->environment)
    started.environment[name] = value;
  impl_->process = std::make_unique<child_process>(started);
}

void wallet_process::set_environment(
    std::map<std::string, std::string> variables) {
  impl_->environment = std::move(variables);
}

void wallet_process::wait_ready(std::chrono::seconds patience) {
  const bool is_decided = eventually(
      [&] { return !impl_->process->is_running() || impl_->is_ready(); },
      patience);
  if (!impl_->process->is_running())
    impl_->fail("it ended instead of serving");
  if (!is_decided)
    impl_->fail("not ready in time");
}

bool wallet_process::is_running() const {
  return impl_->process && impl_->process->is_running();
}

void wallet_process::kill_9() {
  impl_->process->signal(SIGKILL);
  if (!impl_->process->wait(10s))
    impl_->fail("kill -9 without effect");
}

std::optional<int>
wallet_process::terminate(std::chrono::milliseconds patience) {
  impl_->process->signal(SIGTERM);
  return impl_->process->wait(patience);
}

void wallet_process::freeze() { impl_->process->signal(SIGSTOP); }

void wallet_process::unfreeze() { impl_->process->signal(SIGCONT); }

/// 0: never started.
int wallet_process::pid() const {
  return impl_->process ? impl_->process->pid() : 0;
}

int wallet_process::port() const { return impl_->port; }

int wallet_process::history_port() const { return impl_->history_port; }

http_client wallet_process::client() const { return http_client(impl_->port); }

http_client wallet_process::history_client() const {
  return http_client(impl_->history_port);
}

const wallet_settings &wallet_process::settings() const {
  return impl_->settings;
}

std::string wallet_process::log() const {
  return text_of(impl_->scratch.path() / "log");
}

std::unique_ptr<wallet_process> ready_wallet(wallet_settings settings) {
  const auto migrated = run_wallet(settings, {"migrate"});
  if (migrated.status != 0)
    throw std::runtime_error("wallet migrate: " + migrated.output);
  auto started = std::make_unique<wallet_process>(std::move(settings));
  started->wait_ready();
  return started;
}

} // namespace wallet::testing
