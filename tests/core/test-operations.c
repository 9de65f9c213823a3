/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins the operations of an accept, with the drf allocator: in order, each with what those before it have left and made;
 * what makes each of them be left out; groups, executors, shared volumes; and what comes back with which filter.
 *
 * Not here: launches of plain resources (test-master-offers.c), what a conversion is (test-conversions.c).
 */

#include <string.h>

#include "allocators/drf.h"
#include "tests/core/master-fixture.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};

#define CAPABLE                                                                                              \
  (FRAMEWORK_RESERVATION_REFINEMENT | FRAMEWORK_SHARED_RESOURCES | FRAMEWORK_REVOCABLE_RESOURCES)

/* An agent, and offer 1 of all of it. */
static MasterFixture *world_of(const char *resources, const char *role, uint32_t capabilities)
{
  MasterFixture *f = fixture_new(&drf_allocator, NULL);
  ck_assert(resource_kinds_add(f->kinds, "ports", NULL, NULL));
  fixture_register(f, resources);
  fixture_subscribe(f, "f", role, capabilities);
  fixture_settle(f);
  fixture_log(f);
  fixture_told(f);
  return f;
}

static MasterFixture *world(void)
{
  return world_of("cpus:4;mem:4096;disk:1000;ports:[1-10]", "r", CAPABLE);
}

/* What the next tick offers. */
static const char *offered_at(MasterFixture *f, int64_t milliseconds)
{
  fixture_log(f);
  fixture_advance(f, milliseconds);
  return fixture_log(f);
}

/* --- order ---------------------------------------------------------------------------------------------- */

START_TEST(operations_are_pipelined)
{
  MasterFixture *f = world();
  fixture_operate(f, F0, "1",
                  "reserve cpus(*,r):2;disk(*,r):100 | create disk(*,r)[v]:60 | "
                  "launch 1@0=cpus(*,r):1;disk(*,r)[v]:60;ports:[3-4] | unreserve disk(*,r):40",
                  refuse_ms(5000));
  fixture_expect(f, "0 convert A0 F0 RESERVE cpus:2;disk:100 -> cpus(*,r):2;disk(*,r):100\n"
                    "0 convert A0 F0 CREATE disk(*,r):60 -> disk(*,r)[v]:60\n"
                    "0 launch A0 F0 1 cpus(*,r):1;disk(*,r)[v]:60;ports:[3-4]\n"
                    "0 convert A0 F0 UNRESERVE disk(*,r):40 -> disk:40");
  fixture_expect_told(f, "");
  fixture_status(f, 1, TASK_FINISHED, 1);
  ck_assert_str_eq(offered_at(f, 1000),
                   "1000 offers F0 [2 A0 cpus:2;mem:4096;disk:940;cpus(*,r):2;disk(*,r)[v]:60;ports:[1-10]]");
  fixture_operate(f, F0, "2", "destroy disk(*,r)[v]:60 | unreserve cpus(*,r):2;disk(*,r):60", refuse_ms(0));
  fixture_expect_told(f, "");
  ck_assert_str_eq(offered_at(f, 2000), "2000 offers F0 [3 A0 cpus:4;mem:4096;disk:1000;ports:[1-10]]");
  fixture_free(f);
}
END_TEST

START_TEST(order_matters)
{
  MasterFixture *f = world();
  fixture_operate(f, F0, "1",
                  "launch 1@0=cpus(*,r):2 | reserve cpus(*,r):2 | launch 2@0=cpus(*,r):2 3@0=cpus:3",
                  refuse_ms(0));
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 convert A0 F0 RESERVE cpus:2 -> cpus(*,r):2\n"
                    "0 launch A0 F0 2 cpus(*,r):2\n"
                    "0 status F0 3 TASK_ERROR REASON_TASK_INVALID master 0");
  fixture_free(f);
}
END_TEST

/* What was converted is offered again at the next tick; what was not touched waits for the filter. */
START_TEST(converted_and_unused_comes_back_without_a_filter)
{
  MasterFixture *f = world_of("cpus:4;mem:4096", "r", CAPABLE);
  fixture_operate(f, F0, "1", "reserve cpus(*,r):3 | launch 1@0=cpus(*,r):1", refuse_ms(100000));
  fixture_log(f);
  fixture_advance(f, 1000);
  /* The filter is of cpus:1;mem:4096, which does not contain what is reserved. */
  fixture_expect(f, "1000 offers F0 [2 A0 cpus:1;mem:4096;cpus(*,r):2]");
  fixture_operate(f, F0, "2", "unreserve cpus(*,r):2", refuse_ms(100000));
  ck_assert_str_eq(offered_at(f, 2000), "2000 offers F0 [3 A0 cpus:3;mem:4096]");
  fixture_decline(f, F0, "3", refuse_ms(100000));
  ck_assert_str_eq(offered_at(f, 3000), "");
  fixture_free(f);
}
END_TEST

/* Reserving and unreserving the same leaves what was offered: nothing has come of it, so the filter holds. */
START_TEST(there_and_back_is_untouched)
{
  MasterFixture *f = world_of("cpus:4;mem:4096", "r", CAPABLE);
  fixture_operate(f, F0, "1", "reserve cpus(*,r):3 | unreserve cpus(*,r):3", refuse_ms(3500));
  ck_assert_str_eq(offered_at(f, 3999), "");
  fixture_advance(f, 4000);
  fixture_expect(f, "4000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

/* Of the same name, but not what was offered. */
START_TEST(a_volume_is_made_anew_with_another_size)
{
  MasterFixture *f = world_of("disk(r):50;disk(r)[v]:50;mem:64", "r", CAPABLE);
  fixture_operate(f, F0, "1", "destroy disk(r)[v]:50 | create disk(r)[v]:100", refuse_ms(100000));
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 mem:64;disk(r)[v]:100]");
  fixture_free(f);
}
END_TEST

START_TEST(an_accept_of_operations_alone_is_an_accept)
{
  MasterFixture *f = world();
  fixture_operate(f, F0, "1", "reserve cpus(*,r):1", refuse_ms(0));
  ck_assert_int_eq(g_array_index(f->offers, FixtureOffer, 0).end, OFFER_ACCEPTED);
  fixture_free(f);
}
END_TEST

/* --- what is left out ----------------------------------------------------------------------------------- */

static const struct {
  const char *agent;
  const char *role;
  uint32_t capabilities;
  const char *operations;
  const char *told; /* of the one that is left out */
} left_out[] = {
    {"cpus:4;mem:64", "r", CAPABLE, "reserve cpus(*,r):5", "RESERVE cpus(*,r):5"},
    {"cpus:4;mem:64", "r", CAPABLE, "reserve cpus(*,s):1", "RESERVE cpus(*,s):1"},
    {"cpus:4;mem:64", "r", CAPABLE, "reserve cpus(r):1", "RESERVE cpus(r):1"},
    {"cpus:4;mem:64", "r", CAPABLE, "reserve cpus:1", "RESERVE cpus:1"},
    {"cpus:4;mem:64", "r", CAPABLE, "reserve ", "RESERVE "},
    {"cpus:4;mem:64", "r/s", CAPABLE, "reserve cpus(*,r):1", "RESERVE cpus(*,r):1"},
    {"cpus(r):4;mem:64", "r/s", CAPABLE, "reserve cpus(*,r/s):1", "RESERVE cpus(*,r/s):1"},
    {"cpus(r):4;mem:64", "r/s", 0, "reserve cpus(r,r/s):1", "RESERVE cpus(r,r/s):1"},
    {"cpus:4;mem:64;cpus{REV}:1", "r", CAPABLE, "reserve cpus(*,r){REV}:1", "RESERVE cpus(*,r){REV}:1"},
    {"disk[MOUNT:d]:9;mem:64", "r", CAPABLE, "reserve disk(*,r)[MOUNT:d]:8", "RESERVE disk(*,r)[MOUNT:d]:8"},
    {"cpus(r):4;mem:64", "r", CAPABLE, "unreserve cpus(r):1", "UNRESERVE cpus(r):1"},
    {"cpus(*,r):4;mem:64", "r", CAPABLE, "unreserve cpus(*,r):5", "UNRESERVE cpus(*,r):5"},
    {"cpus:4;mem:64", "r", CAPABLE, "unreserve cpus(*,r):1", "UNRESERVE cpus(*,r):1"},
    {"disk(*,r)[v]:9;mem:64", "r", CAPABLE, "unreserve disk(*,r)[v]:9", "UNRESERVE disk(*,r)[v]:9"},
    {"disk:9;mem:64", "r", CAPABLE, "create disk[v]:9", "CREATE disk[v]:9"},
    {"disk(r):9;mem:64", "r", CAPABLE, "create disk(r)[v]:10", "CREATE disk(r)[v]:10"},
    {"disk(r):9;mem:64", "r", CAPABLE, "create disk(r):1", "CREATE disk(r):1"},
    {"disk(r):9;mem:64", "r", 0, "create disk(r)[v]{SHARED}:1", "CREATE disk(r)[v]{SHARED}:1"},
    {"disk(r):9;disk(r)[v]:1;mem:64", "r", CAPABLE, "create disk(r)[v]:5", "CREATE disk(r)[v]:5"},
    {"disk(r):9;disk(*,r)[v]:1;mem:64", "r", CAPABLE, "create disk(r)[v]:5", "CREATE disk(r)[v]:5"},
    {"disk(r):9;disk(*,r):9;mem:64", "r", CAPABLE, "create disk(r)[v]:1;disk(*,r)[v]:1",
     "CREATE disk(r)[v]:1;disk(*,r)[v]:1"},
    {"disk(r)[v]:9;mem:64", "r", CAPABLE, "destroy disk(r)[v]:8", "DESTROY disk(r)[v]:8"},
    {"disk(r)[v]:9;mem:64", "r", CAPABLE, "destroy disk(r)[w]:9", "DESTROY disk(r)[w]:9"},
    {"disk(r)[v]:9;mem:64", "r", CAPABLE, "launch 1@0=disk(r)[v]:9 | destroy disk(r)[v]:9",
     "DESTROY disk(r)[v]:9"},
    {"disk(r)[v]{SHARED}:9;mem:64", "r", CAPABLE,
     "launch 1@0=mem:1;disk(r)[v]{SHARED}:9 | destroy disk(r)[v]{SHARED}:9", "DESTROY disk(r)[v]{SHARED}:9"},
    {"disk(r)[v]{SHARED}:9;mem:64", "r", CAPABLE,
     "launch 1@0=mem:1+7=disk(r)[v]{SHARED}:9 | destroy disk(r)[v]{SHARED}:9",
     "DESTROY disk(r)[v]{SHARED}:9"},
};

/* The operation is left out; the one behind it is done. */
START_TEST(bad_operations_are_left_out_singly)
{
  MasterFixture *f = world_of(left_out[_i].agent, left_out[_i].role, left_out[_i].capabilities);
  g_autofree char *operations = g_strdup_printf("%s | launch 99@0=mem:1", left_out[_i].operations);
  g_autofree char *told = g_strdup_printf("F0 A0 left out %s", left_out[_i].told);
  ck_assert_int_eq(fixture_operate(f, F0, "1", operations, refuse_ms(0)), ACCEPT_DONE);
  ck_assert(g_str_has_suffix(fixture_told(f), told));
  const char *log = fixture_log(f);
  ck_assert_ptr_null(strstr(log, "convert"));
  ck_assert_ptr_nonnull(strstr(log, "launch A0 F0 99 mem:1"));
  fixture_free(f);
}
END_TEST

START_TEST(malformed_operations)
{
  MasterFixture *f = world();
  OfferId offer = fixture_offer(f, 1);
  Operation operations[] = {
      {.kind = OPERATIONS},        {.kind = (OperationKind)99},
      {.kind = OPERATION_RESERVE}, /* of nothing at all */
      {.kind = OPERATION_LAUNCH},  {.kind = OPERATION_LAUNCH_GROUP},
  };
  ck_assert_int_eq(
      master_accept(f->master, f->now, F0, &offer, 1, operations, G_N_ELEMENTS(operations), refuse_ms(0)),
      ACCEPT_DONE);
  fixture_check(f);
  fixture_expect(f, "");
  fixture_expect_told(f, "F0 A0 left out RESERVE ");
  fixture_free(f);
}
END_TEST

START_TEST(operations_on_invalid_offers_vanish)
{
  MasterFixture *f = world();
  ck_assert_int_eq(
      fixture_operate(f, F0, "1 0", "reserve cpus(*,r):1 | group 1@0=cpus:1 2@0=cpus:1", refuse_ms(0)),
      ACCEPT_INVALID_OFFERS);
  fixture_expect(f, "0 status F0 1 TASK_LOST REASON_INVALID_OFFERS master 0\n"
                    "0 status F0 2 TASK_LOST REASON_INVALID_OFFERS master 0");
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 cpus:4;mem:4096;disk:1000;ports:[1-10]]");
  fixture_free(f);
}
END_TEST

START_TEST(a_partition_aware_framework_hears_dropped)
{
  MasterFixture *f = world_of("cpus:4;mem:64", "r", FRAMEWORK_PARTITION_AWARE);
  fixture_operate(f, F0, "0", "launch 1@0=cpus:1 | group 2@0=cpus:1", refuse_ms(0));
  fixture_expect(f, "0 status F0 1 TASK_DROPPED REASON_INVALID_OFFERS master 0\n"
                    "0 status F0 2 TASK_DROPPED REASON_INVALID_OFFERS master 0");
  fixture_free(f);
}
END_TEST

/* --- tasks ---------------------------------------------------------------------------------------------- */

static const struct {
  const char *agent;
  const char *task;
} bad_tasks[] = {
    {"cpus:4;mem:64", "1@1=cpus:1"},
    {"cpus:4;mem:64", "1@0="},
    {"cpus:4;mem:64", "1@0=cpus:5"},
    {"cpus:4;mem:64", "1@0=cpus(r):1"},
    {"cpus:4;mem:64;cpus{REV}:4", "1@0=cpus:1;cpus{REV}:1"},
    {"cpus(r):4;mem:64;cpus{REV}:4", "1@0=cpus(r):1;cpus{REV}:1"},
    {"cpus:4;mem:64;ports:[1-5]", "1@0=cpus:1;ports:[5-6]"},
    {"cpus:4;mem:64;disk[MOUNT:d]:9", "1@0=cpus:1;disk[MOUNT:d]:8"},
    {"cpus:4;mem:64;disk(r)[v]{SHARED}:9", "1@0=cpus:1;disk(r)[v]{SHARED*2}:9"},
    {"cpus:4;mem:64;disk(r)[v]{SHARED}:9", "1@0=cpus:1;disk(r)[w]{SHARED}:9"},
    {"cpus:4;mem:64", "1@0=cpus:3+7=cpus:2"},
    {"cpus:4;mem:64;ports:[1-5]", "1@0=cpus:1;ports:[2-2]+7=ports:[1-3]"},
    {"cpus:4;mem:64", "1@0=cpus:1+18446744073709551615=cpus:1"},
    {"cpus:4;mem:64;cpus{REV}:4", "1@0=cpus:1+7=cpus:1;cpus{REV}:1"},
};

START_TEST(bad_tasks_come_back)
{
  MasterFixture *f = world_of(bad_tasks[_i].agent, "r", CAPABLE);
  g_autofree char *operations = g_strdup_printf("launch %s 2@0=mem:1", bad_tasks[_i].task);
  g_autofree char *log = g_strdup_printf("0 status F0 1 TASK_ERROR REASON_TASK_INVALID master 0\n"
                                         "0 launch A0 F0 2 mem:1");
  fixture_operate(f, F0, "1", operations, refuse_ms(0));
  fixture_expect(f, log);
  ck_assert_uint_eq(f->n_tasks_live, 1);
  fixture_free(f);
}
END_TEST

START_TEST(resources_that_are_none)
{
  MasterFixture *f = world();
  OfferId offer = fixture_offer(f, 1);
  g_autofree ResourceSlices *slices = g_malloc0(sizeof(ResourceSlices) + sizeof(ResourceSlice));
  slices->n_slices = 1;
  slices->slices[0] = (ResourceSlice){.reservation = 4711, .quantities = {{1000}}};
  TaskInfo tasks[] = {
      {.label = 1, .resources = {QUANTITIES_ZERO, slices}},
      {.label = 2, .resources = {{{-1000, 1000}}, NULL}},
  };
  Operation operations[] = {{.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = 2},
                            {.kind = OPERATION_LAUNCH_GROUP, .tasks = tasks, .n_tasks = 2},
                            {.kind = OPERATION_DESTROY, .resources = &tasks[0].resources}};
  master_accept(f->master, f->now, F0, &offer, 1, operations, 2, refuse_ms(0));
  fixture_check(f);
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "0 status F0 1 TASK_ERROR REASON_TASK_GROUP_INVALID master 0\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_GROUP_INVALID master 0");
  fixture_free(f);
}
END_TEST

START_TEST(revocable_resources_alone_are_fine)
{
  MasterFixture *f = world_of("cpus:4;mem:64;cpus{REV}:4", "r", CAPABLE);
  fixture_operate(f, F0, "1", "launch 1@0=mem:1;cpus{REV}:2", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 mem:1;cpus{REV}:2");
  fixture_free(f);
}
END_TEST

/* --- groups --------------------------------------------------------------------------------------------- */

START_TEST(a_group_runs)
{
  MasterFixture *f = world();
  fixture_operate(f, F0, "1", "group 1@0=cpus:1+7=cpus:1;mem:32 2@0=cpus:2+7=cpus:1;mem:32", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 cpus:1 under 7\n0 launch A0 F0 2 cpus:2 under 7");
  fixture_expect_told(f, "F0 A0 executor 7 added cpus:1;mem:32");
  fixture_free(f);
}
END_TEST

static const char *const bad_groups[] = {
    "1@0=cpus:1 2@0=cpus:4",                         /* not enough for all */
    "1@0=cpus:5 2@0=cpus:1",                         /* the first is bad */
    "1@0=cpus:1 2@0=",                               /* nothing */
    "1@0=cpus:1 2@1=cpus:1",                         /* elsewhere */
    "1@0=cpus:1+7=cpus:1 2@0=cpus:3+7=cpus:1",       /* with the executor too much */
    "1@0=cpus:1+7=cpus:1 2@0=cpus:1+8=cpus:1",       /* two executors */
    "1@0=cpus:1+7=cpus:1 2@0=cpus:1+7=cpus:2",       /* that differ */
    "1@0=cpus:1+7=cpus:1 2@0=cpus:1",                /* one without */
    "1@0=cpus:1;ports:[1-3] 2@0=cpus:1;ports:[3-4]", /* the same port twice */
    "1@0=cpus:1;ports:[1-1]+7=ports:[4-4] 2@0=cpus:1;ports:[3-4]+7=ports:[4-4]",
};

/* All or nothing, and nothing of it stays behind. */
START_TEST(one_bad_task_fails_the_group)
{
  MasterFixture *f = world();
  g_autofree char *operations = g_strdup_printf("group %s | launch 3@0=cpus:4;ports:[1-10]", bad_groups[_i]);
  fixture_operate(f, F0, "1", operations, refuse_ms(0));
  fixture_expect(f, "0 status F0 1 TASK_ERROR REASON_TASK_GROUP_INVALID master 0\n"
                    "0 status F0 2 TASK_ERROR REASON_TASK_GROUP_INVALID master 0\n"
                    "0 launch A0 F0 3 cpus:4;ports:[1-10]");
  fixture_expect_told(f, "");
  fixture_free(f);
}
END_TEST

/* --- executors ------------------------------------------------------------------------------------------ */

START_TEST(an_executor_is_booked_once)
{
  MasterFixture *f = world_of("cpus:4;mem:64", "r", 0);
  fixture_operate(f, F0, "1", "launch 1@0=cpus:1+7=cpus:1 2@0=cpus:1+7=cpus:1", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 cpus:1 under 7\n0 launch A0 F0 2 cpus:1 under 7");
  fixture_expect_told(f, "F0 A0 executor 7 added cpus:1");
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 cpus:1;mem:64]");
  /* It is there already, and costs nothing now. */
  fixture_operate(f, F0, "2", "launch 3@0=cpus:1+7=cpus:1", refuse_ms(0));
  fixture_expect(f, "1000 launch A0 F0 3 cpus:1 under 7");
  fixture_expect_told(f, "");
  fixture_free(f);
}
END_TEST

START_TEST(what_an_executor_had_is_free_when_it_exits)
{
  MasterFixture *f = world_of("cpus:4;mem:64", "r", 0);
  fixture_operate(f, F0, "1", "launch 1@0=cpus:3;mem:64+7=cpus:1", refuse_ms(0));
  fixture_status(f, 1, TASK_FINISHED, 1);
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 cpus:3;mem:64]");
  master_executor_exited(f->master, f->now, A0, F1, 7);
  master_executor_exited(f->master, f->now, A0, F0, 8);
  master_executor_exited(f->master, f->now, (AgentId){9}, F0, 7);
  fixture_told(f);
  fixture_check(f);
  master_executor_exited(f->master, f->now, A0, F0, 7);
  fixture_check(f);
  fixture_expect_told(f, "F0 A0 executor 7 removed");
  master_executor_exited(f->master, f->now, A0, F0, 7);
  fixture_expect_told(f, "");
  ck_assert_str_eq(offered_at(f, 2000), "2000 offers F0 [3 A0 cpus:1]");
  fixture_free(f);
}
END_TEST

START_TEST(an_executor_that_differs)
{
  MasterFixture *f = world_of("cpus:4;mem:64", "r,s", 0);
  fixture_operate(f, F0, "1", "launch 1@0=cpus:1+7=cpus:1", refuse_ms(0));
  fixture_advance(f, 1000);
  fixture_log(f);
  fixture_operate(f, F0, "2", "launch 2@0=cpus:1+7=cpus:0.5 3@0=cpus:1+8=", refuse_ms(0));
  /* The second offer is in the other role: an executor there is another one. */
  fixture_expect(f, "1000 status F0 2 TASK_ERROR REASON_TASK_INVALID master 0\n"
                    "1000 launch A0 F0 3 cpus:1 under 8");
  fixture_told(f);
  fixture_free(f);
}
END_TEST

START_TEST(executors_go_with_agent_and_framework)
{
  for (int agent = 0; agent < 2; agent++) {
    MasterFixture *f = world_of("cpus:4;mem:64", "r", 0);
    fixture_operate(f, F0, "1", "launch 1@0=cpus:1+7=cpus:1 2@0=cpus:1+8=cpus:1", refuse_ms(0));
    fixture_status(f, 1, TASK_FINISHED, 1);
    fixture_status(f, 2, TASK_FINISHED, 1);
    master_acknowledge(f->master, f->now, F0, fixture_task(f, 1), 1);
    master_acknowledge(f->master, f->now, F0, fixture_task(f, 2), 1);
    fixture_log(f);
    fixture_told(f);
    if (agent == 0)
      master_teardown(f->master, f->now, F0);
    else
      master_remove_agent(f->master, f->now, A0);
    fixture_check(f);
    fixture_expect_told(f, "F0 A0 executor 8 removed\nF0 A0 executor 7 removed");
    fixture_expect(f, agent == 0 ? "0 shutdown A0 F0" : "");
    fixture_free(f);
  }
}
END_TEST

/* --- shared volumes ------------------------------------------------------------------------------------- */

static MasterFixture *shared_world(void)
{
  MasterFixture *f = world_of("cpus:4;mem:64;disk(r)[v]{SHARED}:50", "r", CAPABLE);
  fixture_operate(f, F0, "1", "launch 1@0=cpus:1;disk(r)[v]{SHARED}:50 2@0=cpus:1;disk(r)[v]{SHARED}:50",
                  refuse_ms(0));
  fixture_expect(f, "0 launch A0 F0 1 cpus:1;disk(r)[v]{SHARED}:50\n"
                    "0 launch A0 F0 2 cpus:1;disk(r)[v]{SHARED}:50");
  return f;
}

START_TEST(a_shared_volume_is_used_several_times)
{
  MasterFixture *f = shared_world();
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 cpus:2;mem:64;disk(r)[v]{SHARED}:50]");
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_status(f, 2, TASK_FINISHED, 1);
  fixture_decline(f, F0, "2", refuse_ms(0));
  ck_assert_str_eq(offered_at(f, 2000), "2000 offers F0 [3 A0 cpus:4;mem:64;disk(r)[v]{SHARED}:50]");
  fixture_free(f);
}
END_TEST

START_TEST(a_shared_volume_goes_to_several_frameworks)
{
  MasterFixture *f = shared_world();
  fixture_subscribe(f, "g", "r", CAPABLE);
  fixture_settle(f);
  fixture_expect(f, "0 offers F1 [2 A0 cpus:2;mem:64;disk(r)[v]{SHARED}:50]");
  fixture_operate(f, F1, "2", "launch 3@0=cpus:1;disk(r)[v]{SHARED}:50", refuse_ms(0));
  fixture_expect(f, "0 launch A0 F1 3 cpus:1;disk(r)[v]{SHARED}:50");
  master_teardown(f->master, f->now, F0);
  fixture_check(f);
  fixture_status(f, 3, TASK_FINISHED, 1);
  master_teardown(f->master, f->now, F1);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* Two offers of the same agent, each with a copy, in one accept. */
START_TEST(copies_of_several_offers)
{
  MasterFixture *f = shared_world();
  fixture_advance(f, 1000); /* offer 2 */
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_advance(f, 2000); /* offer 3 */
  fixture_status(f, 2, TASK_FINISHED, 1);
  ck_assert(f->offers->len == 3);
  fixture_log(f);
  fixture_operate(f, F0, "2 3", "destroy disk(r)[v]{SHARED}:50 | create disk(r)[w]:50", refuse_ms(0));
  fixture_expect(f, "2000 convert A0 F0 DESTROY disk(r)[v]{SHARED}:50 -> disk(r):50\n"
                    "2000 convert A0 F0 CREATE disk(r):50 -> disk(r)[w]:50");
  ck_assert_str_eq(offered_at(f, 3000), "3000 offers F0 [4 A0 cpus:4;mem:64;disk(r)[w]:50]");
  fixture_free(f);
}
END_TEST

/* Another offer that has a copy of it cannot stay. */
START_TEST(offers_that_share_a_destroyed_volume_are_rescinded)
{
  MasterFixture *f = shared_world();
  fixture_subscribe(f, "g", "r", CAPABLE);
  fixture_settle(f); /* offer 2 to F1 */
  fixture_status(f, 1, TASK_FINISHED, 1);
  fixture_status(f, 2, TASK_FINISHED, 1);
  fixture_advance(f, 1000); /* offer 3 to F0 */
  fixture_log(f);
  fixture_operate(f, F0, "3", "destroy disk(r)[v]{SHARED}:50", refuse_ms(0));
  fixture_expect(f, "1000 rescind F1 2\n1000 convert A0 F0 DESTROY disk(r)[v]{SHARED}:50 -> disk(r):50");
  fixture_free(f);
}
END_TEST

START_TEST(a_shared_volume_is_made_and_used_in_one_accept)
{
  MasterFixture *f = world_of("cpus:4;mem:64;disk(r):50", "r", CAPABLE);
  fixture_operate(f, F0, "1",
                  "create disk(r)[v]{SHARED}:50 | launch 1@0=cpus:1;disk(r)[v]{SHARED}:50 "
                  "2@0=cpus:1;disk(r)[v]{SHARED}:50",
                  refuse_ms(1000000));
  fixture_expect(f, "0 convert A0 F0 CREATE disk(r):50 -> disk(r)[v]{SHARED}:50\n"
                    "0 launch A0 F0 1 cpus:1;disk(r)[v]{SHARED}:50\n"
                    "0 launch A0 F0 2 cpus:1;disk(r)[v]{SHARED}:50");
  /* The copy that was made and not used is free of the filter. */
  ck_assert_str_eq(offered_at(f, 1000), "1000 offers F0 [2 A0 cpus:2;mem:64;disk(r)[v]{SHARED}:50]");
  fixture_free(f);
}
END_TEST

/* --- messages that come back at once -------------------------------------------------------------------- */

static void cut_off(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  if (launch->label == 1)
    master_disconnect_agent(f->master, f->now, agent);
}

static void drain(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  if (launch->label == 1)
    master_drain_agent(f->master, f->now, agent, DURATION_ZERO, false, NULL);
}

static void removed(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  if (launch->label == 1)
    master_remove_agent(f->master, f->now, agent);
}

/* The agent goes while the messages of an accept are sent. */
START_TEST(launches_that_come_too_late)
{
  static const struct {
    void (*on_launch)(MasterFixture *f, AgentId agent, const TaskLaunch *launch);
    uint32_t capabilities;
    const char *last;
    uint32_t live;
  } rows[] = {
      {cut_off, 0, "0 status F0 2 TASK_LOST REASON_SLAVE_DISCONNECTED master 0", 1},
      {cut_off, FRAMEWORK_PARTITION_AWARE, "0 status F0 2 TASK_DROPPED REASON_SLAVE_DISCONNECTED master 0",
       1},
      {drain, FRAMEWORK_PARTITION_AWARE, "0 status F0 2 TASK_DROPPED REASON_SLAVE_DRAINING master 0", 1},
      {removed, 0, "0 status F0 1 TASK_LOST REASON_SLAVE_REMOVED master 0", 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    MasterFixture *f = world_of("cpus:4;mem:64", "r", rows[i].capabilities);
    f->on_launch = rows[i].on_launch;
    fixture_operate(f, F0, "1", "launch 1@0=cpus:1 2@0=cpus:1 | reserve cpus(*,r):1", refuse_ms(0));
    const char *log = fixture_log(f);
    ck_assert_msg(strstr(log, rows[i].last) != NULL, "%s", log);
    ck_assert_ptr_null(strstr(log, "launch A0 F0 2"));
    ck_assert_uint_eq(f->n_tasks_live, rows[i].live);
    fixture_told(f);
    fixture_free(f);
  }
}
END_TEST

/* --- frameworks that do not say what they cannot have --------------------------------------------------- */

START_TEST(live_offers_and_tasks_leave_no_memory_behind)
{
  MasterFixture *f = world_of("cpus:4;mem:64;disk(r)[v]{SHARED}:50;ports:[1-5]", "r", CAPABLE);
  fixture_operate(f, F0, "1",
                  "launch 1@0=cpus:1;ports:[1-2]+7=cpus(r):1;ports:[4-4] 2@0=cpus:1+8=ports:[5-5]",
                  refuse_ms(0));
  fixture_advance(f, 1000);
  ck_assert_uint_eq(f->n_offers_live, 1);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("operations");
  test_case(suite, operations_are_pipelined);
  test_case(suite, order_matters);
  test_case(suite, converted_and_unused_comes_back_without_a_filter);
  test_case(suite, there_and_back_is_untouched);
  test_case(suite, a_volume_is_made_anew_with_another_size);
  test_case(suite, an_accept_of_operations_alone_is_an_accept);
  test_case_loop(suite, bad_operations_are_left_out_singly, 0, G_N_ELEMENTS(left_out));
  test_case(suite, malformed_operations);
  test_case(suite, operations_on_invalid_offers_vanish);
  test_case(suite, a_partition_aware_framework_hears_dropped);
  test_case_loop(suite, bad_tasks_come_back, 0, G_N_ELEMENTS(bad_tasks));
  test_case(suite, resources_that_are_none);
  test_case(suite, revocable_resources_alone_are_fine);
  test_case(suite, a_group_runs);
  test_case_loop(suite, one_bad_task_fails_the_group, 0, G_N_ELEMENTS(bad_groups));
  test_case(suite, an_executor_is_booked_once);
  test_case(suite, what_an_executor_had_is_free_when_it_exits);
  test_case(suite, an_executor_that_differs);
  test_case(suite, executors_go_with_agent_and_framework);
  test_case(suite, a_shared_volume_is_used_several_times);
  test_case(suite, a_shared_volume_goes_to_several_frameworks);
  test_case(suite, copies_of_several_offers);
  test_case(suite, offers_that_share_a_destroyed_volume_are_rescinded);
  test_case(suite, a_shared_volume_is_made_and_used_in_one_accept);
  test_case(suite, launches_that_come_too_late);
  test_case(suite, live_offers_and_tasks_leave_no_memory_behind);
  return suite;
}
