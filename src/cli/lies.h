/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lies: what a framework could try, to get more than it would by saying the truth. Each is a few overrides of its
 * workload; its jobs and the durations of its tasks stay, so that what it gets done can be compared.
 *
 *   inflate tasks    asks for twice what each task needs
 *   inflate demand   declares ten times the tasks that wait (allocators that use demand: declare-demand)
 *   wait for more    declines what is less than half of the largest agent, and waits
 *   hoard            holds each offer for ten allocation intervals before it looks at it
 *   split            comes as four frameworks, each with a quarter of the jobs
 *   spam revive      revives in each allocation interval, so that no filter lasts
 *
 * Source: the manipulations that DRF is proof against when tasks are divisible (Ghodsi et al., NSDI 2011, section 3) and
 * those that offers add.
 */

#include <glib.h>

#include "workload/experiment.h"

typedef struct {
  const char *name;
  char **overrides; /* NULL-terminated, not empty; NULL: it cannot be told here: */
  char *why_not;    /* NULL where there are overrides */
} Lie;

/** lies_new: (transfer full) (element-type Lie): all lies of the framework group @index; g_ptr_array_unref() frees them. */
GPtrArray *lies_new(const Experiment *experiment, uint32_t index);
