/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a run depends on: experiment, allocator and seed. Not on who looks; and durations not on the
 * allocator.
 */

#include "tests/model/lab.h"
#include "tests/support/test-main.h"

static SimDistribution *law;

static void busy_lab(Lab *lab, uint64_t seed)
{
  law = sim_distribution_new_lognormal(7, 9, NULL);
  lab_init(lab, "cpus:4;mem:4096", 6);
  lab->seed = seed;
  lab_framework(lab, "a");
  lab_members(lab, "a", 3);
  lab_framework(lab, "b")->job_order = JOB_ORDER_FAIR;
  lab_framework(lab, "g")->scheduler = SCHEDULER_RIGID;
  lab->experiment.frameworks[2].hold_timeout = lab_seconds(20);
  for (uint32_t i = 0; i < 12; i++)
    lab_job(lab, "a", 3 * i, 5, "cpus:1;mem:512", 0)->job.member = i % 3;
  for (uint32_t i = 0; i < 5; i++)
    lab_job(lab, "b", 7 * i, 4, "cpus:2;mem:1024", 0);
  for (uint32_t i = 0; i < 3; i++)
    lab_job(lab, "g", 10 * i, 6, "cpus:1;mem:256", 0);
  for (uint32_t group = 0; group < 3; group++)
    for (uint32_t i = 0; i < lab->sources[group].jobs->len; i++)
      ((LabJob *)g_ptr_array_index(lab->sources[group].jobs, i))->stages[0].duration = law;
}

static uint64_t digest_and_clear(Lab *lab)
{
  ck_assert_int_eq(lab_run(lab), SIMULATION_DONE);
  uint64_t digest = simulation_digest(lab->simulation);
  lab_clear(lab);
  sim_distribution_unref(law);
  return digest;
}

START_TEST(same_seed_same_digest)
{
  Lab lab;
  busy_lab(&lab, 7);
  uint64_t first = digest_and_clear(&lab);
  busy_lab(&lab, 7);
  ck_assert_uint_eq(digest_and_clear(&lab), first);
  busy_lab(&lab, 8);
  ck_assert_uint_ne(digest_and_clear(&lab), first);
}
END_TEST

START_TEST(sampling_leaves_no_trace)
{
  Lab lab;
  busy_lab(&lab, 7);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  uint64_t digest = simulation_digest(lab.simulation), events = simulation_events(lab.simulation);
  double end = lab_now(&lab);
  lab_clear(&lab);
  sim_distribution_unref(law);
  busy_lab(&lab, 7);
  lab.sample_interval = 0.125;
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_uint_eq(simulation_digest(lab.simulation), digest);
  ck_assert_uint_eq(simulation_events(lab.simulation), events);
  ck_assert_double_eq(lab_now(&lab), end);
  ck_assert_uint_eq(lab.samples->len, (unsigned)(end / 0.125));
  lab_clear(&lab);
  sim_distribution_unref(law);
}
END_TEST

/* A run with a poll and without observers is the same run. */
static bool poll_never(void *self)
{
  ++*(uint32_t *)self;
  return false;
}

static bool poll_at_100(void *self)
{
  return ++*(uint32_t *)self == 100;
}

static SimulationEnd bare_run(Lab *lab, bool (*poll)(void *), uint64_t *digest)
{
  uint32_t polls = 0;
  SimulationSettings settings = {.experiment = &lab->experiment,
                                 .allocator = allocator_find("drf"),
                                 .sources = lab->source_list,
                                 .seed = lab->seed};
  lab->simulation = simulation_new(&settings, NULL);
  ck_assert_ptr_nonnull(lab->simulation);
  simulation_set_poll(lab->simulation, 1, poll, &polls);
  SimulationEnd end = simulation_run(lab->simulation, NULL);
  ck_assert_uint_ge(polls, 100);
  *digest = simulation_digest(lab->simulation);
  lab_clear(lab);
  sim_distribution_unref(law);
  return end;
}

START_TEST(observers_leave_no_trace)
{
  Lab lab;
  uint64_t bare = 0, cut = 0;
  busy_lab(&lab, 7);
  uint64_t observed = digest_and_clear(&lab);
  busy_lab(&lab, 7);
  ck_assert_int_eq(bare_run(&lab, poll_never, &bare), SIMULATION_DONE);
  ck_assert_uint_eq(bare, observed);
  busy_lab(&lab, 7);
  ck_assert_int_eq(bare_run(&lab, poll_at_100, &cut), SIMULATION_INTERRUPTED);
  ck_assert_uint_ne(cut, observed);
}
END_TEST

static void ignore_sample(void *self, Instant now)
{
  (void)self, (void)now;
}

/* Where nothing happens but samples, while a long task runs and after the last event, the poll is heard. */
START_TEST(interrupted_between_samples)
{
  Lab lab;
  uint32_t polls = 0;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(3600);
  lab_framework(&lab, "a");
  if (_i > 0)
    lab_job(&lab, "a", 0, 1, "cpus:1", 3000);
  SimulationSettings settings = {.experiment = &lab.experiment,
                                 .allocator = allocator_find("drf"),
                                 .sources = lab.source_list,
                                 .seed = 1};
  lab.simulation = simulation_new(&settings, NULL);
  ck_assert_ptr_nonnull(lab.simulation);
  simulation_set_sampler(lab.simulation, lab_seconds(0.1), ignore_sample, NULL);
  simulation_set_poll(lab.simulation, 1000000, poll_at_100, &polls);
  ck_assert_int_eq(simulation_run(lab.simulation, NULL), SIMULATION_INTERRUPTED);
  ck_assert_double_eq_tol(lab_now(&lab), 10, 1e-9);
  lab_clear(&lab);
}
END_TEST

static double length_of(const LabAttempt *attempt)
{
  return attempt->finish - attempt->start;
}

START_TEST(durations_do_not_depend_on_the_allocator)
{
  Lab drf, priority;
  busy_lab(&drf, 7);
  SimDistribution *first = law;
  ck_assert_int_eq(lab_run(&drf), SIMULATION_DONE);
  busy_lab(&priority, 7);
  priority.allocator = "priority";
  priority.experiment.master.offer_timeout = lab_seconds(3);
  ck_assert_int_eq(lab_run(&priority), SIMULATION_DONE);
  ck_assert_uint_ne(simulation_digest(drf.simulation), simulation_digest(priority.simulation));
  for (uint32_t i = 0; i < drf.attempts->len; i++) {
    const LabAttempt *one = &g_array_index(drf.attempts, LabAttempt, i);
    const LabAttempt *other = lab_attempt(&priority, one->job.index, one->stage, one->index);
    ck_assert_ptr_nonnull(other);
    ck_assert_double_eq_tol(length_of(one), length_of(other), 1e-9);
    ck_assert_uint_eq(one->framework.index, other->framework.index);
  }
  lab_clear(&drf);
  lab_clear(&priority);
  sim_distribution_unref(first);
  sim_distribution_unref(law);
}
END_TEST

/* Two simulations in turn, one inside the life of the other. */
START_TEST(simulations_are_independent)
{
  Lab one, other;
  busy_lab(&one, 7);
  SimDistribution *first = law;
  ck_assert_int_eq(lab_run(&one), SIMULATION_DONE);
  busy_lab(&other, 7);
  ck_assert_int_eq(lab_run(&other), SIMULATION_DONE);
  ck_assert_uint_eq(simulation_digest(one.simulation), simulation_digest(other.simulation));
  lab_clear(&one);
  lab_clear(&other);
  sim_distribution_unref(first);
  sim_distribution_unref(law);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-digest");
  test_case(suite, same_seed_same_digest);
  test_case(suite, sampling_leaves_no_trace);
  test_case(suite, observers_leave_no_trace);
  test_case_loop(suite, interrupted_between_samples, 0, 2);
  test_case(suite, durations_do_not_depend_on_the_allocator);
  test_case(suite, simulations_are_independent);
  return suite;
}
