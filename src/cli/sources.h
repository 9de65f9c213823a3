/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sources: the job sources of an experiment, one per [framework NAME], opened and checked. Traces have then
 * been read once from end to end: whatever is wrong with the input is known before a run starts.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "traces/trace-source.h"
#include "workload/experiment.h"
#include "workload/job-source.h"

typedef struct {
  JobSource **sources;  /* array of @n, in the order of Experiment.frameworks */
  TraceSummary *traces; /* array of @n; zero where the group has no trace */
  uint32_t n;
  uint32_t n_members; /* of all */
} Sources;

/**
 * sources_open:
 * @experiment: outlives the sources
 * @raw: the experiment stands for a raw trace; its lines are in no file
 * @seed: of the run
 * @error: what is wrong, with file and line
 *
 * Returns: (transfer full): the sources, each before its first job.
 */
Sources *sources_open(const Experiment *experiment, bool raw, uint64_t seed, GError **error);

void sources_free(Sources *sources);

/** sources_warn: prints what the traces' readers found odd. */
void sources_warn(const Sources *sources);

/* What the sources hold. */
typedef struct {
  uint64_t jobs;
  uint64_t tasks;
  bool tasks_unlimited; /* some job has tasks without end */
  bool more;            /* there are more than were counted, or no end of them */
  Instant last_submit;
} SourcesCount;

/**
 * sources_count:
 * @count: receives how many jobs and tasks there are, up to the duration of @experiment
 * @error: a source that fails
 *
 * Pulls the sources: they are of no use for a run afterwards. Of closed loops it counts what comes if jobs
 * took no time. Cost: O(jobs), at most some millions.
 */
bool sources_count(Sources *sources, const Experiment *experiment, SourcesCount *count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sources, sources_free)
