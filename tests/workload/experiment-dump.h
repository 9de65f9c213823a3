/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * For tests of the workload layer: an Experiment as text, every field on a line of its own, and short ways to
 * load one. Two experiments are equal where their dumps are. The source path, the effective text and the
 * lines of keys are left out: they tell where it came from, not what it is.
 */

#include "workload/experiment.h"
#include "workload/workload-file.h"

/** experiment_dump: (transfer full). */
char *experiment_dump(const Experiment *experiment);

/** distribution_dump: (transfer full): "constant 30", or the mean and the quartiles' probabilities. */
char *distribution_dump(const SimDistribution *distribution);

/* The allocators that the tests know: "drf" with the options "sorter" and "min-share", "priority" with none.
 */
extern const WorkloadNames test_names;

/* A cluster, for texts that are about something else. */
#define TEST_CLUSTER "[cluster]\nagents=1\nresources=cpus:4;mem:8192\n"
/* A framework that ends. */
#define TEST_FRAMEWORK "[framework f]\ntasks=1\ntask-resources=cpus:1\ntask-duration=1s\n"

/** test_load: loads @text as "t.ini" with one override (nullable); fails the test where it is not loaded. */
Experiment *test_load(const char *text, const char *override);

/** test_load_error: (transfer full): the message of the error; fails the test where it is loaded. */
char *test_load_error(const char *text, const char *override);
