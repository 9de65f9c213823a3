# SPDX-License-Identifier: Apache-2.0
"""DRF (NSDI 2011): dynamic shares of two jobs whose demands change, and jobs by size against fair shares of slots."""

from reproduction.claims import AtLeast, AtMost, Compared, Near, Parameter, Sample
from reproduction.runs import per_replication, query

NAME = "drf"
TITLE = "Dominant shares of two jobs whose demands change; and completion times by size of job, against fair shares of slots"
SOURCE = "Ghodsi et al., Dominant Resource Fairness (NSDI 2011), section 6"
REPLICATIONS = (60, 10)

PARAMETERS = [
    Parameter("cluster", "48 agents of 4 cpus and 14 GB", "the paper, as recalled"),
    Parameter("demands", "(1 cpu, 10 GB) and (1, 1); then (2, 4) and (1, 3); then (1, 1) and (1, 10)",
              "the first pair: the paper, as recalled; the others of our own, with equal shares that are whole numbers of tasks: others have other "
              "shares to compare with"),
    Parameter("task", 5, None, note="seconds, exponential; of the two jobs"),
    Parameter("sizes", "1, 2, 10, 50, 100, 200, 400, 800 maps", "Facebook's bins of the delay scheduling paper, as recalled, without the largest"),
    Parameter("gap", 108, None, note="seconds between jobs of each of four users, mean; in six hours"),
    Parameter("duration", 30, None, note="seconds, mean of a task of these jobs; lognormal, median 23 s as at Facebook"),
    Parameter("memory", 4, None, note="GB of a task of one of the four users; the others' have 1"),
    Parameter("cpus", 2, None, note="of a task of another one; the others' have 1"),
    Parameter("slots", "2 and 3 an agent", "2: what the largest demand allows, and so in the variations; 3: more cpus than there are, without any slowdown"),
    Parameter("interval", "1s", "Mesos's default allocation interval"),
    Parameter("refuse-seconds", "5s", "Mesos's default; what an accept leaves is refused so long"),
]

CANNOT_SHOW = [
    "Tasks end one by one, and what comes free on an agent is offered at once: "
    "agents are seldom packed as in the computed numbers, so that a tenth of what these hold stays free.",
    "Equal shares: minutes 0 to 2 and 4 to 6 are each other's mirror image, and in both the job of large tasks stays behind by 9 %, as it has to find "
    "10 GB on one agent.",
    "The demands of the paper's jobs after the first two minutes, and its trace of October 2010: both are replaced by ones of our own.",
    "What happens where slots promise more than an agent has: tasks here never slow each other down, so that 3 slots an agent cost nothing.",
    "Slots of two kinds, for maps and reduces.",
    "Other mixes than two users of small tasks, one of memory and one of cpus; the paper shows that demands differ, its table is not at hand.",
]

PHASES = ((0, 48, 144), (120, 48, 96), (240, 144, 48))
END_S, STEP_S = 360, 4
SIZES = (1, 2, 10, 50, 100, 200, 400, 800)
USERS = ("small-1", "small-2", "memory", "cpu")
SLOTS = (2, 3)
MEAN_TASKS = """SELECT run_id, sum(tasks_running) / count(DISTINCT t_ns) FROM share_sample JOIN framework USING (run_id, framework_id)
    WHERE role = '{}' AND t_ns > {}e9 AND t_ns < {}e9 GROUP BY run_id"""
MEAN_SHARE = """SELECT run_id, sum(dominant_share) / count(DISTINCT t_ns) FROM share_sample JOIN framework USING (run_id, framework_id)
    WHERE role = '{}' AND t_ns > {}e9 AND t_ns < {}e9 GROUP BY run_id"""
SHARES = """SELECT cast(t_ns / 1e9 + 0.5 AS INTEGER), run_id, sum(dominant_share) FROM share_sample JOIN framework USING (run_id, framework_id)
    WHERE role = ? AND framework.start_ns < t_ns AND coalesce(framework.stop_ns, t_ns) >= t_ns GROUP BY t_ns, run_id ORDER BY t_ns, run_id"""
TIMES = """SELECT run_id, avg(coalesce(finish_ns, sim_end_ns) - submit_ns) / 1e9 FROM job JOIN run USING (run_id) WHERE tasks = {} GROUP BY run_id"""


def _dynamic(runs, parameters, replications, samples):
    settings = {f"framework {job}-{phase}.task-duration": f"exponential({parameters['task'] * 1000:.0f}ms)"
                for job in ("one", "two") for phase in (1, 2, 3)}
    path = runs.make("drf-dynamic", settings, replications)
    for phase, (start, _, _) in enumerate(PHASES, 1):
        for job in ("one", "two"):
            samples[f"tasks {job} {phase}"] = Sample(per_replication(path, MEAN_TASKS.format(job, start + 40, start + 119)))
            samples[f"share {job} {phase}"] = Sample(per_replication(path, MEAN_SHARE.format(job, start + 40, start + 119)))
        samples[f"least {phase}"] = Sample(map(min, samples[f"share one {phase}"].values, samples[f"share two {phase}"].values))
        samples[f"between {phase}"] = Sample(
            1 - min(one, two) / max(one, two) for one, two in zip(samples[f"share one {phase}"].values, samples[f"share two {phase}"].values))
    for job in ("one", "two"):
        series = {}
        for time, _, share in query(path, SHARES, job):
            series.setdefault(time, []).append(share)
        for time, shares in series.items():
            samples[f"series {job} {time}"] = Sample(shares)


def _slots(parameters):
    """Of an agent: as many as the largest task fits into."""
    return max(1, int(min(4 / max(1, parameters["cpus"]), 14 / max(1, parameters["memory"]))))


def _mix(runs, parameters, replications, samples):
    law = f"lognormal({parameters['duration'] * 1000:.0f}ms, {parameters['duration'] * 1000 * 0.837:.0f}ms)"  # median 0.767 of the mean
    shared = {}
    for user in USERS:
        shared[f"framework {user}.task-duration"] = law
        shared[f"framework {user}.arrival"] = f"poisson({parameters['gap'] * 1000:.0f}ms)"
    shared["framework memory.task-resources"] = f"cpus:1;mem:{parameters['memory'] * 1024:.0f}"
    shared["framework cpu.task-resources"] = f"cpus:{parameters['cpus']:g};mem:1GiB"
    paths = {"drf": runs.make("drf-mix", shared, replications)}
    for slots, number in ((SLOTS[0], _slots(parameters)), (SLOTS[1], SLOTS[1])):
        settings = dict(shared, **{"cluster.resources": f"cpus:{number}"}, **{f"framework {user}.task-resources": "cpus:1" for user in USERS})
        paths[slots] = runs.make("drf-mix", settings, replications, "fair")
    for size in SIZES:
        times = {name: per_replication(path, TIMES.format(size)) for name, path in paths.items()}
        for slots in SLOTS:
            samples[f"cut {slots} {size}"] = Sample(100 * (1 - new / old) for new, old in zip(times["drf"], times[slots]))


def measure(runs, parameters, replications):
    samples = {}
    _dynamic(runs, parameters, replications, samples)
    _mix(runs, parameters, replications, samples)
    return samples


def claims(parameters):
    made = []
    for phase, (_, one, two) in enumerate(PHASES, 1):
        what = f"minutes {2 * phase - 2} to {2 * phase}"
        made.append(Near(f"{what}: tasks of the first job, as agents packed in equal parts hold them, within 5 %", f"tasks one {phase}", one, 0.05, "computed"))
        made.append(Near(f"{what}: likewise of the second job", f"tasks two {phase}", two, 0.05, "computed"))
        made.append(AtMost(f"{what}: dominant shares are equal, but for a tenth of the larger one", f"between {phase}", 0.1, "expected"))
        made.append(AtLeast(f"{what}: sharing incentive: the lesser dominant share is no less than 0.45 of the cluster", f"least {phase}", 0.45, "expected"))
    made.append(Compared("tasks of the first job in the first two minutes, as pooled resources give it", "tasks one 1", 50, "computed"))
    made.append(Compared("likewise of the second job", "tasks two 1", 142, "computed"))
    made.append(Compared("dominant share of both jobs in the first two minutes, as pooled resources give it", "least 1", 0.74, "computed"))
    made.append(AtLeast("as many slots an agent as the largest task fits into (2): the largest jobs end earlier with DRF, by at least 10 %", "cut 2 800", 10, "expected"))
    made.append(AtLeast("likewise: the smallest jobs end earlier, too, or lose 10 % at most", "cut 2 1", -10, "expected"))
    made.append(Compared("cut of the completion time of the largest jobs, %", "cut 2 800", 66))
    made.append(Compared("cut of the completion time of the smallest jobs, %", "cut 2 1", -3))
    made.append(Compared("3 slots an agent, which nobody pays for: the largest jobs, %", "cut 3 800", 66))
    return made


def figure(samples):
    """Shares over time; cuts by size."""
    blue, red = "#0072B2", "#D55E00"
    rows = []
    for job in ("one", "two"):
        for time in range(STEP_S, END_S + 1, STEP_S):
            sample = samples.get(f"series {job} {time}")
            if sample:
                rows.append([f"job {job}", time, f"{sample.mean():.5g}", f"{sample.half_width(0.05):.4g}"])
    for slots in SLOTS:
        for place, size in enumerate(SIZES):
            sample = samples[f"cut {slots} {size}"]
            rows.append([f"{slots} slots", place + (0.08 if slots == 3 else -0.08), f"{sample.mean():.5g}", f"{sample.half_width(0.05):.4g}"])

    def band(name, colour, title):
        at = f"'data.csv' skip 1 using (strcol(1) eq '{name}' ? $2 : NaN)"
        return f"{at}:($3-$4):($3+$4) with filledcurves fs transparent solid 0.3 noborder lc rgb '{colour}' notitle, {at}:3 with lines lw 2 lc rgb '{colour}' title '{title}'"

    def bars(name, colour, mark, title):
        return f"'data.csv' skip 1 using (strcol(1) eq '{name}' ? $2 : NaN):3:4 with yerrorbars pt {mark} ps 0.9 lw 1.5 lc rgb '{colour}' title '{title}'"

    tics = ", ".join(f"'{size}' {place}" for place, size in enumerate(SIZES))
    commands = ["set datafile missing NaN", "set multiplot layout 1,2", "set key maxcols 1", "set xlabel 'time [s]'", "set ylabel 'dominant share'", "set yrange [0:1]", f"set xrange [0:{END_S}]",
                "set xtics 60", "set arrow 1 from 120,0 to 120,1 nohead dt 3 lc rgb 'black'", "set arrow 2 from 240,0 to 240,1 nohead dt 3 lc rgb 'black'",
                f"plot {band('job one', blue, 'first job: <1 cpu, 10 GB>, <2, 4>, <1, 1>')}, {band('job two', red, 'second job: <1, 1>, <1, 3>, <1, 10>')}",
                "unset arrow 1", "unset arrow 2", "set xrange [-0.6:7.6]", "set yrange [*:*]", f"set xtics ({tics})", "set xlabel 'tasks of the job'",
                "set ylabel 'completion time cut by DRF [%]'", "set xzeroaxis lt 1 lc rgb 'black'",
                f"plot {bars('2 slots', blue, 5, 'against 2 slots an agent')}, {bars('3 slots', red, 7, 'against 3, without slowdown')}", "unset multiplot"]
    return (("series", "x", "mean", "half_width_95"), rows, commands, 420)
