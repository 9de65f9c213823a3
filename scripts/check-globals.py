#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refuses mutable global state: a symbol of a layer's archive in a writable section.

usage: check-globals.py ARCHIVE...

Several masters and several simulations live in one process, so nothing may be shared between them. The only
exception is the number that GLib gives an error domain (G_DEFINE_QUARK keeps it in a static "q").
Constant tables of pointers lie in .data.rel.ro, which is read-only once the program runs.
"""

import re
import subprocess
import sys

WRITABLE = re.compile(r"^\.(data|bss|tdata|tbss)(?!\.rel\.ro)")
QUARK = re.compile(r"^q\.\d+$")


def symbols(archive):
    """Yields (object file, section name, symbol) for each variable."""
    run = subprocess.run(["objdump", "--syms", "--wide", archive], check=True, capture_output=True, text=True)
    member = archive
    for line in run.stdout.split("\n"):
        if ": " in line and "file format" in line:
            member = line.split(":")[0]
        # value, seven flag columns (the last: O for a variable), section, size, name
        match = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", line)
        if match and match.group(1)[6] == "O":
            yield member, match.group(2), match.group(3)


def main():
    failures = 0
    for archive in sys.argv[1:]:
        for member, section, name in symbols(archive):
            if WRITABLE.match(section) and not QUARK.match(name):
                print(f"{archive}: {member}: {name} is global and can change")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
