-- pgbench: one transfer, 8 round trips; wallets are locked in the order of
-- their ids, so that two transfers never wait for each other in a ring.
\set a 1
\set b random(2, 1000)
\set source 1
\set target :b
BEGIN;
SELECT balance, version FROM row_lock.wallets WHERE id = :a FOR UPDATE;
SELECT balance, version FROM row_lock.wallets WHERE id = :b FOR UPDATE;
UPDATE row_lock.wallets SET balance = balance - 0.01, version = version + 1 WHERE id = :source;
UPDATE row_lock.wallets SET balance = balance + 0.01, version = version + 1 WHERE id = :target;
INSERT INTO row_lock.events (wallet_id, version, type, amount, data) SELECT id, version, 'TRANSFER_OUT', 0.01, jsonb_build_object('to', :target::bigint) FROM row_lock.wallets WHERE id = :source;
INSERT INTO row_lock.events (wallet_id, version, type, amount, data) SELECT id, version, 'TRANSFER_IN', 0.01, jsonb_build_object('from', :source::bigint) FROM row_lock.wallets WHERE id = :target;
COMMIT;
