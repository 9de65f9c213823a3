#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`sim gate`: no alarm for the same allocator with other draws of its own; each deliberately unfair plug-in is caught by the
metric that is meant for it; what is no pass; the baseline as a file. The verdicts: tests/metrics/test-gate-verdicts.c. With --slow:
twenty gates of each kind."""

import glob
import os
import re
import shutil
import signal
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import case, slow_case  # noqa: E402  pylint: disable=wrong-import-position

FIXTURES = os.environ.get("OFFERSIM_FIXTURES", "")

# Unfair plug-in: the workload and the metric that are meant for it, and whom it is compared with.
UNFAIR = {
    "broken-weights": ("weights.ini", "fairness/jain", "drf"),
    "unfair-first": ("equals.ini", "fairness/deficit", "drf"),
    "unfair-starve": ("weights.ini", "starvation/longest", "drf"),
    "broken-filters": ("decliners.ini", "fairness/deficit", "full-allocator"),
}

METRICS = 6  # that are gated by default

LINE = re.compile(r"^(\S+\.ini) +(\S.*?) {2,}.* {2,}(pass|regression|inconclusive)$", re.MULTILINE)


def fixture(name):
    return os.path.join(FIXTURES, name + ".so")


def allocator(name):
    return name if name == "drf" else fixture(name)


def workloads(box, *names, folder="w"):
    os.makedirs(box.join(folder), exist_ok=True)
    for name in names or sorted(os.listdir(simtest.source("workloads/fairness"))):
        if name.endswith(".ini"):
            shutil.copy(simtest.source("workloads/fairness/" + name), box.join(folder))
    return folder


def accept(box, *more, replications=10, folder="w", baseline="b.txt"):
    return box.well("gate", "-b", baseline, "-w", folder, "--accept", "--replications", str(replications), *more)


def gate(box, status, *more, folder="w", baseline="b.txt"):
    done = box.expect(status, "gate", "-b", baseline, "-w", folder, "--no-progress", *more)
    return done, {(file, metric): verdict for file, metric, verdict in LINE.findall(done.stdout)}


def edit(box, name, old, new):
    text = box.read(name).decode()
    assert old in text, text
    box.write(name, text.replace(old, new))


@case
def the_same_allocator_passes(box):
    workloads(box, "weights.ini")
    done = accept(box)
    assert done.stdout == "b.txt: 1 workload of allocator drf\n"
    assert "note: weights.ini has 10 replications; with fewer than 30" in done.stderr
    first = box.read("b.txt")
    done, verdicts = gate(box, 0)
    assert set(verdicts.values()) == {"pass"} and len(verdicts) == METRICS
    assert f"{METRICS} passed, 0 regressed, 0 inconclusive" in done.stdout
    # To the last digit: nothing is worse, and by nothing.
    assert len(re.findall(r" 0 +0 to 0 ", done.stdout)) == METRICS
    accept(box)
    assert box.read("b.txt") == first
    # Other draws of its own, the same jobs.
    done, verdicts = gate(box, 0, "--set", "experiment.allocator-stream=7", "-j", "2")
    assert set(verdicts.values()) == {"pass"}
    assert len(re.findall(r" 0 +0 to 0 ", done.stdout)) < METRICS
    assert gate(box, 0, "--quiet")[0].stdout == ""
    assert box.files() == {"b.txt", "w"}


@case
def the_unfair_are_caught(box):
    for name, (workload, metric, honest) in UNFAIR.items():
        folder = workloads(box, workload, folder=name)
        accept(box, "-a", allocator(honest), folder=folder, baseline=name + ".txt")
        _, verdicts = gate(box, 1, "-a", fixture(name), folder=folder, baseline=name + ".txt")
        assert verdicts[workload, metric] == "regression", (name, verdicts)


@case
def what_is_wider_than_the_tolerance_is_no_pass(box):
    workloads(box, "sizes.ini")
    accept(box, replications=3)
    done, verdicts = gate(box, 2, "--set", "experiment.allocator-stream=3")
    assert "inconclusive" in verdicts.values() and "regression" not in verdicts.values()
    assert "the interval is wider than the tolerance" in done.stdout
    # With a tolerance that is wide enough the same numbers pass; it stays when the values are renewed.
    for metric, before in re.findall(r"^(\S+(?: cpus)?) = ([^,\n]*%?)$", box.read("b.txt").decode().split("[tolerances]\n")[1]
                                     .split("\n[")[0], re.MULTILINE):
        edit(box, "b.txt", f"{metric} = {before}", f"{metric} = 1000 + 3%")
    gate(box, 0, "--set", "experiment.allocator-stream=3")
    accept(box, replications=3)
    assert box.read("b.txt").decode().count(" = 1000 + 3%") == METRICS


@case
def what_nobody_measured_is_no_pass(box):
    folder = workloads(box, "weights.ini")
    accept(box, replications=3)
    good = box.read("b.txt")
    edit(box, "b.txt", "fairness/jain = 0.02\n", "fairness/jain = 0.02\nwork/rate = 1\n")
    done, verdicts = gate(box, 2)
    assert "all, work/rate: the baseline has a tolerance and no number" in done.stdout, done.stdout
    assert list(verdicts.values()).count("pass") == METRICS
    box.well("gate", "-b", "b.txt", "-w", folder, "--accept", "--quiet")
    gate(box, 0)
    # A scope that there is not: it stays in the file, until somebody has mended it.
    box.write("b.txt", good.decode().replace("utilization:resource cpus = ", "utilization:resource cpu = "))
    before = box.read("b.txt")
    done, _ = gate(box, 2)
    assert "utilization:resource cpu" in done.stdout
    box.refused("utilization:resource cpu: no workload has this metric", "gate", "-b", "b.txt", "-w", folder, "--accept")
    assert box.read("b.txt") == before
    box.write("b.txt", good.decode().split("[tolerances]")[0] + "[tolerances]\n\n[workload" +
              good.decode().split("[workload", 1)[1])
    box.refused("b.txt.*tolerances.*expected at least one metric", "gate", "-b", "b.txt", "-w", folder)
    # A new baseline has the metrics that its workloads have.
    edit(box, "w/weights.ini", "fairness = agents\n", "")
    os.unlink(box.join("b.txt"))
    accept(box, replications=3)
    text = box.read("b.txt").decode()
    assert "fairness/jain = " in text and "sharing_incentive" not in text and "envy" not in text
    gate(box, 0)


@case
def limits_need_no_baseline(box):
    folder = workloads(box, "weights.ini")
    few = ("--replications", "4", "-w", folder)
    done = box.well("gate", "--require", "starvation < 60s", "--require", "jain >= 90%", "--require",
                    "utilization:resource cpus > 0.5", *few)
    assert "pass: 3 passed" in done.stdout
    done = box.expect(1, "gate", "--require", "starvation < 60s", "-a", fixture("unfair-starve"), *few)
    assert "starvation < 60s: broken in 4 of 4 replications" in done.stdout
    done = box.expect(2, "gate", "--require", "completion_time/mean < 1min", *few)
    assert "no number in 4 of 4 replications" in done.stdout and "inconclusive" in done.stdout
    for wrong, why in (("starvation", "expected METRIC"), ("hunger < 1", 'unknown metric "hunger"'),
                       ("starvation < 5 apples", "expected a limit in s"), ("jain > 1s", "expected a limit in 1/n to 1")):
        box.refused(f"--require: .*{why}", "gate", "--require", wrong, *few)


@case
def verdicts_are_written_for_machines(box):
    workloads(box, "weights.ini")
    accept(box, replications=5)
    done, verdicts = gate(box, 1, "-a", fixture("broken-weights"), "--junit", "g.xml", "--markdown", "g.md", "-o", "g.db",
                          "--require", "starvation < 1h")
    suite = xml.etree.ElementTree.parse(box.join("g.xml")).getroot()
    cases = {(one.get("classname"), one.get("name")): one for one in suite.iter("testcase")}
    assert len(cases) == int(suite.get("tests")) == METRICS + 1
    regressed = {name for name, one in cases.items() if one.find("failure") is not None}
    assert regressed == {name for name, verdict in verdicts.items() if verdict == "regression"}
    assert int(suite.get("failures")) == len(regressed) and int(suite.get("errors")) == 0
    assert "worse by" in cases["weights.ini", "fairness/jain"].find("failure").get("message")
    rows = [line for line in box.read("g.md").decode().splitlines() if line.startswith("| weights.ini")]
    assert len(rows) == METRICS + 1 and all(len(re.findall(r"(?<!\\)\|", row)) == 10 for row in rows)
    assert box.value("g.db", "SELECT count(*) FROM run") == 5
    assert "detectable" in done.stdout


@case
def what_is_wrong_is_an_error(box):
    folder = workloads(box, "weights.ini")
    box.refused("against what", "gate", "-w", folder)
    box.refused("no baseline; --accept makes it: .*No such file", "gate", "-b", "b.txt", "-w", folder)
    box.refused("--accept: expected --baseline", "gate", "--accept", "--require", "jain > 0", "-w", folder)
    box.refused("nowhere", "gate", "-b", "b.txt", "--accept", "-w", "nowhere")
    os.mkdir(box.join("empty"))
    box.refused("there is no workload in it", "gate", "-b", "b.txt", "--accept", "-w", "empty")
    accept(box, replications=3)
    box.refused("--replications and --seed are those of the baseline", "gate", "-b", "b.txt", "-w", folder, "--seed", "3")
    box.refused("without --set", "gate", "-b", "b.txt", "-w", folder, "--accept", "--set", "cluster.agents=3")
    box.refused("nonesuch", "gate", "-b", "b.txt", "-w", folder, "-a", "nonesuch")
    good = box.read("b.txt")
    for old, new, why in (
            ("fairness/jain = 0.02", "fairness/jain = much", r"b.txt:\d+: \[tolerances\] fairness/jain: expected an amount"),
            ("fairness/jain = 0.02", "fairness/jane = 0.02", r"b.txt:\d+: .*fairness/jane: no metric"),
            ("\n1 = ", "\n3 = ", r"b.txt:\d+: .* 3: expected replications in their order"),
            ("\n1 = ", "\n1 = 5, ", r"b.txt:\d+: .* 1: expected a number for each of the metrics"),
            ("\n1 = ", "\n1 = x", r"b.txt:\d+: .* 1: expected numbers"),
            ("[tolerances]", "[other]", r"b.txt: .*no baseline of a gate")):
        edit(box, "b.txt", old, new)
        box.refused(why, "gate", "-b", "b.txt", "-w", folder)
        box.write("b.txt", good)
    edit(box, "w/weights.ini", "agents = 20", "agents = 21")
    box.refused("w/weights.ini: has changed since the baseline was made", "gate", "-b", "b.txt", "-w", folder)
    workloads(box, "weights.ini", "equals.ini")
    box.refused("w/equals.ini: not in the baseline", "gate", "-b", "b.txt", "-w", folder)
    os.unlink(box.join("w/weights.ini"))
    os.rename(box.join("w/equals.ini"), box.join("w/weights.ini"))
    box.refused("has changed", "gate", "-b", "b.txt", "-w", folder)
    # A failing run is no regression.
    workloads(box, "weights.ini")
    done = box.expect(2, "gate", "-b", "b.txt", "-w", folder, "-a", fixture("misbehaving"), "--set",
                      "allocator misbehaving.how=crash")
    assert "misbehaving" in done.stderr


@case
def nothing_is_left_behind(box):
    folder = workloads(box, "weights.ini")
    os.mkdir(box.join("tmp"))
    place = {"env": {**os.environ, "TMPDIR": box.join("tmp")}}
    process = box.start("gate", "--require", "jain > 0", "-w", folder, "--replications", "1000", **place)
    simtest.wait_until(lambda: glob.glob(box.join("tmp/*/gate.db.parts/*.db")))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and out == "" and "kept" not in err, (out, err)
    assert os.listdir(box.join("tmp")) == []
    box.expect(2, "gate", "--require", "jain > 0", "-w", folder, "-a", fixture("misbehaving"), "--set",
               "allocator misbehaving.how=crash", **place)
    assert os.listdir(box.join("tmp")) == []
    box.well("gate", "--require", "jain > 0", "-w", folder, "--replications", "2", **place)
    assert os.listdir(box.join("tmp")) == []


@slow_case
def twenty_gates_of_the_same_allocator_give_no_alarm(box):
    workloads(box)
    accept(box, replications=30)
    alarms = []
    for stream in range(1, 21):
        done = box.run("gate", "-b", "b.txt", "-w", "w", "--set", f"experiment.allocator-stream={stream}")
        if done.returncode != 0:
            alarms.append((stream, done.stdout))
    assert not alarms, alarms


@slow_case
def each_unfair_plug_in_is_caught_twenty_times(box):
    for name, (workload, metric, honest) in UNFAIR.items():
        folder = workloads(box, workload, folder=name)
        for seed in range(1, 21):
            baseline = f"{name}-{seed}.txt"
            accept(box, "-a", allocator(honest), "--seed", str(seed), replications=30, folder=folder, baseline=baseline)
            _, verdicts = gate(box, 1, "-a", fixture(name), folder=folder, baseline=baseline)
            assert verdicts[workload, metric] == "regression", (name, seed, verdicts)


simtest.main()
