/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: order, windows, compression, start and stop, how members and roles are named and when they start,
 * that gzip gives the same jobs, and that a second reading is bounded by the first.
 * Not pinned: what a format makes of a row (swf.c, swim.c, csv.c).
 */

#include "traces/trace-source.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

/* One job per row: number, submit time, user, group; one processor, one second. */
static char *make_log(const int rows[][4], size_t n)
{
  GString *text = g_string_new(NULL);
  for (size_t i = 0; i < n; i++)
    g_string_append_printf(text, "%d %d -1 1 1 -1 -1 -1 -1 -1 1 %d %d -1 -1 -1 -1 -1\n", rows[i][0],
                           rows[i][1], rows[i][2], rows[i][3]);
  return g_string_free(text, false);
}

static void init(TraceFixture *fixture, const int rows[][4], size_t n)
{
  fixture_init(fixture, TRACE_SWF);
  g_autofree char *text = make_log(rows, n);
  fixture_write_text(fixture, "log.swf", text);
}

static const int plain[][4] = {{9, 0, 3, 1}, {5, 10, 12, 1}, {7, 10, -1, 2}, {1, 25, 3, 2}, {2, 40, 12, 1}};

/* "name@seconds/member" of all jobs. */
static char *jobs_of(TraceFixture *fixture)
{
  g_autoptr(GString) all = g_string_new(NULL);
  Job job;
  ck_assert_msg(fixture_open(fixture), "%s", fixture->error != NULL ? fixture->error->message : "");
  while (fixture_next(fixture, &job) != NULL) {
    ck_assert_int_ge(job.submit.ns, fixture->source->members[job.member].start.ns);
    g_string_append_printf(all, "%s%s@%g/%u", all->len == 0 ? "" : " ", job.name, (double)job.submit.ns / 1e9,
                           job.member);
  }
  return g_strdup(all->str);
}

/* "name:role@start" of all members. */
static char *members_of(const TraceFixture *fixture)
{
  g_autoptr(GString) all = g_string_new(NULL);
  for (uint32_t i = 0; i < fixture->source->n_members; i++) {
    const SourceMember *member = &fixture->source->members[i];
    g_string_append_printf(all, "%s%s:%s@%g", i == 0 ? "" : " ", member->name, member->role,
                           (double)member->start.ns / 1e9);
  }
  return g_strdup(all->str);
}

static void check(TraceFixture *fixture, const char *jobs, const char *members)
{
  g_autofree char *found = jobs_of(fixture);
  ck_assert_str_eq(found, jobs);
  if (members == NULL)
    return;
  g_autofree char *named = members_of(fixture);
  ck_assert_str_eq(named, members);
}

START_TEST(frameworks_and_roles_are_named_by_their_values)
{
  static const char jobs[] = "9@0/0 5@10/1 7@10/2 1@25/0 2@40/1";
  TraceFixture fixture;
  init(&fixture, plain, G_N_ELEMENTS(plain));
  check(&fixture, "9@0/0 5@10/0 7@10/0 1@25/0 2@40/0", "fw:fw@0");
  ck_assert_int_eq(fixture.source->members[0].stop.ns, INT64_MAX);
  ck_assert(!fixture.source->endless && !fixture.source->closed);

  fixture.spec.frameworks.kind = MAP_USER;
  check(&fixture, jobs, "fw-3:fw-3@0 fw-12:fw-12@10 fw-unknown:fw-unknown@10");
  char shared[] = "research";
  fixture.framework.role = shared;
  check(&fixture, jobs, "fw-3:research@0 fw-12:research@10 fw-unknown:research@10");
  fixture.framework.role = NULL;
  fixture.spec.roles.kind = MAP_USER;
  check(&fixture, jobs, "fw-3:user-3@0 fw-12:user-12@10 fw-unknown:user-unknown@10");
  fixture.spec.roles.kind = MAP_GROUP;
  check(&fixture, "9@0/0 5@10/2 7@10/3 1@25/1 2@40/2",
        "fw-3-group-1:group-1@0 fw-3-group-2:group-2@25 fw-12:group-1@10 fw-unknown:group-2@10");
  fixture.spec.frameworks.kind = MAP_NONE;
  check(&fixture, "9@0/0 5@10/0 7@10/1 1@25/1 2@40/0", "fw-group-1:group-1@0 fw-group-2:group-2@10");
  fixture.spec.frameworks = fixture.spec.roles = (TraceMap){MAP_NUMBER, 10, NULL};
  check(&fixture, "9@0/0 5@10/1 7@10/2 1@25/3 2@40/4",
        "fw-01:role-01@0 fw-02:role-02@10 fw-03:role-03@10 fw-04:role-04@25 fw-05:role-05@40");
  fixture_clear(&fixture);
}
END_TEST

START_TEST(mappings_of_other_formats_are_refused)
{
  TraceFixture fixture;
  init(&fixture, plain, G_N_ELEMENTS(plain));
  fixture.spec.roles.kind = MAP_COLUMN;
  ck_assert(fixture_fails(
      &fixture, TRACE_ERROR_MAPPING,
      ": roles: an SWF trace takes user, group, queue, partition, executable, a number or one"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(windows_limits_and_compression)
{
  TraceFixture fixture;
  init(&fixture, plain, G_N_ELEMENTS(plain));
  fixture.spec.time_compression = 10;
  check(&fixture, "9@0/0 5@1/0 7@1/0 1@2.5/0 2@4/0", NULL);
  fixture.spec.window_start = (Instant){10 * NS_PER_S};
  check(&fixture, "5@0/0 7@0/0 1@1.5/0 2@3/0", NULL);
  ck_assert_uint_eq(fixture_skipped(&fixture, "before window-start"), 1);
  fixture.spec.window_end = (Instant){40 * NS_PER_S};
  check(&fixture, "5@0/0 7@0/0 1@1.5/0", NULL);
  ck_assert_uint_eq(fixture_skipped(&fixture, "at or after window-end"), 1);
  fixture.spec.jobs_max = 2;
  check(&fixture, "5@0/0 7@0/0", NULL);
  ck_assert_uint_eq(fixture_skipped(&fixture, "after max-jobs"), 1);
  ck_assert_uint_eq(fixture.summary.warnings->len, 0);
  ck_assert_uint_eq(fixture.summary.rows, 5);

  /* Members and rows are counted from the beginning of the file, whatever the window. */
  fixture.spec.frameworks = (TraceMap){MAP_NUMBER, 3, NULL};
  check(&fixture, "5@0/0 7@0/1", "fw-2:fw-2@0 fw-3:fw-3@0");
  fixture.spec.window_start = fixture.spec.window_end = (Instant){NS_PER_H};
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": no job is left: 5 before window-start"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(start_moves_the_trace_and_stop_ends_it)
{
  TraceFixture fixture;
  init(&fixture, plain, G_N_ELEMENTS(plain));
  fixture.spec.frameworks.kind = MAP_USER;
  fixture.framework.start_given = true;
  fixture.framework.start = (Instant){100 * NS_PER_S};
  fixture.framework.stop = (Instant){125 * NS_PER_S};
  check(&fixture, "9@100/0 5@110/1 7@110/2", "fw-3:fw-3@100 fw-12:fw-12@100 fw-unknown:fw-unknown@100");
  ck_assert_int_eq(fixture.source->members[2].stop.ns, 125 * NS_PER_S);
  ck_assert_uint_eq(fixture_skipped(&fixture, "at or after the framework's stop"), 2);
  ck_assert_int_eq(fixture.summary.first_submit.ns, 100 * NS_PER_S);
  ck_assert_int_eq(fixture.summary.last_submit.ns, 110 * NS_PER_S);
  fixture_clear(&fixture);
}
END_TEST

static const int descending[][4] = {{1, 20, 1, 1}, {2, 10, 2, 1}, {3, 20, 3, 1}, {4, 10, 4, 1}, {5, 0, 5, 1}};

START_TEST(descending_times_need_sort)
{
  TraceFixture fixture;
  init(&fixture, descending, G_N_ELEMENTS(descending));
  ck_assert(fixture_fails(
      &fixture, TRACE_ERROR_ORDER,
      ":2: the submit time, 10 s, is before that of line 1, 20 s; `sort = yes` takes jobs in any "
      "order"));
  fixture.spec.sort = true;
  check(&fixture, "5@0/0 2@10/0 4@10/0 1@20/0 3@20/0", NULL);
  fixture.spec.frameworks.kind = MAP_USER;
  fixture.spec.jobs_max = 3;
  check(&fixture, "5@0/2 2@10/0 4@10/1", "fw-2:fw-2@10 fw-4:fw-4@10 fw-5:fw-5@0");
  ck_assert_uint_eq(fixture_skipped(&fixture, "after max-jobs"), 2);
  ck_assert_uint_eq(strlen(fixture.summary.sha256), 64);
  Job job;
  ck_assert(fixture_open(&fixture) && fixture_next(&fixture, &job) != NULL);
  ck_assert_uint_eq(job.key, 4);
  fixture_clear(&fixture);
}
END_TEST

/* A log large enough to need several buffers. */
static char *long_log(unsigned rows)
{
  GString *text = g_string_new("; MaxProcs: 64\n");
  for (unsigned i = 0; i < rows; i++)
    g_string_append_printf(text, "%u %u 1 %u.5 %u -1 -1 -1 -1 -1 1 %u 1 -1 1 -1 -1 -1\n", i + 1, i * 3,
                           i % 100, 1 + i % 64, 1 + i % 7);
  return g_string_free(text, false);
}

START_TEST(gzip_gives_the_same_jobs)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  fixture.spec.frameworks.kind = MAP_USER;
  g_autofree char *text = long_log(20000);
  fixture_write_text(&fixture, "log", text);
  g_autofree char *plain_jobs = jobs_of(&fixture);
  TraceSummary plain_summary = fixture.summary;
  g_autoptr(GByteArray) gzip = fixture_gzip(text, strlen(text));
  fixture_write(&fixture, "log", gzip->data, gzip->len);
  g_autofree char *gzip_jobs = jobs_of(&fixture);
  ck_assert_str_eq(plain_jobs, gzip_jobs);
  ck_assert_uint_eq(fixture.summary.tasks, plain_summary.tasks);
  ck_assert_str_ne(fixture.summary.sha256, plain_summary.sha256);

  fixture_write(&fixture, "log", gzip->data, gzip->len / 2);
  ck_assert(!fixture_open(&fixture));
  ck_assert(g_error_matches(fixture.error, TRACE_ERROR, TRACE_ERROR_FILE));
  ck_assert_ptr_nonnull(
      strstr(fixture.error->message, ": the gzip data end too early: the file is truncated"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(noise_is_refused)
{
  TraceFixture fixture;
  fixture_init(&fixture, TRACE_SWF);
  char noise[5000];
  for (size_t i = 0; i < sizeof noise; i++)
    noise[i] = (char)((i * i * 2654435761u) >> 13);
  fixture_write(&fixture, "log.swf", noise, sizeof noise);
  for (TraceFormat format = TRACE_SWF; format <= TRACE_SWIM; format++) {
    fixture.spec.format = format;
    ck_assert(!fixture_open(&fixture) || format == TRACE_CSV);
  }
  fixture.spec.format = TRACE_SWF;
  fixture.spec.path = fixture.folder;
  ck_assert(!fixture_open(&fixture));
  ck_assert(g_str_has_suffix(fixture.error->message, ": is a directory"));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_file_that_changes_is_seen)
{
  TraceFixture fixture;
  init(&fixture, plain, G_N_ELEMENTS(plain));
  fixture.spec.frameworks.kind = MAP_USER;
  g_autofree char *text = long_log(20000);
  fixture_write_text(&fixture, "log.swf", text);
  ck_assert(fixture_open(&fixture));
  /* Written over in place, so that the open file has the new bytes: shorter. */
  FILE *file = fopen(fixture.path, "w");
  fputs("1 0 1 1 1 -1 -1 -1 -1 -1 1 1 1 -1 1 -1 -1 -1\n", file);
  fclose(file);
  Job job;
  JobPull pull;
  while ((pull = fixture.source->next(fixture.source, &job, &fixture.error)) == JOB_NEXT)
    ;
  ck_assert_int_eq(pull, JOB_FAILED);
  ck_assert_ptr_nonnull(fixture.error);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(a_late_start_is_remarked)
{
  static const int late[][4] = {{1, 1600000000, 1, 1}, {2, 1600000100, 1, 1}};
  TraceFixture fixture;
  init(&fixture, late, G_N_ELEMENTS(late));
  ck_assert(fixture_open(&fixture));
  ck_assert_uint_eq(fixture.summary.warnings->len, 1);
  ck_assert(g_str_has_suffix(
      fixture.summary.warnings->pdata[0],
      ": the first job is submitted 18519 days after time 0, which `window-start` can move"));
  fixture.spec.window_start = (Instant){1600000000 * NS_PER_S};
  check(&fixture, "1@0/0 2@100/0", NULL);
  ck_assert_uint_eq(fixture.summary.warnings->len, 0);
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("trace-source");
  test_case(suite, frameworks_and_roles_are_named_by_their_values);
  test_case(suite, mappings_of_other_formats_are_refused);
  test_case(suite, windows_limits_and_compression);
  test_case(suite, start_moves_the_trace_and_stop_ends_it);
  test_case(suite, descending_times_need_sort);
  test_case(suite, gzip_gives_the_same_jobs);
  test_case(suite, noise_is_refused);
  test_case(suite, a_file_that_changes_is_seen);
  test_case(suite, a_late_start_is_remarked);
  return suite;
}
