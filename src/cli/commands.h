/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The commands of `sim`. Each takes the arguments behind its name and returns an ExitStatus.
 *
 *   run        command-run.c        a workload, from the file to the results
 *   validate   command-validate.c   reads workloads and traces, runs nothing
 *   list       command-list.c       what can be named
 *   show       command-show.c       a run that is in a results file
 *   sweep      command-sweep.c      a workload at many points
 *   merge      command-merge.c      several results files become one
 *   compare    command-compare.c    runs that differ in one thing, pair by pair
 *   gate       command-gate.c       refuses an allocator that has become unfair
 *   plot       command-plot.c       a figure of runs
 *   manipulate   command-manipulate.c   what a framework gains by lies
 *   report     command-report.c     a page of runs
 *   export     command-export.c     results in formats of other programs
 *   explain    command-explain.c    why a framework was offered what it was
 *   check-allocator   command-check-allocator.c   an allocator by its contract
 */

#include "cli/exit-status.h"

ExitStatus command_run(int argc, char **argv);
ExitStatus command_validate(int argc, char **argv);
ExitStatus command_list(int argc, char **argv);
ExitStatus command_show(int argc, char **argv);
ExitStatus command_sweep(int argc, char **argv);
ExitStatus command_merge(int argc, char **argv);
ExitStatus command_compare(int argc, char **argv);
ExitStatus command_manipulate(int argc, char **argv);
ExitStatus command_gate(int argc, char **argv);
ExitStatus command_plot(int argc, char **argv);
ExitStatus command_report(int argc, char **argv);
ExitStatus command_export(int argc, char **argv);
ExitStatus command_explain(int argc, char **argv);
ExitStatus command_check_allocator(int argc, char **argv);
