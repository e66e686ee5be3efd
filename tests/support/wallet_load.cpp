#include "tests/support/wallet_load.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <thread>

namespace wallet::testing {

namespace {

using namespace std::chrono_literals;

bool is_failure(const std::optional<http_answer> &answer) {
  return !answer || answer->status >= 500;
}

/// What all clients share.
struct shared_state {
  std::vector<std::string> wallets;
  std::atomic<bool> is_stopping{false};
  std::atomic<std::size_t> succeeded{0};
  std::atomic<std::size_t> failed{0};
  std::atomic<std::size_t> silent{0};
};

/// One thread's client.
class load_client {
public:
  load_client(http_client server, shared_state &shared, int number,
              std::uint64_t seed)
      : server_(std::move(server)), shared_(shared), number_(number),
        random_(seed + static_cast<std::uint64_t>(number)) {}

  void run() {
    while (!shared_.is_stopping) {
      auto &entry = next();
      while (is_failure(send(entry)) && wait_until_ready() && chance(50)) {
      }
    }
  }

  journal noted;

private:
  bool chance(int percent) {
    return std::uniform_int_distribution(1, 100)(random_) <= percent;
  }

  std::string some_wallet() {
    if (chance(50))
      return shared_.wallets.front();
    return shared_.wallets[std::uniform_int_distribution<std::size_t>(
        0, shared_.wallets.size() - 1)(random_)];
  }

  std::string some_amount() {
    const int units = std::uniform_int_distribution(1, 99'999)(random_);
    auto decimals = std::to_string(10'000 + units % 10'000).substr(1);
    return std::to_string(units / 10'000) + "." + decimals;
  }

  /// A new request, or one that has been answered before.
  journal_entry &next() {
    if (!noted.empty() && chance(10)) {
      auto &earlier = noted[std::uniform_int_distribution<std::size_t>(
          0, noted.size() - 1)(random_)];
      if (earlier.success())
        return earlier;
    }
    auto &entry = noted.emplace_back();
    entry.key = std::to_string(number_) + "-" + std::to_string(noted.size());
    const auto sender = some_wallet();
    auto receiver = some_wallet();
    entry.wallet = wallet_id(*parse_uuid(sender));
    if (receiver == sender) {
      entry.operation = "fund";
      entry.body = R"({"amount":")" + some_amount() + R"("})";
    } else {
      entry.operation = "transfer";
      entry.body = R"({"to_wallet_id":")" + receiver + R"(","amount":")" +
                   (chance(5) ? "900000000" : some_amount()) + R"("})";
    }
    entry.target = "/wallets/" + sender + "/" + entry.operation;
    return entry;
  }

  const std::optional<http_answer> &send(journal_entry &entry) {
    auto &answer = entry.answers.emplace_back();
    answer = server_.post(entry.target, entry.body, entry.key);
    if (!answer)
      ++shared_.silent;
    else if (answer->is_success())
      ++shared_.succeeded;
    else if (is_failure(answer))
      ++shared_.failed;
    return answer;
  }

  /// False: the load ends.
  bool wait_until_ready() {
    while (!shared_.is_stopping) {
      const auto ready = server_.get("/readyz");
      if (ready && ready->status == 200)
        return true;
      std::this_thread::sleep_for(10ms); // between two looks
    }
    return false;
  }

  http_client server_;
  shared_state &shared_;
  int number_;
  std::mt19937_64 random_;
};

} // namespace

const http_answer *journal_entry::success() const {
  for (const auto &answer : answers)
    if (answer && answer->is_success())
      return &*answer;
  return nullptr;
}

bool journal_entry::is_refused() const {
  return !answers.empty() && answers.back() && answers.back()->status >= 400 &&
         answers.back()->status < 500;
}

struct wallet_load::implementation {
  shared_state shared;
  std::vector<std::unique_ptr<load_client>> clients;
  std::vector<std::thread> threads;

  void join() {
    shared.is_stopping = true;
    for (auto &thread : threads)
      thread.join();
    threads.clear();
  }
};

wallet_load::wallet_load(const http_client &server,
                         std::vector<std::string> wallets, options chosen)
    : impl_(std::make_unique<implementation>()) {
  impl_->shared.wallets = std::move(wallets);
  for (int i = 0; i < chosen.clients; ++i)
    impl_->clients.push_back(std::make_unique<load_client>(
        server.another(), impl_->shared, i, chosen.seed));
  for (auto &client : impl_->clients)
    impl_->threads.emplace_back([&client] { client->run(); });
}

wallet_load::~wallet_load() { impl_->join(); }

std::size_t wallet_load::succeeded() const { return impl_->shared.succeeded; }
std::size_t wallet_load::failed() const { return impl_->shared.failed; }
std::size_t wallet_load::silent() const { return impl_->shared.silent; }

journal wallet_load::stop() {
  impl_->join();
  journal all;
  for (auto &client : impl_->clients)
    std::move(client->noted.begin(), client->noted.end(),
              std::back_inserter(all));
  impl_->clients.clear();
  return all;
}

std::vector<std::string> funded_wallets(http_client &server, int count,
                                        const std::string &amount) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    const auto created = server.post("/wallets", R"({"user_id":"alice"})");
    if (!created || !created->is_success())
      throw std::runtime_error("cannot create a wallet: " +
                               (created ? created->body : "no answer"));
    ids.push_back(created->at("/data/id"));
    const auto funded = server.post("/wallets/" + ids.back() + "/fund",
                                    R"({"amount":")" + amount + R"("})");
    if (!funded || !funded->is_success())
      throw std::runtime_error("cannot fund a wallet: " +
                               (funded ? funded->body : "no answer"));
  }
  return ids;
}

std::uint64_t test_seed() {
  if (const char *given = std::getenv("WALLET_TEST_SEED"))
    return std::stoull(given);
  return std::random_device{}();
}

} // namespace wallet::testing
