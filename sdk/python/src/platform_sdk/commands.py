"""The commands of ``python3 platform_sdk.py``."""

import os
import sys

from .functions import _is_address, _spool_folder, _valid_token
from .notices import _notify_user
from .sender import _Sender
from .spool import _Spool


def _flush_unsent():
    """Sends the unsent records of all processes that have ended."""
    server, folder = os.environ.get("PLATFORM_URL"), _spool_folder()
    if not server or not _is_address(server):
        _notify_user("set PLATFORM_URL to the platform's address")
        return 2
    token = _valid_token(os.environ.get("PLATFORM_TOKEN"))
    names = os.listdir(folder) if os.path.isdir(folder) else []
    complete = True
    for run_id in sorted({name[: -len(".jsonl")].rpartition(".")[0] for name in names if name.endswith(".jsonl")}):
        spools = _Spool.take_over(folder, run_id)
        if not spools:
            _notify_user("%s is in use by its process, which sends it itself" % run_id)
            continue
        for spool in spools:
            spool.end_run()
        record = {"kind": "run", "body": {"project": os.environ.get("PLATFORM_PROJECT") or "default"}}
        sender = _Sender(server, token, run_id, record, None, spools)
        sender.start()
        complete = sender.finish(5.0) and complete
    return 0 if complete else 1


def _main(arguments):
    if arguments != ["flush"]:
        print("usage: platform_sdk.py flush    sends the unsent records in the spool to PLATFORM_URL", file=sys.stderr)
        return 2
    return _flush_unsent()


def _run_command():
    sys.exit(_main(sys.argv[1:]))
