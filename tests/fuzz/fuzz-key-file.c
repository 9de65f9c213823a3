/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as a workload file; what stands behind the first NUL byte is a --set. What is accepted must be an
 * experiment that can be run, and its effective text must give it again; what is refused must say why, on one
 * line.
 */

#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "workload/workload-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_framework(const FrameworkSpec *framework)
{
  bool has_jobs = framework->scheduler != SCHEDULER_DECLINER;
  CHECK(framework->count >= 1 && framework->jobs >= (framework->trace == NULL && has_jobs ? 1 : 0));
  CHECK(framework->start.ns >= 0 && framework->stop.ns > framework->start.ns);
  CHECK((framework->trace == NULL && has_jobs) == (framework->n_stages > 0));
  for (uint32_t i = 0; i < framework->agents.n; i++)
    CHECK(framework->agents.groups[i].n >= 1);
  CHECK(framework->n_stages <= JOB_STAGES_MAX);
  for (uint32_t i = 0; i < framework->n_stages; i++) {
    const StageSpec *stage = &framework->stages[i];
    CHECK(stage->unlimited == (stage->tasks == NULL) && stage->task_duration != NULL);
    CHECK(!quantities_are_zero(&stage->task_resources) && quantities_are_valid(&stage->task_resources));
    CHECK(stage->after < UINT64_C(1) << i);
  }
  for (uint32_t i = 1; i < framework->arrival.n_at; i++)
    CHECK(framework->arrival.at[i - 1].ns <= framework->arrival.at[i].ns);
}

static void check_range(const Cluster *cluster, const AgentRange *range)
{
  CHECK(range->n <= cluster->agents && range->first <= cluster->agents - range->n);
}

static void check_operator(const Experiment *experiment, const OperatorSpec *call)
{
  bool of_agents = call->kind >= CALL_RESERVE && call->kind <= CALL_GONE && call->kind != CALL_MAINTENANCE;
  CHECK(call->at.ns >= 0 && (call->agents.n > 0) == of_agents);
  CHECK((call->framework != NULL) == (call->kind == CALL_TEARDOWN));
  check_range(&experiment->cluster, &call->agents);
  for (uint32_t i = 0; i < call->n_items; i++)
    check_range(&experiment->cluster, &call->items[i].agents);
}

static void check_experiment(const Experiment *experiment)
{
  uint64_t agents = 0;
  for (uint32_t i = 0; i < experiment->cluster.n_classes; i++) {
    const AgentClass *class = &experiment->cluster.classes[i];
    CHECK(class->count >= 1 && class->speed > 0 && !resources_are_empty(&class->resources));
    agents += class->count;
  }
  CHECK(agents >= 1 && agents == experiment->cluster.agents);
  CHECK(experiment->n_frameworks >= 1);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    check_framework(&experiment->frameworks[i]);
  for (uint32_t i = 0; i < experiment->n_operators; i++) {
    check_operator(experiment, &experiment->operators[i]);
    CHECK(i == 0 || experiment->operators[i - 1].at.ns <= experiment->operators[i].at.ns);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const options[] = {"sorter", NULL};
  static const WorkloadAllocator allocators[] = {{"drf", options}, {"priority", NULL}};
  static const WorkloadNames names = {allocators, G_N_ELEMENTS(allocators), false, false};
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) never = NULL;
  const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
  size_t length = nul == NULL ? size : (size_t)(nul - data);
  g_autofree char *override = nul == NULL ? NULL : g_strndup((const char *)nul + 1, size - length - 1);
  const char *overrides[] = {override, NULL};

  /* Without the override a NUL byte is one more fault of the text. */
  g_autoptr(Experiment) whole = workload_data_load((const char *)data, size, "f.ini", NULL, &names, NULL);
  CHECK(whole == NULL || nul == NULL);

  g_autoptr(Experiment) experiment =
      workload_data_load((const char *)data, length, "f.ini", overrides, &names, &error);
  CHECK((experiment == NULL) == (error != NULL));
  if (experiment == NULL) {
    CHECK(error->domain == WORKLOAD_ERROR && strpbrk(error->message, "\r\n") == NULL);
    CHECK(g_utf8_validate(error->message, -1, NULL));
    CHECK(g_str_has_prefix(error->message, "f.ini:") || g_str_has_prefix(error->message, "--set "));
    return 0;
  }
  check_experiment(experiment);
  g_autoptr(Experiment) again = workload_text_load(experiment->effective, "f.ini", NULL, &names, &never);
  CHECK(again != NULL && never == NULL);
  CHECK(strcmp(again->effective, experiment->effective) == 0);
  return 0;
}
