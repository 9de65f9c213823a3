#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parallel replications of one command, with the merge into one file, against as many separate processes that somebody else
starts; one JSON line per case.

    bench-replications.py SIM [CASE ...]

efficiency: wall time of the separate processes / that of the batch, which is to be at least 0.95; cpu_efficiency: the same
of processor time. The best of several of each, measured in turn: what else the machine does only adds.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time

CASES = {
    # name: (workload, keys, replications, pairs)
    "quickstart": ("quickstart.ini", [], 8, 5),
    "short": ("quickstart.ini", ["experiment.duration=1min"], 40, 5),
}


def command(sim, workload, keys, *more):
    words = [sim, "run", "--quiet", os.path.join("workloads", workload)]
    for key in keys:
        words += ["--set", key]
    return words + list(more)


def batch(sim, case, workers, folder):
    workload, keys, replications, _ = case
    output = os.path.join(folder, "batch.db")
    subprocess.run(command(sim, workload, keys, "--replications", str(replications), "--jobs", str(workers), "--output",
                           output), check=True, stderr=subprocess.DEVNULL)
    os.unlink(output)


def separate(sim, case, workers, folder):
    workload, keys, replications, _ = case
    numbers = iter(range(replications))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            output = os.path.join(folder, f"{number}.db")
            subprocess.run(command(sim, workload, keys, "--replication", str(number), "--output", output), check=True)
            os.unlink(output)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(function, *arguments):
    """(wall seconds, processor seconds)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    function(*arguments)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    sim = sys.argv[1]
    workers = os.cpu_count()
    for name in sys.argv[2:] or CASES:
        case = CASES[name]
        times = {batch: [], separate: []}
        with tempfile.TemporaryDirectory() as folder:
            for pair in range(case[3]):
                for function in (batch, separate) if pair % 2 == 0 else (separate, batch):
                    times[function].append(measure(function, sim, case, workers, folder))
        best = {function: [min(column) for column in zip(*rows)] for function, rows in times.items()}
        print(json.dumps({
            "bench": "replications", "case": name, "workers": workers, "replications": case[2],
            "batch_s": round(best[batch][0], 3), "separate_s": round(best[separate][0], 3),
            "efficiency": round(best[separate][0] / best[batch][0], 3),
            "cpu_efficiency": round(best[separate][1] / best[batch][1], 3),
        }), flush=True)


if __name__ == "__main__":
    main()
