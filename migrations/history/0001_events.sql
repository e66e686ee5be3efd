-- The history: a copy of the log for readers, in the same database or another.
-- A rebuild fills a new table "like" this one and puts it in its place: the
-- names of keys and indexes are therefore left to PostgreSQL.

-- An index on (shard, position) would serve no query: the checkpoints keep the
-- rows whole, and the inserts are mostly the work of their indexes.
create table history.events (
  position bigint not null,
  version bigint not null,
  amount bigint not null,
  balance bigint not null,
  held bigint not null,
  recorded_at timestamptz not null,
  shard smallint not null,
  type smallint not null,
  wallet_id uuid not null,
  transaction_id uuid not null,
  counterparty_id uuid,
  user_id text not null,
  counterparty_user_id text,
  currency text not null,
  unique (wallet_id, version)
) with (autovacuum_vacuum_insert_scale_factor = 0.05,
        autovacuum_analyze_scale_factor = 0.05);

-- A user's wallets, from the rows that created them. An index over all rows
-- of a user would cost each row as much again as everything else about it.
create index on history.events (user_id, wallet_id) where type = 1;

create table history.checkpoints (
  position bigint not null default 0 check (position >= 0),
  shard smallint not null check (shard between 0 and 63),
  projection text not null,
  primary key (projection, shard)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 1000);

insert into history.checkpoints (projection, shard)
select 'transactions', generate_series(0, 63);

create type history.checkpoint_step as (
  from_position bigint,
  to_position bigint,
  shard smallint
);

create type history.event_row as (
  position bigint,
  version bigint,
  amount bigint,
  balance bigint,
  held bigint,
  recorded_at timestamptz,
  shard smallint,
  type smallint,
  wallet_id uuid,
  transaction_id uuid,
  counterparty_id uuid,
  user_id text,
  counterparty_user_id text,
  currency text
);

-- Inserts rows and moves the checkpoints over them, in one transaction. False:
-- another projector has moved a checkpoint, and nothing was written.
-- WH001: the rows are not those of the steps.
create function history.apply(
  steps history.checkpoint_step[], new_events history.event_row[]
) returns boolean language plpgsql as $$
declare
  matched bigint;
  promised bigint;
  written bigint;
begin
  select count(*) filter (where step.position = step.from_position),
         sum(step.to_position - step.from_position)
    into matched, promised
    from (select c.position, s.from_position, s.to_position
            from unnest(steps) s
                 join history.checkpoints c
                   on c.projection = 'transactions' and c.shard = s.shard
           order by c.shard
             for update of c) step;
  if matched <> cardinality(steps) then
    return false;
  end if;

  insert into history.events
    (position, version, amount, balance, held, recorded_at, shard, type,
     wallet_id, transaction_id, counterparty_id, user_id, counterparty_user_id,
     currency)
  select n.position, n.version, n.amount, n.balance, n.held, n.recorded_at,
         n.shard, n.type, n.wallet_id, n.transaction_id, n.counterparty_id,
         n.user_id, n.counterparty_user_id, n.currency
    from unnest(new_events) n;
  get diagnostics written = row_count;
  if written <> coalesce(promised, 0) then
    raise exception '% rows for % positions', written, promised
      using errcode = 'WH001';
  end if;

  update history.checkpoints c set position = s.to_position
    from unnest(steps) s
   where c.projection = 'transactions' and c.shard = s.shard;
  return true;
end $$;
