#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pins the worked examples of dominant resource fairness, through the program: workloads/drf-example.ini with other
capacities, demands and weights has to end at the published allocations, task for task.

    capacity     A        B       weights    A, B tasks
    <9, 18>      <1, 4>   <3, 1>  1, 1        3,  2      DRF (Ghodsi et al., NSDI 2011), section 4.1, table 1
    <30, 30>     <1, 3>   <1, 1>  1, 1        5, 15      the system of figure 3, under DRF: half of everything each
    <90, 180>    <1, 4>   <3, 1>  1, 1       30, 20      the first, ten times as large
    <90, 180>    <1, 4>   <3, 1>  2, 1       41, 16      weighted; with divisible tasks 41.54 and 13.85
    <9, 18>      <1, 4>   <3, 1>  2, 1        3,  2      weighted, with a tie: see below

The amounts are cpus and GiB. The numbers of the last three follow from the definition: one task at a time, to the
user with the smallest dominant share per weight, until nothing fits.

The tie. When A has three tasks and B has one, A's share per weight is (12 / 18) / 2 and B's (3 / 9) / 1: a third
both. The definition leaves it open who is next. Served by name, A gets its fourth task, and B's second does not fit
any more: 4 and 1. Mesos's sorter gives the turn to whoever has been given something less often, and names decide only
after that: A has been served three times and B once, so B is next, and A's fourth does not fit: 3 and 2. Renaming A
to something behind B must not change that.

Not here: closed forms (test-closed-forms-*.c), fair sharing among many (tests/conformance)."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

WORKLOAD = simtest.source("workloads/drf-example.ini")
GIB = 1024


def run(box, *settings, workload=WORKLOAD):
    """The example with these settings, sampled often enough to see every task come."""
    arguments = ["--workload", workload, "--allocator", "drf", "--output", "r.db"]
    for setting in ("experiment.sample-interval=500ms", *settings):
        arguments += ["--set", setting]
    box.well(*arguments)


def at_the_end(box):
    """Tasks and dominant share of each framework, in the last sample."""
    rows = box.query("r.db", """SELECT name, tasks_running, dominant_share FROM share_sample JOIN framework USING
        (framework_id) WHERE t_ns = (SELECT max(t_ns) FROM share_sample)""")
    return {name: (tasks, share) for name, tasks, share in rows}


def expect(box, capacity, demands, tasks):
    """As many tasks as published, and what they need is what the cluster says is allocated."""
    end = at_the_end(box)
    assert {name: n for name, (n, _) in end.items()} == tasks, end
    used = [sum(tasks[name] * demand[i] for name, demand in demands.items()) for i in (0, 1)]
    allocated = dict(box.query("r.db", """SELECT resource, allocated FROM cluster_sample
        WHERE t_ns = (SELECT max(t_ns) FROM cluster_sample)"""))
    assert allocated == {"cpus": used[0], "mem": used[1] * GIB}, (allocated, used)
    for name, demand in demands.items():
        share = max(tasks[name] * demand[i] / capacity[i] for i in (0, 1))
        assert abs(end[name][1] - share) < 1e-12, (name, end[name][1], share)
        assert any(used[i] + demand[i] > capacity[i] for i in (0, 1)), f"one more task of {name} would fit"
    launched = box.value("r.db", "SELECT sum(tasks_launched) FROM framework")
    assert launched == sum(tasks.values()), "what has been allocated stays"


def order(box):
    """Who got a task, in the order of the tasks."""
    rows = box.query("r.db", """SELECT framework.name FROM share_sample AS now JOIN framework USING (framework_id)
        LEFT JOIN share_sample AS before ON before.framework_id = now.framework_id
        AND before.t_ns = (SELECT max(t_ns) FROM share_sample WHERE t_ns < now.t_ns)
        WHERE now.tasks_running > ifnull(before.tasks_running, 0) ORDER BY now.t_ns""")
    return "".join(name for (name,) in rows)


PAPER = {"A": (1, 4), "B": (3, 1)}


@case
def the_example_of_the_paper(box):
    """Table 1 begins with B, a tie; begun with A it is A B A B A, with the same end."""
    run(box)
    expect(box, (9, 18), PAPER, {"A": 3, "B": 2})
    assert order(box) == "ABABA"
    assert {round(share, 12) for _, share in at_the_end(box).values()} == {round(2 / 3, 12)}


@case
def where_asset_fairness_breaks_the_sharing_incentive(box):
    """Asset fairness gives 6 and 12 tasks, and user 2 less than half of everything."""
    run(box, "cluster.resources=cpus:30;mem:30GiB", "framework A.task-resources=cpus:1;mem:3GiB",
        "framework B.task-resources=cpus:1;mem:1GiB")
    expect(box, (30, 30), {"A": (1, 3), "B": (1, 1)}, {"A": 5, "B": 15})
    assert {share for _, share in at_the_end(box).values()} == {0.5}


@case
def ten_times_as_large(box):
    run(box, "cluster.resources=cpus:90;mem:180GiB")
    expect(box, (90, 180), PAPER, {"A": 30, "B": 20})


@case
def weights_of_two_and_one(box):
    run(box, "cluster.resources=cpus:90;mem:180GiB", "framework A.weight=2")
    expect(box, (90, 180), PAPER, {"A": 41, "B": 16})


@case
def a_tie_is_decided_by_the_allocation_count(box):
    run(box, "framework A.weight=2")
    expect(box, (9, 18), PAPER, {"A": 3, "B": 2})
    rows = box.query("r.db", """SELECT a.dominant_share / 2, b.dominant_share FROM share_sample AS a
        JOIN share_sample AS b USING (t_ns) WHERE a.framework_id = 0 AND b.framework_id = 1
        AND a.tasks_running = 3 AND b.tasks_running = 1""")
    assert rows and set(rows) == {(1 / 3, 1 / 3)}, f"there was no tie: {rows}"
    assert order(box) == "ABAAB"


@case
def whatever_the_names_are(box):
    with open(WORKLOAD, encoding="utf-8") as file:
        box.write("renamed.ini", file.read().replace("[framework A]", "[framework Z]"))
    run(box, "framework Z.weight=2", workload="renamed.ini")
    expect(box, (9, 18), {"Z": (1, 4), "B": (3, 1)}, {"Z": 3, "B": 2})


simtest.main()
