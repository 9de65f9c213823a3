/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: default names of results, the counting of sources, and that the values of an allocator's options
 * reach it in its order. Not pinned: the parser (tests/workload), raw traces (test-traces.py).
 */

#include <glib.h>

#include "cli/allocator-choice.h"
#include "cli/load-workload.h"
#include "cli/output-file.h"
#include "cli/report.h"
#include "cli/sources.h"
#include "tests/support/test-main.h"
#include "workload/workload-file.h"

#define CLUSTER "[cluster]\nagents = 10\nresources = cpus:2\n"
#define TASK    "task-resources = cpus:1\ntask-duration = 10s\n"

START_TEST(stems)
{
  static const char *const names[][2] = {
      {"w.ini", "w"},     {"/a/b.c/w.ini", "w"},    {"log.swf.gz", "log"},
      {"LOG.SWF", "LOG"}, {"hadoop.tsv", "hadoop"}, {".ini", ".ini"},
      {"plain", "plain"}, {"w.ini.gz", "w"},        {"a.b.ini", "a.b"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *stem = workload_stem(names[i][0]);
    ck_assert_str_eq(stem, names[i][1]);
  }
  g_autofree char *output = output_default("in/quickstart.ini", "drf", 7, 0);
  g_autofree char *third = output_default("in/quickstart.ini", "drf", 7, 3);
  ck_assert_str_eq(output, "quickstart-drf-7.db");
  ck_assert_str_eq(third, "quickstart-drf-7-3.db");
}
END_TEST

static Experiment *load(const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(WorkloadNames) names = allocator_names_new(NULL);
  Experiment *experiment = workload_text_load(text, "test.ini", NULL, names, &error);
  ck_assert_msg(experiment != NULL, "%s", error == NULL ? "" : error->message);
  return experiment;
}

static SourcesCount count(const char *text)
{
  g_autoptr(Experiment) experiment = load(text);
  g_autoptr(Sources) sources = sources_open(experiment, false, 1, NULL);
  ck_assert_ptr_nonnull(sources);
  SourcesCount found;
  ck_assert(sources_count(sources, experiment, &found, NULL));
  return found;
}

START_TEST(counts_of_open_sources)
{
  SourcesCount found =
      count(CLUSTER "[framework f]\ncount = 3\njobs = 4\narrival = every(5s)\ntasks = 2\n" TASK);
  ck_assert_uint_eq(found.jobs, 12);
  ck_assert_uint_eq(found.tasks, 24);
  ck_assert_int_eq(found.last_submit.ns, 15 * NS_PER_S);
  ck_assert(!found.more && !found.tasks_unlimited);
  found =
      count("[experiment]\nduration = 20s\n" CLUSTER "[framework f]\narrival = every(5s)\ntasks = 2\n" TASK);
  ck_assert_uint_eq(found.jobs, 4); /* not the one at 20 s */
}
END_TEST

START_TEST(counts_of_closed_sources)
{
  SourcesCount found =
      count(CLUSTER "[framework f]\ncount = 2\njobs = 3\narrival = closed(1min)\ntasks = 2\n" TASK);
  ck_assert_uint_eq(found.jobs, 6);
  ck_assert_uint_eq(found.tasks, 12);
  ck_assert_int_eq(found.last_submit.ns, 2 * NS_PER_MIN);
  found = count("[experiment]\nduration = 20s\n" CLUSTER
                "[framework f]\narrival = closed(1ms)\ntasks = 2\n" TASK);
  ck_assert(found.more);
  ck_assert_uint_eq(found.jobs, 0);
}
END_TEST

START_TEST(counts_end)
{
  SourcesCount found = count("[experiment]\nduration = 1000d\n" CLUSTER
                             "[framework f]\narrival = every(1us)\ntasks = 1\n" TASK);
  ck_assert(found.more);
  ck_assert_uint_gt(found.jobs, 1000000);
  found = count("[experiment]\nduration = 1h\n" CLUSTER "[framework f]\ntasks = unlimited\n" TASK);
  ck_assert(found.tasks_unlimited);
  ck_assert_uint_eq(found.jobs, 1);
}
END_TEST

START_TEST(allocators_by_name)
{
  g_autoptr(GError) error = NULL;
  AllocatorChoice choice;
  ck_assert(allocator_choose(ALLOCATOR_DEFAULT, NULL, &choice, NULL));
  ck_assert_str_eq(choice.interface->name, ALLOCATOR_DEFAULT);
  ck_assert(!allocator_choose("dfr", NULL, &choice, &error));
  ck_assert(g_error_matches(error, CLI_ERROR, CLI_ERROR_USAGE));
}
END_TEST

START_TEST(every_allocator_takes_its_defaults)
{
  g_autoptr(WorkloadNames) names = allocator_names_new(NULL);
  ck_assert_uint_ge(names->n_allocators, 2);
  for (size_t i = 0; i < names->n_allocators; i++) {
    AllocatorChoice choice;
    ck_assert(allocator_choose(names->allocators[i].name, NULL, &choice, NULL));
    const AllocatorInterface *allocator = choice.interface;
    g_autoptr(GString) text = g_string_new(CLUSTER "[framework f]\ntasks = 2\n" TASK);
    g_string_append_printf(text, "[allocator %s]\n", allocator->name);
    for (uint32_t option = 0; option < allocator->n_options; option++)
      g_string_append_printf(text, "%s = %s\n", allocator->options[option].key,
                             allocator->options[option].value_default);
    g_autoptr(Experiment) experiment = load(text->str);
    g_autoptr(GError) error = NULL;
    ck_assert_msg(allocator_options_check(experiment, NULL, &error), "%s",
                  error == NULL ? "" : error->message);
    g_autofree const char **values = allocator_option_values(experiment, allocator);
    for (uint32_t option = 0; option < allocator->n_options; option++)
      ck_assert_str_eq(values[option], allocator->options[option].value_default);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("load-workload");
  test_case(suite, stems);
  test_case(suite, counts_of_open_sources);
  test_case(suite, counts_of_closed_sources);
  test_case(suite, counts_end);
  test_case(suite, allocators_by_name);
  test_case(suite, every_allocator_takes_its_defaults);
  return suite;
}
