#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What stands in results/ hangs together, without a run: each experiment of scripts/reproduce has its folder and its line in the
list, the page says what the table says, every parameter has a source or is varied, and the figure can be drawn from the data
beside it. That the numbers come out again is another matter: tests reproduce-* of the suite slow."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
RESULTS = os.path.join(ROOT, "results")
STANDINGS = {"verified", "computed", "expected", "recalled"}
VERDICTS = {"reproduced", "not reproduced", "not testable", "compared"}


def _read(*names):
    with open(os.path.join(RESULTS, *names), encoding="utf-8") as file:
        return file.read()


def _experiments():
    listed = subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "reproduce"), "--list"], text=True, check=True,
                            capture_output=True).stdout
    return [line.split()[0] for line in listed.splitlines()]


def _summary(name):
    return list(csv.DictReader(_read(name, "summary.csv").splitlines()))


@case
def every_experiment_has_its_folder_and_its_line_in_the_list(_):
    folders = {name for name in os.listdir(RESULTS) if os.path.isdir(os.path.join(RESULTS, name)) and name[0] != "."}
    assert folders == set(_experiments()), folders ^ set(_experiments())
    for name in folders:
        assert f"[{name}]({name}/README.md)" in _read("README.md"), name


@case
def the_page_says_what_the_table_says(_):
    for name in _experiments():
        page = _read(name, "README.md")
        for row in _summary(name):
            assert row["verdict"] in VERDICTS, row
            line = next((line for line in page.splitlines() if line.startswith(f"| {row['claim']} | ")), None)
            assert line and f"| {row['verdict']} |" in line and row["measured"] in line, (name, row)


@case
def what_is_recalled_or_put_in_is_not_claimed_alone(_):
    for name in _experiments():
        for row in _summary(name):
            assert row["verdict"] != "compared" or row["variations"] == "0", (name, row)
            assert row["standing"] in STANDINGS, (name, row)
            assert row["standing"] != "recalled" or row["verdict"] in ("compared", "not testable"), (name, row)
            assert "put in" not in row["claim"] or row["verdict"] == "compared", (name, row)


@case
def parameters_have_a_source_or_are_varied(_):
    for name in _experiments():
        manifest = json.loads(_read(name, "manifest.json"))
        assert manifest["runs"] and manifest["command"] == f"scripts/reproduce {name}" and "commit" in manifest["version"], name
        unsourced = [each for each in manifest["parameters"] if "varied by" in each["source"]]
        for each in manifest["parameters"]:
            assert "of our own" not in each["source"] or not isinstance(each["value"], (int, float)), (name, each)
        varied = max(int(row["variations"]) for row in _summary(name))
        assert varied > 0 or not unsourced, name


@case
def figures_are_drawn_from_the_data_beside_them(_):
    if not shutil.which("gnuplot"):
        raise simtest.Skip("gnuplot is not there")
    for name in _experiments():
        with tempfile.TemporaryDirectory() as folder:
            for part in ("data.csv", "figure.gnuplot"):
                shutil.copy(os.path.join(RESULTS, name, part), folder)
            subprocess.run(["gnuplot", "figure.gnuplot"], cwd=folder, check=True, capture_output=True)
            assert os.path.getsize(os.path.join(folder, "figure.svg")) > 1000, name


simtest.main()
