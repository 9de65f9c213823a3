#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What happens to the results file when a run cannot write it or is not let to its end: exit status 1 and no file
that looks complete, or 130 and a file marked `truncated`. A file that was there before is replaced only by a whole
one."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import LONG, SMALL, Skip, case  # noqa: E402  pylint: disable=wrong-import-position

# Some megabytes of results.
LARGE = """[cluster]
agents = 200
resources = cpus:2;mem:2048

[framework a]
tasks = 60000
task-resources = cpus:1;mem:1024
task-duration = exponential(1s)
"""

# Runs for so long that only a run which never starts can fail within the time of a test.
NEVER_DONE = LONG


def partial(box, name="r.db"):
    return [file for file in box.files() if file.startswith(f".{name}.partial-")]


def start_long(box):
    """A run that is under way."""
    box.write("w.ini", LONG)
    process = box.start("w.ini", "--output", "r.db")
    simtest.wait_until(lambda: partial(box))
    time.sleep(0.2)
    assert process.poll() is None
    return process


# --- places that cannot be written ----------------------------------------------------------------------


@case
def a_folder_that_is_not_there_is_found_before_the_run(box):
    box.write("w.ini", NEVER_DONE)
    box.refused("^sim: no/r.db: ", "w.ini", "--output", "no/r.db", status=1)


@case
def a_folder_or_a_device_is_no_output(box):
    box.write("w.ini", NEVER_DONE)
    os.mkdir(box.join("folder"))
    box.refused("^sim: folder: is a directory", "w.ini", "--output", "folder", status=1)
    box.refused("^sim: folder/: ", "w.ini", "--output", "folder/", status=1)
    box.refused("^sim: /dev/null: ", "w.ini", "--output", "/dev/null", status=1)
    box.refused("^sim: /dev/full: ", "w.ini", "--output", "/dev/full", status=1)
    box.refused("^sim: --output: expected the name of a file", "w.ini", "--output", "")
    box.refused("^sim: .*too long", "w.ini", "--output", 255 * "x" + ".db", status=1)
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")
    assert os.listdir(box.join("folder")) == []


@case
def a_folder_without_permission_is_found_before_the_run(box):
    box.write("w.ini", NEVER_DONE)
    folder = box.join("locked")
    os.mkdir(folder)
    with open(os.path.join(folder, "r.db"), "w", encoding="utf-8") as file:
        file.write("old")
    os.chmod(folder, 0o555)
    if subprocess.run([box.program, "--version"], preexec_fn=simtest.as_nobody, check=False,
                      stdout=subprocess.DEVNULL).returncode != 0:
        raise Skip("nobody cannot run the program where it lies")
    box.refused("^sim: locked/r.db: .*ermission denied", "w.ini", "--output", "locked/r.db", status=1,
                preexec_fn=simtest.as_nobody)
    os.chmod(folder, 0o755)
    assert os.listdir(folder) == ["r.db"]


@case
def bad_input_is_said_before_bad_output(box):
    box.write("w.ini", SMALL.replace("agents = 4", "agents = no"))
    box.refused("^w.ini:6", "w.ini", "--output", "no/r.db")


# --- places that become full ----------------------------------------------------------------------------


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


@case
def a_limit_on_the_size_of_files_fails_the_run(box):
    box.write("w.ini", LARGE)
    box.write("r.db", "old")
    done = box.expect(1, "w.ini", "--record", "tasks", "--output", "r.db", preexec_fn=limit_file_size)
    assert done.stderr.startswith("sim: the run failed at ") and "r.db" in done.stderr, done.stderr
    assert box.files() == {"w.ini", "r.db"} and box.read("r.db") == b"old"


@case
def a_limit_too_small_for_any_results(box):
    box.write("w.ini", SMALL)
    done = box.expect(1, "w.ini", "--output", "r.db",
                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert "r.db" in done.stderr and box.files() == {"w.ini"}


@case
def a_full_disk_fails_the_run(box):
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise Skip("only root may mount a small disk")
    box.write("w.ini", LARGE)
    os.mkdir(box.join("disk"))
    script = ('mount -t tmpfs -o size=300k none disk || exit 77; echo old > disk/r.db; '
              '"$1" w.ini --record tasks --output disk/r.db >out 2>err; status=$?; ls -A disk; cat disk/r.db; '
              'exit $status')
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", box.program], cwd=box.path, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=simtest.TIMEOUT_S)
    if done.returncode == 77 or "unshare" in done.stderr:
        raise Skip("no mounting here")
    assert done.returncode == 1, (done, box.read("err"))
    assert done.stdout == "r.db\nold\n", done.stdout
    assert b"the run failed at " in box.read("err") and b"full" in box.read("err"), box.read("err")


@case
def standard_output_that_is_full(box):
    box.write("w.ini", SMALL)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([box.program, "w.ini", "-o", "r.db"], cwd=box.path, stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    assert done.returncode == 1 and "standard output" in done.stderr, done
    assert box.value("r.db", "SELECT status FROM run") == "ok"


# --- interrupted --------------------------------------------------------------------------------------


def interrupt(box, number):
    process = start_long(box)
    sent = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=simtest.TIMEOUT_S)
    return process.returncode, time.monotonic() - sent, out, err


@case
def an_interrupted_run_keeps_what_it_has(box):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        box.write("r.db", "old")
        # The machine may be busy with other tests: one of some attempts is quick enough.
        seconds = []
        for _ in range(5):
            status, taken, out, err = interrupt(box, number)
            seconds.append(taken)
            assert status == 130, (status, err)
            if taken < 1:
                break
        assert min(seconds) < 1, seconds
        assert box.files() == {"w.ini", "r.db"}
        assert "status        truncated" in out and out.rstrip().endswith("r.db"), out
        row = box.query("r.db", "SELECT status, events, sim_end_ns, digest FROM run")[0]
        assert row[0] == "truncated" and row[1] > 0 and row[2] > 0 and len(row[3]) == 16
        assert box.value("r.db", "SELECT count(*) FROM job WHERE state = 'running'") == 5
        assert box.value("r.db", "PRAGMA integrity_check") == "ok"
        assert "truncated" in box.well("show", "r.db").stdout


@case
def an_interrupted_run_is_the_beginning_of_the_whole_one(box):
    process = start_long(box)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=simtest.TIMEOUT_S)
    end_ns, workload = box.query("r.db", "SELECT sim_end_ns, workload FROM run")[0]
    assert "10000d" in workload
    # Up to a whole second before its end, where nothing happens half.
    end_s = end_ns // 10**9 - 1
    box.well("w.ini", "--set", f"experiment.duration={end_s}s", "-o", "whole.db")
    offers = "SELECT sum(offers_sent) FROM framework"
    assert 0 < box.value("whole.db", offers) <= box.value("r.db", offers)


@case
def a_signal_that_is_switched_off_stays_off(box):
    box.write("w.ini", LONG)
    process = box.start("w.ini", "--output", "r.db", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    simtest.wait_until(lambda: partial(box))
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130


@case
def a_second_signal_keeps_nothing(box):
    # The second must come while the results are written; a run with many rows needs a moment for that.
    box.write("w.ini", LONG.replace("agents = 500", "agents = 20000"))
    box.write("r.db", "old")
    process = box.start("w.ini", "--output", "r.db", "--record", "tasks")
    simtest.wait_until(lambda: partial(box))
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.001)
    process.communicate()
    assert process.returncode in (130, -signal.SIGINT)
    assert not partial(box), box.files()
    assert box.read("r.db") == b"old" or box.value("r.db", "SELECT status FROM run") == "truncated"


@case
def a_killed_run_leaves_nothing_that_looks_complete(box):
    box.write("r.db", "old")
    process = start_long(box)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert box.read("r.db") == b"old"
    left = partial(box)
    assert box.files() == {"w.ini", "r.db", *left} and len(left) == 1
    assert box.run("show", left[0]).returncode == 2
    # It is in nobody's way.
    box.write("small.ini", SMALL)
    box.well("small.ini", "--output", "r.db")


@case
def two_runs_side_by_side_do_not_meet(box):
    box.write("w.ini", LARGE)
    both = [box.start("w.ini", "--seed", "3", "--output", name) for name in ("r.db", "r.db", "s.db")]
    for process in both:
        process.communicate(timeout=simtest.TIMEOUT_S)
        assert process.returncode == 0
    assert box.files() == {"w.ini", "r.db", "s.db"}
    assert box.digest("r.db") == box.digest("s.db")


simtest.main()
