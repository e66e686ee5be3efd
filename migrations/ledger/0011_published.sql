-- Where in Kafka the relay's last acknowledged messages are, saved together
-- with its cursors. What a topic holds beyond comes from after that moment:
-- whoever restores an older state of this database finds it there.
create table ledger.relay_offsets (
  last_offset bigint not null,
  partition bigint not null,
  topic text not null,
  primary key (topic, partition)
) with (fillfactor = 10);
