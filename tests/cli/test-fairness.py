#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fairness as it is measured: shares against the ideal, and agent by agent where the workload asks for it."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position

PARTS = ("used", "offered", "filtered", "held_back", "usable", "too_small", "unwanted")
HEAD = "[experiment]\nduration = 100s\nfairness = agents\n[cluster]\nagents = 4\nresources = cpus:4;mem:4096\n"


def framework(name, cpus, more="", tasks="unlimited"):
    return (f"[framework {name}]\ntasks = {tasks}\ntask-resources = cpus:{cpus};mem:16\n"
            f"task-duration = 10s\n{more}\n")


def parts(box, file):
    """Of all cpus, over the run."""
    found = dict(box.query(file, "SELECT substr(name, 15), value FROM metric WHERE name LIKE 'decomposition/%' AND "
                                 "scope = 'resource cpus'"))
    assert set(found) == set(PARTS), found
    assert abs(sum(found.values()) - 1) < 1e-9, found
    return found


def run(box, text, *options):
    box.write("w.ini", HEAD + text)
    box.well("w.ini", "-o", "r.db", *options)
    sums = "+".join(PARTS)
    assert box.value("r.db", f"SELECT count(*) FROM decomposition_sample WHERE total <> {sums}") == 0
    assert box.value("r.db", "SELECT count(*) FROM decomposition_sample") > 100
    return parts(box, "r.db")


@case
def measuring_agent_by_agent_changes_nothing(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "a.db")
    box.well("w.ini", "-o", "b.db", "--set", "experiment.fairness=agents")
    assert box.digest("a.db") == box.digest("b.db")
    assert box.value("a.db", "SELECT count(*) FROM decomposition_sample") == 0
    assert box.value("a.db", "SELECT count(*) FROM metric WHERE name = 'fairness/envy'") == 0
    assert box.value("b.db", "SELECT count(*) FROM metric WHERE name = 'fairness/envy'") == 3
    for name in ("fairness/deficit", "starvation/longest", "work/rate"):
        assert (box.value("a.db", f"SELECT value FROM metric WHERE name = '{name}' AND scope = 'run'") ==
                box.value("b.db", f"SELECT value FROM metric WHERE name = '{name}' AND scope = 'run'"))


@case
def agents_that_a_framework_may_not_have_are_none_of_its_part(box):
    # One of four agents is what a wants, and b has the others: nobody could do better alone, nor with what the other has.
    text = ("[agents x]\ncount = 3\nresources = cpus:4;mem:4096;gpus:1\n" + framework("a", 1, "constraints = class == agents") +
            framework("b", 1, "constraints = class == x\ncapabilities = gpu-resources"))
    run(box, text, "--set", "cluster.agents=1")
    a, b = box.query("r.db", "SELECT sharing_incentive, envy FROM framework ORDER BY name")
    assert a == (1, 0) and b == (1, 0), (a, b)
    # Without b's wish it takes from a's agents, too; a is never worse off for agents with gpus, which are not for it.
    run(box, text.replace("constraints = class == agents", "").replace("constraints = class == x\n", ""), "--set",
        "cluster.agents=1")
    a, b = box.query("r.db", "SELECT sharing_incentive, envy FROM framework ORDER BY name")
    assert a[0] > 0.95 and a[1] == 0, (a, b)


@case
def what_is_too_small_for_every_task(box):
    found = run(box, framework("a", 3))
    assert abs(found["used"] - 0.75) < 0.02 and abs(found["too_small"] - 0.25) < 0.02, found


@case
def what_an_executor_holds_counts(box):
    # Two agents, each with an executor of 1 GiB for the 20 s of two tasks of half a GiB: 4 GiB, for a fifth of 100 s.
    run(box, "[framework s]\nscheduler = spark\njobs = 1\nexecutor-resources = mem:1024\ntasks = 4\ntask-duration = 20s\n"
             "task-resources = cpus:2;mem:512\n", "--set", "cluster.agents=2")
    mem = box.value("r.db", "SELECT mean_allocated FROM resource WHERE resource = 'mem'")
    assert abs(mem - 0.2 * 4096) < 1, mem
    assert box.value("r.db", "SELECT max(allocated) FROM cluster_sample WHERE resource = 'mem'") == 4096
    used = box.value("r.db", "SELECT max(used) FROM decomposition_sample WHERE resource = 'mem'")
    assert used == 4096000, used


@case
def what_nobody_waits_for(box):
    found = run(box, framework("a", 3, tasks=2))
    assert found["unwanted"] > 0.9 and found["too_small"] == 0, found


@case
def what_a_quota_keeps(box):
    found = run(box, "[role g]\nguarantee = cpus:8\n[framework g]\nrole = g\ntasks = 1\ntask-resources = cpus:1\n"
                     "task-duration = 1s\n" + framework("a", 1))
    assert abs(found["used"] - 0.5) < 0.05 and abs(found["held_back"] - 0.5) < 0.05, found
    found = run(box, "[role a]\nlimit = cpus:4\n" + framework("a", 1, "role = a"))
    assert abs(found["used"] - 0.25) < 0.05 and abs(found["held_back"] - 0.75) < 0.05, found


@case
def what_is_reserved_to_others(box):
    found = run(box, framework("a", 1), "--set", "cluster.resources=cpus:2;cpus(g):2;mem:4096")
    assert abs(found["used"] - 0.5) < 0.05 and abs(found["held_back"] - 0.5) < 0.05, found


@case
def what_a_framework_has_refused(box):
    # It refuses for long what its first tasks leave, and does not revive when there are more.
    found = run(box, framework("a", 1, "jobs = 20\narrival = every(1s)\nsuppress = no\nrefuse-seconds = 1h\nrevive = no", tasks=2))
    assert found["filtered"] > 0.5, found


def ideals(box, text):
    run(box, text)
    return dict(box.query("r.db", "SELECT name, round(sampled_fair_share, 6) FROM framework"))


@case
def the_ideal_knows_quotas_and_reservations(box):
    two = framework("a", 1) + framework("b", 1)
    assert ideals(box, two) == {"a": 0.5, "b": 0.5}
    assert ideals(box, two + "[role a]\nguarantee = cpus:12\n") == {"a": 0.75, "b": 0.25}
    assert ideals(box, two + "[role a]\nlimit = cpus:2\n") == {"a": 0.125, "b": 0.875}
    late = framework("a", 1, "start = 1s") + framework("b", 1, "start = 1s")
    found = ideals(box, late + "[operator o]\nat = 0.5s: reserve agents:1-4 cpus(*,b):3\n")
    assert found == {"a": 0.25, "b": 0.75}, found
    found = ideals(box, late + "[operator o]\nat = 0.5s: reserve agents:1-4 cpus(*,b):1\n")
    assert found == {"a": 0.5, "b": 0.5}, found


@case
def a_framework_that_is_starved(box):
    found = run(box, framework("greedy", 1) +
                framework("poor", 1, "start = 20s") + "[role poor]\npriority = -1\n", "-a", "priority")
    assert found["usable"] == 0, found
    rows = dict(box.query("r.db", "SELECT name, starvation_ns / 1e9 FROM framework"))
    assert rows["poor"] > 75 and rows["greedy"] < 15, rows
    assert box.value("r.db", "SELECT starvation_open FROM framework WHERE name = 'poor'") == 1
    assert box.value("r.db", "SELECT value FROM metric WHERE name = 'starvation/longest' AND scope = 'run'") > 75
    assert box.value("r.db", "SELECT sharing_incentive FROM framework WHERE name = 'poor'") < 0.1
    assert box.value("r.db", "SELECT envy FROM framework WHERE name = 'poor'") > 0.5
    assert 30 < box.value("r.db", "SELECT deficit FROM framework WHERE name = 'poor'") <= 40


@case
def finish_times_against_those_alone(box):
    jobs = "jobs = 5\narrival = every(5s)\n"
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:4\n[role a]\nweight = 3\nguarantee = cpus:2\n" +
              "".join(f"[framework {name}]\n{jobs}tasks = 12\ntask-resources = cpus:1\ntask-duration = 4s\n"
                      for name in "ab"))
    done = box.well("w.ini", "--isolated", "--replications", "2", "-o", "r.db", "-j", "2")
    assert len(re.findall(r"^fairness .* finish-time fairness \d", done.stdout, re.MULTILINE)) == 1, done.stdout
    assert box.value("r.db", "SELECT count(*) FROM run") == 2 * 3
    assert box.value("r.db", "SELECT count(*) FROM metric WHERE name = 'fairness/finish_time'") == 2 * 3
    agents = box.query("r.db", "SELECT DISTINCT only.value, agents FROM run JOIN setting AS only USING (run_id) "
                               "WHERE only.name = 'experiment.only' ORDER BY 1")
    assert agents == [("a", 3), ("b", 1)], agents
    found = dict(box.query("r.db", "SELECT DISTINCT scope, value FROM metric WHERE name = 'fairness/finish_time'"))
    # Alone on one agent b needs three rounds of 4 s for each job, of which one comes every 5 s.
    assert found["framework b"] < 0.8 and found["run"] == max(found.values()), found
    assert box.value("r.db", "SELECT count(*) FROM metric_summary WHERE name = 'fairness/finish_time' AND n = 2") == 3
    box.well("merge", "again.db", "r.db")
    assert box.query("r.db", "SELECT * FROM metric") == box.query("again.db", "SELECT * FROM metric")
    box.refused("--isolated", "w.ini", "--isolated", "--until", "fairness/jain 1%")
    # Two allocators are compared, as a ratio; the runs that are alone are no side of that.
    done = box.well("w.ini", "--isolated", "--replications", "2", "-a", "drf,priority", "-o", "two.db", "-j", "2")
    assert "priority against drf (allocator): 2 pairs of runs" in done.stdout
    assert re.search(r"^fairness/finish_time .* %", done.stdout, re.MULTILINE), done.stdout
    assert "shared-point" not in done.stdout


@case
def runs_alone_belong_to_theirs(box):
    # Twice the agents, or another interval: what is alone is of one of them, whatever is in the same file.
    box.write("w.ini", "[cluster]\nagents = 8\nresources = cpus:4\n" +
              "".join(f"[framework {name}]\njobs = 6\narrival = poisson(5s)\ntasks = 12\ntask-resources = cpus:1\n"
                      "task-duration = exponential(4s)\n" for name in "ab"))
    times = "SELECT scope, value FROM metric WHERE name = 'fairness/finish_time' AND run_id IN " \
            "(SELECT run_id FROM run WHERE agents = {}) ORDER BY 1, 2"
    box.well("w.ini", "--isolated", "-q", "-o", "8.db")
    box.well("w.ini", "--isolated", "-q", "-o", "4.db", "--set", "cluster.agents=4", "--set",
             "framework a.refuse-seconds=1s")
    alone = {agents: box.query(f"{agents}.db", times.format(agents)) for agents in (8, 4)}
    assert len(alone[8]) == len(alone[4]) == 3 and alone[8] != alone[4], alone
    for files in (("8.db", "4.db"), ("4.db", "8.db")):
        box.well("merge", "both.db", *files)
        for agents in (8, 4):
            assert box.query("both.db", times.format(agents)) == alone[agents], (files, agents)
        os.unlink(box.join("both.db"))


@case
def a_framework_lies(box):
    box.write("w.ini", HEAD + "[role a]\nweight = 1\n" + framework("a", 1) + framework("b", 1) +
              "[framework few]\ntasks = 2\ntask-resources = cpus:3\ntask-duration = 1s\n")
    done = box.well("manipulate", "w.ini", "--framework", "a", "--replications", "3", "-j", "2")
    rows = {line[:20].strip(): line for line in done.stdout.splitlines()}
    assert done.stdout.startswith("a with drf"), done.stdout
    for lie in ("the truth", "inflate tasks", "inflate demand", "wait for more", "hoard", "spam revive"):
        assert any(name.startswith(lie) for name in rows), done.stdout
    # Four frameworks of weight 1 each have at least four parts of five, where one had one of two.
    split = next(line for name, line in rows.items() if name.startswith("split"))
    gain = float(split.split("+")[1].split("%")[0])
    assert gain > 40, done.stdout
    last = done.stdout.splitlines()[-1]
    assert last.startswith("manipulation gain") and last.endswith(": split"), last
    assert box.value("w-manipulate-drf-1.db", "SELECT count(*) FROM run") == 3 * 7
    done = box.well("manipulate", "w.ini", "--framework", "few", "--replications", "1", "-o", "few.db")
    assert "not tried: inflate tasks: no agent has twice what a task needs" in done.stdout
    assert "not tried: split: it has too few jobs to be split" in done.stdout
    # In the long run all stories leave out the warm-up of the truth.
    done = box.well("manipulate", "w.ini", "--framework", "a", "--replications", "1", "-o", "steady.db", "--set",
                    "experiment.kind=steady")
    assert "found by MSER-5" in done.stderr and done.stdout.splitlines()[-1].startswith("manipulation gain"), done.stderr
    assert box.query("steady.db", "SELECT count(DISTINCT warm_up_ns), min(kind) FROM run") == [(1, "steady")]
    box.refused("unknown framework of the workload \"c\"", "manipulate", "w.ini", "--framework", "c")
    box.refused("who lies", "manipulate", "w.ini")


simtest.main()
