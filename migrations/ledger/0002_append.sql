-- Writing the log. Every function here is one statement in autocommit: no
-- client can be frozen inside an open transaction that holds the heads.

create type ledger.shard_advance as (
  from_position bigint,
  to_position bigint,
  epoch bigint,
  recorded_at timestamptz,
  shard smallint
);

create type ledger.event_row as (
  position bigint,
  version bigint,
  amount bigint,
  balance bigint,
  held bigint,
  counterparty_position bigint,
  recorded_at timestamptz,
  shard smallint,
  type smallint,
  wallet_id uuid,
  transaction_id uuid,
  counterparty_id uuid,
  request_key uuid,
  data jsonb
);

create type ledger.shard_key as (
  shard smallint,
  request_key uuid
);

create type ledger.wallet_row as (
  created_at timestamptz,
  id uuid,
  user_id text,
  currency text
);

-- Writes a batch: all of it, or nothing. Returns those of `new_keys` that the
-- log has already: then nothing was written.
-- WL001: fenced; the caller does not own a shard or has a wrong idea of it.
-- WL002: the batch does not agree with itself.
create function ledger.append_batch(
  batch uuid,
  advances ledger.shard_advance[],
  new_keys ledger.shard_key[],
  new_events ledger.event_row[],
  new_wallets ledger.wallet_row[]
) returns setof uuid language plpgsql as $$
declare
  matched bigint;
  promised bigint;
  written bigint;
begin
  -- What is found here is committed, whoever asks. Nobody can add to it behind
  -- our back: that moves a head.
  if cardinality(new_keys) > 0 then
    return query
      select e.request_key
        from unnest(new_keys) n
             cross join lateral (select k.request_key from ledger.events k
                                  where k.shard = n.shard
                                    and k.request_key = n.request_key
                                    and k.request_key is not null
                                  limit 1) e;
    if found then
      return;
    end if;
  end if;

  -- Check and set in one pass over the heads: to lock them first costs as much
  -- again. The join follows the advances, which ascend, so that two writers
  -- cannot wait for each other.
  with moved as (
    update ledger.shards s
       set position = a.to_position, last_recorded_at = a.recorded_at,
           last_batch = batch
      from unnest(advances) a
     where s.shard = a.shard and s.position = a.from_position
       and s.epoch = a.epoch
    returning a.to_position - a.from_position as steps)
  select count(*), coalesce(sum(steps), 0) into matched, promised from moved;
  if matched <> cardinality(advances) then
    raise exception 'fenced: % of % heads are as the writer believes', matched,
      cardinality(advances) using errcode = 'WL001';
  end if;

  insert into ledger.events
    (position, version, amount, balance, held, counterparty_position,
     recorded_at, shard, type, wallet_id, transaction_id, counterparty_id,
     request_key, data)
  select n.position, n.version, n.amount, n.balance, n.held,
         n.counterparty_position, n.recorded_at, n.shard, n.type, n.wallet_id,
         n.transaction_id, n.counterparty_id, n.request_key, n.data
    from unnest(new_events) n;
  get diagnostics written = row_count;
  if written <> cardinality(new_events) or written <> promised then
    raise exception '% events written, % sent, the heads moved by %', written,
      cardinality(new_events), promised using errcode = 'WL002';
  end if;

  if cardinality(new_wallets) > 0 then
    insert into ledger.wallets (created_at, id, user_id, currency)
    select w.created_at, w.id, w.user_id, w.currency from unnest(new_wallets) w;
    get diagnostics written = row_count;
    if written <> cardinality(new_wallets) then
      raise exception '% wallets written, % sent', written,
        cardinality(new_wallets) using errcode = 'WL002';
    end if;
  end if;
end $$;

-- What became of a batch whose answer was lost. Waits for a backend that is
-- still writing it; fences one that has not begun, by raising the epochs.
-- No rows: `node` does not own the shards any more.
create function ledger.resolve_batch(
  batch uuid, shards_touched smallint[], node text
) returns table (shard smallint, epoch bigint, is_committed boolean)
language plpgsql as $$
declare
  others bigint;
  wrote bigint;
begin
  select count(*) filter (where head.owner is distinct from node),
         count(*) filter (where head.last_batch = batch)
    into others, wrote
    from (select s.owner, s.last_batch from ledger.shards s
           where s.shard = any (shards_touched)
           order by s.shard
             for update) head;
  if others > 0 then
    return;
  end if;
  if wrote not in (0, cardinality(shards_touched)) then
    raise exception 'batch % is in % of % shards', batch, wrote,
      cardinality(shards_touched) using errcode = 'WL002';
  end if;
  return query
    update ledger.shards s set epoch = s.epoch + 1
     where s.shard = any (shards_touched)
    returning s.shard, s.epoch, wrote > 0;
end $$;

-- Takes all shards and a lease, unless the lease of another owner lives.
-- Returns all heads after it: they are the taker's if their owner says so.
create function ledger.take_shards(taker text, lease interval)
returns setof ledger.shards language plpgsql as $$
begin
  -- A standby asks every second: it must not lock what the owner writes.
  if not exists (select from ledger.shards s
                   join ledger.nodes n on n.node = s.owner
                  where n.node <> taker
                    and n.lease_until > clock_timestamp()) then
    perform from ledger.shards s order by s.shard for update;
    -- A renewal under way has this row locked and is waited for; one that
    -- comes later finds no row, and knows.
    delete from ledger.nodes n
     where n.node <> taker and n.lease_until <= clock_timestamp();
    if not exists (select from ledger.shards s
                     join ledger.nodes n on n.node = s.owner
                    where n.node <> taker) then
      insert into ledger.nodes (node, lease_until)
      values (taker, clock_timestamp() + lease)
          on conflict (node) do update set lease_until = excluded.lease_until;
      update ledger.shards s set owner = taker, epoch = s.epoch + 1;
    end if;
  end if;
  return query select * from ledger.shards s order by s.shard;
end $$;
