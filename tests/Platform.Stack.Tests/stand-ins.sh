#!/usr/bin/env bash
# Makes stand-ins for the images that the compose file names and that cannot be pulled here, under the same names: Debian 13's servers
# with the variables of the official images. They prove the compose file and the platform's images, not the official ones.
# Compose comes with them: DOCKER_CONFIG gets its plugin. As root, with mmdebstrap and DOCKER_HOST. Usage: stand-ins.sh CACHE-FOLDER
set -euo pipefail
cache=${1:?Usage: stand-ins.sh CACHE-FOLDER}
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
compose="$here/../../infra/compose"
export DOCKER_BUILDKIT=0
started=$EPOCHREALTIME
step() {
    printf '  %s\t%.1f\n' "$1" "$(awk "BEGIN { print $EPOCHREALTIME - $started }")"
    started=$EPOCHREALTIME
}

image_of() { sed -n "s|^ *image: \($1:[^ ]*\)|\1|p" "$compose/compose.yaml" | head -n 1; }
argument() { sed -n "s/^ARG $1=//p" "$compose/Dockerfile" | head -n 1; }

packages=base-files,bash,coreutils,dash,grep,sed,mawk,hostname,procps,libc6,libssl3t64,libstdc++6,zlib1g,util-linux,wget
packages=$packages,postgresql-17,rabbitmq-server,prometheus,prometheus-alertmanager
packages=$packages,docker-compose,swift-proxy,swift-account,swift-container,swift-object,memcached
root="$cache/stand-ins-$(sha256sum <<<"$packages" | head -c 8).tar"
if [ ! -s "$root" ]; then
    mkdir -p "$cache"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
    mmdebstrap --quiet --variant=extract --skip=output/dev --include="$packages" trixie "$root.$$.folder" ${mirror:+"$mirror"}
    (
        # Documents, other languages, and what the servers need only for what is not done here.
        cd "$root.$$.folder"
        rm -rf usr/share/{doc,man,locale,i18n,javascript,ieee-data,perl} usr/lib/x86_64-linux-gnu/{libLLVM,libz3}* \
            usr/lib/x86_64-linux-gnu/{perl,gconv,systemd} usr/lib/postgresql/17/lib/bitcode \
            usr/bin/{promtool,amtool}
        mv usr/libexec/docker/cli-plugins/docker-compose "$root.compose"
        tar -c --numeric-owner . >"$root.$$"
    )
    rm -rf "$root.$$.folder"
    mv "$root.$$" "$root"
fi
mkdir -p "${DOCKER_CONFIG:?}/cli-plugins"
cp "$root.compose" "$DOCKER_CONFIG/cli-plugins/docker-compose"
step 'Debian 13'
docker import "$root" stand-in:root >/dev/null
step 'import'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/stand-ins" "$work/stand-ins"
cat >"$work/passwd" <<'X'
root:x:0:0:root:/root:/bin/bash
postgres:x:999:999::/var/lib/postgresql:/bin/bash
rabbitmq:x:998:998::/var/lib/rabbitmq:/bin/bash
app:x:1654:1654::/home/app:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
X
cut -d: -f 1,3 "$work/passwd" | sed 's/:\(.*\)/:x:\1:/' >"$work/group"
docker build -q -t stand-in:base -f - "$work" >/dev/null <<'X'
FROM stand-in:root
COPY passwd group /etc/
COPY stand-ins /stand-ins
RUN mkdir -p /var/lib/postgresql/data /var/lib/rabbitmq /var/log/rabbitmq /prometheus /alertmanager /data /etc/rabbitmq/conf.d /usr/local/bin && \
    chown -R postgres: /var/lib/postgresql && chown -R rabbitmq: /var/lib/rabbitmq /var/log/rabbitmq && \
    chown nobody: /prometheus /alertmanager && echo '[rabbitmq_management].' >/etc/rabbitmq/enabled_plugins && \
    ln -s /stand-ins/mc /usr/local/bin/mc && rm -rf /tmp/* && chmod 1777 /tmp
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
X

# stand_in NAME CHANGE…: each change a line of a Dockerfile.
container=$(docker create stand-in:base true)
stand_in() {
    local name=$1 changes=() change
    shift
    for change in "$@"; do changes+=(--change "$change"); done
    docker commit "${changes[@]}" "$container" "$name" >/dev/null
}
stand_in "$(image_of postgres)" 'VOLUME /var/lib/postgresql/data' 'ENTRYPOINT ["/stand-ins/postgres.sh"]' 'CMD ["postgres"]'
stand_in "$(image_of rabbitmq)" 'VOLUME /var/lib/rabbitmq' 'ENTRYPOINT ["/stand-ins/rabbitmq.sh"]'
stand_in "$(image_of minio/minio)" 'VOLUME /data' 'ENTRYPOINT ["/stand-ins/minio.sh"]'
stand_in "$(image_of prom/prometheus)" 'USER nobody' 'WORKDIR /prometheus' 'ENTRYPOINT ["/usr/bin/prometheus"]'
stand_in "$(image_of prom/alertmanager)" 'USER nobody' 'WORKDIR /alertmanager' \
    'ENTRYPOINT ["/usr/bin/prometheus-alertmanager"]'
docker rm "$container" >/dev/null
step 'servers'

# .NET's own image: the runtime that this machine has.
dotnet=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
tar -C "$dotnet" -c dotnet host shared | docker import - stand-in:dotnet >/dev/null
docker build -q -t "mcr.microsoft.com/dotnet/aspnet:$(argument DOTNET_VERSION)-noble" - >/dev/null <<'X'
FROM stand-in:dotnet AS dotnet
FROM stand-in:base
COPY --from=dotnet / /usr/share/dotnet/
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV DOTNET_RUNNING_IN_CONTAINER=true ASPNETCORE_HTTP_PORTS=8080 APP_UID=1654
X
step '.NET'
