#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pinned: `sim explain` makes a run again up to an instant and names, for each class of agents, the gate that keeps a
framework from it; whatever is not what the run was made with is refused. What the kernel says in each case is pinned
in tests/allocators and tests/conformance."""

import os
import re
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ["OFFERSIM_FIXTURES"]

# Each framework meets another gate at 20 s.
GATES = """[experiment]
title = gates
duration = 60s

[cluster]
resources = cpus:4;mem:4096

[agents plain]
count = 3

[agents red]
count = 2
attributes = colour:red

[agents gpu]
count = 1
resources = cpus:4;mem:4096;gpus:1

[role limited]
limit = cpus:1;mem:512

[framework fussy]
constraints = colour == red
tasks = unlimited
task-resources = cpus:1;mem:512
task-duration = 1000s

[framework limited]
role = limited
tasks = unlimited
task-resources = cpus:1;mem:512
task-duration = 1000s

[framework large]
min-allocatable-resources = cpus:64
tasks = unlimited
task-resources = cpus:1;mem:512
task-duration = 1000s

[framework refuser]
refuse-seconds = 1h
tasks = 1
task-resources = cpus:3;mem:3000
task-duration = 1000s
suppress = no

[framework done]
tasks = 1
task-resources = cpus:1;mem:100
task-duration = 1s

[operator late]
at = 10s: deactivate red:1
"""


def table(text, heading):
    """{first cells: last cells} of the table that begins with this heading."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(heading))
    rows = []
    for line in lines[start + 1:]:
        if not line.strip():
            break
        rows.append(re.split(r"  +", line.strip()))
    return rows


def gates_of(box, name, framework, at="20s"):
    """[(agents, class, gate, note)] of what is said of a framework."""
    out = box.well("explain", name, "--framework", framework, "--at", at).stdout
    rows = table(out, "agents ")
    return [(int(row[0]), row[1], row[4], row[5] if len(row) > 5 else "") for row in rows]


@case
def each_gate_is_named(box):
    box.write("w.ini", GATES)
    box.well("w.ini", "-o", "r.db")
    fussy = gates_of(box, "r.db", "fussy")
    assert sum(row[0] for row in fussy) == 6, fussy
    assert (1, "cpus:4;mem:4096 colour=red", "agent is not active", "") in fussy, fussy
    assert any(row[1:3] == ("cpus:4;mem:4096", "constraints exclude it") for row in fussy), fussy
    assert any(row[2] == "limit of the role" for row in gates_of(box, "r.db", "limited"))
    assert any(row[2] == "less than the minimum" for row in gates_of(box, "r.db", "large"))
    refuser = gates_of(box, "r.db", "refuser")
    refused = [row for row in refuser if row[2] == "refused"]
    assert refused and re.match(r"until 3,\d\d\d s", refused[0][3]), refuser
    assert any(row[2] == "capability is missing" for row in refuser), refuser
    assert {row[2] for row in gates_of(box, "r.db", "done")} <= {"suppressed", "agent is not active"}


@case
def an_agent_is_explained_with_everybody_in_order(box):
    box.write("w.ini", GATES)
    box.well("w.ini", "-o", "r.db")
    done = box.well("explain", "r.db", "--agent", "agent-00001", "--at", "20s")
    assert done.stdout.startswith("gates\nat 20s, before what happens then; allocator drf; seed 1\n"), done.stdout
    rows = table(done.stdout, "  #")
    assert [row[0] for row in rows] == [str(i) for i in range(1, 6)]
    assert {row[3] for row in rows} == {"fussy", "limited", "large", "refuser", "done"}
    # Those that are not in the order come last; nothing is changed by asking.
    assert rows[-1][3] == "done" and rows[-1][5] == "suppressed", rows
    assert box.well("explain", "r.db", "--agent", "agent-00001", "--at", "20s").stdout == done.stdout
    assert box.files() == {"w.ini", "r.db"}


@case
def what_is_said_to_be_offered_is_offered(box):
    box.write("w.ini", SMALL + "\n[framework c]\nstart = 30s\ntasks = 8\ntask-resources = cpus:1;mem:512\n"
              "task-duration = 100s\n")
    box.well("w.ini", "--seed", "4", "-o", "r.db", "--record", "tasks")
    ended = box.value("r.db", "SELECT sim_end_ns FROM run") / 1e9
    # Before c starts it is not there; right after its start it waits for what comes back.
    box.refused('at that instant: unknown framework "c"', "explain", "r.db", "--framework", "c", "--at", "30s")
    starts = [row[0] for row in box.query("r.db", "SELECT DISTINCT task_attempt.start_ns FROM task_attempt JOIN framework USING "
                                          "(framework_id) WHERE name = 'c' ORDER BY 1") if row[0] > 30 * 10**9]
    assert starts
    served = 0
    for start in starts:
        gates = gates_of(box, "r.db", "c", f"{start}ns")
        served += any(row[2] == "offered" for row in gates)
    assert served > 0
    box.refused("--at: the run ended at ", "explain", "r.db", "--framework", "c", "--at", f"{int(ended) + 10}s")


@case
def replications_and_seeds_are_those_of_the_run(box):
    box.write("w.ini", SMALL)
    out = []
    for arguments in ([], ["--replication", "2"], ["--seed", "9"]):
        box.well("w.ini", "-o", "r.db", *arguments)
        out.append(box.well("explain", "r.db", "--framework", "a", "--at", "11s").stdout)
    assert "replication 2" in out[1] and "seed 9" in out[2] and len(set(out)) == 3


@case
def plug_ins_are_explained_too(box):
    box.write("w.ini", SMALL)
    shutil.copy(os.path.join(FIXTURES, "mine.so"), box.join("mine.so"))
    box.well("w.ini", "--allocator", "./mine.so", "-o", "r.db")
    assert "allocator mine" in box.well("explain", "r.db", "--framework", "b", "--at", "9s").stdout
    # Another file of that name.
    shutil.copy(os.path.join(FIXTURES, "full-allocator.so"), box.join("mine.so"))
    box.refused("r.db: the run cannot be made again: plug-in .*mine.so has changed since: SHA-256 [0-9a-f]{64}, not ",
                "explain", "r.db", "--framework", "b", "--at", "9s")
    os.unlink(box.join("mine.so"))
    box.refused("plug-in .*mine.so: .*No such file", "explain", "r.db", "--framework", "b", "--at", "9s")
    # One that does not explain itself; one that crashes meanwhile.
    box.well("w.ini", "--allocator", os.path.join(FIXTURES, "full-allocator.so"), "-o", "r.db")
    box.refused("allocator full-allocator does not explain itself", "explain", "r.db", "-f", "b", "-t", "9s")


def change(box, name, sql):
    with sqlite3.connect(box.join(name)) as database:
        database.execute(sql)
    database.close()


@case
def what_differs_is_refused(box):
    trace = "; MaxProcs: 4\n" + "".join(f"{i} {i} 0 10 1 -1 -1 1 20 -1 1 1 1 1 1 1 -1 -1\n" for i in range(1, 20))
    box.write("log.swf", trace)
    box.well("log.swf", "-o", "r.db", "-q")
    ask = ["explain", "r.db", "--framework", box.value("r.db", "SELECT name FROM framework LIMIT 1"), "--at", "5s"]
    box.well(*ask)
    box.write("log.swf", trace.replace(" 10 1 ", " 12 1 "))
    box.refused("r.db: the run cannot be made again: trace .*log.swf has changed since: SHA-256 ", *ask)
    box.write("log.swf", trace)
    box.well(*ask)
    version = box.value("r.db", "SELECT version FROM run")
    change(box, "r.db", "UPDATE run SET version = '0.0.1'")
    box.refused(f"r.db: .*it was made by version 0.0.1 of sim, this is {re.escape(version)}", *ask)
    change(box, "r.db", f"UPDATE run SET version = '{version}', git_commit = 'abc'")
    box.refused("r.db: .*it was made by sim of commit abc, this is of ", *ask)
    os.unlink(box.join("log.swf"))
    assert box.run(*ask).returncode == 2


@case
def questions_that_make_no_sense(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "r.db")
    box.refused("which results file", "explain", "--framework", "a", "--at", "1s")
    box.refused("what is to be explained", "explain", "r.db", "--at", "1s")
    box.refused("what is to be explained", "explain", "r.db", "--framework", "a", "--agent", "b", "--at", "1s")
    box.refused("when. Give --at TIME", "explain", "r.db", "--framework", "a")
    box.refused("--at: ", "explain", "r.db", "--framework", "a", "--at", "soon")
    box.refused("--at: expected an instant after the start", "explain", "r.db", "--framework", "a", "--at", "0s")
    box.refused('unknown framework "aa"; did you mean "a"', "explain", "r.db", "--framework", "aa", "--at", "8s")
    box.refused('unknown agent "x"; expected one of agent-0', "explain", "r.db", "--agent", "x", "--at", "8s")
    box.well("w.ini", "--set", "cluster.agents=40", "-o", "many.db")
    box.refused('unknown agent "x"; expected one of 40, from agent-00001 to agent-00040', "explain", "many.db",
                "--agent", "x", "--at", "8s")
    box.refused('unknown agent "agent-0004"; did you mean "agent-00004"', "explain", "many.db", "--agent", "agent-0004",
                "--at", "8s")
    box.refused("--run: ", "explain", "r.db", "--framework", "a", "--at", "8s", "--run", "2")
    box.refused("no.db: ", "explain", "no.db", "--framework", "a", "--at", "8s")
    box.refused("w.ini: ", "explain", "w.ini", "--framework", "a", "--at", "8s")
    box.refused("ships with sim", "explain", "r.db", "-f", "a", "-t", "8s", "--plugin-call-limit", "1s")


simtest.main()
