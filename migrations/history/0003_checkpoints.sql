-- As the heads of the log (ledger/0012): the newest version of a checkpoint is
-- looked for from the end, whatever an old snapshot keeps of those before.
alter table history.checkpoints drop constraint checkpoints_pkey;
create index checkpoints_newest_last on history.checkpoints (projection, shard);

create function history.keep_checkpoints() returns trigger
  language plpgsql as $$
begin
  raise exception '% of history.checkpoints is refused: there is one for each '
    'of 64 shards', tg_op using errcode = 'WH002';
end $$;

create trigger one_a_shard before insert or delete or truncate
  on history.checkpoints for each statement
  execute function history.keep_checkpoints();

create or replace function history.apply(
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
                 cross join lateral (select n.ctid from history.checkpoints n
                                      where n.projection = 'transactions'
                                        and n.shard <= s.shard
                                      order by n.shard desc
                                      limit 1) newest
                 join history.checkpoints c
                   on c.ctid = newest.ctid and c.shard = s.shard
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

  -- Locked above: these are the newest.
  update history.checkpoints c set position = s.to_position
    from unnest(steps) s
         cross join lateral (select n.ctid from history.checkpoints n
                              where n.projection = 'transactions'
                                and n.shard <= s.shard
                              order by n.shard desc
                              limit 1) newest
   where c.ctid = newest.ctid and c.shard = s.shard;
  return true;
end $$;
