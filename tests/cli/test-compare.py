#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sim compare`: paired differences against the same numbers computed from the rows; the same jobs on both sides; which
runs are pairs, and what is refused. The statistics themselves: tests/metrics/test-statistics.c."""

import csv
import json
import math
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

WORKLOAD = """[experiment]
duration = 5min

[cluster]
agents = 6
resources = cpus:2;mem:2048

[framework heavy]
jobs = 10
arrival = poisson(20s)
tasks = uniform(1, 20)
task-resources = cpus:1;mem:512
task-duration = exponential(30s)

[role light]
priority = 1

[framework light]
role = light
jobs = 20
arrival = poisson(10s)
tasks = uniform(1, 8)
task-resources = cpus:1;mem:1024
task-duration = exponential(10s)
"""

REPLICATIONS = 5
T_95 = 2.7764451051977987  # Student, 4 degrees of freedom


def batch(box, name="r.db", allocators="drf,priority", more=()):
    box.write("w.ini", WORKLOAD)
    return box.well("w.ini", "-a", allocators, "--replications", str(REPLICATIONS), "-o", name, "--no-progress", *more)


def rows_of(box, *arguments):
    text = box.well("compare", *arguments, "--format", "csv").stdout
    return {(row["other"], row["metric"], row["scope"]): row for row in csv.DictReader(text.splitlines())}


def values(box, allocator, metric, scope="run", name="r.db"):
    return [row[0] for row in box.query(name, "SELECT value FROM metric JOIN run USING (run_id) WHERE "
                                        f"allocator = '{allocator}' AND name = '{metric}' AND scope = '{scope}' "
                                        "ORDER BY replication")]


def job_means(box, allocator, name="r.db"):
    """Mean completion time of each replication, ages of those that did not finish included."""
    return [row[0] for row in box.query(name, f"""
        SELECT avg((CASE state_code WHEN 2 THEN finish_ns ELSE sim_end_ns END - submit_ns) / 1e9)
        FROM job JOIN run USING (run_id) WHERE allocator = '{allocator}' GROUP BY replication ORDER BY replication""")]


def near(text, number):
    assert math.isclose(float(text), number, rel_tol=1e-9, abs_tol=1e-12), (text, number)


def check_sample(row, differences, back):
    mean = statistics.fmean(differences)
    half = T_95 * statistics.stdev(differences) / math.sqrt(len(differences))
    near(row["change"], back(mean))
    near(row["low"], back(mean - half))
    near(row["high"], back(mean + half))


@case
def changes_and_intervals_are_those_of_the_pairs(box):
    batch(box)
    rows = rows_of(box, "r.db")
    base, other = (values(box, allocator, "fairness/jain") for allocator in ("drf", "priority"))
    row = rows["priority", "fairness/jain", "run"]
    assert row["factor"] == "allocator" and row["base"] == "drf" and row["scale"] == "difference" and row["n"] == "5"
    assert row["unit"] == "1/n to 1" and row["better"] == "more"
    differences = [b - a for a, b in zip(base, other)]
    check_sample(row, differences, lambda x: x)
    near(row["base_mean"], statistics.fmean(base))
    near(row["other_mean"], statistics.fmean(other))
    saved = (statistics.variance(base) + statistics.variance(other)) / statistics.variance(differences)
    near(row["pairing_saves"], saved)
    deviations = statistics.stdev(base) * statistics.stdev(other)
    covariance = (statistics.variance(base) + statistics.variance(other) - statistics.variance(differences)) / 2
    near(row["correlation"], covariance / deviations)

    row = rows["priority", "completion_time/mean", "run"]
    base, other = (job_means(box, allocator) for allocator in ("drf", "priority"))
    assert row["scale"] == "ratio"
    check_sample(row, [math.log(b / a) for a, b in zip(base, other)], math.exp)


@case
def p_values_are_adjusted_for_all_that_is_compared(box):
    out = batch(box, allocators="drf,priority,fair").stdout
    rows = rows_of(box, "r.db")
    assert {other for other, _, _ in rows} == {"priority", "fair"}
    ranked = sorted((row for row in rows.values() if row["p"]), key=lambda row: float(row["p"]))
    largest = 0
    for rank, row in enumerate(ranked):
        largest = max(largest, min(1, (len(ranked) - rank) * float(row["p"])))
        near(row["p_adjusted"], largest)
    # The run itself prints the same table.
    text = box.well("compare", "r.db").stdout
    assert text in out and f"p adjusted for {len(ranked)} comparisons" in text


@case
def a_job_that_never_ends_does_not_improve_the_mean(box):
    batch(box)
    before = rows_of(box, "r.db")["priority", "completion_time/mean", "run"]
    # The longest job of each run of the other side starves.
    box.execute("r.db", """
        UPDATE job SET state_code = 1, finish_ns = NULL WHERE rowid IN (
          SELECT job.rowid FROM (SELECT run_id, max(finish_ns - submit_ns) AS longest FROM job WHERE state_code = 2
                                 GROUP BY run_id) AS l
          JOIN job ON job.run_id = l.run_id AND finish_ns - submit_ns = longest AND state_code = 2
          WHERE job.run_id IN (SELECT run_id FROM run WHERE allocator = 'priority'))""")
    done = box.well("compare", "r.db", "--metric", "completion_time/mean")
    assert re.search(r"completion_time/mean .* >= ", done.stdout)
    unfinished = box.value("r.db", "SELECT count(*) FROM job JOIN run USING (run_id) WHERE allocator = 'priority' "
                           "AND state_code <> 2")
    assert re.search(rf"unfinished: .* {unfinished} with priority", done.stdout), done.stdout
    after = rows_of(box, "r.db", "--metric", "completion_time/mean")["priority", "completion_time/mean", "run"]
    assert after["other_at_least"] == "1"
    assert float(after["other_mean"]) > float(before["other_mean"])
    base, other = (job_means(box, allocator) for allocator in ("drf", "priority"))
    check_sample(after, [math.log(b / a) for a, b in zip(base, other)], math.exp)


@case
def a_run_that_ended_early_does_not_win(box):
    batch(box, "a.db", "drf", ["--set", "cluster.agents=12"])
    batch(box, "b.db", "drf")
    metric = ("--metric", "completion_time/mean:run")
    key = ("agents=6", "completion_time/mean", "run")
    assert rows_of(box, "a.db", "b.db", *metric)[key]["verdict"] == "worse"
    # After ten seconds all that has not finished is young.
    box.execute("b.db", "UPDATE run SET sim_end_ns = 10000000000")
    box.execute("b.db", "DELETE FROM job WHERE submit_ns > 10000000000")
    box.execute("b.db", "UPDATE job SET state_code = 1, finish_ns = NULL WHERE finish_ns > 10000000000")
    row = rows_of(box, "a.db", "b.db", *metric)[key]
    assert row["other_at_least"] == "1" and float(row["change"]) < 0.5 and row["verdict"] == "none", row
    turned = rows_of(box, "b.db", "a.db", *metric)["agents=12", "completion_time/mean", "run"]
    assert turned["base_at_least"] == "1" and float(turned["change"]) > 2 and turned["verdict"] == "none", turned
    # What has stalled would not have finished it in the time that the other had either.
    box.execute("b.db", "UPDATE run SET status = 'stalled'")
    row = rows_of(box, "a.db", "b.db", *metric)[key]
    assert row["other_at_least"] == "1" and row["verdict"] == "worse", row


@case
def jobs_are_compared_one_by_one(box):
    batch(box)
    jobs = json.loads(box.well("compare", "r.db", "--format", "json").stdout)["comparisons"][0]["jobs"]
    pairs = box.query("r.db", """
        SELECT a.state_code = 2, b.state_code = 2, (a.finish_ns - a.submit_ns) / 1e9, (b.finish_ns - b.submit_ns) / 1e9
        FROM job a JOIN run ra ON ra.run_id = a.run_id AND ra.allocator = 'drf'
        JOIN run rb ON rb.allocator = 'priority' AND rb.replication = ra.replication
        JOIN job b ON b.run_id = rb.run_id AND b.framework_id = a.framework_id AND b.key = a.key""")
    assert jobs["matched"] == len(pairs)
    assert jobs["base_only"] == jobs["other_only"] == 0
    assert jobs["base_unfinished"] == sum(not a for a, _, _, _ in pairs)
    assert jobs["other_unfinished"] == sum(not b for _, b, _, _ in pairs)
    both = sorted(y - x for a, b, x, y in pairs if a and b)
    assert jobs["sooner"] >= sum(d < 0 for d in both) and jobs["equal"] == sum(d == 0 for d in both)
    assert jobs["sooner"] + jobs["later"] + jobs["equal"] + jobs["undecided"] == len(pairs)
    assert abs(jobs["difference_median"] - statistics.median(both)) < 1e-9


@case
def the_factor_may_be_a_key(box):
    batch(box, "a.db", "drf")
    batch(box, "b.db", "drf", ["--set", "cluster.agents=12"])
    text = box.well("compare", "a.db", "b.db").stdout
    assert text.startswith("agents=12 against agents=6 (cluster.agents): 5 pairs of runs; intervals of 95 %")
    row = rows_of(box, "a.db", "b.db", "-m", "completion_time/mean:run")["agents=12", "completion_time/mean", "run"]
    assert row["verdict"] == "better" and float(row["change"]) < 1
    # The other way round.
    turned = rows_of(box, "b.db", "a.db", "-m", "completion_time/mean:run")["agents=6", "completion_time/mean", "run"]
    assert turned["verdict"] == "worse"
    near(turned["change"], 1 / float(row["change"]))
    frameworks = rows_of(box, "a.db", "b.db", "--frameworks")
    assert ("agents=12", "completion_time/p95", "framework light") in frameworks


@case
def runs_without_a_partner_are_left_out(box):
    batch(box)
    box.execute("r.db", "UPDATE run SET status = 'truncated' WHERE allocator = 'drf' AND replication = 1")
    box.execute("r.db", "UPDATE run SET replication = 77 WHERE allocator = 'priority' AND replication = 4")
    text = box.well("compare", "r.db").stdout
    assert text.startswith("priority against drf (allocator): 3 pairs of runs, 3 without a partner left out;")


@case
def one_pair_has_no_interval(box):
    box.write("w.ini", WORKLOAD)
    for allocator in ("drf", "priority"):
        box.well("w.ini", "-q", "-a", allocator, "-o", f"{allocator}.db")
    done = box.well("w.ini", "-a", "drf,priority", "-o", "both.db", "--no-progress")
    assert done.stdout.count("1 run; no intervals: that takes replications") == 2, done.stdout
    text = box.well("compare", "drf.db", "priority.db").stdout
    assert "1 pair of runs; no intervals: that takes replications" in text
    row = rows_of(box, "drf.db", "priority.db")["priority", "fairness/jain", "run"]
    assert row["low"] == row["high"] == row["p"] == "" and row["verdict"] == "none" and row["change"] != ""


@case
def a_recorded_input_is_one_observation(box):
    box.write("t.swf", "".join(f"{i} {i * 10} 0 {20 + i % 7 * 10} 2 -1 -1 2 -1 -1 1 {1 + i % 3} 1 1 1 -1 -1 -1\n"
                               for i in range(1, 30)))
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1;mem:1024\n[framework t]\ntrace = t.swf\n")
    box.well("w.ini", "-q", "-a", "drf,fifo", "--replications", "3", "-o", "r.db")
    text = box.well("compare", "r.db").stdout
    assert "no intervals: nothing that is drawn makes the pairs differ" in text
    assert all(row["p"] == "" for row in rows_of(box, "r.db").values())


@case
def what_is_no_pair_is_refused(box):
    batch(box, "a.db", "drf")
    batch(box, "b.db", "priority", ["--set", "cluster.agents=12"])
    batch(box, "c.db", "priority", ["--seed", "2"])
    batch(box, "d.db", "drf", ["--set", "cluster.agents=12", "--set", "master.allocation-interval=2s"])
    box.refused(r"more than one thing: allocator \(drf, priority\); cluster.agents \(6, 12\); expected one", "compare",
                "a.db", "b.db")
    box.refused(r"more than one thing: cluster.agents \(6, 12\); master.allocation-interval \(not set, 2s\)", "compare",
                "a.db", "d.db")
    box.refused("drf and priority have no seed and replication in common", "compare", "a.db", "c.db")
    box.refused("nothing differs: all runs are of one experiment with allocator drf", "compare", "a.db")
    box.refused("^sim: missing.db: No such file", "compare", "missing.db")
    box.refused("^sim: w.ini: .*not a results file", "compare", "w.ini")
    box.refused("which results files", "compare")
    batch(box, "r.db")
    box.refused('no run has the metric "fairness/jains"', "compare", "r.db", "-m", "fairness/jains")
    box.refused('unknown --format "jsn"', "compare", "r.db", "--format", "jsn")
    box.execute("r.db", "UPDATE run SET status = 'failed'")
    box.refused("there is no run that came to its end", "compare", "r.db")


simtest.main()
