#include <thread>

#include "storage/postgres_connection.hpp"
#include "tests/chaos/fault.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

/// The service's own for a statement is 10 s; the rest is a busy machine.
constexpr auto append_timeout = 11s;

} // namespace

healing kill_database(stage &on) {
  if (on.random().below(2) == 0)
    on.postgres().kill_9();
  else
    on.postgres().stop_immediate();
  return [&on] { on.postgres().start(); };
}

healing cut_append_connections(stage &on) {
  auto cutter = std::make_shared<std::jthread>(
      [url = on.database_url()](const std::stop_token &end) {
        while (!end.stop_requested()) {
          end_backends(url, "append_batch");
          std::this_thread::sleep_for(100ms); // as FAULTS says
        }
      });
  return [cutter] {
    cutter->request_stop();
    cutter->join();
  };
}

/// Whoever is answered in this time is answered within the deadline.
healing freeze_database(stage &on) {
  on.clients().take_longest_wait();
  on.postgres().freeze();
  return [&on] {
    // The service's timers are late by 0.1 s, a busy machine by more.
    const auto bound = on.chosen().answer_deadline + 5s;
    on.expect(on.clients().take_longest_wait() <= bound,
              "with PostgreSQL frozen an answer came after the deadline");
    on.postgres().unfreeze();
  };
}

/// The server must find out by itself what became of the batch.
healing lose_commit_answer(stage &on) {
  const auto lost = on.proxy().lost_answers();
  on.proxy().lose_next_answer("append_batch");
  on.expect_soon([&on, lost] { return on.proxy().lost_answers() > lost; }, 30s,
                 "no answer to an append was lost");
  return [] {};
}

/// Of a shard with many events: that of the hot wallet.
healing lock_head(stage &on) {
  auto session = std::make_shared<storage::postgres_connection>(
      storage::connection_options{.url = on.database_url(),
                                  .purpose = "chaos"});
  const auto shard =
      shard_of(wallet_id(*parse_uuid(on.wallets().front()))).value();
  session->script("begin; select from ledger.shards where shard = " +
                  std::to_string(shard) + " for update");
  const auto locked = on.clients().now();
  return [&on, session, locked] {
    session->drop();
    on.expect(on.clients().now() - locked < append_timeout ||
                  on.server().log().find("an append") != std::string::npos,
              "a locked head gives no alarm");
  };
}

} // namespace wallet::chaos
