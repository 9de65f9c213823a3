#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Facebook's jobs run as Hadoop jobs to their end, near their data, on 600 and 3,000 machines: the nine bins of the delay scheduling
paper, and (--slow, some minutes) the two days of SWIM, whose bytes go with the number of machines.

What the days cost is offers: a framework that was idle and has a job again is offered every idle machine, so that 24,442
jobs on 3,000 mostly idle machines are 114 million offers, of which a job takes a few: about 100 s of one core."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import Skip, case, slow_case  # noqa: E402  pylint: disable=wrong-import-position

BINS = os.path.join(simtest.SOURCE_ROOT, "workloads", "paper", "facebook-bins.ini")
SAMPLE = os.path.join(simtest.SOURCE_ROOT, "traces", "samples", "FB-2009_samples_24_times_1hr_0.tsv")

DAY = """[cluster]
agents = {agents}
resources = cpus:4;mem:15360
agents-per-rack = 40

[framework facebook]
scheduler = hadoop
job-order = fair
delay = wait(5s, 5s)
rack-read = 1.5
off-rack-read = 2
trace = {trace}
trace-nodes = {nodes}
"""


def all_finish(box, jobs, tasks):
    assert box.query("r.db", "SELECT count(*), sum(tasks) FROM job WHERE state = 'finished'") == [(jobs, tasks)]
    assert box.query("r.db", "SELECT status FROM run") == [("ok",)]
    part, = box.query("r.db", "SELECT 1.0 * sum(node_local) / sum(node_local + rack_local + off_rack) FROM job")
    assert part[0] > 0.9, part


def run_bins(box, agents):
    box.well(BINS, "--set", f"cluster.agents={agents}", "--output", "r.db")
    all_finish(box, 100, 26410)
    sizes = dict(box.query("r.db", "SELECT name, max(tasks) FROM job GROUP BY name"))
    assert sizes == {"1": 1, "2": 2, "3": 10, "4": 50, "5": 100, "6": 200, "7": 400, "8": 800, "9": 4800}


@case
def the_bins_on_600_machines(box):
    run_bins(box, 600)


@case
def the_bins_on_3000_machines(box):
    run_bins(box, 3000)


def run_day(box, trace, nodes, agents, jobs):
    box.write("w.ini", DAY.format(agents=agents, nodes=nodes, trace=trace))
    box.well("w.ini", "--output", "r.db")
    tasks, = box.query("r.db", "SELECT sum(tasks) FROM job")
    all_finish(box, jobs, tasks[0])


@slow_case
def the_day_of_2009(box):
    for agents in (600, 3000):
        run_day(box, SAMPLE, 600, agents, 5894)


@slow_case
def the_day_of_2010(box):
    traces = os.environ.get("OFFERSIM_TRACES")
    if traces is None:
        raise Skip("OFFERSIM_TRACES is not set")
    for agents in (600, 3000):
        run_day(box, os.path.join(traces, "swim", "FB-2010_samples_24_times_1hr_0.tsv.gz"), 3000, agents, 24442)


simtest.main()
