-- The event log: what happened, and the only truth. Amounts are in 1/10,000
-- of the currency unit. 8-byte columns stand first, so that rows have no
-- padding.

-- The 64 logs and who may write them. A batch updates up to 64 of these rows:
-- the free space keeps their new versions on their own page (HOT).
create table ledger.shards (
  position bigint not null default 0 check (position >= 0),
  epoch bigint not null default 0,
  last_recorded_at timestamptz not null default 'epoch',
  shard smallint primary key check (shard between 0 and 63),
  last_batch uuid,
  owner text
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 1000);

insert into ledger.shards (shard) select generate_series(0, 63);

-- A node has a row here as long as it owns the shards.
create table ledger.nodes (
  lease_until timestamptz not null,
  node text primary key
);

create table ledger.events (
  position bigint not null,
  version bigint not null,
  amount bigint not null,
  balance bigint not null,
  held bigint not null,
  counterparty_position bigint,
  recorded_at timestamptz not null,
  shard smallint not null,
  type smallint not null,
  wallet_id uuid not null,
  transaction_id uuid not null,
  counterparty_id uuid,
  request_key uuid,
  data jsonb,
  check (amount >= 0 and held >= 0 and balance >= held),
  primary key (shard, position),
  unique (shard, wallet_id, version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05,
        autovacuum_analyze_scale_factor = 0.05);

create unique index on ledger.events (shard, request_key)
  where request_key is not null;

-- ANALYZE guesses a tenth of the truth from its sample; 20 events a wallet is
-- closer, and keeps the planner on the index.
alter table ledger.events alter wallet_id set (n_distinct = -0.05);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of ledger.events is refused: the log is append-only',
    tg_op using errcode = 'WL003';
end $$;

create trigger append_only before update or delete or truncate
  on ledger.events for each statement execute function ledger.refuse_change();

-- No balance here: updating one row per event would halve the throughput.
create table ledger.wallets (
  created_at timestamptz not null,
  id uuid primary key,
  user_id text not null,
  currency text not null
);

create index on ledger.wallets (user_id, created_at desc, id desc);

-- How far the relay has published.
create table ledger.relay_cursors (
  position bigint not null default 0 check (position >= 0),
  shard smallint primary key check (shard between 0 and 63)
) with (fillfactor = 10);

insert into ledger.relay_cursors (shard) select generate_series(0, 63);

-- A wallet's shard is the low 6 bits of its id.
create function ledger.shard_of(wallet_id uuid) returns smallint
  language sql immutable parallel safe
  return (get_byte(uuid_send(wallet_id), 15) & 63)::smallint;

-- An event's id says where it is: UUIDv8, ssss0000-0000-8000-8ppp-pppppppppppp.
create function ledger.event_id(shard smallint, log_position bigint) returns uuid
  language sql immutable parallel safe
  return (lpad(to_hex(shard::integer), 4, '0') || '0000-0000-8000-8' ||
          overlay(right(lpad(to_hex(log_position), 15, '0'), 15)
                  placing '-' from 4 for 0))::uuid;
