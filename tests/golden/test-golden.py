#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs that must not change by accident. The workloads beside this file are run with each allocator and two seeds,
and compared with digests.txt: status, digest and number of events. Whoever changes what happens in a run on purpose
rewrites it:  tests/golden/test-golden.py build/.../sim --update

The digests are those of one libm: the draws of a distribution are rounded to nanoseconds, so another one may differ.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import Box, case  # noqa: E402  pylint: disable=wrong-import-position

DIGESTS = os.path.join(HERE, "digests.txt")
HEAD = """# What runs of the workloads beside this file gave: see test-golden.py.
# workload allocator seed status digest events
"""
WORKLOADS = sorted(name[:-4] for name in os.listdir(HERE) if name.endswith(".ini"))
ALLOCATORS = ("drf", "priority")
SEEDS = (1, 2)


def path(workload):
    return os.path.join(HERE, workload + ".ini")


def start(box, workload, allocator, seed, *more):
    name = f"{workload}-{allocator}-{seed}{len(more)}.db"
    return name, box.start("--workload", path(workload), "--allocator", allocator, "--seed", str(seed),
                           "--output", name, *more)


def end(box, name, process):
    _, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 0, err
    return box.query(name, "SELECT status, digest, events FROM run")[0]


def run(box, *arguments):
    name, process = start(box, *arguments)
    return name, end(box, name, process)


def lines(box):
    for workload in WORKLOADS:
        for allocator in ALLOCATORS:
            for seed in SEEDS:
                _, (status, digest, events) = run(box, workload, allocator, seed)
                yield f"{workload} {allocator} {seed} {status} {digest} {events}"


@case
def runs_are_as_they_were(box):
    with open(DIGESTS, encoding="utf-8") as file:
        expected = [line for line in file.read().splitlines() if not line.startswith("#")]
    found = list(lines(box))
    different = [f"was {old}\nis  {new}" for old, new in zip(expected, found) if old != new]
    assert found == expected, "\n".join(different) or "other workloads than in digests.txt"


@case
def side_by_side_recorded_and_sampled_they_are_the_same(box):
    for workload in WORKLOADS:
        runs = [start(box, workload, "drf", 1), start(box, workload, "drf", 1, "--record", "tasks"),
                start(box, workload, "drf", 1, "--sample-interval", "70ms", "--quiet")]
        assert len({end(box, *one) for one in runs}) == 1, workload


@case
def all_that_can_happen_happens(box):
    """The workloads are worth their time: they end in each way, allocators differ, jobs finish and are lost."""
    found = [line.split() for line in lines(box)]
    assert {line[3] for line in found} == {"ok", "stalled"}
    digests = {(line[0], line[1], line[2]): line[4] for line in found}
    for workload in WORKLOADS:
        assert digests[workload, "drf", "1"] != digests[workload, "priority", "1"] or workload == "stalled", workload
    assert len(set(digests.values())) >= len(WORKLOADS) * 3


# By the source's own number of the job: its row in the results may differ between allocators where arrivals wait for
# completions.
JOBS = """SELECT framework.name, job.key, job.submit_ns, job.finish_ns, job.tasks, job.state
          FROM job JOIN framework USING (run_id, framework_id) ORDER BY framework.name, job.key"""
ATTEMPTS = """SELECT framework.name, job.key, stage, task_index, task_attempt.finish_ns - task_attempt.start_ns,
                     agent_id
              FROM task_attempt JOIN framework USING (run_id, framework_id) JOIN job USING (run_id, job_id)
              WHERE task_attempt.state = 'finished'"""


def speed(workload, agent):
    return 1.5 if workload == "elastic" and agent >= 6 else 1  # [agents large]


@case
def another_allocator_sees_the_same_jobs_and_durations(box):
    compared = 0
    for workload in WORKLOADS:
        tables = []
        for allocator in ALLOCATORS:
            name, _ = run(box, workload, allocator, 1, "--record", "tasks")
            jobs = {row[:2]: row[2:] for row in box.query(name, JOBS)}
            tasks = {row[:4]: row[4] * speed(workload, row[5]) for row in box.query(name, ATTEMPTS)}
            tables.append((jobs, tasks))
        (jobs, tasks), (other_jobs, other_tasks) = tables
        check_jobs(workload, jobs, other_jobs)
        if workload == "hadoop":  # how near to its data a map runs is part of its length, and when a reduce begins
            continue
        for key in tasks.keys() & other_tasks.keys():
            assert abs(tasks[key] - other_tasks[key]) <= 2, (workload, key, tasks[key], other_tasks[key])
        compared += len(tasks.keys() & other_tasks.keys())
    assert compared > 5000, compared


def check_jobs(workload, jobs, other_jobs):
    """Same jobs, at the same times; in a closed loop at the same think time after the job before."""
    for key in jobs.keys() | other_jobs.keys():
        framework, number = key
        if framework.startswith("interactive") and number & (2**40 - 1) > 0:
            before = (framework, number - 1)
            if key in jobs and key in other_jobs:
                think = [table[key][0] - table[before][1] for table in (jobs, other_jobs)]
                assert think[0] == think[1], (workload, key, think)
        else:
            assert jobs[key][0] == other_jobs[key][0] and jobs[key][2] == other_jobs[key][2], (workload, key)


def update(program):
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        text = HEAD + "".join(line + "\n" for line in lines(Box(program, folder)))
    with open(DIGESTS, "w", encoding="utf-8") as file:
        file.write(text)


if "--update" in sys.argv:
    update(sys.argv[1])
else:
    simtest.main()
