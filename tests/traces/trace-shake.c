/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what shaking a trace changes and what it leaves as it is, that it depends on the seed alone, that copies have
 * keys and names of their own, and that on average nothing is gained or lost.
 */

#include "traces/trace-shake.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/test-main.h"
#include "tests/traces/trace-fixture.h"

#define JOBS  200
#define USERS 10
#define GAP   7 /* seconds between jobs */

/* Job i is submitted at i * GAP s, by user i * 3 % USERS. */
static void init(TraceFixture *fixture, ReplicateKind kind, int64_t seconds)
{
  g_autoptr(GString) text = g_string_new(NULL);
  fixture_init(fixture, TRACE_SWF);
  for (int i = 0; i < JOBS; i++)
    g_string_append_printf(text, "%d %d -1 %d 1 -1 -1 -1 -1 -1 1 %d 1 -1 -1 -1 -1 -1\n", i, i * GAP, i + 1,
                           i * 3 % USERS);
  fixture_write_text(fixture, "log.swf", text->str);
  fixture->spec.replicate = (TraceReplicate){kind, {seconds * NS_PER_S}};
}

typedef struct {
  int number; /* of the job in the log */
  double submit;
  uint64_t key;
  uint32_t member;
} Shaken;

/* All jobs of the realisation, which are right in themselves. */
static GArray *drain(TraceFixture *fixture)
{
  GArray *jobs = g_array_new(FALSE, FALSE, sizeof(Shaken));
  g_autoptr(GHashTable) keys = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  Job job;
  int64_t last = 0;
  ck_assert_msg(fixture_open(fixture), "%s", fixture->error != NULL ? fixture->error->message : "");
  while (fixture_next(fixture, &job) != NULL) {
    ck_assert_int_ge(job.submit.ns, last);
    ck_assert_int_ge(job.submit.ns, fixture->source->members[job.member].start.ns);
    last = job.submit.ns;
    Shaken one = {atoi(job.name), (double)job.submit.ns / 1e9, job.key, job.member};
    /* What a job is does not change. */
    ck_assert_int_eq(job.stages[0].fixed_duration.ns, (one.number + 1) * NS_PER_S);
    int64_t *key = g_new(int64_t, 1);
    *key = (int64_t)job.key;
    ck_assert(g_hash_table_add(keys, key));
    g_array_append_val(jobs, one);
  }
  ck_assert_uint_eq(fixture->summary.jobs, jobs->len);
  return jobs;
}

#define SHAKEN(jobs, i) (&g_array_index((jobs), Shaken, (i)))

static bool are_equal(const GArray *a, const GArray *b)
{
  bool equal = a->len == b->len;
  for (unsigned i = 0; equal && i < a->len; i++) {
    const Shaken *x = SHAKEN(a, i);
    const Shaken *y = SHAKEN(b, i);
    equal = x->number == y->number && x->submit == y->submit && x->key == y->key && x->member == y->member;
  }
  return equal;
}

START_TEST(each_seed_is_a_realisation)
{
  static const TraceReplicate all[] = {
      {REPLICATE_JITTER, {60 * NS_PER_S}}, {REPLICATE_BLOCKS, {100 * NS_PER_S}}, {REPLICATE_USERS, {0}}};
  TraceFixture fixture;
  init(&fixture, all[_i].kind, all[_i].length.ns / NS_PER_S);
  g_autoptr(GArray) first = drain(&fixture);
  g_autoptr(GArray) again = drain(&fixture);
  fixture.seed = 2;
  g_autoptr(GArray) second = drain(&fixture);
  ck_assert(are_equal(first, again));
  ck_assert(!are_equal(first, second));
  /* Frameworks of other names are shaken by themselves. */
  fixture.seed = 1;
  fixture.group[0] = 'g';
  g_autoptr(GArray) other = drain(&fixture);
  ck_assert(!are_equal(first, other));
  fixture_clear(&fixture);
}
END_TEST

START_TEST(jitter_moves_each_job_a_little)
{
  TraceFixture fixture;
  init(&fixture, REPLICATE_JITTER, 60);
  double least = 0, most = 0, sum = 0;
  for (fixture.seed = 1; fixture.seed <= 20; fixture.seed++) {
    g_autoptr(GArray) jobs = drain(&fixture);
    ck_assert_uint_eq(jobs->len, JOBS);
    for (guint i = 0; i < jobs->len; i++) {
      const Shaken *job = SHAKEN(jobs, i);
      double move = job->submit - job->number * GAP;
      ck_assert_uint_eq(job->key, (uint64_t)job->number);
      ck_assert_double_ge(job->submit, 0);
      if (job->number * GAP >= 60) {
        least = fmin(least, move);
        most = fmax(most, move);
        sum += move;
      }
    }
  }
  ck_assert_double_ge(least, -60);
  ck_assert_double_le(most, 60);
  ck_assert_double_lt(least, -55);
  ck_assert_double_gt(most, 55);
  /* Standard error: 60 / sqrt(3 * 20 * 190) = 0.56 */
  ck_assert_double_le(fabs(sum / 20 / JOBS), 2.5);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(jitter_stays_in_the_window)
{
  TraceFixture fixture;
  init(&fixture, REPLICATE_JITTER, 60);
  fixture.spec.window_start = (Instant){70 * NS_PER_S};
  fixture.spec.window_end = (Instant){210 * NS_PER_S};
  fixture.spec.jobs_max = 15;
  g_autoptr(GArray) jobs = drain(&fixture);
  ck_assert_uint_eq(jobs->len, 15);
  for (guint i = 0; i < jobs->len; i++) {
    ck_assert_int_ge(SHAKEN(jobs, i)->number, 10);
    ck_assert_int_lt(SHAKEN(jobs, i)->number, 25);
    ck_assert_double_lt(SHAKEN(jobs, i)->submit, 140);
  }
  ck_assert_uint_eq(fixture_skipped(&fixture, "before window-start"), 10);
  ck_assert_uint_eq(fixture_skipped(&fixture, "at or after window-end"), 170);
  ck_assert_uint_eq(fixture_skipped(&fixture, "after max-jobs"), 5);
  fixture_clear(&fixture);
}
END_TEST

/* 1393 s and a nanosecond are 13 blocks of 100 s and a rest. */
START_TEST(blocks_come_as_a_whole)
{
  TraceFixture fixture;
  double total = 0;
  init(&fixture, REPLICATE_BLOCKS, 100);
  for (fixture.seed = 1; fixture.seed <= 300; fixture.seed++) {
    g_autoptr(GArray) jobs = drain(&fixture);
    int sources[14];
    memset(sources, -1, sizeof sources);
    total += jobs->len;
    for (guint i = 0; i < jobs->len; i++) {
      const Shaken *job = SHAKEN(jobs, i);
      int place = (int)(job->submit / 100);
      int source = job->number * GAP / 100;
      ck_assert_int_lt(place, 14);
      ck_assert_int_lt(source, 13);
      ck_assert(sources[place] == -1 || sources[place] == source);
      sources[place] = source;
      ck_assert_double_eq_tol(job->submit - place * 100, job->number * GAP - source * 100, 1e-6);
      ck_assert_uint_eq(job->key, (uint64_t)place << 40 | (uint64_t)job->number);
    }
    /* All jobs of the blocks that were drawn. */
    for (int place = 0; place < 13; place++) {
      guint n = 0;
      for (guint i = 0; i < jobs->len; i++)
        n += (int)(SHAKEN(jobs, i)->submit / 100) == place;
      guint expected = 0;
      for (int number = 0; number < JOBS; number++)
        expected += number * GAP / 100 == sources[place];
      ck_assert_uint_eq(n, expected);
    }
  }
  ck_assert_double_eq_tol(total / 300, JOBS, 1.0);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(users_come_with_all_their_jobs)
{
  TraceFixture fixture;
  bool twice = false;
  double total = 0;
  init(&fixture, REPLICATE_USERS, 0);
  fixture.spec.frameworks = (TraceMap){.kind = MAP_USER};
  for (fixture.seed = 1; fixture.seed <= 100; fixture.seed++) {
    g_autoptr(GArray) jobs = drain(&fixture);
    const JobSource *source = fixture.source;
    guint counts[64] = {0};
    /* As many users as there were, each a framework of his own: all have 20 jobs. */
    ck_assert_uint_eq(source->n_members, USERS);
    ck_assert_uint_eq(jobs->len, JOBS);
    for (guint i = 0; i < jobs->len; i++) {
      const Shaken *job = SHAKEN(jobs, i);
      g_autofree char *name = g_strdup_printf("fw-%d", job->number * 3 % USERS);
      const char *member = source->members[job->member].name;
      ck_assert(g_str_has_prefix(member, name));
      ck_assert_double_eq_tol(job->submit, job->number * GAP, 1e-6);
      const char *copy = strstr(member, "-copy-");
      uint64_t number = copy == NULL ? 0 : (uint64_t)atoi(copy + strlen("-copy-")) - 1;
      ck_assert_uint_eq(job->key, number << 40 | (uint64_t)job->number);
      ck_assert_str_eq(source->members[job->member].role, member);
      twice = twice || copy != NULL;
      counts[job->member]++;
    }
    for (uint32_t member = 0; member < source->n_members; member++)
      ck_assert_uint_eq(counts[member], JOBS / USERS);
    total += SHAKEN(jobs, 0)->number;
  }
  ck_assert(twice);
  ck_assert_double_gt(total, 0);
  fixture_clear(&fixture);
}
END_TEST

/* Where users are no frameworks, copies of them are no more frameworks either. */
START_TEST(copies_of_users_may_share_a_framework)
{
  TraceFixture fixture;
  init(&fixture, REPLICATE_USERS, 0);
  g_autoptr(GArray) jobs = drain(&fixture);
  ck_assert_uint_eq(fixture.source->n_members, 1);
  ck_assert_str_eq(fixture.source->members[0].name, "fw");
  ck_assert_uint_eq(jobs->len, JOBS);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(compression_comes_afterwards)
{
  TraceFixture fixture;
  init(&fixture, REPLICATE_BLOCKS, 100);
  g_autoptr(GArray) plain = drain(&fixture);
  fixture.spec.time_compression = 10;
  g_autoptr(GArray) compressed = drain(&fixture);
  ck_assert_uint_eq(plain->len, compressed->len);
  for (guint i = 0; i < plain->len; i++)
    ck_assert_double_eq_tol(SHAKEN(plain, i)->submit / 10, SHAKEN(compressed, i)->submit, 1e-6);
  fixture_clear(&fixture);
}
END_TEST

START_TEST(what_cannot_be_resampled_is_refused)
{
  TraceFixture fixture;
  init(&fixture, REPLICATE_BLOCKS, 700);
  ck_assert(
      fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": replicate: its 1393 s hold no two blocks of 700s"));
  fixture.spec.window_end = (Instant){1400 * NS_PER_S};
  ck_assert(fixture_open(&fixture));
  fixture.spec.replicate = (TraceReplicate){REPLICATE_USERS, {0}};
  fixture.spec.jobs_max = 1;
  ck_assert(fixture_fails(&fixture, TRACE_ERROR_MAPPING, ": replicate: there is one user only"));
  fixture_clear(&fixture);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("trace-shake");
  test_case_loop(suite, each_seed_is_a_realisation, 0, 3);
  test_case(suite, jitter_moves_each_job_a_little);
  test_case(suite, jitter_stays_in_the_window);
  test_case(suite, blocks_come_as_a_whole);
  test_case(suite, users_come_with_all_their_jobs);
  test_case(suite, copies_of_users_may_share_a_framework);
  test_case(suite, compression_comes_afterwards);
  test_case(suite, what_cannot_be_resampled_is_refused);
  return suite;
}
