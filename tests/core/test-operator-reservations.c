/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what operators reserve, unreserve, create and destroy on an agent, with a scripted allocator: what is converted where,
 * which offers are taken back for it and with which filter, and each refusal, which changes nothing.
 *
 * Not here: conversions as such (test-conversions.c), those of frameworks (test-master-operations.c).
 */

#include "base/resources-text.h"
#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const AgentId A0 = {0};

typedef OperatorResult (*Call)(Master *master, Instant now, AgentId agent, const Resources *resources,
                               GError **error);

static void expect_done(MasterFixture *f, Call call, uint32_t agent, const char *text)
{
  Resources resources;
  g_autoptr(GError) error = NULL;
  ck_assert(resources_parse(f->kinds, text, &resources, NULL));
  OperatorResult result = call(f->master, f->now, (AgentId){agent}, &resources, &error);
  ck_assert_msg(result == OPERATOR_DONE, "%s", error == NULL ? "" : error->message);
  resources_clear(&resources);
  fixture_check(f);
}

static void expect_not(MasterFixture *f, Call call, uint32_t agent, const char *text, OperatorResult expected,
                       const char *message)
{
  Resources resources;
  GError *error = NULL;
  scripted_forget(f);
  uint32_t offers = f->n_offers_live;
  ck_assert(resources_parse(f->kinds, text, &resources, NULL));
  OperatorResult result = call(f->master, f->now, (AgentId){agent}, &resources, &error);
  expect_refused(result, expected, &error, message);
  resources_clear(&resources);
  ck_assert_uint_eq(f->n_offers_live, offers);
  ck_assert_str_eq(script_calls(), "");
  fixture_expect(f, "");
  fixture_check(f);
}

/* An agent with a reservation to a, a disk reserved to a and one of its own. */
static MasterFixture *reserved(void (*change)(MasterSettings *settings))
{
  MasterFixture *f = scripted_world(change);
  fixture_register(f, "cpus:4;disk(*,a):100;cpus(a):2;disk(a)[MOUNT:m]:50");
  scripted_forget(f);
  return f;
}

START_TEST(what_is_free_is_reserved_at_once)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:1");
  scripted_forget(f);
  expect_done(f, master_reserve, 0, "cpus(*,a):2;mem(*,a):1024");
  ck_assert_str_eq(script_calls(), "available A0 cpus:2;mem:1024 to cpus(*,a):2;mem(*,a):1024");
  fixture_expect(f, "1000 convert A0 operator RESERVE cpus:2;mem:1024 -> cpus(*,a):2;mem(*,a):1024");
  fixture_expect_told(f, "RESERVE_RESOURCES agent 0 cpus(*,a):2;mem(*,a):1024");
  /* On top of it; and all off again. */
  expect_done(f, master_reserve, 0, "cpus(*,a,a/b):1");
  fixture_expect(f, "1000 convert A0 operator RESERVE cpus(*,a):1 -> cpus(*,a,a/b):1");
  expect_done(f, master_unreserve, 0, "cpus(*,a,a/b):1;mem(*,a):24");
  fixture_expect(f, "1000 convert A0 operator UNRESERVE mem(*,a):24;cpus(*,a,a/b):1 -> mem:24;cpus(*,a):1");
  expect_done(f, master_unreserve, 0, "cpus(*,a):2;mem(*,a):1000");
  fixture_expect(f, "1000 convert A0 operator UNRESERVE cpus(*,a):2;mem(*,a):1000 -> cpus:2;mem:1000");
  ck_assert_uint_eq(f->n_offers_live, 1);
  /* It is all there again. */
  master_deactivate_framework(f->master, f->now, (FrameworkId){0});
  master_activate_framework(f->master, f->now, (FrameworkId){0});
  scripted_forget(f);
  scripted_offer(f, 0, 0, "cpus:4;mem:4096");
  fixture_expect(f, "2000 offers F0 [2 A0 cpus:4;mem:4096]");
  fixture_free(f);
}
END_TEST

/* The newest first, only those that help, with the default filter, until it is free. */
START_TEST(offers_are_taken_back_until_it_is_free)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_grant(f, 0, 0, "cpus:1");
  scripted_grant(f, 1, 0, "cpus:1.5");
  scripted_grant(f, 0, 0, "mem:4096");
  scripted_grant(f, 0, 1, "cpus:4");
  scripted_tick(f);
  scripted_forget(f);
  expect_done(f, master_reserve, 0, "cpus(*,a):2.5");
  ck_assert_str_eq(script_calls(), "recover F1 2 A0 cpus:1.5 5000 offered\n"
                                   "available A0 cpus:2.5 to cpus(*,a):2.5");
  fixture_expect(f, "1000 rescind F1 2\n1000 convert A0 operator RESERVE cpus:2.5 -> cpus(*,a):2.5");
  expect_done(f, master_reserve, 0, "mem(*,a):1");
  fixture_expect(f, "1000 rescind F0 3\n1000 convert A0 operator RESERVE mem:1 -> mem(*,a):1");
  ck_assert_uint_eq(f->n_offers_live, 2);
  fixture_free(f);
}
END_TEST

static void compatible(MasterSettings *settings)
{
  settings->mesos_compatible = true;
}

/* Mesos does not know what is free: offers alone must do. */
START_TEST(mesos_takes_offers_back_in_any_case)
{
  MasterFixture *f = scripted_world(compatible);
  scripted_grant(f, 0, 0, "cpus:1");
  scripted_grant(f, 1, 0, "cpus:1");
  scripted_grant(f, 1, 0, "mem:1");
  scripted_tick(f);
  scripted_forget(f);
  expect_done(f, master_reserve, 0, "cpus(*,a):1");
  fixture_expect(f, "1000 rescind F1 2\n1000 convert A0 operator RESERVE cpus:1 -> cpus(*,a):1");
  expect_done(f, master_reserve, 0, "cpus(*,a):2");
  fixture_expect(f, "1000 rescind F0 1\n1000 convert A0 operator RESERVE cpus:2 -> cpus(*,a):2");
  fixture_free(f);
}
END_TEST

START_TEST(volumes)
{
  MasterFixture *f = reserved(NULL);
  expect_done(f, master_create_volume, 3, "disk(*,a)[data]:60");
  fixture_expect(f, "0 convert A3 operator CREATE disk(*,a):60 -> disk(*,a)[data]:60");
  fixture_expect_told(f, "CREATE_VOLUMES agent 3 disk(*,a)[data]:60");
  expect_not(f, master_create_volume, 3, "disk(*,a)[data]:10", OPERATOR_INVALID,
             "agent host-3: has a volume of that name already; expected a new one");
  expect_done(f, master_create_volume, 3, "disk(a)[MOUNT:m,whole]:50");
  fixture_expect(f, "0 convert A3 operator CREATE disk(a)[MOUNT:m]:50 -> disk(a)[MOUNT:m,whole]:50");
  expect_not(f, master_unreserve, 3, "disk(*,a)[data]:60", OPERATOR_INVALID,
             "agent host-3: disk(*,a)[data]:60: a volume stays reserved until it is destroyed");
  expect_done(f, master_destroy_volume, 3, "disk(*,a)[data]:60");
  fixture_expect(f, "0 convert A3 operator DESTROY disk(*,a)[data]:60 -> disk(*,a):60");
  expect_done(f, master_unreserve, 3, "disk(*,a):100");
  fixture_free(f);
}
END_TEST

/* A shared volume is free while it is offered; it is destroyed only where nobody has it. */
START_TEST(shared_volumes_are_taken_from_all_offers)
{
  MasterFixture *f = reserved(NULL);
  fixture_subscribe(f, "h", "a", FRAMEWORK_SHARED_RESOURCES);
  expect_done(f, master_create_volume, 3, "disk(*,a)[data]{SHARED}:60");
  Resources volume;
  ck_assert(resources_parse(f->kinds, "disk(*,a)[data]{SHARED}:60;cpus:1", &volume, NULL));
  RoleId role = {3};
  ck_assert_str_eq(master_role_path(f->master, role), "a");
  script_grant(2, role.index, 3, &volume, true);
  script_grant(2, role.index, 3, &volume, true);
  resources_clear(&volume);
  scripted_tick(f);
  ck_assert_uint_eq(f->n_offers_live, 2);
  scripted_forget(f);
  expect_done(f, master_destroy_volume, 3, "disk(*,a)[data]{SHARED}:60");
  fixture_expect(f, "1000 rescind F2 2\n1000 rescind F2 1\n"
                    "1000 convert A3 operator DESTROY disk(*,a)[data]{SHARED}:60 -> disk(*,a):60");
  fixture_free(f);
}
END_TEST

START_TEST(what_makes_no_sense)
{
  MasterFixture *f = reserved(NULL);
  scripted_launch(f, 0, 3, 7, "cpus:3");
  expect_not(f, master_reserve, 9, "cpus(*,a):1", OPERATOR_UNKNOWN,
             "agent 9: there is no such agent; 4 have registered");
  fixture_expect_told(f, "RESERVE_RESOURCES agent 9 cpus(*,a):1 refused");
  expect_not(f, master_reserve, 3, "", OPERATOR_INVALID, "agent host-3: nothing is named");
  expect_not(f, master_reserve, 3, "cpus:1", OPERATOR_INVALID,
             "agent host-3: what is neither reserved nor a volume is nothing to convert");
  expect_not(f, master_reserve, 3, "cpus(a):1", OPERATOR_INVALID,
             "agent host-3: cpus(a):1: expected a dynamic reservation, such as \"(*,role)\"");
  expect_not(f, master_unreserve, 3, "cpus(a):1", OPERATOR_INVALID,
             "agent host-3: cpus(a):1: expected a dynamic reservation, such as \"(*,role)\"");
  expect_not(f, master_create_volume, 3, "disk(*,a):1", OPERATOR_INVALID,
             "agent host-3: disk(*,a):1: expected a volume, such as \"disk(role)[name]\"");
  expect_not(f, master_reserve, 3, "cpus(*,a):2", OPERATOR_CONFLICT,
             "agent host-3: \"cpus:2\" is not there or in use; expected it to be free or offered");
  expect_not(f, master_unreserve, 3, "cpus(*,a):1", OPERATOR_CONFLICT,
             "agent host-3: \"cpus(*,a):1\" is not there or in use; expected it to be free or offered");
  expect_not(f, master_destroy_volume, 3, "disk(*,a)[x]:1", OPERATOR_CONFLICT,
             "agent host-3: \"disk(*,a)[x]:1\" is not there or in use; expected it to be free or offered");
  master_remove_agent(f->master, f->now, A0);
  expect_not(f, master_reserve, 0, "cpus(*,a):1", OPERATOR_UNKNOWN,
             "agent host-0: is no longer there: it is REMOVED");
  fixture_free(f);
}
END_TEST

/* Books that are not ours: it says no after all. */
START_TEST(an_allocator_that_has_given_it_away)
{
  MasterFixture *f = scripted_world(NULL);
  script_refuse_available();
  Resources resources;
  GError *error = NULL;
  ck_assert(resources_parse(f->kinds, "cpus(*,a):1", &resources, NULL));
  expect_refused(master_reserve(f->master, f->now, A0, &resources, &error), OPERATOR_CONFLICT, &error,
                 "agent host-0: allocator scripted has given it away; expected it to be free");
  resources_clear(&resources);
  fixture_expect(f, "");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(an_allocator_that_knows_no_reservations)
{
  script_start(NULL);
  AllocatorInterface plain = scripted_allocator;
  plain.update_available = NULL;
  MasterFixture *f = fixture_new(&plain, NULL);
  script_start(f->kinds);
  fixture_register(f, "cpus:1");
  script_calls();
  expect_not(f, master_reserve, 0, "cpus(*,a):1", OPERATOR_CONFLICT,
             "agent host-0: allocator scripted knows no reservations; expected one that does");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("operator-reservations");
  test_case(suite, what_is_free_is_reserved_at_once);
  test_case(suite, offers_are_taken_back_until_it_is_free);
  test_case(suite, mesos_takes_offers_back_in_any_case);
  test_case(suite, volumes);
  test_case(suite, shared_volumes_are_taken_from_all_offers);
  test_case(suite, what_makes_no_sense);
  test_case(suite, an_allocator_that_has_given_it_away);
  test_case(suite, an_allocator_that_knows_no_reservations);
  return suite;
}
