#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the checks catch what they are for. Run at the root of the source tree.

A copy of the real meson.build, with one small file per layer, is given one violation at a time.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"
LAYER = re.compile(r"^\s*\['(\w+)',\s*'([\w/]+)',", re.MULTILINE)


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def expect(what, command, status, text=""):
    found, output = run(*command)
    if (found == 0) == (status == 0) and text in output:
        return 0
    print(f"{what}: expected {'success' if status == 0 else 'failure'} and {text!r}, found status {found}:\n{output}")
    return 1


def make_fixture(root):
    """A tree with the layers of this one, each with one function <layer>_f() and its header."""
    for name in ("meson.build", "meson_options.txt", "tests/support/layer-probe.c"):
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        shutil.copy(os.path.join(root, name), name)
    shutil.copytree(os.path.join(root, "scripts"), "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    os.makedirs("traces/samples")
    write("tests/meson.build", "check_dep = dependency('', required: false)\n")
    with open("meson.build", encoding="utf-8") as file:
        layers = LAYER.findall(file.read())
    for name, folder in layers:
        variables = f"{name}_sources = files('{name}.c')\ncli_main = files()\nworkload_files = files()\n"
        write(f"{folder}/meson.build", variables)
        write(f"{folder}/{name}.h", f"{HEAD}#pragma once\n\nvoid {name}_f(void);\n")
        include = f"{folder.removeprefix('src/')}/{name}.h"
        write(f"{folder}/{name}.c", f'{HEAD}#include "{include}"\n\nvoid {name}_f(void)\n{{\n}}\n')


def main():
    failures = 0
    root = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_fixture(root)
        failures += expect("a clean tree is configured", ["meson", "setup", "build"], 0)
        failures += expect("and built", ["ninja", "-C", "build"], 0)
        suite = ["meson", "test", "-C", "build", "--print-errorlogs"]
        failures += expect("and its layers are in order", suite + ["layers", "tidy", "headers", "globals"], 0)

        # Core calls engine without its header: the probe cannot be linked.
        core = f"{HEAD}void engine_f(void);\nvoid core_f(void);\n\nvoid core_f(void)\n{{\n  engine_f();\n}}\n"
        write("src/core/core.c", core)
        failures += expect("core calls engine", ["ninja", "-C", "build", "layer-core"], 1, "engine_f")
        # Core calls a library that is not in its row.
        write("src/core/core.c", core.replace("void engine_f(void)", "const char *sqlite3_libversion(void)", 1)
              .replace("engine_f", "sqlite3_libversion"))
        failures += expect("core calls SQLite", ["ninja", "-C", "build", "layer-core"], 1, "sqlite3_libversion")

        # Core includes what is not its own, and so on: each is refused by the test named.
        body = "\nvoid core_f(void);\n\nvoid core_f(void)\n{\n}\n"
        for test, text, why in (
            ("layers", '#include "engine/engine.h"\n', "core may not use engine"),
            ("layers", '# include "../engine/engine.h"\n', "does not begin with the name of a layer"),
            ("layers", "#include <sqlite3.h>\n", "core may not include <sqlite3.h>"),
            ("layers", "#include <time.h>\n", "core may not include <time.h>"),
            ("tidy", "long g_get_monotonic_time(void);\n", "g_get_monotonic_time() is not for this layer"),
            ("tidy", "/* TO" "DO: more */\n", "leftover"),
            ("globals", "int counter = 1;\n", "counter is global and can change"),
        ):
            write("src/core/core.c", HEAD + text + body)
            failures += expect(text.strip(), suite + [test], 1, why)
        write("src/core/core.c", "#pragma once\n" + body)
        failures += expect("a file without a licence", suite + ["tidy"], 1, "must begin with")
        write("src/core/core.c", HEAD + body.replace("{\n", "{\n" + "  core_f();\n" * 81))
        failures += expect("a long function", suite + ["tidy"], 1, "a function of 81 lines")
        write("src/core/core.c", HEAD + body + "\n" * 600)
        failures += expect("a long file", suite + ["tidy"], 1, "more than 600 lines")
        write("src/core/core.c", HEAD + body)
        write("src/core/core.h", f"{HEAD}#pragma once\n\nvoid core_f(Unknown *unknown);\n")
        failures += expect("a header that needs another", suite + ["headers"], 1, "does not compile alone")
        os.chdir(root)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
