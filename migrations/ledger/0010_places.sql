-- A node says where it stands. At most one living process can stand at a place
-- (storage/process_place.hpp): whoever takes the shards there knows that the
-- node before it is dead, and does not wait for its lease. Empty: unknown.
alter table ledger.nodes add column place text not null default '';

drop function ledger.take_shards(text, interval);

-- Takes all shards and a lease, unless the lease of another owner lives, who
-- does not stand at the taker's place. Returns all heads after it: they are the
-- taker's if their owner says so.
create function ledger.take_shards(
  taker text, lease interval, taker_place text default ''
) returns setof ledger.shards language plpgsql as $$
begin
  -- A standby asks every second: it must not lock what the owner writes.
  if not exists (select from ledger.shards s
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
  return query select * from ledger.shards s order by s.shard;
end $$;
