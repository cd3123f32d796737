#!/usr/bin/env bash
# Makes the data of a release that upgrade tests start from: scripts/make-release-fixture.sh COMMIT [OUT]
# Builds the commit in a folder of its own, runs it there and keeps what it leaves (release_fixture.py); CONTRIBUTING.md
# says when.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
[ $# -ge 1 ] && [ $# -le 2 ] || {
    echo 'Usage: scripts/make-release-fixture.sh COMMIT [OUT]' >&2
    exit 2
}
commit=$(git -C "$root" rev-parse --verify "$1^{commit}")

# A dump is read by newer servers and not by older ones: the oldest PostgreSQL of the system makes it.
if [ -z "${PLATFORM_PG_BIN:-}" ]; then
    PLATFORM_PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | head -n 1)
    export PLATFORM_PG_BIN
fi
[ -x "$PLATFORM_PG_BIN/pg_dump" ] || {
    echo 'make-release-fixture: PostgreSQL is missing (Debian: apt-get install postgresql), or PLATFORM_PG_BIN.' >&2
    exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/release-XXXXXX")
# PostgreSQL does not run as root; its user passes through here to its own folder.
chmod 711 "$work"

finish() {
    git -C "$root" worktree remove --force "$work/source" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

git -C "$root" worktree add --quiet --detach "$work/source" "$commit"
version=$("$work/source/platform" --version)
out=$(realpath -m -- "${2:-$root/tests/fixtures/release-${version%%+*}}")
/usr/bin/python3 "$root/scripts/release_fixture.py" "$work/source" "$work" "$out"
