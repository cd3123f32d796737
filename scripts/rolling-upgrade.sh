#!/usr/bin/env bash
# Replaces a cluster of two of each, built from an earlier commit, by this release under load: scripts/rolling-upgrade.sh COMMIT
# The commit must know "cluster up --replicas". Prints what "./platform bench replicas" prints; no request may fail.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
[ $# -eq 1 ] || {
    echo 'Usage: scripts/rolling-upgrade.sh COMMIT' >&2
    exit 2
}
commit=$(git -C "$root" rev-parse --verify "$1^{commit}")
work=$(mktemp -d "${TMPDIR:-/tmp}/release-XXXXXX")
finish() {
    git -C "$root" worktree remove --force "$work/source" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

git -C "$root" worktree add --detach "$work/source" "$commit" >&2
for project in gateway jobs nodes artifacts tracking gpu-agent cli; do
    dotnet build "$work/source/services/$project" -c Release -p:WithoutWebApp=true -p:RunAnalyzers=false --nologo -v quiet -clp:ErrorsOnly >&2
done
PLATFORM_BENCH_RELEASE_BEFORE="$work/source/artifacts/bin" "$root/scripts/bench.sh" replicas
