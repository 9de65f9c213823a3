#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the README says of opening results works as it is written, for the programs that are here."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import Skip, case  # noqa: E402  pylint: disable=wrong-import-position

RESULTS = "quickstart-drf-1.db"


def lines_of(prompt):
    """Lines of the README that begin with the prompt, continuation lines joined, and that open the results."""
    with open(simtest.source("README.md"), encoding="utf-8") as file:
        text = file.read().replace("\\\n", " ")
    lines = [line.strip().removeprefix(prompt).strip() for line in text.split("\n") if line.startswith("    " + prompt)]
    assert any(RESULTS in line for line in lines), f"the README has no line {prompt} {RESULTS}"
    return lines


def make_results(box):
    box.well("run", "--workload", simtest.source("workloads/quickstart.ini"), "--set", "experiment.duration=5min",
             "--record", "tasks")
    assert RESULTS in box.files()


def must_run(box, *command, **options):
    done = subprocess.run(command, cwd=box.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, timeout=simtest.TIMEOUT_S, **options)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@case
def sqlite3_lines(box):
    if shutil.which("sqlite3") is None:
        raise Skip("no sqlite3")
    make_results(box)
    lines = [line for line in lines_of("$") if line.startswith("sqlite3")]
    assert len(lines) >= 3
    outputs = [must_run(box, "sh", "-c", line) for line in lines]
    assert "facebook-1" in "".join(outputs)
    assert box.read("shares.csv").startswith(b"run_id,t_ns,framework_id,dominant_share")


@case
def gnuplot_lines(box):
    if shutil.which("gnuplot") is None or shutil.which("sqlite3") is None:
        raise Skip("no gnuplot (scripts/setup --figures)")
    make_results(box)
    for line in lines_of("gnuplot>"):
        box.write("script", "set terminal svg\nset output 'picture.svg'\n" + line + "\n")
        must_run(box, "gnuplot", "script")
        assert b"<path" in box.read("picture.svg")


@case
def python_lines(box):
    make_results(box)
    lines = lines_of(">>>")
    pandas = subprocess.run([sys.executable, "-c", "import pandas"], check=False, stderr=subprocess.DEVNULL)
    if pandas.returncode == 0:
        assert "mean" in must_run(box, sys.executable, "-c", "\n".join(lines[:-1]) + f"\nprint({lines[-1]})")
    # What pandas is asked for, without it.
    query = re.search(r'read_sql\("([^"]*)"', "\n".join(lines)).group(1)
    assert box.query(RESULTS, query)


@case
def r_lines(box):
    if shutil.which("Rscript") is None:
        raise Skip("no R")
    make_results(box)
    if subprocess.run(["Rscript", "-e", "library(RSQLite)"], check=False, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no RSQLite")
    must_run(box, "Rscript", *[argument for line in lines_of("R>") for argument in ("-e", line)])


@case
def sim_lines(box):
    if shutil.which("gnuplot") is None:
        raise Skip("no gnuplot (scripts/setup --figures)")
    make_results(box)
    with open(simtest.source("README.md"), encoding="utf-8") as file:
        lines = re.findall(r"^    (sim (?:report|plot|export) .*)$", file.read(), re.MULTILINE)
    for name in ("drf-1.db", "drf-2.db", "priority-1.db"):
        shutil.copy(box.join(RESULTS), box.join(name))
    lines = [line.replace("sim ", box.program + " ", 1) for line in lines if ".db" in line]
    assert len(lines) >= 5
    for line in lines:
        must_run(box, "sh", "-c", line)
    assert {"quickstart-drf-1.html", "comparison.html", "completion.pdf", "quickstart-drf-1-trace.json",
            "quickstart-drf-1-csv"} <= box.files()


simtest.main()
