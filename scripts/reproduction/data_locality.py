# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 6.3: locality and job time of Hadoop in static partitions, shared, and shared with delay scheduling."""

from reproduction.claims import AtLeast, Compared, Near, Parameter, Sample
from reproduction.runs import per_replication

NAME = "data-locality"
TITLE = "Data locality and job time of 16 Hadoop frameworks: static partitions, sharing, and sharing with a wait of 1 s and 5 s"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 6.3"
REPLICATIONS = (20, 5)

PARAMETERS = [
    Parameter("machines", "93, of 4 slots", "section 6.3, as recalled: 93 nodes, 4 CPUs and 15 GB each"),
    Parameter("frameworks", "16, of one job each", "section 6.3, as recalled; all at once"),
    Parameter("maps", 1491, "section 6.3, as recalled: 100 GB; blocks of 64 MiB", note="Hadoop 0.20's default"),
    Parameter("replicas", 3, "Hadoop 0.20's default"),
    Parameter("waits", "0s, 1s, 5s", "section 6.3"),
    Parameter("map-time", 20, None, note="mean, seconds, of a map with its data"),
    Parameter("spread", 0.25, None, note="standard deviation over mean of that"),
    Parameter("remote-factor", 2, None, note="a map without its data takes so many times as long"),
    Parameter("interval", 10, None, note="ms between runs of the allocator, and the refusal of what is declined: both far below the waits"),
]

CANNOT_SHOW = [
    "Why 5 % of the maps were without their data after 5 s: here nothing but others' tasks is in their way, no machine is slow or lost, and blocks lie "
    "evenly; so nearly all find it.",
    "How much slower a map is without its data: the factor is put in, and the ratio of job times follows from it and the locality.",
    "The disks and the network as a shared resource: a remote read does not slow down others.",
    "What an allocation interval of a second and refusals of 5 s, Mesos's defaults later on, would do to a wait of a second: the "
    "figure's right panel has the intervals, each with a refusal of the same length.",
    "Without delay the result is that of the interval: slots that come free one by one go back to whom they came from, who has the "
    "least then (sticky slots); those that come free together are dealt out anew.",
]

WAITS = {"none": "none", "1 s": "wait(1s)", "5 s": "wait(5s)"}
INTERVALS = (1, 10, 100, 1000)
LOCAL = "SELECT run_id, 100.0 * sum(node_local) / sum(tasks) FROM job GROUP BY run_id"
SECONDS = "SELECT run_id, avg(seconds) FROM completion_time GROUP BY run_id"


def _settings(parameters, interval, delay, partition="shared"):
    length = parameters["map-time"]
    return {
        "experiment.partition": partition,
        "master.allocation-interval": f"{interval:.0f}ms",
        "framework hadoop.refuse-seconds": f"{interval:.0f}ms",
        "framework hadoop.delay": delay,
        "framework hadoop.off-rack-read": max(1, parameters["remote-factor"]),
        "framework hadoop.task-duration": f"lognormal({length}s, {length * parameters['spread']}s)",
    }


def measure(runs, parameters, replications):
    samples = {}

    def take(name, settings):
        path = runs.make("data-locality", settings, replications)
        samples[f"local {name}"] = Sample(per_replication(path, LOCAL))
        samples[f"seconds {name}"] = Sample(per_replication(path, SECONDS))

    interval = parameters["interval"]
    take("static", _settings(parameters, interval, "none", "static"))
    for name, delay in WAITS.items():
        take(name, _settings(parameters, interval, delay))
        samples[f"speed-up {name}"] = Sample(
            static / shared for static, shared in zip(samples["seconds static"].values, samples[f"seconds {name}"].values))
    samples["gain by sharing"] = Sample(
        shared - static for static, shared in zip(samples["local static"].values, samples["local none"].values))
    if replications == REPLICATIONS[0]:
        for name, delay in WAITS.items():
            for each in INTERVALS:
                take(f"{name} at {each} ms", _settings(parameters, each, delay))
    return samples


def claims(parameters):
    return [
        Near("static partitions: 1 - (15/16)^3 = 17.6 % of the maps have their data, within 3 %", "local static",
             100 * (1 - (15 / 16) ** 3), 0.03, "computed"),
        Near("static partitions: 18 % of the maps have their data, within 5 %", "local static", 18, 0.05),
        AtLeast("sharing without delay: more than in static partitions (difference in points)", "gain by sharing", 0),
        AtLeast("a wait of 1 s: more than 90 %", "local 1 s", 90),
        AtLeast("a wait of 5 s: 95 % or more", "local 5 s", 95),
        Near("a wait of 5 s: jobs 1.7 times as fast as in static partitions, within 15 %", "speed-up 5 s", 1.7, 0.15),
        Compared("a wait of 5 s: part of the maps with their data, in %", "local 5 s", 95, "verified"),
        Compared("sharing without delay: part of the maps with their data, in %", "local none", 50),
    ]


_COLOURS = {"static": "#999999", "none": "#D55E00", "1 s": "#0072B2", "5 s": "#009E73"}


def figure(samples):
    """Locality and job times, and locality against the interval."""
    rows = [[name, "", *_interval(samples[f"local {name}"]), *_interval(samples[f"seconds {name}"])] for name in _COLOURS]
    rows += [[name, each, *_interval(samples[f"local {name} at {each} ms"]), *_interval(samples[f"seconds {name} at {each} ms"])]
             for name in WAITS for each in INTERVALS]
    bars = "'data.csv' skip 1 every ::0::3 using 0"
    labels = ", ".join(f"'{name}' {i}" for i, name in enumerate(("static", "no delay", "wait 1 s", "wait 5 s")))
    commands = ["set multiplot layout 1,3", "unset key", "set style fill solid 0.8", "set boxwidth 0.6", "set xrange [-0.6:3.6]",
                f"set xtics ({labels}) rotate by -30", "set yrange [0:100]", "set ylabel 'maps with their data [%]'",
                f"plot {bars}:3:4 with boxerrorbars lc rgb '#0072B2'",
                "set yrange [0:*]", "set ylabel 'time of a job [s]'", f"plot {bars}:5:6 with boxerrorbars lc rgb '#E69F00'",
                "set key inside bottom right samplen 2", "set logscale x", "set xrange [0.6:1700]", "set xtics norotate (1, 10, 100, 1000)",
                "set yrange [0:100]", "set xlabel 'allocation interval [ms]'", "set ylabel 'maps with their data [%]'"]
    plots = []
    for i, name in enumerate(WAITS):
        at = f"'data.csv' skip {5 + 4 * i} every ::0::3 using 2:3"
        colour = _COLOURS[name]
        title = "no delay" if name == "none" else f"wait of {name}"
        plots += [f"{at} with lines lw 1.5 lc rgb '{colour}' notitle",
                  f"{at}:4 with yerrorbars pt {5 + i} ps 0.8 lc rgb '{colour}' title '{title}'"]
    commands += ["plot " + ", ".join(plots), "unset multiplot"]
    return (("case", "interval_ms", "local_percent", "local_half_width_95", "job_seconds", "job_half_width_95"), rows, commands, 420)


def _interval(sample):
    return f"{sample.mean():.5g}", f"{sample.half_width(0.05):.3g}"
