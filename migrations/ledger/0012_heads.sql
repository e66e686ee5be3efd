-- A batch makes a new version of up to 64 heads, and as long as any snapshot is
-- older (a backup, `verify`, a report) PostgreSQL keeps the versions before. To
-- find a head by its shard all of them were visited: after 10 s the log took
-- half as much. The newest version mostly stands last in an index, so it is
-- looked for from there; the equality alone would be read from the front. A
-- unique index would visit all versions too, for each new one.
alter table ledger.shards drop constraint shards_pkey;
create index shards_newest_last on ledger.shards (shard);

create function ledger.keep_heads() returns trigger language plpgsql as $$
begin
  raise exception '% of ledger.shards is refused: there are 64 heads, one a '
    'shard', tg_op using errcode = 'WL003';
end $$;

create trigger one_a_shard before insert or delete or truncate
  on ledger.shards for each statement execute function ledger.keep_heads();

-- The heads, in the order of their shards, however many versions there are.
create view ledger.heads as
  select newest.*
    from generate_series(0, 63) numbered(shard)
         cross join lateral (select s.*
                               from ledger.shards s
                              where s.shard <= numbered.shard
                              order by s.shard desc
                              limit 1) newest;

create or replace function ledger.append_batch(
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
  -- cannot wait for each other. Where a head has moved meanwhile, the version
  -- found is not the newest, and does not match.
  with moved as (
    update ledger.shards s
       set position = a.to_position, last_recorded_at = a.recorded_at,
           last_batch = batch
      from unnest(advances) a
           cross join lateral (select h.ctid from ledger.shards h
                                where h.shard <= a.shard
                                order by h.shard desc
                                limit 1) newest
     where s.ctid = newest.ctid and s.shard = a.shard
       and s.position = a.from_position and s.epoch = a.epoch
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

-- As before (0010), but a standby, who asks every second, reads the heads only.
create or replace function ledger.take_shards(
  taker text, lease interval, taker_place text default ''
) returns setof ledger.shards language plpgsql as $$
begin
  if not exists (select from ledger.heads s
                   join ledger.nodes n on n.node = s.owner
                  where n.node <> taker
                    and (n.place = '' or n.place <> taker_place)
                    and n.lease_until > clock_timestamp()) then
    perform from ledger.shards s order by s.shard for update;
    -- A renewal under way has this row locked and is waited for; one that
    -- comes later finds no row, and knows.
    delete from ledger.nodes n
     where n.node <> taker
       and (n.lease_until <= clock_timestamp()
            or n.place <> '' and n.place = taker_place);
    if not exists (select from ledger.shards s
                     join ledger.nodes n on n.node = s.owner
                    where n.node <> taker) then
      insert into ledger.nodes (node, lease_until, place)
      values (taker, clock_timestamp() + lease, taker_place)
          on conflict (node) do update
         set lease_until = excluded.lease_until, place = excluded.place;
      update ledger.shards s set owner = taker, epoch = s.epoch + 1;
    end if;
  end if;
  return query select * from ledger.heads;
end $$;
