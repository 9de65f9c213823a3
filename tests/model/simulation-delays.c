/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Latency, service time, decision time: when each message arrives, to the nanosecond.
 */

#include <malloc.h>
#include <string.h>

#include "tests/model/lab.h"
#include "tests/support/test-main.h"

#define ck_time(actual, expected) ck_assert_double_eq_tol((actual), (expected), 1e-10)

/* offers --F--> framework --F--> master --A--> agent: starts; status --A--> master --F--> framework. */
START_TEST(latency)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.network.master_framework = lab_constant(0.010);
  lab.experiment.network.master_agent = lab_constant(0.003);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->launch, 0.010);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 0.023);
  ck_time(lab_state(&lab, 0, JOB_RUNNING), 0.036);
  ck_time(lab_attempt(&lab, 0, 0, 0)->finish, 10.023);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 10.036);
  ck_time(lab_span(&lab, 0)->start, 0.023);
  ck_time(lab_span(&lab, 0)->finish, 10.023);
  ck_time(lab_attempt(&lab, 1, 0, 0)->launch, 11.010); /* free at 10.026, offered in the tick at 11 */
  lab_clear(&lab);
}
END_TEST

/* What is under way when the run ends is told: one runs, one has ended unheard of, one is on its way. */
START_TEST(live_at_the_end)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 3);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(10.030);
  lab.experiment.network.master_framework = lab_constant(0.010);
  lab.experiment.network.master_agent = lab_constant(0.003);
  lab_framework(&lab, "a")->executor_start_up = lab_constant(0);
  lab_framework(&lab, "b")->executor_start_up = lab_constant(60);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  lab_job(&lab, "a", 0, 1, "cpus:1", 20);
  lab_job(&lab, "b", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  ck_assert_uint_eq(lab.attempts->len, 3);
  const double starts[] = {0.023, 0.023, -1}, finishes[] = {10.023, -1, -1};
  const char *const states[] = {"TASK_FINISHED", "TASK_RUNNING", "TASK_STAGING"};
  for (uint32_t job = 0; job < 3; job++) {
    ck_time(lab_attempt(&lab, job, 0, 0)->start, starts[job]);
    ck_time(lab_attempt(&lab, job, 0, 0)->finish, finishes[job]);
    ck_assert_str_eq(lab_attempt(&lab, job, 0, 0)->state, states[job]);
    ck_time(lab_span(&lab, job)->start, starts[job]);
    ck_time(lab_span(&lab, job)->finish, -1);
  }
  lab_clear(&lab);
}
END_TEST

/* The master refuses tasks that ask for nothing: the job fails, and none of its tasks stays in the demand. */
START_TEST(refused_tasks_leave_the_demand)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 3);
  lab.experiment.duration_given = true; /* else the run is over with the first status */
  lab.experiment.duration = lab_seconds(5);
  if (_i > 0)
    lab.experiment.network.master_framework = lab_constant(0.010);
  lab_framework(&lab, "a")->tasks_per_offer = 2;
  lab_job(&lab, "a", 0, 5, "cpus:0", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  ck_assert_double_ge(lab_state(&lab, 0, JOB_FAILED_STATE), 0);
  ck_assert_str_eq(lab_attempt(&lab, 0, 0, 0)->state, "TASK_ERROR");
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* What runs of a job of which the master refuses a task is killed. */
START_TEST(a_refused_task_takes_the_others_along)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(5);
  lab_framework(&lab, "a");
  LabJob *job = lab_job(&lab, "a", 0, 1, "cpus:1", 100);
  lab_stage(&lab, job, 1, "cpus:0", 10, 0);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  ck_assert_str_eq(lab_attempt(&lab, 0, 1, 0)->state, "TASK_ERROR");
  ck_assert_str_eq(lab_attempt(&lab, 0, 0, 0)->state, "TASK_KILLED");
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* A task that ends before its TASK_RUNNING is acknowledged: the end is told after the acknowledgement. */
START_TEST(updates_wait_for_acknowledgements)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.network.master_framework = lab_constant(0.010);
  lab.experiment.network.master_agent = lab_constant(0.003);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 1, "cpus:1", 0);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->finish, 0.023);
  ck_time(lab_state(&lab, 0, JOB_RUNNING), 0.036);
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 0.062); /* acknowledged at 0.049, and back */
  lab_clear(&lab);
}
END_TEST

/* Slow messages are no stall: a trip of an hour, when all else is through in seconds. */
START_TEST(messages_of_an_hour)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.network.master_framework = lab_constant(3600);
  lab.experiment.network.master_agent = lab_constant(1800);
  lab_framework(&lab, "a");
  lab_job(&lab, "a", 0, 1, "cpus:1", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->finish, 2 * 3600 + 1800 + 1);
  lab_clear(&lab);
}
END_TEST

/* Random latencies never let a message overtake another of its pair: every task ends well. */
START_TEST(random_latency)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 5);
  lab.seed = (uint64_t)_i;
  lab.experiment.network.master_framework = sim_distribution_new_exponential(0.3, NULL);
  lab.experiment.network.master_agent = sim_distribution_new_exponential(0.3, NULL);
  lab_framework(&lab, "a");
  lab_framework(&lab, "g")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "a", 0, 20, "cpus:1", 0.5);
  lab_job(&lab, "g", 0, 7, "cpus:1", 1);
  lab_job(&lab, "g", 3, 3, "cpus:2", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_uint_eq(lab.attempts->len, 30);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* The master takes 100 ms per message, one after the other. Two frameworks accept at 0: the first is served
 * at 0.1, the second (its suppress comes after the other's, too) behind the first one's suppress. */
START_TEST(service_time)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 2);
  lab.experiment.master.service_time = lab_constant(0.1);
  lab_framework(&lab, "a")->suppress = false;
  lab_framework(&lab, "b")->suppress = false;
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  lab_job(&lab, "b", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  double first = lab_attempt(&lab, 0, 0, 0)->start, second = lab_attempt(&lab, 1, 0, 0)->start;
  ck_time(MIN(first, second), 0.1);
  ck_time(MAX(first, second), 0.2);
  /* accept 1, accept 2, status 1 (sent at 0.1) handled at 0.3, status 2 at 0.4, acknowledgements at 0.5, 0.6
   */
  double running = lab_state(&lab, 0, JOB_RUNNING), other = lab_state(&lab, 1, JOB_RUNNING);
  ck_time(MIN(running, other), 0.3);
  ck_time(MAX(running, other), 0.4);
  ck_time(MIN(lab_state(&lab, 0, JOB_FINISHED), lab_state(&lab, 1, JOB_FINISHED)), 10.2);
  lab_clear(&lab);
}
END_TEST

/* What the run, its messages of offers and the answers to them take the master. Returns: the costs, for more. */
static Duration *set_offer_costs(Lab *lab)
{
  Duration *costs = lab->experiment.master.costs;
  costs[MASTER_COST_RUN] = lab_seconds(0.1);
  costs[MASTER_COST_OFFERS] = lab_seconds(0.2);
  costs[MASTER_COST_OFFER] = lab_seconds(0.05);
  costs[MASTER_COST_ACCEPT] = lab_seconds(0.1);
  costs[MASTER_COST_ACCEPT_TASK] = lab_seconds(0.02);
  return costs;
}

/*
 * Costs by kind. The run at 0 takes 0.1 s, its message of one offer 0.2 + 0.05 s: it leaves at 0.35. The accept takes
 * 0.1 + 2 x 0.02 s: 0.49. A status takes 0.1 s each: handled at 0.59 and 0.69, before the acknowledgements.
 */
START_TEST(costs_by_kind)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 1);
  Duration *costs = set_offer_costs(&lab);
  costs[MASTER_COST_STATUS] = lab_seconds(0.1);
  costs[MASTER_COST_ACKNOWLEDGE] = lab_seconds(0.01);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(0.97);
  lab_framework(&lab, "a")->suppress = false;
  lab_job(&lab, "a", 0, 2, "cpus:1", 0.25);
  lab_run(&lab);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 0.49);
  ck_time(lab_attempt(&lab, 0, 0, 1)->start, 0.49);
  ck_time(lab_state(&lab, 0, JOB_RUNNING), 0.59);
  /* Both end at 0.74; acknowledged until 0.71. */
  ck_time(lab_state(&lab, 0, JOB_FINISHED), 0.94);
  SimulationCounts counts;
  simulation_counts(lab.simulation, &counts);
  ck_assert_double_eq_tol((double)counts.master_work.ns / NS_PER_S, 0.35 + 0.14 + 0.22 + 0.22, 1e-9);
  lab_clear(&lab);
}
END_TEST

/* The offer leaves at 0.35 s, as above; who thinks for 0.2 s answers at 0.55, and an accept of one task takes 0.12 s. */
START_TEST(offers_leave_when_they_are_made)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  set_offer_costs(&lab);
  FrameworkSpec *spec = lab_framework(&lab, "a");
  spec->suppress = false;
  spec->decision_time = lab_constant(0.2);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 0.67);
  lab_clear(&lab);
}
END_TEST

/* Omega's t_job + t_task x tasks: 1 s for the message, 2 s for the job, half a second for each of its four tasks; then for
 * the one that found no room the same with one task. */
START_TEST(decision_time_by_job_and_task)
{
  Lab lab;
  lab_init(&lab, "cpus:3", 1);
  FrameworkSpec *spec = lab_framework(&lab, "a");
  spec->decision_time = lab_constant(1);
  spec->decision_time_per_job = lab_constant(2);
  spec->decision_time_per_task = lab_constant(0.5);
  lab_job(&lab, "a", 0, 4, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 2)->start, 5);
  ck_time(lab_attempt(&lab, 0, 0, 3)->start, 15 + 3.5);
  lab_clear(&lab);
}
END_TEST

/* A decision of a second leaves one of four tasks over, and was the only attempt: the job is given up. What runs goes on. */
START_TEST(abandoned_after_attempts)
{
  Lab lab;
  lab_init(&lab, "cpus:3", 1);
  FrameworkSpec *spec = lab_framework(&lab, "a");
  spec->decision_time_per_job = lab_constant(1);
  spec->attempts_max = 1;
  lab_job(&lab, "a", 0, 4, "cpus:1", 10);
  lab_job(&lab, "a", 20, 3, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 0, JOB_FAILED_STATE), 1);
  ck_assert_str_eq(lab_reason(&lab, 0, JOB_FAILED_STATE),
                   "abandoned: attempts-max decisions did not place all of its tasks");
  ck_time(lab_state(&lab, 1, JOB_FINISHED), 31);
  ck_assert_uint_eq(lab.attempts->len, 6);
  ck_assert_str_eq(lab_attempt(&lab, 0, 0, 2)->state, "TASK_FINISHED");
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* In fair order a job that has just started something is not the first any more; its decisions count all the same. */
START_TEST(abandoned_in_fair_order)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  FrameworkSpec *spec = lab_framework(&lab, "a");
  spec->job_order = JOB_ORDER_FAIR;
  spec->decision_time_per_job = lab_constant(1);
  spec->attempts_max = 1;
  lab_job(&lab, "a", 0, 4, "cpus:1", 100);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 0, JOB_FAILED_STATE), 1);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

START_TEST(decision_time)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 2);
  lab_framework(&lab, "a")->decision_time = lab_constant(1.5);
  lab.sources[0].source.members[0].start = (Instant){500 * NS_PER_MS};
  lab_job(&lab, "a", 0.5, 3, "cpus:1", 10.25);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 2);
  ck_time(lab_attempt(&lab, 0, 0, 1)->start, 2);
  ck_time(lab_attempt(&lab, 0, 0, 2)->start, 14.5); /* both free at 12.25, offered at 13 */
  lab_clear(&lab);
}
END_TEST

/* An offer that is taken back while its framework thinks: the launch is lost, and made again. */
START_TEST(rescinded_while_deciding)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.master.offer_timeout = lab_seconds(2);
  lab_framework(&lab, "a")->decision_time = sim_distribution_new_uniform(1.2, 2.3, NULL);
  lab.seed = (uint64_t)_i;
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  const LabAttempt *last = lab_attempt(&lab, 0, 0, 0);
  ck_assert_str_eq(last->state, "TASK_FINISHED");
  ck_assert_uint_eq(last->attempt, lab.attempts->len);
  if (last->attempt > 1) {
    const LabAttempt *lost = &g_array_index(lab.attempts, LabAttempt, 0);
    ck_assert_str_eq(lost->state, "TASK_LOST");
    ck_assert_double_eq(lost->start, -1);
    ck_assert_uint_gt(lab.rescinded, 0);
  }
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/*
 * a thinks for 2.5 s per message, an offer lasts 2.6 s. a's offers come at 0 s; at 1 and 2 s, when the tasks of b and c
 * have ended; and again at the tick after each that was taken back:
 *
 *     offered 0    thought about 0 to 2.5    in time
 *     offered 1    2.5 to 5                  taken back at 3.6: accepted in vain
 *     offered 2    not at all                taken back at 4.6, while it waits: takes no time
 *     offered 4    5 to 7.5                  taken back at 6.6: in vain
 *     offered 5    7.5 to 10                 taken back at 7.6: in vain
 */
START_TEST(rescinded_while_waiting)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 3);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(11);
  lab.experiment.master.offer_timeout = lab_seconds(2.6);
  lab_framework(&lab, "a")->decision_time = lab_constant(2.5);
  lab_framework(&lab, "b");
  lab_framework(&lab, "c");
  lab_job(&lab, "a", 0, 3, "cpus:1", 100);
  lab_job(&lab, "b", 0, 1, "cpus:1", 0.5);
  lab_job(&lab, "c", 0, 1, "cpus:1", 1.5);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  ck_time(lab_attempt(&lab, 0, 0, 0)->start, 2.5);
  const double lost[] = {5, 7.5, 10};
  uint32_t n_lost = 0;
  for (guint i = 0; i < lab.attempts->len; i++) {
    const LabAttempt *attempt = &g_array_index(lab.attempts, LabAttempt, i);
    if (strcmp(attempt->state, "TASK_LOST") != 0)
      continue;
    ck_assert_uint_lt(n_lost, G_N_ELEMENTS(lost));
    ck_time(attempt->finish, lost[n_lost++]);
  }
  ck_assert_uint_eq(n_lost, G_N_ELEMENTS(lost));
  lab_clear(&lab);
}
END_TEST

/* One that always thinks for too long never gets anything: tasks are lost again and again, until the run
 * ends. */
START_TEST(too_slow_for_ever)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 1);
  lab.experiment.master.offer_timeout = lab_seconds(2);
  lab_framework(&lab, "a")->decision_time = lab_constant(2.3);
  lab_job(&lab, "a", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_STALLED);
  ck_assert_uint_gt(lab.attempts->len, 100);
  lab_clear(&lab);
}
END_TEST

/* A framework that leaves in the middle of it: nothing is left behind, whatever was on its way. */
START_TEST(stop_with_latency)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 4);
  lab.experiment.duration_given = true;
  lab.experiment.duration = lab_seconds(30);
  lab.experiment.network.master_framework = sim_distribution_new_exponential(0.2, NULL);
  lab.experiment.network.master_agent = sim_distribution_new_exponential(0.2, NULL);
  lab.experiment.master.service_time = lab_constant(0.01);
  lab.seed = (uint64_t)_i;
  lab_framework(&lab, "a");
  lab.sources[0].source.members[0].stop = (Instant){(int64_t)_i * 250 * NS_PER_MS + 1};
  lab_job(&lab, "a", 0, 40, "cpus:1", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DURATION);
  ck_assert_double_ge(lab_state(&lab, 0, JOB_KILLED), 0);
  SimulationCounts counts;
  simulation_counts(lab.simulation, &counts);
  ck_assert_uint_eq(counts.tasks_live, 0);
  ck_assert_uint_eq(counts.messages_in_flight, 0);
  ck_assert_uint_eq(counts.offers_outstanding, 0);
  ck_assert_int_eq(lab.demand, 0);
  lab_clear(&lab);
}
END_TEST

/* What is allocated at the end of a run of 20,000 tasks, before it is cleared. */
static size_t memory_with(Duration idle_timeout)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 20);
  FrameworkSpec *spec = lab_framework(&lab, "f");
  spec->executor_reuse = true;
  spec->executor_idle_timeout = idle_timeout;
  lab_job(&lab, "f", 0, 20000, "cpus:1", 0.5);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  struct mallinfo2 heap = mallinfo2();
  lab_clear(&lab);
  return heap.uordblks + heap.hblkhd;
}

/* Whether each task has started an executor, or twenty have done for all. */
START_TEST(executors_that_are_gone_take_no_memory)
{
  size_t few = memory_with(DURATION_MAX);
  ck_assert_uint_lt(memory_with((Duration){1000}), few + 20000 * 10);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-delays");
  test_case(suite, latency);
  test_case(suite, live_at_the_end);
  test_case_loop(suite, refused_tasks_leave_the_demand, 0, 2);
  test_case(suite, a_refused_task_takes_the_others_along);
  test_case(suite, updates_wait_for_acknowledgements);
  test_case(suite, messages_of_an_hour);
  test_case_loop(suite, random_latency, 1, 21);
  test_case(suite, service_time);
  test_case(suite, costs_by_kind);
  test_case(suite, offers_leave_when_they_are_made);
  test_case(suite, decision_time);
  test_case(suite, decision_time_by_job_and_task);
  test_case(suite, abandoned_after_attempts);
  test_case(suite, abandoned_in_fair_order);
  test_case_loop(suite, rescinded_while_deciding, 1, 9);
  test_case(suite, rescinded_while_waiting);
  test_case(suite, too_slow_for_ever);
  test_case_loop(suite, stop_with_latency, 1, 24);
  test_case(suite, executors_that_are_gone_take_no_memory);
  return suite;
}
