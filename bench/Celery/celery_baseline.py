"""Celery starting the same process: BROKER FOLDER WARM_UP SINGLE BURST; prints the times as one JSON object.

A time-out ends it with one line that states what did not happen: a lost task is a result too.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

try:
    import celery
except ImportError:
    sys.exit("Celery is not installed (Debian: apt-get install python3-celery).")

FIRST_TASK_S = 60  # the worker has to start
TASK_S = 30
BURST_S = 300
STOP_S = 10

broker, folder, warm_up, single, burst = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
app = celery.Celery("baseline", broker=broker)
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue="celery-baseline")


class Failed(Exception):
    pass


@app.task(name="noop")
def noop(number):
    printed = subprocess.run(["/bin/date", "+%s%N"], capture_output=True, check=True).stdout
    path = os.path.join(folder, str(number))
    with open(path + ".new", "wb") as file:
        file.write(printed)
    os.rename(path + ".new", path)


@contextlib.contextmanager
def within(seconds, what):
    """Interrupts the main thread after a time-out, also inside a library call."""

    def fail(_signal, _frame):
        raise Failed(f"{what} did not happen within {seconds} s")

    signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def wait_for(number, worker):
    path = os.path.join(folder, str(number))
    while not os.path.exists(path):
        if worker.poll() is not None:
            raise Failed(f"its worker ended with code {worker.returncode}")
        time.sleep(0.001)
    with open(path, "rb") as file:
        return int(file.read())


def submit_burst(first, count, submitters):
    """Submits tasks concurrently and returns when all are accepted."""
    numbers = iter(range(first, first + count))
    lock = threading.Lock()
    errors = []

    def submit():
        try:
            while not errors:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                noop.delay(number)
        except Exception as error:
            errors.append(error)

    # Daemon threads: one that waits for the broker does not keep the process alive.
    threads = [threading.Thread(target=submit, daemon=True) for _ in range(submitters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def measure(worker):
    starts = []
    for number in range(warm_up + single):
        with within(TASK_S if number else FIRST_TASK_S, f"task {number}"):
            submitted = time.time_ns()
            noop.delay(number)
            began = wait_for(number, worker)
        if number >= warm_up:
            starts.append((began - submitted) / 1e6)
    began_at = time.perf_counter()
    with within(BURST_S, f"submitting {burst} tasks at once"):
        submit_burst(warm_up + single, burst, 16)
    accepted = burst / (time.perf_counter() - began_at)
    with within(BURST_S, f"running {burst} tasks"):
        for number in range(warm_up + single, warm_up + single + burst):
            wait_for(number, worker)
    finished = burst / (time.perf_counter() - began_at)
    return {"starts": starts, "accepted": accepted, "finished": finished, "lost": 0}


def stop(worker):
    """Kills the worker's process group: a leftover process would keep our output open."""
    worker.terminate()
    try:
        worker.wait(STOP_S)
    except subprocess.TimeoutExpired:
        pass
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def main():
    worker = subprocess.Popen(
        [sys.executable, __file__, *sys.argv[1:6], "worker"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        print(json.dumps(measure(worker)))
    except Exception as error:
        sys.exit(f"Celery failed: {error}".splitlines()[0])
    finally:
        stop(worker)


if __name__ == "__main__":
    if sys.argv[-1] == "worker":
        app.worker_main(["worker", "--loglevel=ERROR", "--concurrency=16", "--without-gossip", "--without-mingle"])
    else:
        main()
