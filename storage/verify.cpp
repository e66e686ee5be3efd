#include "storage/verify.hpp"

#include <chrono>
#include <ostream>
#include <vector>

#include "storage/event_row.hpp"
#include "storage/history_audit.hpp"
#include "storage/log_audit.hpp"
#include "storage/log_copies.hpp"
#include "storage/query_check.hpp"
#include "storage/row_stream.hpp"
#include "storage/transaction.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

constexpr auto progress_every = 5s;

constexpr auto begin_snapshot =
    "begin isolation level repeatable read read only";

const std::vector<query_check> query_checks{
    {"both legs of each transfer are there and agree", "legs",
     "select count(*) from ledger.events where type in (3, 4)",
     // An out leg names its event as the transaction, an in leg the other's.
     "select 'event ' || ledger.event_id(a.shard, a.position) || ', wallet ' "
     "|| a.wallet_id from ledger.events a left join ledger.events b "
     "on b.shard = ledger.shard_of(a.counterparty_id) "
     "and b.position = a.counterparty_position where a.type in (3, 4) "
     "and (b.type = 7 - a.type and b.amount = a.amount "
     "and b.transaction_id = a.transaction_id "
     "and b.recorded_at = a.recorded_at "
     "and b.wallet_id = a.counterparty_id "
     "and b.counterparty_id = a.wallet_id "
     "and b.counterparty_position = a.position) is not true"},
    {"transfers stay within one currency", "transfers",
     "select count(*) from ledger.events where type = 3",
     "select 'event ' || ledger.event_id(e.shard, e.position) "
     "from ledger.events e join ledger.wallets a on a.id = e.wallet_id "
     "join ledger.wallets b on b.id = e.counterparty_id "
     "where e.type = 3 and a.currency <> b.currency"},
    {"each request key is there once", "keys",
     "select count(*) from ledger.events where request_key is not null",
     "select 'key ' || request_key || ', shard ' || shard || ': ' || count(*) "
     "|| ' times' from ledger.events where request_key is not null "
     "group by shard, request_key having count(*) > 1"},
    {"each wallet has its creation and each creation its wallet", "wallets",
     "select count(*) from ledger.wallets",
     "select 'wallet ' || coalesce(w.id, e.wallet_id) "
     "from ledger.wallets w full join (select wallet_id, recorded_at "
     "from ledger.events where type = 1) e on e.wallet_id = w.id "
     "where w.created_at is distinct from e.recorded_at"},
    {"the views wallets and wallet_transactions agree", "wallets",
     "select count(*) from wallets",
     "select 'wallet ' || w.id || ': ' || w.balance || ' against ' || "
     "coalesce(t.total, 0) from wallets w left join (select wallet_id, "
     "sum(case when type = 'TRANSFER_OUT' then -amount else amount end) total "
     "from wallet_transactions group by wallet_id) t on t.wallet_id = w.id "
     "where w.balance <> coalesce(t.total, 0)"},
};

postgres_connection connect(const std::string &url) {
  return postgres_connection(
      {.url = url, .purpose = "verify", .statement_timeout = 0ms});
}

shard_positions read_positions(postgres_connection &on, const char *sql) {
  const auto found = on.run({"positions", sql});
  shard_positions positions{};
  for (std::size_t i = 0; i < found.size(); ++i)
    positions.at(static_cast<std::size_t>(found[i].int16(0))) =
        log_position{found[i].int64(1)};
  return positions;
}

/// Says from time to time that the program lives.
class progress {
public:
  progress(std::ostream &out, std::int64_t total) : out_(out), total_(total) {}

  void step() {
    ++done_;
    if (done_ % 1'000 != 0 || std::chrono::steady_clock::now() < due_)
      return;
    due_ = std::chrono::steady_clock::now() + progress_every;
    out_ << "...   " << done_ << " of " << total_ << " events\n" << std::flush;
  }

private:
  std::ostream &out_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::chrono::steady_clock::time_point due_ =
      std::chrono::steady_clock::now() + progress_every;
};

recorded_event decode_logged(const row &read) {
  constexpr int owner = event_column_count;
  constexpr int other = owner + profile_column_count;
  recorded_event logged{.fact = decode_event(read, 0)};
  if (!read.is_null(owner))
    logged.owner = decode_profile(read, owner);
  if (!read.is_null(other))
    logged.counterparty = decode_profile(read, other);
  return logged;
}

/// Feeds the whole log to both audits.
check stream_log(postgres_connection &ledger, const shard_positions &heads,
                 log_audit &log, history_audit &history, std::ostream &out) {
  check readable("every event is of a type that this program knows", "events");
  std::int64_t total = 0;
  for (const auto head : heads)
    total += raw(head);
  progress said(out, total);
  row_stream events(ledger,
                    "select " + event_columns("e") + ", " +
                        profile_columns("w") + ", " + profile_columns("c") +
                        " from ledger.events e "
                        "left join ledger.wallets w on w.id = e.wallet_id "
                        "left join ledger.wallets c on c.id = "
                        "e.counterparty_id order by e.shard, e.position");
  while (const auto read = events.next()) {
    readable.saw();
    said.step();
    try {
      const auto logged = decode_logged(*read);
      log.add(logged.fact);
      history.add(logged);
    } catch (const unreadable_event &error) {
      readable.found(error.what());
    }
  }
  return readable;
}

} // namespace

bool verify(const std::string &ledger_url, const std::string &history_url,
            const std::optional<event_log_options> &topic, std::ostream &out) {
  auto history_side = connect(history_url);
  const transaction history_snapshot(history_side, begin_snapshot);
  const auto checkpoints =
      read_positions(history_side, "select shard, position from "
                                   "history.checkpoints where projection = "
                                   "'transactions'");
  // Later than the history's: what is in the history is then in the log.
  auto ledger = connect(ledger_url);
  const transaction ledger_snapshot(ledger, begin_snapshot);
  const auto heads =
      read_positions(ledger, "select shard, position from ledger.shards");

  log_audit log;
  history_audit history(history_side, checkpoints);
  const auto readable = stream_log(ledger, heads, log, history, out);
  log.finish(heads);
  history.finish(heads);
  readable.print(out);
  log.print(out);
  bool holds = readable.holds() && log.holds() && history.holds();
  for (const auto &wanted : query_checks) {
    const auto made = run_check(ledger, wanted);
    made.print(out);
    holds = holds && made.holds();
  }
  history.print(out);
  const auto copies = check_copies(ledger_url, history_url, topic);
  copies.print(out);
  return holds && copies.holds();
}

} // namespace wallet::storage
