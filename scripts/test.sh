#!/usr/bin/env bash
# What "./platform test [unit|integration|e2e|web|stack] [-- dotnet test arguments]" does. Its last line is "N passed, M failed".
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Tests start hundreds of programs that do little but compile their own code. This makes it faster, and keeps them from compiling
# again what they call fewer than 4,096 times (a hexadecimal number): a platform that is started and stopped takes a third less.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TC_CallCountThreshold=1000
configuration=Release
results="$root/artifacts/test-results"
servers_pid=''
projects=()
policy=''

usage() {
    echo 'Usage: ./platform test [unit|integration|e2e|web|stack] … [-- arguments for dotnet test]'
}

# Ends the run without results: what went wrong before a test could say so.
abort() {
    printf 'platform: %s\n' "$1" >&2
    echo '0 passed, 1 failed'
    exit 1
}

step() {
    printf '== %s\n' "$1"
}

finish() {
    local project
    for project in "${!projects[@]}"; do
        kill -TERM -- "-$project" 2>/dev/null || true
    done
    if [ -n "$policy" ]; then rm -f "$policy"; fi
    if [ -n "$servers_pid" ]; then
        # The end of its input stops the servers.
        exec {servers_in}>&-
        wait "$servers_pid" || true
        servers_pid=''
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM

# Debian's packages that a suite needs.
packages_for() {
    case $1 in
    unit) ;;
    integration) echo postgresql rabbitmq-server prometheus procps util-linux swift-proxy swift-account swift-container swift-object memcached ;;
    e2e) echo postgresql rabbitmq-server procps util-linux python3-torch python3-sklearn mmdebstrap uidmap ;;
    web) echo postgresql procps util-linux chromium-headless-shell fonts-noto-cjk nginx-light ;;
    stack) echo docker.io mmdebstrap iptables iproute2 procps util-linux podman runc netavark aardvark-dns catatonit ;;
    esac
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
        abort "the tests need these packages of Debian (or what they hold): ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    step "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # The tests run servers of their own; Debian would start others, some of them on all addresses.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    apt-get update -q=2 || abort 'apt-get update failed.'
    apt-get install -y -q=2 --no-install-recommends "${missing[@]}" || abort "apt-get could not install ${missing[*]}."
    if [ -n "$policy" ]; then rm -f "$policy"; fi
    policy=''
}

# Starts the servers and exports what tests read. They end with this script, also when it is killed: its end of the pipe closes,
# which no other program holds.
start_servers() {
    step 'Starting PostgreSQL and RabbitMQ for the tests'
    coproc SERVERS { exec dotnet "$root/artifacts/bin/Platform.TestServers/release/Platform.TestServers.dll"; }
    servers_pid=$SERVERS_PID servers_in=${SERVERS[1]}
    local line output=${SERVERS[0]}
    while IFS= read -r line <&"$output"; do
        [ -n "$line" ] || return 0
        export "${line?}"
    done
    abort 'the servers for the tests do not start.'
}

filter_for() {
    local chosen
    case $1 in
    unit) chosen='suite!=integration&suite!=e2e&suite!=web&suite!=stack' ;;
    *) chosen="suite=$1" ;;
    esac
    echo "$chosen${filter:+&($filter)}"
}

# The projects that have tests of a suite; starting the others would cost seconds each.
projects_of() {
    local suite=$1 project
    for project in tests/*.Tests; do
        if [ "$suite" = unit ]; then
            # By what it prints: the exit code of grep -L says whether the last file has the trait.
            [ -n "$(grep -rlE --include='*.cs' '\[(Fact|Theory)' "$project" | { xargs -r grep -L 'Trait("suite"' || true; })" ] || continue
        else
            grep -rq --include='*.cs' "Trait(\"suite\", \"$suite\")" "$project" || continue
        fi
        echo "$project"
    done
}

# A project that no suite finds would never run and nobody would notice.
check_projects() {
    local found project
    found=$(for suite in unit integration e2e web stack; do projects_of "$suite"; done)
    for project in tests/*.Tests; do
        grep -qxF "$project" <<<"$found" || abort "no suite runs the tests of $project."
    done
}

# Runs the tests of one project that belong to a suite. What they print comes in one piece when they have ended, since
# another project may run beside them.
run_project() {
    local suite=$1 name=$2 status=0 started=$SECONDS
    mkdir -p "$results/$suite"
    # A shell in the background ignores SIGINT, and so would the tests.
    env --default-signal=INT,QUIT dotnet test "artifacts/bin/$name/release/$name.dll" --filter "$(filter_for "$suite")" \
        --logger 'console;verbosity=minimal' --logger "trx;LogFileName=$name.trx" --results-directory "$results/$suite" ${arguments[@]+"${arguments[@]}"} \
        </dev/null >"$results/$suite/$name.log" 2>&1 || status=$?
    step "Tests: $suite, $name, $((SECONDS - started)) s"
    # Less the banner of the test runner.
    sed '1,/^A total of/d' "$results/$suite/$name.log"
    if [ "$status" != 0 ] && [ "$(count "$suite/$name.trx" failed)" = 0 ]; then
        cat "$results/$suite/$name.log" >&2
        echo "$name ended with $status and no failed test: see above." >&2
        touch "$results/$suite/$name.crashed"
    fi
}

# What runs for minutes, in this order before the rest, so that no long one is left to run alone at the end.
longest=(
    e2e/Platform.EndToEnd.Tests web/Platform.Web.Tests e2e/Platform.Cli.Tests stack/Platform.Stack.Tests e2e/Platform.Standalone.Tests
    integration/Platform.Jobs.Tests integration/Platform.Tracking.Tests integration/Platform.Nodes.Tests unit/Platform.Sdk.Tests
    integration/Platform.Artifacts.Tests integration/Platform.Gateway.Tests integration/Platform.Authorization.Tests
)

# SUITE/PROJECT of everything in suites, in the order in which it runs.
runs_of() {
    local suite project all
    all=$(for suite in "$@"; do for project in $(projects_of "$suite"); do echo "$suite/$(basename "$project")"; done; done)
    printf '%s\n' "${longest[@]}" | grep -xF -- "$all" || true
    printf '%s\n' "${longest[@]}" | grep -vxF -f - <(echo "$all") || true
}

# Runs suites, two projects at a time. A project is a process group of its own, as job control makes them: without it the tests,
# and the trainings below them, would ignore SIGINT.
run_suites() {
    local run
    set -m
    for run in $(runs_of "$@"); do
        while [ ${#projects[@]} -ge 2 ]; do await_project; done
        run_project "${run%/*}" "${run#*/}" &
        projects[$!]=1
    done
    while [ ${#projects[@]} -gt 0 ]; do await_project; done
    set +m
}

await_project() {
    local ended
    wait -n -p ended "${!projects[@]}" || true
    unset "projects[$ended]"
}

# Sums a counter (total, executed, passed, failed, error, timeout, aborted) over the result files below a path.
count() {
    local path=$1 counter=$2
    { find "$results/$path" -name '*.trx' -exec grep -ho '<Counters [^>]*' {} + 2>/dev/null || true; } |
        { grep -o " $counter=\"[0-9]*\"" || true; } | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

# Names the tests that failed, each with the first line of what it said, so that the end of a long output tells all.
list_failed() {
    { find "$results" -name '*.trx' -exec cat {} + 2>/dev/null || true; } | awk '
        /<UnitTestResult / { failed = / outcome="Failed"/ }
        failed && match($0, / testName="[^"]*"/) { printf "Failed: %s\n", substr($0, RSTART + 11, RLENGTH - 12) }
        failed && sub(/.*<Message>/, "") { sub(/<\/Message>.*/, ""); printf "    %s\n", $0; failed = 0 }
    ' >&2
}

suites=()
while [ $# -gt 0 ]; do
    case $1 in
    unit | integration | e2e | web | stack) suites+=("$1") ;;
    --)
        shift
        break
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
[ ${#suites[@]} -gt 0 ] || suites=(unit integration e2e web stack)

# A filter of the caller's narrows ours.
filter='' arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    --filter)
        filter=${2:?--filter wants an expression}
        shift
        ;;
    --filter=*) filter=${1#--filter=} ;;
    *) arguments+=("$1") ;;
    esac
    shift
done

check_projects
command -v npm >/dev/null || abort 'Node 20 with npm is missing, which some tests use. Get it from https://nodejs.org'

needed=()
for suite in "${suites[@]}"; do
    # shellcheck disable=SC2046
    needed+=($(packages_for "$suite"))
done
if [ ${#needed[@]} -gt 0 ]; then
    mapfile -t needed < <(printf '%s\n' "${needed[@]}" | sort -u)
    install_packages "${needed[@]}"
fi

# Else each data folder of a test gets a PostgreSQL of its own by npm, which takes seconds. The tests of that do not look here.
postgres=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
if [ -n "$postgres" ]; then export PLATFORM_PG_BIN="$postgres"; fi

step 'Restoring and building'
dotnet restore Platform.sln --locked-mode -p:AdvisoriesAreErrors=true -v quiet || abort 'dotnet restore --locked-mode failed.'
dotnet build Platform.sln --no-restore -c "$configuration" --nologo -v quiet -p:UseSharedCompilation=true || abort 'the build failed.'
case " ${suites[*]} " in
*' e2e '*)
    step 'Building the example that is no part of the solution'
    dotnet restore examples/digits-torchsharp --locked-mode -v quiet || abort 'dotnet restore --locked-mode of examples/digits-torchsharp failed.'
    dotnet build examples/digits-torchsharp --no-restore -c "$configuration" --nologo -v quiet -p:UseSharedCompilation=true || abort 'the build of examples/digits-torchsharp failed.'
    ;;
esac
# One compiler for all projects takes half the time; it would stay in memory.
dotnet build-server shutdown --vbcscompiler >/dev/null || true
step 'Checking the layout'
dotnet tool restore -v quiet >/dev/null || abort 'dotnet tool restore failed.'
dotnet csharpier check . || abort "the layout differs: run 'dotnet csharpier format .'"

case " ${suites[*]} " in
*' integration '* | *' e2e '*) start_servers ;;
esac

rm -rf "$results"
started=$SECONDS
run_suites "${suites[@]}"
step "All tests took $((SECONDS - started)) s"

passed=0 failed=$(find "$results" -name '*.crashed' | wc -l)
for suite in "${suites[@]}"; do
    if [ "$(count "$suite" total)" = 0 ] && [ -z "$filter" ]; then
        echo "The suite '$suite' ran no test." >&2
        failed=$((failed + 1))
    fi
    passed=$((passed + $(count "$suite" passed)))
    skipped=$(($(count "$suite" total) - $(count "$suite" executed)))
    if [ "$skipped" -gt 0 ]; then
        echo "$skipped tests of the suite '$suite' were skipped; a skipped test is a failure." >&2
    fi
    for counter in failed error timeout aborted; do
        failed=$((failed + $(count "$suite" "$counter")))
    done
    failed=$((failed + skipped))
done
if [ $((passed + failed)) = 0 ]; then
    echo 'No test ran.' >&2
    failed=1
fi
finish
trap - EXIT
list_failed
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
