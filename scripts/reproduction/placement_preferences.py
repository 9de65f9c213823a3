# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 4.4: frameworks that prefer slots."""

import math

from reproduction.claims import AtMost, Near, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "placement-preferences"
TITLE = "Slots that frameworks prefer: time until each has its own, and the weighted split of those that all want"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 4.4"
REPLICATIONS = (60, 20)
OF_THE_START = 6  # times as many: one look at each instead of a mean over time

PARAMETERS = [
    Parameter("slots", 100, None, integer=True, note="of one kind, on agents of one slot"),
    Parameter("task-duration", 30, None, note="T, seconds"),
    Parameter("interval", "10ms", "the model has none: far below T"),
    Parameter("refuse-seconds", "5s", "Mesos's default; nobody declines here"),
]

CANNOT_SHOW = [
    "Preferences are told to the allocator as constraints: what frameworks would decline, they are not offered. Declining instead "
    "adds the time of refusals, which the model does not have.",
    "Every start: here others hold all slots, in the midst of their tasks. From any start is what the paper says.",
    "That each framework's preferred slots exist twice over, as in a cluster with replicated data: see delay scheduling.",
]

WEIGHTS = {"one": 1, "two": 2, "five": 5}
HALVES = range(1, 9)


# Of a slot until its framework has it: the area above the curve of its tasks, over the slots, as sampled.
MEAN_WAIT = """SELECT run_id, sum(1 - 1.0 * tasks_running / ramp_up_target) * (max(t_ns) - min(t_ns)) / (count(DISTINCT t_ns) - 1)
    / count(DISTINCT framework_id) / 1e9 FROM share_sample JOIN framework USING (run_id, framework_id)
    WHERE name != 'before' AND ramp_up_target IS NOT NULL GROUP BY run_id"""


def measure(runs, parameters, replications):
    slots, length = parameters["slots"], f"{parameters['task-duration'] * 1000:.0f}ms"
    samples = {}
    for law, phase in (("constant", f"uniform(0s, {length})"), ("exponential", f"exponential({length})")):
        settings = {"experiment.duration": f"{20 * parameters['task-duration']:.0f}s", "experiment.sample-interval": f"{parameters['task-duration'] * 10:.0f}ms",
                    "agents left.count": slots,
                    "agents right.count": slots, "framework before.tasks": 2 * slots,
                    "framework before.task-duration": phase, "master.allocation-interval": parameters["interval"]}
        for name in ("left", "right"):
            settings[f"framework {name}.ramp-up-target"] = slots
            settings[f"framework {name}.task-duration"] = length if law == "constant" else f"exponential({length})"
        path = runs.make("preferred-slots", settings, replications)
        samples[f"convergence {law}"] = Sample(
            value / parameters["task-duration"] for value in
            per_replication(path, "SELECT run_id, max(seconds) FROM ramp_up WHERE framework != 'before' GROUP BY run_id"))
        samples[f"slot {law}"] = Sample(
            value / parameters["task-duration"] for value in per_replication(path, MEAN_WAIT))
    settings = {"cluster.agents": slots, "master.allocation-interval": parameters["interval"],
                "experiment.duration": f"{parameters['task-duration'] * 100:.0f}s",
                "experiment.warm-up": f"{parameters['task-duration'] * 10:.0f}s"}
    for name in WEIGHTS:
        settings[f"framework {name}.task-duration"] = f"exponential({length})"
    for allocator in ("lottery", "drf"):
        path = runs.make("lottery", settings, replications, allocator)
        for name in WEIGHTS:
            samples[f"{allocator} {name}"] = Sample(
                100 * value for value in
                per_replication(path, f"SELECT run_id, mean_dominant_share FROM framework WHERE name = '{name}'"))
    _start(runs, parameters, replications, samples)
    return samples


def _start(runs, parameters, replications, samples):
    """Slots of each, in %, at every half T from the beginning on, when others have all of them."""
    slots, length = parameters["slots"], parameters["task-duration"]
    settings = {"cluster.agents": slots, "framework before.tasks": slots, "master.allocation-interval": parameters["interval"],
                "experiment.duration": f"{4 * length:g}s", "experiment.sample-interval": f"{length * 500:.0f}ms"}
    for name in ("before", *WEIGHTS):
        settings[f"framework {name}.task-duration"] = f"exponential({length * 1000:.0f}ms)"
    path = runs.make("lottery-start", settings, OF_THE_START * replications, "lottery")
    found = {}
    for name, t_ns, tasks in query(path, "SELECT name, t_ns, tasks_running FROM share_sample JOIN framework USING (run_id, framework_id) ORDER BY run_id"):
        found.setdefault((name, round(t_ns / (length * 0.5e9))), []).append(100 * tasks / slots)
    for name in WEIGHTS:
        for half in HALVES:
            samples[f"start {name} {half}"] = Sample(found[name, half])


def expected_start(weight, half):
    """% of the slots after so many halves of T."""
    return 100 * weight / sum(WEIGHTS.values()) * (1 - math.exp(-half / 2))


def claims(parameters):
    whole = sum(WEIGHTS.values())
    made = [AtMost("constant tasks: each has all its preferred slots after one T at most, but for a thousandth", "convergence constant", 1, tolerance=0.001)]
    made.append(AtMost("exponential tasks, of mean T: likewise, in the mean over the slots of both, but for 5 %", "slot exponential", 1, "expected", 0.05))
    for name, weight in WEIGHTS.items():
        made.append(Near(f"by lottery, weight {weight} of {whole} has that part of the slots, in %, within 3 %",
                         f"lottery {name}", 100 * weight / whole, 0.03, "computed"))
    for name, weight in WEIGHTS.items():
        made.append(Near(f"and T after others had all slots, weight {weight} of {whole} has this part less its e-th, in %, within 10 %", f"start {name} 2",
                         expected_start(weight, 2), 0.1, "computed"))
    return made


_COLOURS = {"one": "#D55E00", "two": "#009E73", "five": "#0072B2"}


def figure(samples):
    """The split, bar by bar; and how it comes about."""
    whole = sum(WEIGHTS.values())
    rows = [[allocator, name, weight, f"{samples[f'{allocator} {name}'].mean():.5g}",
             f"{samples[f'{allocator} {name}'].half_width(0.05):.5g}", f"{100 * weight / whole:.5g}"]
            for allocator in ("lottery", "drf") for name, weight in WEIGHTS.items()]
    rows += [["from the beginning", name, half / 2, f"{samples[f'start {name} {half}'].mean():.5g}", f"{samples[f'start {name} {half}'].half_width(0.05):.5g}",
              f"{expected_start(weight, half):.5g}"] for name, weight in WEIGHTS.items() for half in HALVES]
    commands = ["set multiplot layout 1,2", "set key maxcols 3 samplen 2", "set xlabel 'weight'", "set ylabel 'part of the slots [%]'", "set xrange [-0.6:2.6]", "set yrange [0:70]",
                "set boxwidth 0.3", "set style fill solid 0.8",
                "set xtics (" + ", ".join(f"'{weight}' {i}" for i, weight in enumerate(WEIGHTS.values())) + ")",
                "plot " + ", ".join(
                    f"'data.csv' skip {1 + 3 * i} every ::0::2 using ($0 + {0.17 * (2 * i - 1)}):4:5 with boxerrorbars lc rgb '{colour}' "
                    f"title '{title}'" for i, (title, colour) in enumerate((("lottery", "#56B4E9"), ("DRF", "#E69F00")))) +
                ", 'data.csv' skip 1 every ::0::2 using 0:6 with points pt 2 ps 1.5 lw 2 lc rgb 'black' title 'weighted fair'",
                "set xrange [0:4.2]", "set xtics auto", "set xtics 1", "set xlabel 'time [T]'"]
    plots = []
    for i, (name, weight) in enumerate(WEIGHTS.items()):
        at = f"'data.csv' skip {7 + len(HALVES) * i} every ::0::{len(HALVES) - 1} using 3"
        plots += [f"{at}:4:5 with yerrorbars pt {5 + 2 * i} ps 0.7 lw 1.5 lc rgb '{_COLOURS[name]}' title 'lottery, weight {weight}'",
                  f"{100 * weight / whole:g} * (1 - exp(-x)) with lines lw 1.5 lc rgb '{_COLOURS[name]}' notitle"]
    plots.append("NaN with lines lw 1.5 lc rgb 'black' title 'computed'")
    return (("case", "framework", "weight_or_time_T", "slots_percent", "half_width_95", "computed_percent"), rows,
            commands + ["set key maxcols 2", "plot " + ", ".join(plots), "unset multiplot"], 450)
