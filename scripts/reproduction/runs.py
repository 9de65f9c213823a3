# SPDX-License-Identifier: Apache-2.0
"""Runs sim and reads its results, in a folder that goes with it."""

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile


class RunFailed(Exception):
    """sim said no; the text is what it said."""


class Runs:
    """The runs of one experiment. The same runs are made once."""

    def __init__(self, root, sim, jobs):
        self.root, self.sim, self.jobs = root, sim, jobs
        self.commands = []
        self._made = {}
        self._folder = None

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="offersim-reproduce.")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._folder)

    def version(self):
        return subprocess.run([self.sim, "--version"], check=True, capture_output=True, text=True).stdout.strip()

    def make(self, workload, settings, replications, allocator="drf", record=None):
        """The path of the results of so many replications of workloads/paper/WORKLOAD.ini, with these settings."""
        arguments = ["--workload", f"workloads/paper/{workload}.ini", "--allocator", allocator,
                     "--replications", str(replications)]
        for name, value in settings.items():
            arguments += ["--set", f"{name}={value}"]
        if record:
            arguments += ["--record", record]
        key = tuple(arguments)
        if key in self._made:
            return self._made[key]
        output = os.path.join(self._folder, f"{len(self._made)}.db")
        if sys.stderr.isatty():
            print(f"sim {shlex.join(arguments)}", file=sys.stderr)
        done = subprocess.run([self.sim, "run", *arguments, "-j", str(self.jobs), "--quiet", "--output", output],
                              cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RunFailed(done.stderr.strip())
        self.commands.append("sim " + shlex.join(arguments))
        self._made[key] = output
        return output


def query(path, sql, *values):
    """All rows."""
    with sqlite3.connect(path) as database:
        return database.execute(sql, values).fetchall()


def per_replication(path, sql):
    """One value for each replication: of a query that gives (run_id, value). Where one has none, nothing can be said."""
    found = dict(query(path, sql))
    wanted = [row[0] for row in query(path, "SELECT run_id FROM run ORDER BY run_id")]
    missing = [run for run in wanted if found.get(run) is None]
    if missing:
        raise RunFailed(f"{len(missing)} of {len(wanted)} replications have no value of: {sql}")
    return [found[run] for run in wanted]
