/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: separators and quotes, columns found by name, factors and products, which empty cells are allowed,
 * and every way in which a row is wrong.
 */

#include "traces/csv.h"

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

static TraceColumn column(const char *name, double factor)
{
  return (TraceColumn){(char *)(uintptr_t)name, factor};
}

/* Columns submit, tasks, duration, cpu_milli, mem. */
static void init(TraceFixture *fixture)
{
  fixture_init(fixture, TRACE_CSV);
  fixture->spec.submit = column("submit", 1);
  fixture->spec.duration = column("duration", 1);
  fixture->spec.kind_columns[RESOURCE_CPUS] = column("cpu_milli", 0.001);
}

/* The cells of the second line, joined by "|". */
static char *second_row(const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(CsvReader) reader = csv_reader_new(line_reader_new_memory("log", text, strlen(text)), &error);
  if (reader == NULL || csv_reader_next(reader, &error) != LINE_READ)
    return g_strdup(error->message);
  g_autoptr(GString) all = g_string_new(NULL);
  for (uint32_t i = 0; i < csv_reader_columns(reader); i++)
    g_string_append_printf(all, "%s%s", i == 0 ? "" : "|", csv_reader_cell(reader, i));
  return g_strdup(all->str);
}

START_TEST(cells_separators_and_quotes)
{
  static const char *const cases[][2] = {
      {"a,b,c\n1,2,3", "1|2|3"},
      {"a\tb\tc\n1\t2,5\t", "1|2,5|"},
      {"a;b;c\n;;", "||"},
      {"a,b;c\n1,2;3", "1|2;3"},
      {"\"a,b,c\";d\n1,2;3", "1,2|3"},
      {"a\n1", "1"},
      {"a,b\r\n\r\n1,2\r\n", "1|2"},
      {"a,b\n\"1,\"\"2\"\"\",3", "1,\"2\"|3"},
      {"a,b\n\"\",\"\"\"\"", "|\""},
      {"a,b\n1\"2,3", "1\"2|3"},
      {"a,b\n\"1,2",
       "log:2: cell 1: the quote is not closed on this line (line breaks within quotes are not read)"},
      {"a,b\n\"1\"2,3", "log:2: cell 1: expected the end of the cell behind the quote, not \"2,3\""},
      {"a,b\n1", "log:2: expected 2 cells as in the header, found 1"},
      {"a,b\n1,2,3", "log:2: expected 2 cells as in the header, found 3"},
      {"a,\"b\n1,2,3",
       "log:1: cell 2: the quote is not closed on this line (line breaks within quotes are not read)"},
      {"a,\xff\n1,2", "log:1: cell 2: the name of the column is not UTF-8"},
  };
  g_autofree char *found = second_row(cases[_i][0]);
  ck_assert_str_eq(found, cases[_i][1]);
}
END_TEST

START_TEST(a_row_is_a_job)
{
  TraceFixture fixture;
  init(&fixture);
  fixture.spec.tasks = column("n", 1);
  fixture.spec.name = column("id", 1);
  fixture.spec.kind_columns[RESOURCE_MEM] = column("gib", 1024);
  fixture.spec.kind_columns[RESOURCE_GPUS] = column("gpu*share", 0.001);
  fixture.spec.task_resources = (Quantities){{9000, 9000, 500}};
  fixture_write_text(&fixture, "log.csv",
                     ",submit,duration,cpu_milli,id,n,gib,gpu,share\n"
                     "7,1.5,0.25, 500 ,alpha,3,0.0054,2,250\n"
                     "9,2,0,1500,,1,1,0,0\n");
  ck_assert(fixture_open(&fixture));
  Job job;
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_str_eq(job.name, "alpha");
  ck_assert(job.submit.ns == 1500000000 && job.n_stages == 1 && job.stages[0].tasks == 3);
  ck_assert_int_eq(job.stages[0].fixed_duration.ns, 250000000);
  /* 5.5296 MiB */
  ck_assert(quantities_equal(&job.stages[0].task_resources, &(Quantities){{500, 5530, 500, 500}}));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_str_eq(job.name, "2");
  ck_assert(quantities_equal(&job.stages[0].task_resources, &(Quantities){{1500, 1024000, 500, 0}}));
  ck_assert_ptr_null(fixture_next(&fixture, &job));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(duration_may_be_end_less_start_or_submit)
{
  TraceFixture fixture;
  init(&fixture);
  fixture.spec.duration = column(NULL, 1);
  fixture.spec.start = column("start", 0.001);
  fixture.spec.end = column("end", 0.001);
  fixture_write_text(&fixture, "log.csv",
                     "submit,start,end,cpu_milli\n1,2000,5000,1\n2,,5000,1\n3,3000,,1\n4,4000,4000,1\n");
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.jobs, 2);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without duration"), 2);
  Job job;
  ck_assert_int_eq(fixture_next(&fixture, &job)->stages[0].fixed_duration.ns, 3 * NS_PER_S);
  ck_assert_int_eq(fixture_next(&fixture, &job)->stages[0].fixed_duration.ns, 0);
  ck_assert_uint_eq(job.key, 3);

  fixture.spec.start = column(NULL, 1);
  ck_assert(fixture_open(&fixture));
  ck_assert_int_eq(fixture_next(&fixture, &job)->stages[0].fixed_duration.ns, 4 * NS_PER_S);
  fixture_write_text(&fixture, "log.csv", "submit,start,end,cpu_milli\n6,2000,5000,1\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT, ":2: the job ends 1 s before it starts"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_second_stage_has_columns_of_its_own)
{
  TraceFixture fixture;
  init(&fixture);
  fixture.spec.scale = 2;
  fixture.spec.tasks = column("n", 1);
  fixture.spec.reduces = column("r", 1);
  fixture.spec.reduce_duration = column("length", 60);
  fixture_write_text(&fixture, "log.csv",
                     "submit,duration,cpu_milli,n,r,length\n1,2,1000,3,2,0.5\n2,2,1000,3,0,\n");
  ck_assert(fixture_open(&fixture));
  Job job;
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_uint_eq(job.n_stages, 2);
  ck_assert(job.stages[0].tasks == 6 && job.stages[1].tasks == 4 && job.stages[1].after == 1);
  ck_assert_int_eq(job.stages[0].fixed_duration.ns, 2 * NS_PER_S);
  ck_assert_int_eq(job.stages[1].fixed_duration.ns, 30 * NS_PER_S);
  ck_assert(quantities_equal(&job.stages[0].task_resources, &job.stages[1].task_resources));
  ck_assert_ptr_nonnull(fixture_next(&fixture, &job));
  ck_assert_uint_eq(job.n_stages, 1);

  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,n,r,length\n1,2,1000,3,-1,1\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT,
                          ":2: column \"r\" (column-reduces): expected no negative number, not -1"));
  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,n,r,length\n1,2,1000,3,1,-1\n");
  ck_assert(
      fixture_fails(&fixture, TRACE_ERROR_FORMAT,
                    ":2: column \"length\" (column-reduce-duration): expected no negative number, not -60"));
  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,n,r,length\n1,2,1000,3,1,\n");
  ck_assert(
      fixture_fails(&fixture, TRACE_ERROR_FORMAT,
                    ":2: column \"length\" (column-reduce-duration): expected a number, the cell is empty"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(wrong_rows_name_line_and_column)
{
  static const char *const cases[][2] = {
      {"x,1,1", ":3: column \"submit\": expected a number, not \"x\""},
      {",1,1", ":3: column \"submit\" (column-submit): expected a number, the cell is empty"},
      {"1,-1,1", ":3: column \"duration\" (column-duration): expected no negative number, not -1"},
      {"1,1e999,1", ":3: column \"duration\": expected a number, not \"1e999\""},
      {"1,1e11,1", ":3: column-duration: 1e+11 seconds are more than the 292 years that a run can hold"},
      {"1,1,", ":3: column \"cpu_milli\" (column-cpus): expected a number, the cell is empty"},
      {"1,1,-5", ":3: column \"cpu_milli\" (column-cpus): expected no negative number, not -0.005"},
      {"1,1,1e18", ":3: column \"cpu_milli\" (column-cpus): 1e+15 is too much"},
      {"1,1,1 2", ":3: column \"cpu_milli\": expected a number, not \"1 2\""},
      {"1,1", ":3: expected 3 cells as in the header, found 2"},
  };
  TraceFixture fixture;
  init(&fixture);
  g_autofree char *text = g_strdup_printf("submit,duration,cpu_milli\n1,2,3\n%s\n", cases[_i][0]);
  fixture_write_text(&fixture, "log.csv", text);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT, cases[_i][1]));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(columns_are_found_by_name)
{
  TraceFixture fixture;
  init(&fixture);
  fixture_write_text(&fixture, "log.csv", "submit_time,duration,cpu_milli,a,a\n1,2,3,4,5\n");
  ck_assert(fixture_fails(
      &fixture, TRACE_ERROR_MAPPING,
      ":1: column-submit: there is no column \"submit\"; the columns are: submit_time, duration, "
      "cpu_milli, a, a"));
  fixture.spec.submit = column("submt_time", 1);
  ck_assert(
      fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                    ":1: column-submit: there is no column \"submt_time\"; did you mean \"submit_time\"?"));
  fixture.spec.submit = column("submit_time", 1);
  fixture.spec.tasks = column("a", 1);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ":1: column-tasks: 2 columns are named \"a\""));
  fixture.spec.tasks = column(NULL, 1);
  fixture.spec.frameworks = (TraceMap){MAP_COLUMN, 0, (char *)(uintptr_t) "user"};
  ck_assert(
      fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                    ":1: frameworks: there is no column \"user\"; the columns are: submit_time, duration, "
                    "cpu_milli, a, a"));
  fixture.spec.frameworks.kind = MAP_NONE;
  fixture.spec.kind_columns[RESOURCE_CPUS] = column("cpu_milli*b", 1);
  ck_assert(!fixture_open(&fixture));
  fixture.spec.kind_columns[RESOURCE_CPUS] = column("cpu_milli", 1);
  fixture.spec.submit = column(NULL, 1);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                          ":1: column-submit is needed: the column of the submit times"));
  fixture.spec.submit = column("submit_time", 1);
  fixture.spec.duration = column(NULL, 1);
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING,
                          ":1: column-duration is needed, or column-end with column-start"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(rows_without_tasks_or_resources_are_counted)
{
  TraceFixture fixture;
  init(&fixture);
  fixture.spec.tasks = column("n", 1);
  fixture_write_text(&fixture, "log.csv",
                     "submit,duration,cpu_milli,n\n1,1,0,1\n1,1,5,0\n1,1,5,0.4\n1,1,5,2.5\n");
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture_skipped(&fixture, "without resources"), 1);
  ck_assert_uint_eq(fixture_skipped(&fixture, "without tasks"), 2);
  ck_assert_uint_eq(fixture.summary.tasks, 3);
  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,n\n1,1,5,-1\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT,
                          ":2: column \"n\" (column-tasks): expected no negative number, not -1"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(frameworks_and_roles_by_column)
{
  TraceFixture fixture;
  init(&fixture);
  fixture.spec.frameworks = (TraceMap){MAP_COLUMN, 0, (char *)(uintptr_t) "user"};
  fixture.spec.roles = (TraceMap){MAP_COLUMN, 0, (char *)(uintptr_t) "class"};
  fixture_write_text(&fixture, "log.csv",
                     "submit,duration,cpu_milli,user,class\n"
                     "0,1,1,zoe,LS\n1,1,1,adam,BE\n2,1,1,,LS\n3,1,1,adam,LS\n4,1,1,adam,BE\n");
  ck_assert(fixture_open(&fixture));
  static const char *const expected[][2] = {
      {"fw-adam-BE", "BE"}, {"fw-adam-LS", "LS"}, {"fw-zoe", "LS"}, {"fw-unknown", "LS"}};
  ck_assert_uint_eq(fixture.source->n_members, G_N_ELEMENTS(expected));
  for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
    ck_assert_str_eq(fixture.source->members[i].name, expected[i][0]);
    ck_assert_str_eq(fixture.source->members[i].role, expected[i][1]);
  }
  static const uint32_t members[] = {2, 0, 3, 1, 0};
  Job job;
  for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
    ck_assert_uint_eq(fixture_next(&fixture, &job)->member, members[i]);

  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,user,class\n0,1,1,zoe,LS 1\n");
  ck_assert(!fixture_open(&fixture));
  ck_assert_ptr_nonnull(
      strstr(fixture.error->message, "framework \"fw-zoe\": its role \"LS 1\" is no role path"));
  fixture_write_text(&fixture, "log.csv", "submit,duration,cpu_milli,user,class\n0,1,1,\xff,LS\n");
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_FORMAT, ":2: column \"user\": expected UTF-8"));
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("csv");
  test_case_loop(suite, cells_separators_and_quotes, 0, 16);
  test_case(suite, a_row_is_a_job);
  test_case(suite, duration_may_be_end_less_start_or_submit);
  test_case(suite, a_second_stage_has_columns_of_its_own);
  test_case_loop(suite, wrong_rows_name_line_and_column, 0, 10);
  test_case(suite, columns_are_found_by_name);
  test_case(suite, rows_without_tasks_or_resources_are_counted);
  test_case(suite, frameworks_and_roles_by_column);
  return suite;
}
