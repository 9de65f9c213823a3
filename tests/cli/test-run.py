#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a user does with `sim`, end to end: run, validate, list, show. Bad input and failures: test-bad-input.py,
test-output.py."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position


@case
def a_run_prints_a_summary_and_leaves_one_file(box):
    box.write("w.ini", SMALL)
    done = box.well("run", "--workload", "w.ini", "--allocator", "drf", "--seed", "1")
    assert box.files() == {"w.ini", "w-drf-1.db"}
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "small"
    assert lines[1] == "4 agents, cpus:2;mem:2048 each; 2 frameworks; allocator drf; seed 1"
    assert lines[3].split()[:4] == ["framework", "jobs", "tasks", "ramp-up"]
    assert lines[4].split()[:3] == ["a", "3", "18"]
    assert lines[5].split()[:3] == ["b", "1", "8"]
    assert "digest " + box.digest("w-drf-1.db") in done.stdout
    assert lines[-1].split() == ["results", "w-drf-1.db"]
    for label in ("jobs ", "utilization ", "fairness ", "run "):
        assert any(line.startswith(label) for line in lines), label


@case
def run_is_the_default_and_drf_the_default_allocator(box):
    box.write("w.ini", SMALL)
    box.well("--workload", "w.ini", "--output", "a.db")
    box.well("w.ini", "--output=b.db")
    box.well("run", "w.ini", "-o", "c.db", "-a", "drf", "-s", "1")
    assert len({box.digest(name) for name in ("a.db", "b.db", "c.db")}) == 1
    assert box.value("a.db", "SELECT allocator FROM run") == "drf"


@case
def quiet_prints_nothing(box):
    box.write("w.ini", SMALL)
    for arguments in (["--quiet", "w.ini"], ["validate", "--quiet", "w.ini"]):
        done = box.well(*arguments)
        assert done.stdout == "" and done.stderr == ""


@case
def a_seed_overrides_that_of_the_workload_and_is_kept(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--seed", "2")
    box.well("w.ini", "--set", "experiment.seed=2", "--output", "set.db")
    box.well("w.ini")
    assert box.files() == {"w.ini", "w-drf-1.db", "w-drf-2.db", "set.db"}
    assert box.digest("w-drf-2.db") == box.digest("set.db") != box.digest("w-drf-1.db")
    assert box.value("w-drf-2.db", "SELECT seed FROM run") == 2
    assert "seed = 2" in box.value("w-drf-2.db", "SELECT workload FROM run")
    box.well("w.ini", "--seed", "9223372036854775807")
    assert box.value("w-drf-9223372036854775807.db", "SELECT seed FROM run") == 2**63 - 1


@case
def a_replication_has_a_seed_of_its_own(box):
    box.write("w.ini", SMALL)
    box.well("w.ini")
    box.well("w.ini", "--replication", "0", "-o", "zero.db")
    done = box.well("w.ini", "--replication", "3")
    assert "seed 1, replication 3" in done.stdout
    assert box.digest("w-drf-1.db") == box.digest("zero.db") != box.digest("w-drf-1-3.db")
    assert box.query("w-drf-1-3.db", "SELECT seed, replication FROM run") == [(1, 3)]
    shown = box.well("show", "w-drf-1-3.db").stdout
    assert "--allocator drf --replication 3" in shown
    box.write("again.ini", shown)
    box.well("again.ini", "--replication", "3", "-o", "again.db")
    assert box.digest("again.db") == box.digest("w-drf-1-3.db")
    # A workload that is spelt otherwise is the same point; another seed another run of it.
    keys = [box.query(name, "SELECT point, point_key FROM run")[0]
            for name in ("w-drf-1.db", "zero.db", "w-drf-1-3.db")]
    assert keys[0] == keys[1] and keys[0][0] == keys[2][0] and keys[0][1] != keys[2][1]
    box.refused("^sim: --replication: expected a whole number", "w.ini", "--replication", "-1")


@case
def overrides_are_kept_as_settings(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--set", "cluster.agents=3", "--set", "framework a.jobs=4", "--seed", "2")
    assert box.query("w-drf-2.db", "SELECT name, value FROM setting ORDER BY 1") == \
        [("cluster.agents", "3"), ("framework a.jobs", "4")]


@case
def overrides_apply_in_order_to_names_with_blanks(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--set", "framework a.tasks=2", "--set", "cluster.agents = 1", "--set", "framework a.tasks=3")
    assert box.value("w-drf-1.db", "SELECT agents FROM run") == 1
    assert box.query("w-drf-1.db", "SELECT DISTINCT tasks FROM job JOIN framework USING (run_id, framework_id)"
                                   " WHERE framework.name = 'a'") == [(3,)]


@case
def record_tasks_adds_a_row_per_attempt(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--record", "tasks", "-o", "tasks.db")
    box.well("w.ini", "--record", "jobs", "-o", "jobs.db")
    assert box.value("tasks.db", "SELECT count(*) FROM task_attempt") == 26
    assert box.value("jobs.db", "SELECT count(*) FROM task_attempt") == 0
    assert box.value("jobs.db", "SELECT count(*) FROM job") == 4
    assert box.digest("tasks.db") == box.digest("jobs.db")


@case
def sampling_does_not_change_the_run(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "default.db")
    box.well("w.ini", "--sample-interval", "100ms", "-o", "fine.db")
    box.well("w.ini", "--sample-interval=1d", "-o", "none.db")
    assert box.digest("default.db") == box.digest("fine.db") == box.digest("none.db")
    samples = {name: box.value(name, "SELECT count(DISTINCT t_ns) FROM cluster_sample")
               for name in ("default.db", "fine.db", "none.db")}
    end_ns = box.value("fine.db", "SELECT sim_end_ns FROM run")
    assert samples["fine.db"] == end_ns // 100_000_000
    assert samples["none.db"] == 0
    # Where nobody says: about a hundred, from an estimate of the end.
    assert 30 <= samples["default.db"] <= 300, samples


@case
def without_a_duration_a_hundredth_of_it_is_sampled(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--set", "experiment.duration=10s")
    assert box.value("w-drf-1.db", "SELECT count(DISTINCT t_ns) FROM cluster_sample") == 100
    assert box.value("w-drf-1.db", "SELECT sim_end_ns FROM run") == 10_000_000_000


@case
def results_tell_where_they_come_from(box):
    trace = "".join(f"{i} {10 * i} -1 20 1 -1 -1 1 -1 -1 1 {i % 2} 1 1 1 1 -1 -1\n" for i in range(1, 5))
    box.write("t.swf", "; MaxProcs: 4\n; MaxNodes: 4\n" + trace)
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1\n[framework x]\ntrace = t.swf\n")
    box.well("w.ini", "--set", "cluster.agents=5", "--seed", "7", "-o", "r.db")
    row = box.query("r.db", "SELECT title, seed, status, workload, workload_path, command FROM run")[0]
    assert row[0] == "w.ini" and row[1] == 7 and row[2] == "ok"
    assert "agents = 5" in row[3] and "seed" in row[3]
    assert row[4] == box.join("w.ini")
    assert row[5] == "sim run w.ini --set cluster.agents=5 --seed 7 -o r.db"
    version = box.well("--version").stdout.split()
    assert box.well("run", "--version").stdout.split() == version
    assert version[:2] == ["sim", "(offersim)"] and version[3] == "commit"
    assert box.query("r.db", "SELECT version, git_commit FROM run") == [(version[2].rstrip(","), version[4])]
    import hashlib
    content = box.read("t.swf")
    assert box.query("r.db", "SELECT framework, path, sha256, bytes FROM trace") == \
        [("x", "t.swf", hashlib.sha256(content).hexdigest(), len(content))]


@case
def an_existing_file_is_replaced_by_a_whole_one(box):
    box.write("w.ini", SMALL)
    box.write("r.db", "something else")
    box.well("w.ini", "-o", "r.db")
    assert box.value("r.db", "SELECT count(*) FROM run") == 1
    assert box.files() == {"w.ini", "r.db"}


@case
def crlf_tabs_comments_and_a_byte_order_mark_are_read_alike(box):
    box.write("w.ini", SMALL)
    box.write("crlf.ini", b"\xef\xbb\xbf# a comment\r\n" + SMALL.replace("\n", "\r\n").replace(" = ", "\t=\t").encode())
    box.well("w.ini", "-o", "a.db")
    box.well("crlf.ini", "-o", "b.db")
    assert box.digest("a.db") == box.digest("b.db")


@case
def a_shown_run_repeats_itself_from_any_folder(box):
    os.mkdir(box.join("in"))
    os.mkdir(box.join("out"))
    rows = "".join(f"{t},{t % 3 + 1},{5 + t % 7}\n" for t in range(0, 200, 3))
    box.write("in/log.csv", "at,n,s\n" + rows)
    box.write("in/w.ini", SMALL + "\n[framework log]\ntrace = log.csv\ncolumn-submit = at\ncolumn-tasks = n\n"
                                  "column-duration = s\ntask-resources = cpus:1;mem:100\n")
    box.well("in/w.ini", "--allocator", "priority", "--seed", "5", "--set", "framework b.tasks=9", "-o", "first.db")
    shown = box.well("show", "../first.db", cwd=box.join("in")).stdout
    only = box.well("show", "--workload", "first.db").stdout
    assert shown.endswith(only) and "digest " + box.digest("first.db") in shown
    assert "--allocator priority" in shown
    box.write("out/again.ini", shown)
    box.write("out/only.ini", only)
    for name in ("again", "only"):
        box.well(f"{name}.ini", "--allocator", "priority", "-o", f"../{name}.db", cwd=box.join("out"))
        assert box.digest(f"{name}.db") == box.digest("first.db")
    # Shown once more, it has one summary, not two.
    assert box.well("show", "again.db").stdout.count("# The same again") == 1


@case
def show_overrides_keys(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "r.db")
    shown = box.well("show", "r.db", "--workload", "--set", "cluster.agents=9").stdout
    assert "agents = 9" in shown and "agents = 4" not in shown
    box.refused("^--set cluster.agent: unknown key", "show", "r.db", "--workload", "--set", "cluster.agent=9")


@case
def show_prints_the_summary_of_the_run(box):
    box.write("w.ini", SMALL)
    ran = box.well("w.ini", "-o", "r.db").stdout
    shown = box.well("show", "--summary", "r.db").stdout
    assert shown.split("\n", 2)[2] == ran.split("\n", 2)[2]
    assert shown.splitlines()[0] == "small"


@case
def validate_says_what_would_run(box):
    box.write("w.ini", SMALL)
    box.write("endless.ini", SMALL + "[framework c]\ntasks = unlimited\ntask-resources = cpus:1\n"
                                     "task-duration = 1s\n")
    box.write("closed.ini", SMALL + "[framework c]\njobs = 5\narrival = closed(10s)\ntasks = 2\n"
                                    "task-resources = cpus:1\ntask-duration = 1s\n")
    done = box.well("validate", "w.ini", "closed.ini")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("w.ini: 4 agents, 2 frameworks, 4 jobs, 26 tasks, the last submitted at 0:")
    assert lines[1].startswith("closed.ini: 4 agents, 3 frameworks, 9 jobs, 36 tasks, ")
    box.refused(r"endless.*duration|duration.*end", "validate", "endless.ini")
    done = box.well("validate", "endless.ini", "--set", "experiment.duration=1h")
    assert "tasks without end" in done.stdout and done.stdout.endswith("; ends at 1:00:00\n")
    assert box.files() == {"w.ini", "endless.ini", "closed.ini"}


@case
def validate_checks_all_files(box):
    box.write("w.ini", SMALL)
    box.write("bad.ini", SMALL.replace("agents = 4", "agents = four"))
    box.write("t.swf", "; MaxProcs: 4\n1 2 3\n")
    done = box.expect(2, "validate", "bad.ini", "w.ini", "nothing.ini", "t.swf")
    errors = done.stderr.splitlines()
    assert [line.split(":")[0] for line in errors] == ["bad.ini", "nothing.ini", "t.swf"], done.stderr
    assert done.stdout.startswith("w.ini: ") and len(done.stdout.splitlines()) == 1


@case
def the_workloads_of_the_project_are_valid(box):
    folder = simtest.source("workloads")
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".ini"))
    assert len(files) >= 4
    done = box.well("validate", *files)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == files


@case
def a_framework_that_never_starts_has_a_row(box):
    box.write("w.ini", """[experiment]
duration = 10s
[cluster]
agents = 1
resources = cpus:1
[framework soon]
tasks = 1
task-resources = cpus:1
task-duration = 1s
[framework late]
start = 1h
count = 2
weight = 3
tasks = 1
task-resources = cpus:1
task-duration = 1s
""")
    assert "; 3 frameworks; " in box.well("w.ini", "-o", "r.db").stdout
    assert "; 3 frameworks; " in box.well("show", "r.db").stdout
    assert box.query("r.db", "SELECT framework, seconds, target FROM ramp_up") == [
        ("soon", 0.0, 1), ("late-1", None, None), ("late-2", None, None)]
    assert box.query("r.db", "SELECT framework_id, weight, start_ns, jobs_submitted, mean_dominant_share "
                             "FROM framework WHERE group_name = 'late'") == [(1, 3.0, None, 0, None),
                                                                             (2, 3.0, None, 0, None)]


@case
def lists_name_what_there_is(box):
    policies = ["best-fit", "capacity", "cmmf", "drf", "fair", "fifo", "hdrf", "lottery", "priority", "psdsf", "random",
                "rpsdsf", "tetris", "tsf"]
    for what, names in {"allocators": policies,
                        "schedulers": ["elastic", "rigid", "mpi", "spark", "torque", "service", "decliner", "hadoop"],
                        "formats": ["ini", "swf", "swim", "csv"]}.items():
        lines = box.well("list", what).stdout.splitlines()
        assert [line.split()[0] for line in lines] == names
        assert all(len(line.split()) > 3 for line in lines)
    keys = box.well("list", "keys").stdout
    for key in ("[framework NAME]", "task-duration", "allocation-interval", "time-compression", "guarantee"):
        assert key in keys
    done = box.well("list", "workloads")
    assert done.stderr == "", done.stderr # each of them is understood, sweeps included
    workloads = done.stdout.splitlines()
    assert any("quickstart.ini" in line and "Facebook" in line for line in workloads)
    everything = box.well("list").stdout
    for name in ("allocators", "schedulers", "arrivals", "distributions", "formats", "workloads"):
        assert f"\n{name}: " in "\n" + everything
    assert box.well("list", "allocators", "schedulers").stdout.splitlines()[-1].startswith("hadoop")


@case
def what_is_listed_is_accepted(box):
    box.write("durations.txt", "1.5s\n2s\n")
    for line in box.well("list", "distributions").stdout.splitlines():
        value = line.split("   ")[0]
        box.write("w.ini", SMALL.replace("exponential(10s)", value))
        box.well("validate", "w.ini")
    for line in box.well("list", "arrivals").stdout.splitlines():
        value = line.split("   ")[0]
        jobs = "" if value.startswith("at(") else "jobs = 3\n"  # at(...) lists its jobs
        box.write("w.ini", SMALL.replace("poisson(5s)", value).replace("jobs = 3\n", jobs))
        box.well("validate", "w.ini")
    for line in box.well("list", "schedulers").stdout.splitlines():
        name = line.split()[0]
        if name == "decliner":  # runs nothing
            box.write("w.ini", SMALL + f"\n[framework idle]\nscheduler = {name}\n")
        elif name == "torque":
            box.write("w.ini", SMALL.replace("agents = 4", "agents = 8") + "scheduler = torque\nrole = nodes\n[role nodes]\nguarantee = cpus:8\n")
        elif name == "service":
            box.write("w.ini", SMALL + "\n[framework web]\nscheduler = service\ninstances = 1\nstop = 1h\n"
                                       "task-resources = cpus:1\n")
        else:
            box.write("w.ini", SMALL + f"scheduler = {name}\n")
        box.well("validate", "w.ini")
    for line in box.well("list", "allocators").stdout.splitlines():
        box.well("w.ini", "--allocator", line.split()[0])


@case
def help_teaches(box):
    for arguments in (["--help"], ["-h"], ["help"]):
        text = box.well(*arguments).stdout
        assert "Examples:" in text and "validate" in text and "workloads/quickstart.ini" in text
        assert re.search("^  help ", text, re.MULTILINE)
    for command in ("run", "validate", "list", "show", "compare", "gate", "merge", "explain", "check-allocator"):
        text = box.well(command, "--help").stdout
        assert text.startswith(f"Usage: sim {command} ") and "Examples:" in text
        assert box.well("help", command).stdout == text
        assert max(len(line) for line in text.splitlines()) <= 120
    done = box.expect(2)
    assert done.stdout == "" and "Usage:" in done.stderr


@case
def the_manual_and_completions_know_the_options(box):
    text = "".join(box.well(command, "--help").stdout for command in ("run", "validate", "list", "show", "compare", "gate", "merge", "explain", "check-allocator"))
    options = set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"}
    for path in ("scripts/sim.1.in", "scripts/sim.bash", "scripts/sim.zsh"):
        with open(simtest.source(path), encoding="utf-8") as file:
            content = file.read().replace("\\-", "-")
        missing = sorted(option for option in options if option not in content)
        assert not missing, f"{path}: {missing}"
    lists = re.findall(r"^  ([a-z]+)  ", box.well("list", "--help").stdout, re.MULTILINE)
    assert "allocators" in lists
    for path in ("scripts/sim.1.in", "scripts/sim.bash", "scripts/sim.zsh"):
        with open(simtest.source(path), encoding="utf-8") as file:
            content = file.read()
        assert not [name for name in lists if name not in content], path


@case
def progress_is_for_terminals_only(box):
    import pty
    box.write("w.ini", SMALL + "[framework c]\ncount = 20\ntasks = unlimited\ntask-resources = cpus:0.01;mem:1\n"
                               "task-duration = exponential(1s)\n")
    limit = ["--set", "experiment.duration=3000s", "-o", "r.db", "w.ini"]
    environment = {**os.environ, "TERM": "xterm"}
    for arguments, shown in ((limit, True), (limit + ["--no-progress"], False), (limit + ["--quiet"], False)):
        leader, follower = pty.openpty()
        process = subprocess.Popen([box.program, *arguments], cwd=box.path, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=follower, env=environment)
        os.close(follower)
        seen = b""
        try:
            while True:
                part = os.read(leader, 4096)
                if not part:
                    break
                seen += part
        except OSError:  # the other end is closed
            pass
        os.close(leader)
        assert process.wait() == 0
        assert (b"simulated" in seen) == shown, seen
        if shown:
            assert b" of 50:00 simulated" in seen and b"events/s" in seen
            assert seen.endswith(b"\r\x1b[K"), seen[-40:]


@case
def a_stalled_run_says_so(box):
    # Each framework gets half of the cluster and holds it, and neither ever lets go.
    gang = "scheduler = rigid\ntasks = 3\ntask-resources = cpus:1\ntask-duration = 1s\n"
    box.write("w.ini", "[cluster]\nagents = 4\nresources = cpus:1\n"
                       f"[framework a]\n{gang}[framework b]\n{gang}")
    done = box.well("w.ini", "--set", "framework a.tasks=uniform(9, 10)")
    status, reason = box.query("w-drf-1.db", "SELECT status, reason FROM run")[0]
    if status == "ok":  # a job that can never fit is unschedulable, and the other is done
        assert "unschedulable" in done.stdout
    else:
        assert status == "stalled" and "unfinished job" in reason and "stalled" in done.stdout


simtest.main()
