# SPDX-License-Identifier: Apache-2.0
"""Performs an experiment and writes what came of it: results/NAME/ with

    README.md       claims and verdicts, parameters and their sources, what it cannot show
    summary.csv     a row for each claim: published, measured, interval, verdict, share of variations in which it holds
    manifest.json   version and commit, seeds, parameters, every command
    data.csv        what is in the figure
    figure.gnuplot  draws it from that: figure.svg, figure.pdf
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

from reproduction.claims import FAMILY_ERROR

COLUMNS = ("claim", "published", "standing", "measured", "half_width", "replications", "verdict", "variations",
           "variations_that_hold")


class Outcome:
    """What an experiment has come to."""

    def __init__(self, experiment, samples, claims, rows):
        self.experiment, self.samples, self.claims, self.rows = experiment, samples, claims, rows


def _vary(experiment, runs, values):
    """(parameter, value, the claims as they read then, samples) for each variation of what has no source of its own."""
    variations = []
    for parameter in experiment.PARAMETERS:
        for value in parameter.varied() if parameter.is_varied else ():
            varied = dict(values, **{parameter.name: value})
            samples = experiment.measure(runs, varied, experiment.REPLICATIONS[1])
            variations.append((parameter.name, value, experiment.claims(varied), samples))
    return variations


def _digits(number):
    return "" if number is None else f"{number:.4g}"


def perform(experiment, runs):
    """Runs all of it."""
    values = {parameter.name: parameter.value for parameter in experiment.PARAMETERS}
    samples = experiment.measure(runs, values, experiment.REPLICATIONS[0])
    claims = experiment.claims(values)
    error = FAMILY_ERROR / max(1, sum(claim.bounds() is not None for claim in claims))
    variations = _vary(experiment, runs, values)
    rows = []
    for i, claim in enumerate(claims):
        sample = samples.get(claim.quantity)
        tested = claim.bounds() is not None
        tried = [(varied[i], of) for _, _, varied, of in variations if tested and claim.quantity in of]
        hold = sum(varied_claim.holds(of) for varied_claim, of in tried)
        rows.append(dict(zip(COLUMNS, (
            claim.text, _digits(claim.published), claim.standing, _digits(sample.mean() if sample else None),
            _digits(sample.half_width(error) if sample else None), str(len(sample.values) if sample else 0),
            claim.verdict(samples, error), str(len(tried)), str(hold)))))
    return Outcome(experiment, samples, claims, rows)


def _path(root, experiment, name):
    return os.path.join(root, "results", experiment.NAME, name)


def is_recorded(root, outcome):
    """Whether results/ says the same; tells what differs."""
    name = outcome.experiment.NAME
    with open(_path(root, outcome.experiment, "summary.csv"), encoding="utf-8", newline="") as file:
        recorded = {row["claim"]: row for row in csv.DictReader(file)}
    same = True
    for row in outcome.rows:
        was = recorded.pop(row["claim"], None)
        if was != row:
            print(f"{name}: {row['claim']}: recorded {was and was['verdict']}, {was and was['measured']}; "
                  f"now {row['verdict']}, {row['measured']}")
            same = False
    for claim in recorded:
        print(f"{name}: {claim}: recorded, but not claimed any more")
        same = False
    return same


def _write_csv(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _manifest(outcome, runs):
    experiment = outcome.experiment
    return {
        "experiment": experiment.NAME,
        "source": experiment.SOURCE,
        "command": f"scripts/reproduce {experiment.NAME}",
        "version": runs.version(),
        "seed": "of each workload file; replication n has a seed of its own, made of it and n",
        "parameters": [{"name": parameter.name, "value": parameter.value,
                        "source": parameter.said_source(), "note": parameter.note}
                       for parameter in experiment.PARAMETERS],
        "runs": runs.commands,
    }


def _part(row):
    """Of the variations in which the claim holds, where it is one."""
    return "-" if row["variations"] == "0" else f"{row['variations_that_hold']} of {row['variations']}"


_LEGEND = [
    "Intervals hold together at 99 %. Reproduced: the whole interval lies within what is claimed; not reproduced: all of it outside; not "
    "testable: neither, or nothing can be measured. Holds in variations: the mean lies within what is claimed, in so many of the variations "
    "of the parameters below, one at a time.",
    "A published value stands in the source; *computed*: it follows from definitions; *expected*: the source says so in words, or it follows "
    "from what the source says, and the number is ours; *recalled*: remembered, not read in the source. What is recalled, or was put in, is "
    "compared, and nothing is claimed of it.",
]


def _measured(row, claim):
    """With its interval; or why there is nothing."""
    if row["measured"]:
        return f"{row['measured']} +- {row['half_width']}"
    return getattr(claim, "why", "")


def _readme(outcome):
    experiment = outcome.experiment
    lines = [f"# {experiment.TITLE}", "", f"Source: {experiment.SOURCE}.", "", "![figure](figure.svg)", "",
             "| claim | published | measured | verdict | holds in variations |", "|---|---|---|---|---|"]
    for row, claim in zip(outcome.rows, outcome.claims):
        standing = "" if row["standing"] == "verified" else f" ({row['standing']})"
        lines.append(f"| {row['claim']} | {row['published']}{standing} | {_measured(row, claim)} | {row['verdict']} | {_part(row)} |")
    for text in _LEGEND:
        lines += ["", text]
    lines += ["", "## Parameters", "", "| parameter | value | source |", "|---|---|---|"]
    for parameter in experiment.PARAMETERS:
        note = f"; {parameter.note}" if parameter.note else ""
        lines.append(f"| {parameter.name} | {parameter.value} | {parameter.said_source()}{note} |")
    lines += ["", "## What it cannot show", ""] + [f"- {text}" for text in experiment.CANNOT_SHOW]
    lines += ["", f"Made by `scripts/reproduce {experiment.NAME}`; manifest.json has every command.", ""]
    return "\n".join(lines)


def _gnuplot(commands, height):
    """The figure as a file for gnuplot: it draws without another run, also by hand and with changes."""
    return "\n".join([
        "# gnuplot figure.gnuplot draws figure.svg from data.csv; gnuplot -e 'kind = \"pdf\"' figure.gnuplot draws figure.pdf",
        'if (!exists("kind")) kind = "svg"',
        f'if (kind eq "svg") set terminal svg size 900,{height} dynamic font "Helvetica,13" background "white"',
        f'if (kind eq "pdf") set terminal pdfcairo size 9in,{height / 100}in font "Helvetica,12"',
        'set output "figure." . kind', 'set datafile separator ","', "set key outside above", "set grid linecolor rgb '#dddddd'",
        "set border 3", "set tics nomirror", *commands, ""])


def draw(folder, commands, height):
    """Writes figure.gnuplot beside data.csv, and what it draws."""
    with open(os.path.join(folder, "figure.gnuplot"), "w", encoding="utf-8") as file:
        file.write(_gnuplot(commands, height))
    for kind in ("svg", "pdf"):
        done = subprocess.run(["gnuplot", "-e", f'kind = "{kind}"', "figure.gnuplot"], cwd=folder, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(f"reproduce: gnuplot: {done.stderr.strip()}")


def write(root, outcome, runs):
    """All files of the folder, or none."""
    experiment = outcome.experiment
    made = tempfile.mkdtemp(prefix=f".{experiment.NAME}.", dir=os.path.join(root, "results"))
    try:
        columns, rows, commands, height = experiment.figure(outcome.samples)
        _write_csv(os.path.join(made, "data.csv"), columns, rows)
        draw(made, commands, height)
        _write_csv(os.path.join(made, "summary.csv"), COLUMNS, [[row[c] for c in COLUMNS] for row in outcome.rows])
        with open(os.path.join(made, "manifest.json"), "w", encoding="utf-8") as file:
            json.dump(_manifest(outcome, runs), file, indent=2)
            file.write("\n")
        with open(os.path.join(made, "README.md"), "w", encoding="utf-8") as file:
            file.write(_readme(outcome))
        os.chmod(made, 0o755)
        target = _path(root, experiment, "")
        shutil.rmtree(target, ignore_errors=True)
        os.rename(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    for row in outcome.rows:
        print(f"{experiment.NAME}: {row['claim']}: {row['verdict']} (published {row['published'] or '-'}, measured "
              f"{row['measured'] or '-'})")
