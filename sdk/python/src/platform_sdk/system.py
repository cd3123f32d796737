"""What the training uses of its machine, as metrics with MLflow's names."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading

_SAMPLE_INTERVAL = 10.0
_SAMPLE_TIMEOUT = 5.0
_MB = 1e6
_GPU_QUERY = "index,utilization.gpu,memory.used,memory.total,power.draw,power.limit"


def _sample_system(run):
    """Samples in the background until the run ends.

    ``PLATFORM_SYSTEM_METRICS`` switches it off (0) or on (1). By default a job's node samples, and not the job itself.
    """
    switch = os.environ.get("PLATFORM_SYSTEM_METRICS")
    if switch == "0" or switch != "1" and os.environ.get("PLATFORM_JOB_ID"):
        return
    ended = threading.Event()

    def sample():
        system, step = _System(), 0
        while not ended.wait(_SAMPLE_INTERVAL):
            try:
                values = [("system/" + name, float(value)) for name, value in system.sample().items()]
            except Exception:
                continue
            if values and not run.is_finished:
                run._recorder.add_points_beside(values, step)
                step += 1

    threading.Thread(target=sample, name="platform-system", daemon=True).start()
    run._before_end.append(ended.set)


class _System:
    """Reads what Linux says about the machine. What it doesn't say is left out."""

    def __init__(self):
        self._cpu = self._read_cpu()
        self._network = self._read_network()
        self._gpu_command = shutil.which("nvidia-smi")

    def sample(self):
        values = {}
        for read in (self._cpu_use, self._memory, self._disk, self._network_use, self._gpus):
            try:
                values.update(read())
            except (OSError, ValueError, IndexError, KeyError, ZeroDivisionError, TypeError, subprocess.SubprocessError):
                continue
        return values

    @staticmethod
    def _read_cpu():
        try:
            with open("/proc/stat") as file:
                times = [int(part) for part in file.readline().split()[1:9]]
            return sum(times), times[3] + times[4]
        except (OSError, ValueError, IndexError):
            return None

    def _cpu_use(self):
        before, self._cpu = self._cpu, self._read_cpu()
        total, idle = self._cpu[0] - before[0], self._cpu[1] - before[1]
        return {"cpu_utilization_percentage": 100 * (total - idle) / total}

    @staticmethod
    def _memory():
        with open("/proc/meminfo") as file:
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in file if line.endswith("kB\n")}
        used = sizes["MemTotal"] - sizes["MemAvailable"]
        return {
            "system_memory_usage_megabytes": used / _MB,
            "system_memory_usage_percentage": 100 * used / sizes["MemTotal"],
        }

    @staticmethod
    def _disk():
        total, used, free = shutil.disk_usage(os.getcwd())
        return {
            "disk_usage_megabytes": used / _MB,
            "disk_usage_percentage": 100 * used / total,
            "disk_available_megabytes": free / _MB,
        }

    @staticmethod
    def _read_network():
        received = sent = 0
        try:
            with open("/proc/net/dev") as file:
                for line in file.readlines()[2:]:
                    name, _, counts = line.partition(":")
                    if name.strip() != "lo":
                        received += int(counts.split()[0])
                        sent += int(counts.split()[8])
        except (OSError, ValueError, IndexError):
            return None
        return received, sent

    def _network_use(self):
        """Since the training began, as MLflow counts."""
        received, sent = self._read_network()
        return {
            "network_receive_megabytes": (received - self._network[0]) / _MB,
            "network_transmit_megabytes": (sent - self._network[1]) / _MB,
        }

    def _gpus(self):
        if self._gpu_command is None:
            return {}
        done = subprocess.run(
            [self._gpu_command, "--query-gpu=" + _GPU_QUERY, "--format=csv,noheader,nounits"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SAMPLE_TIMEOUT,
        )
        return _gpu_values(done.stdout.decode("utf-8", "replace"))


def _gpu_values(output):
    """The values of each line that ``nvidia-smi`` prints; a GPU may not know some of them."""
    values = {}
    for line in output.splitlines():
        index, *parts = [part.strip() for part in line.split(",")]
        numbers = [_number_or_none(part) for part in parts]
        if not index.isdigit() or len(numbers) != 5:
            continue
        use, memory, memory_total, power, power_limit = numbers
        gpu = {
            "utilization_percentage": use,
            "memory_usage_megabytes": None if memory is None else memory * 1024 * 1024 / _MB,
            "memory_usage_percentage": 100 * memory / memory_total if memory is not None and memory_total else None,
            "power_usage_watts": power,
            "power_usage_percentage": 100 * power / power_limit if power is not None and power_limit else None,
        }
        values.update(("gpu_%s_%s" % (index, name), value) for name, value in gpu.items() if value is not None)
    return values


def _number_or_none(text):
    try:
        return float(text)
    except ValueError:
        return None
