#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pinned: allocators in shared objects (--allocator ./mine.so): how they are built, loaded, refused, recorded; what
becomes of one that crashes, does not come back, leaves, or offers what is not free: a message that names it and the
call, exit status 1, and no file that looks complete."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import LONG, SMALL, Skip, case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ["OFFERSIM_FIXTURES"]


def fixture(name):
    return os.path.join(FIXTURES, name + ".so")


# --- runs -------------------------------------------------------------------------------------------------


@case
def a_plug_in_runs_as_any_allocator(box):
    box.write("w.ini", SMALL)
    shutil.copy(fixture("mine"), box.join("mine.so"))
    out = box.well("w.ini", "--allocator", "./mine.so").stdout
    assert "allocator mine;" in out, out
    assert box.files() == {"w.ini", "mine.so", "w-mine-1.db"}
    row = box.query("w-mine-1.db", "SELECT allocator, allocator_path, allocator_sha256, status FROM run")[0]
    assert row == ("mine", box.join("mine.so"), hashlib.sha256(box.read("mine.so")).hexdigest(), "ok"), row
    box.well("w.ini", "--allocator", "./mine.so", "-o", "again.db")
    assert box.digest("again.db") == box.digest("w-mine-1.db")
    box.well("w.ini")
    assert box.query("w-drf-1.db", "SELECT allocator_path, allocator_sha256 FROM run") == [(None, None)]


@case
def the_full_allocator_runs_too(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--allocator", fixture("full-allocator"), "-o", "r.db")
    assert box.value("r.db", "SELECT sum(jobs_finished) FROM framework") == 4


@case
def one_that_was_built_against_the_first_header_runs(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--allocator", fixture("previous"), "-o", "r.db")
    assert box.value("r.db", "SELECT allocator FROM run") == "previous"
    assert box.value("r.db", "SELECT sum(jobs_finished) FROM framework") == 4


@case
def a_workload_gives_it_options(box):
    box.write("w.ini", SMALL + "[allocator mine]\nresource = mem\n")
    box.well("w.ini", "--allocator", fixture("mine"), "-o", "r.db")
    box.well("validate", "w.ini", "--allocator", fixture("mine"))
    box.refused('unknown allocator "mine"', "validate", "w.ini")
    box.refused("--set allocator mine.resource: resource: expected one", "w.ini", "--allocator", fixture("mine"), "--set",
                "allocator mine.resource=fuel")
    box.refused('unknown key; did you mean "resource"', "w.ini", "--allocator", fixture("mine"), "--set",
                "allocator mine.resoruce=mem")
    # What is shown repeats the run; the plug-in is not loaded for it.
    shown = box.well("show", "r.db").stdout
    assert f"--allocator {fixture('mine')}\n" in shown and "resource = mem" in shown
    box.write("again.ini", shown)
    box.well("again.ini", "--allocator", fixture("mine"), "-o", "again.db")
    assert box.digest("again.db") == box.digest("r.db")
    assert "seed = 9" in box.well("show", "r.db", "--workload", "--set", "experiment.seed=9").stdout


# --- built outside of the tree ----------------------------------------------------------------------------


@case
def the_template_is_built_with_one_command_from_what_is_installed(box):
    build = os.path.dirname(os.path.dirname(FIXTURES))
    for tool in ("meson", "make", "pkg-config", "cc"):
        if shutil.which(tool) is None:
            raise Skip(f"no {tool}")
    environment = dict(os.environ, DESTDIR=box.join("root"))
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet"], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    found = [os.path.join(folder, "offersim-allocator.pc") for folder, _, files in os.walk(box.join("root"))
             if "offersim-allocator.pc" in files]
    assert len(found) == 1, found
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(found[0]))
    prefix = subprocess.run(["pkg-config", "--variable=prefix", "offersim-allocator"], check=True, env=environment,
                            stdout=subprocess.PIPE, text=True).stdout.strip()
    with open(found[0], encoding="utf-8") as file:
        text = file.read()
    with open(found[0], "w", encoding="utf-8") as file: # as if it had been installed there
        file.write(text.replace(f"prefix={prefix}\n", f"prefix={box.join('root')}{prefix}\n"))
    template = subprocess.run(["pkg-config", "--variable=templatedir", "offersim-allocator"], check=True,
                              env=environment, stdout=subprocess.PIPE, text=True).stdout.strip()
    shutil.copytree(template, box.join("mine"))
    done = subprocess.run(["make", "-C", box.join("mine")], check=False, env=dict(environment, CFLAGS="-Werror"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    box.write("w.ini", SMALL)
    box.well("w.ini", "--allocator", "mine/mine.so", "-o", "r.db")
    box.well("w.ini", "--allocator", "mine/full-allocator.so", "-o", "r.db")
    # It needs the C library alone, and shows one symbol.
    needed = subprocess.run(["objdump", "-p", box.join("mine/mine.so")], check=True, stdout=subprocess.PIPE,
                            text=True).stdout
    assert set(re.findall(r"NEEDED +(\S+)", needed)) <= {"libc.so.6"}, needed
    shown = subprocess.run(["nm", "-D", "--defined-only", box.join("mine/mine.so")], check=True,
                           stdout=subprocess.PIPE, text=True).stdout
    assert [line.split()[-1] for line in shown.splitlines()] == ["offersim_plugin"], shown


# --- refused ----------------------------------------------------------------------------------------------


@case
def what_is_no_plug_in_is_refused_with_what_was_expected(box):
    box.write("w.ini", SMALL)
    box.write("text.so", "no shared object")
    for name, pattern in (
            ("magic", "its offersim_plugin begins with 0*2a; expected [0-9a-f]{16} .OFFERSIM_PLUGIN_MAGIC."),
            ("descriptor", "its descriptor is of ABI version 2; expected 1$"),
            ("version", "its policy is of ABI version 2; expected 1$"),
            ("size", r"its policy says that it has 16 bytes; expected at least \d+ in version 1"),
            ("kind", "its descriptor is of kind 7; expected 1 .policy. or 2 .allocator., with its table"),
            ("function", r"its policy has no function key\(\), which every policy needs"),
            ("allocator", r"its allocator has no function create\(\), which every allocator needs"),
            ("symbol", "exports no symbol offersim_plugin; expected one"),
            ("unresolved", "cannot be loaded: undefined symbol: nobody_defines_this"),
            ("name", "its name, drf, is that of an allocator that ships with sim"),
            ("no-name", "its name is not one: expected letters")):
        path = fixture("refused-" + name)
        box.refused(f"^sim: plug-in {re.escape(path)}: {pattern}", "w.ini", "--allocator", path)
    box.refused("^sim: plug-in .*text.so: not a shared object that can be loaded: ", "w.ini", "-a", "./text.so")
    box.refused("^sim: plug-in .*none.so: .*No such file", "w.ini", "-a", "none.so")
    box.refused("^sim: plug-in ", "w.ini", "-a", "./")
    box.refused("ships with sim and is not bounded", "w.ini", "--plugin-call-limit", "1s")
    box.refused("--plugin-call-limit: ", "w.ini", "-a", fixture("mine"), "--plugin-call-limit", "soon")
    box.refused("longer than zero", "w.ini", "-a", fixture("mine"), "--plugin-call-limit", "0s")
    box.refused("--set allocator misbehaving.how: the allocator cannot be made with it", "w.ini", "-a",
                fixture("misbehaving"), "--set", "allocator misbehaving.how=silent")


# --- misbehaving ------------------------------------------------------------------------------------------


def misbehave(box, how, where, *arguments):
    """Its message; the results of an earlier run stay."""
    box.write("w.ini", SMALL)
    box.write("r.db", "old")
    done = box.expect(1, "w.ini", "--allocator", fixture("misbehaving"), "--output", "r.db", "--set",
                      f"allocator misbehaving.how={how}", "--set", f"allocator misbehaving.where={where}", *arguments)
    assert box.files() == {"w.ini", "r.db"}, box.files()
    assert box.read("r.db") == b"old"
    return done.stderr


# What a sanitizer does with a crash is to end the process.
FELL = "(crashed|ended the process)"


@case
def a_crash_is_a_message_with_the_call(box):
    name = f"^sim: plug-in {re.escape(fixture('misbehaving'))}: "
    for how, why in (("crash", "Segmentation fault"), ("abort", "Aborted")):
        err = misbehave(box, how, "tick")
        assert re.search(f"{name}{FELL} in tick\\(\\) at 4.0 s of simulated time(: {why}|, with)", err, re.M), err
    assert re.search(f"{name}{FELL} in create\\(\\)", misbehave(box, "crash", "create"), re.M)
    assert re.search(f"{name}{FELL} in destroy\\(\\)", misbehave(box, "crash", "destroy"), re.M)
    assert re.search(f"{name}ended the process in tick\\(\\) at 4.0 s of simulated time, with status 0",
                     misbehave(box, "leave", "tick"), re.M)


@case
def a_crash_while_it_is_loaded(box):
    box.write("w.ini", SMALL)
    environment = dict(os.environ, MISBEHAVE_WHEN_LOADED="1")
    for arguments in (["w.ini", "-a"], ["check-allocator"], ["validate", "w.ini", "-a"]):
        done = box.expect(1, *arguments, fixture("misbehaving"), env=environment)
        assert re.search(f"misbehaving.so: {FELL} in its constructors[:,]", done.stderr), done.stderr
    assert box.files() == {"w.ini"}


@case
def an_endless_call_is_ended(box):
    start = time.monotonic()
    err = misbehave(box, "loop", "tick", "--plugin-call-limit", "500ms")
    assert re.search(r"took more than 0.5 s of processor time in tick\(\) at 4.0 s of simulated time$", err, re.M), err
    err = misbehave(box, "loop", "destroy", "--plugin-call-limit", "200ms")
    assert re.search(r"took more than 0.2 s of processor time in destroy\(\)$", err, re.M), err
    assert time.monotonic() - start < 50


@case
def offers_of_what_is_not_free_end_the_run(box):
    assert "the run failed at 0:04 of simulated time: allocator misbehaving offered cpus:2;mem:2048 of agent " in \
        misbehave(box, "double", "tick")
    assert "the run failed at 0:04 of simulated time: allocator misbehaving offered " in misbehave(box, "garbage", "tick")


@case
def calls_at_random_do_not_harm_the_master(box):
    # Where revocation is on and maintenance is planned, nearly all that it asks for makes sense.
    for lenient in (False, True):
        workload = re.sub(r"(\[framework .\]\n)", "\\1inverse-offers = decline\n", SMALL)
        box.write("w.ini", workload + ("[master]\nrevocation-grace = 2s\n[operator m]\n"
                                       "at = 1s: maintenance agents start=10s length=1000s\n" if lenient else ""))
        killed = 0
        for seed in range(1, 16):
            done = box.run("w.ini", "--allocator", fixture("misbehaving"), "--output", "r.db", "--seed", str(seed), "--set",
                           "allocator misbehaving.how=random")
            if done.returncode == 0:
                killed += box.value("r.db", "SELECT sum(tasks_killed) FROM framework")
                os.unlink(box.join("r.db"))
            else:
                assert done.returncode == 1 and "the run failed at " in done.stderr, done.stderr
            assert box.files() == {"w.ini"}
        assert (killed > 0) == lenient


# --- signals ----------------------------------------------------------------------------------------------


def start_long(box, *arguments):
    box.write("w.ini", LONG)
    process = box.start("w.ini", "--output", "r.db", *arguments, start_new_session=True)
    simtest.wait_until(lambda: any(".partial-" in name for name in box.files()))
    time.sleep(0.2)
    return process


@case
def ctrl_c_keeps_what_there_is(box):
    # To the parent alone, as a script does; to all of the terminal, as Ctrl-C does.
    for whole_group in (False, True):
        process = start_long(box, "--allocator", fixture("mine"))
        if whole_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=simtest.TIMEOUT_S)
        assert process.returncode == 130, (process.returncode, err)
        assert "truncated" in out and box.files() == {"w.ini", "r.db"}
        assert box.value("r.db", "SELECT status FROM run") == "truncated"


@case
def a_second_signal_ends_an_endless_call(box):
    process = start_long(box, "--allocator", fixture("misbehaving"), "--set", "allocator misbehaving.how=loop")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=simtest.TIMEOUT_S)
    assert process.returncode == 130 and box.files() == {"w.ini"}


@case
def one_that_ends_the_process_behind_its_back_is_told_too(box):
    box.write("w.ini", LONG)
    for where in ("tick", "create"):
        done = box.expect(1, "w.ini", "--allocator", fixture("misbehaving"), "--output", "r.db", "--set",
                          "allocator misbehaving.how=alarm", "--set", f"allocator misbehaving.where={where}")
        assert re.search(r"misbehaving.so: ended the process (outside of its calls|in \w+\(\).*), with status 0$",
                         done.stderr, re.M), done.stderr
        # What has just been begun may be left, under its partial name.
        assert "r.db" not in box.files() and (where == "create" or box.files() == {"w.ini"}), box.files()


@case
def who_ignores_the_ends_of_children_gets_an_answer_too(box):
    box.write("w.ini", SMALL)
    box.well("w.ini", "--allocator", fixture("mine"), preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))


@case
def no_child_is_left_behind(box):
    process = start_long(box, "--allocator", fixture("mine"))
    process.kill()
    process.communicate()
    simtest.wait_until(lambda: subprocess.run(["pgrep", "-s", str(process.pid)], stdout=subprocess.DEVNULL,
                                              check=False).returncode != 0)


simtest.main()
