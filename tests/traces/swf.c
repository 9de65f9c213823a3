/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the header's rules, every field in its place, every way in which a line is wrong with the field's
 * name, and what a record means: processors, memory, whole agents, scale, skipped rows.
 */

#include "traces/swf.h"

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

#define GOOD "1 0 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n"

static SwfReader *reader_of(const char *text)
{
  return swf_reader_new(line_reader_new_memory("log", text, strlen(text)), NULL);
}

START_TEST(header_keys_repeat_and_continue)
{
  g_autoptr(SwfReader) reader = reader_of(
      "; Version: 2.2\n;MaxJobs: 10\n;  MaxProcs:\t430 (of 512)\n; maxnodes: 64\n; UnixStartTime: 843480031\n"
      "; TimeZone: -28800\n; TimeZoneString: Europe/Stockholm\n; Queue: 1 batch\n; Queue:\n"
      "; Information: http://one.example/\n;              http://two.example/\n;\n;   lost\n"
      "; MaxQueues: two\n\n" GOOD "; Late: 1\n");
  const SwfHeader *header = swf_reader_header(reader);
  ck_assert_int_eq(header->max_jobs, 10);
  ck_assert_int_eq(header->max_procs, 430);
  ck_assert_int_eq(header->max_nodes, 64);
  ck_assert_int_eq(header->unix_start_time, 843480031);
  ck_assert_int_eq(header->time_zone, -28800);
  ck_assert_uint_eq(header->n_entries, 11);
  ck_assert_uint_eq(header->entries[1].line, 2);
  ck_assert_str_eq(swf_header_find(header, "TimeZoneString", 0), "Europe/Stockholm");
  ck_assert_str_eq(swf_header_find(header, "queue", 0), "1 batch");
  ck_assert_str_eq(swf_header_find(header, "Queue", 1), "");
  ck_assert_ptr_null(swf_header_find(header, "Queue", 2));
  ck_assert_str_eq(swf_header_find(header, "Information", 0), "http://one.example/\nhttp://two.example/");
  SwfRecord record;
  ck_assert_int_eq(swf_reader_next(reader, &record, NULL), LINE_READ);
  ck_assert_int_eq(swf_reader_next(reader, &record, NULL), LINE_END);
}
END_TEST

START_TEST(numbers_missing_from_the_header_are_absent)
{
  g_autoptr(SwfReader) reader = reader_of("; MaxProcs: many\n; MaxNodes: 12nodes\n; MaxJobs: 1.5\n" GOOD);
  const SwfHeader *header = swf_reader_header(reader);
  ck_assert_int_eq(header->max_procs, SWF_ABSENT);
  ck_assert_int_eq(header->max_nodes, SWF_ABSENT);
  ck_assert_int_eq(header->max_jobs, SWF_ABSENT);
  ck_assert_int_eq(header->unix_start_time, SWF_ABSENT);
}
END_TEST

START_TEST(all_fields_are_in_their_place)
{
  g_autoptr(SwfReader) reader =
      reader_of("101 102.5 103.5 104.5 105 106.5 107.5 108 109.5 110.5 111 112 113 114 115 116 117 118.5");
  SwfRecord r;
  ck_assert_int_eq(swf_reader_next(reader, &r, NULL), LINE_READ);
  ck_assert(r.job == 101 && r.submit == 102.5 && r.wait == 103.5 && r.run == 104.5);
  ck_assert(r.processors_allocated == 105 && r.cpu_time == 106.5 && r.memory_used == 107.5);
  ck_assert(r.processors_requested == 108 && r.time_requested == 109.5 && r.memory_requested == 110.5);
  ck_assert(r.status == 111 && r.user == 112 && r.group == 113 && r.executable == 114 && r.queue == 115);
  ck_assert(r.partition == 116 && r.preceding_job == 117 && r.think_time == 118.5);
}
END_TEST

START_TEST(wrong_lines_name_line_and_field)
{
  static const char *const cases[][2] = {
      {"1 0 5 10 4 -1 -1 4 60 1000 1", ":2: expected 18 fields, found 11: field 12 (user) is missing"},
      {"1 0 5 ten 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 4 (run time): expected a number, not \"ten\""},
      {"1 0 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1x",
       ":2: field 18 (think time): expected a number, not \"-1x\""},
      {"1 0 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1 19 20", ":2: expected 18 fields, found more: \"19\""},
      {"1 0 5 10 4.5 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 5 (allocated processors): expected a whole number, not \"4.5\""},
      {"1 0 5 1e999 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 4 (run time): expected a number, not \"1e999\""},
      {"1 nan 5 1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 2 (submit time): expected a number, not \"nan\""},
      {"99999999999999999999 0 5 1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 1 (job number): expected a whole number, not \"99999999999999999999\""},
      {"1 -2 5 1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 2 (submit time): expected seconds, or -1, not -2"},
      {"1 0 5 -10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 4 (run time): expected seconds, or -1, not -10"},
      {"1 1e10 5 1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: field 2 (submit time): 1e+10 seconds are more than the 292 years that a run can hold"},
      {"1 0 5 1 4 -1 -1 5000000000 60 1000 1 1 2 3 1 -1 -1 -1",
       ":2: 5000000000 tasks are too many (at most 4294967294)"},
      {"1,0,5,10", ":2: field 1 (job number): expected a number, not \"1,0,5,10\""},
  };
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  g_autofree char *text = g_strdup_printf("%s%s\n", GOOD, cases[_i][0]);
  fixture_write_text(&fixture, "log.swf", text);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT, cases[_i][1]));
  fixture_clear(&fixture);
}
END_TEST

/* Lines beyond what the scan by masks takes. */
START_TEST(wide_lines_are_read)
{
  g_autofree char *blanks = g_strnfill(100, ' ');
  g_autofree char *wide =
      g_strjoinv(blanks, (char *[]){(char *)(uintptr_t) "7", (char *)(uintptr_t) "1 2 3", NULL});
  g_autofree char *line = g_strconcat(wide, blanks, blanks, " 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n", NULL);
  g_autoptr(SwfReader) reader = reader_of(line);
  SwfRecord record;
  ck_assert_int_eq(swf_reader_next(reader, &record, NULL), LINE_READ);
  ck_assert(record.job == 7 && record.submit == 1 && record.run == 3 && record.think_time == 17);
}
END_TEST

START_TEST(a_job_is_one_cpu_per_processor)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture_write_text(&fixture, "log.swf",
                     "4711 0.5 5 10.25 4 -1 -1 8 60 1024 1 1 2 3 1 -1 -1 -1\r\n"
                     "17 1 -1 0 3 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1");
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.tasks, 11);
  ck_assert_double_eq(fixture.summary.work[RESOURCE_CPUS], 82);
  Job job;
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_str_eq(job.name, "4711");
  ck_assert_int_eq(job.submit.ns, 500000000);
  ck_assert_uint_eq(job.n_stages, 1);
  ck_assert_uint_eq(job.stages[0].tasks, 8);
  ck_assert_int_eq(job.stages[0].fixed_duration.ns, 10250000000);
  ck_assert_ptr_null(job.stages[0].duration);
  ck_assert(quantities_equal(&job.stages[0].task_resources, &(Quantities){{1000}}));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert(job.key == 1 && job.stages[0].tasks == 3 && job.stages[0].fixed_duration.ns == 0);
  ck_assert_ptr_null(fixture_next(&fixture, &job));
  ck_assert_ptr_null(fixture_next(&fixture, &job));

  fixture.spec.use_memory = true;
  fixture.spec.memory_default = 7000;
  ck_assert(fixture_open(&fixture));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert(quantities_equal(&job.stages[0].task_resources, &(Quantities){{1000, 1000}}));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert(quantities_equal(&job.stages[0].task_resources, &(Quantities){{1000, 7000}}));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(whole_agents_and_scale_round_up_and_half_up)
{
  static const struct {
    unsigned processors;
    double scale;
    bool whole;
    unsigned tasks;
  } cases[] = {{8, 1, true, 1},    {9, 1, true, 2},     {1, 1, true, 1},
               {16, 0.5, true, 1}, {17, 0.5, true, 2},  {5, 0.5, false, 3},
               {4, 0.3, false, 1}, {1, 0.01, false, 1}, {100, 1.25, false, 125}};
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture.spec.agent_resources = (Quantities){{8000, 12288000}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *line = g_strdup_printf("1 0 0 1 %u -1 -1 -1 -1 99 1 1 1 1 1 1 1 1", cases[i].processors);
    fixture.spec.scale = cases[i].scale;
    fixture.spec.whole_agents = cases[i].whole;
    fixture_write_text(&fixture, "log.swf", line);
    ck_assert(fixture_open(&fixture));
    Job job;
    ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
    ck_assert_msg(job.stages[0].tasks == cases[i].tasks, "case %zu: %u tasks", i, job.stages[0].tasks);
    ck_assert(quantities_equal(&job.stages[0].task_resources,
                               cases[i].whole ? &fixture.spec.agent_resources : &(Quantities){{1000}}));
  }
  fixture.spec.whole_agents = true;
  fixture.spec.agent_resources = (Quantities){{0, 1000}};
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": whole-agents needs agents with cpus"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(rows_without_a_job_are_counted)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture_write_text(&fixture, "log.swf",
                     "; MaxJobs: 9\n" GOOD "2 -1 5 10 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n"
                     "3 1 5 -1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n"
                     "4 1 5 -1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n"
                     "5 1 5 10 0 -1 -1 -1 60 1000 1 1 2 3 1 -1 -1 -1\n");
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.rows, 5);
  ck_assert_uint_eq(fixture.summary.jobs, 1);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without submit time"), 1);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without run time"), 2);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without processors"), 1);
  ck_assert_uint_eq(fixture.summary.warnings->len, 4);
  ck_assert(g_str_has_suffix(fixture.summary.warnings->pdata[0],
                             ": the header says MaxJobs: 9, the file has 5 jobs"));
  ck_assert(g_str_has_suffix(fixture.summary.warnings->pdata[2],
                             ": 2 of 5 jobs left out, without run time (the first at line 4)"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(files_without_a_job_are_refused)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture_write_text(&fixture, "log.swf", "; MaxJobs: 0\n;\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": there is no job in it"));
  fixture_write_text(&fixture, "log.swf", "1 0 5 -1 4 -1 -1 4 60 1000 1 1 2 3 1 -1 -1 -1\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": no job is left: 1 without run time"));
  fixture_write_text(&fixture, "log.swf", "");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FILE, ": the file is empty"));
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("swf");
  test_case(suite, header_keys_repeat_and_continue);
  test_case(suite, numbers_missing_from_the_header_are_absent);
  test_case(suite, all_fields_are_in_their_place);
  test_case_loop(suite, wrong_lines_name_line_and_field, 0, 13);
  test_case(suite, wide_lines_are_read);
  test_case(suite, a_job_is_one_cpu_per_processor);
  test_case(suite, whole_agents_and_scale_round_up_and_half_up);
  test_case(suite, rows_without_a_job_are_counted);
  test_case(suite, files_without_a_job_are_refused);
  return suite;
}
