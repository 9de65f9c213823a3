#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it costs to look for a task with local data: instructions of the scheduler per offer that it examines, with all that
a launch brings about, counted by callgrind. 5,000 agents, 100,000 maps; one JSON line per case.

    bench-locality.py SIM [CASE ...]

`ratio` is to the same workload without replicas, where every map is as good as any. At most 1.5 is wanted."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

WORKLOAD = """[cluster]
agents = 5000
resources = cpus:1
agents-per-rack = 40

[framework hadoop]
scheduler = hadoop
jobs = {jobs}
arrival = once
job-order = {order}
replicas = {replicas}
delay = {delay}
tasks = {tasks}
task-resources = cpus:1
task-duration = exponential(30s)
"""

CASES = {
    # name: jobs, tasks of each, order, delay
    "one-job": (1, 100000, "fifo", "none"),
    "hundred-jobs": (100, 1000, "fair", "none"),
    "one-job-skips": (1, 100000, "fifo", "skips(50)"),
    "few-blocks": (1, 10000, "fifo", "none"),
}


def measure(sim, folder, case, replicas):
    jobs, tasks, order, delay = case
    path = os.path.join(folder, "w.ini")
    with open(path, "w", encoding="utf-8") as file:
        file.write(WORKLOAD.format(jobs=jobs, tasks=tasks, order=order, delay=delay, replicas=replicas))
    profile, output = os.path.join(folder, "profile"), os.path.join(folder, "r.db")
    subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=hadoop_offers", f"--callgrind-out-file={profile}", sim,
                    path, "--quiet", "--output", output], check=True, capture_output=True)
    with open(profile, encoding="utf-8") as file:
        instructions = int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M).group(1))
    with sqlite3.connect(output) as database:
        offers, node = database.execute(
            "SELECT offers_usable + offers_unusable, 1.0 * node_local / tasks_launched FROM framework").fetchone()
    os.unlink(output)
    return instructions / offers, offers, node


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[2:] or list(CASES):
            without, _, _ = measure(sys.argv[1], folder, CASES[name], 0)
            local, offers, node = measure(sys.argv[1], folder, CASES[name], 3)
            print(json.dumps({"bench": "locality", "case": name, "offers": offers, "node_local": round(node, 3),
                              "instructions_per_offer": round(local), "without_locality": round(without),
                              "ratio": round(local / without, 3)}), flush=True)


main()
