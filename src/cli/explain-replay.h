/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ExplainReplay: a run that is in a results file, made again up to an instant, to ask its allocator there.
 *
 *     results file ---> explain_replay_new() ---> explain_replay_run() ---> at the instant: its @ask
 *                            | GError: what differs from the run that was made
 *
 * What is asked for is what happens at the instant, so the run stops right before it: all that came earlier has
 * happened, nothing of the instant itself. The same program, workload, seed, traces and plug-in give the same run; so
 * what differs is refused.
 *
 * Not here: words (explain-print.h).
 */

#include <glib.h>
#include <stdbool.h>

#include "cli/allocator-choice.h"
#include "cli/sources.h"
#include "core/allocator.h"
#include "core/master.h"
#include "metrics/results-reader.h"
#include "workload/experiment.h"

/* A framework that has subscribed, by its id. */
typedef struct {
  char *name;
  bool present;
} ExplainFramework;

/* An agent that has registered, by its id. */
typedef struct {
  char *hostname;
  char *what; /* total and attributes: agents of equal text are of one class */
  bool present;
} ExplainAgent;

typedef struct {
  Experiment *experiment;
  Sources *sources;
  AllocatorChoice allocator;
  const char **options;
  uint64_t seed;
  Instant at;
  GArray *frameworks;   /* ExplainFramework */
  GArray *agents;       /* ExplainAgent */
  const Master *master; /* during the ask callback */
} ExplainReplay;

/**
 * explain_replay_check: what can be seen without loading anything.
 * @path: of the results, for messages
 * @error: CLI_ERROR_USAGE: version, commit or plug-in differ
 */
bool explain_replay_check(const ResultsOrigin *origin, const char *path, GError **error);

/**
 * explain_replay_new:
 * @reader, @index: the run
 * @page: for plug-ins
 * @at: > 0
 * @error: what is wrong, with where
 */
ExplainReplay *explain_replay_new(ResultsReader *reader, uint32_t index, const ResultsOrigin *origin,
                                  const char *path, GuardPage *page, Instant at, GError **error);
void explain_replay_free(ExplainReplay *replay);

/**
 * explain_replay_run:
 * @ask: called once, at the instant
 * @error: the run ended before, or failed
 */
bool explain_replay_run(ExplainReplay *replay, void (*ask)(void *self, ExplainReplay *replay), void *self,
                        GError **error);

ExplainFramework *explain_framework(const ExplainReplay *replay, FrameworkId framework);
ExplainAgent *explain_agent(const ExplainReplay *replay, AgentId agent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExplainReplay, explain_replay_free)
