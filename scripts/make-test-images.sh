#!/usr/bin/env bash
# Makes the two container images that tests run in where a Docker engine answers, for machines that cannot pull them:
# postgres:15 and rabbitmq:3.10-management, from Debian's packages, with those variables of the official images that tests use.
# As root, with mmdebstrap and docker (DOCKER_HOST names the engine). An image that the engine has is left alone; --force remakes it.
set -euo pipefail

abort() {
    printf 'make-test-images: %s\n' "$1" >&2
    exit 1
}

force=''
case ${1:-} in
'') ;;
--force) force=1 ;;
*) abort 'Usage: scripts/make-test-images.sh [--force]' ;;
esac
[ "$(id -u)" = 0 ] || abort 'only root can make a root file system.'
for program in docker mmdebstrap; do
    command -v "$program" >/dev/null || abort "$program is missing. Debian: apt-get install --no-install-recommends docker.io mmdebstrap"
done
docker version --format '{{.Server.Version}}' >/dev/null || abort 'no Docker engine answers.'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make NAME PACKAGES [docker import's --change …]: the entrypoint comes from standard input.
make() {
    local name=$1 packages=$2
    shift 2
    if [ -z "$force" ] && docker image inspect "$name" >/dev/null 2>&1; then
        echo "$name is there."
        return
    fi
    echo "Making $name …"
    cat >"$work/entrypoint.sh"
    chmod 755 "$work/entrypoint.sh"
    # No server starts while its package is installed, and no documentation is kept.
    mmdebstrap --quiet --variant=minbase --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --customize-hook="copy-in '$work/entrypoint.sh' /" \
        bookworm "$work/root.tar"
    docker import --change 'ENTRYPOINT ["/entrypoint.sh"]' "$@" "$work/root.tar" "$name" >/dev/null
    rm "$work/root.tar"
}

make postgres:15 postgresql-15,util-linux --change 'EXPOSE 5432' \
    --change 'ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' <<'X'
#!/bin/sh
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB; arguments that begin with "-" go to the server.
set -eu
data=/var/lib/postgresql/data
install -d -o postgres -g postgres /var/run/postgresql
as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
if [ ! -s "$data/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    install -d -o postgres -g postgres -m 700 "$data"
    printf '%s\n' "${POSTGRES_PASSWORD:?}" >/tmp/password
    chown postgres /tmp/password
    as_postgres initdb --pgdata="$data" --username="$user" --pwfile=/tmp/password --auth=scram-sha-256 \
        --auth-local=trust --encoding=UTF8 --locale=C.UTF-8
    rm /tmp/password
    echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
    if [ "${POSTGRES_DB:-$user}" != postgres ]; then
        echo "create database \"${POSTGRES_DB:-$user}\";" |
            as_postgres postgres --single -D "$data" postgres
    fi
fi
case ${1:-} in
'' | -*) set -- postgres "$@" ;;
esac
exec setpriv --reuid postgres --regid postgres --init-groups "$@" -D "$data" -c listen_addresses='*'
X

make rabbitmq:3.10-management rabbitmq-server,util-linux --change 'EXPOSE 5672 15672' <<'X'
#!/bin/sh
# RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS; the log goes to the console.
set -eu
cat >/etc/rabbitmq/rabbitmq.conf <<C
default_user = ${RABBITMQ_DEFAULT_USER:-guest}
default_pass = ${RABBITMQ_DEFAULT_PASS:-guest}
loopback_users = none
log.console = true
log.console.level = info
log.file = false
C
# In its configuration now; the server warns of these two names in its environment.
unset RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS
echo '[rabbitmq_management].' >/etc/rabbitmq/enabled_plugins
chown -R rabbitmq:rabbitmq /etc/rabbitmq
export HOME=/var/lib/rabbitmq RABBITMQ_LOGS=-
exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups /usr/lib/rabbitmq/bin/rabbitmq-server
X
docker image ls --format '{{.Repository}}:{{.Tag}}  {{.Size}}' | grep -E '^(postgres:15|rabbitmq:3.10-management) '
