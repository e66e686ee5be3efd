-- How far the relay has published is about one topic: another one begins with
-- the whole log. What was saved so far belongs to the topic that there was; if
-- that is not known, events are published twice rather than not at all.
alter table ledger.relay_cursors
  add column topic text,
  drop constraint relay_cursors_pkey;

update ledger.relay_cursors
   set topic = (select min(topic) from ledger.relay_offsets
                having count(distinct topic) = 1);
delete from ledger.relay_cursors where topic is null;

alter table ledger.relay_cursors add primary key (topic, shard);
