#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parallel replications of one command, with the merge into one file, against as many separate processes that somebody else
starts; one JSON line per case.

    bench-replications.py SIM [CASE ...]

efficiency: wall time of the separate processes / that of the batch (the issue asks for 0.95 or more), cpu_efficiency: the
same of processor time. Both are medians of pairs, each pair measured one right after the other, in turn first.
"""

import json
import os
import resource
import statistics
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
        walls, processors = [], []
        with tempfile.TemporaryDirectory() as folder:
            for pair in range(case[3]):
                both = {}
                for function in (batch, separate) if pair % 2 == 0 else (separate, batch):
                    both[function] = measure(function, sim, case, workers, folder)
                walls.append((both[separate][0], both[batch][0]))
                processors.append(both[separate][1] / both[batch][1])
        print(json.dumps({
            "bench": "replications", "case": name, "workers": workers, "replications": case[2],
            "batch_s": round(statistics.median(b for _, b in walls), 3),
            "separate_s": round(statistics.median(s for s, _ in walls), 3),
            "efficiency": round(statistics.median(s / b for s, b in walls), 3),
            "cpu_efficiency": round(statistics.median(processors), 3),
        }), flush=True)


if __name__ == "__main__":
    main()
