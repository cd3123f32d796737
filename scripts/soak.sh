#!/usr/bin/env bash
# What "./platform soak [--minutes N] [--seed S] …" does: builds, then runs tests/Platform.Soak ("--help" lists its options).
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
log="$root/artifacts/soak-build.log"

abort() {
    printf 'platform: %s\n' "$1" >&2
    exit 1
}

[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ||
    abort 'RabbitMQ is missing, which the cluster needs. Debian: apt-get install --no-install-recommends rabbitmq-server'
mkdir -p "$root/artifacts"
if [ -z "${PLATFORM_NO_BUILD:-}" ]; then
    echo 'Building …' >&2
    for project in platform.slnf tests/Platform.Soak; do
        dotnet build "$project" -c Release -p:RunAnalyzers=false --nologo -v quiet -clp:ErrorsOnly >"$log" 2>&1 ||
            { cat "$log" >&2; abort 'the build failed.'; }
    done
fi
exec dotnet "$root/artifacts/bin/Platform.Soak/release/Platform.Soak.dll" "$@"
