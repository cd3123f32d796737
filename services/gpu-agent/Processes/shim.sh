#!/bin/sh
# Runs one training and records how it ended, whether or not its agent lives (README.md says how).
#   shim.sh FOLDER COMMAND...          claims the attempt, waits for the training, records its exit code
#   shim.sh --exec FOLDER COMMAND...   records its own identity and becomes the training
# An identity is "pid start-ticks boot-id"; a line without its end has not been written yet.

identity() { # pid, fields of /proc/PID/stat after the name
  pid=$1
  shift 20
  printf '%s %s %s\n' "$pid" "$1" "$boot"
}

read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/$$/stat

if [ "$1" = --exec ]; then
  dir=$2
  shift 2
  exec </dev/null >>"$dir/log" 2>&1
  identity $$ ${stat##*) } >"$dir/process"
  [ -z "${BASH_VERSION-}" ] || shopt -s execfail
  trap 'echo "$?" >"$dir/not-started"' EXIT
  exec "$@"
  exit "$?"
fi

exec </dev/null >/dev/null 2>&1
dir=$1
shift
set -C # an existing file is not overwritten: of two shims for one attempt only the first goes on
identity $$ ${stat##*) } >"$dir/shim" || exit 75
set +C
trap : HUP INT TERM

# Room for the exit code now: the training may fill the disk.
echo '         ' >"$dir/exit.tmp"

# The job's own PATH may lead nowhere: -p takes these tools from the system.
command -p setsid /bin/sh "$0" --exec "$dir" "$@"
echo "$?" 1<>"$dir/exit.tmp"
command -p sync "$dir/exit.tmp"
command -p mv "$dir/exit.tmp" "$dir/exit"
