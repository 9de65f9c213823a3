#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hadoop's speculative execution where some agents are slow: paired runs, with and without, that differ in nothing else.

A tenth of the agents takes five times as long. Without speculation a job of 60 maps of a minute lasts as long as its map on
the slowest agent, five minutes; with it a straggler is found at the latest a minute after its start, when the mean of the
others is a fifth ahead, and its second attempt elsewhere is through two minutes later. Where no agent is slow, and all maps
take about as long, nobody falls behind, and nothing is changed by it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

WORKLOAD = """[cluster]
agents = 50
resources = cpus:2
slow-agents = 10%: 5

[framework h]
scheduler = hadoop
replicas = 0
jobs = 5
arrival = every(10min)
tasks = 60
task-resources = cpus:1
task-duration = uniform(50s, 70s)
"""


def job_times(box, seed, *settings):
    box.write("w.ini", WORKLOAD)
    arguments = ["w.ini", "--seed", str(seed), "--record", "tasks", "--output", "r.db"]
    for setting in settings:
        arguments += ["--set", setting]
    box.well(*arguments)
    assert box.query("r.db", "SELECT count(*) FROM job WHERE state <> 'finished'") == [(0,)]
    return [time for time, in box.query("r.db", "SELECT (finish_ns - submit_ns) / 1e9 FROM job ORDER BY job_id")]


def pair(box, seed, *settings):
    return [job_times(box, seed, f"framework h.speculation={say}", *settings) for say in ("no", "yes")]


@case
def it_helps_against_slow_agents(box):
    ratios = []
    for seed in range(1, 6):
        without, with_it = pair(box, seed)
        assert sum(with_it) < sum(without), (seed, without, with_it)
        ratios += [b / a for a, b in zip(without, with_it) if a > 250]  # a map was on a slow agent
        assert all(b < 1.01 * a for a, b in zip(without, with_it)), (without, with_it)
    assert len(ratios) >= 15
    assert sum(ratios) / len(ratios) < 0.75, ratios


@case
def it_helps_against_slow_tasks(box):
    without, with_it = pair(box, 1, "cluster.slow-agents=none", "framework h.slow-tasks=3%: 5")
    assert sum(with_it) < 0.75 * sum(without), (without, with_it)


@case
def it_changes_nothing_where_nobody_is_slow(box):
    without, with_it = pair(box, 1, "cluster.slow-agents=none")
    assert without == with_it


simtest.main()
