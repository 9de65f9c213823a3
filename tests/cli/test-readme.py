#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The workload of README.md, and what it shows beside it: each part is one that the program takes, and all of them
together run, with every operator call done."""

import configparser
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position


def parts():
    """The indented blocks that begin with a group."""
    with open(os.path.join(simtest.SOURCE_ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    blocks = re.findall(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE)
    blocks = ["".join(line[4:] if line.startswith("    ") else line for line in block.splitlines(True)).strip("\n")
              for block in blocks]
    return [block + "\n" for block in blocks if block.startswith("[")]


def groups(text):
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    parser.optionxform = str
    parser.read_string(text)
    return {group: dict(parser.items(group)) for group in parser.sections()}


def merged(base, more):
    both = {group: dict(keys) for group, keys in base.items()}
    for group, keys in more.items():
        both.setdefault(group, {}).update(keys)
    return both


def written(workload):
    return "".join(f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()) + "\n"
                   for group, keys in workload.items())


@case
def parts_of_the_readme(box):
    first, *others = [groups(part) for part in parts()]
    assert "experiment" in first and len(others) >= 4, f"{len(others)} parts"
    # Operators speak of agents that another part makes.
    agents = next(part for part in others if "agents rented" in part)
    for i, part in enumerate(others):
        box.write(f"{i}.ini", written(merged(merged(first, {"agents rented": agents["agents rented"]}), part)))
        box.well("validate", f"{i}.ini")


@case
def all_of_it_runs(box):
    whole = {}
    for part in parts():
        whole = merged(whole, groups(part))
    box.write("w.ini", written(whole))
    box.well("w.ini", "-o", "w.db")
    calls = box.query("w.db", "SELECT name, done, refused, message FROM operator_call")
    assert len(calls) == 6, calls
    assert all(done > 0 and refused == 0 for _, done, refused, _ in calls), calls
    launched = dict(box.query("w.db", "SELECT group_name, sum(tasks_launched) FROM framework GROUP BY group_name"))
    for framework in ("batch", "service", "guest", "picky"):
        assert launched[framework] > 0, launched
    assert box.value("w.db", "SELECT count(*) FROM quota_sample WHERE role = 'service'") > 0
    assert box.value("w.db", "SELECT count(*) FROM framework WHERE offers_unwanted > 0 AND group_name = 'idle'") > 0


simtest.main()
