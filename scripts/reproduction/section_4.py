# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 4.3: the table of ramp-up, completion and utilization, and its exact forms for finite k; and what section 3.4
says of any slots."""

import math

from reproduction.claims import Near, Parameter, Sample, ratio_of_means
from reproduction.runs import per_replication, query

NAME = "section-4"
TITLE = "Ramp-up, completion and utilization of one framework, by kind and by law of its tasks"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 4.3, table 2; and section 3.4"
REPLICATIONS = (400, 100)

PARAMETERS = [
    Parameter("beta", 10, None, note="work of the job in units of k T"),
    Parameter("pieces", 20, None, integer=True,
              note="an elastic framework's task takes T / pieces: the forms are for work that can be divided at will"),
    Parameter("interval", "1ms", "a millionth of T: the model has no allocation interval"),
    Parameter("refuse-seconds", "5s", "Mesos's default; nobody declines here"),
]

CANNOT_SHOW = [
    "The model has one framework that waits; how others' demands change meanwhile is outside it.",
    "Ramp-up in variations: neither parameter that is varied bears on it.",
    "An elastic framework's ramp-up is that of its first tasks, which last until all its slots are there: with the work of the other rows it "
    "would be done before the last of 1,000 exponential slots in one case of sixty.",
    "The forms of the table are limits for large k. At any finite k the exact ones differ: for exponential tasks by "
    "0.577 T in the ramp-up, which no k makes smaller. At k = 1,000 that is 8 % of T ln k: by this claim's 5 % the table's form "
    "of it cannot be reproduced, and the exact one can.",
]

SIZES = (10, 30, 100, 300, 1000)
LAWS = {"constant": "uniform(0s, 1000s)", "exponential": "exponential(1000s)"}
T = 1000.0


def harmonic(k):
    return math.fsum(1 / i for i in range(1, k + 1))


def exact(quantity, kind, law, k, beta):
    """Of finite k; completion and utilization of an elastic one are those of divisible work."""
    ramp_up = harmonic(k) if law == "exponential" else k / (k + 1)
    lost = (harmonic(k) - 1) if law == "exponential" else (k - 1) / (2 * (k + 1))
    if quantity == "ramp-up":
        return ramp_up
    if quantity == "completion":
        if kind == "rigid":
            return ramp_up + beta
        return beta + (1 if law == "exponential" else 0.5)
    return 1.0 if kind == "elastic" else beta / (beta + lost)


def asymptotic(quantity, kind, law, k, beta):
    """As the table has it."""
    if quantity == "ramp-up":
        return math.log(k) if law == "exponential" else 1.0
    if quantity == "completion":
        if kind == "elastic":
            return beta + (1 if law == "exponential" else 0.5)
        return beta + (math.log(k) if law == "exponential" else 1)
    if kind == "elastic":
        return 1.0
    return beta / (beta + (math.log(k) - 1 if law == "exponential" else 0.5))


def _settings(kind, law, k, parameters):
    pieces = parameters["pieces"] if kind == "elastic" else 1
    beta = parameters["beta"]
    tasks = round(k * beta * pieces) if kind == "elastic" else k
    length = T / pieces if kind == "elastic" else T * beta
    return {
        "cluster.agents": k, "framework background.tasks": k, "framework background.task-duration": LAWS[law],
        "framework own.scheduler": kind, "framework own.ramp-up-target": k, "framework own.tasks": tasks,
        "framework own.task-duration": f"{round(length * 1000)}ms", "master.allocation-interval": parameters["interval"],
    }


# The time of the last of k exponential waits varies by 1.3 T, whatever k is: for intervals within what is claimed the mean
# of few T takes so many times the replications.
LAST_OF_FEW = {10: 20, 100: 10, 1000: 4}
ANY_OF = (100, 10)  # slots, and how many of them, whichever, a framework of a tenth waits for
OWN = "framework.name = 'own'"
RAMP_UP = f"SELECT run_id, ramp_up_ns / 1e9 / {T} FROM framework WHERE {OWN}"
COMPLETION = f"SELECT run_id, seconds / {T} FROM completion_time WHERE framework = 'own'"
HELD = f"""SELECT mean_allocated * sim_end_ns, (mean_allocated + mean_offered) * sim_end_ns FROM framework_resource JOIN framework
    USING (run_id, framework_id) JOIN run USING (run_id) WHERE {OWN} ORDER BY run_id"""


def _replications(kind, law, k, tasks, replications):
    """The more tasks an elastic run has, the better it tells its mean, and the longer it takes."""
    if kind == "elastic":
        return max(10, min(replications, round(2e6 / tasks)))
    return replications * LAST_OF_FEW.get(k, 1) if law == "exponential" and replications == REPLICATIONS[0] else replications


def _ramp_up_of_elastic(runs, law, k, parameters, replications):
    """Its tasks last until all slots are there: else it would be done before, now and then."""
    settings = _settings("rigid", law, k, parameters)
    settings.update({"framework own.scheduler": "elastic", "framework own.task-duration": f"{round(100 * T * 1000)}ms"})
    return Sample(per_replication(runs.make("slots", settings, _replications("rigid", law, k, k, replications)), RAMP_UP))


def _any_slots(runs, parameters, replications):
    slots, wanted = ANY_OF
    settings = _settings("elastic", "exponential", slots, parameters)
    settings.update({"framework own.ramp-up-target": wanted, "framework own.tasks": wanted,
                     "framework own.task-duration": f"{round(100 * T * 1000)}ms"})
    return Sample(per_replication(runs.make("slots", settings, _replications("rigid", "exponential", slots, wanted, replications)), RAMP_UP))


def measure(runs, parameters, replications):
    first = replications == REPLICATIONS[0]  # of what is varied nothing bears on ramp-up
    samples = {"any slots": _any_slots(runs, parameters, replications)} if first else {}
    for law in LAWS:
        for kind in ("elastic", "rigid"):
            for k in SIZES if first else (10, 100, 1000):
                settings = _settings(kind, law, k, parameters)
                n = _replications(kind, law, k, settings["framework own.tasks"], replications)
                path = runs.make("slots", settings, n)
                samples[f"completion {kind} {law} {k}"] = Sample(per_replication(path, COMPLETION))
                samples[f"utilization {kind} {law} {k}"] = ratio_of_means(*zip(*query(path, HELD)))
                if first and kind == "rigid":
                    samples[f"ramp-up {kind} {law} {k}"] = Sample(per_replication(path, RAMP_UP))
        if first:
            samples[f"ramp-up elastic {law} 1000"] = _ramp_up_of_elastic(runs, law, 1000, parameters, replications)
    return samples


def _sizes_of_exact(quantity, kind, law):
    """The k for which the exact form is claimed: where it is not the table's, for 1,000 too."""
    if (quantity, kind) == ("ramp-up", "elastic"):
        return (1000,)
    return (10, 100, 1000) if (kind, law) == ("rigid", "exponential") else (10, 100)


def claims(parameters):
    beta = parameters["beta"]
    made = []
    for quantity in ("ramp-up", "completion", "utilization"):
        for kind in ("elastic", "rigid"):
            for law in LAWS:
                what = f"{quantity}, {kind}, {law}"
                name = f"{quantity} {kind} {law}"
                made.append(Near(f"{what}: the table's form, k = 1000, within 5 %", f"{name} 1000",
                                 asymptotic(quantity, kind, law, 1000, beta), 0.05))
                for k in _sizes_of_exact(quantity, kind, law):
                    made.append(Near(f"{what}: the exact form, k = {k}, within 3 %", f"{name} {k}",
                                     exact(quantity, kind, law, k, beta), 0.03, "computed"))
    made.append(Near("section 3.4: with a tenth of the slots, whichever, a framework waits for about a tenth of a task, in T, within 10 %",
                     "any slots", 0.1, 0.1))
    made.append(Near("any 10 of 100 slots, exponential: the exact form, within 3 %", "any slots",
                     harmonic(ANY_OF[0]) - harmonic(ANY_OF[0] - ANY_OF[1]), 0.03, "computed"))
    return made


_MARKS = {("elastic", "constant"): (1, "#0072B2"), ("elastic", "exponential"): (2, "#D55E00"),
          ("rigid", "constant"): (3, "#009E73"), ("rigid", "exponential"): (4, "#CC79A7")}


def figure(samples):
    """Three panels over k: measured with intervals, exact (solid) and asymptotic (dashed)."""
    parameters = {parameter.name: parameter.value for parameter in PARAMETERS}
    beta = parameters["beta"]
    rows = []
    for quantity in ("ramp-up", "completion", "utilization"):
        for kind, law in _MARKS:
            for k in SIZES if (quantity, kind) != ("ramp-up", "elastic") else ():
                sample = samples[f"{quantity} {kind} {law} {k}"]
                rows.append([quantity, kind, law, k, f"{sample.mean():.6g}", f"{sample.half_width(0.05):.6g}",
                             f"{exact(quantity, kind, law, k, beta):.6g}", f"{asymptotic(quantity, kind, law, k, beta):.6g}"])
    commands = ["set datafile missing NaN", "set multiplot layout 1,3 margins 0.07,0.98,0.14,0.84 spacing 0.09", "set logscale x", "set xrange [7:1400]",
                "set xlabel 'k, slots of its own'", "set offsets graph 0, 0, 0.1, 0.05", "set key default",
                "set key at screen 0.5,0.99 center top vertical maxrows 2 samplen 2 width -4"]
    for quantity, unit in (("ramp-up", "ramp-up [T]"), ("completion", "completion [T]"), ("utilization", "utilization")):
        commands.append(f"set ylabel '{unit}'")
        plots = []
        for (kind, law), (mark, colour) in _MARKS.items():
            if quantity == "ramp-up" and kind == "elastic":
                plots.append(f"NaN with yerrorbars pt {mark + 4} ps 0.7 lc rgb '{colour}' title '{kind}, {law}'")  # it is that of the rigid one
                continue
            chosen = f"(strcol(1) eq '{quantity}' && strcol(2) eq '{kind}' && strcol(3) eq '{law}')"
            at = f"'data.csv' skip 1 using ({chosen} ? $4 : NaN)"
            title = f"{kind}, {law}"
            plots += [f"{at}:5:6 with yerrorbars pt {mark + 4} ps 0.7 lc rgb '{colour}' title '{title}'",
                      f"{at}:7 with lines lc rgb '{colour}' lw 1.5 notitle",
                      f"{at}:8 with lines lc rgb '{colour}' dt 2 lw 1.5 notitle"]
        plots += [f"NaN with lines lc rgb 'black' lw 1.5 {dashes}title '{title}'" for dashes, title in (("", "exact form"), ("dt 2 ", "as in the table"))]
        commands += ["plot " + ", ".join(plots), "unset key"]
    commands.append("unset multiplot")
    return (("quantity", "kind", "law", "k", "mean", "half_width_95", "exact", "asymptotic"), rows, commands, 420)
