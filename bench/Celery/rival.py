"""Celery starting the same process: BROKER FOLDER WARM_UP SINGLE CROWD; prints the times as one JSON object."""

import json
import os
import subprocess
import sys
import threading
import time

import celery

broker, folder, warm_up, single, crowd = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
app = celery.Celery("rival", broker=broker)
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_default_queue="celery-rival")


@app.task(name="noop")
def noop(number):
    printed = subprocess.run(["/bin/date", "+%s%N"], capture_output=True, check=True).stdout
    path = os.path.join(folder, str(number))
    with open(path + ".new", "wb") as file:
        file.write(printed)
    os.rename(path + ".new", path)


def wait_for(number):
    path = os.path.join(folder, str(number))
    while not os.path.exists(path):
        time.sleep(0.001)
    with open(path, "rb") as file:
        return int(file.read())


def submit_crowd(first, count, submitters):
    """Returns when all are accepted."""
    numbers = iter(range(first, first + count))
    lock = threading.Lock()

    def submit():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            noop.delay(number)

    threads = [threading.Thread(target=submit) for _ in range(submitters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure():
    starts = []
    for number in range(warm_up + single):
        submitted = time.time_ns()
        noop.delay(number)
        began = wait_for(number)
        if number >= warm_up:
            starts.append((began - submitted) / 1e6)
    began_at = time.perf_counter()
    submit_crowd(warm_up + single, crowd, 16)
    accepted = crowd / (time.perf_counter() - began_at)
    for number in range(warm_up + single, warm_up + single + crowd):
        wait_for(number)
    finished = crowd / (time.perf_counter() - began_at)
    return {"starts": starts, "accepted": accepted, "finished": finished, "lost": 0}


def main():
    worker = subprocess.Popen([sys.executable, __file__, *sys.argv[1:6], "worker"], stdout=subprocess.DEVNULL)
    try:
        print(json.dumps(measure()))
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    if sys.argv[-1] == "worker":
        app.worker_main(["worker", "--loglevel=ERROR", "--concurrency=16", "--without-gossip", "--without-mingle"])
    else:
        main()
