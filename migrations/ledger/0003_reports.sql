-- What reports written for the former system read.

create view public.wallets as
  select w.id, w.user_id,
         (last.balance * 0.0001)::numeric(19, 4) as balance,
         last.version,
         w.created_at,
         last.recorded_at as updated_at
    from ledger.wallets w
         cross join lateral (select e.balance, e.version, e.recorded_at
                               from ledger.events e
                              where e.shard = ledger.shard_of(w.id)
                                and e.wallet_id = w.id
                              order by e.version desc
                              limit 1) last;

create view public.wallet_transactions as
  select ledger.event_id(e.shard, e.position) as id,
         e.wallet_id,
         (e.amount * 0.0001)::numeric(19, 4) as amount,
         case e.type when 2 then 'FUND'
                     when 3 then 'TRANSFER_OUT'
                     when 4 then 'TRANSFER_IN' end as type,
         'COMPLETED' as status,
         e.transaction_id as reference_id,
         e.counterparty_id as counterparty_wallet_id,
         e.recorded_at as created_at
    from ledger.events e
   where e.type in (2, 3, 4);
