/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Values of workload files: text to plain data.
 *
 * Every reader takes the text of one value, without blanks around it, and writes to @field, which is of the
 * type named beside it. On failure nothing is written, and the error says what was expected and what was
 * found, but not where: the caller knows that.
 *
 *   value_duration       Duration              "30s"; at most 36500d, so that sums of times do not overflow
 *   value_duration_or_none  Duration           likewise, or "none": DURATION_MAX
 *   value_period         Duration              likewise, or "none": zero
 *   value_instant        Instant               "30s" from the start of the run
 *   value_integer        int64_t               min ... max
 *   value_count          uint32_t              min ... max
 *   value_count_or_unlimited  uint32_t         likewise, or "unlimited": UINT32_MAX
 *   value_jobs           uint64_t              likewise, or "unlimited": UINT64_MAX
 *   value_positive       double                finite, above zero
 *   value_yes_no         bool                  "yes" or "no"
 *   value_text           char *                anything; not empty
 *   value_bytes          double                "128MiB"
 *   value_memory         int64_t               "512MiB", in thousandths of a MiB
 *   value_times          SimDistribution *     of durations, in seconds; value_times_or_zero: NULL for "0s"
 *   value_rates          SimDistribution *     of "10MB/s", in bytes per second
 *   value_tasks          TaskCount             a number, a distribution of numbers, or "unlimited"
 *   value_arrival        Arrival               "once", "at(0s, 5s)", "every(10s)", "poisson(10s)", "closed(1min)"
 *   value_quantities     Quantities            "cpus:1;mem:1024", of known kinds; not zero
 *   value_bounds         Quantities            likewise; what is not named stays as it is
 *   value_agent_resources  Resources           likewise; further kinds are added to the table
 *   value_alternatives   QuantitiesList        "cpus:0.01|mem:32"; "" for none
 *   value_attributes     AttributeList         "os:linux;disk:ssd"
 *   value_role           char *                a role path
 *   value_map            TraceMap              "user", "column NAME", "8", ...
 *   value_time_column, value_number_column, value_size_column (in MiB), value_name_column
 *                        TraceColumn           "NAME", "NAME UNIT", "NAME * FACTOR"
 *   value_names          char **               "a, b": NULL-terminated
 *   value_roles          char **               likewise, role paths
 *   value_kinds          uint32_t              "gpus, disk": bit k: kind k
 *   value_rate_limits    RateLimitList         "web qps=10 capacity=100, * qps=50"; * stands for all others
 *   value_costs          Duration[MASTER_COSTS] "accept 900ns, accept-task 400ns"; what is not named is nothing
 *   value_compat         bool                  "mesos" or "none"
 *   value_capabilities   uint32_t              "gpu-resources, region-aware": SchedulerCapability; "" for none
 *   value_inverse_offers InverseOfferReply     "accept", "decline", "ignore"
 *   value_declared_demand  double              "none": 0, "truth": 1, "inflate(FACTOR)"
 *   value_run_kind       RunKind               "terminating" or "steady"
 *   value_warm_up_series WarmUpSeries          "utilization", "tasks-running", ...
 *   value_fairness       FairnessDetail        "shares" or "agents"
 *   value_confidence     double                "95%": 0.95
 *   value_replicate      TraceReplicate        "none", "jitter(60s)", "resample-blocks(1h)", "resample-users"
 *   value_times_or_none  SimDistribution *     of durations, in seconds; NULL for "none"
 *   value_instances      InstanceList          "10, 600s: 20, 20min: 5"
 *   value_partition      bool                  "shared" or "static"
 *   value_backfill       bool                  "easy" or "none"
 *   value_spread         Spread                "host", "rack" or "none"
 *   value_delay          DelayRule             "none", "skips(20)", "skips(20, 5)", "wait(5s)", "wait(5s, 2s)"
 *   value_delay_reset    bool                  "local" or "launch"
 *   value_read_cost      ReadCost              "1.5" or "20MB/s"
 *   value_rate_or_none   double                "20MB/s"; 0 for "none"
 *   value_share          double                "5%": 0.05; 0% to 100%
 *   value_stragglers     Stragglers            "5%: 3"; "none"
 *   value_isolation      IsolationKind         "containers" or "none"
 *   value_slowdown       SlowdownList          "0: 1, 0.5: 1.1, 1: 1.3"; "none"
 *   value_agent_filter   AgentFilter           "hostname == h1 | rack exists & zone != z2"; "&" binds closer
 *
 * Distributions are written as in the design: a bare value, uniform(a, b), exponential(mean), normal(mean,
 * sd), lognormal(mean, sd), weibull(shape, scale), gamma(shape, scale), pareto(shape, min[, max]),
 * hyperexponential(p: mean, ...), empirical(FILE), mixture(w: distribution, ...).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "workload/experiment.h"

/* What a reader needs besides the text. */
typedef struct {
  ResourceKinds *kinds;
  const char *folder; /* relative file names start here */
  GChecksum *inputs;  /* (nullable): receives the contents of the files that values name */
  int64_t min;        /* of whole numbers */
  int64_t max;
} ValueContext;

typedef bool (*ValueReader)(const ValueContext *context, const char *text, void *field, GError **error);

typedef struct {
  bool unlimited;
  SimDistribution *tasks; /* NULL where unlimited */
} TaskCount;

typedef struct {
  Quantities *list;
  uint32_t n;
} QuantitiesList;

typedef struct {
  PrincipalLimit *list;
  uint32_t n;
} RateLimitList;

typedef struct {
  Attribute *list;
  uint32_t n;
} AttributeList;

typedef struct {
  InstanceChange *list;
  uint32_t n;
} InstanceList;

typedef struct {
  SlowdownPoint *list;
  uint32_t n;
} SlowdownList;

bool value_duration(const ValueContext *context, const char *text, void *field, GError **error);
bool value_duration_or_none(const ValueContext *context, const char *text, void *field, GError **error);
bool value_period(const ValueContext *context, const char *text, void *field, GError **error);
bool value_instant(const ValueContext *context, const char *text, void *field, GError **error);
bool value_integer(const ValueContext *context, const char *text, void *field, GError **error);
bool value_count(const ValueContext *context, const char *text, void *field, GError **error);
bool value_count_or_unlimited(const ValueContext *context, const char *text, void *field, GError **error);
bool value_jobs(const ValueContext *context, const char *text, void *field, GError **error);
bool value_positive(const ValueContext *context, const char *text, void *field, GError **error);
bool value_yes_no(const ValueContext *context, const char *text, void *field, GError **error);
bool value_text(const ValueContext *context, const char *text, void *field, GError **error);
bool value_bytes(const ValueContext *context, const char *text, void *field, GError **error);
bool value_memory(const ValueContext *context, const char *text, void *field, GError **error);
bool value_times(const ValueContext *context, const char *text, void *field, GError **error);
bool value_times_or_zero(const ValueContext *context, const char *text, void *field, GError **error);
bool value_rates(const ValueContext *context, const char *text, void *field, GError **error);
bool value_tasks(const ValueContext *context, const char *text, void *field, GError **error);
bool value_arrival(const ValueContext *context, const char *text, void *field, GError **error);
bool value_quantities(const ValueContext *context, const char *text, void *field, GError **error);
bool value_bounds(const ValueContext *context, const char *text, void *field, GError **error);
bool value_agent_resources(const ValueContext *context, const char *text, void *field, GError **error);
bool value_alternatives(const ValueContext *context, const char *text, void *field, GError **error);
bool value_attributes(const ValueContext *context, const char *text, void *field, GError **error);
bool value_role(const ValueContext *context, const char *text, void *field, GError **error);
bool value_map(const ValueContext *context, const char *text, void *field, GError **error);
bool value_time_column(const ValueContext *context, const char *text, void *field, GError **error);
bool value_number_column(const ValueContext *context, const char *text, void *field, GError **error);
bool value_size_column(const ValueContext *context, const char *text, void *field, GError **error);
bool value_name_column(const ValueContext *context, const char *text, void *field, GError **error);
bool value_names(const ValueContext *context, const char *text, void *field, GError **error);
bool value_roles(const ValueContext *context, const char *text, void *field, GError **error);
bool value_kinds(const ValueContext *context, const char *text, void *field, GError **error);
bool value_rate_limits(const ValueContext *context, const char *text, void *field, GError **error);
bool value_costs(const ValueContext *context, const char *text, void *field, GError **error);
bool value_compat(const ValueContext *context, const char *text, void *field, GError **error);
bool value_capabilities(const ValueContext *context, const char *text, void *field, GError **error);
bool value_inverse_offers(const ValueContext *context, const char *text, void *field, GError **error);
bool value_declared_demand(const ValueContext *context, const char *text, void *field, GError **error);
bool value_run_kind(const ValueContext *context, const char *text, void *field, GError **error);
bool value_warm_up_series(const ValueContext *context, const char *text, void *field, GError **error);
bool value_fairness(const ValueContext *context, const char *text, void *field, GError **error);
bool value_confidence(const ValueContext *context, const char *text, void *field, GError **error);
bool value_replicate(const ValueContext *context, const char *text, void *field, GError **error);
bool value_times_or_none(const ValueContext *context, const char *text, void *field, GError **error);
bool value_instances(const ValueContext *context, const char *text, void *field, GError **error);
bool value_partition(const ValueContext *context, const char *text, void *field, GError **error);
bool value_backfill(const ValueContext *context, const char *text, void *field, GError **error);
bool value_spread(const ValueContext *context, const char *text, void *field, GError **error);
bool value_delay(const ValueContext *context, const char *text, void *field, GError **error);
bool value_delay_reset(const ValueContext *context, const char *text, void *field, GError **error);
bool value_read_cost(const ValueContext *context, const char *text, void *field, GError **error);
bool value_rate_or_none(const ValueContext *context, const char *text, void *field, GError **error);
bool value_share(const ValueContext *context, const char *text, void *field, GError **error);
bool value_stragglers(const ValueContext *context, const char *text, void *field, GError **error);
bool value_isolation(const ValueContext *context, const char *text, void *field, GError **error);
bool value_slowdown(const ValueContext *context, const char *text, void *field, GError **error);
bool value_agent_filter(const ValueContext *context, const char *text, void *field, GError **error);

/* The numbers that distributions are made of. */
typedef enum {
  MEASURE_TIME,   /* "30s", in seconds */
  MEASURE_RATE,   /* "10MB/s", in bytes per second */
  MEASURE_NUMBER, /* "4" */
} Measure;

/** measure_parse: one number of @measure, not negative. */
bool measure_parse(Measure measure, const char *text, double *out, GError **error);

/** bytes_parse: "128MiB"; @suffix: what stands behind the unit: "" or "/s". */
bool bytes_parse(const char *text, const char *suffix, double *out, GError **error);

/** value_distribution: (transfer full): the distribution of @text, or NULL. */
SimDistribution *value_distribution(const ValueContext *context, Measure measure, const char *text,
                                    GError **error);

/**
 * value_call:
 * @text: "name(argument, argument)" or a bare "name"
 * @name: (out) (transfer full): what stands before "(", or the whole text
 * @arguments: (out) (transfer full): NULL-terminated, split at the commas outside inner parentheses; NULL
 *             where there are no parentheses
 *
 * Returns: false and @error where the parentheses do not match or something stands behind them.
 */
bool value_call(const char *text, char **name, char ***arguments, GError **error);

/** value_choice: the index of @text in @names; else an error that names the nearest. @what: "scheduler". */
bool value_choice(const char *text, const char *what, const char *const *names, int *index, GError **error);

/** value_words: (transfer full): @text cut at blanks, NULL-terminated. */
char **value_words(const char *text);

/** value_assigned: (nullable): what stands behind "NAME=" in @word. */
const char *value_assigned(const char *word, const char *name);

/** value_fail: sets WORKLOAD_ERROR_VALUE; Returns: false. */
bool value_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
