#include "tests/chaos/checker.hpp"

#include "storage/event_row.hpp"
#include "storage/postgres_connection.hpp"
#include "storage/row_stream.hpp"
#include "storage/transaction.hpp"
#include "tests/chaos/log_join.hpp"

namespace wallet::chaos {

using namespace std::chrono_literals;

namespace {

/// Of the requests whose outcome is known, this many are repeated.
constexpr std::uint64_t sample = 500;

/// `wallet verify` reads 100,000 events a second; the sanitizers, a fifth.
constexpr auto verify_patience = 900s;

void join_log(const std::string &url, log_join &join) {
  storage::postgres_connection on(
      {.url = url, .purpose = "chaos", .statement_timeout = 0ms});
  const storage::transaction snapshot(on);
  storage::row_stream events(
      on, "select " + storage::event_columns("e") +
              " from ledger.events e order by e.shard, e.position");
  while (const auto row = events.next())
    join.add(storage::decode_event(*row, 0));
  join.finish();
}

/// Rows of one that are not in the other, by all they have in common.
void compare_history(stage &on) {
  constexpr auto columns =
      "shard, position, wallet_id, version, type, amount, balance, held, "
      "transaction_id, counterparty_id, recorded_at";
  const auto difference = [&](const std::string &a, const std::string &b) {
    return testing::value_at(
        on.database_url(), std::string("set statement_timeout = 0; "
                                       "select count(*) from (select ") +
                               columns + " from " + a + " except all select " +
                               columns + " from " + b + ") d");
  };
  const auto missing = difference("ledger.events", "history.events");
  const auto surplus = difference("history.events", "ledger.events");
  on.expect(missing == "0", missing + " events are not in the history (I10)");
  on.expect(surplus == "0", surplus + " rows of the history are not in the "
                                      "log (I10)");
}

void verify(stage &on) {
  auto settings = on.settings();
  settings.database_url = on.database_url();
  const auto verified =
      testing::run_wallet(settings, {"verify"}, verify_patience);
  on.expect(verified.status == 0, "wallet verify:\n" + verified.output);
}

/// A repetition of a request that nobody repeats meanwhile.
void repeat(stage &on, testing::http_client &server, const note &one,
            bool is_stored) {
  const auto &wallets = on.wallets();
  const auto answer = server.post(
      "/wallets/" + wallets[one.sender] + "/" + std::string(name_of(one.what)),
      request_body(one, wallets[one.receiver]), key_of(one));
  if (!answer || answer->status >= 500) {
    on.wrong().add("no definite answer to a repetition of " + describe(one) +
                   " (I3)");
    return;
  }
  const bool is_replay = answer->headers.contains("idempotency-replayed");
  on.expect(is_replay == is_stored,
            describe(one) + (is_stored ? " is in the log, and was done again"
                                       : " is not in the log, but replayed"));
  on.expect(!one.is_done ||
                std::hash<std::string>()(answer->body) == one.digest,
            describe(one) + " is answered as " + answer->body +
                ", which is not what it was first (I3)");
}

std::uint64_t repeat_some(stage &on, const journal &noted,
                          const log_join &join) {
  auto server = on.server().client();
  const auto every = noted.by_number.size() / sample + 1;
  std::uint64_t repeated = 0;
  for (const auto *one : noted.by_number) {
    const bool is_wanted =
        one && one->has_key && (one->is_open || one->number % every == 0);
    // What was refused, or never reached a server, may be done today.
    if (!is_wanted || !(one->is_open || one->is_done))
      continue;
    repeat(on, server, *one, join.is_stored(*one));
    ++repeated;
  }
  return repeated;
}

/// See stage::expect_no_effect_of_silence.
void check_silence(stage &on, const journal &noted, const log_join &join) {
  for (const auto *one : noted.by_number) {
    if (!one || !one->was_open)
      continue;
    for (const auto &[from, to] : on.quiet_times())
      if (one->opened >= from && one->opened < to)
        on.expect(one->is_done ? !one->was_replayed : !join.is_stored(*one),
                  describe(*one) +
                      " was done by a server that stopped without an answer");
  }
}

explanations explain(const journal &noted, const log_join &join) {
  explanations found;
  for (const auto *one : noted.by_number) {
    if (!one || !one->was_open)
      continue;
    ++found.open;
    if (one->is_done)
      ++(one->was_replayed ? found.replayed : found.done_later);
    else if (one->is_refused)
      ++found.refused_later;
    else
      ++(join.is_stored(*one) ? found.in_log : found.not_in_log);
  }
  return found;
}

} // namespace

verdict check(stage &on, journal &noted) {
  log_join join(noted, on.wallets(), on.takeovers(), on.wrong());
  join_log(on.database_url(), join);
  check_silence(on, noted, join);
  compare_history(on);
  verify(on);
  verdict made;
  made.requests = noted.by_number.size() - 1;
  made.events = join.events();
  made.unknown = explain(noted, join);
  made.repeated = repeat_some(on, noted, join);
  return made;
}

} // namespace wallet::chaos
