# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 6.2: what one framework alone loses by going through Mesos. An illustration."""

from reproduction.claims import AtMost, Compared, Parameter, Sample
from reproduction.runs import per_replication

NAME = "overhead"
TITLE = "An illustration: overhead of Mesos for one MPI job and one Hadoop job alone"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 6.2"
REPLICATIONS = (40, 20)

PARAMETERS = [
    Parameter("machines", "50, of 2 cores and 6.5 GB", "section 6.2, as recalled"),
    Parameter("LINPACK", "50.9s", "section 6.2: without Mesos; on all 100 cores at once", note="put in"),
    Parameter("WordCount", "160s", "section 6.2: without Mesos", note="put in: maps of 15.2s, reduces of 25s give it"),
    Parameter("interval", "1s", "Mesos's default", note="between runs of the allocator; 1ms without Mesos"),
    Parameter("maps", 800, None, integer=True, note="of WordCount; the same work"),
    Parameter("reduces", 50, None, integer=True, note="of WordCount; the same work"),
    Parameter("spread", 0.2, None, note="standard deviation over mean of the maps"),
    Parameter("executor-start-up", 500, None, note="ms, for each task; none without Mesos"),
    Parameter("latency", 1, None, note="ms, of a message, one way; none without Mesos"),
]

CANNOT_SHOW = [
    "Anything that was not put in: this is the sum of waits for offers, messages and the start of executors, whose lengths are parameters. "
    "It shows which of them count, and how: MPI pays them once, Hadoop with each wave of tasks.",
    "What the CPU time of Mesos's daemons and containers takes away from tasks.",
]

WITHOUT = {"master.allocation-interval": "1ms", "network.master-agent": "0s", "network.master-framework": "0s"}
JOBS = {"linpack": (50.9, 1.8), "wordcount": (160, 3.75)}
SECONDS = "SELECT run_id, seconds FROM completion_time"


def measure(runs, parameters, replications):
    samples = {}
    map_s = 15.2 * 800 / parameters["maps"]
    for name in JOBS:
        base = {"experiment.only": name, "stage wordcount.map.tasks": parameters["maps"],
                "stage wordcount.map.task-duration": f"lognormal({map_s:.3f}s, {map_s * parameters['spread']:.3f}s)",
                "stage wordcount.reduce.tasks": parameters["reduces"], "stage wordcount.reduce.task-duration": f"{25 * 50 / parameters['reduces']:.3f}s"}
        latency = f"{parameters['latency'] * 1000:.0f}us"
        through = dict(base, **{
            "master.allocation-interval": parameters["interval"], "network.master-agent": latency, "network.master-framework": latency,
            f"framework {name}.executor-start-up": f"{parameters['executor-start-up']:.0f}ms"})
        times = [per_replication(runs.make("overhead", settings, replications), SECONDS) for settings in (dict(base, **WITHOUT), through)]
        samples[f"{name} without"], samples[f"{name} with"] = (Sample(seconds) for seconds in times)
        samples[f"overhead {name}"] = Sample(100 * (b / a - 1) for a, b in zip(*times))
    return samples


def claims(parameters):
    made = []
    for name, (seconds, percent) in JOBS.items():
        made += [AtMost(f"{name}: overhead below 4 % (what goes in comes out)", f"overhead {name}", 4),
                 Compared(f"{name}: overhead in % (what goes in comes out)", f"overhead {name}", percent, "verified"),
                 Compared(f"{name}: seconds without Mesos (put in)", f"{name} without", seconds, "verified")]
    return made


def figure(samples):
    """Times without and with."""
    rows = [[name, *(f"{number:.5g}" for each in ("without", "with") for number in
                     (samples[f"{name} {each}"].mean(), samples[f"{name} {each}"].half_width(0.05)))] for name in JOBS]
    commands = ["set ylabel 'time of the job [s]'", "set yrange [0:*]", "set xrange [-0.6:1.6]", "set boxwidth 0.3", "set style fill solid 0.8",
                "set xtics ('MPI LINPACK' 0, 'Hadoop WordCount' 1)",
                "plot 'data.csv' skip 1 using ($0 - 0.17):2:3 with boxerrorbars lc rgb '#999999' title 'without Mesos', "
                "'data.csv' skip 1 using ($0 + 0.17):4:5 with boxerrorbars lc rgb '#0072B2' title 'with Mesos'"]
    return (("job", "without_s", "half_width_95", "with_s", "half_width_95"), rows, commands, 420)
