/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what frameworks and agents say of themselves: what reaches the allocator, what is refused and why, and what an
 * update, a suppression or a request does.
 */

#include <string.h>

#include "base/error.h"
#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};

static MasterFixture *empty_world(void)
{
  script_start(NULL);
  return fixture_new(&scripted_allocator, NULL);
}

/* --- subscriptions -------------------------------------------------------------------------------------- */

static const AttributeConstraint good_constraints[] = {
    {CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "rack", NULL},
    {CONSTRAINT_HOSTNAME, CONSTRAINT_MATCHES, NULL, "host-[0-9]+"},
    {CONSTRAINT_REGION, CONSTRAINT_NOT_EQUALS, NULL, "north"},
    {CONSTRAINT_ZONE, CONSTRAINT_NOT_EXISTS, NULL, NULL},
};

START_TEST(a_subscription_reaches_the_allocator)
{
  MasterFixture *f = empty_world();
  const char *const roles[] = {"a", "b/c"};
  const bool suppressed[] = {false, true};
  Quantities minimum = {{1000}};
  ConstraintGroup group = {good_constraints, G_N_ELEMENTS(good_constraints)};
  OfferWishes wishes[] = {{.min_allocatable_set = true,
                           .min_allocatable = &minimum,
                           .n_min_allocatable = 1,
                           .constraints = {&group, 1}},
                          {.n_min_allocatable = 0}};
  FrameworkInfo info = {.name = "f",
                        .roles = roles,
                        .suppressed = suppressed,
                        .n_roles = 2,
                        .capabilities = 3,
                        .wishes = wishes};
  FrameworkId id = master_subscribe(f->master, f->now, &info, NULL);
  ck_assert_uint_eq(id.index, 0);
  ck_assert_str_eq(script_calls(), "add-role 0 -1 a\nadd-role 1 -1 b\nadd-role 2 1 b/c\n"
                                   "add-framework F0 f roles 0* !2 capabilities 3 active uses 0");
  fixture_free(f);
}
END_TEST

static const char long_pattern[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static const struct {
  AttributeConstraint constraint;
  const char *message;
} bad_constraints[] = {
    {{(ConstraintSelector)9, CONSTRAINT_EXISTS, NULL, NULL},
     "role a: a constraint with an unknown selector or predicate"},
    {{CONSTRAINT_ZONE, (ConstraintPredicate)9, NULL, NULL},
     "role a: a constraint with an unknown selector or predicate"},
    {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, NULL, NULL},
     "role a: a constraint names an attribute, if and only if that is its selector"},
    {{CONSTRAINT_ATTRIBUTE, CONSTRAINT_EXISTS, "", NULL},
     "role a: a constraint names an attribute, if and only if that is its selector"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_EXISTS, "rack", NULL},
     "role a: a constraint names an attribute, if and only if that is its selector"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_EXISTS, NULL, "x"},
     "role a: a constraint has a text, unless it asks for existence alone"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, NULL},
     "role a: a constraint has a text, unless it asks for existence alone"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_EQUALS, NULL, "caf\xe9"},
     "role a: the text of a constraint is not UTF-8"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_MATCHES, NULL, "("}, "role a: pattern \"(\":"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_NOT_MATCHES, NULL, "a)("}, "role a: pattern \"a)(\":"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_NOT_MATCHES, NULL, "(?x)a#"}, "role a: pattern \"(?x)a#\":"},
    {{CONSTRAINT_HOSTNAME, CONSTRAINT_MATCHES, NULL, long_pattern},
     "role a: pattern \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\": expected at most 256 bytes"},
};

/* Subscribes with @wishes for the role "a"; it must be refused, and nothing done. */
static void expect_refusal(const OfferWishes *wishes, const char *message)
{
  MasterFixture *f = empty_world();
  g_autoptr(GError) error = NULL;
  const char *role = "a";
  FrameworkInfo info = {.name = "f", .roles = &role, .n_roles = 1, .wishes = wishes};
  ck_assert_uint_eq(master_subscribe(f->master, f->now, &info, &error).index, INDEX_NONE);
  ck_assert(g_error_matches(error, MASTER_ERROR, MASTER_ERROR_FRAMEWORK));
  ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
  ck_assert_str_eq(script_calls(), "");
  ck_assert_uint_eq(master_framework_count(f->master), 0);
  fixture_check(f);
  fixture_free(f);
}

START_TEST(constraints_that_make_no_sense)
{
  AttributeConstraint constraints[] = {good_constraints[0], bad_constraints[_i].constraint};
  ConstraintGroup groups[] = {{good_constraints, 1}, {constraints, 2}};
  OfferWishes wishes = {.constraints = {groups, 2}};
  expect_refusal(&wishes, bad_constraints[_i].message);
}
END_TEST

START_TEST(wishes_that_make_no_sense)
{
  ConstraintGroup groups[] = {{good_constraints, 1}, {good_constraints, 0}};
  OfferWishes empty_group = {.constraints = {groups, 2}};
  expect_refusal(&empty_group, "role a: group 2 of constraints is empty; expected at least one");
  Quantities minimum = {{1000, -1}};
  OfferWishes negative = {.min_allocatable_set = true, .min_allocatable = &minimum, .n_min_allocatable = 1};
  expect_refusal(&negative, "role a: a minimum of resources is negative");
  Quantities good = {{1000}};
  OfferWishes unset = {.min_allocatable = &good, .n_min_allocatable = 1};
  expect_refusal(&unset, "role a: a minimum of resources that is not set");
}
END_TEST

static const struct {
  const char *name;
  const char *roles[3];
  uint32_t n_roles;
  const char *message;
} bad_infos[] = {
    {NULL, {"a"}, 1, "a framework without a name"},
    {"", {"a"}, 1, "a framework without a name"},
    {"f", {NULL}, 0, "framework f: expected at least one role"},
    {"f", {"a", NULL}, 2, "framework f: a role without a name"},
    {"f", {"a", "b", "a"}, 3, "framework f: role a is named twice; expected once"},
    {"f", {"/a"}, 1, "\"/a\" is not a role: expected"},
    {"f", {"a", "b//c"}, 2, "\"b//c\" is not a role: expected"},
    {"f", {"-a"}, 1, "\"-a\" is not a role: expected"},
    {"f", {"a/*"}, 1, "\"a/*\" is not a role: expected"},
    {"f", {".."}, 1, "\"..\" is not a role: expected"},
    {"f", {"a b"}, 1, "\"a b\" is not a role: expected"},
};

START_TEST(names_and_roles_that_make_no_sense)
{
  MasterFixture *f = empty_world();
  g_autoptr(GError) error = NULL;
  FrameworkInfo info = {
      .name = bad_infos[_i].name, .roles = bad_infos[_i].roles, .n_roles = bad_infos[_i].n_roles};
  ck_assert_uint_eq(master_subscribe(f->master, f->now, &info, &error).index, INDEX_NONE);
  ck_assert_msg(g_str_has_prefix(error->message, bad_infos[_i].message), "%s", error->message);
  ck_assert_str_eq(script_calls(), "");
  fixture_free(f);
}
END_TEST

/* --- updates -------------------------------------------------------------------------------------------- */

START_TEST(an_update_replaces)
{
  MasterFixture *f = scripted_world(NULL);
  ck_assert(fixture_update(f, F0, "f", "x/y,!r", 5));
  ck_assert_str_eq(script_calls(),
                   "add-role 3 -1 x\nadd-role 4 3 x/y\nupdate F0 f roles 4 !0 capabilities 5");
  fixture_expect_told(f, "F0 roles x/y r");
  fixture_free(f);
}
END_TEST

START_TEST(offers_in_roles_that_were_left_are_rescinded)
{
  MasterFixture *f = scripted_world(NULL);
  ck_assert(fixture_update(f, F0, "f", "r,x", 0));
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_offer(f, 0, 0, "cpus:1"); /* offer 2, in r */
  scripted_offer(f, 1, 1, "cpus:1"); /* offer 3, of somebody else */
  scripted_forget(f);
  ck_assert(fixture_update(f, F0, "f", "r,y", 0));
  fixture_expect(f, "");
  script_calls();
  ck_assert(fixture_update(f, F0, "f", "y", 0));
  fixture_expect(f, "3000 rescind F0 2");
  ck_assert_str_eq(script_calls(), "update F0 f roles 4 capabilities 0\nrecover F0 0 A0 cpus:1 none offered");
  /* The task runs on. */
  fixture_status(f, 7, TASK_RUNNING, 1);
  fixture_expect(f, "3000 status F0 7 TASK_RUNNING REASON_NONE executor 1");
  fixture_free(f);
}
END_TEST

START_TEST(capabilities_change)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  ck_assert(fixture_update(f, F0, "f", "r", FRAMEWORK_PARTITION_AWARE));
  scripted_forget(f);
  master_remove_agent(f->master, f->now, (AgentId){0});
  fixture_expect(f, "1000 status F0 7 TASK_GONE REASON_SLAVE_REMOVED master 0");
  fixture_free(f);
}
END_TEST

START_TEST(updates_that_are_refused)
{
  MasterFixture *f = scripted_world(NULL);
  ck_assert(!fixture_update(f, F0, "g", "r", 0));
  ck_assert(!fixture_update(f, F0, "f", "r,r", 0));
  ck_assert(!fixture_update(f, F0, "f", "", 0));
  ck_assert(!fixture_update(f, (FrameworkId){9}, "f", "r", 0));
  master_teardown(f->master, f->now, F0);
  script_calls();
  fixture_told(f);
  ck_assert(!fixture_update(f, F0, "f", "r", 0));
  ck_assert_str_eq(script_calls(), "");
  fixture_expect_told(f, "");
  fixture_free(f);
}
END_TEST

/* --- suppression and demand ----------------------------------------------------------------------------- */

START_TEST(lists_of_roles)
{
  MasterFixture *f = scripted_world(NULL);
  const char *const both[] = {"r", "x"};
  const char *const bad[] = {"r", "s"};
  const char *const none[] = {NULL};
  ck_assert(fixture_update(f, F0, "f", "r,x", 0));
  script_calls();
  ck_assert(master_suppress(f->master, f->now, F0, both, 2));
  ck_assert_str_eq(script_calls(), "suppress F0 0\nsuppress F0 3");
  ck_assert(master_revive(f->master, f->now, F0, both, 1));
  ck_assert_str_eq(script_calls(), "revive F0 0");
  ck_assert(master_revive(f->master, f->now, F0, NULL, 0));
  ck_assert_str_eq(script_calls(), "revive F0 -1");
  /* One bad role drops the whole call. */
  ck_assert(!master_suppress(f->master, f->now, F0, bad, 2));
  ck_assert(!master_revive(f->master, f->now, F0, bad, 2));
  ck_assert(!master_suppress(f->master, f->now, F0, none, 1));
  ck_assert(!master_suppress(f->master, f->now, (FrameworkId){9}, NULL, 0));
  ck_assert_str_eq(script_calls(), "");
  fixture_free(f);
}
END_TEST

START_TEST(demand_is_passed_on)
{
  MasterFixture *f = scripted_world(NULL);
  Quantities task = {{1000, 512000}};
  Quantities bad = {{-1}};
  Quantities huge = {{QUANTITY_MAX + 1}};
  ck_assert(master_request(f->master, f->now, F0, "r", &task, 12));
  ck_assert_str_eq(script_calls(), "request F0 0 cpus:1;mem:512 times 12");
  ck_assert(master_request(f->master, f->now, F1, "s/t", &task, 0));
  ck_assert_str_eq(script_calls(), "request F1 2 cpus:1;mem:512 times 0");
  ck_assert(!master_request(f->master, f->now, F0, "s/t", &task, 1));
  ck_assert(!master_request(f->master, f->now, F0, NULL, &task, 1));
  ck_assert(!master_request(f->master, f->now, F0, "r", &bad, 1));
  ck_assert(!master_request(f->master, f->now, F0, "r", &huge, 1));
  ck_assert(!master_request(f->master, f->now, (FrameworkId){7}, "r", &task, 1));
  ck_assert_str_eq(script_calls(), "");
  fixture_free(f);
}
END_TEST

/* --- agents --------------------------------------------------------------------------------------------- */

START_TEST(what_an_agent_says_reaches_the_allocator)
{
  MasterFixture *f = empty_world();
  const char *const names[] = {"rack", "speed"};
  const char *const values[] = {"r1", NULL};
  AgentInfo info = {.hostname = "h",
                    .attribute_names = names,
                    .attribute_values = values,
                    .n_attributes = 2,
                    .region = "north",
                    .zone = "n1",
                    .lacks = AGENT_NOT_HIERARCHICAL_ROLE,
                    .total = {{{1000}}, NULL}};
  ck_assert_uint_eq(master_register_agent(f->master, f->now, &info).index, 0);
  ck_assert_str_eq(script_calls(),
                   "add-agent A0 h  uses 0 rack=r1 speed=(no text) region north zone n1 lacks 2");
  fixture_free(f);
}
END_TEST

START_TEST(agents_that_make_no_sense)
{
  MasterFixture *f = empty_world();
  g_autofree ResourceSlices *slices = g_malloc0(sizeof(ResourceSlices) + sizeof(ResourceSlice));
  slices->n_slices = 1;
  slices->slices[0] = (ResourceSlice){.reservation = 4711, .quantities = {{1000}}};
  AgentInfo infos[] = {
      {.hostname = "h", .total = {{{-1000}}, NULL}},
      {.hostname = "h", .total = {{{QUANTITY_MAX + 1}}, NULL}},
      {.hostname = "h", .total = {QUANTITIES_ZERO, slices}},
      {.hostname = NULL, .total = {{{1000}}, NULL}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(infos); i++)
    ck_assert_uint_eq(master_register_agent(f->master, f->now, &infos[i]).index, INDEX_NONE);
  uint32_t volume = resource_kinds_disk(f->kinds, "v", NULL, true);
  slices->slices[0] = (ResourceSlice){.reservation = resource_kinds_reservation(f->kinds, "r"),
                                      .disk = volume,
                                      .shared = true,
                                      .copies = 2,
                                      .quantities = {{0, 0, 1000}}};
  ck_assert_uint_eq(master_register_agent(f->master, f->now, &infos[2]).index, INDEX_NONE);
  ck_assert_str_eq(script_calls(), "");
  ck_assert_uint_eq(master_agent_count(f->master), 0);
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("master-frameworks");
  test_case(suite, a_subscription_reaches_the_allocator);
  test_case_loop(suite, constraints_that_make_no_sense, 0, G_N_ELEMENTS(bad_constraints));
  test_case(suite, wishes_that_make_no_sense);
  test_case_loop(suite, names_and_roles_that_make_no_sense, 0, G_N_ELEMENTS(bad_infos));
  test_case(suite, an_update_replaces);
  test_case(suite, offers_in_roles_that_were_left_are_rescinded);
  test_case(suite, capabilities_change);
  test_case(suite, updates_that_are_refused);
  test_case(suite, lists_of_roles);
  test_case(suite, demand_is_passed_on);
  test_case(suite, what_an_agent_says_reaches_the_allocator);
  test_case(suite, agents_that_make_no_sense);
  return suite;
}
