#!/usr/bin/env bash
# What "./platform bench [NAME …] [--json]" does: installs the rivals, builds, measures. Standard output holds results only.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
log="$root/artifacts/bench-build.log"
policy=''

abort() {
    printf 'platform: %s\n' "$1" >&2
    exit 1
}

install_packages() {
    local missing=() package
    for package in "$@"; do
        if ! dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        abort "the benchmarks need these packages of Debian (or what they hold): ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    printf '== Installing %s\n' "${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    # The benchmarks run servers of their own; Debian would start others.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    { apt-get update -q=2 && apt-get install -y -q=2 --no-install-recommends "${missing[@]}"; } >&2 ||
        abort "apt-get could not install ${missing[*]}."
}

case " $* " in
*' -h '* | *' --help '*)
    cat <<'EOF'
Measures the release-built programs, each figure beside a rival or a limit of the machine in the same run.

Usage: ./platform bench [append|dispatch|logs|metrics|artifacts|gateway|start|queue|lists|search|logsearch|idle|replicas|stack] … [--json]

Without a name it runs all of them, about ten minutes. As root on Debian it installs the rivals (PostgreSQL, RabbitMQ, Redis,
Celery) and Chromium. Folders go to /var/tmp (PLATFORM_BENCH_FOLDER). What each measures: docs/benchmarks/README.md
EOF
    exit 0
    ;;
esac

install_packages postgresql rabbitmq-server redis-server python3-celery python3-redis chromium
mkdir -p "$root/artifacts"
if [ -z "${PLATFORM_NO_BUILD:-}" ]; then
    echo 'Building …' >&2
    for project in services/standalone services/cli bench; do
        dotnet build "$project" -c Release -p:RunAnalyzers=false --nologo -v quiet -clp:ErrorsOnly >"$log" 2>&1 ||
            { cat "$log" >&2; abort 'the build failed.'; }
    done
fi
dotnet "$root/artifacts/bin/Platform.Bench/release/Platform.Bench.dll" "$@"
