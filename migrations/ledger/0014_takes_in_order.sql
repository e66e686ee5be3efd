-- A take that its client has given up may be carried out at any time: it stays
-- in a socket, or waits for a lock. After takes of others it made its node the
-- owner again unnoticed, whose renewals then succeeded, and whose wallets did
-- not know what the others had written. So a taker says which epochs it has
-- seen, and takes only while nobody has raised one since.
drop function ledger.take_shards(text, interval, text);

-- Takes all shards and a lease, and returns their heads. Nothing is returned
-- and nothing done while the lease of another owner lives, who does not stand
-- at the taker's place, and when the sum of all epochs is not `seen` any more.
create function ledger.take_shards(
  taker text, lease interval, taker_place text, seen bigint
) returns setof ledger.shards language plpgsql as $$
begin
  -- A standby asks every second: it must not lock what the owner writes.
  if exists (select from ledger.heads s
               join ledger.nodes n on n.node = s.owner
              where n.node <> taker
                and (n.place = '' or n.place <> taker_place)
                and n.lease_until > clock_timestamp()) then
    return;
  end if;
  perform from ledger.shards s order by s.shard for update;
  -- Each take raises every epoch, and nothing lowers one.
  if (select sum(s.epoch) from ledger.heads s) <> seen then
    return;
  end if;
  -- A renewal under way has this row locked and is waited for; one that
  -- comes later finds no row, and knows.
  delete from ledger.nodes n
   where n.node <> taker
     and (n.lease_until <= clock_timestamp()
          or n.place <> '' and n.place = taker_place);
  if exists (select from ledger.shards s
               join ledger.nodes n on n.node = s.owner
              where n.node <> taker) then
    return;
  end if;
  insert into ledger.nodes (node, lease_until, place)
  values (taker, clock_timestamp() + lease, taker_place)
      on conflict (node) do update
     set lease_until = excluded.lease_until, place = excluded.place;
  update ledger.shards s set owner = taker, epoch = s.epoch + 1;
  return query select * from ledger.heads;
end $$;
