#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `sim merge` makes of results files, and what it refuses. Rows and order: tests/metrics/test-results-merge.c."""

import os
import resource
import signal
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, case  # noqa: E402  pylint: disable=wrong-import-position


def three_files(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "a.db")
    box.well("w.ini", "--replication", "1", "-o", "b.db")
    box.well("w.ini", "--allocator", "priority", "-o", "c.db")


def dump(box, name):
    """All rows of all tables."""
    tables = [row[0] for row in box.query(name, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
    return {table: box.query(name, f"SELECT * FROM {table}") for table in tables}


def execute(box, name, sql):
    database = sqlite3.connect(box.join(name))
    database.execute(sql)
    database.commit()
    database.close()


@case
def several_files_become_one(box):
    three_files(box)
    done = box.well("merge", "all.db", "a.db", "b.db", "c.db")
    assert done.stdout == "all.db: 3 runs\n" and done.stderr == ""
    assert box.query("all.db", "SELECT run_id, allocator, replication FROM run") == \
        [(1, "drf", 0), (2, "drf", 1), (3, "priority", 0)]
    assert box.value("all.db", "SELECT count(*) FROM completion_time") == 12
    # Two replications of one point; the third run has another allocator.
    assert box.query("all.db", "SELECT DISTINCT run_id, n FROM metric_summary WHERE missing = 0") == [(1, 2)]
    assert "priority" in box.well("show", "--run", "3", "--summary", "all.db").stdout
    assert box.files() == {"w.ini", "a.db", "b.db", "c.db", "all.db"}


@case
def one_after_the_other_and_again_is_the_same(box):
    three_files(box)
    box.well("merge", "--quiet", "all.db", "a.db", "b.db", "c.db")
    for name in ("a.db", "b.db", "c.db"):
        box.well("merge", "-q", "steps.db", name)
    assert dump(box, "all.db") == dump(box, "steps.db")
    done = box.well("merge", "steps.db", "c.db", "a.db")
    assert done.stdout == "steps.db: 3 runs; 2 left out, which were there already\n"
    assert dump(box, "all.db") == dump(box, "steps.db")


@case
def the_same_run_with_more_rows_is_no_replication(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "3", "-o", "a.db", "-q")
    box.well("w.ini", "--replications", "3", "-o", "b.db", "-q", "--record", "tasks")
    summaries = "SELECT name, scope, n, missing, mean, half_width FROM metric_summary ORDER BY 1, 2"
    alone = box.query("a.db", summaries)
    assert {row[2] for row in alone if row[4] is not None} == {3}
    box.well("merge", "both.db", "a.db", "b.db")
    assert box.value("both.db", "SELECT count(*) FROM run") == 6
    assert box.query("both.db", summaries) == alone
    shown = {name: box.well("show", name, "--summary").stdout.splitlines()[2:-1] for name in ("a.db", "both.db")}
    assert shown["a.db"] == shown["both.db"] and len(shown["a.db"]) > 4, shown


@case
def what_is_no_results_file_is_refused(box):
    three_files(box)
    box.write("text.db", "a text, which is long enough not to be taken for an empty file, though it is none" * 2)
    execute(box, "c.db", "PRAGMA user_version = 1")
    sqlite3.connect(box.join("foreign.db")).execute("CREATE TABLE run (run_id INTEGER)").connection.close()
    box.refused("^sim: text.db: ", "merge", "all.db", "a.db", "text.db")
    box.refused("^sim: foreign.db: not a results file of sim", "merge", "all.db", "a.db", "foreign.db")
    box.refused("^sim: c.db: results of version 1, this program reads version [0-9]+", "merge", "all.db", "a.db", "c.db")
    box.refused("^sim: missing.db: No such file", "merge", "all.db", "missing.db")
    # What would be replaced is not this program's.
    box.refused("^sim: foreign.db: not a results file", "merge", "foreign.db", "a.db")
    box.refused("^sim: which results files", "merge", "all.db")


@case
def a_locked_file_is_refused(box):
    three_files(box)
    database = sqlite3.connect(box.join("b.db"), isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    # Not box.refused(): a process that closes a file lets go of all its locks.
    done = box.expect(2, "merge", "all.db", "a.db", "b.db")
    assert done.stderr == "sim: b.db: SQLite: it is locked: another program writes to it\n", done.stderr
    assert "all.db" not in box.files()
    database.execute("ROLLBACK")
    database.close()
    box.well("merge", "all.db", "a.db", "b.db")


@case
def a_full_disk_leaves_the_file_as_it_was(box):
    three_files(box)
    box.well("merge", "all.db", "a.db")
    size = len(box.read("all.db")) // 2

    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    box.refused("^sim: all.db: ", "merge", "all.db", "b.db", status=1, preexec_fn=little)
    box.well("merge", "all.db", "b.db")
    assert box.value("all.db", "SELECT count(*) FROM run") == 2


@case
def an_interrupted_merge_leaves_the_file_as_it_was(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "-o", "a.db", "--record", "tasks")
    database = sqlite3.connect(box.join("a.db"))
    columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(task_attempt)"))
    for _ in range(17):
        database.execute(f"INSERT INTO task_attempt ({columns}) SELECT {columns} FROM task_attempt")
    database.commit()
    database.close()
    process = box.start("merge", "all.db", "a.db")
    simtest.wait_until(lambda: any(name.startswith(".all.db.partial") and os.path.getsize(box.join(name)) > 10**6
                                   for name in box.files()))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130 and "stopped while merging" in err and out == "", (process.returncode, err)
    assert box.files() == {"w.ini", "a.db"}


simtest.main()
