#include <future>

#include <catch2/catch.hpp>

#include "actors/or_failure.hpp"
#include "storage/postgres_connection.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/shared_postgres.hpp"
#include "tests/support/wallet_process.hpp"

using namespace wallet::testing;
using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

/// Holds reads of the history up.
class held_history {
public:
  explicit held_history(const std::string &url)
      : connection_({.url = url, .purpose = "test"}) {
    connection_.script("begin");
    connection_.script("lock table history.events in access exclusive mode");
  }

  bool holds_a_reader() {
    return connection_
               .script("select 1 from pg_locks where not granted and "
                       "relation = 'history.events'::regclass")
               .size() > 0;
  }

  void let_go() { connection_.script("commit"); }

private:
  wallet::storage::postgres_connection connection_;
};

} // namespace

TEST_CASE("reads that are held up hold nothing up but themselves, for a time") {
  const wallet_settings settings{
      shared_postgres().new_database(), {}, "history", {}};
  const auto service = ready_wallet(settings);
  auto reader = service->history_client();
  held_history history(settings.database_url);

  const auto begun = clock::now();
  std::vector<std::future<http_client::maybe_answer>> asked;
  for (int i = 0; i < 3; ++i)
    asked.push_back(std::async(std::launch::async, [&service] {
      return service->history_client().get("/users/alice/activity");
    }));
  REQUIRE(eventually([&] { return history.holds_a_reader(); }));
  const auto ready = reader.get("/readyz");
  REQUIRE(ready);
  CHECK(ready->status == 200);

  // The time that a question waits for its turn.
  std::this_thread::sleep_until(begun + wallet::actors::reader_patience + 1s);
  history.let_go();
  int served = 0, refused = 0;
  for (auto &one : asked) {
    const auto answer = one.get();
    REQUIRE(answer);
    INFO(answer->body);
    if (answer->status == 200)
      ++served;
    else if (answer->status == 503 && answer->at("/code") == "overloaded")
      ++refused;
  }
  CHECK(served == 1);
  CHECK(refused == 2);
  const auto afterwards = reader.get("/users/alice/activity");
  REQUIRE(afterwards);
  CHECK(afterwards->status == 200);
}
