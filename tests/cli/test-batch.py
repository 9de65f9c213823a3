#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many runs at a time (`sim run` with replications or several allocators): one file whose content does not depend on how
many workers there were; what becomes of workers that fail or are killed, of Ctrl-C, of a full disk; that the same
command goes on from what is there. The statistics: tests/metrics."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ.get("OFFERSIM_FIXTURES", "")

# Takes some tenths of a second, so that something can happen meanwhile.
LONGER = """[experiment]
duration = 20000s

[cluster]
agents = 200
resources = cpus:2;mem:2048

[framework a]
count = 5
tasks = unlimited
task-resources = cpus:1;mem:1024
task-duration = normal(30s, 10s)
"""

def parts(box, name="r.db"):
    folder = box.join(name + ".parts")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def shards(box, name="r.db"):
    return [part for part in parts(box, name) if part.endswith(".db") and not part.startswith(".")]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def kill_a_young_worker(box, process):
    """Once a shard is there. The workers of the beginning end nearly together: one of them may have written all it has
    to when the signal comes."""
    simtest.wait_until(lambda: len(children(process.pid)) == 2)
    first = children(process.pid)
    simtest.wait_until(lambda: len(shards(box)) >= 1 and set(children(process.pid)) - set(first))
    os.kill((set(children(process.pid)) - set(first)).pop(), signal.SIGKILL)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


# --- what comes of it -------------------------------------------------------------------------------------


@case
def replications_become_one_file(box):
    box.write("w.ini", SMALL)
    done = box.well("w.ini", "--replications", "4", "--jobs", "2")
    assert done.stderr == "" and box.files() == {"w.ini", "w-drf-1.db"}
    assert done.stdout.splitlines()[1].endswith("allocator drf; seed 1; 4 replications")
    assert re.search(r"^a .* \d+\.\d s \+- \d+\.\d s ", done.stdout, re.MULTILINE), done.stdout
    assert box.query("w-drf-1.db", "SELECT run_id, seed, replication, place FROM run") == \
        [(i + 1, 1, i, i) for i in range(4)]
    assert box.value("w-drf-1.db", "SELECT count(DISTINCT digest) FROM run") == 4
    assert box.value("w-drf-1.db", "SELECT count(DISTINCT point) FROM run") == 1
    # Each is the run that it says it is.
    box.well("w.ini", "--replication", "2", "-o", "two.db")
    assert box.digest("two.db") == box.value("w-drf-1.db", "SELECT digest FROM run WHERE replication = 2")
    assert box.value("two.db", "SELECT point_key FROM run") == \
        box.value("w-drf-1.db", "SELECT point_key FROM run WHERE replication = 2")


@case
def means_are_those_of_the_runs(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "5", "-o", "r.db", "--set", "experiment.confidence=90%")
    values = [row[0] for row in box.query("r.db", "SELECT value FROM metric WHERE name = 'completion_time/mean' AND "
                                                  "scope = 'framework a' ORDER BY run_id")]
    mean = sum(values) / 5
    deviation = (sum((value - mean) ** 2 for value in values) / 4) ** 0.5
    row = box.query("r.db", "SELECT run_id, method, n, missing, mean, deviation, half_width, confidence FROM "
                            "metric_summary WHERE name = 'completion_time/mean' AND scope = 'framework a'")[0]
    assert row[:4] == (1, "replications", 5, 0) and row[7] == 0.9
    for found, expected in zip(row[4:7], (mean, deviation, 2.131846786326649 * deviation / 5**0.5)):
        assert abs(found - expected) < 1e-9 * abs(expected), (row, expected)
    # Every metric of the runs has a row.
    assert box.query("r.db", "SELECT name, scope FROM metric EXCEPT SELECT name, scope FROM metric_summary") == []


@case
def the_result_does_not_depend_on_the_number_of_workers(box):
    box.write("w.ini", SMALL)
    for jobs in ("1", "2", "5"):
        box.well("w.ini", "--replications", "5", "-a", "drf,priority", "-j", jobs, "-o", f"{jobs}.db", "--record", "tasks")
    assert box.dump("1.db") == box.dump("2.db") == box.dump("5.db")
    assert box.value("1.db", "SELECT count(*) FROM task_attempt") == 260


@case
def several_allocators_meet_the_same_replications(box):
    box.write("w.ini", SMALL)
    done = box.well("w.ini", "--allocator", "drf,priority", "--replications", "3")
    assert box.files() == {"w.ini", "w-drf+priority-1.db"}
    assert "allocator drf\n" in done.stdout and "allocator priority\n" in done.stdout
    assert box.query("w-drf+priority-1.db", "SELECT replication, allocator, place FROM run") == \
        [(i // 2, ("drf", "priority")[i % 2], i) for i in range(6)]
    assert box.value("w-drf+priority-1.db", "SELECT count(DISTINCT point) FROM run") == 1
    assert box.query("w-drf+priority-1.db", "SELECT DISTINCT run_id, n + missing FROM metric_summary") == [(1, 3), (2, 3)]
    submits = box.query("w-drf+priority-1.db", "SELECT replication, allocator, group_concat(submit_ns) FROM job "
                                               "JOIN run USING (run_id) GROUP BY run_id")
    assert len(submits) == 6 and len({(row[0], row[2]) for row in submits}) == 3
    # Without replications it is one run with each.
    box.well("w.ini", "--allocator", "drf,priority", "-o", "once.db")
    assert box.query("once.db", "SELECT allocator, replication FROM run") == [("drf", 0), ("priority", 0)]


@case
def a_workload_may_ask_for_replications(box):
    box.write("w.ini", SMALL.replace("seed = 1", "seed = 1\nreplications = 3"))
    box.well("w.ini", "-o", "r.db")
    assert box.value("r.db", "SELECT count(*) FROM run") == 3
    box.well("w.ini", "--replications", "2", "-o", "two.db")
    assert box.value("two.db", "SELECT count(*) FROM run") == 2
    box.well("w.ini", "--replication", "1", "-o", "one.db")
    assert box.query("one.db", "SELECT replication FROM run") == [(1,)]


@case
def a_plug_in_is_one_of_them(box):
    if not FIXTURES:
        raise simtest.Skip("OFFERSIM_FIXTURES is not set")
    box.write("w.ini", SMALL)
    shutil.copy(os.path.join(FIXTURES, "mine.so"), box.join("mine.so"))
    box.well("w.ini", "--allocator", "drf,./mine.so", "--replications", "2")
    assert box.files() == {"w.ini", "mine.so", "w-drf+mine-1.db"}
    assert box.query("w-drf+mine-1.db", "SELECT allocator, allocator_path IS NULL FROM run") == \
        [("drf", 1), ("mine", 0)] * 2
    # One whose file is another is another one.
    with open(box.join("mine.so"), "ab") as file:
        file.write(b"\0")
    done = box.well("w.ini", "--allocator", "drf,./mine.so", "--replications", "2")
    assert "2 of 4 runs are there already" in done.stderr, done.stderr


@case
def quiet_is_quiet(box):
    box.write("w.ini", SMALL)
    for _ in range(2):
        done = box.well("w.ini", "--replications", "2", "--quiet", "-o", "r.db")
        assert done.stdout == "" and done.stderr == ""


@case
def the_summary_is_shown_again(box):
    box.write("w.ini", SMALL)
    ran = box.well("w.ini", "--replications", "3", "-o", "r.db").stdout
    shown = box.well("show", "--summary", "r.db").stdout
    assert shown.split("\n", 2)[2] == ran.split("\n", 2)[2]
    one = box.well("show", "--summary", "--run", "2", "r.db").stdout
    assert "replication 1" in one and "+-" not in one


# --- going on ---------------------------------------------------------------------------------------------


@case
def more_replications_run_only_what_is_missing(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "3", "-o", "r.db")
    before = box.query("r.db", "SELECT replication, wall_s FROM run")
    done = box.well("w.ini", "--replications", "5", "-o", "r.db")
    assert done.stderr == "note: 3 of 5 runs are there already\n"
    assert box.query("r.db", "SELECT replication, wall_s FROM run WHERE replication < 3") == before
    box.well("w.ini", "--replications", "5", "-o", "fresh.db")
    assert box.dump("r.db") == box.dump("fresh.db")
    # Fewer are the first of them, and another confidence needs no run.
    done = box.well("w.ini", "--replications", "2", "-o", "r.db", "--set", "experiment.confidence=99%")
    assert done.stderr == "note: 2 of 2 runs are there already\n"
    assert box.query("r.db", "SELECT replication FROM run") == [(0,), (1,)]
    assert box.value("r.db", "SELECT DISTINCT confidence FROM metric_summary") == 0.99


@case
def what_is_another_run_is_run(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "2", "-o", "r.db")
    for arguments in (["--seed", "2"], ["--set", "cluster.agents=3"], ["--record", "tasks"], ["-a", "priority"]):
        done = box.well("w.ini", "--replications", "2", "-o", "r.db", *arguments)
        assert done.stderr == "", (arguments, done.stderr)
    # A comment changes nothing.
    box.well("w.ini", "--replications", "2", "-o", "r.db")
    box.write("w.ini", "# of yesterday\n" + SMALL)
    assert "2 of 2" in box.well("w.ini", "--replications", "2", "-o", "r.db").stderr


def start(box, *arguments):
    box.write("w.ini", LONGER)
    return box.start("w.ini", "--replications", "6", "--jobs", "2", "--output", "r.db", *arguments)


@case
def a_killed_batch_goes_on(box):
    process = start(box)
    simtest.wait_until(lambda: len(shards(box)) >= 2)
    simtest.wait_until(lambda: len(children(process.pid)) > 0)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    simtest.wait_until(lambda: all(is_gone(worker) for worker in workers))
    kept = shards(box)
    assert len(kept) >= 2 and "r.db" not in box.files()
    done = box.well("w.ini", "--replications", "6", "--output", "r.db")
    assert f"{len(kept)} of 6 runs are there already" in done.stderr, done.stderr
    assert box.files() == {"w.ini", "r.db"}
    box.well("w.ini", "--replications", "6", "--output", "fresh.db")
    assert box.dump("r.db") == box.dump("fresh.db")


@case
def an_interrupted_batch_keeps_what_is_finished(box):
    process = start(box)
    simtest.wait_until(lambda: len(shards(box)) >= 1 and len(children(process.pid)) > 0)
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130
    assert re.search(r"^note: interrupted: \d of 6 runs are kept in r.db.parts; the same command goes on", err), err
    assert all(is_gone(worker) for worker in workers)
    # Nothing but whole shards.
    assert box.files() == {"w.ini", "r.db.parts"} and parts(box) == shards(box), parts(box)
    for shard in shards(box):
        assert box.value(f"r.db.parts/{shard}", "SELECT status FROM run") == "ok"
    n = len(shards(box))
    done = box.well("w.ini", "--replications", "6", "--output", "r.db")
    assert f"{n} of 6 runs are there already" in done.stderr
    assert box.value("r.db", "SELECT count(*) FROM run") == 6


@case
def a_second_signal_ends_at_once(box):
    process = start(box, "--set", "experiment.duration=100000000s")
    simtest.wait_until(lambda: len(children(process.pid)) == 2)
    workers = children(process.pid)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130
    simtest.wait_until(lambda: all(is_gone(worker) for worker in workers))


@case
def an_interrupted_batch_leaves_no_folder_without_shards(box):
    process = start(box, "--set", "experiment.duration=100000000s")
    simtest.wait_until(lambda: len(children(process.pid)) == 2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130 and box.files() == {"w.ini"}, box.files()


# --- what goes wrong --------------------------------------------------------------------------------------


@case
def a_killed_worker_is_an_error_and_nothing_is_lost(box):
    process = start(box)
    kill_a_young_worker(box, process)
    out, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 1, (process.returncode, err)
    assert re.search(r"^sim: allocator drf, replication \d: its process was ended by a signal: Killed\n"
                     r"note: \d of 6 runs are kept in r.db.parts; the same command goes on from there\n$", err), err
    assert "r.db" not in box.files() and len(shards(box)) >= 1
    assert len(out.splitlines()) == 2  # the head only
    box.well("w.ini", "--replications", "6", "--output", "r.db")
    assert box.value("r.db", "SELECT count(*) FROM run") == 6


@case
def a_worker_that_is_asked_to_end_is_an_error(box):
    process = start(box)
    simtest.wait_until(lambda: len(children(process.pid)) == 2)
    time.sleep(0.1)
    os.kill(children(process.pid)[0], signal.SIGTERM)
    _, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 1 and "its process was asked to end" in err, err
    for shard in shards(box):
        assert box.value(f"r.db.parts/{shard}", "SELECT status FROM run") == "ok"


@case
def keep_going_does_the_others_all_the_same(box):
    process = start(box, "--keep-going")
    kill_a_young_worker(box, process)
    _, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 1 and "5 of 6 runs are kept" in err, err
    assert len(shards(box)) == 5 and "r.db" not in box.files()


@case
def what_a_run_says_is_told_with_its_point(box):
    # A trace that changes while the batch is under way: found by the workers only.
    rows = "".join(f"{i} {10 * i} -1 20 1 -1 -1 1 -1 -1 1 {i % 2} 1 1 1 1 -1 -1\n" for i in range(1, 5))
    box.write("t.swf", "; MaxProcs: 4\n; MaxNodes: 4\n" + rows)
    box.write("w.ini", LONGER + "[framework x]\ntrace = t.swf\n")
    process = box.start("w.ini", "--replications", "6", "--jobs", "1", "--output", "r.db")
    simtest.wait_until(lambda: len(shards(box)) >= 1)
    box.write("t.swf", "; MaxProcs: 4\nthis is no job\n")
    _, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 2, (process.returncode, err)
    assert re.search(r"^sim: allocator drf, replication \d: .*t.swf:2: ", err, re.MULTILINE), err
    assert len(shards(box)) >= 1


@case
def a_full_disk_is_an_error_and_nothing_is_lost(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "1", "-o", "one.db")
    size = len(box.read("one.db"))

    # Enough for each run, not for all of them in one file.
    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * size, 2 * size))

    arguments = ["w.ini", "--replications", "40", "--output", "r.db", "--record", "tasks"]
    done = box.expect(1, *arguments, preexec_fn=little)
    assert re.search(r"^sim: r.db: merging .*\n.*kept in r.db.parts", done.stderr), done.stderr
    assert "r.db" not in box.files() and len(shards(box)) == 40
    done = box.well(*arguments)
    assert "40 of 40 runs are there already" in done.stderr
    assert box.files() == {"w.ini", "one.db", "r.db"}

    # Not enough for one.
    def none():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, size // 4))

    earlier = box.read("r.db")
    done = box.expect(1, "w.ini", "--replications", "2", "--seed", "2", "--output", "r.db", preexec_fn=none)
    assert done.stderr.startswith("sim: "), done.stderr
    assert box.read("r.db") == earlier and parts(box) == []


@case
def a_place_that_cannot_be_written_is_found_before_any_run(box):
    box.write("w.ini", LONGER)
    box.expect(1, "w.ini", "--replications", "2", "--output", "no/r.db")
    os.mkdir(box.join("folder"))
    done = box.expect(1, "w.ini", "--replications", "2", "--output", "folder")
    assert "is a directory" in done.stderr
    box.write("r.db.parts", "a file")
    done = box.expect(1, "w.ini", "--replications", "2", "--output", "r.db")
    assert "r.db.parts" in done.stderr
    assert box.files() == {"w.ini", "folder", "r.db.parts"}


@case
def an_output_that_cannot_be_gone_on_with_is_not_replaced(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "2", "-q", "-o", "r.db")
    arguments = ["w.ini", "--replications", "3", "-q", "-o"]

    def execute(name, sql):
        database = sqlite3.connect(box.join(name))
        database.execute(sql)
        database.commit()
        database.close()

    shutil.copy(box.join("r.db"), box.join("other.db"))
    execute("other.db", "PRAGMA user_version = 1")
    box.refused(r"^sim: other.db: results of version 1, this program reads version \d+; it is not replaced: give another "
                "--output, or move it away$", *arguments, "other.db")
    execute("foreign.db", "CREATE TABLE mine (number INTEGER)")
    box.write("text.db", "a letter")
    expected = "^sim: --output foreign.db: is a database of another program, and is not replaced$"
    box.refused(expected, *arguments, "foreign.db")
    box.refused(expected, "w.ini", "-q", "-o", "foreign.db")
    box.refused("^sim: text.db: .*no database; it is not replaced", *arguments, "text.db")
    database = sqlite3.connect(box.join("r.db"), isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    # Not box.refused(): a process that closes a file lets go of all its locks.
    done = box.expect(2, *arguments, "r.db")
    assert done.stderr.startswith("sim: r.db: SQLite: it is locked: another program writes to it; "), done.stderr
    database.execute("ROLLBACK")
    database.close()
    assert box.files() == {"w.ini", "r.db", "other.db", "foreign.db", "text.db"}
    box.well(*arguments, "r.db")
    # An empty file is as good as none.
    box.write("new.db", "")
    box.well(*arguments, "new.db")


@case
def one_batch_at_a_time_works_on_an_output(box):
    process = start(box)
    simtest.wait_until(lambda: len(children(process.pid)) > 0)
    done = box.expect(1, "w.ini", "--replications", "6", "--output", "r.db", "--quiet")
    assert done.stderr == "sim: another sim is at work on r.db: r.db.parts is locked\n"
    process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 0 and box.files() == {"w.ini", "r.db"}


@case
def broken_shards_are_run_again(box):
    process = start(box)
    simtest.wait_until(lambda: len(shards(box)) >= 3)
    process.kill()
    process.communicate()
    names = shards(box)
    box.write(f"r.db.parts/{names[0]}", "broken")
    database = sqlite3.connect(box.join(f"r.db.parts/{names[1]}"))
    database.execute("UPDATE run SET status = 'truncated'")
    database.commit()
    database.close()
    done = box.well("w.ini", "--replications", "6", "--output", "r.db")
    assert f"{len(names) - 2} of 6" in done.stderr
    assert box.value("r.db", "SELECT count(*) FROM run WHERE status = 'ok'") == 6


@case
def wrong_input_is_refused(box):
    box.write("w.ini", SMALL)
    refusals = [
        ("--replications: expected a whole number from 1", ["--replications", "0"]),
        ("--jobs: expected a whole number from 1", ["--replications", "2", "--jobs", "0"]),
        ("--allocator: \"drf\" stands twice", ["--allocator", "drf,drf"]),
        ("unknown allocator \"dfr\"", ["--allocator", "drf,dfr"]),
        ("unknown allocator \"\"", ["--allocator", "drf,"]),
        ("--replication is one of many", ["--replications", "2", "--replication", "1"]),
        ("--replications-max: bounds what --until asks for", ["--replications", "2", "--replications-max", "3"]),
        ("--until \"fairness/jain\": expected a metric", ["--until", "fairness/jain"]),
        ("--until \"2%\": expected a metric", ["--until", "2%"]),
        ("unknown metric of --until \"fairness/jane 2%\", \"fairness/jane\"; did you mean \"fairness/jain\"",
         ["--until", "fairness/jane 2%"]),
        ("--replications-max: expected a whole number from 10",
         ["--until", "fairness/jain 2%", "--replications-max", "5"]),
        ("--plugin-call-limit: allocator drf ships with sim", ["--replications", "2", "--plugin-call-limit", "1s"]),
        ("plug-in ./none.so: ", ["--allocator", "drf,./none.so"]),
    ]
    for text, arguments in refusals:
        box.refused("^sim: " + re.escape(text), "w.ini", *arguments)
    box.refused("^--set cluster.agents: ", "w.ini", "--replications", "2", "--set", "cluster.agents=0")


# --- until it is known --------------------------------------------------------------------------------------


@case
def replications_end_when_a_metric_is_known(box):
    box.write("w.ini", SMALL)
    metric = "completion_time/mean:framework a 10%"
    for jobs in ("1", "3"):
        box.well("w.ini", "--until", metric, "--jobs", jobs, "-o", f"{jobs}.db")
    assert box.dump("1.db") == box.dump("3.db")
    n = box.value("1.db", "SELECT count(*) FROM run")
    values = [row[0] for row in box.query("1.db", "SELECT value FROM metric WHERE name = 'completion_time/mean' AND "
                                                  "scope = 'framework a' ORDER BY run_id")]
    row = box.query("1.db", "SELECT mean, half_width FROM metric_summary WHERE name = 'completion_time/mean' AND "
                            "scope = 'framework a'")[0]
    assert n >= 10 and row[1] <= 0.1 * row[0]
    # One less would not have done.
    box.well("w.ini", "--replications", str(n - 1), "-o", "less.db")
    less = box.query("less.db", "SELECT mean, half_width FROM metric_summary WHERE name = 'completion_time/mean' AND "
                                "scope = 'framework a'")[0]
    assert n == 10 or less[1] > 0.1 * less[0], (n, less)
    assert len(values) == n


@case
def all_metrics_are_known_for_all_allocators(box):
    box.write("w.ini", SMALL)
    done = box.well("w.ini", "-a", "drf,priority", "--until", "completion_time/mean:a 10%", "--until",
                    "fairness/jain 2% 0.05", "-o", "r.db")
    assert "at most 1,000 replications" in done.stdout
    counts = box.query("r.db", "SELECT allocator, count(*) FROM run GROUP BY 1")
    assert counts[0][1] == counts[1][1] >= 10
    for mean, width in box.query("r.db", "SELECT mean, half_width FROM metric_summary WHERE (name, scope) = "
                                         "('completion_time/mean', 'framework a')"):
        assert width <= 0.1 * mean


@case
def what_is_not_known_at_the_maximum_is_said(box):
    box.write("w.ini", SMALL)
    done = box.well("w.ini", "--until", "completion_time/mean 0.001%", "--replications-max", "11", "-o", "r.db")
    assert re.search(r"^warning: after 11 replications completion_time/mean of run is known to [\d.]+ % only", done.stderr)
    assert box.value("r.db", "SELECT count(*) FROM run") == 11


@case
def a_metric_that_does_not_exist_is_refused(box):
    box.write("w.ini", SMALL)
    done = box.expect(2, "w.ini", "--until", "completion_time/mean:framework c 2%", "-o", "r.db")
    assert "there is no completion_time/mean of framework c in the results" in done.stderr, done.stderr


# --- one realisation and many ------------------------------------------------------------------------------


def write_trace(box, replicate):
    rows = "".join(f"{i} {10 * i} -1 {20 + 7 * i % 50} {i % 3 + 1} -1 -1 -1 -1 -1 1 {i % 4} 1 1 1 1 -1 -1\n"
                   for i in range(60))
    box.write("t.swf", "; MaxProcs: 4\n; MaxNodes: 4\n" + rows)
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1\n[framework x]\ntrace = t.swf\n" + replicate)


@case
def replications_of_a_replay_warn_instead_of_an_interval(box):
    write_trace(box, "")
    done = box.well("w.ini", "--replications", "3", "-o", "r.db")
    assert re.search("^warning: all replications replay the same input", done.stderr), done.stderr
    assert "+-" not in done.stdout and "no intervals" in done.stdout, done.stdout
    assert box.query("r.db", "SELECT DISTINCT half_width FROM metric_summary") == [(None,)]
    assert box.value("r.db", "SELECT min(recorded) FROM run") == 1


@case
def a_shaken_trace_has_intervals(box):
    for replicate in ("jitter(1min)", "resample-blocks(100s)", "resample-users"):
        write_trace(box, f"replicate = {replicate}\n")
        done = box.well("w.ini", "--replications", "3", "-o", "r.db")
        assert done.stderr == "", done.stderr
        assert box.value("r.db", "SELECT count(DISTINCT digest) FROM run") == 3
        assert box.value("r.db", "SELECT half_width FROM metric_summary WHERE name = 'completion_time/mean' AND "
                                 "scope = 'run'") > 0
        assert {row[0] for row in box.query("r.db", "SELECT replicate FROM trace")} == {replicate}, replicate
        # The same for every allocator.
        box.well("w.ini", "-a", "drf,priority", "--replications", "2", "-o", "both.db")
        jobs = box.query("both.db", "SELECT replication, allocator, group_concat(key || '@' || submit_ns) FROM "
                                    "(SELECT * FROM job ORDER BY job_id) JOIN run USING (run_id) GROUP BY run_id")
        assert len({(row[0], row[2]) for row in jobs}) == 2


@case
def a_trace_that_cannot_be_shaken_is_refused(box):
    write_trace(box, "replicate = resample-blocks(1d)\n")
    box.refused("^w.ini:5: .*t.swf: replicate: its 590 s hold no two blocks of 1d", "w.ini", "--replications", "2")


# --- in the long run ---------------------------------------------------------------------------------------

STEADY = """[experiment]
duration = 40000s
kind = steady

[cluster]
agents = 100
resources = cpus:2

[framework f]
arrival = poisson(20s)
tasks = 2
task-resources = cpus:1
task-duration = exponential(1000s)
"""


@case
def a_steady_run_finds_its_warm_up(box):
    box.write("w.ini", STEADY)
    done = box.well("w.ini", "-o", "r.db")
    assert re.search(r"^note: the warm-up is \w+, found by MSER-5", done.stderr, re.MULTILINE), done.stderr
    kind, warm_up = box.query("r.db", "SELECT kind, warm_up_ns FROM run")[0]
    assert kind == "steady" and 500 * 10**9 < warm_up < 20000 * 10**9, warm_up
    # One long run: batches.
    row = box.query("r.db", "SELECT method, n, half_width FROM metric_summary WHERE name = 'completion_time/mean' AND "
                            "scope = 'run'")[0]
    assert row[:2] == ("batches", 20) and row[2] > 0
    assert "by means of batches" in done.stdout
    # Of what is measured over time a batch has all of its time, not instants at which the allocator was just at work.
    for name in ("utilization", "mean_share"):
        scope = "resource cpus" if name == "utilization" else "framework f"
        mean, value = (box.value("r.db", f"SELECT {column} FROM {table} WHERE name = '{name}' AND scope = '{scope}'")
                       for column, table in (("mean", "metric_summary"), ("value", "metric")))
        assert abs(mean - value) < 0.01 * value, (name, mean, value)
    # Jobs of the warm-up do not count.
    assert box.value("r.db", "SELECT value FROM metric WHERE name = 'completion_time/count' AND scope = 'run'") == \
        box.value("r.db", "SELECT count(*) FROM job, run WHERE state = 'finished' AND submit_ns >= warm_up_ns")
    assert box.files() == {"w.ini", "r.db"}


@case
def replications_of_a_steady_run_share_their_warm_up(box):
    box.write("w.ini", STEADY)
    box.well("w.ini", "--replications", "3", "-a", "drf,priority", "-o", "r.db")
    assert box.value("r.db", "SELECT count(DISTINCT warm_up_ns) FROM run") == 1
    assert box.value("r.db", "SELECT count(DISTINCT point) FROM run") == 1
    assert box.value("r.db", "SELECT DISTINCT method FROM metric_summary") == "replications"
    # It is not looked for again.
    again = box.well("w.ini", "--replications", "4", "-a", "drf,priority", "-o", "r.db")
    assert again.stderr == "note: 6 of 8 runs are there already\n", again.stderr


@case
def a_steady_run_with_rows_for_tasks_finds_its_warm_up(box):
    box.write("w.ini", STEADY)
    box.well("w.ini", "--record", "tasks", "-q", "-o", "r.db")
    assert box.value("r.db", "SELECT count(*) FROM task_attempt") > 0


@case
def a_given_warm_up_is_taken(box):
    box.write("w.ini", STEADY.replace("kind = steady", "kind = steady\nwarm-up = 500s"))
    done = box.well("w.ini", "-o", "r.db")
    assert done.stderr == ""
    assert box.value("r.db", "SELECT warm_up_ns FROM run") == 500 * 10**9
    assert box.value("r.db", "SELECT count(*) FROM metric_summary WHERE method = 'batches'") > 0
    done = box.well("w.ini", "-o", "r.db", "--set", "experiment.warm-up=30000s")
    assert done.stderr == ("warning: w.ini: the run is too short: its warm-up of 500min ends in the second half of its "
                           "40000s\n"), done.stderr


@case
def a_run_that_never_gets_warm_is_too_short(box):
    # More work than there is room for: what waits grows to the end.
    box.write("w.ini", STEADY.replace("poisson(20s)", "poisson(5s)").replace("kind = steady",
              "kind = steady\nwarm-up-series = jobs-waiting"))
    done = box.expect(1, "w.ini", "-o", "r.db")
    assert "the run is too short: with allocator drf" in done.stderr, done.stderr
    assert "r.db" not in box.files()


simtest.main()
