#!/bin/bash
# As the entrypoint of the official image, for its ordinary user: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, PGDATA.
set -euo pipefail
data=${PGDATA:-/var/lib/postgresql/data}
if [ ! -s "$data/PG_VERSION" ]; then
    initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        --auth=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
    echo "create database \"$POSTGRES_DB\";" | postgres --single -D "$data" postgres >/dev/null
fi
exec "$@" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
