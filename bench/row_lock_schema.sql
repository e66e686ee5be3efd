-- What the comparison is with: the usual wallet table, balances under row
-- locks, a versioned update and one history row for each side of a transfer.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS row_lock CASCADE;
CREATE SCHEMA row_lock;

CREATE TABLE row_lock.wallets (
  id bigint PRIMARY KEY,
  balance numeric(19, 4) NOT NULL CHECK (balance >= 0),
  version bigint NOT NULL DEFAULT 1
);

CREATE TABLE row_lock.events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wallet_id bigint NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  amount numeric(19, 4) NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (wallet_id, version)
);

INSERT INTO row_lock.wallets (id, balance)
SELECT id, 1000000000 FROM generate_series(1, 1000) AS id;
ANALYZE row_lock.wallets;
