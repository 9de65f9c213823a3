# SPDX-License-Identifier: Apache-2.0
"""Omega (EuroSys 2013), its critique of offers: a service scheduler that decides for long, and what becomes of the batch scheduler."""

from reproduction.claims import AtLeast, AtMost, Near, Parameter, Sample
from reproduction.runs import per_replication

NAME = "omega"
TITLE = "A scheduler that decides for long holds what it has been offered: which rule starves the other one, and what cures it"
SOURCE = "Schwarzkopf et al., Omega (EuroSys 2013), sections 3 and 4, and the simulator published with it"
REPLICATIONS = (40, 5)  # of decision times that something is claimed of
OF_THE_FIGURE = 8       # of the others
OF_RULES = {"agents timeout": 120, "agents limit": 40, "agents fair": 20}  # waits and starts differ much from one to the next, or runs are long

PARAMETERS = [
    Parameter("batch", "every 10 s in the mean a job of 100 tasks of 100 s in the mean, 1 cpu and 2 GB each", "Omega's simulator, its example cell"),
    Parameter("service", "every 20 s a job of 10 tasks of 500 s, 1 cpu and 2 GB each", "Omega's simulator, its example cell"),
    Parameter("decision", "0.1 s for each job and 5 ms for each of its tasks", "Omega, section 3", note="that of service jobs is swept"),
    Parameter("agents", 500, "for Omega's initial fill of about 60 %: here all of it are jobs", note="4 cpus and 16 GB each, as in its example"),
    Parameter("attempts-max", 1000, "Omega: a job is given up after 1,000 attempts", note="and in one case 100, after which its simulator gives up a job "
              "that has got nothing"),
    Parameter("interval", "1s", "Omega's simulator offers once a second, as Mesos does by default"),
    Parameter("refuse-seconds", "5s", "Mesos's default; a revive lifts refusals"),
    Parameter("offer-timeout", 10, None, note="seconds, where there is one; Mesos's default is none"),
    Parameter("limit", 2, None, note="that of the service role, where there is one, in units of what its tasks need in the mean (1/8 of the cpus)"),
    Parameter("hours", 3, None, note="the first 20 minutes are left out; Omega simulated a day"),
]

CANNOT_SHOW = [
    "Decisions here are about all jobs that wait, and take the time of the first and of its tasks; in Omega's simulator they are about one job. So a "
    "queue that has grown is worked off faster here, and fewer jobs are tried in vain.",
    "Waits are until the first task starts, Omega's until the first attempt.",
    "The millisecond that an offer costs Omega's allocator: it has no cost here.",
    "What a service job that falls behind comes to: its queue grows as long as the run lasts, so that the part that starts is one of these hours, and differs "
    "much from one replication to the next.",
    "Omega's own schedulers, which share the state of the cluster: conflicts, how many of them it bears, how busy they are.",
    "Deadlocks of two schedulers that hoard offers for gangs.",
    "A job that did not fit stays first here; Omega's is put back at the end of the queue after a second.",
    "A framework is offered what comes free also while it decides; Omega's allocator waits for its answer. What it is offered waits until it has decided.",
    "A service scheduler that takes more than 20 s for a job that comes every 20 s falls behind under any rule: no cure of the batch scheduler's waits "
    "can make all service jobs start.",
    "Omega's cells, with the mix of jobs of Google's traces: its example cell is simpler.",
]

CLAIMED = (0.1, 100)
TIMES = (0.1, 1, 10, 30, 100, 300)
RULES = {
    "whole": ("whole cluster to one", {"allocator drf.whole-cluster": "yes"}),
    "agents": ("agent by agent", {}),
    "whole timeout": ("whole cluster with time-out", {"allocator drf.whole-cluster": "yes", "master.offer-timeout": "TIMEOUT"}),
    "agents timeout": ("agent by agent with time-out", {"master.offer-timeout": "TIMEOUT"}),
    "agents limit": ("agent by agent; service limited to twice its need", {"role service.limit": "LIMIT"}),
    "agents fair": ("agent by agent; service limited to half", {"role service.limit": "HALF"}),
}
LONG = ("whole timeout", "agents timeout", "agents limit")  # runs of seconds: hours are varied of the others alone, and these at 100 s
WAIT = """SELECT run_id, avg(coalesce(j.start_ns, sim_end_ns) - submit_ns) / 1e9 FROM job j JOIN framework f USING (run_id, framework_id) JOIN run
    USING (run_id) WHERE f.name = '{}' AND submit_ns > 1200e9 GROUP BY run_id"""
STARTED = """SELECT run_id, avg(j.start_ns IS NOT NULL) FROM job j JOIN framework f USING (run_id, framework_id)
    WHERE f.name = '{}' AND submit_ns > 1200e9 GROUP BY run_id"""
ABANDONED = """SELECT run_id, avg(j.state = 'failed') FROM job j JOIN framework f USING (run_id, framework_id)
    WHERE f.name = '{}' AND submit_ns > 1200e9 GROUP BY run_id"""
BUSY = "SELECT run_id, value FROM metric WHERE name = 'decisions/busyness' AND scope = 'framework {}'"


def _limit(cpus):
    return f"cpus:{cpus:g};mem:{cpus * 4096:.0f}"


def measure(runs, parameters, replications):
    samples = {}
    first = replications == REPLICATIONS[0]
    hours = next(parameter.value for parameter in PARAMETERS if parameter.name == "hours")
    for rule, (_, settings) in RULES.items():
        if not first and (rule == "agents fair" or rule in LONG and parameters["hours"] != hours):
            continue  # nothing that is varied bears on that one
        for time in TIMES if first else CLAIMED[1:] if rule in LONG else CLAIMED:
            values = {"TIMEOUT": f"{parameters['offer-timeout']:g}s", "LIMIT": _limit(250 * parameters["limit"]), "HALF": _limit(1000)}
            made = {key: values.get(value, value) for key, value in settings.items()}
            path = runs.make("omega", dict(made, **{"framework service.decision-time-per-job": f"{time * 1000:g}ms",
                                                    "experiment.duration": f"{parameters['hours']}h"}),
                             replications if not first else OF_RULES.get(rule, replications) if time in CLAIMED else OF_THE_FIGURE)
            name = f"{rule} {time}"
            for framework in ("batch", "service"):
                samples[f"wait {framework} {name}"] = Sample(per_replication(path, WAIT.format(framework)))
                samples[f"busy {framework} {name}"] = Sample(per_replication(path, BUSY.format(framework)))
                samples[f"abandoned {framework} {name}"] = Sample(per_replication(path, ABANDONED.format(framework)))
                samples[f"started {framework} {name}"] = Sample(per_replication(path, STARTED.format(framework)))
        if f"busy batch {rule} 0.1" in samples:
            samples[f"times {rule} 100"] = Sample(
                now / short for now, short in zip(samples[f"busy batch {rule} 100"].values, samples[f"busy batch {rule} 0.1"].values))
    samples["agents of whole"] = Sample(
        one / other for one, other in zip(samples["busy batch agents 100"].values, samples["busy batch whole 100"].values))
    path = runs.make("omega", dict(RULES["whole"][1], **{"framework service.decision-time-per-job": "100000ms", "framework batch.attempts-max": 100,
                                                         "experiment.duration": f"{parameters['hours']}h"}), replications)
    samples["abandoned after 100"] = Sample(per_replication(path, ABANDONED.format("batch")))
    return samples


def claims(parameters):
    return [
        Near("nobody decides for long: the batch scheduler decides 0.6 s for each job, every 10 s: busyness, within 10 %", "busy batch whole 0.1", 0.06,
             0.1, "computed"),
        AtLeast("whole cluster, 100 s: the batch scheduler is far busier, times (far: 3)", "times whole 100", 3, "expected"),
        AtLeast("whole cluster, 100 s: batch jobs wait longer than the 30 s that Omega sets as a goal, mean, s", "wait batch whole 100", 30, "expected"),
        AtLeast("whole cluster, 100 s: batch jobs are abandoned, part of all (more than 1 in 1,000)", "abandoned batch whole 100", 0.001, "expected"),
        AtLeast("likewise, given up after 100 attempts", "abandoned after 100", 0.001, "expected"),
        AtLeast("agent by agent, 100 s: as bad; busyness over that of the whole cluster", "agents of whole", 0.9, "expected"),
        AtMost("agent by agent with a time-out, 100 s: batch jobs start at once, mean wait, s", "wait batch agents timeout 100", 5, "expected"),
        AtMost("but then service jobs do not start any more, part that does", "started service agents timeout 100", 0.01, "expected"),
        AtLeast("whole cluster with a time-out, 100 s: worse for batch jobs, mean wait, s", "wait batch whole timeout 100", 1000, "expected"),
        AtMost("agent by agent, the service limited to half of the cluster (fair share): batch jobs wait no longer than 30 s, 100 s", "wait batch agents fair 100", 30, "expected"),
        AtMost("agent by agent, the service limited to twice what it needs, 100 s: batch jobs start at once, mean wait, s", "wait batch agents limit 100", 5, "expected"),
        AtMost("and the batch scheduler is hardly busier, times", "times agents limit 100", 1.1, "expected"),
        AtLeast("and service jobs start, part that does", "started service agents limit 100", 0.5, "expected"),
    ]


_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def figure(samples):
    """Busyness and wait of the batch scheduler, and the part of service jobs that start, by the service's decision time."""
    quantities = (("busy batch", "busyness of the batch scheduler", False), ("wait batch", "wait of batch jobs [s]", True),
                  ("started service", "part of service jobs that start", False))
    rows = []
    for quantity, _, _ in quantities:
        for rule, (title, _) in RULES.items():
            for time in TIMES:
                sample = samples[f"{quantity} {rule} {time}"]
                rows.append([quantity, title, time, f"{sample.mean():.5g}", f"{sample.half_width(0.05):.4g}"])
    commands = ["set datafile missing NaN", "set multiplot layout 1,3 margins 0.08,0.98,0.14,0.8 spacing 0.09", "set logscale x", "set xrange [0.08:400]", "set format x '10^{%T}'",
                "set xlabel 'decision time of a service job [s]'", "set key default", "set key at screen 0.49,0.99 center top vertical maxrows 3 samplen 2 width -13", "set offsets 0, 0, graph 0.05, 0"]
    for quantity, label, logarithmic in quantities:
        plots = []
        for mark, (colour, (title, _)) in enumerate(zip(_COLOURS, RULES.values())):
            chosen = f"(strcol(1) eq '{quantity}' && strcol(2) eq '{title}')"
            at = f"'data.csv' skip 1 using ({chosen} ? $3 : NaN)"
            low = "($4-$5 > 0.1 ? $4-$5 : 0.1)" if logarithmic else "($4-$5 > 0 ? $4-$5 : 0)"
            high = "($4+$5 < 1 ? $4+$5 : 1)" if quantity.startswith("started") else "($4+$5)"
            plots.append(f"{at}:{low}:{high} with filledcurves fs transparent solid 0.15 noborder lc rgb '{colour}' notitle")
            plots.append(f"{at}:4 with linespoints pt {mark + 4} ps 0.7 lw 1.5 lc rgb '{colour}' title '{title}'")
        commands += ["set logscale y; set format y '10^{%T}'; set yrange [0.3:1e4]" if logarithmic else f"unset logscale y; set format y '%g'; set yrange [0:{1.05 if quantity.startswith('started') else '*'}]",
                     f"set ylabel '{label}'", "plot " + ", ".join(plots), "unset key"]
    return (("quantity", "rule", "decision_time_s", "mean", "half_width_95"), rows, commands + ["unset multiplot"], 520)
