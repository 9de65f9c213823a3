/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JobSource: where the jobs of one [framework NAME] group come from, a trace or a synthetic process.
 *
 * A source is opened before the run. It then knows its members, the frameworks that its jobs belong to:
 * `count` alike for a synthetic source, one per user, group, ... for a trace. Jobs are pulled one at a time,
 * in the order of submission, so that a trace of any length needs bounded memory:
 *
 *   open:    next() -> job, job, job, ... -> end          (ascending Job.submit, over all members)
 *   closed:  next() -> the first job of each member -> end;
 *            next_after(member, completion) -> its next job, after a think time -> ... -> end
 *
 * A source draws nothing from shared state: the n-th job of a member is the same whatever else happens.
 *
 * Invariants:
 *   1. Job.submit never descends from one next() to the next and is never before the member's start;
 *   2. Job.member < n_members; Job.n_stages >= 1; JobStage.after names earlier stages only (bit i = stage i);
 *   3. Job.key is unique within the source and does not depend on how far others have been pulled.
 *
 * Not here: what happens to a job (src/model), how text becomes a source (experiment.h, workloads/, traces/).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"
#include "base/time.h"
#include "engine/distribution.h"

#define TASKS_UNLIMITED UINT32_MAX
#define JOB_STAGES_MAX  64

/* Tasks that are alike and may all run at once. */
typedef struct {
  const char *name;          /* "map"; the source keeps it for the whole run */
  uint32_t tasks;            /* TASKS_UNLIMITED: as many as there is room for, for ever */
  Quantities task_resources; /* of one task; not zero */
  const SimDistribution *
      duration; /* seconds, drawn per task; NULL: all tasks run for fixed_duration (DURATION_MAX: for ever) */
  Duration fixed_duration;
  double input;   /* bytes that a task reads; 0: unknown */
  uint64_t after; /* bit i: stage i of this job has to finish first */
} JobStage;

typedef struct {
  const char *name; /* the source's own name of it ("job17", "4711"); valid until the next pull */
  uint64_t key;     /* the source's own number of it, part of the key of its random draws */
  uint32_t member;  /* which of the source's frameworks it belongs to */
  Instant submit;
  uint32_t n_stages;
  const JobStage *stages; /* valid until the next pull, but for what they point to */
} Job;

/* One framework that the source's jobs belong to. */
typedef struct {
  char *name;    /* breaks ties between frameworks; unique in the experiment */
  char *role;    /* role path */
  Instant start; /* when it subscribes */
  Instant stop;  /* when it leaves with all its tasks; INSTANT_NEVER */
} SourceMember;

typedef enum {
  JOB_NEXT,   /* a job was written to @job */
  JOB_END,    /* there are no more */
  JOB_FAILED, /* the input failed; the error says where */
} JobPull;

typedef struct JobSource JobSource;

struct JobSource {
  uint32_t n_members;
  SourceMember *members; /* owned */
  bool endless;          /* never ends by itself: the run needs a duration */
  bool closed;           /* arrivals wait for completions: see next_after() */

  /* The next job in order of submission. */
  JobPull (*next)(JobSource *source, Job *job, GError **error);
  /* Closed sources only: the job of @member that follows the one which was completed at @completion. */
  JobPull (*next_after)(JobSource *source, uint32_t member, Instant completion, Job *job, GError **error);
  void (*free)(JobSource *source);
};

/** job_source_free: frees the source with its members; NULL is allowed. */
void job_source_free(JobSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(JobSource, job_source_free)
