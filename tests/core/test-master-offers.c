/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the life of an offer in the master, with the drf allocator: offering, declining, accepting a part or
 * several, invalid accepts, time-outs, suppression, and what ends an offer from outside.
 *
 * Not here: statuses of tasks (test-master-tasks.c), when runs are made (test-master-timers.c), grants that
 * should not be (test-master-grants.c), who is offered what (tests/conformance).
 */

#include "allocators/drf.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static MasterFixture *one_agent_offered(void)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:4;mem:4096");
  fixture_subscribe(f, "f", "r", 0);
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [1 A0 cpus:4;mem:4096]");
  return f;
}

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};

static OfferEnd end_of(const MasterFixture *f, uint32_t number)
{
  const FixtureOffer *offer = &g_array_index(f->offers, FixtureOffer, number - 1);
  ck_assert(offer->ended);
  return offer->end;
}

/* --- declining ------------------------------------------------------------------------------------------ */

START_TEST(declined_for_a_while)
{
  MasterFixture *f = one_agent_offered();
  fixture_decline(f, F0, "1", refuse_ms(3500));
  ck_assert_int_eq(end_of(f, 1), OFFER_DECLINED);
  fixture_advance(f, 3999);
  fixture_expect(f, "");
  fixture_advance(f, 4000);
  fixture_expect(f, "4000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

START_TEST(declined_for_no_time)
{
  MasterFixture *f = one_agent_offered();
  fixture_decline(f, F0, "1", refuse_ms(0));
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_decline(f, F0, "2", OFFER_FILTER_NONE);
  fixture_advance(f, 2000);
  fixture_expect(f, "2000 offers F0 [3 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

START_TEST(declined_for_a_negative_time)
{
  MasterFixture *f = one_agent_offered();
  fixture_decline(f, F0, "1", refuse_ms(-1));
  fixture_advance(f, 4999);
  fixture_expect(f, "");
  fixture_advance(f, 5000);
  fixture_expect(f, "5000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

START_TEST(declined_for_ever)
{
  MasterFixture *f = one_agent_offered();
  fixture_decline(f, F0, "1", (OfferFilter){true, DURATION_MAX});
  fixture_advance(f, INT64_C(365) * 24 * 3600 * 1000 - 1);
  fixture_expect(f, "");
  fixture_advance(f, INT64_C(365) * 24 * 3600 * 1000);
  fixture_expect(f, "31536000000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

START_TEST(declines_of_unknown_offers_are_ignored)
{
  MasterFixture *f = one_agent_offered();
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [2 A1 cpus:1;mem:1024]");
  fixture_subscribe(f, "g", "s", 0);
  fixture_decline(f, F1, "1 2", refuse_ms(1000)); /* not its own */
  ck_assert_uint_eq(f->n_offers_live, 2);
  fixture_decline(f, F0, "0 1 1 0", refuse_ms(1000)); /* unknown, and twice */
  ck_assert_uint_eq(f->n_offers_live, 1);
  fixture_decline(f, F0, "1", refuse_ms(1000)); /* ended */
  fixture_decline(f, F0, "", refuse_ms(1000));
  ck_assert_uint_eq(f->n_offers_live, 1);
  fixture_free(f);
}
END_TEST

/* --- accepting ------------------------------------------------------------------------------------------ */

START_TEST(accept_of_all)
{
  MasterFixture *f = one_agent_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1", "7@0=cpus:4;mem:4096", refuse_ms(5000)), ACCEPT_DONE);
  fixture_expect(f, "0 launch A0 F0 7 cpus:4;mem:4096");
  ck_assert_int_eq(end_of(f, 1), OFFER_ACCEPTED);
  fixture_advance(f, 60000);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(accept_of_a_part_gives_the_rest_back)
{
  MasterFixture *f = one_agent_offered();
  fixture_accept(f, F0, "1", "7@0=cpus:1;mem:1024 8@0=cpus:1", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 7 cpus:1;mem:1024\n0 launch A0 F0 8 cpus:1");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:2;mem:3072]");
  fixture_free(f);
}
END_TEST

START_TEST(the_filter_of_an_accept_is_for_the_rest)
{
  MasterFixture *f = one_agent_offered();
  fixture_accept(f, F0, "1", "7@0=cpus:1;mem:1024", refuse_ms(3000));
  fixture_advance(f, 2000);
  fixture_expect(f, "0 launch A0 F0 7 cpus:1;mem:1024");
  fixture_advance(f, 3000);
  fixture_expect(f, "3000 offers F0 [2 A0 cpus:3;mem:3072]");
  fixture_free(f);
}
END_TEST

START_TEST(accept_of_nothing_is_a_decline)
{
  MasterFixture *f = one_agent_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1", "", refuse_ms(2000)), ACCEPT_DONE);
  ck_assert_int_eq(end_of(f, 1), OFFER_DECLINED);
  fixture_advance(f, 1000);
  fixture_expect(f, "");
  fixture_advance(f, 2000);
  fixture_expect(f, "2000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

/* A part comes back and is offered, then both parts are accepted as one. */
START_TEST(several_offers_of_one_agent_are_added)
{
  MasterFixture *f = one_agent_offered();
  fixture_accept(f, F0, "1", "7@0=cpus:1;mem:1024", refuse_ms(0));
  fixture_advance(f, 1000);
  fixture_status(f, 7, TASK_FINISHED, 1);
  fixture_advance(f, 2000);
  fixture_expect(f, "0 launch A0 F0 7 cpus:1;mem:1024\n1000 offers F0 [2 A0 cpus:3;mem:3072]\n"
                    "1000 status F0 7 TASK_FINISHED REASON_NONE executor 1\n"
                    "2000 offers F0 [3 A0 cpus:1;mem:1024]");
  ck_assert_int_eq(fixture_accept(f, F0, "3 2", "8@0=cpus:3.5;mem:4000", refuse_ms(0)), ACCEPT_DONE);
  fixture_expect(f, "2000 launch A0 F0 8 cpus:3.5;mem:4000");
  ck_assert_int_eq(end_of(f, 2), OFFER_ACCEPTED);
  ck_assert_int_eq(end_of(f, 3), OFFER_ACCEPTED);
  fixture_advance(f, 3000);
  fixture_expect(f, "3000 offers F0 [4 A0 cpus:0.5;mem:96]");
  fixture_free(f);
}
END_TEST

START_TEST(several_launches_in_one_accept)
{
  MasterFixture *f = one_agent_offered();
  TaskInfo tasks[4] = {{.label = 1}, {.label = 2}, {.label = 3}, {.label = 4}};
  for (int i = 0; i < 4; i++)
    tasks[i].resources.plain.amount[RESOURCE_CPUS] = 1500;
  Operation operations[3] = {{.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = 1},
                             {.kind = OPERATION_LAUNCH, .tasks = NULL, .n_tasks = 0},
                             {.kind = OPERATION_LAUNCH, .tasks = tasks + 1, .n_tasks = 3}};
  OfferId offer = fixture_offer(f, 1);
  ck_assert_int_eq(master_accept(f->master, f->now, F0, &offer, 1, operations, 3, OFFER_FILTER_NONE),
                   ACCEPT_DONE);
  fixture_check(f);
  fixture_expect(f, "0 launch A0 F0 1 cpus:1.5\n0 launch A0 F0 2 cpus:1.5\n"
                    "0 status F0 3 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 4 TASK_ERROR REASON_TASK_INVALID master 0");
  fixture_free(f);
}
END_TEST

/* --- invalid accepts ------------------------------------------------------------------------------------ */

static MasterFixture *two_agents_offered(void)
{
  MasterFixture *f = one_agent_offered();
  fixture_register(f, "cpus:2;mem:2048");
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [2 A1 cpus:2;mem:2048]");
  return f;
}

static const char *const lost = "0 status F0 7 TASK_LOST REASON_INVALID_OFFERS master 0\n"
                                "0 status F0 8 TASK_LOST REASON_INVALID_OFFERS master 0";

START_TEST(offers_of_two_agents)
{
  MasterFixture *f = two_agents_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1 2", "7@0=cpus:1 8@1=cpus:1", refuse_ms(100000)),
                   ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  ck_assert_int_eq(end_of(f, 1), OFFER_DISCARDED);
  ck_assert_int_eq(end_of(f, 2), OFFER_DISCARDED);
  /* Without a filter: they come straight back. */
  fixture_advance(f, 1000);
  ck_assert_uint_eq(f->n_offers_live, 2);
  fixture_free(f);
}
END_TEST

START_TEST(offers_of_two_roles)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r,s", 0);
  fixture_register(f, "cpus:2;mem:2048");
  fixture_settle(f);
  fixture_accept(f, F0, "1", "1@0=cpus:1.5;mem:1500", refuse_ms(1000000));
  fixture_advance(f, 1000);
  fixture_log(f);
  ck_assert_uint_eq(f->n_offers_live, 1); /* the rest, in the other role */
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_advance(f, 2000);
  fixture_expect(f, "1000 status F0 1 TASK_FINISHED REASON_NONE executor 1\n"
                    "2000 offers F0 [3 A0 cpus:1.5;mem:1500]");
  ck_assert_int_eq(fixture_accept(f, F0, "2 3", "2@0=cpus:2", refuse_ms(0)), ACCEPT_INVALID_OFFERS);
  fixture_expect(f, "2000 status F0 2 TASK_LOST REASON_INVALID_OFFERS master 0");
  ck_assert_uint_eq(f->n_offers_live, 0);
  fixture_free(f);
}
END_TEST

START_TEST(offers_of_two_frameworks)
{
  MasterFixture *f = one_agent_offered();
  fixture_subscribe(f, "g", "s", 0);
  fixture_register(f, "cpus:2;mem:2048");
  fixture_settle(f);
  fixture_expect(f, "0 offers F1 [2 A1 cpus:2;mem:2048]");
  ck_assert_int_eq(fixture_accept(f, F0, "1 2", "7@0=cpus:1 8@0=cpus:1", refuse_ms(0)),
                   ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  ck_assert_int_eq(end_of(f, 1), OFFER_DISCARDED);
  /* Deviation from Mesos: what another framework was offered is none of this one's business. */
  ck_assert_uint_eq(f->n_offers_live, 1);
  ck_assert_int_eq(fixture_accept(f, F1, "2", "9@1=cpus:1", refuse_ms(0)), ACCEPT_DONE);
  fixture_free(f);
}
END_TEST

START_TEST(unknown_offers)
{
  MasterFixture *f = one_agent_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1 0", "7@0=cpus:1 8@0=cpus:1", refuse_ms(0)),
                   ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  ck_assert_int_eq(end_of(f, 1), OFFER_DISCARDED);
  ck_assert_int_eq(fixture_accept(f, F0, "0", "7@0=cpus:1 8@0=cpus:1", refuse_ms(0)), ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  ck_assert_int_eq(fixture_accept(f, F0, "", "7@0=cpus:1 8@0=cpus:1", refuse_ms(0)), ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  fixture_free(f);
}
END_TEST

START_TEST(repeated_offers)
{
  MasterFixture *f = one_agent_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1 1", "7@0=cpus:1 8@0=cpus:1", refuse_ms(0)),
                   ACCEPT_INVALID_OFFERS);
  fixture_expect(f, lost);
  ck_assert_int_eq(end_of(f, 1), OFFER_DISCARDED);
  ck_assert_uint_eq(f->n_offers_live, 0);
  fixture_free(f);
}
END_TEST

/* The slot of the old offer is in use again, by another offer. */
START_TEST(stale_offers)
{
  MasterFixture *f = one_agent_offered();
  fixture_decline(f, F0, "1", OFFER_FILTER_NONE);
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:4;mem:4096]");
  ck_assert_uint_eq(slot_of(fixture_offer(f, 1).value), slot_of(fixture_offer(f, 2).value));
  ck_assert_int_eq(fixture_accept(f, F0, "1", "7@0=cpus:1", refuse_ms(0)), ACCEPT_INVALID_OFFERS);
  fixture_expect(f, "1000 status F0 7 TASK_LOST REASON_INVALID_OFFERS master 0");
  ck_assert_uint_eq(f->n_offers_live, 1);
  ck_assert_int_eq(fixture_accept(f, F0, "2", "8@0=cpus:1", refuse_ms(0)), ACCEPT_DONE);
  fixture_free(f);
}
END_TEST

START_TEST(a_partition_aware_framework_hears_dropped)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_subscribe(f, "f", "r", FRAMEWORK_PARTITION_AWARE);
  fixture_accept(f, F0, "0", "7@0=cpus:1", refuse_ms(0));
  fixture_expect(f, "0 status F0 7 TASK_DROPPED REASON_INVALID_OFFERS master 0");
  fixture_free(f);
}
END_TEST

START_TEST(nobody_accepts_for_a_framework_that_has_left)
{
  MasterFixture *f = one_agent_offered();
  OfferId offer = fixture_offer(f, 1);
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  TaskInfo task = {.label = 7};
  task.resources.plain.amount[RESOURCE_CPUS] = 1000;
  Operation launch = {.kind = OPERATION_LAUNCH, .tasks = &task, .n_tasks = 1};
  ck_assert_int_eq(master_accept(f->master, f->now, F0, &offer, 1, &launch, 1, OFFER_FILTER_NONE),
                   ACCEPT_INVALID_OFFERS);
  master_decline(f->master, f->now, F0, &offer, 1, OFFER_FILTER_NONE);
  ck_assert(!master_suppress(f->master, f->now, F0, NULL, 0));
  ck_assert(!master_revive(f->master, f->now, F0, NULL, 0));
  master_kill(f->master, f->now, F0, TASK_NONE, AGENT_NONE);
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* --- bad tasks ------------------------------------------------------------------------------------------ */

START_TEST(a_bad_task_does_not_stop_the_others)
{
  MasterFixture *f = two_agents_offered();
  ck_assert_int_eq(fixture_accept(f, F0, "1",
                                  "1@0=cpus:1;mem:1000 2@0=cpus:3.001 3@1=cpus:1 4@0= 5@0=disk:1 "
                                  "6@0=cpus:3;mem:3096 7@0=cpus:0.001",
                                  refuse_ms(0)),
                   ACCEPT_DONE);
  fixture_expect(f, "0 launch A0 F0 1 cpus:1;mem:1000\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 3 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 4 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 5 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 launch A0 F0 6 cpus:3;mem:3096\n"
                    "0 status F0 7 TASK_ERROR REASON_TASK_INVALID master 0");
  fixture_free(f);
}
END_TEST

START_TEST(a_negative_task_is_bad)
{
  MasterFixture *f = one_agent_offered();
  TaskInfo tasks[2] = {{.label = 1}, {.label = 2}};
  tasks[0].resources.plain.amount[RESOURCE_CPUS] = 1000;
  tasks[0].resources.plain.amount[RESOURCE_MEM] = -1000;
  tasks[1].resources.plain.amount[RESOURCE_CPUS] = 4000;
  Operation launch = {.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = 2};
  OfferId offer = fixture_offer(f, 1);
  master_accept(f->master, f->now, F0, &offer, 1, &launch, 1, refuse_ms(0));
  fixture_check(f);
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_INVALID master 0\n0 launch A0 F0 2 cpus:4");
  fixture_free(f);
}
END_TEST

START_TEST(what_bad_tasks_wanted_is_offered_again)
{
  MasterFixture *f = one_agent_offered();
  fixture_accept(f, F0, "1", "1@0=cpus:5", refuse_ms(0));
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_INVALID master 0");
  fixture_advance(f, 1000);
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

/* --- suppression ---------------------------------------------------------------------------------------- */

START_TEST(suppress_and_revive)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_subscribe(f, "f", "r,!s", 0);
  fixture_settle(f);
  fixture_expect(f, "0 offers F0 [1 A0 cpus:1;mem:1024]");
  fixture_decline(f, F0, "1", refuse_ms(1000000));
  ck_assert(master_suppress(f->master, f->now, F0, (const char *const[]){"r"}, 1));
  fixture_advance(f, 5000);
  ck_assert(master_revive(f->master, f->now, F0, (const char *const[]){"s"}, 1));
  fixture_settle(f);
  fixture_expect(f, "5000 offers F0 [2 A0 cpus:1;mem:1024]");
  fixture_decline(f, F0, "2", OFFER_FILTER_NONE);
  ck_assert(master_suppress(f->master, f->now, F0, NULL, 0));
  fixture_advance(f, 9000);
  fixture_expect(f, "");
  ck_assert(master_revive(f->master, f->now, F0, NULL, 0));
  fixture_settle(f);
  fixture_expect(f, "9000 offers F0 [3 A0 cpus:1;mem:1024]");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(roles_that_are_not_subscribed)
{
  MasterFixture *f = one_agent_offered();
  fixture_subscribe(f, "g", "s/t", 0);
  fixture_decline(f, F0, "1", refuse_ms(1000000));
  fixture_settle(f);
  fixture_log(f);
  ck_assert(!master_suppress(f->master, f->now, F0, (const char *const[]){"s/t"}, 1));
  ck_assert(!master_suppress(f->master, f->now, F1, (const char *const[]){"s"}, 1));
  ck_assert(!master_suppress(f->master, f->now, F0, (const char *const[]){"nobody"}, 1));
  ck_assert(!master_revive(f->master, f->now, F0, (const char *const[]){"s/t"}, 1));
  ck_assert(!master_revive(f->master, f->now, F0, (const char *const[]){""}, 1));
  fixture_settle(f);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* --- ends from outside ---------------------------------------------------------------------------------- */

static void half_a_minute(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){30 * NS_PER_S};
}

START_TEST(an_offer_times_out_at_the_instant)
{
  MasterFixture *f = fixture_new(&drf_allocator, half_a_minute);
  fixture_subscribe(f, "f", "r", 0);
  fixture_advance(f, 250);
  fixture_register(f, "cpus:1;mem:1024");
  fixture_settle(f);
  fixture_expect(f, "250 offers F0 [1 A0 cpus:1;mem:1024]");
  fixture_advance(f, 30249);
  fixture_expect(f, "");
  fixture_advance(f, 30250);
  fixture_expect(f, "30250 rescind F0 1");
  ck_assert_int_eq(end_of(f, 1), OFFER_RESCINDED);
  ck_assert_int_eq(fixture_accept(f, F0, "1", "7@0=cpus:1", refuse_ms(0)), ACCEPT_INVALID_OFFERS);
  fixture_expect(f, "30250 status F0 7 TASK_LOST REASON_INVALID_OFFERS master 0");
  fixture_advance(f, 31000);
  fixture_expect(f, "31000 offers F0 [2 A0 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(used_and_declined_offers_do_not_time_out)
{
  MasterFixture *f = fixture_new(&drf_allocator, half_a_minute);
  fixture_subscribe(f, "f", "r", 0);
  for (int i = 0; i < 4; i++) {
    fixture_register(f, "cpus:1;mem:1024");
    fixture_settle(f);
    fixture_advance(f, INT64_C(1000) * (i + 1));
  }
  fixture_log(f);
  fixture_accept(f, F0, "1", "7@0=cpus:1;mem:1024", refuse_ms(0));
  fixture_decline(f, F0, "3", refuse_ms(1000000));
  fixture_expect(f, "4000 launch A0 F0 7 cpus:1;mem:1024");
  fixture_advance(f, 30999);
  fixture_expect(f, "");
  fixture_advance(f, 31000);
  fixture_expect(f, "31000 rescind F0 2\n31000 offers F0 [5 A1 cpus:1;mem:1024]");
  fixture_advance(f, 32999);
  fixture_expect(f, "");
  fixture_advance(f, 33000);
  fixture_expect(f, "33000 rescind F0 4\n33000 offers F0 [6 A3 cpus:1;mem:1024]");
  fixture_advance(f, 61000);
  fixture_expect(f, "61000 rescind F0 5\n61000 offers F0 [7 A1 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

START_TEST(a_removed_framework_is_told_nothing)
{
  MasterFixture *f = two_agents_offered();
  fixture_subscribe(f, "g", "s", 0);
  fixture_accept(f, F0, "1", "7@0=cpus:4;mem:4096", refuse_ms(0));
  fixture_log(f);
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  fixture_expect(f, "0 shutdown A0 F0");
  ck_assert_int_eq(end_of(f, 2), OFFER_DISCARDED);
  ck_assert_uint_eq(f->n_tasks_live, 0);
  fixture_advance(f, 1000);
  ck_assert_uint_eq(f->n_offers_live, 2);
  ck_assert_uint_eq(f->offers->len, 4);
  fixture_free(f);
}
END_TEST

START_TEST(a_removed_agent_rescinds_its_offers)
{
  MasterFixture *f = two_agents_offered();
  master_remove_agent(f->master, f->now, (AgentId){0});
  fixture_check(f);
  fixture_expect(f, "0 rescind F0 1");
  ck_assert_int_eq(end_of(f, 1), OFFER_RESCINDED);
  fixture_advance(f, 3000);
  fixture_expect(f, "");
  /* Its id is not used again, and a second removal is nothing. */
  master_remove_agent(f->master, f->now, (AgentId){0});
  master_remove_agent(f->master, f->now, (AgentId){77});
  ck_assert_uint_eq(fixture_register(f, "cpus:1;mem:1024").index, 2);
  fixture_settle(f);
  fixture_expect(f, "3000 offers F0 [3 A2 cpus:1;mem:1024]");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-offers");
  test_case(suite, declined_for_a_while);
  test_case(suite, declined_for_no_time);
  test_case(suite, declined_for_a_negative_time);
  test_case(suite, declined_for_ever);
  test_case(suite, declines_of_unknown_offers_are_ignored);
  test_case(suite, accept_of_all);
  test_case(suite, accept_of_a_part_gives_the_rest_back);
  test_case(suite, the_filter_of_an_accept_is_for_the_rest);
  test_case(suite, accept_of_nothing_is_a_decline);
  test_case(suite, several_offers_of_one_agent_are_added);
  test_case(suite, several_launches_in_one_accept);
  test_case(suite, offers_of_two_agents);
  test_case(suite, offers_of_two_roles);
  test_case(suite, offers_of_two_frameworks);
  test_case(suite, unknown_offers);
  test_case(suite, repeated_offers);
  test_case(suite, stale_offers);
  test_case(suite, a_partition_aware_framework_hears_dropped);
  test_case(suite, nobody_accepts_for_a_framework_that_has_left);
  test_case(suite, a_bad_task_does_not_stop_the_others);
  test_case(suite, a_negative_task_is_bad);
  test_case(suite, what_bad_tasks_wanted_is_offered_again);
  test_case(suite, suppress_and_revive);
  test_case(suite, roles_that_are_not_subscribed);
  test_case(suite, an_offer_times_out_at_the_instant);
  test_case(suite, used_and_declined_offers_do_not_time_out);
  test_case(suite, a_removed_framework_is_told_nothing);
  test_case(suite, a_removed_agent_rescinds_its_offers);
  return suite;
}
