/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Hand-worked timelines of elastic frameworks under drf: when tasks start and end, and how a run ends. Agents
 * have one slot (or as said), the allocation interval is 1 s. What is not pinned: which agent.
 */

#include "tests/model/lab.h"
#include "tests/support/test-main.h"

#define ck_time(actual, expected) ck_assert_double_eq_tol((actual), (expected), 1e-10)

START_TEST(one_task)
{
  Lab lab;
  lab_init(&lab, "cpus:1;mem:1024", 1);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 1, "cpus:1;mem:512", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  const LabAttempt *task = lab_attempt(&lab, 0, 0, 0);
  ck_assert_ptr_nonnull(task);
  ck_time(task->launch, 0);
  ck_time(task->start, 0);
  ck_time(task->finish, 10);
  ck_assert_str_eq(task->state, "TASK_FINISHED");
  ck_assert_uint_eq(task->attempt, 1);
  ck_time(lab.started[0], 0);
  ck_time(lab_state(&lab, 0, JOB_RUNNING), 0);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 10);
  ck_time(lab_now(&lab), 10);
  ck_assert_int_eq(lab.demand, 0);
  SimulationCounts counts;
  simulation_counts(lab.simulation, &counts);
  ck_assert_uint_eq(counts.jobs_finished, 1);
  ck_assert_uint_eq(counts.tasks_launched, 1);
  ck_assert_uint_eq(counts.tasks_finished, 1);
  ck_assert_uint_eq(counts.tasks_live, 0);
  lab_clear(&lab);
}
END_TEST

START_TEST(zero_length)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 3, "cpus:1", 0);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  for (uint32_t i = 0; i < 3; i++) { /* the slot is free at once, but offered at the next tick only */
    ck_time(lab_attempt(&lab, 0, 0, i)->start, i);
    ck_time(lab_attempt(&lab, 0, 0, i)->finish, i);
  }
  lab_clear(&lab);
}
END_TEST

/* What ends at the instant of a tick is given again in that tick; what ends later waits for the next. */
START_TEST(freed_at_ticks)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 2, "cpus:1", 10);
  lab_job(&lab, "a", 0.5, 2, "cpus:1", 10.25);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 1)->start, 10);
  ck_time(lab_attempt(&lab, 1, 0, 0)->start, 20);
  ck_time(lab_attempt(&lab, 1, 0, 0)->finish, 30.25);
  ck_time(lab_attempt(&lab, 1, 0, 1)->start, 31);
  ck_time(lab_state(&lab, 1, JOB_FINISHED), 41.25);
  lab_clear(&lab);
}
END_TEST

/* Two frameworks share four slots evenly; a third one that comes later waits for a slot. */
START_TEST(frameworks_share)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 2);
  lab_framework(&lab, "a")->tasks_per_offer = 1;
  lab_framework(&lab, "b")->tasks_per_offer = 1;
  lab_framework(&lab, "c");
  lab.experiment.frameworks[0].refuse_unused = DURATION_ZERO;
  lab.experiment.frameworks[1].refuse_unused = DURATION_ZERO;
  lab_job(&lab, "a", 0, 4, "cpus:1", 20);
  lab_job(&lab, "b", 0, 4, "cpus:1", 20);
  lab.sources[2].source.members[0].start = (Instant){5 * NS_PER_S};
  lab_job(&lab, "c", 5, 1, "cpus:1", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  int at_first[2] = {0, 0};
  for (uint32_t i = 0; i < 4; i++)
    for (uint32_t job = 0; job < 2; job++)
      at_first[job] += lab_attempt(&lab, job, 0, i)->start < 5;
  ck_assert_int_eq(at_first[0], 2);
  ck_assert_int_eq(at_first[1], 2);
  ck_time(lab.started[2], 5);
  ck_assert_double_ge(lab_attempt(&lab, 2, 0, 0)->start, 20);
  ck_assert_double_le(lab_attempt(&lab, 2, 0, 0)->start, 21);
  lab_clear(&lab);
}
END_TEST

/* map (2 tasks), then reduce after it; a further stage beside them. */
START_TEST(stages)
{
  Lab lab;
  lab_init(&lab, "cpus:8", 1);
  lab_framework(&lab, "a")->refuse_unused = DURATION_ZERO;
  LabJob *job = lab_job(&lab, "a", 0, 2, "cpus:1", 4);
  lab_stage(&lab, job, 1, "cpus:2", 7, 1);     /* after the first */
  lab_stage(&lab, job, 1, "cpus:1", 3, 0);     /* beside */
  lab_stage(&lab, job, 1, "cpus:1", 1, 2 | 4); /* after both */
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 1)->start, 0);
  ck_time(lab_attempt(&lab, 0, 2, 0)->start, 0);
  ck_time(lab_attempt(&lab, 0, 1, 0)->start, 4);
  ck_time(lab_attempt(&lab, 0, 3, 0)->start, 11);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 12);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* A later task passes one that does not fit; with one task at a time the order is that of submission. */
START_TEST(later_tasks_pass)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 1);
  lab_framework(&lab, "a")->refuse_unused = DURATION_ZERO;
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  lab_job(&lab, "a", 0, 1, "cpus:2", 10);
  lab_job(&lab, "a", 0, 1, "cpus:1", 5);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 0);
  ck_time(lab_attempt(&lab, 2, 0, 0)->start, 0);
  ck_assert_double_ge(lab_attempt(&lab, 1, 0, 0)->start, 10);
  lab_clear(&lab);
}
END_TEST

static void two_jobs(Lab *lab, JobOrder order)
{
  lab_init(lab, "cpus:2", 1);
  lab_framework(lab, "a")->job_order = order;
  lab_job(lab, "a", 0, 4, "cpus:1", 10);
  lab_job(lab, "a", 0, 4, "cpus:1", 10);
  ck_assert_int_eq(lab_run(lab), SIMULATION_DONE);
}

START_TEST(fifo_and_fair)
{
  Lab lab;
  two_jobs(&lab, JOB_ORDER_FIFO);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 20);
  ck_time(lab_state(&lab, 1, JOB_RUNNING), 20);
  lab_clear(&lab);
  two_jobs(&lab, JOB_ORDER_FAIR);
  ck_time(lab_state(&lab, 1, JOB_RUNNING), 0);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 40);
  ck_time(lab_state(&lab, 1, JOB_FINISHED), 40);
  lab_clear(&lab);
}
END_TEST

/* One task of an agent of four slots; the rest comes back at the next tick unless it is refused. */
START_TEST(tasks_per_offer)
{
  Lab lab;
  lab_init(&lab, "cpus:4", 1);
  FrameworkSpec *a = lab_framework(&lab, "a");
  a->tasks_per_offer = 1;
  a->refuse_unused = DURATION_ZERO;
  lab_job(&lab, "a", 0, 4, "cpus:1", 100);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  for (uint32_t i = 0; i < 4; i++)
    ck_time(lab_attempt(&lab, 0, 0, i)->start, i);
  lab_clear(&lab);

  lab_init(&lab, "cpus:4", 1);
  a = lab_framework(&lab, "a");
  a->tasks_per_offer = 1;
  lab_job(&lab, "a", 0, 2, "cpus:1", 100);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_double_ge(lab_attempt(&lab, 0, 0, 1)->start, 5); /* refused for 5 s */
  ck_assert_double_le(lab_attempt(&lab, 0, 0, 1)->start, 6);
  lab_clear(&lab);
}
END_TEST

/* A framework that suppresses is offered nothing while it has nothing to run, and revives at once; one that
 * never does declines again and again, and its filters stand in the way of its next job. */
START_TEST(suppress_and_revive)
{
  Lab lab;
  double starts[2];
  uint64_t offers[2];
  for (int suppress = 0; suppress < 2; suppress++) {
    lab_init(&lab, "cpus:1", 4);
    lab_framework(&lab, "a")->suppress = suppress;
    lab_job(&lab, "a", 0, 1, "cpus:1", 1);
    lab_job(&lab, "a", 30.5, 1, "cpus:1", 1);
    ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
    starts[suppress] = lab_attempt(&lab, 1, 0, 0)->start;
    offers[suppress] = lab.offers;
    lab_clear(&lab);
  }
  ck_time(starts[1], 30.5);
  ck_assert_uint_eq(offers[1], 8);
  ck_assert_double_gt(starts[0], 30.5);
  ck_assert_uint_gt(offers[0], 20);
}
END_TEST

START_TEST(unlimited_tasks_until_the_duration)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 3);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(100);
  lab_framework(&lab, "a");
  lab.sources[0].source.endless = true;
  lab_job(&lab, "a", 0, TASKS_UNLIMITED, "cpus:1", 10);
  lab.sample_interval = 25;
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  SimulationCounts counts;
  simulation_counts(lab.simulation, &counts);
  ck_assert_uint_eq(counts.tasks_finished, 60);
  ck_assert_uint_eq(counts.tasks_live, 6);
  ck_assert_uint_eq(lab.samples->len, 4);
  ck_time(g_array_index(lab.samples, double, 3), 100);
  ck_time(lab_now(&lab), 100);
  ck_assert_double_eq(simulation_progress(lab.simulation), 1.0);
  lab_clear(&lab);
}
END_TEST

START_TEST(endless_needs_a_duration)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 3);
  lab_framework(&lab, "a");
  lab.sources[0].source.endless = true;
  ck_assert_int_eq(lab_run(&lab), SIMULATION_FAILED);
  ck_assert_str_eq(lab.error->message, "[framework a] never ends: [experiment] needs a duration");
  lab_clear(&lab);
}
END_TEST

START_TEST(unschedulable)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 2);
  lab_framework(&lab, "a");
  lab_framework(&lab, "g")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "a", 0, 1, "cpus:3", 10);
  lab_job(&lab, "a", 1, 1, "cpus:2", 10);
  lab_job(&lab, "g", 0, 5, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 0, JOB_UNSCHEDULABLE), 0);
  ck_assert_str_eq(lab_reason(&lab, 0, JOB_UNSCHEDULABLE), "a task of cpus:3 fits no agent");
  ck_time(lab_state(&lab, 1, JOB_UNSCHEDULABLE), 0);
  ck_assert_str_eq(lab_reason(&lab, 1, JOB_UNSCHEDULABLE),
                   "its gang of 5 tasks of cpus:1 each does not fit the empty cluster: 4 fit");
  ck_time(lab_state(&lab, 2, JOB_FINISHED), 11);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* The minimum allocatable keeps the agent from being offered at all: nothing ever happens. */
START_TEST(stalled)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  Quantities least = lab_quantities(&lab, "cpus:2");
  lab.experiment.master.min_allocatable = &least;
  lab.experiment.master.n_min_allocatable = 1;
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 3, 1, "cpus:1", 10);
  lab.sample_interval = 0.5;
  ck_assert_int_eq(lab_run(&lab), SIMULATION_STALLED);
  ck_time(lab_state(&lab, 0, JOB_WAITING), lab_now(&lab));
  ck_assert_str_eq(lab_reason(&lab, 0, JOB_WAITING), "its framework was offered nothing");
  ck_assert_double_le(lab_now(&lab), 3 + 5 + 3 + 2); /* patience, to whole ticks */
  lab_clear(&lab);
}
END_TEST

START_TEST(closed_loop)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab.sources[0].closed = true;
  lab.sources[0].think = 2.5;
  for (int i = 0; i < 3; i++)
    lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 10);
  ck_time(lab_state(&lab, 1, JOB_RUNNING), 12.5); /* revived at the submission, a run at once */
  ck_time(lab_state(&lab, 1, JOB_FINISHED), 22.5);
  ck_time(lab_state(&lab, 2, JOB_FINISHED), 35);
  lab_clear(&lab);
}
END_TEST

/* Without think time the next job that does not fit would come at once, for ever. */
START_TEST(closed_loop_of_unschedulable_jobs)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab.sources[0].closed = true;
  for (int i = 0; i < 3; i++)
    lab_job(&lab, "a", 0, 1, "cpus:2", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_uint_eq(lab.states->len, 1);
  ck_assert_ptr_nonnull(lab.warning);
  lab_clear(&lab);
}
END_TEST

START_TEST(framework_stops)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 1);
  lab_framework(&lab, "a");
  lab_framework(&lab, "b");
  lab.sources[0].source.members[0].stop = (Instant){5 * NS_PER_S};
  lab_job(&lab, "a", 0, 3, "cpus:1", 20);
  lab_job(&lab, "a", 8, 1, "cpus:1", 20); /* nobody is there any more */
  lab.sources[1].source.members[0].start = (Instant){1 * NS_PER_S};
  lab_job(&lab, "b", 1, 1, "cpus:2", 20);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 0, JOB_KILLED), 5);
  ck_assert_str_eq(lab_attempt(&lab, 0, 0, 1)->state, "TASK_KILLED");
  ck_time(lab_attempt(&lab, 0, 0, 1)->finish, 5);
  ck_time(lab_state(&lab, 1, JOB_FINISHED), 25);
  ck_time(lab_now(&lab), 25);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

START_TEST(source_fails)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab.sources[0].fails = true;
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  lab_job(&lab, "a", 5, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_FAILED);
  ck_assert_str_eq(lab.error->message, "line 7: not a number");
  lab_clear(&lab);
}
END_TEST

/* Ids follow (submission, group, member), whatever the order of the sources' pulls. */
START_TEST(job_ids)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab_framework(&lab, "a");
  lab_members(&lab, "a", 2);
  lab_framework(&lab, "b");
  lab_job(&lab, "a", 0, 1, "cpus:1", 1)->job.member = 1;
  lab_job(&lab, "a", 0, 1, "cpus:1", 1)->job.member = 0;
  lab_job(&lab, "a", 2, 1, "cpus:1", 1)->job.member = 1;
  lab_job(&lab, "b", 0, 1, "cpus:1", 1);
  lab_job(&lab, "b", 1, 1, "cpus:1", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  const uint32_t frameworks[] = {0, 1, 2, 2, 1};
  for (uint32_t job = 0; job < 5; job++)
    ck_assert_uint_eq(lab_attempt(&lab, job, 0, 0)->framework.index, frameworks[job]);
  lab_clear(&lab);
}
END_TEST

START_TEST(speed_and_start_up)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.cluster.classes[0].speed = 2.0;
  lab_framework(&lab, "a")->executor_start_up = lab_constant(2);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->launch, 0);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 2);
  ck_time(lab_attempt(&lab, 0, 0, 0)->finish, 7);
  ck_time(lab_state(&lab, 0, JOB_RUNNING), 2);
  lab_clear(&lab);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-timeline");
  test_case(suite, one_task);
  test_case(suite, zero_length);
  test_case(suite, freed_at_ticks);
  test_case(suite, frameworks_share);
  test_case(suite, stages);
  test_case(suite, later_tasks_pass);
  test_case(suite, fifo_and_fair);
  test_case(suite, tasks_per_offer);
  test_case(suite, suppress_and_revive);
  test_case(suite, unlimited_tasks_until_the_duration);
  test_case(suite, endless_needs_a_duration);
  test_case(suite, unschedulable);
  test_case(suite, stalled);
  test_case(suite, closed_loop);
  test_case(suite, closed_loop_of_unschedulable_jobs);
  test_case(suite, framework_stops);
  test_case(suite, source_fails);
  test_case(suite, job_ids);
  test_case(suite, speed_and_start_up);
  return suite;
}
