/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: columns, the replay rules one by one with worked numbers, and that rates drawn depend on nothing
 * but their key.
 */

#include "traces/swim.h"

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)

static SwimTasks tasks_of(const TraceSpec *spec, int64_t input, int64_t shuffle, int64_t output)
{
  SwimRecord record = {.job = "job", .input = input, .shuffle = shuffle, .output = output};
  SwimTasks tasks;
  LineReader *lines = line_reader_new_memory("log", "", 0);
  ck_assert(swim_tasks(lines, spec, &record, &tasks, NULL));
  line_reader_free(lines);
  return tasks;
}

START_TEST(maps_are_blocks_of_at_least_64_mib)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  static const struct {
    int64_t input;
    uint32_t maps;
    double bytes;
  } cases[] = {{0, 1, 67108864},
               {1, 1, 67108864},
               {64 * MIB + 1, 1, 67108865},
               {128 * MIB, 1, 134217728},
               {128 * MIB + 1, 2, 67108864.5},
               {7551263722208, 56262, 7551263722208.0 / 56262}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    SwimTasks tasks = tasks_of(&fixture.spec, cases[i].input, 0, 12345);
    ck_assert_uint_eq(tasks.maps, cases[i].maps);
    ck_assert_double_eq(tasks.map_bytes, cases[i].bytes);
    ck_assert_uint_eq(tasks.reduces, 0);
  }
  fixture_clear(&fixture);
}
END_TEST

START_TEST(reduces_follow_what_is_shuffled_and_put_out)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  static const struct {
    int64_t shuffle;
    int64_t output;
    uint32_t reduces;
  } cases[] = {{0, 100 * GIB, 0},     {1, 0, 1},           {GIB / 2, GIB - 1, 1},
               {GIB, GIB / 2, 2},     {10 * GIB, GIB, 11}, {2400 * GIB, 0, 2400},
               {2400 * GIB, GIB, 480}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    SwimTasks tasks = tasks_of(&fixture.spec, 0, cases[i].shuffle, cases[i].output);
    ck_assert_msg(tasks.reduces == cases[i].reduces, "case %zu: %u", i, tasks.reduces);
    if (tasks.reduces > 0)
      ck_assert_double_eq(tasks.reduce_bytes, (double)(cases[i].shuffle + cases[i].output) / tasks.reduces);
  }
  fixture.spec.slots = 3;
  ck_assert_uint_eq(tasks_of(&fixture.spec, 0, 100 * GIB, 0).reduces, 1);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(bytes_are_scaled_before_anything_else)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  fixture.spec.agents = 60;
  fixture.spec.scale = 2;
  SwimTasks tasks = tasks_of(&fixture.spec, 100 * GIB, 10 * GIB, 5 * GIB);
  ck_assert_uint_eq(tasks.maps, 160);
  ck_assert_uint_eq(tasks.reduces, 3);
  /* Nothing is left of one byte, but it was shuffled. */
  ck_assert_uint_eq(tasks_of(&fixture.spec, 0, 1, 0).reduces, 1);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(jobs_have_a_map_and_a_reduce_stage)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  fixture.spec.reduce_resources = (Quantities){{2000}};
  fixture_write_text(&fixture, "log.tsv",
                     "first\t49\t49\t200000000\t3000000000\t0\tinputPath\t7\r\n\n"
                     "second\t49.5\t0.5\t0\t0\t5");
  ck_assert(fixture_open(&fixture));
  Job job;
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_str_eq(job.name, "first");
  ck_assert(job.n_stages == 2 && job.submit.ns == 49 * NS_PER_S && job.key == 0);
  const JobStage *map = &job.stages[0];
  const JobStage *reduce = &job.stages[1];
  ck_assert_str_eq(map->name, "map");
  ck_assert_str_eq(reduce->name, "reduce");
  ck_assert(map->tasks == 2 && map->after == 0 && map->fixed_duration.ns == 11 * NS_PER_S);
  ck_assert(reduce->tasks == 3 && reduce->after == 1 && reduce->fixed_duration.ns == 101 * NS_PER_S);
  ck_assert(map->duration == NULL && reduce->duration == NULL);
  ck_assert(quantities_equal(&map->task_resources, &(Quantities){{1000, 1024000}}));
  ck_assert(quantities_equal(&reduce->task_resources, &(Quantities){{2000}}));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert(job.n_stages == 1 && job.stages[0].tasks == 1 && job.submit.ns == 49500000000);
  ck_assert_ptr_null(fixture_next(&fixture, &job));
  ck_assert_uint_eq(fixture.summary.tasks, 6);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(wrong_lines_name_line_and_column)
{
  static const char *const cases[][2] = {
      {"a\t1\t1\t5\t5", ":2: expected 6 columns between TABs, found 5: column 6 (output bytes) is missing"},
      {"a 1 1 5 5 5", ":2: expected 6 columns between TABs, found 1: column 2 (submit time) is missing"},
      {"a\tsoon\t1\t5\t5\t5", ":2: column 2 (submit time): expected seconds, not \"soon\""},
      {"a\t-1\t1\t5\t5\t5", ":2: column 2 (submit time): expected seconds, not \"-1\""},
      {"a\t1\t1\t5.5\t5\t5",
       ":2: column 4 (input bytes): expected a whole number of bytes below 2^63, not \"5.5\""},
      {"a\t1\t1\t5\t-5\t5",
       ":2: column 5 (shuffle bytes): expected a whole number of bytes below 2^63, not \"-5\""},
      {"a\t1\t1\t5\t5\t9223372036854775808", ":2: column 6 (output bytes): expected a whole number of bytes "
                                             "below 2^63, not \"9223372036854775808\""},
      {"a\t1\t1\t5\t9223372036854775807\t9223372036854775807",
       ":2: shuffle and output are beyond 2^63 bytes"},
      {"a\t1\t1\t9223372036854775807\t0\t0", ":2: 68719476736 maps are too many (at most 4294967294)"},
      {"\t1\t1\t5\t5\t5", ":2: column 1 (job id): expected a name in UTF-8, not \"\""},
  };
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  g_autofree char *text = g_strdup_printf("job0\t0\t0\t1\t1\t1\n%s\n", cases[_i][0]);
  fixture_write_text(&fixture, "log.tsv", text);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT, cases[_i][1]));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(overflow_by_scale_is_an_error)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  fixture.spec.scale = 4;
  fixture_write_text(&fixture, "log.tsv", "job0\t0\t0\t4000000000000000000\t1\t1\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT,
                          ":1: column 4 (input bytes): 4000000000000000000 times 4 is beyond 2^63 bytes"));
  fixture_clear(&fixture);
}
END_TEST

/* The duration of each job's maps, by its key. */
static void durations(TraceFixture *fixture, int64_t *out)
{
  Job job;
  ck_assert(fixture_open(fixture));
  while (fixture_next(fixture, &job) != NULL)
    out[job.key] = job.stages[0].fixed_duration.ns;
}

START_TEST(rates_are_drawn_by_job_and_stage)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  sim_distribution_unref(fixture.spec.map_rate);
  fixture.spec.map_rate = sim_distribution_new_uniform(1e6, 2e7, NULL);
  g_autoptr(GString) text = g_string_new(NULL);
  for (unsigned i = 0; i < 100; i++)
    g_string_append_printf(text, "job%u\t%u\t1\t0\t1\t1\n", i, i);
  fixture_write_text(&fixture, "log.tsv", text->str);

  int64_t all[100] = {0};
  int64_t some[100] = {0};
  durations(&fixture, all);
  for (unsigned i = 1; i < 100; i++)
    ck_assert(all[i] != all[i - 1] && all[i] > 4 * NS_PER_S && all[i] < 69 * NS_PER_S);
  fixture.spec.window_start = (Instant){50 * NS_PER_S};
  fixture.spec.frameworks = (TraceMap){MAP_NUMBER, 3, NULL};
  durations(&fixture, some);
  for (unsigned i = 0; i < 100; i++)
    ck_assert_int_eq(some[i], i < 50 ? 0 : all[i]);
  fixture.group[0] = 'g';
  durations(&fixture, some);
  ck_assert_int_ne(some[70], all[70]);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(sizes_that_cannot_be_are_refused)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  fixture_write_text(&fixture, "log.tsv", "job0\t0\t0\t1\t1\t1\n");
  TraceSpec good = fixture.spec;
  fixture.spec.slots = 0;
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                          ": slots: expected the size of the simulated cluster in slots, at least 1"));
  fixture.spec = good;
  fixture.spec.block_size = 0;
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": block-size: expected at least one byte"));
  fixture.spec = good;
  fixture.spec.frameworks.kind = MAP_USER;
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                          ": frameworks: a SWIM trace says no users and the like: it takes a number or one"));
  fixture.spec = good;
  sim_distribution_unref(fixture.spec.map_rate);
  fixture.spec.map_rate = sim_distribution_new_constant(0, NULL);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ":1: the rate drawn for this job is zero"));
  fixture_clear(&fixture);
}
END_TEST

/* The facts in traces/samples/README.md. */
START_TEST(the_sample_has_its_maps)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWIM);
  char path[] = "traces/samples/FB-2009_samples_24_times_1hr_0.tsv";
  fixture.spec.path = path;
  ck_assert_msg(fixture_open(&fixture), "%s", fixture.error != NULL ? fixture.error->message : "");
  uint64_t maps = 0;
  uint32_t largest = 0;
  unsigned map_only = 0;
  Job job;
  while (fixture_next(&fixture, &job) != NULL) {
    maps += job.stages[0].tasks;
    largest = MAX(largest, job.stages[0].tasks);
    map_only += job.n_stages == 1;
  }
  ck_assert_uint_eq(fixture.summary.jobs, 5894);
  ck_assert_uint_eq(maps, 205713);
  ck_assert_uint_eq(largest, 56262);
  ck_assert_uint_eq(map_only, 4448);
  ck_assert_int_eq(fixture.summary.first_submit.ns, 49 * NS_PER_S);
  ck_assert_int_eq(fixture.summary.last_submit.ns, 86404 * NS_PER_S);
  ck_assert_str_eq(fixture.summary.sha256,
                   "5033ea98faed398b132957e4555c9ba88653d1ffaac470f370b761b79cd44c19");
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("swim");
  test_case(suite, maps_are_blocks_of_at_least_64_mib);
  test_case(suite, reduces_follow_what_is_shuffled_and_put_out);
  test_case(suite, bytes_are_scaled_before_anything_else);
  test_case(suite, jobs_have_a_map_and_a_reduce_stage);
  test_case_loop(suite, wrong_lines_name_line_and_column, 0, 10);
  test_case(suite, overflow_by_scale_is_an_error);
  test_case(suite, rates_are_drawn_by_job_and_stage);
  test_case(suite, sizes_that_cannot_be_are_refused);
  test_case(suite, the_sample_has_its_maps);
  return suite;
}
