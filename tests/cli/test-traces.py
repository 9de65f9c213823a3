#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real traces through the program: raw, and by the workloads in workloads/traces. Those that may not be part of the
project are taken from $OFFERSIM_TRACES; without it their cases are skipped. Counts are those of the traces' own
documentation."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case, slow_case  # noqa: E402  pylint: disable=wrong-import-position

KTH = "swf/KTH-SP2-1996-2.swf.gz"
NASA = "swf/NASA-iPSC-1993-3.1-cln.swf.gz"
RICC = "swf/RICC-2010-2.swf.gz"
FACEBOOK = "swim/FB-2010_samples_24_times_1hr_0.tsv.gz"
ALIBABA = "alibaba-v2017-batch/jobs.csv.gz"
OPENB = "alibaba-gpu2023/openb_pod_list_default.csv.gz"


def workload(name, group, trace, *overrides):
    """The arguments that run workloads/traces/NAME.ini with its trace."""
    arguments = [simtest.source(f"workloads/traces/{name}.ini"), "--set", f"framework {group}.trace="
                 + simtest.trace(trace)]
    for override in overrides:
        arguments += ["--set", override]
    return arguments


def run(box, arguments, jobs, tasks=None):
    """Runs it; all jobs are finished."""
    box.well("run", *arguments, "--output", "r.db")
    assert box.value("r.db", "SELECT status FROM run") == "ok"
    assert box.query("r.db", "SELECT state, count(*) FROM job GROUP BY state") == [("finished", jobs)]
    if tasks is not None:
        assert box.value("r.db", "SELECT sum(tasks_finished) FROM framework") == tasks


def utilization(box, resource="cpus"):
    return box.value("r.db", f"SELECT mean FROM utilization WHERE resource = '{resource}'")


@case
def any_scheduler_replays_a_trace(box):
    """Two stages each: those that know nothing of maps and reduces run one after the other."""
    box.write("log.csv", "at,maps,s,reduces,r\n0,6,10,2,5\n3,2,10,0,0\n5,4,10,1,3\n")
    for scheduler in ("elastic", "rigid", "mpi", "hadoop", "spark", "torque\nrole = t"):
        box.write("w.ini", "[cluster]\nagents = 8\nresources = cpus:2\n[role t]\nguarantee = cpus:8\n[framework f]\nscheduler = "
                  + scheduler + "\ntrace = log.csv\nframeworks = one\ncolumn-submit = at\ncolumn-tasks = maps\n"
                  "column-duration = s\ncolumn-reduces = reduces\ncolumn-reduce-duration = r\ntask-resources = cpus:1\n")
        run(box, ["w.ini"], 3, 15)
        os.unlink(box.join("r.db"))


@case
def the_facebook_sample_runs_as_it_is(box):
    path = simtest.source("traces/samples/FB-2009_samples_24_times_1hr_0.tsv")
    done = box.well("--workload", path, "--output", "r.db")
    assert done.stderr.startswith("note: ")
    for line in ("agents = 600", "resources = cpus:4;mem:15360", "frameworks = 4", "trace-nodes = 600",
                 "block-size = 128MiB", "map-rate = 10MB/s", "bytes-per-reduce = 1GiB", "task-overhead = 1s"):
        assert f"    {line}\n" in done.stderr, line
    assert box.value("r.db", "SELECT count(*) FROM job WHERE state = 'finished'") == 5894
    # Maps of 128 MiB blocks: 205,713 of the bytes as they are, and at least one per job.
    assert box.value("r.db", "SELECT sum(tasks_finished) FROM framework") > 205_713
    assert box.value("r.db", "SELECT min(submit_ns) FROM job") == 49 * 10**9
    assert box.value("r.db", "SELECT max(submit_ns) FROM job") == 86404 * 10**9
    assert box.value("r.db", "SELECT count(*) FROM framework") == 4
    assert "600 agents, 4 frameworks, 5,894 jobs, " in box.well("validate", path).stdout


@case
def what_a_raw_trace_stored_repeats_it(box):
    path = simtest.source("traces/samples/FB-2009_samples_24_times_1hr_0.tsv")
    box.well("--workload", path, "--output", "r.db", "--set", "framework hadoop.max-jobs=500", "--quiet")
    box.write("again.ini", box.well("show", "r.db").stdout)
    box.well("again.ini", "--output", "again.db")
    assert box.digest("r.db") == box.digest("again.db")


@case
def the_quickstart_is_quick(box):
    box.well(simtest.source("workloads/quickstart.ini"), "--output", "r.db")
    assert box.value("r.db", "SELECT count(*) FROM completion_time") == 5894
    assert box.value("r.db", "SELECT count(*) FROM ramp_up WHERE seconds IS NOT NULL") == 4
    assert 0 < utilization(box) < 1


@case
def kth_runs(box):
    arguments = workload("kth-sp2", "kth", KTH)
    assert "214 frameworks, 28,489 jobs, " in box.well("validate", *arguments).stdout
    run(box, arguments, 28_489)
    assert 0.65 < utilization(box) < 0.72  # the log's own load is .689
    # Tasks of length 0 start and end.
    assert box.value("r.db", "SELECT count(*) FROM job WHERE start_ns IS NULL OR finish_ns IS NULL") == 0


@case
def a_raw_swf_log_runs_as_it_is(box):
    done = box.well(simtest.trace(KTH), "--output", "r.db", "--set", "framework user.max-jobs=3000")
    assert "    agents = 100\n" in done.stderr and "    frameworks = user\n" in done.stderr
    assert "warning: " not in done.stderr or "MaxJobs" in done.stderr
    assert box.value("r.db", "SELECT count(*) FROM job WHERE state = 'finished'") == 3000


@case
def nasa_runs(box):
    arguments = workload("nasa-ipsc", "nasa", NASA)
    assert "69 frameworks, 18,239 jobs, " in box.well("validate", *arguments).stdout
    run(box, arguments, 18_239)


@case
def ricc_is_valid_and_its_beginning_runs(box):
    arguments = workload("ricc", "ricc", RICC)
    assert " 447,794 jobs, " in box.well("validate", *arguments).stdout
    run(box, arguments + ["--set", "framework ricc.max-jobs=4000"], 4000)
    assert 0 < utilization(box, "mem") < 1


@case
def facebook_2010_is_valid_and_its_beginning_runs(box):
    arguments = workload("facebook-2010", "facebook", FACEBOOK)
    assert " 24,442 jobs, " in box.well("validate", *arguments).stdout
    run(box, arguments + ["--set", "framework facebook.max-jobs=3000"], 3000)


@case
def alibaba_batch_runs_through_the_csv_reader(box):
    arguments = workload("alibaba-2017-batch", "batch", ALIBABA)
    assert " 16,184 jobs, 773,211 tasks, " in box.well("validate", *arguments).stdout
    run(box, arguments, 16_184, 773_211)
    assert 0.70 < utilization(box) < 0.80 and 0.72 < utilization(box, "mem") < 0.84


@case
def openb_runs_through_the_csv_reader(box):
    arguments = workload("openb", "pods", OPENB)
    run(box, arguments, 5361)
    names = {row[0] for row in box.query("r.db", "SELECT name FROM framework")}
    assert names == {"pods-LS", "pods-BE", "pods-Burstable", "pods-Guaranteed"}, names
    assert 0 < utilization(box, "gpus") < 1


@slow_case
def the_whole_of_facebook_2010_runs(box):
    run(box, workload("facebook-2010", "facebook", FACEBOOK), 24_442)


@slow_case
def the_whole_of_ricc_runs(box):
    run(box, workload("ricc", "ricc", RICC), 447_794)


simtest.main()
