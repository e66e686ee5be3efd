#!/bin/sh
# Run by the container of PostgreSQL when its database is new: the role that
# serves. Its rights come from `wallet migrate` (SERVICE_ROLE).
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role wallet_service login password :'password';
SQL
