#!/usr/bin/env bash
# Prepares a podman of its own as root: its settings, images and pods lie in FOLDER. Prints "ready" and stays until its standard input
# ends, which it does however the run ends; then the pods, their network, its rules and the folder are gone.
# Usage: podman.sh FOLDER; then CONTAINERS_CONF=FOLDER/containers.conf CONTAINERS_STORAGE_CONF=FOLDER/storage.conf podman …
set -uo pipefail
folder=$(realpath -m -- "${1:?Usage: podman.sh FOLDER}")
mkdir -p "$folder"
export CONTAINERS_CONF="$folder/containers.conf" CONTAINERS_STORAGE_CONF="$folder/storage.conf"
others=$(iptables -w -S | grep -c NETAVARK)
# Without systemd: control groups by podman itself. The two limits are of the whole machine, and not its to raise.
cat >"$CONTAINERS_CONF" <<C
[containers]
default_ulimits = []
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "$folder/tmp"
[network]
network_backend = "netavark"
network_config_dir = "$folder/networks"
C
cat >"$CONTAINERS_STORAGE_CONF" <<C
[storage]
driver = "overlay"
graphroot = "$folder/images"
runroot = "$folder/run"
C

stop() {
    trap '' EXIT INT TERM
    local table chain
    podman pod rm --all --force --time 1 >/dev/null 2>&1
    podman network rm pods >/dev/null 2>&1
    if [ "$others" = 0 ]; then
        for table in filter nat; do
            iptables -w -t "$table" -S | grep -E '^-A.*NETAVARK' | sed 's/^-A/-D/' |
                while read -r rule; do eval "iptables -w -t $table $rule"; done 2>/dev/null
            for chain in $(iptables -w -t "$table" -S | awk '/^-N NETAVARK/ { print $2 }'); do iptables -w -t "$table" -X "$chain"; done
        done
    fi
    for mount in $(awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mount"; done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

podman network create pods >/dev/null || exit 1
echo ready
cat >/dev/null
