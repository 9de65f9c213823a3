#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles each header of the layers alone, with the flags of its layer.

usage: check-headers.py BUILD-FOLDER    (run at the root of the source tree)
"""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys

FOLDERS = ("src", "allocators", "workloads", "traces")


def flags_by_folder(build):
    """Returns {folder: compiler command without input and output} from the compile database."""
    commands = {}
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            source = os.path.relpath(os.path.join(entry["directory"], entry["file"]))
            words = shlex.split(entry["command"])
            kept = []
            skip = False
            for word in words:
                if skip or word in ("-c", "-MD", "-MMD", entry["file"]):
                    skip = False
                elif word in ("-o", "-MF", "-MQ"):
                    skip = True
                else:
                    kept.append(word)
            commands.setdefault(os.path.dirname(source), kept)
    return commands


def headers():
    for folder in FOLDERS:
        for path, _, files in sorted(os.walk(folder)):
            yield from (os.path.join(path, name) for name in sorted(files) if name.endswith(".h"))


def main():
    build = os.path.abspath(sys.argv[1])
    commands = flags_by_folder(build)

    def compile_alone(header):
        command = commands.get(os.path.dirname(header))
        if command is None:
            return ""  # a layer that is not built
        # Twice, so that #pragma once is seen to work; through a file of its own, where "pragma once" is no warning.
        name = header.removeprefix("src/")
        text = f'#include "{name}"\n#include "{name}"\nextern int unused;\n'
        run = subprocess.run(command + ["-Werror", "-fsyntax-only", "-x", "c", "-"], input=text, cwd=build, text=True,
                             capture_output=True, check=False)
        return "" if run.returncode == 0 else f"{header} does not compile alone:\n{run.stderr}"

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for message in pool.map(compile_alone, headers()):
            if message:
                print(message)
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
