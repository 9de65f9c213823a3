#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is wrong on the command line, in a workload or in a trace: exit status 2, one line on stderr that says where
and what was expected, and nothing is written: no results, no temporary file, no other file touched."""

import gzip
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, Skip, case  # noqa: E402  pylint: disable=wrong-import-position

SWF_HEAD = "; MaxProcs: 4\n; MaxNodes: 4\n"


def swf(job, submit, run=5, processors=1):
    return f"{job} {submit} -1 {run} {processors} -1 -1 {processors} -1 -1 1 1 1 1 1 1 -1 -1\n"


def csv_workload(**keys):
    lines = {"trace": "log.csv", "column-submit": "at", "column-duration": "s", "task-resources": "cpus:1"}
    lines.update({key.replace("_", "-"): value for key, value in keys.items()})
    return ("[cluster]\nagents = 4\nresources = cpus:1\n[framework log]\n"
            + "".join(f"{key} = {value}\n" for key, value in lines.items()))


# --- the command line ------------------------------------------------------------------------------------


@case
def options(box):
    box.write("w.ini", SMALL)
    box.refused('^sim: unknown option "--sed"; did you mean "--seed"', "w.ini", "--sed", "3")
    box.refused('^sim: unknown option "--outptu"; did you mean "--output"', "w.ini", "--outptu=x.db")
    box.refused('^sim: unknown option "-z"', "w.ini", "-z")
    box.refused("^sim: --quiet takes no value", "w.ini", "--quiet=yes")
    box.refused("^sim: Missing argument for --seed", "w.ini", "--seed")
    box.refused("^sim: Missing argument for --workload", "--workload")
    box.refused("^sim: which workload", "run")
    box.refused("^sim: which workload", "--allocator", "drf")
    box.refused('^sim: one workload .*"w.ini" and "x.ini"', "w.ini", "x.ini")
    box.refused('^sim: one workload .*"w.ini" and "x.ini"', "--workload", "w.ini", "x.ini")
    box.refused("^sim: which workloads", "validate")
    box.refused("^sim: which results file", "show")
    box.refused("^sim: which results file", "show", "a.db", "b.db")
    box.refused('^sim: unknown option "--seed"', "validate", "w.ini", "--seed", "1")


@case
def commands(box):
    box.refused('^sim: unknown command "vaildate"; did you mean "validate"', "vaildate", "w.ini")
    box.refused('^sim: unknown command "paint"; expected one of run, validate', "paint")
    box.refused('^sim: unknown command "paint"', "help", "paint")
    box.refused('^sim: unknown list "alocators"; did you mean "allocators"', "list", "alocators")
    box.refused('^sim: unknown list "extra"', "list", "allocators", "extra")
    box.refused("^paint.ini: ", "paint.ini")


@case
def seeds(box):
    box.write("w.ini", SMALL)
    for seed in ("one", "-1", "1.5", "", "9223372036854775808", "0x10", "1e3", "nan"):
        box.refused("^sim: --seed: expected a whole number", "w.ini", f"--seed={seed}")


@case
def allocators(box):
    box.write("w.ini", SMALL)
    box.refused('^sim: unknown allocator "drff"; did you mean "drf"', "w.ini", "--allocator", "drff")
    box.refused('^sim: unknown allocator "auction"; expected one of best-fit, capacity, ', "w.ini", "--allocator=auction")
    box.refused('^sim: unknown allocator ""', "w.ini", "--allocator=")


@case
def recording_and_sampling(box):
    box.write("w.ini", SMALL)
    box.refused('^sim: unknown --record "task"; did you mean "tasks"', "w.ini", "--record", "task")
    for text in ("10", "-1s", "0.0.1s", "1 parsec", "", "inf"):
        box.refused("^sim: --sample-interval: ", "w.ini", f"--sample-interval={text}")
    box.refused("^sim: --sample-interval: ", "w.ini", "--sample-interval=0s")
    box.refused('^sim: --workload is given twice: "w.ini" and "v.ini"', "-w", "w.ini", "--workload=v.ini")


@case
def output_is_not_what_is_run(box):
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1\n[framework x]\ntrace = t.swf\n")
    box.write("t.swf", SWF_HEAD + swf(1, 0))
    os.symlink("w.ini", box.join("link"))
    box.refused("^sim: --output w.ini: would replace", "w.ini", "--output", "w.ini")
    box.refused("^sim: --output ./t.swf: would replace", "w.ini", "--output", "./t.swf")
    box.refused("^sim: --output link: would replace", "w.ini", "--output", "link")


@case
def overrides(box):
    box.write("w.ini", SMALL)
    for text, pattern in {
            "cluster.agent=5": 'cluster.agent: unknown key; did you mean "agents"',
            "cluster.agents=five": "cluster.agents: expected a whole number.*five",
            "clutser.agents=5": "unknown group|no such group|clutser",
            "framework c.tasks=5": "framework c",
            "agents=5": "GROUP.KEY=VALUE",
            "cluster.agents": "GROUP.KEY=VALUE",
            "": "GROUP.KEY=VALUE",
            "framework a.task-duration=5": "task-duration: expected .*unit",
            "experiment.seed=-1": "experiment.seed: expected",
    }.items():
        box.refused(f"^--set.*{pattern}|^--set.*: .*{pattern}", "w.ini", "--set", text)


# --- workload files -----------------------------------------------------------------------------------------


# What cannot run is refused before the run: file, line, group, key, what was found and what was expected.

CLUSTER = """[cluster]
agents-per-rack = 2
resources = cpus:2;mem:1024

[agents small]
count = 3

[agents big]
count = 1
resources = cpus:8;mem:4096
attributes = disk:ssd
"""
TASK = "task-resources = cpus:1;mem:512\ntask-duration = 1s\n"


def refused_twice(box, pattern, text):
    box.write("w.ini", CLUSTER + text)
    box.refused("^w.ini:" + pattern, "w.ini")
    box.refused("^w.ini:" + pattern, "validate", "w.ini")


@case
def gangs_that_never_fit(box):
    for scheduler in ("rigid", "mpi"):
        gang = f"[framework f]\nscheduler = {scheduler}\n{TASK}tasks = "
        refused_twice(box, r"16: \[framework f\] tasks: a gang of 15 tasks of cpus:1;mem:512 each never fits the empty "
                      "cluster at once; expected at most 14$", gang + "15\n")
        refused_twice(box, r"16: \[framework f\] tasks: a gang of 9 .* agents that its framework wants at once; "
                      "expected at most 8$", gang + "9\nconstraints = disk == ssd\n")
        refused_twice(box, r"16: .* a gang of 9 .* expected at most 8$", gang + "9\ntasks-per-offer = 2\n")
        refused_twice(box, r"16: .* a gang of 7 .* expected at most 6$", gang + "7\nonly-agents = small\n")
        refused_twice(box, r"16: .* a gang of 5 .* expected at most 4$", gang + "5\nconstraints = rack == rack-00001\n")
        for fits in ("14\n", "8\nconstraints = disk == ssd\n", "8\ntasks-per-offer = 2\n", "6\nonly-agents = small\n",
                     "4\nconstraints = rack == rack-00001\n"):
            box.write("w.ini", CLUSTER + gang + fits)
            box.well("validate", "w.ini")
    refused_twice(box, r"15: .* a gang of 15 .* expected at most 14$", f"[framework f]\n{TASK}tasks = 99\nminimum-allocation = 15\n")
    box.write("w.ini", CLUSTER + f"[framework f]\n{TASK}tasks = 99\nminimum-allocation = 14\n")
    box.well("validate", "w.ini")
    refused_twice(box, r"15: \[stage f.a\] tasks: a gang of 15 ",
                  f"[framework f]\nscheduler = rigid\n[stage f.a]\ntasks = 15\n{TASK}")
    refused_twice(box, r"14: \[framework f\] tasks: .* never fits what \[role f\] is guaranteed at once; expected at most 3$",
                  f"[framework f]\nscheduler = torque\ntasks = 4\n{TASK}[role f]\nguarantee = cpus:3\n")


QUOTAS = {  # of a gang of f, in the role eng/f: what is said, how many fit
    "[role eng/f]\nlimit = cpus:4\n": (r"what the limit of \[role eng/f\] leaves", 4),
    "[role eng]\nlimit = cpus:6;mem:2560\n": (r"what the limit of \[role eng\] leaves", 5),
    "[role other]\nguarantee = cpus:5\n": (r"what other roles' guarantees leave for the role \"eng/f\"", 9),
    "[role other]\nguarantee = cpus:5\n[role other/one]\nguarantee = cpus:4\n": ("what other roles' guarantees leave", 9),
    "[role eng]\nguarantee = cpus:6\nlimit = cpus:8\n[role eng/g]\nguarantee = cpus:5\n": (r"what the limit of \[role eng\] leaves", 3),
}


@case
def gangs_that_no_quota_allows(box):
    gang = f"[framework f]\nscheduler = rigid\nrole = eng/f\n{TASK}tasks = "
    for quotas, (said, most) in QUOTAS.items():
        refused_twice(box, rf"17: \[framework f\] tasks: a gang of {most + 1} tasks of cpus:1;mem:512 each never fits {said}.* at once; "
                      f"expected at most {most}$", f"{gang}{most + 1}\n{quotas}")
        # What is just let in runs; of many sizes those that do not fit are told apart.
        box.write("w.ini", f"{CLUSTER}{gang}{most}\n{quotas}")
        box.well("w.ini", "--output", "r.db")
        assert box.query("r.db", "SELECT state FROM job") == [("finished",)]
        box.write("w.ini", f"{CLUSTER}{gang}uniform({most - 1}, {most + 2})\njobs = 20\n{quotas}")
        box.well("w.ini", "--output", "r.db")
        assert box.query("r.db", f"SELECT DISTINCT tasks > {most}, state FROM job ORDER BY 1") == [(0, "finished"), (1, "unschedulable")]
        # Where an operator may change them nobody knows.
        box.write("w.ini", f"{CLUSTER}{gang}{most + 1}\n{quotas}[operator o]\nat = 5s: quota eng/f, eng, other force\n")
        box.well("validate", "w.ini")
    # Revocable resources are no part of a quota.
    box.write("w.ini", "[cluster]\nagents = 2\nresources = cpus:1;cpus{REV}:4;mem:100\n[framework f]\ncapabilities = revocable-resources\n"
              "tasks = 4\ntask-resources = cpus:3\ntask-duration = 1s\n[role f]\nlimit = cpus:2\n")
    box.well("w.ini", "--output", "r.db")
    assert box.query("r.db", "SELECT state FROM job") == [("finished",)]
    refused_twice(box, r"14: .* a task of cpus:3 never fits what the limit of \[role f\] leaves; expected no more",
                  "[framework f]\ntasks = 9\ntask-resources = cpus:3\ntask-duration = 1s\n[role f]\nlimit = cpus:2\n")


@case
def tasks_that_fit_no_agent(box):
    refused_twice(box, r"13: \[framework f\] task-resources: a task of cpus:9 fits no agent; expected no more than one has, "
                  "such as cpus:2;mem:1024$",
                  "[framework f]\ntask-resources = cpus:9\ntask-duration = 1s\ntasks = 1\n")
    refused_twice(box, r"13: .* a task of cpus:4 fits no agent that its framework wants",
                  "[framework f]\ntask-resources = cpus:4\ntask-duration = 1s\ntasks = 1\nconstraints = disk absent\n")
    refused_twice(box, r"13: .* a task of cpus:8;mem:1000 with its executor fits no agent",
                  "[framework f]\ntask-resources = cpus:8;mem:500\ntask-duration = 1s\ntasks = 1\nscheduler = spark\n"
                  "executor-resources = mem:500\nonly-agents = small\n")


@case
def constraints_that_nobody_passes(box):
    for text in ("disk == floppy", "region exists", "hostname == agent-00005", "rack == rack-00003", "class == medium",
                 "disk == ssd & class == small", "hostname ~ web-.* | gpu-model exists"):
        refused_twice(box, r"16: \[framework f\] constraints: no agent is like that: \"" + text[:10]
                      + ".*; expected what some of the 4 agents pass$",
                      f"[framework f]\ntasks = 1\n{TASK}constraints = {text}\n")
    for text in ("disk == floppy | disk == ssd", "hostname == agent-00004", "rack == rack-00002 & class == small",
                 "region absent", "disk != floppy"):
        box.write("w.ini", CLUSTER + f"[framework f]\ntasks = 1\n{TASK}constraints = {text}\n")
        box.well("validate", "w.ini")


@case
def agents_that_are_not_offered(box):
    gpus = CLUSTER.replace("mem:4096", "mem:4096;gpus:1")
    box.write("w.ini", gpus + f"[framework f]\nscheduler = rigid\ntasks = 7\n{TASK}")
    box.refused("^w.ini:14: .* a gang of 7 .* expected at most 6$", "w.ini")
    box.well("validate", "w.ini", "--set", "framework f.capabilities=gpu-resources")
    box.write("w.ini", gpus + f"[framework f]\ntasks = 1\nconstraints = class == big\n{TASK}capabilities = region-aware\n")
    box.refused("^w.ini:17: .framework f. capabilities: no agent is offered to it: .* expected .*gpu-resources", "w.ini")
    box.write("w.ini", gpus + f"[framework f]\nscheduler = rigid\njobs = 30\ntasks = uniform(1, 14)\n{TASK}")
    box.well("w.ini", "--output", "r.db")
    assert box.query("r.db", "SELECT DISTINCT tasks > 6, state FROM job ORDER BY 1") == [
        (0, "finished"), (1, "unschedulable")]


@case
def preferences_that_nobody_has(box):
    refused_twice(box, r"16: \[framework f\] prefers: no agent is like that: \"disk == floppy\"; expected what it may find",
                  f"[framework f]\ntasks = 1\n{TASK}prefers = disk == floppy\n")
    refused_twice(box, r"16: \[framework f\] prefers-resources: no agent is like that: \"cpus:9\"; expected what it may find",
                  f"[framework f]\ntasks = 1\n{TASK}prefers-resources = cpus:9\n")


@case
def replicas_and_stages(box):
    refused_twice(box, r"14: \[framework f\] replicas: expected at most 4, for each replica lies on another agent, not 5",
                  f"[framework f]\nscheduler = hadoop\nreplicas = 5\ntasks = 1\n{TASK}")
    stages = f"[framework f]\n[stage f.a]\ntasks = 1\n{TASK}%s[stage f.b]\ntasks = 1\n{TASK}%s"
    refused_twice(box, r"17: \[stage f.a\] after: a stage cannot wait for itself", stages % ("after = a\n", ""))
    refused_twice(box, r"17: \[stage f.a\] after: the stages wait for each other: a after b after a",
                  stages % ("after = b\n", "after = a\n"))


@case
def instances_that_find_no_place(box):
    """Of those agents that the service wants, and that have room."""
    service = "[experiment]\nduration = 1min\n[framework f]\nscheduler = service\n%stask-resources = cpus:1;mem:512\n"
    refused_twice(box, r"16: \[framework f\] instances: expected at most 3, as many as there are agents to spread over "
                  "that it wants and that have room for one, not 4$",
                  service % "instances = 4\nspread = host\nconstraints = disk == ssd | rack == rack-00001\n")
    refused_twice(box, r"16: \[framework f\] instances: expected at most 1, .* racks .*, not 2$",
                  service % "instances = 1, 10s: 2\nspread = rack\nconstraints = rack == rack-00001\n")
    box.write("w.ini", CLUSTER + service % "instances = 1, 10s: 2\nspread = rack\nconstraints = class == small\n")
    box.well("w.ini", "--output", "r.db")


@case
def more_roles_than_agents_to_part(box):
    parted = f"[framework f]\ncount = 5\ntasks = 1\n{TASK}"
    box.write("w.ini", CLUSTER + parted)
    box.well("w.ini", "--output", "r.db")
    os.remove(box.join("r.db"))
    said = (r"\[experiment\] partition: static: 4 agents are too few for 5 roles with these weights: \"f-5\" would "
            "have none; expected one for each at least$")
    box.refused("^--set experiment.partition: static: 4 agents .*expected one for each", "w.ini", "--partition", "static")
    box.write("w.ini", "[experiment]\npartition = static\n" + CLUSTER + parted)
    box.refused("w.ini:2: " + said, "w.ini")
    box.refused("w.ini:2: " + said, "validate", "w.ini")


@case
def what_is_only_known_in_the_run_is_unschedulable(box):
    """Numbers that are drawn, and logs: such a job ends with the reason, the others run, and the run is done."""
    box.write("w.ini", CLUSTER + f"[framework f]\nscheduler = rigid\njobs = 40\ntasks = uniform(1, 30)\n{TASK}")
    box.well("w.ini", "--output", "r.db")
    rows = box.query("r.db", "SELECT tasks > 14, state, reason FROM job")
    assert {row[:2] for row in rows} == {(0, "finished"), (1, "unschedulable")}
    assert all(("does not fit the empty cluster: 14 fit" in (row[2] or "")) == bool(row[0]) for row in rows)
    box.write("log.csv", "at,s,n\n0,1,20\n1,1,3\n")
    box.write("w.ini", CLUSTER + "[framework log]\nscheduler = rigid\ntrace = log.csv\ncolumn-submit = at\n"
              "column-duration = s\ncolumn-tasks = n\ntask-resources = cpus:1\n")
    box.well("w.ini", "--output", "r.db")
    assert box.query("r.db", "SELECT state FROM job ORDER BY job_id") == [("unschedulable",), ("finished",)]
    assert box.query("r.db", "SELECT status FROM run") == [("ok",)]


@case
def names_in_workloads(box):
    for old, new, pattern in (
            ("[cluster]", "[clutser]", r"w.ini:5: \[clutser\].*unknown group; did you mean \"cluster\""),
            ("tasks = 6", "taks = 6", r"w.ini:12: \[framework a\] taks: unknown key; did you mean \"tasks\""),
            ("poisson(5s)", "poison(5s)", r"w.ini:11: \[framework a\] arrival: .*did you mean \"poisson\""),
            ("exponential(10s)", "exponental(10s)", r"w.ini:14: .*did you mean \"exponential\""),
            ("cpus:1;mem:512", "cpu:1;mem:512", r"w.ini:13: .*did you mean \"cpus\""),
            ("tasks = 8", "scheduler = elastik\ntasks = 8", r"w.ini:18: .*did you mean \"elastic\""),
            ("[framework b]", "[allocator drv]\n[framework b]", r"w.ini:16: \[allocator drv\].*did you mean \"drf\""),
            ("[framework b]", "[allocator drf]\nfair = 1\n[framework b]", r"w.ini:17: \[allocator drf\] fair: unknown"),
            ("[framework b]", "[allocator fair]\nresource = cpu\n[framework b]",
             r"w.ini:17: \[allocator fair\] resource: \"cpu\": expected a resource"),
            ("[framework b]", "[allocator tetris]\nfairness = 1.5\n[framework b]",
             r"w.ini:17: \[allocator tetris\] fairness: \"1.5\": expected a number from 0 to 1"),
            ("exponential(10s)", "10", r"w.ini:14: .*unit"),
            ("exponential(10s)", "10 parsecs", r"w.ini:14: .*unit"),
    ):
        assert old in SMALL
        box.write("w.ini", SMALL.replace(old, new))
        box.refused("^" + pattern, "w.ini")
        box.refused("^" + pattern, "validate", "w.ini")


@case
def values_in_workloads(box):
    for old, new, pattern in (
            ("agents = 4", "agents = -4", r"w.ini:6: \[cluster\] agents: expected"),
            ("agents = 4", "agents = 0", r"w.ini:6: "),
            ("agents = 4", "agents = 4.5", r"w.ini:6: "),
            ("agents = 4", "agents = 99999999999999999999", r"w.ini:6: "),
            ("agents = 4", "agents =", r"w.ini:6: "),
            ("agents = 4\n", "", r"w.ini:5: \[cluster\].*agents"),
            ("agents = 4", "agents = 4\nagents = 5", r"w.ini:7: .*line 6"),
            ("[framework b]", "[framework a]", r"w.ini:16: .*line 9"),
            ("seed = 1", "seed = x", r"w.ini:3: "),
            ("exponential(10s)", "exponential(-10s)", r"w.ini:14: "),
            ("exponential(10s)", "exponential(inf)", r"w.ini:14: "),
            ("exponential(10s)", "exponential(nan)", r"w.ini:14: "),
            ("exponential(10s)", "exponential(1e400s)", r"w.ini:14: "),
            ("exponential(10s)", "99999999999999999999d", r"w.ini:14: "),
            ("exponential(10s)", "uniform(5s, 1s)", r"w.ini:14: "),
            ("exponential(10s)", "exponential(10s", r"w.ini:14: "),
            ("exponential(10s)", "exponential()", r"w.ini:14: "),
            ("exponential(10s)", "empirical(no.txt)", r"w.ini:14: .*no.txt"),
            ("cpus:1;mem:512", "cpus:1;mem:lots", r"w.ini:13: "),
            ("cpus:1;mem:512", "cpus:-1", r"w.ini:13: "),
            ("cpus:1;mem:512", "cpus:1;cpus:1", r"w.ini:13: "),
            ("task-resources = cpus:1;mem:512\n", "", r"w.ini:9: .*task-resources"),
            ("[cluster]", "what is this\n[cluster]", r"w.ini:5: "),
            ("[experiment]", "title = early\n[experiment]", r"w.ini:1: "),
    ):
        assert old in SMALL, old
        box.write("w.ini", SMALL.replace(old, new))
        box.refused("^" + pattern, "w.ini")


@case
def endless_runs(box):
    box.write("w.ini", SMALL.replace("tasks = 8", "tasks = unlimited"))
    box.refused("^w.ini:.*duration", "w.ini")


@case
def names_of_frameworks_that_clash(box):
    box.write("w.ini", SMALL.replace("[framework b]", "[framework a-1]").replace("jobs = 3", "jobs = 3\ncount = 3"))
    box.refused(r'^w.ini:17: \[framework a-1\].*"a-1".*\[framework a\]', "w.ini")


@case
def files_that_are_no_workloads(box):
    box.refused("^no.ini: .*No such file", "no.ini")
    box.refused("^no.ini: .*No such file", "validate", "no.ini")
    box.write("empty.ini", "")
    box.refused("^empty.ini: ", "empty.ini")
    os.mkdir(box.join("folder.ini"))
    box.refused("^folder.ini: .*directory", "folder.ini")
    noise = random.Random(1).randbytes(100_000)
    box.write("noise.ini", noise)
    box.refused("^noise.ini:", "noise.ini")
    box.write("nul.ini", SMALL.encode() + b"\0")
    box.refused("^nul.ini:", "nul.ini")
    box.write("latin.ini", SMALL.encode().replace(b"small", b"caf\xe9"))
    box.refused("^latin.ini:3?2?.*UTF-8", "latin.ini")
    box.write("long.ini", "x" * 10_000_000)
    box.refused("^long.ini:1: ", "long.ini")
    box.write("huge.ini", SMALL + "# " + "x" * (65 << 20))
    box.refused("^huge.ini: ", "huge.ini")


@case
def unreadable_files(box):
    if os.geteuid() == 0 and not os.access(os.path.dirname(box.program), os.R_OK | os.X_OK):
        raise Skip("root reads everything")
    box.write("w.ini", SMALL)
    os.chmod(box.join("w.ini"), 0)
    probe = box.run("w.ini", preexec_fn=simtest.as_nobody) if os.geteuid() == 0 else box.run("w.ini")
    assert probe.returncode == 2 and "w.ini: " in probe.stderr and "ermission denied" in probe.stderr, probe
    assert box.files() == {"w.ini"}


@case
def files_that_are_no_results(box):
    box.refused("^sim: no.db: ", "show", "no.db")
    box.write("w.ini", SMALL)
    box.refused("^sim: w.ini: ", "show", "w.ini")
    box.well("w.ini", "-o", "r.db")
    box.write("half.db", box.read("r.db")[:20_000])
    done = box.expect(2, "show", "half.db")
    assert "half.db: " in done.stderr
    box.refused("^sim: --run: expected", "show", "r.db", "--run", "2")
    import sqlite3
    with sqlite3.connect(box.join("other.db")) as database:
        database.execute("CREATE TABLE run(x)")
    database.close()
    box.refused("^sim: other.db: ", "show", "other.db")


# --- traces -------------------------------------------------------------------------------------------------


@case
def traces_that_are_not_there(box):
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1\n[framework x]\ntrace = no.swf\n")
    box.refused(r"^w.ini:5: \[framework x\] trace: no.swf: .*No such file", "w.ini")
    box.refused(r"^--set framework x.trace: other.swf: .*No such file", "w.ini", "--set", "framework x.trace=other.swf")
    box.refused("^no.swf: .*No such file", "no.swf")
    os.mkdir(box.join("no.swf"))
    box.refused("no.swf: .*directory", "w.ini")
    box.refused("^no.swf: .*directory", "no.swf")


@case
def swf_lines(box):
    good = SWF_HEAD + swf(1, 0) + swf(2, 5)
    for bad, pattern in {
            "3 10 -1 5\n": "t.swf:5: .*18",
            swf(3, 10).strip() + " 7\n": "t.swf:5: .*18",
            swf(3, "ten"): "t.swf:5: .*field 2",
            swf(3, 10, run="x"): "t.swf:5: .*field 4",
            swf(3, 10, run="nan"): "t.swf:5: .*field 4",
            swf(3, 10, run="1e400"): "t.swf:5: .*field 4",
            swf(3, 10, run="-5"): "t.swf:5: ",
            swf(3, 10, processors="2.5"): "t.swf:5: ",
            swf(3, 10, processors="99999999999999999999"): "t.swf:5: ",
            swf(3, 4): "t.swf:5: .*sort = yes",
            "\0\n": "t.swf:5: ",
            "x" * 2_000_000 + "\n": "t.swf:5: ",
    }.items():
        box.write("t.swf", good + bad)
        box.refused(f"^(note: .*\n)?{pattern}", "t.swf", "--quiet")
        box.refused(f"^{pattern}", "validate", "t.swf")
    box.write("t.swf", "; nothing\n" + swf(1, 0))
    box.refused("^t.swf: .*MaxProcs.*--set cluster.agents", "t.swf")
    box.write("t.swf", "")
    box.refused("^t.swf: .*empty", "t.swf")
    box.write("t.swf", SWF_HEAD)
    box.refused("^t.swf: ", "t.swf", "--quiet")


@case
def descending_submit_times_may_be_sorted(box):
    box.write("t.swf", SWF_HEAD + swf(2, 5) + swf(1, 0))
    box.refused("^t.swf:4: .*sort = yes", "t.swf", "--quiet")
    box.well("t.swf", "--set", "framework user.sort=yes")
    assert box.query("t-drf-1.db", "SELECT name, submit_ns FROM job ORDER BY job_id") == \
        [("1", 0), ("2", 5_000_000_000)]


@case
def damaged_gzip(box):
    content = gzip.compress((SWF_HEAD + "".join(swf(i, i) for i in range(1, 3000))).encode())
    box.write("t.swf.gz", content[:len(content) // 2])
    box.refused("^t.swf.gz:.*truncated|^t.swf.gz:.*end", "t.swf.gz", "--quiet")
    broken = bytearray(content)
    broken[len(content) // 2] ^= 0xff
    box.write("t.swf.gz", bytes(broken))
    box.refused("^t.swf.gz:", "t.swf.gz", "--quiet")
    box.write("t.swf.gz", content + b"more")
    box.refused("^t.swf.gz:", "t.swf.gz", "--quiet")
    box.write("t.swf.gz", content)
    box.well("t.swf.gz")


@case
def swim_lines(box):
    good = "job0\t10\t0\t1000\t0\t10\njob1\t20\t10\t100\t500\t10\n"
    for bad, pattern in {
            "job2\t30\t10\n": "t.tsv:3: ",
            "job2 30 10 1 1 1\n": "t.tsv:3: ",
            "job2\tlate\t10\t1\t1\t1\n": "t.tsv:3: ",
            "job2\t30\t10\t1\tmuch\t1\n": "t.tsv:3: ",
            "job2\t30\t10\t-1\t1\t1\n": "t.tsv:3: ",
            "job2\t30\t10\t99999999999999999999\t1\t1\n": "t.tsv:3: ",
            "job2\t15\t10\t1\t1\t1\n": "t.tsv:3: .*sort = yes",
    }.items():
        box.write("t.tsv", good + bad)
        box.refused(f"^{pattern}", "t.tsv", "--quiet")
    box.write("t.tsv", good)
    box.well("t.tsv")


@case
def csv_rows(box):
    box.write("w.ini", csv_workload())
    for text, pattern in {
            "at,s\n0,5\n1\n": "log.csv:3: ",
            "at,s\n0,5\n1,2,3\n": "log.csv:3: ",
            "at,s\n0,five\n": "log.csv:2: .*five",
            "at,s\n0,-5\n": "log.csv:2: ",
            "at,s\n5,1\n0,1\n": "log.csv:3: .*sort = yes",
            "at,seconds\n0,1\n": 'log.csv.*"s"',
            "at,at,s\n0,1,1\n": "log.csv.*at",
            "at,s\n": "log.csv: ",
            "": "log.csv: .*empty",
    }.items():
        box.write("log.csv", text)
        box.refused(rf"^w.ini:5: \[framework log\] trace: {pattern}", "w.ini")
    box.write("log.csv", "at,s\n0,5\n")
    box.write("w.ini", csv_workload(column_tasks="n"))
    box.refused('log.csv.*"n"', "w.ini")
    box.write("w.ini", csv_workload(column_durations="s"))
    box.refused('^w.ini:9: .*unknown key; did you mean "column-duration"', "w.ini")


@case
def crlf_gaps_and_disorder_are_no_errors(box):
    plain = SWF_HEAD + swf(1, 0) + swf(2, 5) + swf(3, 9)
    box.write("a.swf", plain)
    box.write("b.swf", SWF_HEAD.replace("\n", "\r\n") + "\r\n" + swf(70, 0).replace(" ", "\t").replace("\n", "\r\n")
              + "\r\n; a remark\r\n" + swf(4, 5).replace("\n", "\r\n") + swf(9000000, 9).replace("\n", ""))
    for name in ("a", "b"):
        box.well(f"{name}.swf", "--quiet")
    jobs = "SELECT submit_ns, start_ns, finish_ns FROM job ORDER BY job_id"
    assert box.query("a-drf-1.db", jobs) == box.query("b-drf-1.db", jobs) and len(box.query("a-drf-1.db", jobs)) == 3


@case
def messages_are_one_line_whatever_the_names_are(box):
    name = "x\n\x1b[2Jy.ini"
    box.write(name, SMALL.replace("agents = 4", "agents = \x1b[31m"))
    done = box.refused("^x", name)
    assert "\x1b" not in done.stderr


simtest.main()
