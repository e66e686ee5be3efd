#include "bench/row_locks.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "bench/shell.hpp"
#include "storage/postgres_connection.hpp"

namespace wallet::bench {

namespace {

namespace fs = std::filesystem;

constexpr const char *schema = R"(
set client_min_messages = warning;
drop schema if exists row_lock cascade;
create schema row_lock;

create table row_lock.wallets (
  id bigint primary key,
  balance numeric(19, 4) not null check (balance >= 0),
  version bigint not null default 1
);

create table row_lock.events (
  id bigint generated always as identity primary key,
  wallet_id bigint not null,
  version bigint not null,
  type text not null,
  amount numeric(19, 4) not null,
  data jsonb not null,
  created_at timestamptz not null default now(),
  unique (wallet_id, version)
);

insert into row_lock.wallets (id, balance)
select id, 1000000000 from generate_series(1, 1000) as id;
analyze row_lock.wallets;

create function row_lock.transfer(source bigint, target bigint, moved numeric)
returns void language plpgsql as $$
begin
  perform from row_lock.wallets where id = least(source, target) for update;
  perform from row_lock.wallets where id = greatest(source, target) for update;
  update row_lock.wallets set balance = balance - moved, version = version + 1
   where id = source;
  update row_lock.wallets set balance = balance + moved, version = version + 1
   where id = target;
  insert into row_lock.events (wallet_id, version, type, amount, data)
  select id, version, 'TRANSFER_OUT', moved, jsonb_build_object('to', target)
    from row_lock.wallets where id = source;
  insert into row_lock.events (wallet_id, version, type, amount, data)
  select id, version, 'TRANSFER_IN', moved, jsonb_build_object('from', source)
    from row_lock.wallets where id = target;
end $$;
)";

constexpr const char *uniform_pair = R"(
\set a random(1, 999)
\set b random(:a + 1, 1000)
\set backwards random(0, 1)
\set source CASE WHEN :backwards = 1 THEN :b ELSE :a END
\set target CASE WHEN :backwards = 1 THEN :a ELSE :b END
)";

constexpr const char *hot_pair = R"(
\set a 1
\set b random(2, 1000)
\set source 1
\set target :b
)";

constexpr const char *statements = R"(
begin;
select balance, version from row_lock.wallets where id = :a for update;
select balance, version from row_lock.wallets where id = :b for update;
update row_lock.wallets set balance = balance - 0.01, version = version + 1 where id = :source;
update row_lock.wallets set balance = balance + 0.01, version = version + 1 where id = :target;
insert into row_lock.events (wallet_id, version, type, amount, data) select id, version, 'TRANSFER_OUT', 0.01, jsonb_build_object('to', :target::bigint) from row_lock.wallets where id = :source;
insert into row_lock.events (wallet_id, version, type, amount, data) select id, version, 'TRANSFER_IN', 0.01, jsonb_build_object('from', :source::bigint) from row_lock.wallets where id = :target;
commit;
)";

constexpr const char *call = R"(
select row_lock.transfer(:source, :target, 0.01);
)";

void run_script(const std::string &database_url, const std::string &sql) {
  storage::postgres_connection({.url = database_url, .purpose = "bench"})
      .script(sql);
}

/// Debian keeps it beside the server, not in the PATH.
std::string find_pgbench() {
  const auto found = output_of(
      "command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null "
      "| sort -V | tail -n 1");
  if (found.empty())
    throw std::runtime_error(
        "pgbench is missing: apt-get install postgresql-15");
  return found.substr(0, found.find('\n'));
}

} // namespace

row_locks::row_locks(std::string database_url)
    : database_url_(std::move(database_url)), pgbench_(find_pgbench()) {
  run_script(database_url_, schema);
}

row_locks::~row_locks() {
  try {
    run_script(database_url_, "drop schema row_lock cascade");
  } catch (const std::exception &) {
    // The next run drops it.
  }
}

double row_locks::measure(form how, pattern which, int connections,
                          std::chrono::seconds duration) {
  const scratch_file script(
      std::string(which == pattern::hot ? hot_pair : uniform_pair) +
      (how == form::statements ? statements : call));
  const auto report = output_of(shell_word(pgbench_) + " -n -M prepared -c " +
                                std::to_string(connections) + " -j 2 -T " +
                                std::to_string(duration.count()) + " -f " +
                                shell_word(script.path()) + " " +
                                shell_word(database_url_) + " 2>&1");
  const std::string mark = "\ntps = ";
  const auto at = report.find(mark);
  if (at == std::string::npos)
    throw std::runtime_error("pgbench: " + report);
  return std::stod(report.substr(at + mark.size()));
}

int row_locks::best_connections(form how, pattern which,
                                std::chrono::seconds each) {
  int best = 0;
  double highest = 0;
  for (const int connections : {8, 32, 64})
    if (const auto rate = measure(how, which, connections, each);
        rate > highest) {
      highest = rate;
      best = connections;
    }
  return best;
}

} // namespace wallet::bench
