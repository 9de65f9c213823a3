# SPDX-License-Identifier: Apache-2.0
"""Delay scheduling (EuroSys 2010): locality against the skips that are allowed, small jobs, sticky slots."""

import functools
import random

from reproduction.claims import AtLeast, AtMost, Compared, Near, NotTestable, Parameter, Sample
from reproduction.runs import per_replication

NAME = "delay-scheduling"
TITLE = "Delay scheduling: locality against skips, small jobs at the head of the line, sticky slots"
SOURCE = "Zaharia et al., Delay scheduling (EuroSys 2010), sections 3 to 5"
REPLICATIONS = (40, 10)

MACHINES, SMALL_CLUSTER, REPLICAS, MAPS = 1000, 100, 3, 20
# Looks of the curve, and their replications, of some 100 jobs each: the fewer looks, the more do jobs differ.
LOOKS = {10: 40, 30: 40, 60: 200, 120: 40, 240: 40, 400: 40, 600: 40}
CLAIMED = (60, 240, 600)
LOOKS_SMALL = {6: 200, 24: 40}

PARAMETERS = [
    Parameter("machines of the curve", f"{MACHINES}, {SMALL_CLUSTER}", "section 4 has M machines, section 3 an example of 100; its D is a "
              "part of M, 23 % for 95 % of the maps local, so that M is free but for the small ones being an approximation"),
    Parameter("replicas", REPLICAS, "section 4"),
    Parameter("maps", MAPS, "section 4.2: the example of N = 20", note="of a job, for the curve"),
    Parameter("wait", "5s", "Hindman et al. (NSDI 2011), section 6.3"),
    Parameter("job sizes", "3, 10, 100", "section 5.2, as recalled"),
    Parameter("sticky jobs", "10, of 10 slots each, on 100 machines of one slot", "section 3.2.2"),
    Parameter("map-time", 20, None, note="mean, seconds, exponential; of small jobs and sticky slots"),
    Parameter("interval", 1, None, note="ms between runs of the allocator, and the refusal of what is declined"),
    Parameter("machines-per-rack", 20, None, integer=True, note="of small jobs"),
    Parameter("sticky-maps", 500, None, integer=True, note="of each of the ten jobs"),
]

CANNOT_SHOW = [
    "Throughput and response times: they follow from how slow a map without its data is, which would have to be put in.",
    "What small jobs were measured against in section 5.2: how busy that cluster was is not known. Only how sizes and rules compare.",
    "The closed form holds for many machines: it has the K blocks of a job on distinct machines and the R replicas of a block drawn "
    "independently, where the replicas are distinct and the blocks are not. With 60 replicas on 1,000 machines it differs by 0.2 points at "
    "D = 60 and less beyond; with as many on 100 it promises 1.4 points more than the algorithm alone gives at D = 6, and 0.1 at D = 24.",
    "The closed form is for a count that begins anew at every launch. As published, with the count set back by a local launch alone, a "
    "job that has gone elsewhere once goes on so, and its locality is less.",
]

SIZES = (3, 10, 100)
# Without and with delay: the part of maps on a machine with their data, and in a rack with it, in %.
RECALLED = {3: ((2, 50), (75, 96)), 10: ((37, 98), (99, 100)), 100: ((84, 99), (94, 99))}
RULES = {"none": "none", "delay": "wait(5s)"}

CURVE = f"""SELECT run_id, 100.0 * avg(node_local) / {MAPS} FROM job
    WHERE node_local + rack_local + off_rack = {MAPS} AND job_id > 0 GROUP BY run_id"""
LOCAL = """SELECT run_id, 100.0 * sum(job.node_local) / sum(job.node_local + job.rack_local + job.off_rack) FROM job JOIN framework
    USING (run_id, framework_id) WHERE framework.name IN ('small', 'hadoop') GROUP BY run_id"""
IN_RACK = LOCAL.replace("sum(job.node_local)", "sum(job.node_local + job.rack_local)")


def closed_form(machines, looks):
    """The part of a job's maps that find their data within so many looks, in %; the count begins anew at every launch."""
    return 100 * sum(1 - (1 - k / machines) ** (REPLICAS * looks) for k in range(1, MAPS + 1)) / MAPS


def one_job(draw, machines, looks, reset):
    """Algorithm 2 alone, and the part of local maps of one job of its own drawing, in %; @reset as the key delay-reset."""
    holders = {}
    pending = set(range(MAPS))
    for block in pending:
        for machine in draw.sample(range(machines), REPLICAS):
            holders.setdefault(machine, set()).add(block)
    skips = local = 0
    while pending:
        here = holders.get(draw.randrange(machines), set()) & pending
        if here:
            pending.remove(min(here))
            local += 1
            skips = 0
        elif skips >= looks - 1:
            pending.remove(min(pending))
            skips = 0 if reset == "launch" else skips
        else:
            skips += 1
    return 100 * local / MAPS


@functools.lru_cache
def expected(machines, looks, reset):
    """Of the algorithm alone: the mean over as many jobs as are run."""
    draw = random.Random(looks)
    jobs = 100 * (LOOKS if machines == MACHINES else LOOKS_SMALL)[looks]
    return sum(one_job(draw, machines, looks, reset) for _ in range(jobs)) / jobs


def measure(runs, parameters, replications):
    samples = {}
    curves = [(MACHINES, reset, looks, times) for reset in ("launch", "local") for looks, times in LOOKS.items()]
    curves += [(SMALL_CLUSTER, "launch", looks, times) for looks, times in LOOKS_SMALL.items()]
    for machines, reset, looks, times in curves:  # no parameter without a source bears on the curve: the same runs each time
        settings = {"cluster.agents": machines, "framework hadoop.delay": f"skips({looks - 1})", "framework hadoop.delay-reset": reset}
        samples[f"curve {machines} {reset} {looks}"] = Sample(
            per_replication(runs.make("delay-curve", settings, times, "priority"), CURVE))
    few = max(4, replications // 4)
    length = f"exponential({parameters['map-time']}s)"
    pace = {"master.allocation-interval": f"{parameters['interval'] * 1000:.0f}us"}
    for rule, delay in RULES.items():
        small = dict(pace, **{
            "framework small.delay": delay, "framework small.refuse-seconds": f"{parameters['interval'] * 1000:.0f}us",
            "framework small.task-duration": length, "framework others.task-duration": length,
            "cluster.agents-per-rack": parameters["machines-per-rack"]})
        for size in SIZES:
            made = runs.make("head-of-line", dict(small, **{"framework small.tasks": size}), few)
            samples[f"small {rule} {size}"] = Sample(per_replication(made, LOCAL))
            samples[f"small {rule} {size} rack"] = Sample(per_replication(made, IN_RACK))
        tenth = dict(small, **{"framework small.tasks": 1, "framework small.replicas": SMALL_CLUSTER // 10,
                               "framework small.arrival": "every(2s)"})
        samples[f"tenth {rule}"] = Sample(per_replication(runs.make("head-of-line", tenth, replications), LOCAL))
        sticky = dict(pace, **{
            "framework hadoop.delay": delay, "framework hadoop.refuse-seconds": f"{parameters['interval'] * 1000:.0f}us",
            "framework hadoop.task-duration": length, "framework hadoop.tasks": parameters["sticky-maps"]})
        samples[f"sticky {rule}"] = Sample(per_replication(runs.make("sticky-slots", sticky, replications), LOCAL))
    return samples


def claims(parameters):
    made = []
    for looks in CLAIMED:
        made += [
            Near(f"{looks} looks, count reset on every launch: the closed form l(D), within 1 %", f"curve {MACHINES} launch {looks}",
                 closed_form(MACHINES, looks), 0.01, "computed"),
            Near(f"{looks} looks, count reset on every launch: a simulation of the algorithm alone, within 1 %",
                 f"curve {MACHINES} launch {looks}", expected(MACHINES, looks, "launch"), 0.01, "computed"),
            Near(f"{looks} looks, as published: a simulation of the algorithm alone, within 2 %", f"curve {MACHINES} local {looks}",
                 expected(MACHINES, looks, "local"), 0.02, "computed"),
        ]
    for looks in LOOKS_SMALL:
        made += [
            Near(f"{SMALL_CLUSTER} machines, {looks} looks, count reset on every launch: the closed form l(D), within 1 %",
                 f"curve {SMALL_CLUSTER} launch {looks}", closed_form(SMALL_CLUSTER, looks), 0.01, "computed"),
            Near(f"{SMALL_CLUSTER} machines, {looks} looks, count reset on every launch: a simulation of the algorithm alone, within 1 %",
                 f"curve {SMALL_CLUSTER} launch {looks}", expected(SMALL_CLUSTER, looks, "launch"), 0.01, "computed"),
        ]
    made += [
        Near("head of the line: with data on 10 % of the machines a job finds it in 10 % of its launches, within 10 %", "tenth none", 10,
             0.1),
        AtLeast("the same with a wait of 5 s: 95 % or more", "tenth delay", 95, "expected"),
        Near("sticky slots: ten jobs on a tenth of the machines each have 1 - (9/10)^3 = 27.1 % of their data, within 20 %",
             "sticky none", 100 * (1 - 0.9 ** 3), 0.2, "computed"),
        AtMost("sticky slots: most maps are without their data, below 50 %", "sticky none", 50, "expected"),
        AtLeast("sticky slots with a wait of 5 s: 95 % or more", "sticky delay", 95, "expected"),
        Compared("sticky slots without a wait: locality in %, 50 jobs", "sticky none", 27),
        Compared("sticky slots with a wait: locality in %, 50 jobs", "sticky delay", 99),
    ]
    for size in SIZES:
        for rule, (machine, rack) in zip(RULES, RECALLED[size]):
            what = f"jobs of {size} maps, {'no delay' if rule == 'none' else 'with delay'}"
            made += [Compared(f"{what}: locality in %", f"small {rule} {size}", machine),
                     Compared(f"{what}: in a rack with their data, in %", f"small {rule} {size} rack", rack)]
    made.append(NotTestable("up to twice the throughput, and small jobs five times as fast", "follows from what is put in"))
    return made


def figure(samples):
    """The curve with its oracles; small jobs by size; sticky slots."""
    rows = []
    for looks in LOOKS:
        launch, local = samples[f"curve {MACHINES} launch {looks}"], samples[f"curve {MACHINES} local {looks}"]
        rows.append([looks, f"{launch.mean():.5g}", f"{launch.half_width(0.05):.3g}", f"{closed_form(MACHINES, looks):.5g}",
                     f"{local.mean():.5g}", f"{local.half_width(0.05):.3g}", f"{expected(MACHINES, looks, 'local'):.5g}"])
    cases = [("1, on a tenth", "tenth {}")] + [(f"{size} maps", f"small {{}} {size}") for size in SIZES] + [("sticky slots", "sticky {}")]
    for title, name in cases:
        none, delay = samples[name.format("none")], samples[name.format("delay")]
        rows.append([title, f"{none.mean():.5g}", f"{none.half_width(0.05):.3g}", "", f"{delay.mean():.5g}",
                     f"{delay.half_width(0.05):.3g}", ""])
    curve = f"'data.csv' skip 1 every ::0::{len(LOOKS) - 1} using 1"
    bars = f"'data.csv' skip {len(LOOKS) + 1} using"
    commands = [
        "set multiplot layout 1,2", "set key inside bottom right samplen 2", "set yrange [0:105]", "set xrange [0:630]",
        "set xlabel 'looks before a launch anywhere, D, of 1,000 machines'", "set ylabel 'maps with their data [%]'",
        f"plot {curve}:2:3 with yerrorbars pt 7 ps 0.6 lc rgb '#0072B2' title 'reset on every launch', "
        f"{curve}:4 with lines lw 1.5 lc rgb '#0072B2' title 'closed form l(D)', "
        f"{curve}:5:6 with yerrorbars pt 5 ps 0.6 lc rgb '#D55E00' title 'reset on a local launch, as published', "
        f"{curve}:7 with lines dt 2 lw 1.5 lc rgb '#D55E00' title 'the algorithm alone, simulated'",
        "set key outside above", "set style fill solid 0.8", "set boxwidth 0.35", f"set xrange [-0.6:{len(cases) - 0.4}]", "set xlabel ''",
        "set xtics (" + ", ".join(f"'{title}' {i}" for i, (title, _) in enumerate(cases)) + ") rotate by -20",
        f"plot {bars} ($0 - 0.19):2:3 with boxerrorbars lc rgb '#D55E00' title 'no delay', "
        f"{bars} ($0 + 0.19):5:6 with boxerrorbars lc rgb '#0072B2' title 'wait of 5 s'",
        "unset multiplot"]
    return (("D_or_case", "launch_or_none", "half_width_95", "closed_form", "local_or_delay", "half_width_95", "simulated"), rows, commands, 450)
