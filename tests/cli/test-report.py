#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sim plot and sim report: pages and pictures are well-formed, small, titled, described and without anything from
elsewhere; colours can be told apart; what cannot be drawn is said. With --slow a browser looks at the pages."""

import html.parser
import itertools
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import simtest  # noqa: E402  pylint: disable=wrong-import-position
from simtest import SMALL, Skip, case, slow_case  # noqa: E402  pylint: disable=wrong-import-position

PAGE_BYTES_MAX = 2_000_000
POINTS_MAX = 2000
SVG = "{http://www.w3.org/2000/svg}"
XHTML = "{http://www.w3.org/1999/xhtml}"
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}

# Names that would be something else in SVG, HTML, gnuplot or the shell.
EVIL = SMALL.replace("title = small", "title = a <b>\"title\"</b> & 'more'; `touch x` $(touch x) {/Symbol a} é") \
    .replace("[framework b]", "[framework it's]")

# 240 frameworks in three groups and one alone.
MANY = """[experiment]
title = many
duration = 10min
warm-up = 1min

[cluster]
agents = 100
resources = cpus:4;mem:8192

[framework batch]
count = 200
jobs = 3
arrival = poisson(60s)
tasks = 4
task-resources = cpus:1;mem:512
task-duration = exponential(30s)

[framework other]
count = 40
tasks = 20
task-resources = cpus:1;mem:1024
task-duration = uniform(1s, 200s)

[framework one]
scheduler = rigid
tasks = 30
task-resources = cpus:1;mem:1024
task-duration = 2min
"""

# Void elements of HTML that a page may have.
VOID = {"meta", "link"}


def need_gnuplot():
    if shutil.which("gnuplot") is None:
        raise Skip("no gnuplot (scripts/setup --figures)")


# Hadoop jobs of two sizes, of which the small ones have reduces, and Spark's iterations.
KINDS = """[cluster]
agents = 12
resources = cpus:2;mem:4096
agents-per-rack = 4

[experiment]
sample-interval = 1s

[framework small]
scheduler = hadoop
jobs = 3
arrival = every(20s)
[stage small.map]
tasks = 6
task-resources = cpus:1;mem:512
task-duration = exponential(8s)
[stage small.reduce]
after = map
tasks = 2
task-resources = cpus:1;mem:512
task-duration = 5s

[framework large]
scheduler = hadoop
tasks = 40
task-resources = cpus:1;mem:512
task-duration = exponential(10s)

[framework spark]
scheduler = spark
iterations = 2
tasks = 8
task-resources = cpus:1;mem:512
executor-resources = mem:512
task-duration = 6s
"""


class Strict(html.parser.HTMLParser):
    """Every element is closed, in order; counts what a page must not have."""

    def __init__(self):
        super().__init__()
        self.stack = []
        self.ids = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.stack and self.stack.pop() == tag, f"</{tag}> closes nothing"


def check_outside(text):
    """No address but those of namespaces."""
    addresses = set(re.findall(r"(?:https?|ftp|file):[^\s\"'<>)]*|(?<=[\"'(])//[^\s\"'<>)]+", text))
    assert addresses <= NAMESPACES, addresses - NAMESPACES
    for name, value in re.findall(r"\b(src|href|srcset|action|data|poster)=\"([^\"]*)\"", text):
        assert value == "data:,", (name, value)
    assert "@import" not in text and "url(" not in text


def check_svg(svg):
    title, description = svg.find(SVG + "title"), svg.find(SVG + "desc")
    assert title is not None and title.text.strip() and description is not None and len(description.text) > 40
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert svg.get("viewBox").startswith("0 0 440 ")
    drawn = [one for one in svg.iter() if one.tag in (SVG + "path", SVG + "polygon", SVG + "circle")]
    data = [one for one in drawn if re.fullmatch(r"[sf]-c[1-6]", one.get("class", ""))]
    assert data, "nothing is drawn"
    for path in drawn:
        points = len(path.get("d", path.get("points", "")).split()) // 2
        assert points <= 4 * POINTS_MAX, points  # steps have two for each, and a band has two lines
    texts = [one.text or "" for one in svg.iter(SVG + "text")]
    return title.text, texts


def check_page(path):
    """Returns the page's figures: {name: (title, texts)}."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert len(text.encode()) <= PAGE_BYTES_MAX
    assert text.startswith("<!DOCTYPE html>")
    root = ElementTree.fromstring(text.replace("<!DOCTYPE html>", "", 1))
    parser = Strict()
    parser.feed(text)
    parser.close()
    assert not parser.stack and len(parser.ids) == len(set(parser.ids)), parser.ids
    assert not {"script", "iframe", "object", "embed", "img", "form"} & set(parser.tags)
    check_outside(text)
    assert root.get("lang") == "en" and "viewport" in text and "prefers-color-scheme:dark" in text
    assert "@media print" in text
    figures = {}
    for figure in root.iter(XHTML + "figure"):
        svg = figure.find(f".//{SVG}svg")
        name = figure.get("id").removeprefix("figure-")
        figures[name] = check_svg(svg)
        heading, caption = figure.find(XHTML + "h3"), figure.find(XHTML + "figcaption")
        assert "".join(heading.itertext()) == figures[name][0]
        assert len("".join(caption.itertext())) > 20
    return figures


def run(box, name, text, *arguments):
    box.write(name + ".ini", text)
    box.well(name + ".ini", "-o", name + ".db", *arguments)


# --- pages ----------------------------------------------------------------------------------------------


@case
def a_page_of_a_run(box):
    need_gnuplot()
    run(box, "w", SMALL, "--record", "tasks")
    done = box.well("report", "w.db")
    assert done.stdout == "w.html\n" and box.files() == {"w.ini", "w.db", "w.html"}
    figures = check_page(box.join("w.html"))
    assert {"shares", "utilization", "ramp-up", "completion", "offers", "load", "fairness", "agents"} == set(figures)
    # Axes have units, curves have names.
    assert {"dominant share [%]", "time [s]", "a", "b", "fair share"} <= set(figures["shares"][1])
    assert {"part of all [%]", "allocated", "offered", "cpus", "mem"} <= set(figures["utilization"][1])
    assert {"jobs [%]", "a", "b"} <= set(figures["completion"][1])
    assert {"offers per second [1/s]", "made", "declined", "rescinded"} <= set(figures["offers"][1])
    text = box.read("w.html").decode()
    assert box.digest("w.db") in text and "sim show w.db --workload" in text and "sim run --workload again.ini" in text
    assert "task-duration = uniform(1s, 20s)" in text


@case
def the_commands_of_a_page_repeat_the_run(box):
    need_gnuplot()
    run(box, "w", SMALL, "--seed", "7", "--record", "tasks")
    box.well("report", "w.db", "-o", "r.html")
    commands = re.search(r"<pre>(sim show.*?)</pre>", box.read("r.html").decode(), re.DOTALL).group(1)
    commands = commands.replace("&gt;", ">").strip().split("\n")
    assert len(commands) == 3, commands
    page = box.read("r.html")
    for command in commands:
        subprocess.run(["sh", "-c", command.replace("sim ", box.program + " ", 1)], cwd=box.path, check=True,
                       stdout=subprocess.DEVNULL)
    assert box.digest("again-drf-7.db") == box.digest("w.db")
    assert box.read("report.html") == page  # the same results, the same page


@case
def names_are_only_names(box):
    need_gnuplot()
    run(box, "w", EVIL)
    box.well("report", "w.db")
    figures = check_page(box.join("w.html"))
    assert "it's" in figures["shares"][1]
    root = ElementTree.fromstring(box.read("w.html").decode().replace("<!DOCTYPE html>", "", 1))
    title = box.value("w.db", "SELECT title FROM run")
    assert root.find(f".//{XHTML}h1").text == title and "<b>" in title
    assert box.files() == {"w.ini", "w.db", "w.html"}


@case
def many_frameworks_are_bands(box):
    need_gnuplot()
    run(box, "w", MANY)
    assert box.value("w.db", "SELECT count(*) FROM framework") == 241
    box.well("report", "w.db")
    figures = check_page(box.join("w.html"))
    assert {"batch (200)", "other (40)", "one", "fair share"} <= set(figures["shares"][1])
    text = box.read("w.html").decode()
    shares = text[text.index("figure-shares"):text.index("</figure>", text.index("figure-shares"))]
    assert shares.count("<polygon") >= 4 and shares.count("<path") < 60
    assert len(text) < 400_000


# Somebody refuses, somebody has a quota, and there is more memory than anybody wants.
DECOMPOSED = """[experiment]
title = decomposed
duration = 10min
fairness = agents

[cluster]
agents = 8
resources = cpus:4;mem:8192

[role service]
guarantee = cpus:16;mem:8192

[framework service]
role = service
jobs = unlimited
arrival = poisson(60s)
tasks = uniform(2, 8)
task-resources = cpus:1;mem:512
task-duration = exponential(30s)

[framework rest]
tasks = unlimited
task-resources = cpus:3;mem:512
task-duration = exponential(30s)
hold-time = 2s
"""

PARTS = ("used", "offered", "filtered", "held_back", "usable", "too_small", "unwanted")


@case
def utilization_is_decomposed(box):
    need_gnuplot()
    run(box, "w", DECOMPOSED)
    assert box.value("w.db", "SELECT count(*) FROM decomposition_sample WHERE held_back > 0 AND too_small > 0") > 0
    box.well("report", "w.db")
    title, texts = check_page(box.join("w.html"))["utilization"]
    assert title == "Utilization"
    assert {"part of all [%]", "cpus", "mem", *(part.replace("_", " ") for part in PARTS)} <= set(texts)
    assert "allocated" not in texts
    box.well("plot", "w.db", "--figure", "utilization")
    svg = ElementTree.fromstring(box.read("w-utilization.svg").decode())
    words = svg.find(SVG + "desc").text
    for resource in ("cpus", "mem"):  # what is drawn is what was measured
        said = words[words.index(f" {resource}: part of all [%] over time [min]."):]
        for part in PARTS:
            least, greatest = box.query("w.db", f"SELECT 100.0 * min({part}) / total, 100.0 * max({part}) / total "
                                                f"FROM decomposition_sample WHERE resource = '{resource}'")[0]
            assert f" {part.replace('_', ' ')}: from {least:.4g} to {greatest:.4g}," in said, (resource, part, said)
    # Each area begins where the one below it ends, and the last one ends at the top. gnuplot leaves out what is empty.
    heights = {}
    for polygon in svg.iter(SVG + "polygon"):
        numbers = [float(number) for number in polygon.get("points").split()]
        for x, y in zip(numbers[::2], numbers[1::2]):
            if y < 200:  # in the upper panel, above its legend
                heights.setdefault(x, {}).setdefault(polygon.get("class"), []).append(y)
    stacks = [areas for areas in heights.values() if "f-c0" in areas and "f-c1" in areas]
    assert len(stacks) >= 80
    for areas in stacks:
        level = max(areas["f-c1"])
        for colour in ("f-c1", "f-c2", "f-c4", "f-c6", "f-c3", "f-c5", "f-c0"):
            assert abs(max(areas.get(colour, [level])) - level) < 0.15, (colour, areas)
            level = min(areas.get(colour, [level]))
        assert level == min(stacks[0]["f-c0"])
    box.execute("w.db", "DELETE FROM decomposition_sample")
    box.well("report", "w.db")
    assert {"allocated", "offered"} <= set(check_page(box.join("w.html"))["utilization"][1])


def said_of(box, name):
    return ElementTree.fromstring(box.read(name).decode()).find(SVG + "desc").text


@case
def kinds_of_frameworks_and_what_they_know(box):
    """What is drawn of schedulers, localities and stages is what was measured."""
    need_gnuplot()
    run(box, "w", KINDS, "--record", "tasks")
    box.well("report", "w.db")
    figures = check_page(box.join("w.html"))
    assert {"schedulers", "locality", "stages"} <= figures.keys()
    assert {"hadoop", "spark", "cpus of the cluster [%]", "memory of the cluster [%]"} <= set(figures["schedulers"][1])
    assert {"with their data", "in a rack with it", "elsewhere", "by size of the job [%]",
            "2 to 9 (3)", "10 to 99 (1)"} <= set(figures["locality"][1])
    assert {"job-1, small", "job-3, small", "job-1, spark"} <= set(figures["stages"][1])
    assert "job-1, large" not in figures["stages"][1]  # it has one stage
    assert {"stage 0", "stage 1"} <= set(figures["stages"][1])

    # A figure of stages is as wide as they are, and that of localities has gaps where no such task started.
    box.write("late.ini", KINDS + "[framework late]\nscheduler = hadoop\nstart = 1h\ntasks = 6\ntask-resources = cpus:1\n"
              "task-duration = 5s\n")
    box.well("late.ini", "--output", "late.db", "--record", "tasks")
    box.well("plot", "late.db", "--figure", "stages")
    assert "over time [s]" in said_of(box, "late-stages.svg")  # not in minutes, as all of the run is
    box.well("plot", "late.db", "--figure", "locality")
    for shape in ElementTree.fromstring(box.read("late-locality.svg").decode()).iter(SVG + "polygon"):
        x, y = ([float(number) for number in shape.get("points").split()][i::2] for i in (0, 1))
        area = abs(sum(x[i - 1] * y[i] - x[i] * y[i - 1] for i in range(len(x)))) / 2
        assert area < 1000, shape.get("points")  # the hour alone, from the first tasks to the late ones, has 24,000

    box.well("plot", "w.db", "--figure", "schedulers")
    words = said_of(box, "w-schedulers.svg")
    for kind, names in (("hadoop", "'small', 'large'"), ("spark", "'spark'")):
        for resource in ("cpus", "mem"):
            least, greatest = box.query("w.db", f"""SELECT 100 * min(sum), 100 * max(sum) FROM (SELECT sum(CASE WHEN name IN ({names})
                THEN {resource}_share ELSE 0 END) AS sum FROM share_sample JOIN framework USING (run_id, framework_id) GROUP BY t_ns)""")[0]
            assert f" {kind}: from {least:.4g} to {greatest:.4g}," in words, (kind, least, greatest, words)
    # What is stacked is what the cluster has.
    for resource in ("cpus", "mem"):
        gap, most = box.query("w.db", f"""SELECT max(abs(share - allocated / total)), max(share) FROM cluster_sample JOIN
            (SELECT t_ns, sum({resource}_share) AS share FROM share_sample GROUP BY t_ns) USING (t_ns) WHERE resource = '{resource}'""")[0]
        assert gap < 1e-9 and most > 0.3, (resource, gap, most)
    box.well("plot", "w.db", "--figure", "stages")
    words = said_of(box, "w-stages.svg")
    for stage in (0, 1):  # from the start of the first task to the end of the last one
        start, end = box.query("w.db", f"""SELECT min(task_attempt.start_ns) / 1e9, max(task_attempt.finish_ns) / 1e9
            FROM task_attempt JOIN job USING (run_id, job_id) WHERE stage = {stage} AND tasks <> 40""")[0]
        assert f" stage {stage}: from {start:.4g} to {end:.4g}." in words, (start, end, words)

    # Without recorded tasks locality is by the time of submission.
    by_start = said_of_locality(box)
    box.execute("w.db", "DELETE FROM task_attempt")
    by_submission = said_of_locality(box)
    assert "they started" in by_start and "their job was submitted" in by_submission
    parts = [part for part, in box.query("w.db", """SELECT 100.0 * sum(node_local) / sum(node_local + rack_local + off_rack) FROM job
        WHERE node_local + rack_local + off_rack > 0 GROUP BY tasks >= 10""")]
    for words in (by_start, by_submission):
        words = words[words.index("by size of the job"):]
        assert f" with their data: from {min(parts):.4g} to {max(parts):.4g}" in words, (parts, words)
    box.refused("there is no figure stages .*--record tasks", "plot", "w.db", "--figure", "stages")


def said_of_locality(box):
    box.well("plot", "w.db", "--figure", "locality")
    return said_of(box, "w-locality.svg")


@case
def several_runs_have_intervals(box):
    need_gnuplot()
    box.write("w.ini", MANY.replace("count = 200", "count = 20").replace("count = 40", "count = 4"))
    files = []
    for allocator, seed in itertools.product(("drf", "priority"), (1, 2, 3)):
        files.append(f"{allocator}-{seed}.db")
        box.well("w.ini", "--allocator", allocator, "--seed", str(seed), "-o", files[-1])
    box.well("report", *files, "-o", "all.html")
    figures = check_page(box.join("all.html"))
    assert {"drf", "priority", "completion: mean [s]", "Jain index"} <= set(figures["comparison"][1])
    assert {"shares", "shares-2", "completion"} <= set(figures) and "shares-3" not in figures
    text = box.read("all.html").decode()
    assert "drf (3 runs)" in text and "95 % intervals" in text
    # The same numbers by hand: Student's t for two degrees of freedom.
    values = [box.value(f"drf-{seed}.db", "SELECT value FROM metric WHERE name = 'completion_time/mean' "
                                          "AND scope = 'run'") for seed in (1, 2, 3)]
    mean = sum(values) / 3
    half = 4.302652730 * math.sqrt(sum((value - mean) ** 2 for value in values) / 2 / 3)
    assert f">{mean:.4g} ± {half:.2g}<" in text, (mean, half)
    # The same seeds on both sides are pairs, and the page says of them what sim compare says.
    assert "Paired differences: priority against drf, 3 pairs of runs, 95 % intervals" in text
    compared = box.well("compare", *files).stdout
    for metric in ("completion_time/mean", "fairness/jain"):
        cells = re.search(rf"^{metric} .*$", compared, re.MULTILINE).group().split("   ")
        change, interval = [cell.strip() for cell in cells if cell.strip()][3:5]
        row = text[text.index(f">{metric}<"):]
        assert f">{change}<" in row[:600] and f">{interval}<" in row[:600], (change, interval, row[:600])


@case
def a_run_that_is_given_twice_counts_once(box):
    need_gnuplot()
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "3", "-o", "a.db", "-q")
    box.well("w.ini", "--replications", "3", "-o", "b.db", "-q", "--record", "tasks")
    box.well("report", "a.db", "-o", "a.html")
    intervals = re.findall(r">([0-9.]+ ± [0-9.e+-]+)<", box.read("a.html").decode())
    assert intervals
    for files in (("a.db", "a.db"), ("a.db", "b.db")):
        box.well("report", *files, "-o", "b.html")
        check_page(box.join("b.html"))
        assert re.findall(r">([0-9.]+ ± [0-9.e+-]+)<", box.read("b.html").decode()) == intervals


@case
def what_was_interrupted_is_not_compared(box):
    need_gnuplot()
    box.write("w.ini", SMALL)
    box.well("w.ini", "--replications", "4", "-o", "a.db", "-q")
    box.well("w.ini", "--replications", "3", "-o", "b.db", "-q")
    box.execute("a.db", "UPDATE run SET status = 'truncated' WHERE replication = 3")
    pages = []
    for name in "ab":
        box.well("report", f"{name}.db")
        check_page(box.join(f"{name}.html"))
        pages.append(re.findall(r">([0-9.]+ ± [0-9.e+-]+)( \(3 of 4 runs\))?<", box.read(f"{name}.html").decode()))
    assert [first for first, _ in pages[0]] == [first for first, _ in pages[1]] and pages[0]
    assert all(note for _, note in pages[0]) and not any(note for _, note in pages[1])


@case
def several_runs_in_one_file(box):
    need_gnuplot()
    box.write("w.ini", SMALL)
    for seed in (1, 2, 3):
        box.well("w.ini", "--seed", str(seed), "-o", f"{seed}.db", "--record", "tasks")
    merge(box, "all.db", ["1.db", "2.db", "3.db"])
    box.well("report", "all.db")
    figures = check_page(box.join("all.html"))
    assert "comparison" in figures and figures["shares"][0] == "Dominant shares, seed 1"
    box.well("report", "all.db", "--run", "2", "-o", "2.html")
    assert "comparison" not in check_page(box.join("2.html"))
    box.refused("^sim: --run: ", "report", "all.db", "--run", "4", "-o", "3.html")
    box.refused("^sim: --run: ", "plot", "all.db", "--run", "x", "--figure", "shares")
    assert "3.html" not in box.files()


@case
def replications_of_a_batch(box):
    need_gnuplot()
    box.write("w.ini", MANY.replace("count = 200", "count = 20").replace("count = 40", "count = 4"))
    box.well("w.ini", "--replications", "3", "--allocator", "drf,priority", "-o", "b.db", "--quiet")
    box.well("report", "b.db")
    figures = check_page(box.join("b.html"))
    assert {"drf", "priority"} <= set(figures["comparison"][1])
    text = box.read("b.html").decode()
    assert "6: 3 replications of each of 2 variants" in text and "--seed 1 --replications 3" in text
    # The page says what the results say.
    rows = box.query("b.db", "SELECT mean, half_width FROM metric_summary WHERE name = 'completion_time/mean' "
                             "AND scope = 'run'")
    assert len(rows) == 2
    for mean, half in rows:
        assert f">{mean:.4g} ± {half:.2g}<" in text, (mean, half)


def merge(box, name, files):
    """Runs of several files in one, whatever tables there are."""
    shutil.copy(box.join(files[0]), box.join(name))
    with sqlite3.connect(box.join(name)) as database:
        for number, file in enumerate(files[1:], 2):
            database.execute("ATTACH ? AS other", (box.join(file),))
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' "
                                                         "AND name NOT LIKE '%!_doc' ESCAPE '!'")]
            for table in tables:
                columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
                values = ", ".join(str(number) if column == "run_id" else f'"{column}"' for column in columns)
                names = ", ".join(f'"{column}"' for column in columns)
                database.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM other.{table}")
            database.commit()
            database.execute("DETACH other")


@case
def replays_of_one_recording_have_no_intervals(box):
    need_gnuplot()
    trace = simtest.source("tests/golden/log.swf")
    box.write("w.ini", f"[cluster]\nagents = 8\nresources = cpus:4\n\n[framework log]\ntrace = {trace}\n")
    for seed in (1, 2):
        box.well("w.ini", "--seed", str(seed), "-o", f"{seed}.db")
    box.well("report", "1.db", "2.db", "-o", "r.html")
    check_page(box.join("r.html"))
    text = box.read("r.html").decode()
    assert "± " not in text and "one recorded input" in text


@case
def runs_of_which_little_is_known(box):
    need_gnuplot()
    # Nothing starts.
    run(box, "idle", "[experiment]\nduration = 1min\n\n[cluster]\nagents = 1\nresources = cpus:1\n\n"
                     "[framework a]\nstart = 2min\ntasks = 1\ntask-resources = cpus:1\ntask-duration = 1s\n")
    # Nothing fits.
    run(box, "large", SMALL.replace("tasks = 6", "scheduler = rigid\ntasks = uniform(90, 99)")
        .replace("tasks = 8", "scheduler = rigid\ntasks = uniform(90, 99)"))
    for name in ("idle", "large"):
        box.well("report", name + ".db")
        check_page(box.join(name + ".html"))


@case
def the_warm_up_of_a_steady_run_is_left_out(box):
    need_gnuplot()
    run(box, "w", SMALL, "--set", "experiment.kind=steady", "--set", "experiment.warm-up=20s", "--set",
        "experiment.duration=100s", "--set", "framework a.jobs=30")
    counts = [box.value("w.db", f"SELECT count(*) FROM job WHERE submit_ns >= {since}") for since in (0, 20_000_000_000)]
    assert 0 < counts[1] < counts[0], counts
    box.well("plot", "w.db", "--figure", "completion")
    words = ElementTree.fromstring(box.read("w-completion.svg").decode()).find(SVG + "desc").text
    assert "of a steady run those submitted after the warm-up" in words
    curves = re.findall(r" (\w+): from 0 at \S+ to (\S+) at", words)
    assert [group for group, _ in curves] == ["a"], words
    for group, end in curves:
        done, jobs = box.query("w.db", "SELECT 100.0 * sum(state_code = 2) / count(*), count(*) FROM job JOIN framework "
                                       "USING (run_id, framework_id) WHERE submit_ns >= 20000000000 AND "
                                       f"framework.name = '{group}'")[0]
        assert abs(float(end) - done) < 0.06, (group, end, done, jobs)


@case
def a_truncated_run_says_so(box):
    need_gnuplot()
    run(box, "w", SMALL)
    with sqlite3.connect(box.join("w.db")) as database:
        database.execute("UPDATE run SET status = 'truncated'")
    box.well("report", "w.db")
    check_page(box.join("w.html"))
    assert "was interrupted" in box.read("w.html").decode()


@case
def a_workload_of_a_megabyte_is_cut(box):
    need_gnuplot()
    run(box, "w", SMALL + "# " + 3_000_000 * "x" + "\n")
    box.well("report", "w.db")
    check_page(box.join("w.html"))


# --- pictures -------------------------------------------------------------------------------------------


@case
def pictures(box):
    need_gnuplot()
    run(box, "w", SMALL, "--record", "tasks")
    for name in ("shares", "utilization", "ramp-up", "completion", "offers", "load", "fairness", "agents"):
        done = box.well("plot", "w.db", "--figure", name)
        assert done.stdout == f"w-{name}.svg\n"
        text = box.read(f"w-{name}.svg").decode()
        check_svg(ElementTree.fromstring(text))
        check_outside(text)
        assert "prefers-color-scheme:dark" in text and 'stroke="#' in text
    box.well("plot", "w.db", "--figure", "shares", "-o", "w.pdf")
    assert box.read("w.pdf").startswith(b"%PDF-") and b"%%EOF" in box.read("w.pdf")[-64:]


@case
def a_curve_has_at_most_2000_points(box):
    need_gnuplot()
    run(box, "w", SMALL, "--set", "experiment.duration=10000s", "--sample-interval", "1s")
    assert box.value("w.db", "SELECT count(*) FROM run_sample") > 3 * POINTS_MAX
    box.well("plot", "w.db", "--figure", "load")
    check_svg(ElementTree.fromstring(box.read("w-load.svg").decode()))


@case
def what_cannot_be_drawn(box):
    run(box, "w", SMALL)
    before = box.files()
    box.refused("^sim: which figure\\? .*shares, ", "plot", "w.db")
    box.refused("^sim: unknown figure \"share\"; did you mean \"shares\"", "plot", "w.db", "--figure", "share")
    box.refused("^sim: which results file", "plot", "--figure", "shares")
    box.refused("^sim: which results file", "report")
    box.refused("^sim: no.db: ", "report", "no.db")
    box.refused("^sim: w.ini: ", "report", "w.ini")
    box.refused("ends in .svg or .pdf", "plot", "w.db", "--figure", "shares", "-o", "x.png")
    box.refused("there is no figure agents .*--record tasks", "plot", "w.db", "--figure", "agents")
    box.refused("there is no figure schedulers .*one kind", "plot", "w.db", "--figure", "schedulers")
    box.refused("there is no figure locality .*no task had data", "plot", "w.db", "--figure", "locality")
    box.refused("there is no figure stages .*--record tasks", "plot", "w.db", "--figure", "stages")
    box.refused("there is no figure comparison .*one run", "plot", "w.db", "--figure", "comparison")
    assert box.files() == before


@case
def without_gnuplot_it_says_what_to_install(box):
    run(box, "w", SMALL)
    for command in (("report", "w.db"), ("plot", "w.db", "--figure", "shares")):
        box.refused("gnuplot.*gnuplot-nox", *command, status=1, env={"PATH": "/nowhere"})
    assert box.files() == {"w.ini", "w.db"}


@case
def outputs_that_cannot_be_written(box):
    need_gnuplot()
    run(box, "w", SMALL)
    box.refused("^sim: --output w.db: would replace the results", "report", "w.db", "-o", "w.db")
    os.symlink("w.db", box.join("link.svg"))
    box.refused("would replace the results", "plot", "w.db", "--figure", "shares", "-o", "link.svg")
    box.refused("^sim: no/r.html: ", "report", "w.db", "-o", "no/r.html", status=1)
    box.refused("^sim: /dev/full: ", "report", "w.db", "-o", "/dev/full", status=1)
    box.refused("^sim: .*is a directory", "plot", "w.db", "--figure", "shares", "-o", make_folder(box, "x.svg"),
                status=1)
    box.write("r.html", "old")
    broken = box.write("broken/gnuplot" if os.mkdir(box.join("broken")) else "broken/gnuplot",
                       "#!/bin/sh\necho it is broken >&2\nexit 3\n")
    os.chmod(box.join(broken), 0o755)
    path = box.join("broken") + ":" + os.environ["PATH"]
    box.refused("gnuplot failed: it is broken", "report", "w.db", "-o", "r.html", status=1,
                env=dict(os.environ, PATH=path))
    assert box.read("r.html") == b"old"


def make_folder(box, name):
    os.mkdir(box.join(name))
    return name


# --- colours --------------------------------------------------------------------------------------------

# Machado, Oliveira and Fernandes 2009, severity 1.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour):
    values = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]


def contrast(one, other):
    light, dark = sorted((sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear(colour)))
                          for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(colour, sight):
    red, green, blue = (min(max(sum(weight * value for weight, value in zip(row, linear(colour))), 0), 1)
                        for row in SIGHTS[sight])
    cone = [(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3),
            (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3),
            (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)]
    return (0.2104542553 * cone[0] + 0.7936177850 * cone[1] - 0.0040720468 * cone[2],
            1.9779984951 * cone[0] - 2.4285922050 * cone[1] + 0.4505937099 * cone[2],
            0.0259040371 * cone[0] + 0.7827717662 * cone[1] - 0.8086757660 * cone[2])


@case
def colours_can_be_told_apart(box):
    need_gnuplot()
    run(box, "w", SMALL)
    box.well("report", "w.db")
    style = re.search(r"<style>(.*?)</style>", box.read("w.html").decode(), re.DOTALL).group(1)
    colours = [re.findall(rf"\.s-c{number}{{stroke:(#\w+)}}", style) for number in range(1, 7)]
    assert all(len(pair) == 2 for pair in colours), colours
    for scheme, ground in enumerate(re.findall(r"--raised:(#\w+)", style)):
        shown = [pair[scheme] for pair in colours]
        assert min(contrast(colour, ground) for colour in shown) >= 3, (scheme, shown)
        assert contrast(re.findall(r"\.f-c0{fill:(#\w+)}", style)[scheme], ground) >= 7
        for sight, (one, other) in itertools.product(SIGHTS, itertools.combinations(shown, 2)):
            distance = math.dist(oklab(one, sight), oklab(other, sight))
            assert distance >= 0.1, (sight, one, other, distance)


# --- in a browser ---------------------------------------------------------------------------------------


def browse(box, page, *options):
    """What the browser made of the page, and what it had to say."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise Skip("no Chromium (scripts/setup --all)")
    done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                           "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
                           f"--user-data-dir={box.join('profile')}", "--virtual-time-budget=10000", *options,
                           "file://" + box.join(page)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.split("\n") if "CONSOLE" in line]


# Run in a copy of the page: what a figure takes up, what overflows, and whether it has ink.
PROBE = """<script>window.addEventListener('load', function () {
  var lines = [];
  document.querySelectorAll('figure').forEach(function (figure) {
    var svg = figure.querySelector('svg'), box = svg.getBoundingClientRect(), ink = 0;
    svg.querySelectorAll('path[class],polygon,circle').forEach(function (one) {
      var size = one.getBBox(), style = getComputedStyle(one);
      if (/-c[1-6]/.test(one.getAttribute('class')) && size.width + size.height > 0 &&
          (style.stroke !== 'none' || style.fill !== 'none')) ink++;
    });
    lines.push([figure.id, box.width, box.height, ink].join(' '));
  });
  lines.push(['page', document.documentElement.scrollWidth, window.innerWidth, 0].join(' '));
  lines.push(['ground', getComputedStyle(document.body).backgroundColor.replace(/ /g, ''), 0, 0].join(' '));
  document.title = lines.join('|');
});</script></body>"""


def probe(box, page, width):
    text = box.read(page).decode().replace("</body>", PROBE)
    box.write("probe.html", text)
    dom, console = browse(box, "probe.html", "--dump-dom", f"--window-size={width},1000")
    assert not console, console
    lines = [line.split() for line in re.search(r"<title>(.*?)</title>", dom, re.DOTALL).group(1).split("|")]
    return {line[0]: line[1:] for line in lines}


@slow_case
def a_browser_draws_every_figure(box):
    need_gnuplot()
    run(box, "w", MANY, "--record", "tasks", "--set", "experiment.fairness=agents")
    run(box, "v", MANY, "--record", "tasks", "--set", "experiment.fairness=agents", "--allocator", "priority")
    box.well("report", "w.db", "v.db", "-o", "r.html")
    names = check_page(box.join("r.html"))
    _, console = browse(box, "r.html", "--dump-dom")
    assert not console, console
    for width in (500, 1400):  # a headless window is no narrower than that
        found = probe(box, "r.html", width)
        assert set(found) == {f"figure-{name}" for name in names} | {"page", "ground"}
        for name in names:
            across, height, ink = (float(value) for value in found[f"figure-{name}"])
            assert across > 300 and height > 100 and ink > 0, (name, across, height, ink)
        assert float(found["page"][0]) <= float(found["page"][1]), "the page is wider than the screen"


@slow_case
def a_page_in_print(box):
    need_gnuplot()
    run(box, "w", SMALL)
    box.well("report", "w.db", "-o", "r.html")
    browse(box, "r.html", "--print-to-pdf=" + box.join("r.pdf"))
    assert box.read("r.pdf").startswith(b"%PDF-")


simtest.main()
