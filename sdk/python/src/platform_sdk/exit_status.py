"""How a process ends, and with it the runs that it leaves open."""

import atexit
import os
import signal
import sys
import threading

_exit_codes = {}


class _Watch:
    """What is known about the end of this process."""

    def __init__(self):
        self.is_installed = False
        self.is_released = False
        self.status = None
        self.on_end = None

    def end_status(self):
        if self.status is not None:
            return self.status
        codes = list(_exit_codes.values())
        return _status_of_code(codes[-1]) if codes else "finished"


_watch = _Watch()


class _Exit(SystemExit):
    """What ``sys.exit`` raises. It notes whether it was caught or ends the process.

    The interpreter calls no hook for it and forgets it before the process's exit handlers run. But it forgets it when no
    Python code runs any more, whereas one that was caught goes away while other code runs.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        _exit_codes[id(self)] = self.code

    def __reduce__(self):
        return SystemExit, self.args  # For another process it is what it stands for.

    def __del__(self):
        try:
            sys._getframe(1)
        except ValueError:
            return  # The process ends with it.
        _exit_codes.pop(id(self), None)


_Exit.__name__ = _Exit.__qualname__ = "SystemExit"  # As it is shown.


def _status_of_code(code):
    """The status of a run whose process ends with this code; a text is an error message."""
    return "finished" if code is None or (isinstance(code, int) and code == 0) else "failed"


def _status_of_exception(kind, error):
    if issubclass(kind, SystemExit):
        return _status_of_code(getattr(error, "code", None))
    return "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"


def _watch_process(on_end):
    """Calls ``on_end`` with the status of the process, and whether a signal ends it, when the process ends."""
    _watch.on_end = on_end
    _catch_termination()
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if not _watch.is_installed:
        _watch.is_installed = True
        _watch_exceptions()
        _watch_exits()
        atexit.register(_at_exit)
        if util is not None and getattr(process, "_parent_process", None) is not None:
            # Workers of multiprocessing may end without the interpreter's own clean-up.
            util.Finalize(None, _at_exit, exitpriority=0)


def _at_exit():
    _watch.on_end(_watch.end_status(), False)


def _watch_exceptions():
    previous = sys.excepthook

    def note_exception(kind, error, trace):
        if not hasattr(sys, "ps1"):  # An interactive session goes on.
            _watch.status = _status_of_exception(kind, error)
        previous(kind, error, trace)

    sys.excepthook = note_exception


def _watch_exits():
    previous = sys.exit

    def exit(code=None):
        if threading.current_thread() is not threading.main_thread():
            previous(code)  # It ends the thread only.
        raise _Exit(code) if code is not None else _Exit()

    exit.__doc__ = previous.__doc__
    sys.exit = exit
    quitter = sys.modules.get("_sitebuiltins")
    if quitter is not None:  # Where ``exit()`` and ``quit()`` are.
        call = quitter.Quitter.__call__

        def note_code(self, code=None):
            try:
                call(self, code)
            except SystemExit as error:
                code = error.code
            sys.exit(code)

        quitter.Quitter.__call__ = note_code


def _catch_termination():
    """Lets SIGTERM end the run before it ends the process, unless the script handles it itself."""
    if threading.current_thread() is not threading.main_thread():
        return
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _on_termination)
    except (AttributeError, ValueError):
        pass  # There is no such signal here, or an embedded interpreter takes no handler.


def _release_termination():
    """In a process that was forked: until it logs something, SIGTERM ends it at once.

    A handler of Python's runs between its instructions only: a worker that is about to wait in other code, as those of
    pools do for work, would miss the signal and wait for ever.
    """
    try:
        _watch.is_released = signal.getsignal(signal.SIGTERM) is _on_termination
        if _watch.is_released:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    except (AttributeError, ValueError):
        pass


def _catch_termination_again():
    """In a process that was forked and has something to send."""
    if _watch.is_released:
        _watch.is_released = False
        _catch_termination()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_termination)


def _on_termination(number, frame):
    signal.signal(number, signal.SIG_DFL)
    try:
        _watch.on_end("interrupted", True)
    finally:
        os.kill(os.getpid(), number)
