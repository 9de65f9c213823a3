#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refuses what a compiler lets pass: see the functions named check_*. Run at the root of the source tree."""

import os
import re
import subprocess
import sys

# The top level is fixed. meson_options.txt must stand there: meson before 1.1 reads options from nowhere else.
TOP_LEVEL = """meson.build meson_options.txt README.md LICENSE src allocators workloads traces scripts tests
               results""".split()

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 80

SPDX = "SPDX-License-Identifier: Apache-2.0"
LAYER_FOLDERS = ("src/", "allocators/", "workloads/", "traces/")
# Foreign data, kept as it is.
DATA = re.compile(r"^(LICENSE|results/|traces/samples/|tests/(conformance/.*data|fuzz/corpus|[^/]*/data)/)")

LEFTOVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/|\.\./shar" r"ed\b")

# Functions that are wrong everywhere: unbounded, hidden global state, dependent on the locale, or compiled out.
BANNED = """alloca assert atof atoi atol g_assert g_random_boolean g_random_double g_random_int
            g_random_int_range g_random_set_seed gets rand rand_r random setlocale sprintf srand srandom strcat strcpy
            strtod strtof strtok vsprintf""".split()

# What needs a host: clocks, files, output, threads, the environment. Only the edge has them.
HOST = """clock clock_gettime g_date_time_new_now g_date_time_new_now_local g_date_time_new_now_utc
          g_get_monotonic_time g_get_real_time g_timer_new g_usleep gettimeofday nanosleep sleep time usleep
          fopen fprintf fputs fwrite g_file_get_contents g_file_set_contents g_fopen g_log g_message g_print
          g_printerr g_warning open printf putchar puts read vfprintf vprintf write
          g_async_queue_new g_mutex_lock g_thread_new g_thread_pool_new g_thread_try_new pthread_create
          g_getenv getenv system""".split()
HOSTLESS = ("src/base/", "src/core/", "allocators/", "src/engine/", "src/model/")
HOST_EXCEPT = {"src/base/check.c": ["fprintf"]}  # says why the process stops


class Report:
    def __init__(self):
        self.failures = 0

    def fail(self, path, line, why):
        print(f"{path}:{line}: {why}")
        self.failures += 1


def tree():
    """Every file of the source tree: those that git knows or would add, or in a tarball all but build folders."""
    if os.path.exists(".git"):
        try:
            out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                                 capture_output=True).stdout.decode()
            return sorted({path for path in out.split("\0") if path and os.path.isfile(path)})
        except (OSError, subprocess.CalledProcessError):
            pass
    found = []
    for path, folders, files in os.walk("."):
        folders[:] = [f for f in folders if f not in (".git", "__pycache__", "build")
                      and not os.path.exists(os.path.join(path, f, "meson-private"))]
        found += [os.path.relpath(os.path.join(path, name), ".") for name in files]
    return sorted(found)


def without_comments(text):
    """The C text with comments and literals blanked; lines and columns stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_top_level(report, paths):
    for name in sorted({path.split("/")[0] for path in paths}):
        if not name.startswith(".") and name not in TOP_LEVEL:
            report.fail(name, 1, "the top level is fixed: this belongs into one of its folders")


def check_text(report, path, text):
    for match in LEFTOVER.finditer(text):
        report.fail(path, line_of(text, match.start()), f"leftover {match.group(0)}")
    if path != ".ci/run":
        for match in MACHINE_PATH.finditer(text):
            report.fail(path, line_of(text, match.start()), "a path of one machine")
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip() and not path.endswith(".md"):
            report.fail(path, number, "white space at the end of the line")
    if text and not text.endswith("\n"):
        report.fail(path, text.count("\n") + 1, "no newline at the end of the file")


def check_c_head(report, path, text):
    if not text.startswith(f"/* {SPDX} */\n"):
        report.fail(path, 1, f'must begin with "/* {SPDX} */"')
    if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        report.fail(path, 2, "a header without #pragma once")


def check_calls(report, path, code):
    banned = list(BANNED) if path.startswith(LAYER_FOLDERS) else ["gets", "strcpy", "strcat", "sprintf", "vsprintf"]
    if path.startswith(HOSTLESS):
        banned += [name for name in HOST if name not in HOST_EXCEPT.get(path, [])]
    # A member of that name (ports->clock(...)) is a port, not the function.
    for match in re.finditer(r"(?<![\w.>])(%s)\s*\(" % "|".join(banned), code):
        report.fail(path, line_of(code, match.start()), f"{match.group(1)}() is not for this layer")


def check_lengths(report, path, code):
    lines = code.split("\n")
    if len(lines) - 1 > FILE_LINES_MAX:
        report.fail(path, len(lines) - 1, f"more than {FILE_LINES_MAX} lines")
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            start = number
        elif line.rstrip() == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                report.fail(path, start, f"a function of {number - start - 1} lines (at most {FUNCTION_LINES_MAX})")
            start = None


def main():
    report = Report()
    paths = tree()
    check_top_level(report, paths)
    for path in paths:
        if DATA.match(path):
            continue
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError:
            continue
        check_text(report, path, text)
        if path.endswith((".c", ".h")):
            code = without_comments(text)
            check_c_head(report, path, text)
            check_calls(report, path, code)
            if path.endswith(".c") and path.startswith(LAYER_FOLDERS):
                check_lengths(report, path, code)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
