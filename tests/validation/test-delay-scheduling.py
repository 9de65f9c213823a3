#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Delay scheduling against its own analysis (Zaharia et al., EuroSys 2010, section 4), through the program.

    locality against D, reset on every launch    the closed form l(D) = 1/N sum over K = 1 ... N of [1 - (1 - K/M)^(R D)]
    locality against D, with either reset        a simulation of the algorithm alone, written again (scripts/reproduction)
    static partitions                            1 - (15/16)^3 = 17.6 % of the blocks lie in one's own sixteenth

A slot comes free on a random agent ten times a second and is offered to the framework first; who gets what it leaves runs tasks of
exponential length, so that the next slot is again anybody's. Jobs of 20 maps come when the one before is through. A job that
may let D - 1 offers go by looks at D.

With distinct machines for the replicas of a block the chance that an offer is local is 1 - (1 - R/M)^K; the closed form has
1 - (1 - K/M)^R. On 1,000 agents that is a difference of 0.002 in l(D) at D = 60 and less beyond, and counts as tolerance; on 100 agents
it is 0.014 at D = 6, which is held against the algorithm alone.

Paired: with another delay the same jobs, durations and places of blocks."""

import math
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
sys.dont_write_bytecode = True
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from reproduction.delay_scheduling import closed_form, one_job  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

AGENTS, REPLICAS, MAPS = 1000, 3, 20
QUANTILE = 3.3  # of the normal law: six intervals together miss with probability below 1 %
FORM_ERROR = 0.002

CURVE = f"""[experiment]
duration = 64000s
sample-interval = 1h

[master]
allocation-interval = 1ms

[cluster]
agents = {AGENTS}
resources = cpus:1

[role hadoop]
priority = 1

[framework hadoop]
scheduler = hadoop
replicas = {REPLICAS}
delay = skips(0)
arrival = every(200s)
refuse-seconds = 5ms
tasks = {MAPS}
task-resources = cpus:1
task-duration = exponential(100s)

[framework others]
tasks = unlimited
task-resources = cpus:1
task-duration = exponential(100s)
"""

PARTITIONS = "".join(f"""[agents part{i:02}]
count = 100
resources = cpus:4
[framework hadoop{i:02}]
scheduler = hadoop
only-agents = part{i:02}
delay = wait(1h)
refuse-seconds = 0s
tasks = 2000
task-resources = cpus:1
task-duration = 30s
""" for i in range(16))


def locality_of_jobs(box, jobs, *settings):
    """Mean over the jobs of the part of their maps that was local, and its standard error."""
    box.write("w.ini", CURVE)
    arguments = ["w.ini", "--allocator", "priority", "--output", "r.db"]
    for setting in (f"experiment.duration={jobs * 200}s", *settings):
        arguments += ["--set", setting]
    box.well(*arguments)
    parts = [local / MAPS for local, in box.query(
        "r.db", f"SELECT node_local FROM job WHERE node_local + off_rack = {MAPS} AND job_id > 0")]
    assert len(parts) > 0.95 * jobs, len(parts)
    mean = sum(parts) / len(parts)
    deviation = math.sqrt(sum((part - mean) ** 2 for part in parts) / (len(parts) - 1))
    return mean, deviation / math.sqrt(len(parts))


def of_the_algorithm(agents, looks, reset, jobs=3000):
    """Mean over jobs of the algorithm alone, and its standard error."""
    draw = random.Random(1)
    again = [one_job(draw, agents, looks, reset) / 100 for _ in range(jobs)]
    mean = sum(again) / jobs
    return mean, math.sqrt(sum((job - mean) ** 2 for job in again) / (jobs - 1) / jobs)


@case
def the_curve_is_the_closed_form(box):
    for looks, jobs in ((60, 800), (240, 320), (600, 320)):
        mean, error = locality_of_jobs(box, jobs, f"framework hadoop.delay=skips({looks - 1})",
                                       "framework hadoop.delay-reset=launch")
        assert error * QUANTILE < 0.01, error
        expected = closed_form(AGENTS, looks) / 100
        assert abs(mean - expected) < QUANTILE * error + FORM_ERROR, (looks, mean, expected, error)


@case
def it_is_the_algorithm(box):
    for looks, reset in ((6, "launch"), (24, "local")):
        mean, error = locality_of_jobs(box, 320, "cluster.agents=100", f"framework hadoop.delay=skips({looks - 1})",
                                       f"framework hadoop.delay-reset={reset}")
        expected, deviation = of_the_algorithm(100, looks, reset)
        assert abs(mean - expected) < QUANTILE * math.hypot(error, deviation), (looks, mean, expected, error)
        # On few agents the form promises more than there is; as published, who goes elsewhere once goes on so.
        assert expected < closed_form(100, looks) / 100 - 0.01, expected


@case
def static_partitions_have_a_sixth_of_the_data(box):
    box.write("w.ini", PARTITIONS)
    box.well("w.ini", "--output", "r.db")
    parts = [node for node, in box.query("r.db", "SELECT node FROM locality")]
    mean = sum(parts) / len(parts)
    blocks = 16 * 2000
    error = math.sqrt(mean * (1 - mean) / blocks)
    assert len(parts) == 16 and error * QUANTILE < 0.01
    assert abs(mean - (1 - (15 / 16) ** 3)) < QUANTILE * error + FORM_ERROR, mean


SMALL = """[cluster]
agents = 60
resources = cpus:2
agents-per-rack = 20

[framework h]
scheduler = hadoop
delay = none
rack-read = 2
off-rack-read = 3
jobs = 20
arrival = poisson(10s)
refuse-seconds = 0s
tasks = uniform(5, 40)
task-resources = cpus:1
task-duration = lognormal(20s, 30s)
"""


@case
def runs_with_another_delay_are_paired(box):
    """Where a map ran at the same agent it was as near to its data; and it took as long, for where it was."""
    seen = []
    for delay in ("none", "skips(30, 5)", "wait(3s, 1s)"):
        box.write("w.ini", SMALL)
        box.well("w.ini", "--record", "tasks", "--output", "r.db", "--set", f"framework h.delay={delay}")
        assert box.query("r.db", "SELECT count(*) FROM job WHERE state <> 'finished'") == [(0,)]
        seen.append((box.query("r.db", "SELECT job_id, name, submit_ns, tasks FROM job ORDER BY 1"), {
            row[:3]: row[3:] for row in box.query("r.db", """SELECT job_id, task_index, agent_id, locality_code,
                round((finish_ns - start_ns) / 1e9 / locality_code, 6) FROM task_attempt""")}))
    for other in seen[1:]:
        assert other[0] == seen[0][0]
        both = seen[0][1].keys() & other[1].keys()
        assert len(both) > 10
        assert all(seen[0][1][key] == other[1][key] for key in both)
        works = [{key[:2]: value[1] for key, value in attempts.items()} for attempts in (seen[0][1], other[1])]
        assert works[0] == works[1]


simtest.main()
