#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sim sweep`: which runs a file has, that they become one file whatever the number of workers or shards, that what is
there is not run again, and what is refused. How runs are done: test-batch.py; merging: test-merge.py."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ.get("OFFERSIM_FIXTURES", "")

GRID = """[sweep]
workload = w.ini
allocators = drf, priority
replications = 2

[points]
cluster.agents = 3, 4
framework a.tasks = 6, uniform(1, 10)
"""


def write(box, text=GRID, workload=SMALL):
    box.write("w.ini", workload)
    box.write("s.ini", text)


def points(box, *arguments):
    """The runs that the sweep has: (place, whether it is there, label)."""
    done = box.well("sweep", "s.ini", "--dry-run", "--quiet", *arguments)
    assert done.stderr == "", done.stderr
    return [(int(place), state == "done", label)
            for place, state, label in (line.split("\t") for line in done.stdout.splitlines())]


# --- which runs ---------------------------------------------------------------------------------------------


@case
def a_grid_is_all_combinations(box):
    write(box)
    found = points(box)
    assert [place for place, _, _ in found] == list(range(16))
    labels = [label for _, _, label in found]
    assert labels[0] == "cluster.agents=3, framework a.tasks=6, allocator drf, replication 0"
    assert labels[1] == "cluster.agents=3, framework a.tasks=6, allocator priority, replication 0"
    assert labels[2].endswith("allocator drf, replication 1")
    assert labels[4].startswith("cluster.agents=3, framework a.tasks=uniform(1, 10), ")
    assert labels[15] == "cluster.agents=4, framework a.tasks=uniform(1, 10), allocator priority, replication 1"
    done = box.well("sweep", "s.ini", "--dry-run")
    assert done.stderr == "note: w.ini: 4 points; allocators drf, priority; 16 runs, 0 of them there already\n"
    assert box.files() == {"w.ini", "s.ini"}


@case
def a_list_is_a_group_for_each_point(box):
    write(box, """[sweep]
workload = w.ini
seeds = 1, 5

[points small]
cluster.agents = 2
framework a.tasks = 3

[points large]
cluster.agents = 8
framework a.tasks = 12

# Stands twice, and is run once.
[points again]
framework a.tasks = 3
cluster.agents = 2, 8
""")
    labels = [label for _, _, label in points(box)]
    assert labels == [f"{point}, seed {seed}, allocator drf, replication 0" for point in
                      ("cluster.agents=2, framework a.tasks=3", "cluster.agents=8, framework a.tasks=12",
                       "framework a.tasks=3, cluster.agents=8") for seed in (1, 5)], labels
    assert "6 runs (2 more stand twice)" in box.well("sweep", "s.ini", "-n").stderr


@case
def without_points_it_is_the_workload(box):
    write(box, "[sweep]\nworkload = w.ini\n", SMALL.replace("seed = 1", "seed = 1\nreplications = 3"))
    assert [label for _, _, label in points(box)] == [f"allocator drf, replication {i}" for i in range(3)]


@case
def values_may_hold_commas(box):
    text = SMALL.replace("[framework a]\n", "[framework a]\nroles = x, y\n")
    write(box, """[sweep]
workload = w.ini
[points]
framework a.roles = x, "x, y",z
cluster.resources = cpus:2;mem:2048;ports:[1-10,12-20]
framework b.constraints = hostname == "agent-00001", class == agents
""", text)
    labels = [label.split(", allocator")[0] for _, _, label in points(box)]
    assert len(labels) == 6, labels
    assert labels[2] == "framework a.roles=x, y, cluster.resources=cpus:2;mem:2048;ports:[1-10,12-20], " \
                        "framework b.constraints=hostname == \"agent-00001\"", labels[2]


# --- what comes of it ---------------------------------------------------------------------------------------


@case
def all_runs_become_one_file(box):
    write(box)
    done = box.well("sweep", "s.ini", "-j2")
    assert done.stderr == "" and box.files() == {"w.ini", "s.ini", "s.db"}, done.stderr
    assert done.stdout.splitlines()[0] == "w.ini: 4 points; allocators drf, priority; 16 runs"
    assert re.search(r"^cluster.agents=3, framework a.tasks=6 +drf +2 +\d+\.\d s \+- ", done.stdout, re.MULTILINE)
    assert box.query("s.db", "SELECT run_id, place FROM run") == [(i + 1, i) for i in range(16)]
    assert box.value("s.db", "SELECT count(DISTINCT point) FROM run") == 4
    settings = box.query("s.db", "SELECT agents, value FROM run JOIN setting USING (run_id) "
                                 "WHERE setting.name = 'cluster.agents'")
    assert len(settings) == 16 and all(str(agents) == value for agents, value in settings)
    # Each of them is the run that one makes by hand.
    box.well("w.ini", "--set", "cluster.agents=4", "--set", "framework a.tasks=uniform(1, 10)", "-a", "priority",
             "--replication", "1", "-o", "one.db")
    assert box.digest("one.db") == box.value("s.db", "SELECT digest FROM run WHERE place = 15")


@case
def the_result_does_not_depend_on_workers_and_shards(box):
    write(box, GRID + "framework b.tasks = 8\n")
    box.well("sweep", "s.ini", "-q", "-j", "1", "-o", "1.db")
    box.well("sweep", "s.ini", "-q", "-j", "5", "-o", "5.db")
    shards = []
    for i in (3, 1, 2):
        box.well("sweep", "s.ini", "-q", "--shard", f"{i}/3")
        shards.append(f"s-{i}-of-3.db")
    assert set(shards) < box.files()
    box.well("merge", "-q", "merged.db", *shards)
    assert box.dump("1.db") == box.dump("5.db") == box.dump("merged.db")
    # A sweep finds that nothing is missing in what was merged.
    assert "16 of 16 runs are there already" in box.well("sweep", "s.ini", "-o", "merged.db").stderr


@case
def shards_do_not_share_a_file(box):
    write(box)
    box.well("sweep", "s.ini", "-q", "--shard", "1/2", "-o", "r.db")
    box.refused("^sim: --output r.db: holds runs of other shards; each shard has a file of its own", "sweep", "s.ini", "-q",
                "--shard", "2/2", "-o", "r.db")
    # The whole of the sweep goes on from it.
    assert "8 of 16 runs are there already" in box.well("sweep", "s.ini", "-o", "r.db").stderr


@case
def a_shard_may_be_empty(box):
    write(box)
    box.well("sweep", "s.ini", "-q", "--shard", "17/17")
    box.well("sweep", "s.ini", "-q", "--shard", "1/17")
    box.well("merge", "-q", "all.db", "s-17-of-17.db", "s-1-of-17.db")
    assert box.query("all.db", "SELECT place FROM run") == [(0,)]


@case
def paths_begin_beside_the_file(box):
    os.mkdir(box.join("sweeps"))
    write(box)
    shutil.move(box.join("s.ini"), box.join("sweeps/s.ini"))
    box.refused("^sweeps/s.ini:2: \\[sweep\\] workload: sweeps/w.ini: cannot open: No such file", "sweep", "sweeps/s.ini")
    box.write("sweeps/s.ini", GRID.replace("w.ini", "../w.ini"))
    box.well("sweep", "sweeps/s.ini", "-q")
    assert box.value("s.db", "SELECT count(*) FROM run") == 16


@case
def a_plug_in_is_one_of_the_allocators(box):
    if not FIXTURES:
        raise simtest.Skip("OFFERSIM_FIXTURES is not set")
    os.mkdir(box.join("sweeps"))
    shutil.copy(os.path.join(FIXTURES, "mine.so"), box.join("sweeps/mine.so"))
    box.write("w.ini", SMALL)
    box.write("sweeps/s.ini", "[sweep]\nworkload = ../w.ini\nallocators = drf, ./mine.so\nrecord = tasks\n")
    box.well("sweep", "sweeps/s.ini", "-q", "--plugin-call-limit", "10s")
    assert box.query("s.db", "SELECT allocator, allocator_path IS NULL FROM run") == [("drf", 1), ("mine", 0)]
    assert box.value("s.db", "SELECT count(DISTINCT run_id) FROM task_attempt") == 2
    # One whose file is another is another one.
    with open(box.join("sweeps/mine.so"), "ab") as file:
        file.write(b"\0")
    assert "1 of 2 runs are there already" in box.well("sweep", "sweeps/s.ini").stderr
    box.refused("^bad.ini:3: \\[sweep\\] allocators: plug-in ./none.so: ", "sweep",
                box.write("bad.ini", "[sweep]\nworkload = w.ini\nallocators = ./none.so\n"))


@case
def the_example_in_the_tree(box):
    example = simtest.source("workloads/sweeps/load.ini")
    box.well("sweep", example, "-q", "-j2", "--set", "experiment.duration=1min")
    with open(example, encoding="utf-8") as file:
        text = "".join(line[2:] for line in file if line.startswith("# "))
    sql = re.search(r'sqlite3 -box load.db "(.*?)"', text, re.DOTALL)[1]
    rows = box.query("load.db", sql)
    assert [row[:2] for row in rows] == [(load, a) for load in ("16", "24", "32", "40") for a in ("drf", "fifo")]
    assert [label.split(",")[0] for _, _, label in points_of(box, example)][-1].endswith("time-compression=40")


def points_of(box, path):
    out = box.well("sweep", path, "-n", "-q").stdout
    return [tuple(line.split("\t")) for line in out.splitlines()]


# --- going on -----------------------------------------------------------------------------------------------


@case
def a_sweep_that_grows_runs_what_is_missing(box):
    write(box)
    box.well("sweep", "s.ini", "-q")
    before = box.query("s.db", "SELECT point_key, wall_s FROM run ORDER BY 1")
    box.write("s.ini", GRID.replace("3, 4", "3, 4, 5"))
    assert [done for _, done, _ in points(box)] == [True] * 16 + [False] * 8
    done = box.well("sweep", "s.ini")
    assert done.stderr == "note: 16 of 24 runs are there already\n", done.stderr
    assert set(before) < set(box.query("s.db", "SELECT point_key, wall_s FROM run"))
    box.well("sweep", "s.ini", "-q", "-o", "fresh.db")
    assert box.dump("s.db") == box.dump("fresh.db")


@case
def a_killed_sweep_goes_on(box):
    write(box, GRID.replace("replications = 2", "replications = 3"), SMALL.replace("jobs = 3", "jobs = 2000"))
    process = box.start("sweep", "s.ini", "-j", "2")
    parts = box.join("s.db.parts")
    simtest.wait_until(lambda: os.path.isdir(parts) and sum(n[0] != "." and n.endswith(".db") for n in os.listdir(parts)) >= 3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert "s.db" not in box.files()
    kept = sum(done for _, done, _ in points(box))
    assert 3 <= kept < 24, kept
    done = box.well("sweep", "s.ini")
    assert f"{kept} of 24 runs are there already" in done.stderr, done.stderr
    assert box.value("s.db", "SELECT count(DISTINCT point_key) FROM run WHERE status = 'ok'") == 24
    assert box.files() == {"w.ini", "s.ini", "s.db"}


@case
def a_smaller_sweep_leaves_the_other_runs_there(box):
    write(box)
    box.well("sweep", "s.ini", "-q", "--shard", "1/4")
    os.mkdir(box.join("s.db.parts"))
    for run, key in box.query("s-1-of-4.db", "SELECT place, point_key FROM run"):
        box.well("sweep", "s.ini", "-q", "--shard", f"{run + 1}/16", "-o", f"s.db.parts/{key[:32]}.db")
    box.write("s.ini", GRID.replace("3, 4", "3"))
    done = box.well("sweep", "s.ini")
    assert "2 of 8 runs are there already" in done.stderr, done.stderr
    assert len(os.listdir(box.join("s.db.parts"))) == 2
    box.write("s.ini", GRID)
    assert "10 of 16 runs are there already" in box.well("sweep", "s.ini").stderr
    assert "s.db.parts" not in box.files()


# --- where files are made -----------------------------------------------------------------------------------


def far_folder():
    """On another file system than a case's own."""
    if not os.path.isdir("/dev/shm") or os.stat("/dev/shm").st_dev == os.stat(tempfile.gettempdir()).st_dev:
        raise simtest.Skip("/dev/shm is no file system of its own")
    return tempfile.TemporaryDirectory(dir="/dev/shm")


@case
def files_may_be_made_elsewhere(box):
    write(box)
    with far_folder() as scratch:
        os.chmod(scratch, 0o777)
        box.well("sweep", "s.ini", "-q", "-o", "far.db", "--scratch", scratch)
        box.well("w.ini", "-q", "-o", "one.db", "--scratch", scratch)
        assert os.listdir(scratch) == []
        # A disk that is full there, and one that is full here.
        limit = len(box.read("one.db")) // 2
        box.refused("^sim: ", "w.ini", "-q", "-o", "new.db", "--scratch", scratch, status=1,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        box.refused("^sim: no/r.db: cannot make a file in folder no: ", "w.ini", "-q", "-o", "no/r.db", "--scratch",
                    scratch, status=1)
        assert os.listdir(scratch) == []
    box.well("sweep", "s.ini", "-q", "-o", "near.db")
    assert box.dump("far.db") == box.dump("near.db")
    assert box.files() == {"w.ini", "s.ini", "far.db", "near.db", "one.db"}
    box.refused("^sim: --scratch nowhere: No such file", "sweep", "s.ini", "-q", "--scratch", "nowhere", "-o", "x.db",
                status=1)
    box.refused("^sim: x.db: cannot make a file in folder nowhere: ", "w.ini", "-q", "--scratch", "nowhere", "-o", "x.db",
                status=1)


@case
def a_full_disk_loses_nothing(box):
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise simtest.Skip("a disk of its own takes root and unshare")
    write(box)
    os.mkdir(box.join("disk"))
    # Room for some of the runs; then for all of them, and for the file that they become.
    script = """mount -t tmpfs -o size=900k none disk || exit 77
"$1" sweep s.ini -j 1 -o disk/r.db >out 2>err; echo "$? $(ls disk/r.db.parts | grep -c '[.]db$') $(ls -A disk)"
mount -o remount,size=20m disk
"$1" sweep s.ini -q -o disk/r.db && cp disk/r.db .; ls -A disk"""
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", box.program], cwd=box.path,
                          capture_output=True, text=True, check=False, timeout=simtest.TIMEOUT_S)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        raise simtest.Skip("cannot mount a disk of its own")
    assert len(done.stdout.splitlines()) == 2, done
    first, after = done.stdout.splitlines()
    assert re.fullmatch(r"1 ([3-9]|1\d) r.db.parts", first) and after == "r.db", done
    errors = box.read("err").decode()
    assert re.search(r"^sim: .*allocator \w+, replication \d: .*(disk is full|No space)", errors, re.MULTILINE), errors
    assert f"{first.split()[1]} of 16 runs are kept in disk/r.db.parts" in errors, errors
    box.well("sweep", "s.ini", "-q")
    assert box.dump("r.db") == box.dump("s.db")


# --- what is refused ----------------------------------------------------------------------------------------


@case
def wrong_files_are_refused(box):
    write(box)
    head = "[sweep]\nworkload = w.ini\n"
    refusals = [
        ("^s.ini: there is no group \\[sweep\\]", "[points]\ncluster.agents = 2\n"),
        ("^s.ini:1: \\[sweep\\]: the key \"workload\" is missing", "[sweep]\nseeds = 1\n"),
        ("^s.ini:3: \\[sweep\\] alocators: unknown key; did you mean \"allocators\"", head + "alocators = drf\n"),
        ("^s.ini:3: \\[grid\\]: unknown group; expected", head + "[grid]\ncluster.agents = 2\n"),
        ("^s.ini:3: \\[sweep\\] replications: ", head + "replications = 0\n"),
        ("^s.ini:3: \\[sweep\\] seeds: ", head + "seeds = 1, x\n"),
        ("^s.ini:3: \\[sweep\\] seeds: the value \"1\" stands twice", head + "seeds = 1, 2, 1\n"),
        ("^s.ini:3: \\[sweep\\] record: expected jobs or tasks", head + "record = all\n"),
        ("^s.ini:3: \\[sweep\\] allocators: unknown allocator \"dfr\"; did you mean \"drf\"", head + "allocators = drf, dfr\n"),
        ("^s.ini:3: \\[points\\]: no keys", head + "[points]\n"),
        ("^s.ini:4: \\[points\\] agents: expected GROUP.KEY", head + "[points]\nagents = 3\n"),
        ("^s.ini:4: \\[points\\] experiment.seed: expected in \\[sweep\\]", head + "[points]\nexperiment.seed = 3\n"),
        ("^s.ini:4: \\[points\\] cluster.agents: an empty value", head + "[points]\ncluster.agents = 3,\n"),
        ("^s.ini:4: \\[points\\] cluster.agents: 0: ", head + "[points]\ncluster.agents = 3, 0\n"),
        ("^s.ini:5: \\[points b\\] cluster.agnets: 3: unknown key; did you mean \"agents\"",
         head + "\n[points b]\ncluster.agnets = 3\n"),
        ("^s.ini:4: \\[points\\]: more than 1000000 points",
         head + "[points]\n" + "".join(f"framework a.key{i} = {', '.join(map(str, range(11)))}\n" for i in range(6))),
    ]
    for pattern, text in refusals:
        box.write("s.ini", text)
        box.refused(pattern.replace("s.ini:4: \\[points\\]: more", "s.ini:3: \\[points\\]: more"), "sweep", "s.ini", "-q")
    # What only goes wrong together.
    box.write("w.ini", SMALL.replace("[framework b]", "[framework a-2]"))
    box.write("s.ini", head + "[points]\nframework a.count = 1, 2\n")
    box.refused("^w.ini:16: .*\\(with framework a.count=2\\)$", "sweep", "s.ini", "-q")
    write(box)
    box.write("s.ini", "[sweep]\nallocators = drf\nworkload = none.ini\n")
    box.refused("^s.ini:3: \\[sweep\\] workload: none.ini: cannot open: No such file", "sweep", "s.ini")
    box.refused("^none.ini: cannot open: No such file", "sweep", "none.ini")


STEADY = """[experiment]
duration = 20000s
kind = steady

[cluster]
agents = 20
resources = cpus:2

[framework f]
arrival = poisson(100s)
tasks = 2
task-resources = cpus:1
task-duration = exponential(500s)
"""


@case
def steady_points_find_their_warm_up(box):
    text = ("[sweep]\nworkload = w.ini\nallocators = drf, fifo\nseeds = 1, 2\n\n"
            "[points]\nframework f.arrival = poisson(100s), poisson(400s)\n")
    write(box, text, STEADY)
    done = box.well("sweep", "s.ini", "-j", "2", "-o", "all.db")
    assert re.search("^note: the warm-up of 2 points is \\S+ to \\S+, found by MSER-5", done.stderr, re.MULTILINE), done.stderr
    # One for all seeds and allocators of a point; what differs for another point of view is one thing.
    rows = box.query("all.db", "SELECT point, count(*), count(DISTINCT warm_up_ns) FROM run GROUP BY point")
    assert len(rows) == 2 and all(row[1:] == (4, 1) for row in rows), rows
    assert box.value("all.db", "SELECT min(kind) || max(kind) FROM run") == "steadysteady"
    # As sim run finds it.
    box.well("w.ini", "-a", "drf,fifo", "-q", "-o", "one.db", "--set", "framework f.arrival=poisson(400s)")
    assert box.value("one.db", "SELECT DISTINCT warm_up_ns FROM run") in \
        [row[0] for row in box.query("all.db", "SELECT DISTINCT warm_up_ns FROM run")]
    # Shards find the same.
    for shard in ("1/2", "2/2"):
        box.well("sweep", "s.ini", "-q", "--shard", shard)
    box.well("merge", "-q", "both.db", "s-1-of-2.db", "s-2-of-2.db")
    for table in ("metric", "metric_summary"):
        assert box.query("both.db", f"SELECT * FROM {table}") == box.query("all.db", f"SELECT * FROM {table}")
    # And what is done is not run again, nor are its pilots.
    assert [done for _, done, _ in points(box, "-o", "all.db")] == [True] * 8
    again = box.well("sweep", "s.ini", "-o", "all.db")
    assert "MSER-5" not in again.stderr and "8 of 8 runs are there already" in again.stderr, again.stderr
    # More replications have the warm-up of the first.
    box.write("s.ini", text.replace("[sweep]\n", "[sweep]\nreplications = 2\n"))
    assert [done for _, done, _ in points(box, "-o", "all.db")].count(True) == 8
    more = box.well("sweep", "s.ini", "-o", "all.db")
    assert "MSER-5" not in more.stderr and "8 of 16 runs are there already" in more.stderr, more.stderr
    # What was found is no second factor of a comparison.
    box.write("s.ini", text.replace("drf, fifo", "drf"))
    box.well("sweep", "s.ini", "-q", "-o", "drf.db")
    assert box.value("drf.db", "SELECT count(DISTINCT warm_up_ns) FROM run") == 2
    assert box.well("compare", "drf.db").stdout.startswith("arrival=poisson(400s) against arrival=poisson(100s)")


@case
def steady_points_that_are_too_short_are_named(box):
    write(box, "[sweep]\nworkload = w.ini\n[points]\nframework f.arrival = poisson(20s), poisson(400s), poisson(10s)\n",
          STEADY.replace("kind = steady", "kind = steady\nwarm-up-series = jobs-waiting"))
    done = box.expect(1, "sweep", "s.ini", "-o", "x.db")
    for arrival in ("20s", "10s"):
        assert f"sim: framework f.arrival=poisson({arrival}): the run is too short: with allocator drf" in done.stderr, \
            done.stderr
    assert "poisson(400s)" not in done.stderr and "x.db" not in box.files()


@case
def wrong_options_are_refused(box):
    write(box)
    refusals = [
        ("which sweep", []),
        ("which sweep", ["s.ini", "w.ini"]),
        ("--shard: expected I/N", ["s.ini", "--shard", "0/3"]),
        ("--shard: expected I/N", ["s.ini", "--shard", "4/3"]),
        ("--shard: expected I/N", ["s.ini", "--shard", "1"]),
        ("--jobs: expected a whole number", ["s.ini", "--jobs", "none"]),
        ("--set cluster.agents: s.ini gives it other values", ["s.ini", "--set", "cluster.agents=7"]),
        ("--output w.ini: would replace what is run", ["s.ini", "-o", "w.ini"]),
        ("s.ini: SQLite: not a results file", ["s.ini", "-o", "s.ini"]),
        ("--plugin-call-limit: allocator drf ships", ["s.ini", "--plugin-call-limit", "1s"]),
    ]
    for text, arguments in refusals:
        box.refused("^sim: " + re.escape(text), "sweep", *arguments)


@case
def a_point_that_fails_is_named(box):
    if not FIXTURES:
        raise simtest.Skip("OFFERSIM_FIXTURES is not set")
    plugin = os.path.join(FIXTURES, "misbehaving.so")
    write(box, f"[sweep]\nworkload = w.ini\nallocators = {plugin}\n[points]\nallocator misbehaving.how = nothing, abort\n")
    done = box.expect(1, "sweep", "s.ini", "-j", "1")
    assert re.search(r"^sim: allocator misbehaving.how=abort, allocator \S+/misbehaving.so, replication 0: ", done.stderr,
                     re.MULTILINE), done.stderr
    assert "note: 1 of 2 runs are kept in s.db.parts" in done.stderr, done.stderr
    assert "s.db" not in box.files()


@case
def a_trace_that_is_none_is_found_before_the_runs(box):
    box.write("t.swf", "this is no job\n")
    box.write("good.swf", "; MaxProcs: 4\n; MaxNodes: 4\n1 0 -1 20 1 -1 -1 1 -1 -1 1 1 1 1 1 1 -1 -1\n")
    write(box, "[sweep]\nworkload = w.ini\n[points]\nframework x.trace = good.swf, t.swf\n",
          "[cluster]\nagents = 4\nresources = cpus:1\n[framework x]\ntrace = t.swf\n")
    for arguments in ([], ["--dry-run"]):
        box.refused("^s.ini:4: \\[points\\] framework x.trace: t.swf: t.swf:1: ", "sweep", "s.ini", "-q", *arguments)
    # Another shard has nothing to do with it.
    box.well("sweep", "s.ini", "-q", "--shard", "1/2")
    # What is done is not read again; a trace that has changed makes it another point.
    box.write("s.ini", "[sweep]\nworkload = w.ini\n[points]\nframework x.scheduler = elastic, rigid\n")
    box.well("sweep", "s.ini", "-q", "--set", "framework x.trace=good.swf")
    assert [done for _, done, _ in points(box, "--set", "framework x.trace=good.swf")] == [True, True]
    box.write("good.swf", "; MaxProcs: 4\n; MaxNodes: 4\n1 0 -1 30 1 -1 -1 1 -1 -1 1 1 1 1 1 1 -1 -1\n")
    assert [done for _, done, _ in points(box, "--set", "framework x.trace=good.swf")] == [False, False]


@case
def a_foreign_output_is_left_alone(box):
    write(box)
    sqlite3.connect(box.join("s.db")).execute("CREATE TABLE mine (number INTEGER)").connection.close()
    box.refused("is a database of another program", "sweep", "s.ini", "-q")


simtest.main()
