#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refuses #include lines that the layer table of meson.build forbids.

usage: check-layers.py LAYER=FOLDER:USED,USED... ...    (run at the root of the source tree)

Types and macros leave no symbols, so the link probes cannot see them, and the headers of a foreign library lie
in /usr/include, where every compiler finds them. Both are seen here.
"""

import fnmatch
import os
import re
import sys

# Foreign headers that any layer may include: the language, text and numbers, GLib.
COMMON = """assert.h ctype.h errno.h float.h glib.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h
            stddef.h stdint.h stdlib.h string.h""".split()
FILES = "fcntl.h glib/gstdio.h stdio.h sys/stat.h sys/types.h unistd.h".split()

# And what one layer may include besides. Production code sees no clock, no file, no thread and no socket,
# and neither does virtual time; the layers at the edge read and write files. cli is the edge itself.
FOREIGN = {
    "base": ["stdio.h", "sys/mman.h"],  # check.c prints why the process stops; large-memory.c wants large pages
    "engine": ["Random123/*"],
    "workload": FILES,
    "workloads": FILES,
    "traces": FILES + ["zlib.h", "sys/mman.h"],
    "metrics": FILES + ["sqlite3.h"],
    "report": FILES + ["sqlite3.h"],
    "cli": ["*"],
}

# Headers that the build generates, and who may include them.
GENERATED = {"offersim-version.h": "cli"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>|(\S.*))', re.MULTILINE)


def parse_table(arguments):
    """Returns {layer: (folder, [layers it may use])}."""
    table = {}
    for argument in arguments:
        name, rest = argument.split("=", 1)
        folder, used = rest.split(":", 1)
        table[name] = (folder, [layer for layer in used.split(",") if layer])
    return table


def sources(folder):
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                yield os.path.join(path, name)


def refusal(table, layer, quoted, foreign):
    """Returns why this include is refused in a file of the layer, or None."""
    if quoted is None and foreign is None:
        return "an include must name its file"
    if foreign is not None:
        allowed = COMMON + FOREIGN.get(layer, [])
        if any(fnmatch.fnmatch(foreign, pattern) for pattern in allowed):
            return None
        return f"{layer} may not include <{foreign}>"
    if GENERATED.get(quoted) == layer:
        return None
    prefixes = {folder.removeprefix("src/"): name for name, (folder, _) in table.items()}
    prefix = os.path.dirname(quoted)
    if prefix not in prefixes:
        return f'"{quoted}" does not begin with the name of a layer'
    if prefixes[prefix] != layer and prefixes[prefix] not in table[layer][1]:
        return f'{layer} may not use {prefixes[prefix]} ("{quoted}")'
    return None


def main():
    table = parse_table(sys.argv[1:])
    failures = 0
    for layer, (folder, _) in table.items():
        for path in sources(folder):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for match in INCLUDE.finditer(text):
                why = refusal(table, layer, match.group(1), match.group(2))
                if why:
                    line = text.count("\n", 0, match.start()) + 1
                    # ^\s* may begin on an empty line before
                    line += match.group(0)[: match.group(0).index("#")].count("\n")
                    print(f"{path}:{line}: {why}")
                    failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
