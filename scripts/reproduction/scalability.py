# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 6.5: what scheduling adds to a task, and how many agents this master could serve."""

import os

from reproduction.claims import AtLeast, AtMost, Near, NotTestable, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "scalability"
TITLE = "Overhead of scheduling against the number of agents, with the master's own costs; where the master saturates"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 6.5"
REPLICATIONS = (5, 1)  # five, as in the paper
OF_THE_SLOW = (8, 2)   # where costs are slowed down: the shortest runs

PARAMETERS = [
    Parameter("frameworks", 200, "the paper"),
    Parameter("task", 30, "the paper: normal(30 s, 10 s)", note="seconds, mean"),
    Parameter("slots", 2, "the paper, as recalled: each agent ran up to two tasks"),
    Parameter("costs", 1, None, note="factor of workloads/paper/master-costs.txt, which bench-master-costs measured once"),
    Parameter("latency", 0.5, None, note="milliseconds of each message, one way"),
    Parameter("interval", "1s", "Mesos's default allocation interval"),
    Parameter("refuse-seconds", "5s", "Mesos's default; what an accept leaves is refused so long"),
    Parameter("message", 20, vary=True, source="10 us of input and output for each of two packets: the paper's master met a limit of 100,000 packets a "
              "second (recalled)", note="microseconds more for each message to the master, in the second curve"),
    Parameter("slow-down", 10000, None, note="how much slower all is where the prediction of saturation is tested, so that small clusters saturate it"),
]

CANNOT_SHOW = [
    "What sockets, serialization and processes cost: the measured costs are those of this program's master and allocator as they are, on "
    "one core, without any. The second curve adds what the paper's limit of packets suggests; its figure is recalled.",
    "Registration: agents have registered before the run begins. Frameworks' subscriptions take their time.",
    "The wait for a periodic run of the allocator: the probe revives its framework, and is offered at once what has come free since the last run; "
    "at these sizes there always is something. What is measured is the way of the messages.",
    "How long a probe waits beyond saturation: the fewer end before the run does, the more it is the length of the run that is measured.",
    "The costs were measured with 50,000 agents. With more, caches hold less: what is said of millions of agents is an extrapolation.",
    "The paper's curve, which the sources at hand do not give, beyond its bound of one second.",
]

SIZES = (1000, 3000, 10000, 30000, 50000, 200000)
OF_PREDICTED = (0.25, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5)
SLOW_S = 460
SLOW_PROBE_S = 400.2
UNFINISHED_MS = 1000 * (SLOW_S - SLOW_PROBE_S - 2.5 * 3.137 - 10)  # mean of six probes, 3.137 s after each other, none of which ends
TASK_MEAN_S = 30.04  # of normal(30 s, 10 s) above zero
OVERHEAD = """SELECT run_id, avg(coalesce(finish_ns, sim_end_ns) - submit_ns) / 1e9 - 10 FROM job JOIN framework USING (run_id, framework_id)
    JOIN run USING (run_id) WHERE framework.name = 'probe' GROUP BY run_id"""
LOAD = "SELECT run_id, value FROM metric WHERE name = 'master/load' AND scope = 'run'"
WORK = """SELECT run_id, m.value * sim_end_ns, launched.value, finished.value FROM run JOIN metric m USING (run_id)
    JOIN metric launched USING (run_id) JOIN metric finished USING (run_id) WHERE m.name = 'master/load' AND m.scope = 'run'
    AND launched.name = 'tasks/launched' AND launched.scope = 'run' AND finished.name = 'master/tasks_finished' AND finished.scope = 'run'
    ORDER BY run_id"""


def stored_costs(root):
    """(kind, ns) of the table."""
    with open(os.path.join(root, "workloads", "paper", "master-costs.txt"), encoding="utf-8") as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return [(kind, int(ns)) for kind, ns, _ in lines]


def _costs(root, factor):
    """As key "costs"; no more than it allows."""
    return ", ".join(f"{kind} {min(round(ns * factor), 10**9)}ns" for kind, ns in stored_costs(root))


def _work(path, costs, more_ns):
    """Of each replication: ns of a task, with the end that those which still run have yet to come to: a status and an acknowledgement."""
    end_ns = costs["status"] + costs["acknowledge"] + 2 * more_ns
    return Sample((work + (launched - finished) * end_ns) / launched for _, work, launched, finished in query(path, WORK))


def _filling_ns(costs, agents, slots):
    """What the master takes to fill an empty cluster, and for the first word of 200 frameworks: work that is not there in the long run."""
    return 200 * costs["subscribe"] + agents * (costs["offer"] + costs["accept"] + slots * (costs["accept-task"] + costs["status"] + costs["acknowledge"]))


def _settings(runs, agents, factor, parameters, more=None):
    latency = f"{parameters['latency'] * 1000:.0f}us"
    settings = {"cluster.agents": agents, "master.costs": _costs(runs.root, factor), "network.master-agent": latency,
                "network.master-framework": latency}
    return dict(settings, **(more or {}))


def _measure_sizes(runs, parameters, replications, samples):
    first = replications == REPLICATIONS[0]
    costs = {kind: ns * parameters["costs"] for kind, ns in stored_costs(runs.root)}
    for agents in SIZES if first else (3000, 50000):
        path = runs.make("probe", _settings(runs, agents, parameters["costs"], parameters), replications)
        samples[f"overhead {agents}"] = Sample(per_replication(path, OVERHEAD))
        samples[f"load {agents}"] = Sample(per_replication(path, LOAD))
        samples[f"work {agents}"] = _work(path, costs, 0)
    for agents in SIZES[:-1] if first else (50000,):
        path = runs.make("probe", _settings(runs, agents, parameters["costs"], parameters,
                                            {"master.service-time": f"{parameters['message'] * 1000:.0f}ns"}), replications)
        samples[f"overhead with packets {agents}"] = Sample(per_replication(path, OVERHEAD))
        samples[f"load with packets {agents}"] = Sample(per_replication(path, LOAD))
        samples[f"work with packets {agents}"] = _work(path, costs, 1000 * parameters["message"])


def saturating(work_ns, parameters):
    """Agents whose tasks are all that the master can do: a slot has one each mean duration and half an interval."""
    return 1e9 / work_ns * (TASK_MEAN_S + 0.5) / parameters["slots"]


def measure(runs, parameters, replications):
    samples = {}
    _measure_sizes(runs, parameters, replications, samples)
    for name in ("", " with packets"):
        if f"work{name} 50000" in samples:
            samples[f"saturating{name}"] = Sample(saturating(work, parameters) for work in samples[f"work{name} 50000"].values)
    # A small cluster has fewer offers in a message: what a task costs is measured at nearly the size that is to be slowed down.
    predicted = saturating(samples["work 3000"].mean(), parameters) / parameters["slow-down"]
    costs = {kind: ns * parameters["costs"] * parameters["slow-down"] for kind, ns in stored_costs(runs.root)}
    for part in OF_PREDICTED if replications == REPLICATIONS[0] else (0.75, 1.25):
        path = runs.make("probe", _settings(
            runs, round(predicted * part), parameters["costs"] * parameters["slow-down"], parameters,
            {"experiment.duration": f"{SLOW_S}s", "framework probe.start": f"{SLOW_PROBE_S}s"}), OF_THE_SLOW[replications != REPLICATIONS[0]])
        samples[f"overhead of predicted {part}"] = Sample(per_replication(path, OVERHEAD))
        filling = _filling_ns(costs, round(predicted * part), parameters["slots"]) / 1e9 / SLOW_S
        samples[f"load of predicted {part}"] = Sample(load - filling for load in per_replication(path, LOAD))
    return samples


def claims(parameters):
    made = [AtMost(f"the overhead stays below a second, in s, at {agents:,} agents", f"overhead {agents}", 1)
            for agents in SIZES if agents <= 50000]
    made.append(AtMost("and at 200,000 agents", "overhead 200000", 1, "expected"))
    made.append(AtMost("and with packets at the paper's limit, at 50,000 agents", "overhead with packets 50000", 1, "expected"))
    made.append(AtLeast("agents at which the master saturates, by its own costs: more than the paper's 50,000", "saturating", 50000,
                        "expected"))
    made.append(AtLeast("likewise with packets at the paper's limit", "saturating with packets", 50000, "expected"))
    made.append(Near("load of the master at 3/4 of the agents that are predicted to saturate it, within 5 %",
                     "load of predicted 0.75", 0.75, 0.05, "computed"))
    made.append(AtMost("overhead in s at 3/4 of what is predicted to saturate it", "overhead of predicted 0.75", 1, "computed"))
    made.append(AtLeast("overhead in s at 5/4 of what is predicted to saturate it", "overhead of predicted 1.25", 5, "computed"))
    made.append(NotTestable("50,000 agents were the limit of packets that the paper's master could handle",
                            "there are no packets here", "recalled"))
    return made


def figure(samples):
    """Overhead by agents; load by agents; overhead by the part of what is predicted to saturate."""
    rows = []
    for name, sizes in (("", SIZES), (" with packets", SIZES[:-1]), (" of predicted", OF_PREDICTED)):
        for size in sizes:
            overhead, load = samples[f"overhead{name} {size}"], samples[f"load{name} {size}"]
            rows.append([name.strip() or "own costs", size, f"{1000 * overhead.mean():.6g}",
                         f"{1000 * overhead.half_width(0.05):.4g}", f"{load.mean():.6g}"])
    for name in ("", " with packets"):
        limit = samples[f"saturating{name}"].mean()
        rows += [[f"in proportion{name}", f"{agents:.6g}", "NaN", "NaN", f"{agents / limit:.6g}"] for agents in (700, 3 * limit)]
        rows += [[f"saturated{name}", f"{limit:.6g}", "NaN", "NaN", load] for load in (1e-5, 3)]

    def curve(name, column, title, colour, mark):
        at = f"'data.csv' skip 1 using (strcol(1) eq '{name}' ? $2 : NaN)"
        bars = [f"{at}:(${column}-$4):(${column}+$4) with filledcurves fs transparent solid 0.25 noborder lc rgb '{colour}' notitle"] \
            if column == 3 else []
        return ", ".join(bars + [f"{at}:{column} with linespoints pt {mark} ps 0.7 lw 1.5 lc rgb '{colour}' title '{title}'"])

    def line(name, colour, dashes, title=None):
        return f"'data.csv' skip 1 using (strcol(1) eq '{name}' ? $2 : NaN):5 with lines dt {dashes} lc rgb '{colour}' " + (f"title '{title}'" if title else "notitle")

    blue, red, green = "#0072B2", "#D55E00", "#009E73"
    commands = ["set datafile missing NaN", "set multiplot layout 1,3", "set logscale xy", "set xrange [700:3e5]", "set yrange [0.3:3000]",
                "set xlabel 'agents'", "set format x '10^{%T}'", "set ylabel 'overhead [ms]'", "set key outside above maxcols 1 samplen 2",
                f"plot {curve('own costs', 3, 'the costs of this master', blue, 5)}, "
                f"{curve('with packets', 3, 'and 10 us for each packet', red, 7)}, 1000 with lines dt 2 lc rgb 'black' title 'bound of the paper'",
                "set xrange [700:1e8]", "set yrange [1e-5:3]", "set ylabel 'load of the master'", "set format y '10^{%T}'",
                f"plot {curve('own costs', 5, 'the costs of this master', blue, 5)}, {curve('with packets', 5, 'and 10 us for each packet', red, 7)}, "
                f"{line('in proportion', blue, 2, 'in proportion')}, {line('in proportion with packets', red, 2)}, {line('saturated', blue, 3)}, "
                f"{line('saturated with packets', red, 3)}, 1 with lines lc rgb 'black' title 'saturated'",
                "unset logscale x", "set format x '%g'", "set xrange [0:1.6]", "set xtics 0.5", "set yrange [10:1e5]",
                "set xlabel 'agents / predicted capacity'", "set ylabel 'overhead [ms]'", "set arrow 1 from 1,10 to 1,1e5 nohead dt 3 lc rgb 'black'",
                f"plot {curve('of predicted', 3, 'all costs x 10,000', green, 9)}, {UNFINISHED_MS:g} with lines dt 2 lc rgb 'black' title 'end of the run'",
                "unset multiplot"]
    return (("case", "agents", "overhead_ms", "half_width_95_ms", "load"), rows, commands, 420)
