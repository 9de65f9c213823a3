# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 6.4: iterations of Hadoop and of Spark. An illustration."""

from reproduction.claims import Compared, Near, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "spark-iterations"
TITLE = "An illustration: thirty iterations over the same data, as Hadoop jobs and as a Spark job that caches it"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 6.4"
REPLICATIONS = (20, 10)

PARAMETERS = [
    Parameter("machines", "20", "section 6.4, as recalled: 29 GB on 20 nodes", note="of 4 slots"),
    Parameter("Hadoop iteration", "127s", "section 6.4", note="put in"),
    Parameter("Spark iterations", "174s, then 6s", "section 6.4", note="put in: what a task takes first, and where its part is cached"),
    Parameter("interval", 100, None, note="ms between runs of the allocator"),
    Parameter("spread", 0.02, None, note="standard deviation over mean of tasks: an iteration is as long as its longest one"),
    Parameter("tasks", 80, None, integer=True, note="of an iteration; at most the 80 slots run at once, all have the same work together"),
]

CANNOT_SHOW = [
    "Why cached iterations are 20 times as fast: that is put in. What comes out is the arithmetic, and what offers and scheduling add to it, "
    "with executors that keep their machines between iterations.",
    "Memory that does not suffice for the cache.",
]

POINTS = (1, 5, 10, 15, 20, 25, 30)


def _law(seconds, parameters):
    waves = max(1, parameters["tasks"] / 80)
    mean = seconds / waves
    return f"lognormal({mean:.4f}s, {mean * parameters['spread']:.4f}s)"


def measure(runs, parameters, replications):
    settings = {"master.allocation-interval": f"{parameters['interval']:.0f}ms", "framework hadoop.tasks": parameters["tasks"],
                "framework spark.tasks": parameters["tasks"], "framework hadoop.task-duration": _law(127, parameters),
                "framework spark.task-duration": _law(174, parameters), "framework spark.cached-task-duration": _law(6, parameters)}
    hadoop = runs.make("spark-iterations", dict(settings, **{"experiment.only": "hadoop"}), replications, record="tasks")
    spark = runs.make("spark-iterations", dict(settings, **{"experiment.only": "spark"}), replications, record="tasks")
    samples = {"hadoop first": Sample(per_replication(hadoop, "SELECT run_id, finish_ns / 1e9 FROM job WHERE job_id = 0"))}
    for n in POINTS:
        samples[f"hadoop {n}"] = Sample(per_replication(hadoop, f"SELECT run_id, max(finish_ns) / 1e9 FROM job WHERE job_id < {n} GROUP BY run_id"))
        samples[f"spark {n}"] = Sample(per_replication(
            spark, f"SELECT run_id, max(finish_ns) / 1e9 FROM task_attempt WHERE stage < {n} GROUP BY run_id"))
    samples["later"] = Sample((last - first) / (POINTS[-1] - 1)
                              for first, last in zip(samples["spark 1"].values, samples[f"spark {POINTS[-1]}"].values))
    samples["speed-up"] = Sample(slow / fast for slow, fast in
                                 zip(samples[f"hadoop {POINTS[-1]}"].values, samples[f"spark {POINTS[-1]}"].values))
    assert query(spark, "SELECT count(DISTINCT stage) FROM task_attempt") == [(POINTS[-1],)]
    return samples


def claims(parameters):
    return [
        Near("30 iterations: Spark is 10 times as fast, within 15 % (what goes in comes out)", "speed-up", 10, 0.15),
        Compared("30 iterations: (30 x 127) / (174 + 29 x 6)", "speed-up", 30 * 127 / (174 + 29 * 6), "computed"),
        Compared("Hadoop: seconds of the first iteration (put in)", "hadoop first", 127, "verified"),
        Compared("Spark: seconds of the first iteration (put in)", "spark 1", 174, "verified"),
        Compared("Spark: seconds of a later iteration (put in)", "later", 6, "verified"),
    ]


def figure(samples):
    """Time of so many iterations."""
    rows = [[n, *(f"{number:.5g}" for name in ("hadoop", "spark") for number in
                  (samples[f"{name} {n}"].mean(), samples[f"{name} {n}"].half_width(0.05)))] for n in POINTS]
    commands = ["set xlabel 'iterations'", "set ylabel 'time [s]'", "set xrange [0:31]", "set yrange [0:*]", "set key inside top left"]
    plots = []
    for name, column, mark, colour in (("Hadoop", 2, 5, "#D55E00"), ("Spark", 4, 7, "#0072B2")):
        plots += [f"'data.csv' skip 1 using 1:{column} with lines lw 1.5 lc rgb '{colour}' notitle",
                  f"'data.csv' skip 1 using 1:{column}:{column + 1} with yerrorbars pt {mark} ps 0.8 lc rgb '{colour}' title '{name}'"]
    return (("iterations", "hadoop_s", "half_width_95", "spark_s", "half_width_95"), rows, commands + ["plot " + ", ".join(plots)], 420)
