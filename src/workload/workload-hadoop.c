/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workload/workload-build.h"

#define REPLICAS_USUAL 3

static const char *const hadoop_keys[] = {
    "pools",         "replicas",          "delay",        "delay-reset", "rack-read",
    "off-rack-read", "reduce-slow-start", "shuffle-rate", "speculation", "task-input",
};

/* Its keys stand in no other framework. */
static bool check_absent(const WorkloadBuild *build, const KeyGroup *group, const GPtrArray *stages,
                         const FrameworkSpec *framework, GError **error)
{
  const char *why = "a key of \"scheduler = hadoop\", and this framework has another scheduler";
  for (size_t i = 0; i < G_N_ELEMENTS(hadoop_keys); i++) {
    const KeyEntry *entry = key_group_find(group, hadoop_keys[i]);
    if (entry != NULL)
      return key_file_fail(build->file, group, entry, WORKLOAD_ERROR_NAME, error, "%s", why);
  }
  for (guint i = 0; i < stages->len; i++) {
    const KeyGroup *stage = g_ptr_array_index(stages, i);
    const KeyEntry *entry = key_group_find(stage, "task-input");
    if (entry != NULL)
      return key_file_fail(build->file, stage, entry, WORKLOAD_ERROR_NAME, error, "%s", why);
  }
  if (framework->job_order == JOB_ORDER_HFS)
    return key_file_fail(build->file, group, key_group_find(group, "job-order"), WORKLOAD_ERROR_VALUE, error,
                         "\"hfs\" goes with \"scheduler = hadoop\"; expected fifo or fair");
  return true;
}

static const KeyGroup *group_of_stage(const WorkloadBuild *build, const KeyGroup *group,
                                      const GPtrArray *stages, const FrameworkSpec *framework, uint32_t i)
{
  if (stages->len == 0)
    return group;
  g_autofree char *rest = g_strdup_printf("%s.%s", framework->name, framework->stages[i].name);
  return key_file_find(build->file, "stage", rest);
}

/* Maps, and perhaps reduces that come after them. */
static bool check_jobs(const WorkloadBuild *build, const KeyGroup *group, const GPtrArray *stages,
                       const FrameworkSpec *framework, GError **error)
{
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const KeyGroup *where = group_of_stage(build, group, stages, framework, i);
    if (i >= 2 || framework->stages[i].after != (i == 0 ? 0 : 1))
      return key_file_fail(
          build->file, where, key_group_find(where, "after"), WORKLOAD_ERROR_VALUE, error,
          "a hadoop job has maps, and one stage of reduces after them at most: this is neither");
    if (framework->stages[i].unlimited)
      return key_file_fail(build->file, where, key_group_find(where, "tasks"), WORKLOAD_ERROR_VALUE, error,
                           "a hadoop job ends: expected a number, not \"unlimited\"");
  }
  if (framework->iterations > 1)
    return key_file_fail(build->file, group, key_group_find(group, "iterations"), WORKLOAD_ERROR_VALUE, error,
                         "a hadoop job runs its maps and reduces once; expected 1, or no such key, not %u",
                         framework->iterations);
  return true;
}

/* Whether it is known how much a task of stage @i reads. */
static bool knows_input(const FrameworkSpec *framework, uint32_t i)
{
  if (framework->trace != NULL)
    return framework->trace->format == TRACE_SWIM;
  return i >= framework->n_stages || framework->stages[i].task_input > 0;
}

static bool check_rate(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                       const char *key, double rate, uint32_t stage, GError **error)
{
  if (rate == 0 || knows_input(framework, stage))
    return true;
  return key_file_fail(build->file, group, key_group_find(group, key), WORKLOAD_ERROR_VALUE, error,
                       "a rate, and nothing says how much a %s reads%s", stage == 0 ? "map" : "reduce",
                       framework->trace == NULL ? ": expected \"task-input\"" : "");
}

static bool check_racks(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                        GError **error)
{
  const HadoopSpec *hadoop = &framework->hadoop;
  const KeyEntry *delay = key_group_find(group, "delay");
  const KeyEntry *read = key_group_find(group, "rack-read");
  const char *expected = "and there are no racks; expected \"agents-per-rack\" in [cluster]";
  if (build->experiment->cluster.agents_per_rack > 0)
    return true;
  if (read != NULL)
    return key_file_fail(build->file, group, read, WORKLOAD_ERROR_VALUE, error, "is about racks, %s",
                         expected);
  if (hadoop->delay.skips[1] > 0 || hadoop->delay.waits[1].ns > 0)
    return key_file_fail(build->file, group, delay, WORKLOAD_ERROR_VALUE, error,
                         "the second number is about racks, %s", expected);
  return true;
}

static bool check_pools(const WorkloadBuild *build, const KeyGroup *group, const FrameworkSpec *framework,
                        GError **error)
{
  const KeyEntry *pools = key_group_find(group, "pools");
  bool hfs = framework->job_order == JOB_ORDER_HFS;
  if (pools != NULL && !hfs)
    return key_file_fail(build->file, group, pools, WORKLOAD_ERROR_VALUE, error,
                         "goes with \"job-order = hfs\" alone");
  if (hfs && pools == NULL)
    return key_file_fail(build->file, group, key_group_find(group, "job-order"), WORKLOAD_ERROR_VALUE, error,
                         "\"hfs\" deals the jobs to pools: expected the key \"pools\", their number");
  return true;
}

bool build_hadoop(const WorkloadBuild *build, const KeyGroup *group, const GPtrArray *stages,
                  FrameworkSpec *framework, GError **error)
{
  HadoopSpec *hadoop = &framework->hadoop;
  const KeyEntry *replicas = key_group_find(group, "replicas");
  uint32_t agents = build->experiment->cluster.agents;
  if (framework->scheduler != SCHEDULER_HADOOP)
    return check_absent(build, group, stages, framework, error);
  if (replicas == NULL)
    hadoop->replicas = MIN(REPLICAS_USUAL, agents);
  if (hadoop->replicas > agents)
    return key_file_fail(build->file, group, replicas, WORKLOAD_ERROR_VALUE, error,
                         "expected at most %u, for each replica lies on another agent, not %u", agents,
                         hadoop->replicas);
  return check_jobs(build, group, stages, framework, error) && check_pools(build, group, framework, error) &&
         check_racks(build, group, framework, error) &&
         check_rate(build, group, framework, "rack-read", hadoop->rack_read.rate, 0, error) &&
         check_rate(build, group, framework, "off-rack-read", hadoop->off_rack_read.rate, 0, error) &&
         check_rate(build, group, framework, "shuffle-rate", hadoop->shuffle_rate, 1, error);
}
