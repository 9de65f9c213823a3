/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * `sim run` where one run is not enough: replications, several allocators, until a metric is known, or a steady run whose
 * warm-up is to be found first.
 *
 *     workload -> (steady: pilot runs -> MSER-5 -> warm-up) -> points: replication by replication, in each all allocators
 *              -> batch.h -> one results file -> the means with their intervals on the terminal
 *
 * All allocators get the same replications and the same warm-up, the longest that any of them needs: they differ in
 * nothing but the allocator. With --until their number is that at which each metric is known for each allocator.
 */

#include "cli/exit-status.h"
#include "cli/run-arguments.h"
#include "workload/experiment.h"

/** run_batch_is_asked: whether the command line says so by itself. */
bool run_batch_is_asked(const RunArguments *arguments);

/** run_batch_is_wanted: whether the workload says so. */
bool run_batch_is_wanted(const Experiment *experiment);

/** run_batch: the whole command; says on stderr what goes wrong. */
ExitStatus run_batch(const RunArguments *arguments);
