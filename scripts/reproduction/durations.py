# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 4.5: tasks of heterogeneous durations."""

import math

from reproduction.claims import AtLeast, AtMost, Near, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "durations"
TITLE = "Long and short tasks on agents of several slots: how long a framework waits for a slot on one agent; slots kept for short tasks"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 4.5"
REPLICATIONS = (8, 4)

PARAMETERS = [
    Parameter("short", 30, None, note="seconds, mean of a short task; exponential"),
    Parameter("long", 600, None, note="seconds, mean of a long task; exponential"),
    Parameter("agents", 40, "of our own: the wait is for one of them"),
    Parameter("slots", 8, "the paper's example; beside it 2 and 4"),
    Parameter("limit", 10, "of our own", note="in units of a short task: the longest that a task may run in the slot that is kept"),
    Parameter("interval", "100ms", "the model has none: far below the waits; Mesos's default of 1 s would add half a second to each"),
    Parameter("refuse-seconds", "none", "the frameworks take one slot of an offer and refuse nothing of the rest, so that tasks lie at random"),
]

CANNOT_SHOW = [
    "Fair shares hold the part of long tasks constant, where the paper's assignment is at random: a little fewer agents are full of long tasks than by "
    "binomial chance.",
    "The technical report's other rule, at most half of an agent's slots for long tasks.",
]

PARTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
SLOTS = (2, 4, 8)
WARM_S, END_S = 3600, 3 * 3600
WAIT = """SELECT run_id, avg(coalesce(j.start_ns, sim_end_ns) - submit_ns) / 1e9 FROM job j JOIN framework f USING (run_id, framework_id) JOIN run
    USING (run_id) WHERE f.name = 'probe' GROUP BY run_id"""
LONG = """SELECT run_id, agent_id, a.start_ns / 1e9, coalesce(a.finish_ns, sim_end_ns + 1) / 1e9 FROM task_attempt a JOIN framework f
    USING (run_id, framework_id) JOIN run USING (run_id) WHERE f.name = 'long' AND a.start_ns IS NOT NULL"""


def expected_wait(part, slots, short, long):
    """Seconds, where each slot is long with this chance, whatever the others are, and both are exponential."""
    return math.fsum(math.comb(slots, k) * part ** k * (1 - part) ** (slots - k) / ((slots - k) / short + k / long) for k in range(slots + 1))


def _full_of_long(path, agents, slots):
    """Of each replication: the part of agents on which all slots have long tasks, in %, at instants ten minutes apart."""
    full = {run: 0 for run, in query(path, "SELECT run_id FROM run")}
    at = range(WARM_S, END_S, 600)
    running = {}
    for run, agent, start, finish in query(path, LONG):
        for i in range(max(0, math.ceil((start - WARM_S) / 600)), min(len(at), math.ceil((finish - WARM_S) / 600))):
            running[run, agent, i] = running.get((run, agent, i), 0) + 1
    for (run, _, _), tasks in running.items():
        full[run] += tasks == slots
    return Sample(100 * number / (agents * len(at)) for number in full.values())


def _run(runs, part, slots, kept, parameters, replications):
    resources = f"cpus:{slots - 1};cpus(short):1" if kept else f"cpus:{slots}"
    settings = {"agents others.count": parameters["agents"] - 1, "agents others.resources": resources, "agents wanted.resources": resources,
                "framework long.weight": f"{part:g}", "role short.weight": f"{1 - part:g}",
                "framework long.task-duration": f"exponential({parameters['long'] * 1000:.0f}ms)",
                "framework short.task-duration": f"exponential({parameters['short'] * 1000:.0f}ms)"}
    if kept:
        settings["role short.max-task-duration"] = f"{parameters['limit'] * parameters['short'] * 1000:.0f}ms"
        settings["framework probe.role"] = "short"
    return runs.make("durations", settings, replications, record="tasks")


def measure(runs, parameters, replications):
    samples = {}
    first = replications == REPLICATIONS[0]
    for slots in SLOTS if first else (2, 8):
        for part in PARTS if first else (0.5, 0.8, 0.95) if slots == 8 else (0.8,):
            path = _run(runs, part, slots, False, parameters, replications)
            samples[f"wait {slots} {part}"] = Sample(per_replication(path, WAIT))
            samples[f"full {slots} {part}"] = _full_of_long(path, parameters["agents"], slots)
    for part in PARTS if first else (0.95,):
        path = _run(runs, part, 8, True, parameters, replications)
        samples[f"wait kept {part}"] = Sample(per_replication(path, WAIT))
    samples["two of eight"] = Sample(two / eight for two, eight in zip(samples["wait 2 0.8"].values, samples["wait 8 0.8"].values))
    samples["kept of all"] = Sample(kept / free for kept, free in zip(samples["wait kept 0.95"].values, samples["wait 8 0.95"].values))
    return samples


def claims(parameters):
    short, long = parameters["short"], parameters["long"]
    return [
        AtMost("half of all tasks long, 8 slots: hardly an agent has long tasks alone (0.4 % by chance), at most 1 %", "full 8 0.5", 1, "expected"),
        Near("half of all tasks long: mean wait in s, as where tasks lie at random, within 15 %", "wait 8 0.5", expected_wait(0.5, 8, short, long), 0.15, "computed"),
        Near("4/5 long: likewise", "wait 8 0.8", expected_wait(0.8, 8, short, long), 0.15, "computed"),
        AtMost("half long: the wait is short, in s, less than a short task", "wait 8 0.5", short, "expected"),
        AtLeast("close to 1 (0.95) it is not, in s: more than a short task", "wait 8 0.95", short, "expected"),
        AtLeast("several slots are needed: wait with 2 over that with 8, 4/5 long, at least 2", "two of eight", 2, "expected"),
        AtMost("a slot that is kept for short tasks bounds the wait, in s, by a short task and a fifth, 0.95 long", "wait kept 0.95", 1.2 * short, "expected"),
        AtMost("and that is less than without, 0.95 long: part of it", "kept of all", 0.8, "expected"),
    ]


_COLOURS = {2: "#E69F00", 4: "#009E73", 8: "#0072B2"}


def figure(samples):
    """Waits, and agents full of long tasks, by the part of long tasks."""
    parameters = {parameter.name: parameter.value for parameter in PARAMETERS}
    rows = []
    for slots in SLOTS:
        for part in PARTS:
            rows += [[f"{what} {slots}", part, f"{samples[f'{what} {slots} {part}'].mean():.5g}", f"{samples[f'{what} {slots} {part}'].half_width(0.05):.4g}",
                      f"{computed:.5g}"] for what, computed in (("wait", expected_wait(part, slots, parameters["short"], parameters["long"])),
                                                                ("full", 100 * part ** slots))]
    rows += [["wait kept", part, f"{samples[f'wait kept {part}'].mean():.5g}", f"{samples[f'wait kept {part}'].half_width(0.05):.4g}", "NaN"] for part in PARTS]

    def plots(what, names):
        drawn = []
        for mark, (name, colour, title) in enumerate(names):
            at = f"'data.csv' skip 1 using (strcol(1) eq '{what} {name}' ? $2 : NaN)"
            drawn.append(f"{at}:3:4 with yerrorbars pt {mark + 5} ps 0.8 lc rgb '{colour}' title '{title}'")
            drawn.append(f"{at}:5 with lines lw 1.5 lc rgb '{colour}' notitle")
        return "plot " + ", ".join(drawn)

    slots = [(str(n), _COLOURS[n], f"{n} slots") for n in SLOTS]
    commands = ["set datafile missing NaN", "set multiplot layout 1,2", "set xlabel 'part of long tasks'", "set xrange [0.25:1]", "set logscale y", "set ylabel 'mean wait for a slot [s]'",
                plots("wait", slots + [("kept", "#D55E00", "8 slots, one kept for short tasks")]),
                "set ylabel 'agents with long tasks alone [%]'", "set yrange [0.01:120]", plots("full", slots), "unset multiplot"]
    return (("series", "part_long", "mean", "half_width_95", "by_chance"), rows, commands, 420)
