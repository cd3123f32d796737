#!/bin/sh
# Runs one training and records how it ended, whether or not its agent is alive (see README.md).
#   shim.sh            waits for its command, then for the training, and records the exit code
#   shim.sh --exec ID  reads the command from its input for the shim ID, and becomes the training
# An identity is "pid start-ticks boot-id"; a line without its newline is incomplete.

identity() { # pid, fields of /proc/PID/stat after the name; sets a variable, since $(identity) would start a process
  pid=$1
  shift 20
  identity="$pid $1 $boot"
}

# A command is one { } block of these functions: truncated, it does not parse and nothing happens.

attempt() { # folder
  set -C # an existing file is not overwritten: of two shims for one attempt only the first continues
  echo "$shim" >"$1/shim" || exit 75
  set +C
  cd "$1/work" || exit 75
  unset OLDPWD
  # Reserve space for the exit code now: the training may fill the disk. It is blank until then.
  echo '         ' >"$1/exit"
  printf '%s\n' "$1"
  exec </dev/null >>"$1/log" 2>&1
  echo "$training" >"$1/process"
}

limit() { # cgroup.procs of its control groups: a process that writes 0 moves itself, and its children follow
  for procs in "$@"; do
    echo 0 >"$procs" || { echo 75 >../not-started; exit 75; }
  done
}

variable() { # name, value; `command`, so that a name which the shell rejects does not end it
  command export "$1=$2"
}

become() { # command
  [ -z "${BASH_VERSION-}" ] || shopt -s execfail
  trap 'echo "$?" >../not-started' EXIT
  exec "$@"
  exit "$?"
}

read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/$$/stat

if [ "$1" = --exec ]; then
  shim=$2
  identity $$ ${stat##*) }
  training=$identity
  . /dev/stdin
  exit 75
fi

exec >/dev/null 2>&1
trap : HUP INT TERM

# The job's own PATH may be wrong: -p takes setsid from the system.
identity $$ ${stat##*) }
dir=$(command -p setsid /bin/sh "$0" --exec "$identity")
code=$?
[ -n "$dir" ] || exit "$code"
# In one write, and without another program, which takes longer than a short training. The agent flushes it to the disk.
echo "$code" 1<>"$dir/exit"
