/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what frameworks ask of offers and what agents lack: a minimum of their own, constraints on agents, regions, several
 * and nested roles, gpus and fairness, and the smallest offer that is made of an agent: scenarios that are told by Mesos's
 * allocator tests (DRFWithFairnessExclusion, DominantShareMetricsWithFairnessExclusion, FrameworkEmptyMinAllocatable,
 * DontOfferOldAgentToMultiRoleFramework, UpdateSlaveCapabilities) and by its filter of constraints.
 */

#include <string.h>

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

/* Adds a framework in one role with a wish. */
static void add_framework(Scenario *s, const char *name, const char *role, uint32_t capabilities,
                          const OfferWishes *wishes)
{
  AllocatorHarness *harness = scenario_arrive(s);
  AllocatorPlayer *player = scenario_player(s);
  RoleId id = scenario_role(s, role);
  AllocatorFramework info = {
      .name = name, .roles = &id, .n_roles = 1, .capabilities = capabilities, .wishes = wishes};
  FrameworkId framework = allocator_player_add_framework(player, name, PLAYER_LIVE);
  harness->interface->add_framework(harness->allocator, harness->now, framework, &info, true, NULL, 0);
}

/* Adds an agent of cpus:1;mem:512 or so. */
static void add_agent(Scenario *s, const AllocatorAgent *info, const char *total)
{
  AllocatorHarness *harness = scenario_arrive(s);
  AgentId agent = allocator_player_add_agent(scenario_player(s), info->hostname);
  Resources resources = scenario_resources(s, total);
  harness->interface->add_agent(harness->allocator, harness->now, agent, info, &resources, NULL, 0);
  resources_clear(&resources);
}

START_TEST(a_minimum_of_their_own)
{
  Scenario *s = scenario_allocator(_i, NULL);
  Quantities much = {.amount = {[RESOURCE_CPUS] = 2000}};
  OfferWishes any = {.min_allocatable_set = true};
  OfferWishes two = {.min_allocatable_set = true, .min_allocatable = &much, .n_min_allocatable = 1};
  add_framework(s, "F1", "r1", 0, &two);
  scenario_settled(s);
  scenario_offers(s, "addagent A cpus:0.005;mem:16");
  scenario_offers(s, "addagent B cpus:1;mem:512");
  add_framework(s, "F2", "r2", 0, &any);
  scenario_settled(s, "0 F2 r2 A cpus:0.005;mem:16", "0 F2 r2 B cpus:1;mem:512");
  scenario_offers(s, "addagent C cpus:2;mem:512", "0 F1 r1 C cpus:2;mem:512");
  scenario_end(s);
}
END_TEST

/* Which of four agents a framework with these constraints is offered, by name. */
static void constrained(int way, const OfferConstraints *constraints, const char *expected)
{
  static const char *const names[] = {"rack", "weight"};
  static const char *const values[][2] = {{"r1", NULL}, {"r22", NULL}, {"", NULL}};
  Scenario *s = scenario_allocator(way, NULL);
  OfferWishes wishes = {.constraints = *constraints};
  add_framework(s, "F", "r", FRAMEWORK_REGION_AWARE, &wishes);
  scenario_settled(s);
  add_agent(s, &(AllocatorAgent){.hostname = "h0"}, "cpus:1;mem:512");
  for (int i = 0; i < 3; i++) {
    g_autofree char *host = g_strdup_printf("h%d", i + 1);
    AllocatorAgent agent = {
        .hostname = host,
        .attribute_names = names,
        .attribute_values = values[i],
        .n_attributes = i == 2 ? 1 : 2, /* h1 and h2 have a weight, which is no text */
        .region = i == 1 ? "north" : NULL,
        .zone = i == 1 ? "z1" : NULL,
    };
    add_agent(s, &agent, "cpus:1;mem:512");
  }
  AllocatorPlayer *player = scenario_player(s);
  harness_settle(&player->harness);
  g_ptr_array_set_size(s->decisions, 0);
  allocator_player_decisions(player, s->decisions);
  g_autoptr(GString) got = g_string_new(NULL);
  for (guint i = 0; i < s->decisions->len; i++) {
    g_auto(GStrv) words = g_strsplit(s->decisions->pdata[i], " ", -1);
    g_string_append_printf(got, "%s%s", i == 0 ? "" : " ", words[3]);
  }
  ck_assert_str_eq(got->str, expected);
  scenario_end(s);
}

static void one_constraint(int way, ConstraintSelector selector, ConstraintPredicate predicate,
                           const char *attribute, const char *text, const char *expected)
{
  AttributeConstraint constraint = {selector, predicate, attribute, text};
  ConstraintGroup group = {&constraint, 1};
  OfferConstraints constraints = {&group, 1};
  constrained(way, &constraints, expected);
}

START_TEST(constraints_on_an_attribute)
{
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "rack", NULL, "h1 h2 h3");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EXISTS, "rack", NULL, "h0");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_EQUALS, "rack", "r1", "h1");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EQUALS, "rack", "r1", "h0 h2 h3");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_MATCHES, "rack", "r[0-9]", "h1"); /* the whole text */
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_MATCHES, "rack", "r1|r22|x", "h1 h2");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_MATCHES, "rack", "r.*", "h0 h3");
}
END_TEST

START_TEST(an_attribute_that_is_no_text_satisfies_all_about_its_text)
{
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_EQUALS, "weight", "x", "h1 h2");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EQUALS, "weight", "x", "h0 h1 h2 h3");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_MATCHES, "weight", "x", "h1 h2");
  one_constraint(_i, CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_MATCHES, "weight", "x", "h0 h1 h2 h3");
}
END_TEST

START_TEST(constraints_on_host_region_and_zone)
{
  one_constraint(_i, CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, "h2", "h2");
  one_constraint(_i, CONSTRAINT_HOSTNAME, CONSTRAINT_MATCHES, NULL, "h[01]", "h0 h1");
  one_constraint(_i, CONSTRAINT_REGION, CONSTRAINT_EXISTS, NULL, NULL, "h2");
  one_constraint(_i, CONSTRAINT_REGION, CONSTRAINT_NOT_EQUALS, NULL, "north", "h0 h1 h3");
  one_constraint(_i, CONSTRAINT_ZONE, CONSTRAINT_EQUALS, NULL, "z1", "h2");
}
END_TEST

START_TEST(groups_are_alternatives)
{
  AttributeConstraint host = {CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, "h0"};
  AttributeConstraint both[] = {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "rack", NULL},
                                {CONSTRAINT_ATTRIBUTE, CONSTRAINT_NOT_EXISTS, "weight", NULL}};
  ConstraintGroup groups[] = {{&host, 1}, {both, 2}};
  constrained(_i, &(OfferConstraints){groups, 2}, "h0 h3");
  constrained(_i, &(OfferConstraints){groups, 0}, "h0 h1 h2 h3");
}
END_TEST

START_TEST(constraints_are_of_one_role)
{
  Scenario *s = scenario_allocator(_i, NULL);
  AllocatorHarness *harness = scenario_arrive(s);
  RoleId roles[] = {scenario_role(s, "r1"), scenario_role(s, "r2")};
  AttributeConstraint nowhere = {CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "rack", NULL};
  ConstraintGroup group = {&nowhere, 1};
  OfferWishes wishes[] = {{.constraints = {&group, 1}}, {0}};
  AllocatorFramework info = {.name = "F", .roles = roles, .n_roles = 2, .wishes = wishes};
  FrameworkId framework = allocator_player_add_framework(scenario_player(s), "F", PLAYER_LIVE);
  harness->interface->add_framework(harness->allocator, harness->now, framework, &info, true, NULL, 0);
  scenario_settled(s);
  scenario_offers(s, "addagent A cpus:1;mem:512", "0 F r2 A cpus:1;mem:512");
  scenario_offers(s, "addagent B cpus(r1):1;mem(r1):512");
  info.wishes = NULL;
  harness->interface->update_framework(harness->allocator, harness->now, framework, &info);
  scenario_settled(s);
  scenario_offers(s, "tick", "1000 F r1 B cpus(r1):1;mem(r1):512");
  scenario_end(s);
}
END_TEST

START_TEST(new_attributes_are_looked_at_at_once)
{
  static const char *const names[] = {"rack"};
  static const char *const one[] = {"r1"};
  Scenario *s = scenario_allocator(_i, NULL);
  AttributeConstraint constraint = {CONSTRAINT_ATTRIBUTE, CONSTRAINT_EQUALS, "rack", "r1"};
  ConstraintGroup group = {&constraint, 1};
  OfferWishes wishes = {.constraints = {&group, 1}};
  add_framework(s, "F", "r", 0, &wishes);
  scenario_settled(s);
  scenario_offers(s, "addagent A cpus:1;mem:512");
  AllocatorHarness *harness = scenario_arrive(s);
  AllocatorAgent info = {
      .hostname = "A", .attribute_names = names, .attribute_values = one, .n_attributes = 1};
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"), &info);
  scenario_settled(s, "0 F r A cpus:1;mem:512");
  scenario_offers(s, "recover F A r cpus:1;mem:512 60000 offered");
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"), &info);
  scenario_settled(s); /* nothing differs */
  info.lacks = AGENT_NOT_MULTI_ROLE;
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"), &info);
  scenario_settled(s); /* the refusal still holds */
  info.zone = "z";
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"), &info);
  scenario_settled(s, "0 F r A cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(a_host_by_another_name_is_looked_at_again)
{
  Scenario *s = scenario_allocator(_i, NULL);
  AttributeConstraint constraint = {CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, "B"};
  ConstraintGroup group = {&constraint, 1};
  OfferWishes wishes = {.constraints = {&group, 1}};
  add_framework(s, "F", "r", 0, &wishes);
  scenario_settled(s);
  scenario_offers(s, "addagent A cpus:1;mem:512");
  AllocatorHarness *harness = scenario_arrive(s);
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"),
                                        &(AllocatorAgent){.hostname = "B"});
  scenario_settled(s, "0 F r A cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(old_agents_are_not_for_everybody)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F1 r1,r2 - - active");
  add_agent(s, &(AllocatorAgent){.hostname = "A", .lacks = AGENT_NOT_MULTI_ROLE}, "cpus:1;mem:512");
  scenario_settled(s);
  AllocatorHarness *harness = scenario_arrive(s);
  harness->interface->update_agent_info(harness->allocator, harness->now, scenario_agent(s, "A"),
                                        &(AllocatorAgent){.hostname = "A"});
  scenario_settled(s, "0 F1 r1 A cpus:1;mem:512");
  scenario_offers(s, "addframework F2 a/b - - active");
  scenario_offers(s, "suppress F1 -");
  add_agent(s, &(AllocatorAgent){.hostname = "B", .lacks = AGENT_NOT_HIERARCHICAL_ROLE}, "cpus:1;mem:512");
  scenario_settled(s);
  scenario_offers(s, "addframework F3 a - - active", "0 F3 a B cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

static void in_the_south(AllocatorSettings *settings)
{
  settings->region = "south";
}

START_TEST(other_regions_are_for_those_who_know_them)
{
  Scenario *s = scenario_allocator(_i, in_the_south);
  scenario_offers(s, "addframework F1 r1 - - active");
  add_agent(s, &(AllocatorAgent){.hostname = "A", .region = "north"}, "cpus:1;mem:512");
  add_agent(s, &(AllocatorAgent){.hostname = "B", .region = "south"}, "cpus:1;mem:512");
  add_agent(s, &(AllocatorAgent){.hostname = "C"}, "cpus:1;mem:512");
  scenario_settled(s, "0 F1 r1 B cpus:1;mem:512", "0 F1 r1 C cpus:1;mem:512");
  scenario_offers(s, "addframework F2 r2 - region active", "0 F2 r2 A cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

static void gpus_do_not_count(AllocatorSettings *settings)
{
  settings->fair_sharing_excluded = 1u << RESOURCE_GPUS;
}

START_TEST(excluded_kinds_leave_the_winners_as_they_are) /* DRFWithFairnessExclusion */
{
  Scenario *s = scenario_allocator(_i, gpus_do_not_count);
  scenario_offers(s, "addagent A1 cpus:2;mem:1024;gpus:1");
  scenario_offers(s, "addframework F1 r1 - gpu active", "0 F1 r1 A1 cpus:2;gpus:1;mem:1024");
  scenario_offers(s, "addframework F2 r2 - - active");
  scenario_offers(s, "addagent A2 cpus:1;mem:512", "0 F2 r2 A2 cpus:1;mem:512");
  scenario_offers(s, "addagent A3 cpus:3;mem:2048", "0 F2 r2 A3 cpus:3;mem:2048");
  scenario_offers(s, "addframework F3 r1 - - active");
  scenario_offers(s, "addagent A4 cpus:4;mem:4096", "0 F3 r1 A4 cpus:4;mem:4096");
  scenario_offers(s, "addframework F4 r1 - - active");
  scenario_offers(s, "addagent A5 cpus:1;mem:512", "0 F2 r2 A5 cpus:1;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(excluded_kinds_are_not_in_the_share) /* DominantShareMetricsWithFairnessExclusion */
{
  Scenario *s = scenario_allocator(_i, gpus_do_not_count);
  scenario_offers(s, "addframework F1 rA - gpu active");
  scenario_offers(s, "addagent A1 cpus:1;mem:1024;gpus:1", "0 F1 rA A1 cpus:1;gpus:1;mem:1024");
  scenario_offers(s, "addframework F2 rB - - active");
  scenario_offers(s, "addagent A2 cpus:3;mem:3072", "0 F2 rB A2 cpus:3;mem:3072");
  ck_assert_double_eq(scenario_share(s, "rA"), 0.25);
  ck_assert_double_eq(scenario_share(s, "rB"), 0.75);
  scenario_end(s);
}
END_TEST

START_TEST(the_minimum_is_summed_over_reservations) /* Allocatable */
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addframework F r1 - - active");
  scenario_offers(s, "addagent A cpus:0.015;mem:16;cpus(r1):0.015;mem(r1):16",
                  "0 F r1 A cpus:0.015;cpus(r1):0.015;mem:16;mem(r1):16");
  scenario_offers(s, "addagent B cpus:0.005;cpus(r2):1");
  scenario_offers(s, "addagent C cpus:0.005;cpus(r1):0.005", "0 F r1 C cpus:0.005;cpus(r1):0.005");
  scenario_end(s);
}
END_TEST

static void at_least_two_cpus(AllocatorSettings *settings)
{
  settings->least_offer.amount[RESOURCE_CPUS] = 2000;
}

START_TEST(small_rests_wait_until_they_are_large_enough)
{
  Scenario *s = scenario_allocator(_i, at_least_two_cpus);
  scenario_offers(s, "addframework F r - - active");
  scenario_offers(s, "addagent A cpus:4;mem:512", "0 F r A cpus:4;mem:512");
  scenario_offers(s, "recover F A r cpus:1;mem:512 none offered");
  scenario_offers(s, "ticks 2");
  scenario_offers(s, "recover F A r cpus:1 none offered");
  scenario_offers(s, "tick", "3000 F r A cpus:2;mem:512");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("wishes");
  test_case_loop(suite, a_minimum_of_their_own, 0, SCENARIO_WAYS);
  test_case_loop(suite, constraints_on_an_attribute, 0, SCENARIO_WAYS);
  test_case_loop(suite, an_attribute_that_is_no_text_satisfies_all_about_its_text, 0, SCENARIO_WAYS);
  test_case_loop(suite, constraints_on_host_region_and_zone, 0, SCENARIO_WAYS);
  test_case_loop(suite, groups_are_alternatives, 0, SCENARIO_WAYS);
  test_case_loop(suite, constraints_are_of_one_role, 0, SCENARIO_WAYS);
  test_case_loop(suite, new_attributes_are_looked_at_at_once, 0, SCENARIO_WAYS);
  test_case_loop(suite, a_host_by_another_name_is_looked_at_again, 0, SCENARIO_WAYS);
  test_case_loop(suite, old_agents_are_not_for_everybody, 0, SCENARIO_WAYS);
  test_case_loop(suite, other_regions_are_for_those_who_know_them, 0, SCENARIO_WAYS);
  test_case_loop(suite, excluded_kinds_leave_the_winners_as_they_are, 0, SCENARIO_WAYS);
  test_case_loop(suite, excluded_kinds_are_not_in_the_share, 0, SCENARIO_WAYS);
  test_case_loop(suite, the_minimum_is_summed_over_reservations, 0, SCENARIO_WAYS);
  test_case_loop(suite, small_rests_wait_until_they_are_large_enough, 0, SCENARIO_WAYS);
  return suite;
}
