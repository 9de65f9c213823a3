/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The steps from a key file to an Experiment. For workload-file.c only.
 *
 * Each step reads some groups into the experiment, in an order in which later ones find what they need:
 *
 *   groups known -> experiment, master, network -> agents (adds kinds of resources) -> roles, allocators
 *     -> frameworks with their stages or traces -> operator calls -> what must hold between groups
 *
 * Each returns false with @error set; what it has built until then is owned by the experiment.
 */

#include <glib.h>
#include <stdbool.h>

#include "workload/key-file.h"
#include "workload/key-table.h"
#include "workload/workload-file.h"

typedef struct {
  const KeyFile *file;
  const WorkloadNames *known; /* (nullable) */
  Experiment *experiment;
  ValueContext context;
} WorkloadBuild;

/** The agents: [cluster] and every [agents NAME]. */
bool build_cluster(WorkloadBuild *build, GError **error);

/**
 * agents_find:
 * @text: AGENTS: a class ("big"), some of it ("big:3", "big:1-20"), or a hostname ("agent-00007")
 * @error: WORKLOAD_ERROR, without the place
 *
 * After build_cluster().
 */
bool agents_find(const WorkloadBuild *build, const char *text, AgentRange *range, GError **error);

/** Every [framework NAME] with its [stage NAME.STAGE] groups. */
bool build_frameworks(WorkloadBuild *build, GError **error);

/**
 * build_stages:
 * @stages: KeyGroup *, the [stage] groups of @framework in the order of the file; at least one
 *
 * Fills the stages of @framework, sorted so that each stands behind those it waits for, otherwise in the
 * order of the file.
 */
bool build_stages(WorkloadBuild *build, const GPtrArray *stages, FrameworkSpec *framework, GError **error);

/**
 * build_hadoop:
 * @stages: as in build_stages(); may be empty
 *
 * The keys of Hadoop: that they stand in no other framework, what must hold between them, what follows from the cluster.
 * After the stages, or the defaults of the trace.
 */
bool build_hadoop(const WorkloadBuild *build, const KeyGroup *group, const GPtrArray *stages,
                  FrameworkSpec *framework, GError **error);

/**
 * build_trace:
 * @group: has a key `trace`
 * @jobs: receives the JobsFrom bit of the trace
 *
 * Decides the format; the other keys are read with those of the framework, then completed by
 * build_trace_defaults().
 */
bool build_trace_format(WorkloadBuild *build, const KeyGroup *group, unsigned *jobs, GError **error);
bool build_trace_defaults(WorkloadBuild *build, const KeyGroup *group, FrameworkSpec *framework,
                          GError **error);

/** Every [operator NAME]. */
bool build_operators(WorkloadBuild *build, GError **error);

/**
 * check_fits: that what the frameworks ask for can run on the empty cluster, as far as that is known before the run:
 * an agent passes the constraints, a task fits one of them, a gang of a fixed size fits all of them. What is reserved,
 * revocable or kept by a partition is taken to be theirs: that they are refused is certain.
 */
bool check_fits(const WorkloadBuild *build, GError **error);

/** What must hold between groups; the frameworks' names among it. */
bool check_experiment(const WorkloadBuild *build, GError **error);
