#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pins guaranteed allocation with revocation (Hindman et al., NSDI 2011, section 3.3) through the program.

A cluster of 80 cpus; batch takes all it gets, in tasks that never end; at 60 s web comes, which is guaranteed half of the
cluster, with 40 tasks of one cpu.

    guarantee   revocation   batch has before   web waits                     because
    no          -            all 80             for ever                      nothing comes free
    yes         off          40                 not at all                    half of the cluster was idle for its sake
    yes         after T      all 80             T + the grace period          40 tasks are killed

Not here: from whom how much is taken (tests/allocators/test-revocation.c)."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

WORKLOAD = """[experiment]
title = guaranteed allocation
duration = 600s
sample-interval = 1s

[cluster]
agents = 20
resources = cpus:4;mem:8192

[framework batch]
scheduler = elastic
tasks = unlimited
task-resources = cpus:1;mem:1024
task-duration = 1d

[framework web]
scheduler = elastic
role = prod
start = 60s
tasks = 40
task-resources = cpus:1;mem:1024
task-duration = 100s
ramp-up-target = 40
"""

GUARANTEE = "\n[role prod]\nguarantee = cpus:40;mem:40960\n"


def run(box, workload, *settings):
    """Ramp-up of web, cpus of batch just before it comes, tasks that were killed."""
    box.write("w.ini", workload)
    arguments = ["w.ini", "--allocator", "drf", "--output", "r.db"]
    for setting in settings:
        arguments += ["--set", setting]
    box.well(*arguments)
    ((ramp_up,),) = box.query("r.db", "SELECT seconds FROM ramp_up WHERE framework = 'web'")
    ((before,),) = box.query("r.db", """SELECT tasks_running FROM share_sample JOIN framework USING (framework_id)
        WHERE name = 'batch' AND t_ns = 59000000000""")
    ((after,),) = box.query("r.db", """SELECT tasks_running FROM share_sample JOIN framework USING (framework_id)
        WHERE name = 'batch' AND t_ns = 150000000000""")
    return ramp_up, before, before - after


@case
def without_a_guarantee_it_waits(box):
    assert run(box, WORKLOAD) == (None, 80, 0)


@case
def a_guarantee_alone_keeps_half_idle(box):
    assert run(box, WORKLOAD + GUARANTEE) == (0, 40, 0)


@case
def with_revocation_nothing_is_idle(box):
    for timeout, grace in ((10, 5), (30, 5), (0, 20), (60, 0)):
        ramp_up, before, killed = run(
            box, WORKLOAD + GUARANTEE + f"\n[master]\nrevocation-grace = {grace}s\n",
            f"allocator drf.revocation-timeout={timeout}s")
        assert (before, killed) == (80, 40), (before, killed)
        # What is killed between two runs of the allocator is offered in the next.
        assert timeout + grace <= ramp_up <= timeout + grace + 1, (timeout, grace, ramp_up)


@case
def who_waits_for_little_gets_little(box):
    workload = WORKLOAD.replace("tasks = 40", "tasks = 40\ndeclare-demand = truth").replace(
        "ramp-up-target = 40", "ramp-up-target = 10")
    workload = workload.replace("tasks = 40\n", "tasks = 10\n")
    settings = ("allocator drf.revocation-timeout=10s",)
    ramp_up, before, killed = run(box, workload + GUARANTEE + "\n[master]\nrevocation-grace = 5s\n", *settings)
    assert (before, killed) == (80, 10) and 15 <= ramp_up <= 16, (ramp_up, before, killed)


@case
def it_takes_both_settings(box):
    box.write("w.ini", WORKLOAD + GUARANTEE)
    box.refused("allocator drf.revocation-timeout: .*revocation-grace", "w.ini",
                "--set", "allocator drf.revocation-timeout=10s")


simtest.main()
