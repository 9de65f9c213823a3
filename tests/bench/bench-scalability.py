#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The paper's scalability run and its variations, as whole processes; one JSON line each.

    bench-scalability.py SIM BENCH_FLOOR [CASE ...]

Each case runs `sim` on workloads/scalability.ini (or -1ms) with some keys set, and prints CPU seconds, ns per task,
peak memory and the ratio to the floor loop (bench-floor), which is measured right before, so that machines compare.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

LOAD = "framework load."
CASES = {
    # name: (workload, keys)
    "main": ("scalability.ini", []),
    "agents-1000": ("scalability.ini", ["cluster.agents=1000"]),
    "agents-10000": ("scalability.ini", ["cluster.agents=10000"]),
    "frameworks-10000": ("scalability.ini", [LOAD + "count=10000"]),
    "one-role": ("scalability.ini", [LOAD + "role=all"]),
    "latency-1ms": ("scalability-1ms.ini", []),
    "agents-1000000": ("scalability.ini", ["cluster.agents=1000000", LOAD + "count=1000", "experiment.duration=10min",
                                           "framework probe.start=300s"]),
}


def floor_ns(bench_floor):
    lines = subprocess.run([bench_floor], check=True, capture_output=True, text=True).stdout.splitlines()
    return json.loads(lines[-1])["ns_per_task"]


def run(sim, workload, keys, folder):
    output = os.path.join(folder, "run.db")
    command = [sim, "--workload", os.path.join("workloads", workload), "--allocator", "drf", "--output", output,
               "--quiet"]
    for key in keys:
        command += ["--set", key]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench-scalability: {' '.join(command)}: exit status {process.returncode}")
    with sqlite3.connect(output) as database:
        wall, digest, events = database.execute("SELECT wall_s, digest, events FROM run").fetchone()
        tasks, = database.execute("SELECT sum(tasks_launched) FROM framework").fetchone()
    os.unlink(output)
    return usage, wall, digest, events, tasks


def main():
    sim, bench_floor = sys.argv[1:3]
    names = sys.argv[3:] or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            workload, keys = CASES[name]
            floor = floor_ns(bench_floor)
            usage, wall, digest, events, tasks = run(sim, workload, keys, folder)
            cpu = usage.ru_utime + usage.ru_stime
            print(json.dumps({
                "bench": "scalability", "case": name, "cpu_s": round(cpu, 3), "wall_s": round(wall, 3),
                "tasks": tasks, "events": events,
                "ns_per_task": round(1e9 * cpu / tasks, 1) if tasks else None,
                "floor_ns_per_task": floor,
                "ratio_to_floor": round(1e9 * cpu / tasks / floor, 2) if tasks else None,
                "max_rss_mib": round(usage.ru_maxrss / 1024, 1), "digest": digest,
            }), flush=True)


if __name__ == "__main__":
    main()
