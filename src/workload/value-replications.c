/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "workload/values.h"

/* Values that say how often something is run, and what is concluded from it. */

bool value_run_kind(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {[RUN_TERMINATING] = "terminating", [RUN_STEADY] = "steady", NULL};
  int index;
  if (!value_choice(text, "kind of run", names, &index, error))
    return false;
  *(RunKind *)field = (RunKind)index;
  return true;
}

bool value_warm_up_series(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {[WARM_UP_UTILIZATION] = "utilization",
                                      [WARM_UP_TASKS_RUNNING] = "tasks-running",
                                      [WARM_UP_JOBS_RUNNING] = "jobs-running",
                                      [WARM_UP_JOBS_WAITING] = "jobs-waiting",
                                      [WARM_UP_OFFERS_OUTSTANDING] = "offers-outstanding",
                                      NULL};
  int index;
  if (!value_choice(text, "series", names, &index, error))
    return false;
  *(WarmUpSeries *)field = (WarmUpSeries)index;
  return true;
}

bool value_fairness(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {[FAIRNESS_SHARES] = "shares", [FAIRNESS_AGENTS] = "agents", NULL};
  int index;
  if (!value_choice(text, "measure of fairness", names, &index, error))
    return false;
  *(FairnessDetail *)field = (FairnessDetail)index;
  return true;
}

bool value_confidence(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  size_t length = strlen(text);
  double percent;
  if (length == 0 || text[length - 1] != '%')
    return value_fail(error, "expected a percentage such as 95%%, not \"%s\"", text);
  g_autofree char *digits = g_strchomp(g_strndup(text, length - 1));
  if (!number_parse(digits, &percent, error))
    return false;
  if (!(percent >= 50 && percent <= 99.999))
    return value_fail(error, "expected 50%% to 99.999%%, not \"%s\"", text);
  *(double *)field = percent / 100;
  return true;
}

/* --- how a trace is shaken -------------------------------------------------------------------------------- */

static bool takes_length(ReplicateKind kind)
{
  return kind == REPLICATE_JITTER || kind == REPLICATE_BLOCKS;
}

bool value_replicate(const ValueContext *context, const char *text, void *field, GError **error)
{
  static const char *const names[] = {[REPLICATE_NOT] = "none",
                                      [REPLICATE_JITTER] = "jitter",
                                      [REPLICATE_BLOCKS] = "resample-blocks",
                                      [REPLICATE_USERS] = "resample-users",
                                      NULL};
  static const char *const forms[] = {"none", "jitter(60s)", "resample-blocks(1h)", "resample-users"};
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  int kind;
  if (!value_call(text, &name, &arguments, error) || !value_choice(name, "replication", names, &kind, error))
    return false;
  TraceReplicate replicate = {.kind = (ReplicateKind)kind};
  guint expected = takes_length(replicate.kind) ? 1 : 0;
  if (expected != (arguments == NULL ? 0 : g_strv_length(arguments)))
    return value_fail(error, "expected %s, not \"%s\"", forms[kind], text);
  ValueContext longer = *context;
  longer.min = 1;
  if (expected == 1 && !value_duration(&longer, arguments[0], &replicate.length, error))
    return false;
  *(TraceReplicate *)field = replicate;
  return true;
}
