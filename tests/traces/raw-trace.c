/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: which names are raw traces, the cluster made of an SWF header, and that the text is a workload file
 * which the parser takes.
 */

#include "traces/raw-trace.h"

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"
#include "workload/workload-file.h"

#define JOB "1 0 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n"

START_TEST(raw_traces_are_told_by_name)
{
  static const char *const yes[] = {"a.swf", "/x/a.b.swf.gz", "A.SWF", "day.tsv", "day.TSV.GZ"};
  static const char *const no[] = {"a.ini", "swf", ".swf", "a.swf.bz2", "a.csv", "a.swf.ini", ""};
  for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
    ck_assert_msg(raw_trace_is(yes[i]), "%s", yes[i]);
  for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
    ck_assert_msg(!raw_trace_is(no[i]), "%s", no[i]);
}
END_TEST

/* Loads what raw_trace_workload() says of this header. */
static Experiment *load(TraceFixture *fixture, const char *name, const char *content,
                        const char *const *overrides)
{
  fixture_write_text(fixture, name, content);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = raw_trace_workload(fixture->path, overrides != NULL, &error);
  ck_assert_msg(text != NULL, "%s", error != NULL ? error->message : "");
  Experiment *experiment = workload_text_load(text, fixture->path, overrides, NULL, &error);
  ck_assert_msg(experiment != NULL, "%s\n%s", error != NULL ? error->message : "", text);
  return experiment;
}

START_TEST(the_header_gives_the_cluster)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  g_autoptr(Experiment) even = load(&fixture, "log.swf", "; MaxNodes: 1024\n; MaxProcs: 8192\n" JOB, NULL);
  ck_assert_uint_eq(even->cluster.n_classes, 1);
  ck_assert_uint_eq(even->cluster.agents, 1024);
  ck_assert_int_eq(even->cluster.classes[0].resources.plain.amount[RESOURCE_CPUS], 8000);
  ck_assert_int_eq(even->cluster.classes[0].resources.plain.amount[RESOURCE_MEM], 0);
  ck_assert_uint_eq(even->n_frameworks, 1);
  const TraceSpec *trace = even->frameworks[0].trace;
  ck_assert_str_eq(even->frameworks[0].name, "user");
  ck_assert(trace->format == TRACE_SWF && trace->frameworks.kind == MAP_USER && !trace->use_memory);
  ck_assert_str_eq(trace->path, fixture.path);

  /* 100 = 10 * 4 + 20 * 3 */
  g_autoptr(Experiment) odd = load(&fixture, "log.swf", "; MaxNodes: 30\n; MaxProcs: 100\n" JOB, NULL);
  int64_t cpus = 0;
  for (uint32_t i = 0; i < odd->cluster.n_classes; i++)
    cpus += odd->cluster.classes[i].count * odd->cluster.classes[i].resources.plain.amount[RESOURCE_CPUS];
  ck_assert_int_eq(cpus, 100000);
  ck_assert_uint_eq(odd->cluster.agents, 30);

  g_autoptr(Experiment) processors = load(&fixture, "log.swf", "; MaxProcs: 7\n" JOB, NULL);
  ck_assert_uint_eq(processors->cluster.agents, 7);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(without_a_size_the_user_gives_it)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture_write_text(&fixture, "log.swf", "; MaxProcs: -1\n" JOB);
  g_autoptr(GError) error = NULL;
  ck_assert_ptr_null(raw_trace_workload(fixture.path, false, &error));
  ck_assert(g_error_matches(error, TRACE_ERROR, TRACE_ERROR_MAPPING));
  ck_assert(g_str_has_suffix(error->message,
                             ": the header says no size of the machine (MaxProcs: -1); give it with "
                             "--set cluster.agents=N --set \"cluster.resources=cpus:M\""));
  static const char *const given[] = {"cluster.agents=12", "cluster.resources=cpus:2;mem:1000", NULL};
  g_autoptr(Experiment) bare = load(&fixture, "log.swf", JOB, given);
  ck_assert_uint_eq(bare->cluster.agents, 12);
  ck_assert(bare->frameworks[0].trace->use_memory);
  g_autoptr(Experiment) other = load(&fixture, "log.swf", "; MaxProcs: 100\n; MaxNodes: 30\n" JOB, given);
  ck_assert_uint_eq(other->cluster.agents, 12);
  ck_assert_uint_eq(other->cluster.n_classes, 1);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(swim_has_the_cluster_of_2009)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  g_autoptr(Experiment) experiment = load(&fixture, "a day.tsv", "job0\t0\t0\t1\t1\t1\n", NULL);
  ck_assert_uint_eq(experiment->cluster.agents, 600);
  ck_assert_int_eq(experiment->cluster.classes[0].resources.plain.amount[RESOURCE_MEM], 15360000);
  const TraceSpec *trace = experiment->frameworks[0].trace;
  ck_assert(trace->format == TRACE_SWIM && trace->frameworks.kind == MAP_NUMBER &&
            trace->frameworks.number == 4);
  ck_assert(trace->trace_nodes == 600 && trace->agents == 600 && trace->slots >= 600);
  ck_assert(trace->block_size == 134217728 && trace->bytes_per_reduce == 1073741824);
  double rate;
  ck_assert(sim_distribution_is_constant(trace->map_rate, &rate) && rate == 1e7);
  ck_assert(sim_distribution_is_constant(trace->task_overhead, &rate) && rate == 1);

  /* And its jobs can be had. */
  g_autoptr(JobSource) source = trace_source_open(&experiment->frameworks[0], 1, NULL, NULL);
  ck_assert_ptr_nonnull(source);
  ck_assert_str_eq(source->members[0].name, "hadoop-1");
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("raw-trace");
  test_case(suite, raw_traces_are_told_by_name);
  test_case(suite, the_header_gives_the_cluster);
  test_case(suite, without_a_size_the_user_gives_it);
  test_case(suite, swim_has_the_cluster_of_2009);
  return suite;
}
