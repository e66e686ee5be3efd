#include "storage/rebuild_history.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "storage/event_store.hpp"
#include "storage/history_row.hpp"
#include "storage/postgres_connection.hpp"
#include "storage/transaction.hpp"

namespace wallet::storage {

namespace {

using namespace std::chrono_literals;

constexpr auto progress_every = 5s;
/// A statement of 1,000 rows is as fast as COPY.
constexpr std::size_t rows_at_a_time = 1'000;
/// Events that may be left for the switch, while projectors wait: a second.
constexpr std::int64_t few_enough = 20'000;
/// With more writers than this can follow, the switch has to catch up more.
constexpr int max_rounds = 10;
constexpr int max_switches = 10;

/// One number for all rebuilds of a database: "wallet r" in ASCII.
constexpr auto advisory_lock =
    "select pg_try_advisory_lock(8602275976068735090)";

constexpr auto make_table =
    "drop schema if exists history_rebuilt cascade; "
    "create schema history_rebuilt; "
    "create table history_rebuilt.events (like history.events including all); "
    // Not the settings of autovacuum.
    "do $$ declare options text; begin "
    "select array_to_string(reloptions, ', ') into options from pg_class "
    "where oid = 'history.events'::regclass; "
    "if options is not null then execute format("
    "'alter table history_rebuilt.events set (%s)', options); end if; end $$";

constexpr auto lock_projectors_out =
    "select from history.checkpoints where projection = 'transactions' "
    "order by shard for update";

// A table that moves between schemas takes its keys and indexes along, and
// functions find it by its name again.
constexpr auto swap_tables =
    "create schema history_retired; "
    "alter table history.events set schema history_retired; "
    "alter table history_rebuilt.events set schema history; "
    // Rights belong to a table, not to its name.
    "do $$ declare given record; begin for given in select privilege_type, "
    "case grantee when 0 then 'public' else grantee::regrole::text end grantee "
    "from pg_class c, aclexplode(c.relacl) "
    "where c.oid = 'history_retired.events'::regclass "
    "loop execute format('grant %s on history.events to %s', "
    "given.privilege_type, given.grantee); end loop; end $$; "
    "call history.define_reports(); "
    "drop schema history_retired cascade; "
    "drop schema history_rebuilt cascade";

const statement insert_rows{"insert_rows",
                            "insert into history_rebuilt.events select * from "
                            "unnest($1::history.event_row[])"};

const statement move_checkpoints{
    "move_checkpoints",
    "update history.checkpoints c set position = new.position "
    "from unnest($1::bigint[]) with ordinality new(position, n) "
    "where c.projection = 'transactions' and c.shard = new.n - 1"};

class rebuild {
public:
  rebuild(const std::string &ledger_url, const std::string &history_url,
          std::ostream &out)
      : log_(ledger_url, "rebuild"),
        // Adding the last rows and dropping a large table take their time.
        history_({.url = history_url,
                  .purpose = "rebuild",
                  .statement_timeout = 10min,
                  .is_one_session = true}),
        out_(out) {}

  std::int64_t run() {
    if (history_.script(advisory_lock)[0].text(0) != "t")
      throw rebuild_refused("another rebuild of this history is running");
    is_ours_ = true;
    history_.script(make_table);
    auto heads = log_.read_heads();
    for (int round = 0; round < max_rounds && missing(heads) > few_enough;
         ++round) {
      copy_to(heads);
      heads = log_.read_heads();
    }
    history_.script("analyze history_rebuilt.events");
    for (int attempt = 1; !try_switch(); ++attempt)
      if (attempt == max_switches)
        throw rebuild_refused("a long query on history.events keeps the "
                              "rebuilt one from taking its place");
    return total(built_);
  }

  /// Leaves nothing of an attempt that failed.
  void discard() noexcept {
    if (!is_ours_)
      return;
    try {
      history_.script("drop schema if exists history_rebuilt cascade");
    } catch (const unavailable &) {
      // The next rebuild will do it.
    }
  }

private:
  static std::int64_t total(const shard_positions &positions) {
    std::int64_t sum = 0;
    for (const auto position : positions)
      sum += raw(position);
    return sum;
  }

  std::int64_t missing(const shard_positions &heads) const {
    return total(heads) - total(built_);
  }

  void copy_to(const shard_positions &heads) {
    for (std::size_t i = 0; i < heads.size(); ++i)
      while (built_.at(i) < heads.at(i)) {
        copy_some(shard_number(i), heads.at(i));
        say_progress(heads);
      }
  }

  void copy_some(shard_number shard, log_position head) {
    auto &built = built_.at(shard.value());
    const auto wanted =
        std::min<std::size_t>(rows_at_a_time, raw(head) - raw(built));
    const auto events = log_.read_log(shard, built, wanted);
    const auto end =
        log_position{raw(built) + static_cast<std::int64_t>(events.size())};
    if (events.empty() || events.back().fact.position != end)
      throw rebuild_refused("the log has a hole: shard " +
                            std::to_string(shard.value()) + " after position " +
                            std::to_string(raw(built)) +
                            "; run `wallet verify`");
    history_.run(insert_rows,
                 parameters().encoded(encode_history_rows(
                     history_.oid_of("history.event_row"), events)));
    built = end;
  }

  /// False: somebody else uses the table.
  bool try_switch() {
    const auto before = built_;
    try {
      transaction all(history_);
      history_.script(lock_patience);
      history_.script(lock_projectors_out);
      copy_to(log_.read_heads());
      history_.script(swap_tables);
      move();
      all.commit();
      return true;
    } catch (const statement_failed &error) {
      if (error.sqlstate() != lock_not_available)
        throw;
      built_ = before;
      out_ << "...   waiting for a query on history.events to end\n"
           << std::flush;
      return false;
    }
  }

  void move() {
    std::vector<std::int64_t> numbers;
    for (const auto position : built_)
      numbers.push_back(raw(position));
    history_.run(move_checkpoints, parameters().encoded(int8_array(numbers)));
  }

  void say_progress(const shard_positions &heads) {
    if (std::chrono::steady_clock::now() < due_)
      return;
    due_ = std::chrono::steady_clock::now() + progress_every;
    out_ << "...   " << total(built_) << " of " << total(heads) << " events\n"
         << std::flush;
  }

  event_store log_;
  postgres_connection history_;
  std::ostream &out_;
  /// This rebuild has the lock on history_rebuilt.
  bool is_ours_ = false;
  shard_positions built_{};
  std::chrono::steady_clock::time_point due_ =
      std::chrono::steady_clock::now() + progress_every;
};

} // namespace

std::int64_t rebuild_history(const std::string &ledger_url,
                             const std::string &history_url,
                             std::ostream &out) {
  rebuild work(ledger_url, history_url, out);
  try {
    return work.run();
  } catch (...) {
    work.discard();
    throw;
  }
}

} // namespace wallet::storage
