# SPDX-License-Identifier: Apache-2.0
"""For tests that run the program: TAP on stdout, a folder of its own for each case, SQL on what was written.

    import simtest
    from simtest import case

    @case
    def a_run_leaves_one_file(box):
        box.write("w.ini", simtest.SMALL)
        box.well("--workload", "w.ini")
        assert box.files() == {"w.ini", "w-drf-1.db"}

    simtest.main()

The script is called with the path of the program: test-x.py SIM [--slow] [CASE...]; --slow runs only the cases
marked @slow_case, which are left out otherwise. Each case is called with a Box, whose
folder is the current directory of all that it runs.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Two frameworks that compete for a moment: some dozen events.
SMALL = """[experiment]
title = small
seed = 1

[cluster]
agents = 4
resources = cpus:2;mem:2048

[framework a]
jobs = 3
arrival = poisson(5s)
tasks = 6
task-resources = cpus:1;mem:512
task-duration = exponential(10s)

[framework b]
start = 5s
tasks = 8
task-resources = cpus:1;mem:1024
task-duration = uniform(1s, 20s)
"""

# Goes on for hours of wall time unless it is stopped.
LONG = """[experiment]
duration = 10000d

[cluster]
agents = 500
resources = cpus:2;mem:2048

[framework a]
count = 5
tasks = unlimited
task-resources = cpus:1;mem:1024
task-duration = normal(30s, 10s)
"""

# What differs from run to run, and says nothing of what was run.
UNREPEATABLE = {"wall_s", "max_rss_kib", "command"}

TIMEOUT_S = 1000 if "--slow" in sys.argv else 100
_cases = []
_slow_cases = []


class Skip(Exception):
    """The case cannot be run here; says why."""


def case(function):
    _cases.append(function)
    return function


def slow_case(function):
    _slow_cases.append(function)
    return function


def source(path):
    return os.path.join(SOURCE_ROOT, path)


def trace(path):
    """A trace that may not be part of the project, in $OFFERSIM_TRACES."""
    folder = os.environ.get("OFFERSIM_TRACES", "")
    if not folder:
        raise Skip("OFFERSIM_TRACES is not set")
    full = os.path.join(folder, path)
    if not os.path.exists(full):
        raise Skip(f"no {path} in OFFERSIM_TRACES")
    return full


class Box:
    """One case's folder and program."""

    def __init__(self, program, path):
        self.program = os.path.abspath(program)
        self.path = path

    def join(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content):
        mode = "wb" if isinstance(content, bytes) else "w"
        encoding = None if isinstance(content, bytes) else "utf-8"
        with open(self.join(name), mode, encoding=encoding, newline=None if mode == "wb" else "") as file:
            file.write(content)
        return name

    def read(self, name):
        with open(self.join(name), "rb") as file:
            return file.read()

    def files(self):
        return set(os.listdir(self.path))

    def start(self, *arguments, **options):
        """The program in the background; its output is piped."""
        options.setdefault("cwd", self.path)
        return subprocess.Popen([self.program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **options)

    def run(self, *arguments, **options):
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def expect(self, status, *arguments, **options):
        done = self.run(*arguments, **options)
        assert done.returncode == status, \
            f"sim {' '.join(arguments)}: exit status {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
        return done

    def well(self, *arguments, **options):
        return self.expect(0, *arguments, **options)

    def refused(self, pattern, *arguments, status=2, **options):
        """The program says what is wrong on one line of stderr, prints nothing else and leaves no trace."""
        before = {name: self.read(name) for name in self.files() if os.path.isfile(self.join(name))}
        names = self.files()
        done = self.expect(status, *arguments, **options)
        assert re.search(pattern, done.stderr), f"expected /{pattern}/ in\n{done.stderr}"
        assert len(done.stderr.splitlines()) == 1, f"one line was expected\n{done.stderr}"
        assert done.stdout == "", f"nothing was expected on stdout\n{done.stdout}"
        assert self.files() == names, f"left behind: {self.files() ^ names}"
        for name, content in before.items():
            assert self.read(name) == content, f"{name} was changed"
        return done

    def query(self, name, sql):
        with sqlite3.connect(f"file:{self.join(name)}?mode=ro", uri=True) as database:
            rows = database.execute(sql).fetchall()
        database.close()
        return rows

    def execute(self, name, sql):
        """Changes what the program has written."""
        with sqlite3.connect(self.join(name)) as database:
            database.execute(sql)
        database.close()

    def value(self, name, sql):
        rows = self.query(name, sql)
        assert len(rows) == 1 and len(rows[0]) == 1, f"{sql}: {rows}"
        return rows[0][0]

    def dump(self, name):
        """All rows of all tables, but for what cannot be repeated."""
        tables = [row[0] for row in self.query(name, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
        rows = {}
        for table in tables:
            columns = [row[1] for row in self.query(name, f"PRAGMA table_info({table})") if row[1] not in UNREPEATABLE]
            rows[table] = self.query(name, f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(columns)}")
        return rows

    def digest(self, name):
        return self.value(name, "SELECT digest FROM run")


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def as_nobody():
    """For preexec_fn: whoever may read and write everything becomes somebody who may not."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def _run_case(function, program):
    path = tempfile.mkdtemp(prefix="sim-test-")
    # Also for cases that become nobody.
    os.chmod(path, 0o777)
    try:
        function(Box(program, path))
    finally:
        shutil.rmtree(path, ignore_errors=True)


def main():
    slow = "--slow" in sys.argv
    program, *chosen = [argument for argument in sys.argv[1:] if argument != "--slow"]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # even if the caller ignores it
    cases = [function for function in (_slow_cases if slow else _cases) if not chosen or function.__name__ in chosen]
    print(f"1..{len(cases)}")
    failures = 0
    for number, function in enumerate(cases, 1):
        name = function.__name__
        try:
            _run_case(function, program)
            print(f"ok {number} {name}")
        except Skip as why:
            print(f"ok {number} {name} # SKIP {why}")
        except Exception:  # pylint: disable=broad-except
            failures += 1
            print(f"not ok {number} {name}")
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
        sys.stdout.flush()
    sys.exit(1 if failures else 0)
