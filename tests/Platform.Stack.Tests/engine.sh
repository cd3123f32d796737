#!/usr/bin/env bash
# Runs a Docker engine of its own as root: its socket, data and containers lie in FOLDER. Prints "ready" and stays until its standard
# input ends, which it does however the run ends; then the containers, the engine, its network rules and the folder are gone.
# Usage: engine.sh FOLDER; then DOCKER_HOST=unix://FOLDER/docker.sock docker …
set -uo pipefail
folder=$(realpath -m -- "${1:?Usage: engine.sh FOLDER}")
mkdir -p "$folder"
export DOCKER_HOST="unix://$folder/docker.sock"
forward=$(cat /proc/sys/net/ipv4/ip_forward)
policy=$(iptables -S FORWARD | head -n 1 | cut -d ' ' -f 3)
links=$(ls /sys/class/net)

# What an engine leaves behind: its chains and bridges, FORWARD closed, and forwarding switched on.
restore_network() {
    local table chain link
    iptables -P FORWARD "$policy"
    for table in filter nat; do
        iptables -w -t "$table" -S | grep -E '^-A' | grep -E 'DOCKER|br-|docker0|172\.[0-9]+\.' | sed 's/^-A/-D/' |
            while read -r rule; do eval "iptables -w -t $table $rule"; done 2>/dev/null
        for chain in $(iptables -w -t "$table" -S | awk '/^-N DOCKER/ { print $2 }'); do iptables -w -t "$table" -F "$chain"; done
        for chain in $(iptables -w -t "$table" -S | awk '/^-N DOCKER/ { print $2 }'); do iptables -w -t "$table" -X "$chain"; done
    done
    for link in $(comm -13 <(sort <<<"$links") <(ls /sys/class/net | sort) | grep -E '^(docker0|br-)'); do
        ip link delete "$link" 2>/dev/null
    done
    echo "$forward" >/proc/sys/net/ipv4/ip_forward
}

stop() {
    trap '' EXIT INT TERM
    docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
    if [ -n "${engine:-}" ]; then
        kill -TERM "$engine" 2>/dev/null
        timeout 30 tail --pid="$engine" -f /dev/null || kill -KILL "$engine"
        wait "$engine" 2>/dev/null
    fi
    restore_network
    for mount in $(awk -v folder="$folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mount"; done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

# In a session of its own, so that Ctrl-C in a terminal ends it here and not before its containers.
setsid dockerd --host "$DOCKER_HOST" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
    --storage-driver overlay2 --bip 172.17.0.1/16 >"$folder/engine.log" 2>&1 </dev/null &
engine=$!
for _ in $(seq 300); do
    if docker version >/dev/null 2>&1; then
        echo ready
        cat >/dev/null
        exit 0
    fi
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.1
done
echo "the engine does not start: $(tail -n 3 "$folder/engine.log")" >&2
exit 1
