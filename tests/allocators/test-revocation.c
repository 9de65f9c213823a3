/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins revocation (allocators/revocation.h): who lacks how much for how long, from whom it is taken, that guarantees
 * of others are kept, that nothing is taken twice or for somebody who waits for nothing, and that what comes back goes
 * to the one it was taken for.
 *
 * Agents of 4 cpus; the harness accepts all offers, and gives back what is revoked when a test says so. Not here: how
 * the master kills (tests/core).
 */

#include <string.h>

#include "allocators/drf.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/support/test-main.h"

#define ROLES_MAX 6
#define TIMEOUT_S 10

static AllocatorHarness harness;
static uint32_t n_frameworks;
static uint32_t n_agents;

#define CALL(function, ...) drf_allocator.function(harness.allocator, harness.now, __VA_ARGS__)

static void start(const char *timeout, const char *const *paths, const uint32_t *parents)
{
  const char *values[] = {NULL, NULL, timeout, NULL};
  AllocatorSettings settings = {
      .allocation_interval = {NS_PER_S}, .option_values = values, .revocation = true};
  n_frameworks = n_agents = 0;
  harness_init(&harness, &drf_allocator, &settings, 3, true);
  for (uint32_t i = 0; paths[i] != NULL; i++)
    drf_allocator.add_role(harness.allocator, (RoleId){i},
                           (RoleId){parents == NULL ? INDEX_NONE : parents[i]}, paths[i]);
}

static void set_guarantee(uint32_t role, int64_t cpus)
{
  RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
  attributes.guarantee.amount[RESOURCE_CPUS] = 1000 * cpus;
  harness_arrive(&harness);
  CALL(update_role, (RoleId){role}, &attributes);
  harness_settle(&harness);
}

static void add_agents(uint32_t n)
{
  for (; n > 0; n--) {
    Resources total = resources_of(&(Quantities){{4000}});
    harness_arrive(&harness);
    CALL(add_agent, (AgentId){n_agents++}, &(AllocatorAgent){.hostname = "h"}, &total, NULL, 0);
  }
  harness_settle(&harness);
}

static FrameworkId add_framework(uint32_t role)
{
  FrameworkId framework = {n_frameworks++};
  RoleId id = {role};
  g_autofree char *name = g_strdup_printf("f%u", framework.index);
  harness_arrive(&harness);
  CALL(add_framework, framework, &(AllocatorFramework){.name = name, .roles = &id, .n_roles = 1}, true, NULL,
       0);
  harness_settle(&harness);
  return framework;
}

static void declare(FrameworkId framework, uint32_t role, int64_t cpus, uint32_t pending)
{
  harness_arrive(&harness);
  CALL(request_resources, framework, (RoleId){role}, &(Quantities){{1000 * cpus}}, pending);
  harness_settle(&harness);
}

/* Everybody uses what it is offered; @refuses: but that one. */
static void accept_all_but(FrameworkId refuses)
{
  for (guint i = 0; i < harness.offers->len; i++) {
    const HarnessOffer *offer = &g_array_index(harness.offers, HarnessOffer, i);
    if (offer->framework.index == refuses.index)
      CALL(recover_resources, offer->framework, offer->role, offer->agent, &offer->resources,
           ((OfferFilter){true, {NS_PER_H}}), false);
    else
      CALL(transition_offered_to_allocated, offer->framework, offer->role, offer->agent, &offer->resources);
  }
  harness_forget_offers(&harness);
}

static void accept_all(void)
{
  accept_all_but(FRAMEWORK_NONE);
}

static void run_for(int seconds)
{
  for (int i = 0; i < seconds; i++) {
    harness_tick(&harness);
    accept_all();
  }
}

static int64_t offered_cpus(FrameworkId framework)
{
  int64_t sum = 0;
  for (guint i = 0; i < harness.offers->len; i++)
    if (g_array_index(harness.offers, HarnessOffer, i).framework.index == framework.index)
      sum += g_array_index(harness.offers, HarnessOffer, i).resources.plain.amount[RESOURCE_CPUS];
  return sum / 1000;
}

/* FRAMEWORK_NONE: of all. */
static int64_t revoked_cpus(FrameworkId framework)
{
  int64_t sum = 0;
  for (guint i = 0; i < harness.revocations->len; i++) {
    const HarnessOffer *revoked = &g_array_index(harness.revocations, HarnessOffer, i);
    if (framework.index == INDEX_NONE || revoked->framework.index == framework.index)
      sum += revoked->resources.plain.amount[RESOURCE_CPUS];
  }
  return sum / 1000;
}

/* The tasks have ended. */
static void give_back_revoked(uint32_t role)
{
  harness_arrive(&harness);
  for (guint i = 0; i < harness.revocations->len; i++) {
    const HarnessOffer *revoked = &g_array_index(harness.revocations, HarnessOffer, i);
    CALL(recover_resources, revoked->framework, (RoleId){role}, revoked->agent, &revoked->resources,
         OFFER_FILTER_NONE, true);
  }
  g_array_set_size(harness.revocations, 0);
}

static void end(void)
{
  drf_allocator.check(harness.allocator, harness.now);
  harness_clear(&harness);
}

static const char *const two[] = {"batch", "prod", NULL};

START_TEST(a_guarantee_is_kept_after_the_timeout)
{
  start("10s", two, NULL);
  add_agents(10);
  add_framework(0);
  accept_all();
  set_guarantee(1, 12);
  FrameworkId prod = add_framework(1);
  run_for(TIMEOUT_S - 1);
  ck_assert_uint_eq(harness.revocations->len, 0);
  run_for(2);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 12);
  /* Once: it is on its way. */
  run_for(30);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 12);
  give_back_revoked(0);
  harness_tick(&harness);
  ck_assert_int_eq(offered_cpus(prod), 12);
  accept_all();
  run_for(30);
  ck_assert_uint_eq(harness.revocations->len, 0);
  end();
}
END_TEST

/* Without revocation the 12 would be withheld from the start. */
START_TEST(what_nobody_waits_for_is_lent)
{
  for (int revokes = 0; revokes < 2; revokes++) {
    start(revokes == 1 ? "10s" : NULL, two, NULL);
    set_guarantee(1, 12);
    add_agents(10);
    FrameworkId batch = add_framework(0);
    ck_assert_int_eq(offered_cpus(batch), revokes == 1 ? 40 : 28);
    accept_all();
    FrameworkId prod = add_framework(1);
    run_for(TIMEOUT_S + 1);
    ck_assert_int_eq(revoked_cpus(batch), revokes == 1 ? 12 : 0);
    CALL(suppress_offers, prod, ROLE_NONE);
    if (revokes == 1) {
      give_back_revoked(0);
      harness_tick(&harness);
      ck_assert_int_eq(offered_cpus(batch), 12); /* it waits no more: lent again */
    }
    end();
  }
}
END_TEST

START_TEST(off_unless_asked_for)
{
  start(NULL, two, NULL);
  add_agents(10);
  add_framework(0);
  accept_all();
  set_guarantee(1, 12);
  add_framework(1);
  run_for(100);
  ck_assert_uint_eq(harness.revocations->len, 0);
  end();
}
END_TEST

START_TEST(without_a_timeout_it_is_at_once)
{
  start("0s", two, NULL);
  add_agents(10);
  add_framework(0);
  accept_all();
  set_guarantee(1, 4);
  add_framework(1);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 4);
  end();
}
END_TEST

/* What is taken comes from the larger share, until they are equal. */
START_TEST(the_largest_share_loses)
{
  static const char *const three[] = {"big", "prod", "small", NULL};
  start("10s", three, NULL);
  add_agents(8);
  FrameworkId big = add_framework(0);
  accept_all();
  FrameworkId small = add_framework(2);
  add_agents(2);
  accept_all();
  set_guarantee(1, 32);
  add_framework(1);
  run_for(TIMEOUT_S + 1);
  /* 32 and 8: down to 4 each. */
  ck_assert_int_eq(revoked_cpus(big), 28);
  ck_assert_int_eq(revoked_cpus(small), 4);
  end();
}
END_TEST

START_TEST(never_below_a_guarantee)
{
  start("10s", two, NULL);
  set_guarantee(0, 24);
  add_agents(10);
  add_framework(0);
  run_for(1);
  accept_all();
  set_guarantee(1, 24); /* more than there is: 40 in all */
  FrameworkId prod = add_framework(1);
  run_for(TIMEOUT_S + 1);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 16);
  give_back_revoked(0);
  harness_tick(&harness);
  ck_assert_int_eq(offered_cpus(prod), 16);
  accept_all();
  run_for(100);
  ck_assert_uint_eq(harness.revocations->len, 0);
  end();
}
END_TEST

START_TEST(not_for_who_waits_for_nothing)
{
  start("10s", two, NULL);
  add_agents(10);
  add_framework(0);
  accept_all();
  set_guarantee(1, 12);
  run_for(20); /* nobody is in the role */
  FrameworkId prod = add_framework(1);
  declare(prod, 1, 2, 0);
  run_for(20);
  CALL(suppress_offers, prod, ROLE_NONE);
  declare(prod, 1, 2, 100);
  run_for(20);
  ck_assert_uint_eq(harness.revocations->len, 0);
  CALL(revive_offers, prod, ROLE_NONE);
  harness_settle(&harness);
  declare(prod, 1, 2, 3); /* 6 of the 12 */
  run_for(TIMEOUT_S + 1);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 6);
  declare(prod, 1, QUANTITY_MAX / 1000, 9300); /* more than can be counted */
  run_for(TIMEOUT_S + 1);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 12);
  end();
}
END_TEST

/* What is free and refused is withheld for it: nothing has to be taken. */
START_TEST(not_while_enough_is_free)
{
  start("10s", two, NULL);
  set_guarantee(1, 12);
  FrameworkId prod = add_framework(1);
  FrameworkId batch = add_framework(0);
  add_agents(10);
  for (int i = 0; i < 30; i++) {
    accept_all_but(prod);
    harness_tick(&harness);
  }
  ck_assert_uint_eq(harness.revocations->len, 0);
  accept_all_but(prod);
  ck_assert_int_eq(revoked_cpus(batch), 0);
  end();
}
END_TEST

/* 3 agents have 2 cpus left each; prod declares tasks of 4. */
START_TEST(pieces_too_small_do_not_count)
{
  static const char *const three[] = {"batch", "prod", "other", NULL};
  for (int declares = 0; declares < 2; declares++) {
    start("10s", three, NULL);
    add_agents(3);
    FrameworkId batch = add_framework(0);
    for (guint i = 0; i < harness.offers->len; i++) {
      const HarnessOffer *offer = &g_array_index(harness.offers, HarnessOffer, i);
      Resources half = resources_of(&(Quantities){{2000}});
      CALL(transition_offered_to_allocated, batch, offer->role, offer->agent, &half);
      CALL(recover_resources, batch, offer->role, offer->agent, &half, ((OfferFilter){true, {NS_PER_H}}),
           false);
    }
    harness_forget_offers(&harness);
    set_guarantee(1, 4);
    FrameworkId prod = add_framework(1);
    if (declares == 1)
      declare(prod, 1, 4, 10);
    for (int i = 0; i < TIMEOUT_S + 2; i++) {
      accept_all_but(prod);
      harness_tick(&harness);
    }
    ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), declares == 1 ? 4 : 0);
    end();
  }
}
END_TEST

/* "org" is guaranteed 12, "org/a" 8 of it; what either lacks is taken from outside. */
START_TEST(in_a_tree_of_roles)
{
  static const char *const tree[] = {"batch", "org", "org/a", "org/b", NULL};
  static const uint32_t parents[] = {INDEX_NONE, INDEX_NONE, 1, 1};
  start("10s", tree, parents);
  add_agents(10);
  add_framework(0);
  accept_all();
  set_guarantee(1, 12);
  set_guarantee(2, 8);
  FrameworkId a = add_framework(2);
  run_for(TIMEOUT_S + 1);
  ck_assert_int_eq(revoked_cpus(FRAMEWORK_NONE), 12);
  give_back_revoked(0);
  harness_tick(&harness);
  ck_assert_int_ge(offered_cpus(a), 8);
  accept_all();
  run_for(50);
  ck_assert_uint_eq(harness.revocations->len, 0);
  end();
}
END_TEST

START_TEST(options_that_make_no_sense_are_refused)
{
  static const char *const wrong[] = {"10", "-1s", "soon", ""};
  AllocatorHost host = {.size = sizeof host};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    const char *values[] = {NULL, NULL, wrong[i], NULL};
    AllocatorSettings settings = {
        .allocation_interval = {NS_PER_S}, .option_values = values, .revocation = true};
    g_autofree char *error = NULL;
    ck_assert_ptr_null(drf_allocator.create(&settings, &host, INSTANT_ZERO, &error));
    ck_assert_ptr_nonnull(
        strstr(error, "expected off or a duration such as 30s (option revocation-timeout)"));
  }
  const char *values[] = {NULL, NULL, "10s", NULL};
  AllocatorSettings settings = {.allocation_interval = {NS_PER_S}, .option_values = values};
  g_autofree char *error = NULL;
  ck_assert_ptr_null(drf_allocator.create(&settings, &host, INSTANT_ZERO, &error));
  ck_assert_ptr_nonnull(strstr(error, "[master] revocation-grace"));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("revocation");
  test_case(suite, a_guarantee_is_kept_after_the_timeout);
  test_case(suite, what_nobody_waits_for_is_lent);
  test_case(suite, off_unless_asked_for);
  test_case(suite, without_a_timeout_it_is_at_once);
  test_case(suite, the_largest_share_loses);
  test_case(suite, never_below_a_guarantee);
  test_case(suite, not_for_who_waits_for_nothing);
  test_case(suite, not_while_enough_is_free);
  test_case(suite, pieces_too_small_do_not_count);
  test_case(suite, in_a_tree_of_roles);
  test_case(suite, options_that_make_no_sense_are_refused);
  return suite;
}
