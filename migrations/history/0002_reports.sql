-- What reports written for the former system read.

create function history.event_id(shard smallint, log_position bigint) returns uuid
  language sql immutable parallel safe
  return (lpad(to_hex(shard::integer), 4, '0') || '0000-0000-8000-8' ||
          overlay(right(lpad(to_hex(log_position), 15, '0'), 15)
                  placing '-' from 4 for 0))::uuid;

create function history.type_name(type smallint) returns text
  language sql immutable parallel safe
  return case type when 1 then 'WALLET_CREATED'
                   when 2 then 'WALLET_FUNDED'
                   when 3 then 'TRANSFER_OUT'
                   when 4 then 'TRANSFER_IN' end;

create function history.decimal_text(units bigint) returns text
  language sql immutable parallel safe
  return (units * 0.0001)::numeric(19, 4)::text;

-- Called again when a rebuild has put a new table in the old one's place;
-- "or replace" keeps what was granted on the view. event_data is the body of
-- the event's Kafka message.
create procedure history.define_reports() language plpgsql as $$
begin
  create or replace view public.transaction_events as
    select history.event_id(e.shard, e.position) as id,
           e.wallet_id, e.user_id,
           (e.amount * 0.0001)::numeric(19, 4) as amount,
           history.type_name(e.type) as event_type,
           e.transaction_id,
           e.recorded_at as created_at,
           jsonb_build_object(
             'eventType', case e.type when 3 then 'TRANSFER_COMPLETED'
                                      when 4 then 'TRANSFER_RECEIVED'
                                      else history.type_name(e.type) end,
             'event_id', history.event_id(e.shard, e.position),
             'shard', e.shard, 'position', e.position,
             'wallet_id', e.wallet_id, 'user_id', e.user_id,
             'version', e.version, 'balance', history.decimal_text(e.balance),
             'timestamp', to_char(e.recorded_at at time zone 'UTC',
                                  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
             'schema_version', 1)
           || case e.type
                when 2 then jsonb_build_object(
                  'amount', history.decimal_text(e.amount),
                  'new_balance', history.decimal_text(e.balance),
                  'transaction_id', e.transaction_id)
                when 3 then jsonb_build_object(
                  'from_wallet_id', e.wallet_id, 'from_user_id', e.user_id,
                  'to_wallet_id', e.counterparty_id,
                  'to_user_id', e.counterparty_user_id,
                  'amount', history.decimal_text(e.amount),
                  'reference_id', e.transaction_id)
                when 4 then jsonb_build_object(
                  'from_wallet_id', e.counterparty_id,
                  'from_user_id', e.counterparty_user_id,
                  'to_wallet_id', e.wallet_id, 'to_user_id', e.user_id,
                  'amount', history.decimal_text(e.amount),
                  'reference_id', e.transaction_id)
                else '{}'::jsonb
              end as event_data
      from history.events e;
end $$;

call history.define_reports();
