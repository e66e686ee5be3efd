#include "bench/large_store.hpp"

#include <future>

#include "storage/postgres_connection.hpp"

namespace wallet::bench {

namespace {

/// Wallet `number` is in shard number % 64; its id is a UUIDv7 of no time.
constexpr const char *functions = R"(
create schema bench;

create function bench.wallet_id(number bigint) returns uuid
  language sql immutable parallel safe
  return (overlay(overlay(substr(md5(number::text), 1, 30)
                          placing '7' from 13) placing '8' from 17)
          || lpad(to_hex(number % 64), 2, '0'))::uuid;

create procedure bench.fill(first_shard int, last_shard int, wallets bigint)
language plpgsql as $$
begin
  insert into ledger.wallets (created_at, id, user_id, currency)
  select timestamptz '2026-01-01' + (n / 64 * 10 + 1) * interval '1 us',
         bench.wallet_id(n), 'bench-' || n, 'USD'
    from generate_series(0, wallets - 1) n
   where n % 64 between first_shard and last_shard;

  -- In the order of the primary key. Neighbours 2n and 2n + 1 stand at the same
  -- positions of their shards; a transfer is named by its debit.
  insert into ledger.events
    (position, version, amount, balance, held, counterparty_position,
     recorded_at, shard, type, wallet_id, transaction_id, counterparty_id)
  select position, step,
         case step when 1 then 0 when 2 then 10000000 else 10000 end,
         case when step = 1 then 0
              when step % 2 = 0 then 10000000
              when is_debit then 9990000 else 10010000 end,
         0, case when step > 2 then position end,
         timestamptz '2026-01-01' + position * interval '1 us', shard,
         case when step < 3 then step when is_debit then 3 else 4 end,
         wallet,
         ledger.event_id((case when step < 3 or is_debit then shard
                               else shard # 1 end)::smallint, position),
         case when step > 2 then neighbour end
    from (select shard, wallet, neighbour, step,
                 turn * 10 + step as position,
                 (shard + step) % 2 = 1 as is_debit
            from generate_series(first_shard, last_shard) shard
                 cross join lateral
                 (select turn, bench.wallet_id(turn * 64 + shard) as wallet,
                         bench.wallet_id(turn * 64 + (shard # 1)) as neighbour
                    from generate_series(0, wallets / 64 - 1) turn
                  offset 0) of_shard
                 cross join generate_series(1, 10) step) made;

  update ledger.shards
     set position = wallets / 64 * 10,
         last_recorded_at =
           timestamptz '2026-01-01' + wallets / 64 * 10 * interval '1 us'
   where shard between first_shard and last_shard;
end $$;
)";

void run(const std::string &database_url, const std::string &sql) {
  using namespace std::chrono_literals;
  storage::postgres_connection(
      {.url = database_url, .purpose = "bench", .statement_timeout = 0ms})
      .script(sql);
}

} // namespace

void fill_large_store(const std::string &database_url, std::int64_t wallets) {
  run(database_url, functions);
  const auto fill = [&](const std::string &shards) {
    return std::async(std::launch::async, [&database_url, shards, wallets] {
      run(database_url,
          "call bench.fill(" + shards + ", " + std::to_string(wallets) + ")");
    });
  };
  auto lower = fill("0, 31");
  auto upper = fill("32, 63");
  lower.get();
  upper.get();
  run(database_url, "drop schema bench cascade");
  run(database_url, "vacuum analyze ledger.events");
  run(database_url, "checkpoint");
}

std::vector<std::string> stored_wallets(const std::string &database_url) {
  using namespace std::chrono_literals;
  storage::postgres_connection connection(
      {.url = database_url, .purpose = "bench", .statement_timeout = 60'000ms});
  const auto found = connection.script("select id from ledger.wallets");
  std::vector<std::string> ids;
  ids.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    ids.emplace_back(found[i].text(0));
  return ids;
}

} // namespace wallet::bench
