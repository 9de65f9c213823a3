/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins quotas in the master, with a scripted allocator: each check and its message, what force lets pass, and which offers
 * are rescinded for limits and for guarantees.
 *
 * Not here: what the allocator makes of a quota (tests/conformance).
 */

#include "base/resources-text.h"
#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const Quantities no_limit = {{-1, -1, -1, -1, -1, -1}};

/* Both as text; "": none. */
static QuotaUpdate quota(const MasterFixture *f, const char *role, const char *guarantee, const char *limit)
{
  QuotaUpdate update = {.role = role, .limit = no_limit};
  Quantities amounts;
  ck_assert(quantities_parse(f->kinds, guarantee, &update.guarantee, NULL));
  ck_assert(quantities_parse(f->kinds, limit, &amounts, NULL));
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (amounts.amount[kind] > 0)
      update.limit.amount[kind] = amounts.amount[kind];
  return update;
}

static void compatible(MasterSettings *settings)
{
  settings->mesos_compatible = true;
}

static void expect_done(MasterFixture *f, const QuotaUpdate *updates, uint32_t n, bool force)
{
  GError *error = NULL;
  OperatorResult result = master_update_quota(f->master, f->now, updates, n, force, &error);
  ck_assert_msg(result == OPERATOR_DONE, "%s", error == NULL ? "" : error->message);
  fixture_check(f);
}

static void expect_invalid(MasterFixture *f, const QuotaUpdate *updates, uint32_t n, bool force,
                           const char *message)
{
  GError *error = NULL;
  scripted_forget(f);
  OperatorResult result = master_update_quota(f->master, f->now, updates, n, force, &error);
  expect_refused(result, OPERATOR_INVALID, &error, message);
  ck_assert_str_eq(script_calls(), "");
  fixture_expect(f, "");
}

/* --- checks --------------------------------------------------------------------------------------------- */

START_TEST(a_quota_reaches_the_allocator_with_the_other_attributes)
{
  MasterFixture *f = scripted_world(NULL);
  WeightUpdate weights[] = {{"r", 3}};
  master_update_weights(f->master, f->now, weights, 1, NULL);
  scripted_forget(f);
  QuotaUpdate updates[] = {quota(f, "r", "cpus:2;mem:1024", "cpus:4"), quota(f, "new", "", "disk:1")};
  updates[0].limit.amount[RESOURCE_GPUS] = 0;
  expect_done(f, updates, 2, false);
  ck_assert_str_eq(script_calls(), "update-role 0 weight 3 priority 0\nadd-role 3 -1 new\n"
                                   "update-role 3 weight 1 priority 0");
  fixture_expect_told(f, "role r weight 3 guarantee cpus:2;mem:1024\nrole new weight 1 guarantee \n"
                         "UPDATE_QUOTA r guarantee cpus:2;mem:1024 limit cpus:4;gpus:0, new limit disk:1");
  /* And off again. */
  QuotaUpdate off[] = {quota(f, "r", "", "")};
  expect_done(f, off, 1, false);
  fixture_expect_told(f, "role r weight 3 guarantee \nUPDATE_QUOTA r");
  fixture_free(f);
}
END_TEST

START_TEST(quotas_that_make_no_sense)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:4");
  QuotaUpdate good = quota(f, "r", "cpus:1", "");
  expect_invalid(f, &good, 0, false, "no quotas: expected at least one role");
  QuotaUpdate twice[] = {good, good};
  expect_invalid(f, twice, 2, true, "role r: is named twice; expected once");
  QuotaUpdate path[] = {good, quota(f, "/s", "cpus:1", "")};
  expect_invalid(
      f, path, 2, true,
      "\"/s\" is not a role: expected components joined by \"/\", none of them empty, \".\", \"..\" or "
      "beginning with \"-\", without white space or any of \\(){};:,*");
  QuotaUpdate above[] = {good, quota(f, "s", "cpus:1;mem:10", "mem:9")};
  expect_invalid(f, above, 2, true,
                 "role s: the guarantee of mem is above the limit; expected it to be within it");
  QuotaUpdate negative = good;
  negative.guarantee.amount[RESOURCE_DISK] = -1;
  expect_invalid(f, &negative, 1, true, "role r: a negative amount of disk; expected 0 or more");
  negative = good;
  negative.limit.amount[RESOURCE_CPUS] = -2;
  expect_invalid(f, &negative, 1, true, "role r: a negative amount of cpus; expected 0 or more");
  fixture_free(f);
}
END_TEST

START_TEST(absurd_amounts)
{
  MasterFixture *f = scripted_world(NULL);
  QuotaUpdate update = quota(f, "r", "", "");
  update.limit.amount[RESOURCE_MEM] = INT64_C(1099511627776) * 1000;
  update.limit.amount[RESOURCE_CPUS] = INT64_C(1000000000000) * 1000;
  expect_done(f, &update, 1, false);
  update.limit.amount[RESOURCE_MEM]++;
  expect_invalid(f, &update, 1, true, "role r: an absurd amount of mem; expected at most 1099511627776");
  update = quota(f, "r", "", "");
  update.guarantee.amount[RESOURCE_CPUS] = INT64_C(1000000000000) * 1000 + 1;
  expect_invalid(f, &update, 1, true, "role r: an absurd amount of cpus; expected at most 1000000000000");
  fixture_free(f);
}
END_TEST

START_TEST(nested_roles_under_mesos)
{
  MasterFixture *f = scripted_world(compatible);
  QuotaUpdate updates[] = {quota(f, "s", "cpus:2", ""), quota(f, "s/t", "cpus:1", "")};
  expect_invalid(f, updates, 2, true,
                 "role s/t: quotas of nested roles are not supported; expected one without \"/\"");
  expect_done(f, updates, 1, false);
  fixture_free(f);
}
END_TEST

START_TEST(nested_roles_within_their_parents)
{
  MasterFixture *f = scripted_world(NULL);
  QuotaUpdate orphan[] = {quota(f, "x/y/z", "cpus:1", "")};
  expect_invalid(
      f, orphan, 1, true,
      "role x/y/z: has a guarantee, and role x/y above it has none; expected one that contains its "
      "children's");
  QuotaUpdate known[] = {quota(f, "s/t", "cpus:1", "")};
  expect_invalid(
      f, known, 1, true,
      "role s: is guaranteed \"\", its children \"cpus:1\" together; expected theirs to be within its own");
  QuotaUpdate both[] = {quota(f, "s/t", "cpus:1", ""), quota(f, "s", "cpus:3", "cpus:5")};
  expect_done(f, both, 2, false);
  QuotaUpdate more[] = {quota(f, "s/u", "cpus:2.001", "")};
  expect_invalid(
      f, more, 1, true,
      "role s: is guaranteed \"cpus:3\", its children \"cpus:3.001\" together; expected theirs to be "
      "within its own");
  QuotaUpdate less[] = {quota(f, "s", "cpus:0.5", "")};
  expect_invalid(
      f, less, 1, true,
      "role s: is guaranteed \"cpus:0.5\", its children \"cpus:1\" together; expected theirs to be within "
      "its own");
  QuotaUpdate wide[] = {quota(f, "s/t/deep", "", "cpus:6")};
  expect_invalid(f, wide, 1, true,
                 "role s/t/deep: its limit is above that of role s; expected it to be within it");
  QuotaUpdate narrow[] = {quota(f, "s/t/deep", "", "cpus:5")};
  expect_done(f, narrow, 1, false);
  fixture_free(f);
}
END_TEST

/* Of 12 cpus. A child's guarantee is part of its parent's. */
START_TEST(guarantees_within_the_cluster)
{
  MasterFixture *f = scripted_world(NULL);
  QuotaUpdate most[] = {quota(f, "r", "cpus:7", ""), quota(f, "s", "cpus:5", ""),
                        quota(f, "s/t", "cpus:5", "")};
  expect_done(f, most, 3, false);
  QuotaUpdate more[] = {quota(f, "x", "cpus:0.001", "")};
  expect_invalid(
      f, more, 1, false,
      "guarantees are \"cpus:12.001\" together, the cluster has \"cpus:12;mem:12288\"; expected them to be "
      "within it, or force");
  /* Agents that are not active count, those that were removed do not. */
  master_deactivate_agent(f->master, f->now, (AgentId){0}, NULL);
  expect_done(f, most, 3, false);
  master_disconnect_agent(f->master, f->now, (AgentId){0});
  expect_done(f, most, 3, false);
  master_remove_agent(f->master, f->now, (AgentId){0});
  expect_invalid(
      f, most, 3, false,
      "guarantees are \"cpus:12\" together, the cluster has \"cpus:8;mem:8192\"; expected them to be within "
      "it, or force");
  expect_done(f, more, 1, true);
  fixture_free(f);
}
END_TEST

START_TEST(limits_below_what_is_in_use)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 1, 0, 7, "cpus:2;mem:100");
  scripted_offer(f, 1, 0, "cpus:1");
  QuotaUpdate limits[] = {quota(f, "s", "", "cpus:1.999")};
  expect_invalid(
      f, limits, 1, false,
      "role s: uses \"cpus:2;mem:100\" already, more than the limit; expected a limit that contains it, or "
      "force");
  QuotaUpdate exact[] = {quota(f, "s", "", "cpus:2")};
  expect_done(f, exact, 1, false);
  expect_done(f, limits, 1, true);
  /* What has ended is no longer in use. */
  scripted_end(f, 1, 7, TASK_FINISHED);
  expect_done(f, limits, 1, false);
  fixture_free(f);
}
END_TEST

START_TEST(reservations_are_in_use)
{
  script_start(NULL);
  MasterFixture *f = fixture_new(&scripted_allocator, NULL);
  script_start(f->kinds);
  master_update_role(f->master, f->now, "a", &(RoleAttributes){.weight = 1, .limit = no_limit});
  AgentInfo info = {.hostname = "h"};
  ck_assert(resources_parse(f->kinds, "cpus:4;cpus(a/b):2;cpus(b):1;cpus(a){REV}:1", &info.total, NULL));
  master_register_agent(f->master, f->now, &info);
  QuotaUpdate limits[] = {quota(f, "a", "", "cpus:1")};
  expect_invalid(
      f, limits, 1, false,
      "role a: uses \"cpus:2\" already, more than the limit; expected a limit that contains it, or force");
  /* Reserved resources are part of the cluster, revocable ones are not. */
  QuotaUpdate guarantee[] = {quota(f, "c", "cpus:8", "")};
  expect_invalid(
      f, guarantee, 1, false,
      "guarantees are \"cpus:8\" together, the cluster has \"cpus:7\"; expected them to be within it, or "
      "force");
  resources_clear(&info.total);
  fixture_free(f);
}
END_TEST

START_TEST(a_list_is_all_or_nothing)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:4");
  QuotaUpdate updates[] = {quota(f, "r", "", "cpus:1"), quota(f, "s", "cpus:13", "")};
  expect_invalid(
      f, updates, 2, false,
      "guarantees are \"cpus:13\" together, the cluster has \"cpus:12;mem:12288\"; expected them to be "
      "within it, or force");
  fixture_expect_told(f, "UPDATE_QUOTA r limit cpus:1, s guarantee cpus:13 refused");
  ck_assert_uint_eq(f->n_offers_live, 1);
  fixture_free(f);
}
END_TEST

/* --- rescinds ------------------------------------------------------------------------------------------- */

/* Offers to the role and below it, until what it has is within the limit; others are left alone. */
START_TEST(limits_rescind_offers_to_the_role)
{
  MasterFixture *f = scripted_world(NULL);
  fixture_subscribe(f, "h", "s", 0); /* F2, in role s, id 1 */
  scripted_launch(f, 1, 0, 7, "cpus:1");
  scripted_grant(f, 1, 1, "cpus:2");
  scripted_grant(f, 1, 2, "mem:50");
  scripted_grant(f, 0, 0, "cpus:1");
  scripted_grant(f, 1, 0, "cpus:1");
  Resources one = RESOURCES_EMPTY;
  one.plain.amount[RESOURCE_CPUS] = 1000;
  script_grant(2, 1, 1, &one, true);
  scripted_tick(f);
  scripted_forget(f);
  /* In use 1, offered 4: the first two in the order of frameworks and agents make it 2. */
  QuotaUpdate updates[] = {quota(f, "s", "", "cpus:2")};
  expect_done(f, updates, 1, false);
  ck_assert_str_eq(script_calls(), "update-role 1 weight 1 priority 0\nrecover F1 2 A0 cpus:1 none offered\n"
                                   "recover F1 2 A1 cpus:2 none offered");
  fixture_expect(f, "2000 rescind F1 5\n2000 rescind F1 2");
  /* Within it already: nothing. */
  expect_done(f, updates, 1, false);
  fixture_expect(f, "");
  fixture_free(f);
}
END_TEST

/* Offers to others, until they, with what the role has and is offered, cover the guarantee. */
START_TEST(guarantees_rescind_offers_to_others)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 1, 0, 7, "cpus:1");
  scripted_grant(f, 1, 1, "cpus:1");
  scripted_grant(f, 0, 0, "cpus:1");
  scripted_grant(f, 0, 1, "cpus:1");
  scripted_grant(f, 0, 2, "cpus:1");
  scripted_tick(f);
  scripted_forget(f);
  QuotaUpdate covered[] = {quota(f, "s", "cpus:2", "")};
  expect_done(f, covered, 1, false);
  fixture_expect(f, "");
  QuotaUpdate more[] = {quota(f, "s", "cpus:3.5", "")};
  script_calls();
  expect_done(f, more, 1, false);
  ck_assert_str_eq(script_calls(), "update-role 1 weight 1 priority 0\nrecover F0 0 A0 cpus:1 none offered\n"
                                   "recover F0 0 A1 cpus:1 none offered");
  fixture_expect(f, "2000 rescind F0 3\n2000 rescind F0 4");
  /* All that there is, where it does not do. */
  QuotaUpdate all[] = {quota(f, "s", "cpus:9", "")};
  expect_done(f, all, 1, false);
  fixture_expect(f, "2000 rescind F0 5");
  fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("operator-quota");
  test_case(suite, a_quota_reaches_the_allocator_with_the_other_attributes);
  test_case(suite, quotas_that_make_no_sense);
  test_case(suite, absurd_amounts);
  test_case(suite, nested_roles_under_mesos);
  test_case(suite, nested_roles_within_their_parents);
  test_case(suite, guarantees_within_the_cluster);
  test_case(suite, limits_below_what_is_in_use);
  test_case(suite, reservations_are_in_use);
  test_case(suite, a_list_is_all_or_nothing);
  test_case(suite, limits_rescind_offers_to_the_role);
  test_case(suite, guarantees_rescind_offers_to_others);
  return suite;
}
