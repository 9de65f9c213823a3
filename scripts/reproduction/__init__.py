# SPDX-License-Identifier: Apache-2.0
"""What scripts/reproduce is made of.

    section_4.py ...   one experiment each: parameters with their sources, what is measured, what is claimed, the figure
    claims.py          samples, intervals, verdicts
    runs.py            runs sim, reads its results
    folder.py          performs an experiment; writes results/NAME/

An experiment is a module with

    NAME, TITLE, SOURCE     text
    REPLICATIONS            of the runs as they are, and of each variation
    PARAMETERS              list of claims.Parameter; those without a source are varied
    CANNOT_SHOW             list of text
    measure(runs, parameters, replications) -> {quantity: claims.Sample}; of a variation perhaps fewer
    claims(parameters) -> list of claims.Near, AtMost, AtLeast, Compared, NotTestable
    figure(samples) -> (columns, rows, gnuplot commands that plot them from "data.csv", height)
"""
