/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: when which jobs come, in which order, and that draws depend on their key alone. Not pinned here:
 * the laws (tests/engine), how groups become specifications (test-workload-file.c).
 */

#include <string.h>

#include "tests/support/test-main.h"
#include "tests/workload/experiment-dump.h"
#include "workloads/synthetic-source.h"

#define T        "tasks=1\ntask-resources=cpus:1\ntask-duration=1s\n"
#define ROWS_MAX 4000

/* What a test looks at of one job. */
typedef struct {
  Instant submit;
  uint64_t key;
  uint32_t member;
  uint32_t tasks; /* of the first stage */
  char name[32];
} Row;

static Experiment *load_keys(const char *keys)
{
  g_autofree char *text =
      g_strconcat("[experiment]\nduration=1h\n" TEST_CLUSTER "[framework f]\n", keys, NULL);
  return test_load(text, NULL);
}

static Row row_of(const Job *job)
{
  Row row = {job->submit, job->key, job->member, job->stages[0].tasks, ""};
  g_strlcpy(row.name, job->name, sizeof row.name);
  return row;
}

/* Pulls up to @max jobs and checks the invariants of every source. One assertion for all: each writes to a
 * pipe. */
static uint32_t pull(JobSource *source, Row *rows, uint32_t max)
{
  uint32_t n = 0;
  bool sound = true;
  Job job;
  while (n < max && source->next(source, &job, NULL) == JOB_NEXT) {
    sound = sound && job.member < source->n_members && job.n_stages >= 1 && job.stages[0].tasks >= 1;
    sound = sound && job.submit.ns >= source->members[job.member].start.ns;
    sound = sound && job.submit.ns < source->members[job.member].stop.ns;
    rows[n++] = row_of(&job);
    sound = sound && (n == 1 || rows[n - 2].submit.ns <= rows[n - 1].submit.ns);
  }
  ck_assert(sound);
  return n;
}

static uint32_t pull_keys(const char *keys, uint64_t seed, Row *rows, uint32_t max)
{
  g_autoptr(Experiment) experiment = load_keys(keys);
  g_autoptr(JobSource) source = synthetic_source_new(&experiment->frameworks[0], 0, seed, NULL);
  return pull(source, rows, max);
}

/* The submissions of @keys as text: "member@seconds member@seconds ...". */
static void check_submissions(const char *keys, uint32_t max, const char *expected)
{
  Row rows[32];
  uint32_t n = pull_keys(keys, 1, rows, max);
  g_autoptr(GString) text = g_string_new(NULL);
  for (uint32_t i = 0; i < n; i++)
    g_string_append_printf(text, "%s%u@%g", i == 0 ? "" : " ", rows[i].member,
                           duration_seconds(instant_since(rows[i].submit, INSTANT_ZERO)));
  ck_assert_str_eq(text->str, expected);
}

START_TEST(once)
{
  check_submissions(T, 32, "0@0");
  check_submissions("count=3\nstart=5s\n" T, 32, "0@5 1@5 2@5");
  check_submissions("count=2\njobs=3\n" T, 32, "0@0 0@0 0@0 1@0 1@0 1@0");
}
END_TEST

START_TEST(at)
{
  check_submissions("count=2\nstart=1s\narrival=at(0s, 2s, 2s, 5s)\n" T, 32,
                    "0@1 1@1 0@3 0@3 1@3 1@3 0@6 1@6");
  check_submissions("arrival=at(1s, 4s, 6s)\nstop=6s\n" T, 32, "0@1 0@4");
}
END_TEST

START_TEST(every)
{
  check_submissions("count=2\nstart=1s\narrival=every(2s)\n" T, 6, "0@1 1@1 0@3 1@3 0@5 1@5");
  check_submissions("arrival=every(2s)\njobs=3\n" T, 32, "0@0 0@2 0@4");
  check_submissions("arrival=every(2s)\nstop=4s\n" T, 32, "0@0 0@2");
}
END_TEST

START_TEST(closed)
{
  g_autoptr(Experiment) experiment = load_keys("count=2\nstart=1s\narrival=closed(3s)\njobs=2\n" T);
  g_autoptr(JobSource) source = synthetic_source_new(&experiment->frameworks[0], 0, 1, NULL);
  ck_assert(source->closed && !source->endless);
  Row rows[4];
  Job job;
  ck_assert_uint_eq(pull(source, rows, 4), 2);
  ck_assert(source->next_after(source, 1, (Instant){10 * NS_PER_S}, &job, NULL) == JOB_NEXT);
  ck_assert_int_eq(job.submit.ns, 13 * NS_PER_S);
  ck_assert_uint_eq(job.member, 1);
  ck_assert_str_eq(job.name, "job-2");
  ck_assert_uint_eq(job.key, (UINT64_C(1) << 40) + 1);
  ck_assert(source->next_after(source, 1, (Instant){20 * NS_PER_S}, &job, NULL) == JOB_END);
  ck_assert(source->next_after(source, 0, (Instant){2 * NS_PER_S}, &job, NULL) == JOB_NEXT);
  ck_assert_int_eq(job.submit.ns, 5 * NS_PER_S);
}
END_TEST

/* The mean gap of a Poisson process, and that its first job does not come at the start. */
START_TEST(poisson)
{
  static Row rows[ROWS_MAX];
  ck_assert_uint_eq(pull_keys("start=1s\narrival=poisson(100ms)\n" T, 7, rows, ROWS_MAX), ROWS_MAX);
  ck_assert_int_gt(rows[0].submit.ns, NS_PER_S);
  double mean = (double)(rows[ROWS_MAX - 1].submit.ns - NS_PER_S) / ROWS_MAX / 1e9;
  ck_assert_double_eq_tol(mean, 0.1, 0.1 * 4 / 63); /* four standard errors */
}
END_TEST

START_TEST(endless_sources_say_so)
{
  static const struct {
    const char *keys;
    bool endless;
  } rows[] = {{T, false},
              {"arrival=every(1s)\n" T, true},
              {"arrival=every(1s)\njobs=5\n" T, false},
              {"arrival=every(1s)\nstop=5s\n" T, false},
              {"arrival=closed(1s)\n" T, true},
              {"tasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n", true},
              {"stop=1s\ntasks=unlimited\ntask-resources=cpus:1\ntask-duration=1s\n", false}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Experiment) experiment = load_keys(rows[i].keys);
    g_autoptr(JobSource) source = synthetic_source_new(&experiment->frameworks[0], 0, 1, NULL);
    ck_assert_msg(source->endless == rows[i].endless, "%s", rows[i].keys);
  }
}
END_TEST

START_TEST(members_have_names_and_roles)
{
  g_autoptr(Experiment) own = load_keys("count=12\nstart=1s\nstop=9s\n" T);
  g_autoptr(JobSource) source = synthetic_source_new(&own->frameworks[0], 0, 1, NULL);
  ck_assert_uint_eq(source->n_members, 12);
  ck_assert_str_eq(source->members[0].name, "f-01");
  ck_assert_str_eq(source->members[11].role, "f-12");
  ck_assert_int_eq(source->members[3].start.ns, NS_PER_S);
  ck_assert_int_eq(source->members[3].stop.ns, 9 * NS_PER_S);
  g_autoptr(Experiment) shared = load_keys("count=2\nrole=a/b\n" T);
  g_autoptr(JobSource) other = synthetic_source_new(&shared->frameworks[0], 0, 1, NULL);
  ck_assert_str_eq(other->members[1].role, "a/b");
}
END_TEST

START_TEST(stages_are_described)
{
  g_autoptr(Experiment) experiment = test_load(
      TEST_CLUSTER "[framework f]\n"
                   "[stage f.map]\ntasks=5\ntask-resources=cpus:1\ntask-duration=250ms\n"
                   "[stage f.reduce]\ntasks=2\ntask-resources=mem:64\ntask-duration=uniform(1s, 2s)\nafter="
                   "map\n",
      NULL);
  g_autoptr(JobSource) source = synthetic_source_new(&experiment->frameworks[0], 0, 1, NULL);
  Job job;
  ck_assert(source->next(source, &job, NULL) == JOB_NEXT);
  ck_assert_uint_eq(job.n_stages, 2);
  ck_assert_str_eq(job.stages[0].name, "map");
  ck_assert_uint_eq(job.stages[0].tasks, 5);
  ck_assert_ptr_null(job.stages[0].duration);
  ck_assert_int_eq(job.stages[0].fixed_duration.ns, 250 * NS_PER_MS);
  ck_assert_uint_eq(job.stages[1].after, 1);
  ck_assert_ptr_nonnull(job.stages[1].duration);
  ck_assert_int_eq(job.stages[1].task_resources.amount[RESOURCE_MEM], 64000);
  ck_assert(source->next(source, &job, NULL) == JOB_END);
  ck_assert(source->next(source, &job, NULL) == JOB_END);
}
END_TEST

/* --- draws ---------------------------------------------------------------------------------------------- */

#define RANDOM_KEYS                                                                                          \
  "arrival=every(exponential(10s))\ntasks=uniform(1, 100)\ntask-resources=cpus:1\ntask-duration=1s\n"

static bool rows_equal(const Row *a, const Row *b)
{
  return a->submit.ns == b->submit.ns && a->member == b->member && a->key == b->key && a->tasks == b->tasks &&
         strcmp(a->name, b->name) == 0;
}

START_TEST(same_seed_same_jobs)
{
  static Row a[1000], b[1000], other[1000];
  pull_keys("count=7\n" RANDOM_KEYS, 5, a, 1000);
  pull_keys("count=7\n" RANDOM_KEYS, 5, b, 1000);
  pull_keys("count=7\n" RANDOM_KEYS, 6, other, 1000);
  uint32_t equal = 0;
  uint32_t same = 0;
  for (uint32_t i = 0; i < 1000; i++) {
    same += rows_equal(&a[i], &b[i]) ? 1 : 0;
    equal += rows_equal(&a[i], &other[i]) ? 1 : 0;
  }
  ck_assert_uint_eq(same, 1000);
  ck_assert_uint_lt(equal, 20);
}
END_TEST

/* Paired runs: more members, another place among the groups, other keys: a member's jobs stay. */
START_TEST(draws_depend_on_their_key_alone)
{
  static Row few[2000], many[2000];
  pull_keys("count=2\n" RANDOM_KEYS, 5, few, 200);
  uint32_t n = pull_keys("count=20\nrole=x\nscheduler=rigid\n" RANDOM_KEYS, 5, many, 2000);
  uint32_t matched = 0;
  for (uint32_t i = 0; i < n && matched < 100; i++)
    if (many[i].member < 2)
      ck_assert(rows_equal(&many[i], &few[matched++]));
  ck_assert_uint_eq(matched, 100);
}
END_TEST

START_TEST(keys_are_unique)
{
  static Row rows[ROWS_MAX];
  uint32_t n = pull_keys("count=30\n" RANDOM_KEYS, 5, rows, ROWS_MAX);
  g_autoptr(GHashTable) keys = g_hash_table_new(g_int64_hash, g_int64_equal);
  for (uint32_t i = 0; i < n; i++)
    g_hash_table_add(keys, &rows[i].key);
  ck_assert_uint_eq(g_hash_table_size(keys), n);
}
END_TEST

/* The order of a merge by (submit, member), and that no member's job is left out. */
START_TEST(members_are_merged_by_time)
{
  static Row merged[ROWS_MAX];
  uint32_t n = pull_keys("count=13\n" RANDOM_KEYS, (uint64_t)_i, merged, ROWS_MAX);
  uint64_t next[13] = {0};
  bool ordered = true;
  bool complete = true;
  for (uint32_t i = 0; i < n; i++) {
    const Row *row = &merged[i];
    if (i > 0)
      ordered = ordered && (row[-1].submit.ns < row->submit.ns ||
                            (row[-1].submit.ns == row->submit.ns && row[-1].member <= row->member));
    complete = complete && row->key == ((uint64_t)row->member << 40) + next[row->member]++;
  }
  ck_assert_uint_eq(n, ROWS_MAX);
  ck_assert(ordered);
  ck_assert(complete);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("synthetic-source");
  test_case(suite, once);
  test_case(suite, at);
  test_case(suite, every);
  test_case(suite, closed);
  test_case(suite, poisson);
  test_case(suite, endless_sources_say_so);
  test_case(suite, members_have_names_and_roles);
  test_case(suite, stages_are_described);
  test_case(suite, same_seed_same_jobs);
  test_case(suite, draws_depend_on_their_key_alone);
  test_case(suite, keys_are_unique);
  test_case_loop(suite, members_are_merged_by_time, 0, 20);
  return suite;
}
