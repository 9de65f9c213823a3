#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sim export: each format by its own rules, and against what is in the results."""

import collections
import csv
import json
import os
import re
import resource
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position

# Jobs of every kind of end: finished, unfinished, unschedulable, endless.
MIXED = """[experiment]
title = mixed, "quoted"
duration = 60s

[cluster]
agents = 5
resources = cpus:2;mem:2048

[framework a]
jobs = 12
arrival = poisson(3s)
tasks = uniform(1, 6)
task-resources = cpus:1;mem:512
task-duration = exponential(10s)

[framework large]
scheduler = rigid
tasks = uniform(64, 65)
task-resources = cpus:1
task-duration = 1s

[framework endless]
tasks = unlimited
task-resources = cpus:0.5;mem:128
task-duration = uniform(5s, 20s)
"""


def run(box, text=MIXED, *arguments):
    box.write("w.ini", text)
    box.well("w.ini", "-o", "r.db", *arguments)


# --- csv ------------------------------------------------------------------------------------------------


@case
def csv_has_all_tables_and_views(box):
    run(box, MIXED, "--record", "tasks")
    assert box.well("export", "r.db", "--format", "csv").stdout == "r-csv\n"
    relations = [row[0] for row in box.query("r.db", "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
    assert set(os.listdir(box.join("r-csv"))) == {name + ".csv" for name in relations}
    for name in relations:
        content = box.read(f"r-csv/{name}.csv")
        assert content.endswith(b"\r\n")
        rows = list(csv.reader(content.decode().splitlines(keepends=True), strict=True))
        expected = box.query("r.db", f'SELECT * FROM "{name}"')
        assert len(rows) == len(expected) + 1, name
        for found, wanted in zip(rows[1:], expected):
            assert len(found) == len(rows[0]) == len(wanted)
            for text, value in zip(found, wanted):
                if isinstance(value, float):
                    assert float(text) == value, (name, text, value)
                else:
                    assert text == ("" if value is None else str(value)), (name, text, value)
    columns = box.query("r.db", "SELECT column_name FROM column_doc WHERE table_name = 'job'")
    with open(box.join("r-csv/job.csv"), encoding="utf-8", newline="") as file:
        assert {row[0] for row in columns} == set(next(csv.reader(file)))


@case
def csv_fields_are_quoted_where_needed(box):
    run(box)
    box.well("export", "r.db", "--format", "csv", "-o", "tables")
    assert b'"mixed, ""quoted"""' in box.read("tables/run.csv")
    # NULL is nothing, an empty text is "".
    assert re.search(rb",\"\",", box.read("tables/column_doc.csv"))
    # Into a folder that is there: files are replaced, others stay.
    box.write("tables/mine.txt", "x")
    box.well("export", "r.db", "--format", "csv", "-o", "tables")
    assert box.read("tables/mine.txt") == b"x"


# --- trace events ---------------------------------------------------------------------------------------


def load_trace(box, name):
    trace = json.loads(box.read(name))
    assert set(trace) == {"traceEvents", "displayTimeUnit", "otherData"}
    assert trace["otherData"]["digest"] == box.digest("r.db")
    return trace["traceEvents"]


def check_events(events):
    """The rules of the format; slices of a thread do not overlap. Returns the slices."""
    named = {(event["pid"], event["tid"]) for event in events if event["ph"] == "M"}
    threads = collections.defaultdict(list)
    for event in events:
        assert isinstance(event["pid"], int) and isinstance(event["tid"], int) and isinstance(event["name"], str)
        assert event["ph"] in "MXCi", event
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name", "process_sort_index") and event["args"]
            continue
        assert event["ts"] >= 0
        assert (event["pid"], event["tid"]) in named, event
        if event["ph"] == "X":
            assert event["dur"] >= 0 and event["cat"]
            threads[event["tid"]].append(event)
        elif event["ph"] == "C":
            assert event["args"] and all(isinstance(value, (int, float)) for value in event["args"].values())
        else:
            assert event["s"] in "gpt"
    for slices in threads.values():
        assert len({one["pid"] for one in slices}) == 1
        end = 0
        for one in sorted(slices, key=lambda one: one["ts"]):
            assert one["ts"] >= end - 1e-6, one
            end = one["ts"] + one["dur"]
    return [one for slices in threads.values() for one in slices]


@case
def trace_events_by_agent_and_by_framework(box):
    run(box, MIXED, "--record", "tasks")
    end_ns = box.value("r.db", "SELECT sim_end_ns FROM run")
    rows = box.query("r.db", "SELECT framework.name, job_id, stage, task_index, attempt, agent_id, task_attempt.start_ns, "
                             "finish_ns, state FROM task_attempt JOIN framework USING (run_id, framework_id)")
    expected = sorted((name, job, stage, task, attempt, agent, state, start / 1000,
                       ((end_ns if finish is None else finish) - start) / 1000)
                      for name, job, stage, task, attempt, agent, start, finish, state in rows if start is not None)
    for arguments in ((), ("--tracks", "frameworks")):
        assert box.well("export", "r.db", "--format", "trace-events", *arguments).stdout == "r-trace.json\n"
        events = load_trace(box, "r-trace.json")
        slices = check_events(events)
        found = sorted((one["args"]["framework"], one["args"]["job"], one["args"]["stage"], one["args"]["task"],
                        one["args"]["attempt"], one["args"]["agent"], one["args"]["state"], one["ts"], one["dur"])
                       for one in slices)
        assert found == expected
        names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
        for one in slices:
            assert names[one["pid"]] == (one["args"]["framework"] if arguments else f"agent {one['args']['agent']}")


@case
def trace_events_have_samples(box):
    run(box, MIXED, "--record", "tasks")
    box.well("export", "r.db", "--format", "trace-events")
    events = load_trace(box, "r-trace.json")
    instants = [event for event in events if event["ph"] == "i"]
    assert len(instants) == box.value("r.db", "SELECT count(*) FROM run_sample")
    assert sum(event["args"]["made"] for event in instants) == box.value("r.db", "SELECT max(offers_sent) FROM run_sample")
    running = [event["args"]["running"] for event in events if event["ph"] == "C" and event["name"] == "tasks"]
    assert running == [row[0] for row in box.query("r.db", "SELECT tasks_running FROM run_sample")]
    assert {event["name"] for event in events if event["ph"] == "C"} >= {"tasks", "offers outstanding", "cpus", "mem"}


@case
def trace_events_of_a_part(box):
    run(box, MIXED, "--record", "tasks")
    box.well("export", "r.db", "--format", "trace-events", "--from", "10s", "--to", "20s", "-o", "t.json")
    slices = check_events(load_trace(box, "t.json"))
    expected = box.value("r.db", "SELECT count(*) FROM task_attempt WHERE start_ns <= 20e9 AND "
                                 "coalesce(finish_ns, 1e18) >= 10e9")
    assert len(slices) == expected > 0


@case
def names_in_json(box):
    run(box, SMALL.replace("[framework b]", "[framework b\"é]"), "--record", "tasks")
    box.well("export", "r.db", "--format", "trace-events", "-o", "t.json")
    names = {one["args"]["framework"] for one in check_events(load_trace(box, "t.json"))}
    assert names == {row[0] for row in box.query("r.db", "SELECT name FROM framework")}


# --- batsim ---------------------------------------------------------------------------------------------

BATSIM = """job_id workload_name profile submission_time requested_number_of_resources requested_time success final_state
            starting_time execution_time finish_time waiting_time turnaround_time stretch allocated_resources
            consumed_energy metadata""".split()
STATES = {"finished": "COMPLETED_SUCCESSFULLY", "failed": "COMPLETED_FAILED", "killed": "COMPLETED_KILLED",
          "unschedulable": "REJECTED"}


def intervals(text):
    """What an interval set such as "0-4 6 8" holds; it must be in order, with gaps."""
    members = []
    for part in text.split():
        first, _, last = part.partition("-")
        assert not members or int(first) > members[-1] + 1
        assert not last or int(last) > int(first)
        members += range(int(first), int(last or first) + 1)
    return members


def near(text, ns):
    return abs(float(text) - ns / 1e9) < 1e-9 * max(1, ns / 1e9)


@case
def batsim_jobs(box):
    run(box, MIXED, "--record", "tasks")
    assert box.well("export", "r.db", "--format", "batsim").stdout == "r-jobs.csv\n"
    with open(box.join("r-jobs.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0]) == BATSIM
    jobs = box.query("r.db", "SELECT job_id, submit_ns, job.start_ns, finish_ns, tasks, state, framework.name FROM job "
                             "JOIN framework USING (run_id, framework_id) WHERE finish_ns IS NOT NULL ORDER BY job_id")
    assert len(rows) == len(jobs) > 3
    states = set()
    for row, (job_id, submit, start, finish, tasks, state, name) in zip(rows, jobs):
        agents = intervals(row["allocated_resources"])
        assert agents == [one[0] for one in box.query(
            "r.db", f"SELECT DISTINCT agent_id FROM task_attempt WHERE job_id = {job_id} AND start_ns IS NOT NULL "
                    "ORDER BY 1")]
        assert row["job_id"] == str(job_id) and row["profile"] == name and row["metadata"] == f"tasks:{tasks}"
        assert row["final_state"] == STATES[state] and row["success"] == ("1" if state == "finished" else "0")
        assert near(row["submission_time"], submit) and near(row["finish_time"], finish)
        assert near(row["turnaround_time"], finish - submit)
        states.add(state)
        if start is None:
            assert row["starting_time"] == row["execution_time"] == row["waiting_time"] == row["stretch"] == ""
            continue
        assert int(row["requested_number_of_resources"]) == len(agents) > 0
        assert near(row["starting_time"], start) and near(row["execution_time"], finish - start)
        assert near(row["waiting_time"], start - submit)
        # What Evalys relies on.
        assert abs(float(row["submission_time"]) + float(row["waiting_time"]) - float(row["starting_time"])) < 1e-6
        assert abs(float(row["starting_time"]) + float(row["execution_time"]) - float(row["finish_time"])) < 1e-6
        if finish > start:
            assert abs(float(row["stretch"]) - (finish - submit) / (finish - start)) < 1e-9
    assert {"finished", "unschedulable"} <= states


@case
def batsim_jobs_without_tasks(box):
    run(box)
    done = box.well("export", "r.db", "--format", "batsim", "-o", "jobs.csv")
    assert "--record tasks" in done.stderr
    with open(box.join("jobs.csv"), encoding="utf-8", newline="") as file:
        assert {row["allocated_resources"] for row in csv.DictReader(file)} == {""}


# --- swf ------------------------------------------------------------------------------------------------


@case
def swf_by_its_rules(box):
    run(box, MIXED, "--record", "tasks")
    assert box.well("export", "r.db", "--format", "swf").stdout == "r.swf\n"
    lines = box.read("r.swf").decode("ascii").split("\n")
    assert lines.pop() == "" and lines[0] == "; Version: 2.2"
    header = dict(re.fullmatch(r"; (\w+): (.*)", line).groups() for line in lines if re.match(r"; \w+: ", line))
    records = [line.split(" ") for line in lines if not line.startswith(";")]
    assert lines[-len(records):] == [" ".join(record) for record in records]  # the header is before all jobs
    assert int(header["MaxJobs"]) == int(header["MaxRecords"]) == len(records)
    assert (header["MaxNodes"], header["MaxProcs"]) == ("5", "10")
    assert {"Computer", "Information", "UnixStartTime", "TimeZoneString", "StartTime", "EndTime"} <= set(header)
    jobs = box.query("r.db", "SELECT job_id, submit_ns, job.start_ns, finish_ns, tasks, state, framework_id, group_id "
                             "FROM job JOIN framework USING (run_id, framework_id) ORDER BY job_id")
    assert len(records) == len(jobs)
    before = 0
    for record, (job_id, submit, start, finish, tasks, state, framework, group) in zip(records, jobs):
        assert len(record) == 18 and all(re.fullmatch(r"-1|\d+(\.\d+)?", field) for field in record), record
        assert int(record[0]) == job_id + 1 and near(record[1], submit) and float(record[1]) >= before
        before = float(record[1])
        assert near(record[2], start - submit) if start is not None else record[2] == "-1"
        ended = start is not None and finish is not None
        assert near(record[3], finish - start) if ended else record[3] == "-1"
        assert record[7] == ("-1" if tasks is None else str(tasks))
        assert record[10] == {"finished": "1", "failed": "0", "killed": "5", "unschedulable": "5"}.get(state, "-1")
        assert (int(record[11]), int(record[14])) == (framework + 1, group + 1)
        if float(record[5]) >= 0:
            mean = box.value("r.db", f"SELECT avg(finish_ns - start_ns) FROM task_attempt WHERE job_id = {job_id} "
                                     "AND start_ns IS NOT NULL AND finish_ns IS NOT NULL")
            assert abs(float(record[5]) - mean / 1e9) < 1e-6


@case
def swf_is_read_back(box):
    run(box, SMALL)
    box.well("export", "r.db", "--format", "swf", "-o", "back.swf")
    jobs, tasks = box.query("r.db", "SELECT count(*), sum(tasks) FROM job WHERE state = 'finished'")[0]
    said = box.well("validate", "back.swf").stdout
    assert said.startswith(f"back.swf: 4 agents, 2 frameworks, {jobs} jobs, {tasks} tasks"), said
    box.well("back.swf", "-o", "back.db")
    first = box.query("r.db", "SELECT submit_ns, tasks FROM job ORDER BY job_id")
    assert box.query("back.db", "SELECT submit_ns, tasks FROM job ORDER BY job_id") == first
    assert box.value("back.db", "SELECT count(*) FROM job WHERE state = 'finished'") == jobs


# --- what is wrong --------------------------------------------------------------------------------------


@case
def wrong_ways_to_export(box):
    run(box)
    box.refused("^sim: which results file", "export", "--format", "csv")
    box.refused("^sim: which results file", "export", "r.db", "w.ini", "--format", "csv")
    box.refused("^sim: which format\\? .*csv, trace-events, batsim, swf", "export", "r.db")
    box.refused("^sim: unknown format \"swff\"; did you mean \"swf\"", "export", "r.db", "--format", "swff")
    box.refused("^sim: w.ini: ", "export", "w.ini", "--format", "swf")
    box.refused("--record tasks", "export", "r.db", "--format", "trace-events")
    box.refused("belong to --format trace-events", "export", "r.db", "--format", "swf", "--from", "1s")
    box.refused("^sim: --from: .*ms, s, min", "export", "r.db", "--format", "trace-events", "--from", "10")
    box.refused("--from is later than --to", "export", "r.db", "--format", "trace-events", "--from", "2s", "--to", "1s")
    box.refused("^sim: unknown kind of tracks", "export", "r.db", "--format", "trace-events", "--tracks", "agent")
    box.refused("^sim: --run: ", "export", "r.db", "--format", "swf", "--run", "2")
    box.refused("would replace the results", "export", "r.db", "--format", "swf", "-o", "r.db")
    box.refused("^sim: no/r.swf: ", "export", "r.db", "--format", "swf", "-o", "no/r.swf", status=1)
    box.refused("^sim: no/tables: ", "export", "r.db", "--format", "csv", "-o", "no/tables", status=1)
    box.refused("^sim: w.ini: ", "export", "r.db", "--format", "csv", "-o", "w.ini", status=1)
    box.refused("^sim: /dev/full: ", "export", "r.db", "--format", "swf", "-o", "/dev/full", status=1)


# --- not to its end -------------------------------------------------------------------------------------

MANY_TASKS = """[cluster]
agents = 200
resources = cpus:2;mem:2048

[framework a]
tasks = 60000
task-resources = cpus:1;mem:1024
task-duration = exponential(1s)
"""


@case
def an_interrupted_export_leaves_nothing(box):
    run(box, MANY_TASKS, "--record", "tasks")
    box.write("t.json", "old")
    before = box.files()
    for _ in range(10):
        process = box.start("export", "r.db", "--format", "trace-events", "-o", "t.json")
        try:
            simtest.wait_until(lambda: box.files() != before or process.poll() is not None)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=simtest.TIMEOUT_S)
        except BaseException:
            process.kill()
            raise
        assert process.returncode in (0, 130), (process.returncode, err)
        assert box.files() == before
        if process.returncode == 130:
            assert box.read("t.json") == b"old" and "interrupted" in err
            return
        box.write("t.json", "old")
    raise AssertionError("it was always done before the signal came")


@case
def a_full_disk_leaves_nothing(box):
    run(box, MANY_TASKS, "--record", "tasks")
    for arguments in (("trace-events", "-o", "t.json"), ("swf", "-o", "t.swf"), ("batsim", "-o", "t.csv")):
        size = 100_000 if arguments[0] == "trace-events" else 300
        # SQLite sorts tasks in files, too.
        box.refused("^sim: (t\\..*: |r.db: SQLite: )", "export", "r.db", "--format", *arguments, status=1,
                    preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    # Nor some of the tables.
    before = box.files()
    box.refused("^sim: tables/.*\\.csv: File too large", "export", "r.db", "--format", "csv", "-o", "tables", status=1,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)))
    assert box.files() == before and not os.path.exists(box.join("tables"))


simtest.main()
