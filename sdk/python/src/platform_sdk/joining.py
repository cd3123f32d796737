"""How the processes of a training find out that they belong to one run."""

import json
import os
import sys
import uuid

_VARIABLE = "PLATFORM_RUN_PROCESS"


def _announce(**run):
    """Tells the processes that this one starts which run it tracks. Returns what was said before."""
    before = os.environ.get(_VARIABLE)
    run["process"] = os.getpid()
    os.environ[_VARIABLE] = json.dumps({key: value for key, value in run.items() if value is not None})
    return before


def _announced(attempt):
    """The run of the process that started this one, in the same attempt of the job; None when there is none."""
    try:
        owner = json.loads(os.environ.get(_VARIABLE, ""))
        return owner if isinstance(owner["run"], str) and owner.get("attempt") == attempt else None
    except (ValueError, KeyError, TypeError):
        return None


def _first_name(folder, run_id, attempt, name):
    """The name that the first process of a job's attempt gave the job's run: this one, unless the spool folder says otherwise."""
    path = os.path.join(folder, "%s.%d.name" % (run_id, attempt or 0))
    mine = "%s.%s" % (path, uuid.uuid4().hex)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(mine, "w", encoding="utf-8") as file:
            file.write(name)
        try:
            os.link(mine, path)  # All of it at once, and only when there is none.
        finally:
            os.remove(mine)
    except FileExistsError:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        pass  # It cannot be kept: the processes of the job are one run.
    return name


def _withdraw(run_id, before):
    """Says again what was said before the run began."""
    try:
        owner = json.loads(os.environ.get(_VARIABLE, ""))
    except ValueError:
        return
    if owner.get("run") == run_id and owner.get("process") == os.getpid():
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _is_worker():
    """Whether multiprocessing started this process, such as a worker of a pool or of a data loader."""
    process = sys.modules.get("multiprocessing.process")
    return getattr(process, "_parent_process", None) is not None
