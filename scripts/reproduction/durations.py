# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 4.5: tasks of heterogeneous durations."""

import math

from reproduction.claims import AtLeast, AtMost, Near, Parameter, Sample
from reproduction.runs import query

NAME = "durations"
TITLE = "Long and short tasks on agents of several slots: how long a framework waits for a slot on one agent; slots kept for short tasks"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 4.5"
REPLICATIONS = (8, 4)

PARAMETERS = [
    Parameter("short", 30, None, note="seconds, mean of a short task; exponential"),
    Parameter("long", 600, None, note="seconds, mean of a long task; exponential"),
    Parameter("agents", 40, None, integer=True, note="a wait is for one of them"),
    Parameter("slots", 8, "the paper's example; beside it 2 and 4"),
    Parameter("limit", 10, None, note="in units of a short task: the longest that a task may run in the slot that is kept"),
    Parameter("interval", "100ms", "the model has none: far below the waits; Mesos's default of 1 s would add half a second to each"),
    Parameter("refuse-seconds", "none", "the frameworks take one slot of an offer and refuse nothing of the rest, so that tasks lie at random"),
]

CANNOT_SHOW = [
    "Waits are those until a task ends on the agent; who gets the slot then is not their business.",
    "Fair shares hold the part of long tasks constant, where the paper's assignment is at random: a little fewer agents are full of long tasks than by "
    "binomial chance.",
    "The technical report's other rule, at most half of an agent's slots for long tasks.",
]

PARTS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
SLOTS = (2, 4, 8)
WARM_S, END_S, EVERY_S = 3600, 3 * 3600, 300
RUNNING = """SELECT run_id, agent_id, f.name = 'long', a.start_ns / 1e9, a.finish_ns / 1e9 FROM task_attempt a JOIN framework f
    USING (run_id, framework_id) WHERE a.start_ns IS NOT NULL"""


def expected_wait(part, slots, short, long):
    """Seconds, where each slot is long with this chance, whatever the others are, and both are exponential."""
    return math.fsum(math.comb(slots, k) * part ** k * (1 - part) ** (slots - k) / ((slots - k) / short + k / long) for k in range(slots + 1))


def _looks(path, agents, slots):
    """Of each replication, over all agents at instants five minutes apart: seconds until a task ends on the agent, which is when who comes first in
    the order gets a slot there, and the part of agents on which all tasks are long, in %."""
    instants = range(WARM_S, END_S, EVERY_S)
    until, long_tasks = {}, {}
    for run, agent, is_long, start, finish in query(path, RUNNING):
        finish = END_S + EVERY_S if finish is None else finish
        for i in range(max(0, math.ceil((start - WARM_S) / EVERY_S)), min(len(instants), math.ceil((finish - WARM_S) / EVERY_S))):
            key = run, agent, i
            until[key] = min(until.get(key, math.inf), finish - instants[i])
            long_tasks[key] = long_tasks.get(key, 0) + is_long
    replications = [run for run, in query(path, "SELECT run_id FROM run ORDER BY run_id")]
    waits = {run: [] for run in replications}
    full = dict.fromkeys(replications, 0)
    for key, wait in until.items():
        waits[key[0]].append(wait)
        full[key[0]] += long_tasks[key] == slots
    return (Sample(math.fsum(waits[run]) / len(waits[run]) for run in replications),
            Sample(100 * full[run] / (agents * len(instants)) for run in replications))


def _run(runs, part, slots, kept, parameters, replications):
    resources = f"cpus:{slots - 1};cpus(short):1" if kept else f"cpus:{slots}"
    settings = {"cluster.agents": parameters["agents"], "cluster.resources": resources,
                "framework long.weight": f"{part:g}", "role short.weight": f"{1 - part:g}",
                "framework long.task-duration": f"exponential({parameters['long'] * 1000:.0f}ms)",
                "framework short.task-duration": f"exponential({parameters['short'] * 1000:.0f}ms)"}
    if kept:
        settings["role short.max-task-duration"] = f"{parameters['limit'] * parameters['short'] * 1000:.0f}ms"
    return runs.make("durations", settings, replications, record="tasks")


def measure(runs, parameters, replications):
    samples = {}
    first = replications == REPLICATIONS[0]
    for slots in SLOTS if first else (2, 8):
        for part in PARTS if first else (0.5, 0.8, 0.95) if slots == 8 else (0.8,):
            path = _run(runs, part, slots, False, parameters, replications)
            samples[f"wait {slots} {part}"], samples[f"full {slots} {part}"] = _looks(path, parameters["agents"], slots)
    for part in PARTS if first else (0.95,):
        path = _run(runs, part, 8, True, parameters, replications)
        samples[f"wait kept {part}"], _ = _looks(path, parameters["agents"], 8)
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
        drawn.append("NaN with lines lw 1.5 lc rgb 'black' title 'tasks at random, computed'")
        return "plot " + ", ".join(drawn)

    slots = [(str(n), _COLOURS[n], f"{n} slots") for n in SLOTS]
    commands = ["set datafile missing NaN", "set multiplot layout 1,2", "set key maxcols 1", "set xlabel 'part of long tasks'", "set xrange [0.25:1]", "set logscale y", "set ylabel 'mean wait for a slot [s]'",
                plots("wait", slots + [("kept", "#D55E00", "8, one kept for short tasks")]),
                "set ylabel 'agents with long tasks alone [%]'", "set yrange [0.01:120]", plots("full", slots), "unset multiplot"]
    return (("series", "part_long", "mean", "half_width_95", "by_chance"), rows, commands, 420)
