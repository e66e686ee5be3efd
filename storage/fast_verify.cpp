#include "storage/fast_verify.hpp"

#include <ostream>

#include "storage/check.hpp"
#include "storage/log_copies.hpp"
#include "storage/transaction.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

constexpr auto begin_snapshot =
    "begin isolation level repeatable read read only";

/// By shard, in one pass over the log: its head; the events' number, first and
/// last position; the creations; what the amounts add up to; and of all shards
/// together, what was sent and what was received.
constexpr auto totals =
    "select s.shard, s.position, coalesce(t.n, 0), coalesce(t.lowest, 0), "
    "coalesce(t.highest, 0), coalesce(t.created, 0), coalesce(t.moved, 0), "
    "concat(sum(t.sent_n) over (), ' transfers, ', sum(t.sent) over () * "
    "0.0001), concat(sum(t.received_n) over (), ' transfers, ', "
    "sum(t.received) over () * 0.0001) from ledger.shards s left join "
    "(select shard, count(*) n, min(position) lowest, max(position) highest, "
    "count(*) filter (where type = 1) created, "
    "sum(case type when 2 then amount when 3 then -amount when 4 then amount "
    "else 0 end) moved, "
    "count(*) filter (where type = 3) sent_n, "
    "coalesce(sum(amount) filter (where type = 3), 0) sent, "
    "count(*) filter (where type = 4) received_n, "
    "coalesce(sum(amount) filter (where type = 4), 0) received "
    "from ledger.events group by shard) t on t.shard = s.shard order by 1";

/// By shard: the wallets and what they hold after their last events.
constexpr auto holdings =
    "select s.shard, coalesce(k.n, 0), coalesce(k.held, 0) from ledger.shards "
    "s left join (select ledger.shard_of(w.id) shard, count(*) n, "
    "sum(last.balance) held from ledger.wallets w left join lateral (select "
    "e.balance from ledger.events e where e.shard = ledger.shard_of(w.id) and "
    "e.wallet_id = w.id order by e.version desc limit 1) last on true "
    "group by 1) k on k.shard = s.shard order by 1";

constexpr auto checkpoints = "select shard, position from history.checkpoints "
                             "where projection = 'transactions' order by shard";

postgres_connection connect(const std::string &url) {
  return postgres_connection(
      {.url = url, .purpose = "verify", .statement_timeout = 0ms});
}

std::string cell(const rows &table, std::size_t line, int column) {
  return std::string(table[line].text(column));
}

std::string shard_at(const rows &table, std::size_t line) {
  return "shard " + cell(table, line, 0) + ": ";
}

check check_heads(const rows &found) {
  check made("each shard holds the positions up to its head", "events");
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto head = cell(found, i, 1), count = cell(found, i, 2),
               lowest = cell(found, i, 3), highest = cell(found, i, 4);
    made.saw(std::stoull(count));
    if (count != head || highest != head || (head != "0" && lowest != "1"))
      made.found(shard_at(found, i) + count + " events from position " +
                 lowest + " to " + highest + ", its head is " + head);
  }
  return made;
}

check check_holdings(const rows &found, const rows &held) {
  check made("the wallets of each shard hold what its events add up to",
             "wallets");
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto moved = cell(found, i, 6), balance = cell(held, i, 2);
    made.saw(std::stoull(cell(held, i, 1)));
    if (moved != balance)
      made.found(shard_at(found, i) + "balances of " + balance +
                 " units, amounts of " + moved);
  }
  return made;
}

check check_creations(const rows &found, const rows &held) {
  check made("as many wallets are there as were created", "wallets");
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto created = cell(found, i, 5), kept = cell(held, i, 1);
    made.saw(std::stoull(kept));
    if (created != kept)
      made.found(shard_at(found, i) + created + " created, " + kept + " there");
  }
  return made;
}

check check_transfers(const rows &found) {
  check made("as much is received as is sent", "sums");
  const auto sent = cell(found, 0, 7), received = cell(found, 0, 8);
  made.saw(2);
  if (sent != received)
    made.found("sent: " + sent + "; received: " + received);
  return made;
}

/// "(0, 17), (1, 3), ...": a relation of shards and positions for SQL.
std::string values_of(const rows &positions) {
  std::string values;
  for (std::size_t i = 0; i < positions.size(); ++i)
    values += (i == 0 ? "(" : ", (") + cell(positions, i, 0) + ", " +
              cell(positions, i, 1) + "::bigint)";
  return values;
}

/// By shard, what the rows of `table` add up to for which `condition` holds:
/// their number, and a text that differs when they do.
rows sums_of(postgres_connection &on, const std::string &table,
             const std::string &up_to, const std::string &condition) {
  return on.script("select c.shard, count(e.position), "
                   "concat(count(e.position), ' rows, versions ', "
                   "sum(e.version), ', amounts ', sum(e.amount), "
                   "', balances ', sum(e.balance)) from (values " +
                   up_to + ") c(shard, position) left join " + table +
                   " e on e.shard = c.shard and " + condition +
                   " group by c.shard order by c.shard");
}

/// The checkpoints of the history and what all its rows add up to, in one
/// snapshot.
struct history_sums {
  std::string up_to;
  rows of_all;
};

history_sums read_history(const std::string &url) {
  auto on = connect(url);
  const transaction snapshot(on, begin_snapshot);
  history_sums read;
  read.up_to = values_of(on.script(checkpoints));
  read.of_all = sums_of(on, "history.events", read.up_to, "true");
  return read;
}

check check_history(postgres_connection &ledger, const history_sums &history) {
  check made("the history adds up to the log, up to its checkpoints", "rows");
  const auto logged = sums_of(ledger, "ledger.events", history.up_to,
                              "e.position <= c.position");
  for (std::size_t i = 0; i < logged.size(); ++i) {
    const auto shown = cell(history.of_all, i, 2);
    made.saw(std::stoull(cell(history.of_all, i, 1)));
    if (shown != cell(logged, i, 2))
      made.found(shard_at(logged, i) + shown + "; in the log " +
                 cell(logged, i, 2));
  }
  return made;
}

} // namespace

bool verify_fast(const std::string &ledger_url, const std::string &history_url,
                 const std::optional<event_log_options> &topic,
                 std::ostream &out) {
  const auto history = read_history(history_url);
  // Later than the history's: what is in the history is then in the log.
  auto ledger = connect(ledger_url);
  const transaction snapshot(ledger, begin_snapshot);
  const auto found = ledger.script(totals);
  const auto held = ledger.script(holdings);
  bool holds = true;
  for (const auto &made : {check_heads(found), check_holdings(found, held),
                           check_creations(found, held), check_transfers(found),
                           check_history(ledger, history),
                           check_copies(ledger_url, history_url, topic)}) {
    made.print(out);
    holds = holds && made.holds();
  }
  return holds;
}

} // namespace wallet::storage
