/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Gangs: what is held, when all starts at once, what goes back.
 */

#include "tests/model/lab.h"
#include "tests/support/test-main.h"

#define ck_time(actual, expected) ck_assert_double_eq_tol((actual), (expected), 1e-10)

static double hold_at(const Lab *lab, uint32_t i, uint32_t field)
{
  return i < lab->holds->len / 2 ? g_array_index(lab->holds, double, 2 * i + field) : -1;
}

/* Three slots are busy until 4, 6 and 8 s; the gang of four takes them as they come and starts at 8. */
START_TEST(gathers_and_starts)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 4);
  lab_framework(&lab, "background")->refuse = lab_seconds(100);
  lab_framework(&lab, "gang")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "background", 0, 1, "cpus:1", 4);
  lab_job(&lab, "background", 0, 1, "cpus:1", 6);
  lab_job(&lab, "background", 0, 1, "cpus:1", 8);
  lab.sources[1].source.members[0].start = (Instant){NS_PER_S};
  lab_job(&lab, "gang", 1, 4, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  for (uint32_t i = 0; i < 4; i++) {
    ck_time(lab_attempt(&lab, 3, 0, i)->start, 8);
    ck_time(lab_attempt(&lab, 3, 0, i)->finish, 18);
  }
  const double expected[][2] = {{1, 1}, {4, 2}, {6, 3}, {8, 4}, {8, 0}};
  for (uint32_t i = 0; i < 5; i++) {
    ck_time(hold_at(&lab, i, 0), expected[i][0]);
    ck_time(hold_at(&lab, i, 1), expected[i][1]);
  }
  ck_assert_uint_eq(lab.holds->len, 10);
  lab_clear(&lab);
}
END_TEST

/* One agent of four slots holds a gang of three; the fourth slot goes back and serves the next gang. */
START_TEST(one_agent_many_slots)
{
  Lab lab;
  lab_init(&lab, "cpus:4", 1);
  FrameworkSpec *spec = lab_framework(&lab, "gang");
  spec->scheduler = SCHEDULER_RIGID;
  spec->refuse_unused = DURATION_ZERO;
  lab_job(&lab, "gang", 0, 3, "cpus:1", 10);
  lab_job(&lab, "gang", 0, 1, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 2)->start, 0);
  ck_time(lab_attempt(&lab, 1, 0, 0)->start, 1);
  lab_clear(&lab);
}
END_TEST

/* Two slots of one agent are offered one after the other; together they hold a task of two. */
START_TEST(offers_of_one_agent_add_up)
{
  Lab lab;
  lab_init(&lab, "cpus:4", 1);
  lab_framework(&lab, "background")->refuse = lab_seconds(100);
  lab.experiment.frameworks[0].refuse_unused = lab_seconds(100);
  lab_framework(&lab, "gang")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "background", 0, 1, "cpus:1", 5);
  lab_job(&lab, "background", 0, 1, "cpus:1", 7);
  lab.sources[1].source.members[0].start = (Instant){NS_PER_S};
  lab_job(&lab, "gang", 1, 2, "cpus:2", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 2, 0, 0)->start, 7);
  ck_time(lab_attempt(&lab, 2, 0, 1)->start, 7);
  lab_clear(&lab);
}
END_TEST

/* Two gangs of three want four slots: each holds what it gets until one lets go. */
START_TEST(hold_timeout)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 4);
  for (int i = 0; i < 2; i++) {
    FrameworkSpec *spec = lab_framework(&lab, i == 0 ? "a" : "b");
    spec->scheduler = SCHEDULER_RIGID;
    spec->hold_timeout = lab_seconds(i == 0 ? 10 : 30);
    spec->refuse = lab_seconds(i == 0 ? 20 : 5);
  }
  lab_job(&lab, "a", 0, 3, "cpus:1", 60);
  lab_job(&lab, "b", 0, 3, "cpus:1", 60);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_double_ge(lab_attempt(&lab, 1, 0, 0)->start, 10);
  ck_assert_double_le(lab_attempt(&lab, 1, 0, 0)->start, 11);
  ck_assert_double_ge(lab_attempt(&lab, 0, 0, 0)->start, 70);
  lab_clear(&lab);
}
END_TEST

/* Without a time-out that is a deadlock: the run ends as stalled, at once, as nothing is left to happen. */
START_TEST(deadlock)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 4);
  lab_framework(&lab, "a")->scheduler = SCHEDULER_RIGID;
  lab_framework(&lab, "b")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "a", 0, 3, "cpus:1", 60);
  lab_job(&lab, "b", 0, 3, "cpus:1", 60);
  lab_job(&lab, "b", 0, 1, "cpus:1", 60);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_STALLED);
  ck_assert_str_eq(lab_reason(&lab, 1, JOB_WAITING), "its framework holds offers for a part of its gang");
  ck_assert_str_eq(lab_reason(&lab, 2, JOB_WAITING),
                   "its framework gathers offers for the gang of another job");
  lab_clear(&lab);
}
END_TEST

/* Jobs that have begun, too, say what the rest of them waits for. */
START_TEST(deadlock_of_those_that_have_begun)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 4);
  lab_framework(&lab, "a")->scheduler = SCHEDULER_RIGID;
  lab_framework(&lab, "b")->scheduler = SCHEDULER_RIGID;
  lab_stage(&lab, lab_job(&lab, "a", 0, 1, "cpus:1", 60), 3, "cpus:1", 60, 1);
  lab_stage(&lab, lab_job(&lab, "b", 0, 1, "cpus:1", 60), 3, "cpus:1", 60, 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_STALLED);
  for (uint32_t job = 0; job < 2; job++)
    ck_assert_str_eq(lab_reason(&lab, job, JOB_RUNNING), "its framework holds offers for a part of its gang");
  lab_clear(&lab);
}
END_TEST

/* Offers are taken back every second while the gang gathers: they are forgotten, and it starts in the end. */
START_TEST(rescinded_while_held)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 2);
  lab.experiment.master.offer_timeout = lab_seconds(1.5);
  lab_framework(&lab, "background")->refuse = lab_seconds(100);
  lab_framework(&lab, "gang")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "background", 0, 1, "cpus:1", 9.75);
  lab.sources[1].source.members[0].start = (Instant){NS_PER_S};
  lab_job(&lab, "gang", 1, 2, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_uint_gt(lab.rescinded, 2);
  double start = lab_attempt(&lab, 1, 0, 0)->start;
  ck_assert_double_ge(start, 10);
  ck_assert_double_le(start, 12);
  ck_time(lab_attempt(&lab, 1, 0, 1)->start, start);
  lab_clear(&lab);
}
END_TEST

/* All offers of a large gang that is one slot short are taken back at once, again and again: with a search
 * and a new booking per offer this took minutes. */
START_TEST(rescinded_in_bursts)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 16000);
  lab.check = false;
  lab.experiment.master.offer_timeout = lab_seconds(1.5);
  lab_framework(&lab, "background")->refuse = lab_seconds(100);
  lab_framework(&lab, "gang")->scheduler = SCHEDULER_RIGID;
  lab_job(&lab, "background", 0, 1, "cpus:1", 9.75);
  lab.sources[1].source.members[0].start = (Instant){NS_PER_S};
  lab_job(&lab, "gang", 1, 16000, "cpus:1", 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_assert_uint_gt(lab.rescinded, 3 * 15999);
  ck_assert_uint_eq(lab.attempts->len, 16001);
  lab_clear(&lab);
}
END_TEST

START_TEST(leaves_while_holding)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 2);
  lab_framework(&lab, "gang")->scheduler = SCHEDULER_RIGID;
  lab_framework(&lab, "b")->refuse = lab_seconds(100);
  lab.sources[0].source.members[0].start = (Instant){NS_PER_S};
  lab.sources[0].source.members[0].stop = (Instant){5 * NS_PER_S};
  lab_job(&lab, "b", 0, 1, "cpus:1", 20);
  lab_job(&lab, "b", 2, 1, "cpus:1", 20);
  lab_job(&lab, "gang", 1, 2, "cpus:1", 10);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_state(&lab, 1, JOB_KILLED), 5);
  ck_assert_double_le(lab_attempt(&lab, 2, 0, 0)->start, 6);
  ck_time(hold_at(&lab, lab.holds->len / 2 - 1, 1), 0);
  lab_clear(&lab);
}
END_TEST

/* A gang in stages, and a stage that no other has to wait for. */
START_TEST(stages_are_gangs)
{
  Lab lab;
  lab_init(&lab, "cpus:2", 2);
  FrameworkSpec *spec = lab_framework(&lab, "gang");
  spec->scheduler = SCHEDULER_RIGID;
  LabJob *job = lab_job(&lab, "gang", 0, 4, "cpus:1", 4);
  lab_stage(&lab, job, 2, "cpus:2", 5, 1);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 3)->start, 0);
  ck_time(lab_attempt(&lab, 0, 1, 0)->start, 4);
  ck_time(lab_attempt(&lab, 0, 1, 1)->start, 4);
  lab_clear(&lab);
}
END_TEST

/*
 * A pool of 4 of 6 nodes. a: 3 nodes for 100 s; b: 4 nodes, so it waits for a; c: 1 node for 90 s, over before a; d: 1
 * node for 200 s, which would delay b.
 */
static void init_torque(Lab *lab, bool backfill, double factor)
{
  lab_init(lab, "cpus:1", 6);
  lab->experiment.roles = g_new0(RoleSpec, 1);
  lab->experiment.n_roles = 1;
  lab->experiment.roles[0] = (RoleSpec){.path = g_strdup("q"), .weight = 1};
  lab->experiment.roles[0].guarantee = lab_quantities(lab, "cpus:4");
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    lab->experiment.roles[0].limit.amount[kind] = -1;
  FrameworkSpec *spec = lab_framework(lab, "q");
  spec->scheduler = SCHEDULER_TORQUE;
  spec->backfill = backfill;
  spec->estimate_factor = factor;
}

static void run_torque(Lab *lab, bool backfill, double factor)
{
  init_torque(lab, backfill, factor);
  lab_job(lab, "q", 0, 3, "cpus:1", 100);
  lab_job(lab, "q", 1, 4, "cpus:1", 50);
  lab_job(lab, "q", 2, 1, "cpus:1", 90);
  lab_job(lab, "q", 3, 1, "cpus:1", 200);
  ck_assert_int_eq(lab_run(lab), SIMULATION_DONE);
}

static double start_of(const Lab *lab, uint32_t job)
{
  return lab_attempt(lab, job, 0, 0)->start;
}

START_TEST(torque_in_order)
{
  Lab lab;
  run_torque(&lab, false, 1);
  ck_time(start_of(&lab, 0), 0);
  ck_time(start_of(&lab, 1), 100);
  ck_time(start_of(&lab, 2), 150);
  ck_time(start_of(&lab, 3), 150);
  lab_clear(&lab);
}
END_TEST

/* c goes ahead, d does not, and b starts when it would have; if everybody says twice the truth, likewise. If they say half
 * of it (a: until 50 s), c is late: said to end at 47 s, it holds b up until 92 s, but a does until 100 s anyway. */
START_TEST(torque_backfills)
{
  const double factors[] = {1, 2, 0.5};
  for (int i = 0; i < 3; i++) {
    Lab lab;
    run_torque(&lab, true, factors[i]);
    ck_time(start_of(&lab, 0), 0);
    ck_time(start_of(&lab, 1), 100);
    ck_time(start_of(&lab, 2), 2);
    ck_time(start_of(&lab, 3), 150);
    lab_clear(&lab);
  }
}
END_TEST

/* At 20 s a is over in 80 s, and c takes 85: it does not go ahead. Who says twice the truth of both has a end in 180 s, and c in
 * 170: it does, and b is late. */
START_TEST(torque_believes_what_is_said)
{
  static const double factors[] = {1, 2}, starts_of_b[] = {100, 105}, starts_of_c[] = {150, 20};
  for (int i = 0; i < 2; i++) {
    Lab lab;
    init_torque(&lab, true, factors[i]);
    lab_job(&lab, "q", 0, 3, "cpus:1", 100);
    lab_job(&lab, "q", 1, 4, "cpus:1", 50);
    lab_job(&lab, "q", 20, 1, "cpus:1", 85);
    ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
    ck_time(start_of(&lab, 1), starts_of_b[i]);
    ck_time(start_of(&lab, 2), starts_of_c[i]);
    lab_clear(&lab);
  }
}
END_TEST

/* A pool of 6 of 8 nodes. a and b, 3 and 2 nodes, both end at 100 s by their estimates; c wants 4, for which a's would do: what b
 * has is left over then, so that d, 1 node for a long time, does not delay c by more than it has left. */
START_TEST(torque_counts_all_that_end_at_once)
{
  Lab lab;
  lab_init(&lab, "cpus:1", 8);
  lab.experiment.roles = g_new0(RoleSpec, 1);
  lab.experiment.n_roles = 1;
  lab.experiment.roles[0] = (RoleSpec){.path = g_strdup("q"), .weight = 1};
  lab.experiment.roles[0].guarantee = lab_quantities(&lab, "cpus:6");
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    lab.experiment.roles[0].limit.amount[kind] = -1;
  FrameworkSpec *spec = lab_framework(&lab, "q");
  spec->scheduler = SCHEDULER_TORQUE;
  spec->backfill = true;
  spec->estimate_factor = 1;
  LabJob *both = lab_job(&lab, "q", 0, 3, "cpus:1", 100);
  lab_stage(&lab, both, 2, "cpus:1", 100, 0);
  lab_job(&lab, "q", 1, 4, "cpus:1", 50);
  lab_job(&lab, "q", 2, 1, "cpus:1", 200);
  ck_assert_int_eq(lab_run(&lab), SIMULATION_DONE);
  ck_time(lab_attempt(&lab, 0, 0, 0)->finish, 100);
  ck_time(lab_attempt(&lab, 0, 1, 0)->finish, 100);
  ck_time(start_of(&lab, 1), 100);
  ck_assert_double_le(start_of(&lab, 2), 5);
  lab_clear(&lab);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation-rigid");
  test_case(suite, gathers_and_starts);
  test_case(suite, one_agent_many_slots);
  test_case(suite, offers_of_one_agent_add_up);
  test_case(suite, hold_timeout);
  test_case(suite, deadlock);
  test_case(suite, deadlock_of_those_that_have_begun);
  test_case(suite, rescinded_while_held);
  test_case(suite, rescinded_in_bursts);
  test_case(suite, leaves_while_holding);
  test_case(suite, stages_are_gangs);
  test_case(suite, torque_in_order);
  test_case(suite, torque_backfills);
  test_case(suite, torque_believes_what_is_said);
  test_case(suite, torque_counts_all_that_end_at_once);
  return suite;
}
