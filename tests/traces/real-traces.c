/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Public traces that may not be kept with this project, against the facts known of them. The folder that
 * holds them is named by the environment variable OFFERSIM_TRACES; without it these tests are skipped.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"
#include "traces/swf.h"

static char *trace_path(const char *name)
{
  return g_build_filename(g_getenv("OFFERSIM_TRACES"), name, NULL);
}

/* --- SWF ----------------------------------------------------------------------------------------------- */

typedef struct {
  const char *file;
  uint64_t rows;
  int64_t max_jobs, max_procs, max_nodes, start;
  uint64_t run_zero, run_above_requested, completed, without_request;
  double core_hours, last_submit;
  uint32_t users, groups;
} SwfFacts;

static const SwfFacts swf_facts[] = {
    {"swf/KTH-SP2-1996-2.swf.gz", 28489, 28490, 100, 100, 843480031, 8, 475, 20541, 0, 562394, 29363618, 214,
     252},
    {"swf/NASA-iPSC-1993-3.1-cln.swf.gz", 18239, 42264, 128, 128, 749458803, 173, 0, 0, 18239, 131733,
     7948936, 69, 2},
    {"swf/RICC-2010-2.swf.gz", 447794, 447794, 8192, 1024, 1272639895, 10, 7092, 431549, 2, 26227306,
     13216249, 176, 121},
};

START_TEST(swf_records_are_those_of_the_archive)
{
  const SwfFacts *facts = &swf_facts[_i];
  g_autofree char *path = trace_path(facts->file);
  g_autoptr(SwfReader) reader = swf_reader_new(line_reader_open(path, false, NULL), NULL);
  const SwfHeader *header = swf_reader_header(reader);
  ck_assert(header->max_jobs == facts->max_jobs && header->max_procs == facts->max_procs);
  ck_assert(header->max_nodes == facts->max_nodes && header->unix_start_time == facts->start);
  ck_assert_ptr_nonnull(swf_header_find(header, "Acknowledge", 0));

  SwfFacts found = {0};
  SwfRecord record;
  double core_seconds = 0;
  unsigned preceded = 0;
  while (swf_reader_next(reader, &record, NULL) == LINE_READ) {
    found.rows++;
    found.run_zero += record.run == 0;
    found.run_above_requested += record.time_requested > 0 && record.run > record.time_requested;
    found.completed += record.status == 1;
    found.without_request += record.processors_requested == SWF_UNKNOWN;
    core_seconds += record.run * (double)record.processors_allocated;
    preceded += record.preceding_job != SWF_UNKNOWN;
  }
  ck_assert_uint_eq(found.rows, facts->rows);
  ck_assert_uint_eq(preceded, 0);
  ck_assert_uint_eq(found.run_zero, facts->run_zero);
  ck_assert_uint_eq(found.run_above_requested, facts->run_above_requested);
  ck_assert_uint_eq(found.completed, facts->completed);
  ck_assert_uint_eq(found.without_request, facts->without_request);
  ck_assert_double_eq(round(core_seconds / 3600), facts->core_hours);
}
END_TEST

static uint32_t members_by(TraceFixture *fixture, TraceMapKind kind)
{
  fixture->spec.frameworks.kind = kind;
  ck_assert_msg(fixture_open(fixture), "%s", fixture->error != NULL ? fixture->error->message : "");
  return fixture->source->n_members;
}

START_TEST(swf_jobs_are_complete)
{
  const SwfFacts *facts = &swf_facts[_i];
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  g_autofree char *path = trace_path(facts->file);
  fixture.spec.path = path;
  ck_assert_uint_eq(members_by(&fixture, MAP_GROUP), facts->groups);
  ck_assert_uint_eq(members_by(&fixture, MAP_USER), facts->users);
  ck_assert_uint_eq(fixture.summary.warnings->len, facts->max_jobs == (int64_t)facts->rows ? 0 : 1);
  ck_assert_uint_eq(fixture.summary.skipped->len, 0);
  ck_assert_double_eq((double)fixture.summary.last_submit.ns / 1e9, facts->last_submit);

  uint64_t jobs = 0;
  uint64_t tasks = 0;
  uint64_t keys_in_order = 0;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    keys_in_order += job.key == jobs++;
    tasks += job.stages[0].tasks;
  }
  ck_assert_uint_eq(jobs, facts->rows);
  ck_assert_uint_eq(keys_in_order, jobs);
  ck_assert_uint_eq(tasks, fixture.summary.tasks);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(plain_text_equals_gzip)
{
  const SwfFacts *facts = &swf_facts[_i];
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  g_autofree char *path = trace_path(facts->file);
  g_autoptr(GString) text = g_string_new(NULL);
  LineReader *lines = line_reader_open(path, false, NULL);
  char *line;
  while (line_reader_next(lines, &line, NULL, NULL) == LINE_READ)
    g_string_append_printf(text, "%s\n", line);
  line_reader_free(lines);

  fixture.spec.path = path;
  ck_assert(fixture_open(&fixture));
  double work = fixture.summary.work[RESOURCE_CPUS];
  fixture_write(&fixture, "log.swf", text->str, text->len);
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.jobs, facts->rows);
  ck_assert_double_eq(fixture.summary.work[RESOURCE_CPUS], work);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(ricc_asks_for_memory)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  g_autofree char *path = trace_path("swf/RICC-2010-2.swf.gz");
  fixture.spec.path = path;
  fixture.spec.use_memory = true;
  ck_assert_uint_eq(members_by(&fixture, MAP_QUEUE), 2);
  int64_t least = INT64_MAX;
  int64_t largest = 0;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    least = MIN(least, job.stages[0].task_resources.amount[RESOURCE_MEM]);
    largest = MAX(largest, job.stages[0].task_resources.amount[RESOURCE_MEM]);
  }
  ck_assert_int_eq(least, 977);        /* 1,000 KB */
  ck_assert_int_eq(largest, 10000000); /* 10,240,000 KB */

  fixture.spec.whole_agents = true;
  fixture.spec.agent_resources = (Quantities){{8000, 12288000}};
  ck_assert(fixture_open(&fixture));
  uint32_t most = 0;
  while (fixture_next(&fixture, &job) != NULL)
    most = MAX(most, job.stages[0].tasks);
  ck_assert_uint_eq(most, 1024);
  fixture_clear(&fixture);
}
END_TEST

/* --- SWIM ---------------------------------------------------------------------------------------------- */

START_TEST(facebook_2010_has_its_maps)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  g_autofree char *path = trace_path("swim/FB-2010_samples_24_times_1hr_0.tsv.gz");
  fixture.spec.path = path;
  fixture.spec.trace_nodes = fixture.spec.agents = 3000;
  fixture.spec.slots = 12000;
  fixture.spec.frameworks = (TraceMap){MAP_NUMBER, 4, NULL};
  ck_assert(fixture_open(&fixture));
  uint64_t maps = 0;
  uint32_t largest = 0;
  unsigned map_only = 0;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    maps += job.stages[0].tasks;
    largest = MAX(largest, job.stages[0].tasks);
    map_only += job.n_stages == 1;
  }
  ck_assert_uint_eq(fixture.summary.jobs, 24442);
  ck_assert_uint_eq(maps, 8084865);
  ck_assert_uint_eq(largest, 87307);
  ck_assert_uint_eq(map_only, 8324);
  ck_assert_int_eq(fixture.summary.first_submit.ns, 9 * NS_PER_S);
  ck_assert_int_eq(fixture.summary.last_submit.ns, 86408 * NS_PER_S);
  ck_assert_uint_eq(fixture.source->n_members, 4);
  fixture_clear(&fixture);
}
END_TEST

/* --- CSV ----------------------------------------------------------------------------------------------- */

static TraceColumn column(const char *name, double factor)
{
  return (TraceColumn){(char *)(uintptr_t)name, factor};
}

START_TEST(alibaba_2017_is_read)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_CSV);
  g_autofree char *path = trace_path("alibaba-v2017-batch/jobs.csv.gz");
  fixture.spec.path = path;
  fixture.spec.submit = column("submit_time", 1);
  fixture.spec.duration = column("duration", 1);
  fixture.spec.tasks = column("instances_num", 1);
  fixture.spec.name = column("job_id", 1);
  fixture.spec.kind_columns[RESOURCE_CPUS] = column("cpu", 1);
  fixture.spec.kind_columns[RESOURCE_MEM] = column("memory", 1e6);
  ck_assert(!fixture_open(&fixture));
  ck_assert(g_error_matches(fixture.error, TRACE_ERROR, TRACE_ERROR_ORDER));
  fixture.spec.sort = true;
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.jobs, 16184);
  ck_assert_uint_eq(fixture.summary.tasks, 773211);
  ck_assert_double_eq(round(fixture.summary.work[RESOURCE_CPUS] / 3600), 10838);
  ck_assert_int_eq(fixture.summary.last_submit.ns, 39992 * NS_PER_S);
  uint32_t largest = 0;
  unsigned at_zero = 0;
  unsigned descents = 0;
  Instant last = INSTANT_ZERO;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    descents += job.submit.ns < last.ns;
    last = job.submit;
    largest = MAX(largest, job.stages[0].tasks);
    at_zero += job.submit.ns == 0;
  }
  ck_assert(largest == 1999 && at_zero == 11 && descents == 0);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(openb_pods_are_read)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_CSV);
  g_autofree char *path = trace_path("alibaba-gpu2023/openb_pod_list_default.csv.gz");
  fixture.spec.path = path;
  fixture.spec.submit = column("creation_time", 1);
  fixture.spec.start = column("scheduled_time", 1);
  fixture.spec.end = column("deletion_time", 1);
  fixture.spec.name = column("name", 1);
  fixture.spec.kind_columns[RESOURCE_CPUS] = column("cpu_milli", 0.001);
  fixture.spec.kind_columns[RESOURCE_MEM] = column("memory_mib", 1);
  fixture.spec.kind_columns[RESOURCE_GPUS] = column("num_gpu*gpu_milli", 0.001);
  fixture.spec.frameworks = fixture.spec.roles = (TraceMap){MAP_COLUMN, 0, (char *)(uintptr_t) "qos"};
  ck_assert_msg(fixture_open(&fixture), "%s", fixture.error != NULL ? fixture.error->message : "");
  ck_assert_uint_eq(fixture.summary.rows, 6000);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without duration"), 612);
  static const char *const members[] = {"fw-BE", "fw-Burstable", "fw-Guaranteed", "fw-LS"};
  ck_assert_uint_eq(fixture.source->n_members, G_N_ELEMENTS(members));
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    ck_assert_str_eq(fixture.source->members[i].name, members[i]);
  ck_assert_str_eq(fixture.source->members[0].role, "BE");
  Quantities largest = QUANTITIES_ZERO;
  int64_t longest = 0;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    for (unsigned kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      largest.amount[kind] = MAX(largest.amount[kind], job.stages[0].task_resources.amount[kind]);
    longest = MAX(longest, job.stages[0].fixed_duration.ns);
  }
  ck_assert(largest.amount[RESOURCE_CPUS] <= 120200 && largest.amount[RESOURCE_GPUS] == 8000);
  ck_assert_int_eq(longest, 12537496 * NS_PER_S);
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  if (g_getenv("OFFERSIM_TRACES") == NULL) {
    printf("1..0 # SKIP OFFERSIM_TRACES is not set\n");
    exit(EXIT_SUCCESS);
  }
  Suite *suite = suite_create("real-traces");
  test_case_loop(suite, swf_records_are_those_of_the_archive, 0, (int)G_N_ELEMENTS(swf_facts));
  test_case_loop(suite, swf_jobs_are_complete, 0, (int)G_N_ELEMENTS(swf_facts));
  test_case_loop(suite, plain_text_equals_gzip, 0, (int)G_N_ELEMENTS(swf_facts));
  test_case(suite, ricc_asks_for_memory);
  test_case(suite, facebook_2010_has_its_maps);
  test_case(suite, alibaba_2017_is_read);
  test_case(suite, openb_pods_are_read);
  return suite;
}
