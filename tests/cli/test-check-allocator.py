#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pinned: `sim check-allocator` judges each rule of the contract; the template and the allocators that ship keep all of
them; for each rule there is a plug-in in tests/fixtures that breaks it and no other."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ["OFFERSIM_FIXTURES"]
SCENARIOS = ["--scenarios", "8"]
PROPERTIES = {"work-conserving", "weights", "hierarchy", "no-starvation", "priority", "demand"}


def fixture(name):
    return os.path.join(FIXTURES, name + ".so")


def verdicts(done):
    """{rule: verdict} of what was printed."""
    return dict(re.findall(r"^([a-z-]+) +(kept|BROKEN|not declared|not judged)  ", done.stdout, re.MULTILINE))


def rules_with(done, verdict):
    return {rule for rule, found in verdicts(done).items() if found == verdict}


def broken_rules():
    return sorted(name[len("broken-"):-len(".so")] for name in os.listdir(FIXTURES)
                  if name.startswith("broken-") and name.endswith(".so"))


@case
def every_rule_has_a_plug_in_that_breaks_it(box):
    assert set(broken_rules()) == set(verdicts(box.well("check-allocator", "drf", "-n", "1")))


@case
def each_of_them_breaks_that_rule_and_no_other(box):
    for rule in broken_rules():
        done = box.expect(1, "check-allocator", fixture("broken-" + rule), *SCENARIOS)
        assert rules_with(done, "BROKEN") == {rule}, f"broken-{rule}:\n{done.stdout}"
        assert "1 rule broken" in done.stdout and done.stderr == "" or "sanitizer" in done.stderr.lower(), done.stderr


@case
def a_violation_names_the_call_and_what_came_before(box):
    done = box.expect(1, "check-allocator", fixture("broken-suppression"), "--rule", "suppression")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("suppression      BROKEN")
    assert re.match(r"    after \d+ calls, at \S+: it offered .* of agent \d+ to framework \d+ in role \S+: "
                    "it has suppressed the offers in that role$", lines[1]), lines[1]
    calls = [line for line in lines[2:] if line.startswith("      ")]
    assert 3 < len(calls) <= 10 and re.search(r"(tick|run)\(\)$", "\n".join(calls), re.MULTILINE), calls
    assert box.expect(1, "check-allocator", fixture("broken-suppression"), "--rule", "suppression").stdout == done.stdout


@case
def a_crash_breaks_the_rule_in_question(box):
    done = box.expect(1, "check-allocator", fixture("broken-late-calls"), "--rule", "late-calls", "--rule", "filters")
    assert verdicts(done) == {"late-calls": "BROKEN", "filters": "kept"}
    assert re.search(r"^    it (crashed|ended the process) in recover_resources\(\) at ", done.stdout, re.MULTILINE)


@case
def without_determinism_nothing_is_said_of_instances(box):
    done = box.expect(1, "check-allocator", fixture("broken-deterministic"), *SCENARIOS)
    assert verdicts(done)["instances"] == "not judged"


@case
def the_template_keeps_the_contract(box):
    done = box.well("check-allocator", fixture("mine"))
    assert rules_with(done, "not declared") == {"no-starvation", "priority", "demand"}
    done = box.well("check-allocator", fixture("full-allocator"))
    assert rules_with(done, "not declared") == PROPERTIES - {"work-conserving", "no-starvation"}


@case
def allocators_that_ship_are_judged_by_name(box):
    done = box.well("check-allocator", "priority", "--seed", "7", *SCENARIOS)
    assert verdicts(done)["priority"] == "kept"
    assert box.expect(0, "check-allocator", "priority", "--rule", "priority").stdout.count("\n") == 3


@case
def it_is_judged_with_the_options_that_are_given(box):
    shares = box.well("check-allocator", "tetris", "--option", "fairness=1", *SCENARIOS)
    assert rules_with(shares, "BROKEN") == set()
    mem = box.well("check-allocator", fixture("mine"), "--option", "resource=mem", *SCENARIOS)
    assert "23 rules kept" in mem.stdout, mem.stdout
    for option, pattern in (("fuel=mem", 'unknown option of the allocator "fuel"; expected one of resource'),
                            ("resource=fuel", "--option: allocator mine: create.. refuses the options: resource: expected one"),
                            ("resource", 'expected KEY=VALUE, not "resource"')):
        box.refused(pattern, "check-allocator", fixture("mine"), "--option", option)
    box.refused("resource is given twice", "check-allocator", "fair", "--option", "resource=mem", "--option", "resource=cpus")
    box.refused("allocator fifo has no options", "check-allocator", "fifo", "--option", "a=b")


@case
def what_is_wrong_is_named(box):
    box.refused('unknown allocator "dfr"; did you mean "drf"', "check-allocator", "dfr")
    box.refused('unknown rule "filter"; did you mean "filters"', "check-allocator", "drf", "--rule", "filter")
    box.refused("--scenarios: ", "check-allocator", "drf", "--scenarios", "0")
    box.refused("--seed: ", "check-allocator", "drf", "--seed", "-1")
    box.refused("which allocator", "check-allocator")
    box.refused("which allocator", "check-allocator", "drf", "priority")
    box.refused("plug-in .*: .*No such file", "check-allocator", "./none.so")
    box.refused("ships with sim", "check-allocator", "drf", "--plugin-call-limit", "1s")
    box.refused("longer than zero", "check-allocator", "./none.so", "--plugin-call-limit", "0s")


simtest.main()
