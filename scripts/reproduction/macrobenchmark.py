# SPDX-License-Identifier: Apache-2.0
"""Mesos (NSDI 2011), section 6.1: four frameworks share a cluster, against a quarter of it for each."""

from reproduction.claims import AtLeast, AtMost, Compared, Near, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "macrobenchmark"
TITLE = "Facebook's Hadoop mix, large Hadoop jobs, Spark and MPI jobs: sharing against static partitions"
SOURCE = "Hindman et al., Mesos (NSDI 2011), section 6.1"
REPLICATIONS = (60, 12)

SPARK_TASK = 21.3
_FITTED = "fitted to the published times of static partitions, before any shared run was looked at"
PARAMETERS = [
    Parameter("machines", 96, "section 6.1: 96 nodes, 4 CPUs, 15 GB; 24 of them per framework when static"),
    Parameter("jobs", "100, 10, 5, 8", "section 6.1, as recalled: table of the Facebook mix; 10 jobs of 2,400 tasks one after the "
              "other; 5 Spark jobs, 2 minutes apart; 8 MPI jobs of 24 tasks at fixed times, two of them large"),
    Parameter("arrivals", "poisson(14s), one fixed draw", "Zaharia et al. (EuroSys 2010), as recalled"),
    Parameter("jitter", 60, None, note="seconds: each replication submits each Facebook job up to that much earlier or later"),
    Parameter("Facebook task times", "facebook-mix.csv", _FITTED, note="of each bin, the same for all its maps, and for all its reduces"),
    Parameter("large task time", "12s", _FITTED),
    Parameter("Spark task time", f"{SPARK_TASK}s", _FITTED, note="with 192 tasks in an iteration; otherwise the same work"),
    Parameter("MPI task times", "261s, 822s", _FITTED),
    Parameter("interval", 1, "Mesos's default", note="seconds between runs of the allocator where the cluster is shared"),
    Parameter("refuse-seconds", "5s", "Mesos's default"),
    Parameter("reduce-slow-start", "5%", "Hadoop 0.20's default"),
    Parameter("executor-memory", 1450, integer=True, vary=True, source="section 6.4: 29 GB on 20 nodes, as recalled; of another Spark job",
              note="MiB of a Spark executor"),
    Parameter("interval-alone", 0.1, None, note="seconds between runs of the allocator where partitions are static: "
              "frameworks without Mesos"),
    Parameter("task-memory", 1024, None, integer=True, note="MiB of a Hadoop or MPI task; a Spark task has half of it"),
    Parameter("spread", 0.3, None, note="standard deviation over mean of the large jobs' and Spark's tasks"),
    Parameter("spark-tasks", 192, None, integer=True, note="of one iteration: how much of the cluster a Spark job can use"),
    Parameter("executor-start-up", 5, None, note="seconds, Spark"),
    Parameter("window", 1400, None, note="seconds from the start over which utilization is averaged"),
]

CANNOT_SHOW = [
    "How busy CPUs and memory were: what is measured is what tasks and executors were given. So the levels of utilization are not those that were "
    "published; their increase is compared all the same. The source at hand does not say whether it is in points or part of what it was.",
    "The times at which MPI jobs came: every two minutes is our own choice, and not varied.",
    "Stragglers of MPI jobs, and what Hadoop loses by heartbeats: the machines are alike and tasks start at once.",
    "Data locality: data is everywhere here (replicas = 0). See the experiment on delay scheduling.",
    "Memory that a Spark job lacks in its partition, or caches between iterations: its iterations are all alike.",
    "The times of static partitions: they are put in.",
    "Why small Hadoop jobs lost. The published cause is that a new job waits for the framework's next offer; here that costs a "
    "second at most, about what a small job gains where others are done sooner. It would take what Hadoop itself does between "
    "offers, which is not modelled.",
]

FRAMEWORKS = {"facebook": "Facebook Hadoop mix", "large": "Large Hadoop mix", "spark": "Spark", "torque": "MPI"}
SUMS = {"facebook": (7257, 1.14), "large": (3143, 2.10), "spark": (1684, 1.26), "torque": (3210, 0.96)}
KINDS = {  # of jobs: static seconds and speed-up, as recalled
    "selection-1": (24, 0.84), "text-search-2": (31, 0.90), "aggregation-3": (82, 0.94), "selection-4": (65, 1.40),
    "aggregation-5": (192, 1.26), "selection-6": (136, 1.71), "text-search-7": (137, 2.14), "join-8": (662, 1.35),
    "large": (314, 2.21), "spark": (337, 1.36), "small": (261, 0.91), "huge": (822, 0.88)}
SMALL = ("selection-1", "text-search-2", "aggregation-3")
PARTITIONS = ("shared", "static")
STEP, END = 20, 2400  # seconds, of the time series
CPUS = 384

_KIND = "CASE WHEN framework.name IN ('facebook', 'torque') THEN job.name ELSE framework.name END"
_JOBS = "FROM job JOIN framework USING (run_id, framework_id)"


def _settings(parameters, partition):
    memory, spread, tasks = parameters["task-memory"], parameters["spread"], parameters["spark-tasks"]
    spark = SPARK_TASK * 192 / tasks
    interval = parameters["interval" if partition == "shared" else "interval-alone"]
    return {
        "experiment.partition": partition,
        "master.allocation-interval": f"{interval * 1000:.0f}ms",
        "framework facebook.task-resources": f"cpus:1;mem:{memory}",
        "framework large.task-resources": f"cpus:1;mem:{memory}",
        "framework torque.task-resources": f"cpus:1;mem:{memory}",
        "framework spark.task-resources": f"cpus:1;mem:{memory // 2}",
        "framework large.task-duration": f"lognormal(12s, {12 * spread:.2f}s)",
        "framework facebook.replicate": f"jitter({parameters['jitter']:g}s)",
        "framework spark.executor-resources": f"mem:{parameters['executor-memory']}MiB",
        "framework spark.tasks": tasks,
        "framework spark.task-duration": f"lognormal({spark:.3f}s, {spark * spread:.3f}s)",
        "framework spark.executor-start-up": f"{parameters['executor-start-up'] * 1000:.0f}ms",
    }


def _by_run(path, sql):
    """{name: values of the replications} of a query that gives (run_id, name, value)."""
    found = {}
    for run, name, value in query(path, sql):
        found.setdefault(name, {})[run] = value
    return {name: [values[run] for run in sorted(values)] for name, values in found.items()}


def _series(path, partition, samples):
    """Shares of cpus, each task having one, and utilization, at steps of the time; nothing after the end."""
    runs = [row[0] for row in query(path, "SELECT run_id FROM run ORDER BY run_id")]
    found = {}
    for run, t, name, value in query(path, f"""SELECT run_id, t_ns / 1000000000, name, 100.0 * (tasks_running + tasks_held) / {CPUS}
            FROM share_sample JOIN framework USING (run_id, framework_id)
            UNION ALL SELECT run_id, t_ns / 1000000000, resource, 100 * allocated / total FROM cluster_sample"""):
        if t % STEP == 0 and t <= END:
            found[run, t, name] = value
    for name in (*FRAMEWORKS, "cpus", "mem"):
        for t in range(0, END + STEP, STEP):
            samples[f"series {name} {partition} {t}"] = Sample(found.get((run, t, name), 0.0) for run in runs)


def measure(runs, parameters, replications):
    samples = {}
    seconds, sums, used = {}, {}, {}
    for partition in PARTITIONS:
        path = runs.make("macrobenchmark", _settings(parameters, partition), replications)
        seconds[partition] = _by_run(path, f"SELECT run_id, {_KIND}, avg(finish_ns - submit_ns) / 1e9 {_JOBS} GROUP BY 1, 2")
        sums[partition] = _by_run(path, f"SELECT run_id, framework.name, sum(finish_ns - submit_ns) / 1e9 {_JOBS} GROUP BY 1, 2")
        for resource in ("cpus", "mem"):
            used[partition, resource] = per_replication(
                path, f"""SELECT run_id, 100 * avg(allocated / total) FROM cluster_sample
                    WHERE resource = '{resource}' AND t_ns <= {parameters['window']} * 1000000000 GROUP BY run_id""")
            samples[f"{resource} {partition}"] = Sample(used[partition, resource])
        if replications == REPLICATIONS[0]:
            _series(path, partition, samples)
    for kind in KINDS:
        samples[f"static {kind}"] = Sample(seconds["static"][kind])
        samples[f"speed-up {kind}"] = Sample(_ratios(seconds, kind))
    for name in FRAMEWORKS:
        samples[f"sum {name}"] = Sample(_ratios(sums, name))
    for resource in ("cpus", "mem"):
        samples[f"points {resource}"] = Sample(shared - static for shared, static in zip(used["shared", resource], used["static", resource]))
        samples[f"increase {resource}"] = Sample(
            100 * (shared / static - 1) for shared, static in zip(used["shared", resource], used["static", resource]))
    return samples


def _ratios(times, name):
    return [static / shared for static, shared in zip(times["static"][name], times["shared"][name])]


def claims(parameters):
    made = [Near("large Hadoop mix: about twice as fast on Mesos, within 15 %", "sum large", 2, 0.15),
            AtLeast("CPU utilization is higher", "increase cpus", 0),
            AtLeast("memory utilization is higher", "increase mem", 0),
            Near("CPU utilization is higher by 10 %, within half of that", "increase cpus", 10, 0.5),
            Near("CPU utilization is higher by 10 points, if that is what was published, within half of that", "points cpus", 10, 0.5),
            Near("memory utilization is higher by 17 %, within half of that", "increase mem", 17, 0.5),
            Near("memory utilization is higher by 17 points, if that is what was published, within half of that", "points mem", 17, 0.5)]
    for kind in SMALL:
        made.append(AtMost(f"{kind}: small Hadoop jobs lose by sharing, speed-up below 1", f"speed-up {kind}", 1))
    for kind in KINDS:
        if kind[-1] in "45678":
            made.append(AtLeast(f"{kind}: larger Hadoop jobs gain by sharing, speed-up above 1", f"speed-up {kind}", 1, "expected"))
    for name, (_, speed_up) in SUMS.items():
        made.append(Compared(f"{FRAMEWORKS[name]}: sum of the times of static partitions over that of sharing", f"sum {name}", speed_up))
    for kind, (static, speed_up) in KINDS.items():
        made.append(Compared(f"{kind}: seconds in a static partition (put in)", f"static {kind}", static))
        made.append(Compared(f"{kind}: speed-up", f"speed-up {kind}", speed_up))
    return made


_COLOURS = {"shared": "#0072B2", "static": "#D55E00"}


def figure(samples):
    """The published one has a panel for each framework; and two of utilization. Mean and 95 % interval over replications."""
    panels = list(FRAMEWORKS.items()) + [("cpus", "CPUs allocated"), ("mem", "memory allocated")]
    rows = []
    for name, _ in panels:
        for partition in PARTITIONS:
            for t in range(0, END + STEP, STEP):
                sample = samples[f"series {name} {partition} {t}"]
                mean, half = sample.mean(), sample.half_width(0.05)
                rows.append([name, partition, t, f"{mean:.4g}", f"{max(0, mean - half):.4g}", f"{min(100, mean + half):.4g}"])
    length = END // STEP + 1
    commands = ["set multiplot layout 3,2", f"set xrange [0:{END}]", "set yrange [0:100]", "set xlabel 'time [s]'",
                "set key inside top right samplen 2"]
    for i, (name, title) in enumerate(panels):
        commands += [f"set title '{title}'", f"set ylabel '{'share of the CPUs [%]' if name in FRAMEWORKS else 'of the cluster [%]'}'"]
        plots = []
        for j, partition in enumerate(PARTITIONS):
            first = (2 * i + j) * length + 1
            at = f"'data.csv' skip {first} every ::0::{length - 1} using 3"
            colour = _COLOURS[partition]
            label = "Mesos" if partition == "shared" else "static partitions"
            plots += [f"{at}:5:6 with filledcurves fc rgb '{colour}' fs transparent solid 0.25 noborder notitle",
                      f"{at}:4 with lines lw 1.5 lc rgb '{colour}' {'dt 2 ' if j else ''}title '{label}'"]
        commands += ["plot " + ", ".join(plots), "unset key"]
    commands.append("unset multiplot")
    return (("what", "partition", "seconds", "percent", "low_95", "high_95"), rows, commands, 900)
