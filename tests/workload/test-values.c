/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: every form of value, good ones by what they mean, bad ones by their message. Not pinned here: which
 * key takes which form (test-workload-file.c), the laws themselves (tests/engine).
 */

#include <math.h>
#include <string.h>

#include "tests/support/test-main.h"
#include "tests/workload/experiment-dump.h"
#include "workload/values.h"

/* --- distributions -------------------------------------------------------------------------------------- */

typedef struct {
  Measure measure;
  const char *text;
  double mean;
  double at, probability; /* a point of the distribution function; at < 0: none */
} Law;

static const Law good_laws[] = {
    {MEASURE_TIME, "30s", 30, -1, 0},
    {MEASURE_TIME, "1.5h", 5400, -1, 0},
    {MEASURE_TIME, "250ms", 0.25, -1, 0},
    {MEASURE_TIME, "0s", 0, -1, 0},
    {MEASURE_TIME, "constant(2min)", 120, -1, 0},
    {MEASURE_TIME, "uniform(0s, 10s)", 5, 2.5, 0.25},
    {MEASURE_TIME, "uniform( 1s ,3s )", 2, 2, 0.5},
    {MEASURE_TIME, "exponential(1min)", 60, 60, 0.6321205588},
    {MEASURE_TIME, "normal(1h, 1s)", 3600, 3601, 0.8413447461},
    {MEASURE_TIME, "lognormal(10s, 5s)", 10, -1, 0},
    {MEASURE_TIME, "weibull(1, 10s)", 10, 10, 0.6321205588},
    {MEASURE_TIME, "gamma(2, 10s)", 20, -1, 0},
    {MEASURE_TIME, "pareto(2, 10s)", 20, 20, 0.75},
    {MEASURE_TIME, "pareto(2, 10s, 40s)", 16, 20, 0.8},
    {MEASURE_TIME, "hyperexponential(0.5: 10s, 0.5: 30s)", 20, -1, 0},
    {MEASURE_TIME, "hyperexponential(1:10s)", 10, 10, 0.6321205588},
    {MEASURE_TIME, "mixture(1: 10s, 3: uniform(0s, 40s))", 17.5, 10, 0.4375},
    {MEASURE_TIME, "mixture(1: mixture(1: 10s, 1: 20s), 1: 30s)", 22.5, 20, 0.5},
    {MEASURE_RATE, "10MB/s", 10e6, -1, 0},
    {MEASURE_RATE, "uniform(1KiB/s, 3KiB/s)", 2048, 1536, 0.25},
    {MEASURE_NUMBER, "4", 4, -1, 0},
    {MEASURE_NUMBER, "uniform(1, 4)", 2.5, 2, 1.0 / 3},
    {MEASURE_NUMBER, "mixture(0.5: 1, 0.5: pareto(3, 2))", 2, 1, 0.5},
};

START_TEST(laws_are_read)
{
  const Law *law = &good_laws[_i];
  const ValueContext context = {.folder = "."};
  g_autoptr(GError) error = NULL;
  g_autoptr(SimDistribution) distribution = value_distribution(&context, law->measure, law->text, &error);
  ck_assert_msg(distribution != NULL, "%s: %s", law->text, error == NULL ? "" : error->message);
  ck_assert_double_eq_tol(sim_distribution_mean(distribution), law->mean, 1e-9 * (1 + law->mean));
  if (law->at >= 0)
    ck_assert_double_eq_tol(sim_distribution_cdf(distribution, law->at), law->probability, 1e-9);
}
END_TEST

typedef struct {
  const char *text;
  const char *message; /* (nullable): NULL: any, the engine's own */
} BadLaw;

static const BadLaw bad_laws[] = {
    {"", "expected a duration such as \"30s\", not \"\""},
    {"30", "expected a duration with its unit (ns, us, ms, s, min, h or d), such as \"30s\", not \"30\""},
    {"normal", "expected normal(mean, sd), not \"normal\""},
    {"normal()", "expected normal(mean, sd), not \"normal()\""},
    {"normal(1s)", "expected normal(mean, sd), not \"normal(1s)\""},
    {"normal(1s, 2s, 3s)", "expected normal(mean, sd), not \"normal(1s, 2s, 3s)\""},
    {"normal(1s, 2)",
     "expected a duration with its unit (ns, us, ms, s, min, h or d), such as \"2s\", not \"2\""},
    {"normal(1s, 2s", "the parentheses of \"normal(1s, 2s\" do not match"},
    {"normal 1s, 2s)", "the parentheses of \"normal 1s, 2s)\" do not match"},
    {"normal(1s, 2s) x", "\" x\" stands behind the last parenthesis of \"normal(1s, 2s) x\""},
    {"(1s)", NULL},
    {"normal(1s, -2s)", "expected a duration that is not negative, not \"-2s\""},
    {"uniform(2s, 1s)", NULL},
    {"exponential(0s)", NULL},
    {"weibull(0, 1s)", NULL},
    {"weibull(1s, 1s)", "expected a finite number, not \"1s\""},
    {"weibull(-1, 1s)", "expected a number that is not negative, not \"-1\""},
    {"weibull(inf, 1s)", "expected a finite number, not \"inf\""},
    {"pareto(2)", "expected pareto(shape, min) or pareto(shape, min, max), not \"pareto(2)\""},
    {"pareto(2, 10s, 5s)", NULL},
    {"hyperexponential(1s)", "expected hyperexponential(p: mean, ...): \":\" is missing in \"1s\""},
    {"hyperexponential(0.5: 1s, 0.6: 2s)", NULL},
    {"hyperexponential(x: 1s)", "expected a finite number, not \"x\""},
    {"mixture(1: normal(1s))", "expected normal(mean, sd), not \"normal(1s)\""},
    {"mixture(0: 1s)", NULL},
    {"mixture(1: 1s, )", "expected mixture(w: distribution, ...): \":\" is missing in \"\""},
    {"mixture(1: mixture(1: mixture(1: mixture(1: mixture(1: mixture(1: mixture(1: mixture(1: mixture(1: "
     "1s)))))))))",
     "mixtures within mixtures, more than 8 deep"},
    {"empirical()", "expected empirical(FILE), not \"empirical()\""},
    {"empirical( )", "expected empirical(FILE), not \"empirical( )\""},
    {"empirical(no/such, file)", "no/such, file: cannot open: No such file or directory"},
    {"empirical(.)", ".: cannot read: Is a directory"},
    {"empirical(/dev/null)", "/dev/null: no values in it; expected one per line"},
};

START_TEST(bad_laws_are_refused)
{
  const ValueContext context = {.folder = "."};
  g_autoptr(GError) error = NULL;
  g_autoptr(SimDistribution) distribution =
      value_distribution(&context, MEASURE_TIME, bad_laws[_i].text, &error);
  ck_assert_msg(distribution == NULL && error != NULL, "%s", bad_laws[_i].text);
  if (bad_laws[_i].message != NULL)
    ck_assert_str_eq(error->message, bad_laws[_i].message);
}
END_TEST

/* --- sizes and rates ------------------------------------------------------------------------------------ */

static const struct {
  const char *text;
  const char *suffix;
  double bytes; /* negative: refused */
} sizes[] = {
    {"1B", "", 1},
    {"1KiB", "", 1024},
    {"128MiB", "", 134217728},
    {"0.5 GiB", "", 536870912},
    {"1TiB", "", 1099511627776},
    {"1KB", "", 1000},
    {"1kB", "", 1000},
    {"10MB", "", 1e7},
    {"1GB", "", 1e9},
    {"2TB", "", 2e12},
    {"10MB/s", "/s", 1e7},
    {"10", "", -1},
    {"10M", "", -1},
    {"10mb", "", -1},
    {"MiB", "", -1},
    {"-1B", "", -1},
    {"1MB", "/s", -1},
    {"1MB/s", "", -1},
    {"1MB/h", "/s", -1},
    {"1e300TiB", "", -1},
    {"infB", "", -1},
};

START_TEST(sizes_are_read)
{
  double bytes;
  g_autoptr(GError) error = NULL;
  bool read = bytes_parse(sizes[_i].text, sizes[_i].suffix, &bytes, &error);
  ck_assert_msg(read == (sizes[_i].bytes >= 0), "%s", sizes[_i].text);
  ck_assert(read == (error == NULL));
  if (read)
    ck_assert_double_eq(bytes, sizes[_i].bytes);
}
END_TEST

START_TEST(memory_is_in_thousandths_of_a_mib)
{
  const ValueContext context = {.folder = "."};
  int64_t amount;
  ck_assert(value_memory(&context, "512MiB", &amount, NULL));
  ck_assert_int_eq(amount, 512000);
  ck_assert(value_memory(&context, "1GiB", &amount, NULL));
  ck_assert_int_eq(amount, 1024000);
  ck_assert(value_memory(&context, "512KiB", &amount, NULL));
  ck_assert_int_eq(amount, 500);
  ck_assert(!value_memory(&context, "512", &amount, NULL));
  ck_assert(!value_memory(&context, "9999999999TiB", &amount, NULL));
}
END_TEST

/* --- columns -------------------------------------------------------------------------------------------- */

static const struct {
  ValueReader read;
  const char *text;
  const char *name; /* NULL: refused */
  double factor;
} columns[] = {
    {value_time_column, "duration", "duration", 1},
    {value_time_column, "duration ms", "duration", 1e-3},
    {value_time_column, "duration * 60", "duration", 60},
    {value_time_column, "duration*60", "duration", 60},
    {value_time_column, "duration * 2 min", "duration", 120},
    {value_time_column, "creation_time s", "creation_time", 1},
    {value_time_column, "\"run time\" us", "run time", 1e-6},
    {value_time_column, "\"a*b\"", "a*b", 1},
    {value_number_column, "cpu_milli * 0.001", "cpu_milli", 0.001},
    {value_number_column, "cpus", "cpus", 1},
    {value_size_column, "mem KiB", "mem", 1.0 / 1024},
    {value_size_column, "mem GiB", "mem", 1024},
    {value_size_column, "mem B", "mem", 1.0 / 1048576},
    {value_size_column, "plan_mem * 96 GiB", "plan_mem", 98304},
    {value_name_column, "job", "job", 1},
    {value_time_column, "", NULL, 0},
    {value_time_column, "\"\"", NULL, 0},
    {value_time_column, "\"open", NULL, 0},
    {value_time_column, "duration sec", NULL, 0},
    {value_time_column, "duration * -1", NULL, 0},
    {value_time_column, "duration * nan", NULL, 0},
    {value_time_column, "duration *", NULL, 0},
    {value_time_column, "duration * 1e-320 ns", NULL, 0},
    {value_number_column, "cpus MiB", NULL, 0},
    {value_name_column, "job * 2", NULL, 0},
    {value_name_column, "job name", NULL, 0},
};

START_TEST(columns_are_read)
{
  const ValueContext context = {.folder = "."};
  TraceColumn column = {NULL, 0};
  g_autoptr(GError) error = NULL;
  bool read = columns[_i].read(&context, columns[_i].text, &column, &error);
  ck_assert_msg(read == (columns[_i].name != NULL), "%s", columns[_i].text);
  if (read) {
    ck_assert_str_eq(column.name, columns[_i].name);
    ck_assert_double_eq_tol(column.factor, columns[_i].factor, 1e-15 * columns[_i].factor);
  } else {
    ck_assert_ptr_nonnull(error);
  }
  g_free(column.name);
}
END_TEST

/* --- the rest ------------------------------------------------------------------------------------------- */

START_TEST(calls_are_split)
{
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  ck_assert(value_call("f( a , g(b, c) ,d)", &name, &arguments, NULL));
  ck_assert_str_eq(name, "f");
  ck_assert_uint_eq(g_strv_length(arguments), 3);
  ck_assert_str_eq(arguments[0], "a");
  ck_assert_str_eq(arguments[1], "g(b, c)");
  ck_assert_str_eq(arguments[2], "d");
}
END_TEST

START_TEST(bounds_change_only_what_they_name)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  const ValueContext context = {.kinds = kinds};
  Quantities bounds;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    bounds.amount[kind] = -1;
  ck_assert(value_bounds(&context, " mem : 2GiB ; gpus:0", &bounds, NULL));
  ck_assert_int_eq(bounds.amount[RESOURCE_CPUS], -1);
  ck_assert_int_eq(bounds.amount[RESOURCE_MEM], 2048000);
  ck_assert_int_eq(bounds.amount[RESOURCE_GPUS], 0);
}
END_TEST

START_TEST(agents_bring_further_kinds)
{
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  const ValueContext context = {.kinds = kinds};
  Resources resources = RESOURCES_EMPTY;
  uint32_t licences;
  ck_assert(value_agent_resources(&context, "cpus:2;licences:5; mem(*):7", &resources, NULL));
  ck_assert(resource_kinds_find(kinds, "licences", &licences));
  ck_assert_int_eq(resources.plain.amount[licences], 5000);
  ck_assert_int_eq(resources.plain.amount[RESOURCE_MEM], 7000);
  Quantities task;
  ck_assert(value_quantities(&context, "licences:1", &task, NULL));
  ck_assert(!value_quantities(&context, "license:1", &task, NULL));
}
END_TEST

START_TEST(tasks_may_be_unlimited)
{
  const ValueContext context = {.folder = ".", .min = 1, .max = 100};
  TaskCount tasks = {false, NULL};
  ck_assert(value_tasks(&context, "unlimited", &tasks, NULL));
  ck_assert(tasks.unlimited && tasks.tasks == NULL);
  ck_assert(value_tasks(&context, "100", &tasks, NULL));
  ck_assert(!tasks.unlimited);
  g_autofree char *constant = distribution_dump(tasks.tasks);
  ck_assert_str_eq(constant, "constant 100");
  sim_distribution_unref(tasks.tasks);
  ck_assert(!value_tasks(&context, "101", &tasks, NULL));
  ck_assert(!value_tasks(&context, "-1", &tasks, NULL));
  ck_assert(!value_tasks(&context, "1e2", &tasks, NULL));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("values");
  test_case_loop(suite, laws_are_read, 0, G_N_ELEMENTS(good_laws));
  test_case_loop(suite, bad_laws_are_refused, 0, G_N_ELEMENTS(bad_laws));
  test_case_loop(suite, sizes_are_read, 0, G_N_ELEMENTS(sizes));
  test_case(suite, memory_is_in_thousandths_of_a_mib);
  test_case_loop(suite, columns_are_read, 0, G_N_ELEMENTS(columns));
  test_case(suite, calls_are_split);
  test_case(suite, bounds_change_only_what_they_name);
  test_case(suite, agents_bring_further_kinds);
  test_case(suite, tasks_may_be_unlimited);
  return suite;
}
