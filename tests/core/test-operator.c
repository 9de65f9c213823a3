/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what operators do to weights, agents, hosts and frameworks, with a scripted allocator: what is rescinded, what the
 * allocator is told and in which order, what becomes of tasks, what observers hear, and each refusal.
 *
 * Not here: quotas (test-operator-quota.c), reservations (test-operator-reservations.c), maintenance (test-maintenance.c);
 * what is offered after it all (test-operator-effects.c).
 */

#include <math.h>

#include "tests/core/scripted-world.h"
#include "tests/support/test-main.h"

static const FrameworkId F0 = {0};
static const FrameworkId F1 = {1};
static const AgentId A0 = {0};
static const AgentId A1 = {1};

/* --- weights -------------------------------------------------------------------------------------------- */

/* The allocator hears of the weight first: else it could offer again what comes back as it did before. */
START_TEST(weight_of_a_role_in_use_rescinds_all_offers)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_offer(f, 1, 1, "cpus:3");
  scripted_forget(f);
  WeightUpdate updates[] = {{"r", 2}, {"unused", 0.5}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, updates, 2, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "update-role 0 weight 2 priority 0\n"
                                   "add-role 3 -1 unused\n"
                                   "update-role 3 weight 0.5 priority 0\n"
                                   "recover F0 0 A0 cpus:2 none offered\n"
                                   "recover F1 2 A1 cpus:3 none offered");
  fixture_expect(f, "2000 rescind F0 1\n2000 rescind F1 2");
  fixture_expect_told(f, "role r weight 2 guarantee \nrole unused weight 0.5 guarantee \n"
                         "UPDATE_WEIGHTS r=2 unused=0.5");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(weight_of_an_unused_role_rescinds_nothing)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  /* s has a framework below it, none in it. */
  WeightUpdate updates[] = {{"s", 3}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, updates, 1, NULL), OPERATOR_DONE);
  fixture_expect(f, "");
  /* Neither has the role of one that has left. */
  master_teardown(f->master, f->now, F1);
  WeightUpdate left[] = {{"s/t", 3}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, left, 1, NULL), OPERATOR_DONE);
  fixture_expect(f, "");
  ck_assert_uint_eq(f->n_offers_live, 1);
  fixture_free(f);
}
END_TEST

START_TEST(a_weight_keeps_the_other_attributes)
{
  MasterFixture *f = scripted_world(NULL);
  RoleAttributes attributes = {.weight = 1, .priority = 7, .limit = {{-1, -1, -1, -1, -1, -1}}};
  attributes.guarantee.amount[RESOURCE_CPUS] = 2000;
  master_update_role(f->master, f->now, "r", &attributes);
  scripted_forget(f);
  WeightUpdate updates[] = {{"r", 4}};
  ck_assert_int_eq(master_update_weights(f->master, f->now, updates, 1, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "update-role 0 weight 4 priority 7");
  fixture_expect_told(f, "role r weight 4 guarantee cpus:2\nUPDATE_WEIGHTS r=4");
  fixture_free(f);
}
END_TEST

START_TEST(weights_that_make_no_sense)
{
  static const struct {
    WeightUpdate updates[2];
    uint32_t n;
    const char *message;
    const char *told;
  } cases[] = {
      {{{"r", 1}}, 0, "no weights: expected at least one role", "UPDATE_WEIGHTS  refused"},
      {{{"r", 2}, {"s", 0}},
       2,
       "role s: weight 0: expected a number greater than 0",
       "UPDATE_WEIGHTS r=2 s=0 refused"},
      {{{"r", -1}}, 1, "role r: weight -1: expected a number greater than 0", "UPDATE_WEIGHTS r=-1 refused"},
      {{{"r", (double)INFINITY}},
       1,
       "role r: weight inf: expected a number greater than 0",
       "UPDATE_WEIGHTS r=inf refused"},
      {{{"r", (double)NAN}},
       1,
       "role r: weight nan: expected a number greater than 0",
       "UPDATE_WEIGHTS r=nan refused"},
      {{{"r", 2}, {"r", 3}}, 2, "role r: is named twice; expected once", "UPDATE_WEIGHTS r=2 r=3 refused"},
      {{{NULL, 2}}, 1, "a role without a name: expected its path", "UPDATE_WEIGHTS =2 refused"},
      {{{"a/../b", 2}},
       1,
       "\"a/../b\" is not a role: expected components joined by \"/\", none of them empty, \".\", \"..\" or "
       "beginning with \"-\", without white space or any of \\(){};:,*",
       "UPDATE_WEIGHTS a/../b=2 refused"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    MasterFixture *f = scripted_world(NULL);
    scripted_offer(f, 0, 0, "cpus:2");
    scripted_forget(f);
    GError *error = NULL;
    OperatorResult result = master_update_weights(f->master, f->now, cases[i].updates, cases[i].n, &error);
    expect_refused(result, OPERATOR_INVALID, &error, cases[i].message);
    ck_assert_str_eq(script_calls(), "");
    fixture_expect(f, "");
    fixture_expect_told(f, cases[i].told);
    fixture_free(f);
  }
}
END_TEST

/* --- deactivating --------------------------------------------------------------------------------------- */

START_TEST(a_deactivated_agent_keeps_its_tasks)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  ck_assert_int_eq(master_deactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "deactivate A0\nrecover F0 0 A0 cpus:2 none offered");
  fixture_expect(f, "2000 rescind F0 2");
  fixture_expect_told(f, "A0 INACTIVE\nDEACTIVATE_AGENT agent 0");
  ck_assert_uint_eq(f->n_tasks_live, 1);
  /* Again changes nothing. */
  ck_assert_int_eq(master_deactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "");
  fixture_expect_told(f, "DEACTIVATE_AGENT agent 0");
  ck_assert_int_eq(master_reactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "activate A0");
  fixture_expect_told(f, "A0 ACTIVE\nREACTIVATE_AGENT agent 0");
  fixture_expect(f, "");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(an_allocator_that_offers_an_inactive_agent_is_named)
{
  MasterFixture *f = scripted_world(NULL);
  master_deactivate_agent(f->master, f->now, A0, NULL);
  master_deactivate_framework(f->master, f->now, F1);
  scripted_forget(f);
  Resources resources = RESOURCES_EMPTY;
  resources.plain.amount[RESOURCE_CPUS] = 1000;
  script_grant(0, 0, 0, &resources, false);
  script_grant(1, 2, 1, &resources, false);
  scripted_tick(f);
  fixture_expect(
      f, "1000 broken allocator scripted offered cpus:1 of agent 0 to framework 0: that agent is not active\n"
         "1000 broken allocator scripted offered cpus:1 of agent 1 to framework 1: that framework is not "
         "active");
  fixture_free(f);
}
END_TEST

/* Two reasons for being inactive; both must go. */
START_TEST(disconnected_and_deactivated)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  master_disconnect_agent(f->master, f->now, A0);
  ck_assert_str_eq(script_calls(), "deactivate A0\nrecover F0 0 A0 cpus:2 none offered");
  fixture_expect(f, "1000 rescind F0 1");
  fixture_expect_told(f, "A0 INACTIVE");
  ck_assert_int_eq(master_deactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  master_reconnect_agent(f->master, f->now, A0);
  ck_assert_str_eq(script_calls(), "");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_INACTIVE);
  master_disconnect_agent(f->master, f->now, A0);
  ck_assert_int_eq(master_reactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "");
  master_reconnect_agent(f->master, f->now, A0);
  ck_assert_str_eq(script_calls(), "activate A0");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_ACTIVE);
  /* Of agents that are not there nothing is heard. */
  master_disconnect_agent(f->master, f->now, (AgentId){9});
  master_remove_agent(f->master, f->now, A0);
  master_reconnect_agent(f->master, f->now, A0);
  ck_assert_str_eq(script_calls(), "remove-agent A0");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_REMOVED);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(a_framework_that_is_deactivated)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 1, 0, 7, "cpus:1");
  scripted_grant(f, 1, 0, "cpus:1");
  scripted_grant(f, 0, 0, "cpus:1");
  scripted_grant(f, 1, 2, "cpus:1");
  scripted_tick(f);
  scripted_forget(f);
  master_deactivate_framework(f->master, f->now, F1);
  ck_assert_str_eq(script_calls(), "deactivate F1\nrecover F1 2 A0 cpus:1 none offered\n"
                                   "recover F1 2 A2 cpus:1 none offered");
  fixture_expect(f, "2000 rescind F1 2\n2000 rescind F1 4");
  fixture_expect_told(f, "F1 inactive");
  ck_assert_uint_eq(f->n_offers_live, 1);
  ck_assert_uint_eq(f->n_tasks_live, 1);
  /* Its tasks run on, and it hears of them. */
  fixture_status(f, 7, TASK_RUNNING, 1);
  fixture_expect(f, "2000 status F1 7 TASK_RUNNING REASON_NONE executor 1");
  master_deactivate_framework(f->master, f->now, F1);
  ck_assert_str_eq(script_calls(), "");
  master_activate_framework(f->master, f->now, F1);
  master_activate_framework(f->master, f->now, F1);
  ck_assert_str_eq(script_calls(), "activate F1");
  fixture_expect_told(f, "F1 active");
  master_deactivate_framework(f->master, f->now, (FrameworkId){9});
  master_activate_framework(f->master, f->now, (FrameworkId){9});
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* --- draining ------------------------------------------------------------------------------------------- */

START_TEST(a_drained_agent_has_no_task_and_no_end_to_acknowledge)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_launch(f, 1, 0, 8, "cpus:1");
  scripted_launch(f, 1, 1, 9, "cpus:1");
  fixture_status(f, 8, TASK_FINISHED, 1); /* not acknowledged */
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, (Duration){30 * NS_PER_S}, false, NULL),
                   OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "deactivate A0\nrecover F0 0 A0 cpus:2 none offered");
  fixture_expect(f, "4000 rescind F0 4\n4000 kill A0 7 within 30000");
  fixture_expect_told(f, "A0 DRAINING\nDRAIN_AGENT agent 0");
  fixture_status(f, 7, TASK_KILLED, 1);
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_DRAINING);
  master_acknowledge(f->master, f->now, F0, fixture_task(f, 7), 1);
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_DRAINING);
  fixture_expect_told(f, "");
  master_acknowledge(f->master, f->now, F1, fixture_task(f, 8), 1);
  fixture_expect_told(f, "A0 DRAINED");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_DRAINED);
  script_calls();
  ck_assert_int_eq(master_reactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "activate A0");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_ACTIVE);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(an_empty_agent_is_drained_at_once)
{
  MasterFixture *f = scripted_world(NULL);
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, DURATION_ZERO, false, NULL), OPERATOR_DONE);
  fixture_expect_told(f, "A0 DRAINING\nA0 DRAINED\nDRAIN_AGENT agent 0");
  /* Once more, and it is to be gone. */
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, DURATION_ZERO, true, NULL), OPERATOR_DONE);
  fixture_expect_told(f, "A0 DRAINING\nA0 DRAINED\nA0 GONE\nDRAIN_AGENT agent 0");
  fixture_expect(f, "0 shutdown A0");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_GONE);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(drained_and_gone)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_forget(f);
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, DURATION_ZERO, true, NULL), OPERATOR_DONE);
  fixture_expect(f, "1000 kill A0 7");
  script_calls();
  scripted_end(f, 0, 7, TASK_KILLED);
  ck_assert_str_eq(script_calls(), "recover F0 0 A0 cpus:1 none allocated\nremove-agent A0");
  fixture_expect(f, "1000 status F0 7 TASK_KILLED REASON_NONE executor 1\n1000 acknowledge A0 7 1\n"
                    "1000 shutdown A0");
  fixture_expect_told(f, "A0 DRAINING\nDRAIN_AGENT agent 0\nA0 DRAINED\nA0 GONE");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

static void end_at_once(MasterFixture *f, AgentId agent, TaskId task)
{
  TaskStatus status = {.task = task, .agent = agent, .state = TASK_KILLED, .sequence = 1};
  master_status_update(f->master, f->now, &status);
}

static void acknowledge_at_once(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  if (status->sequence > 0)
    master_acknowledge(f->master, f->now, framework, status->task, status->sequence);
}

/* A network without latency: kills, ends and acknowledgements come within the call, and the agent goes with the last. */
START_TEST(a_drain_that_is_answered_within_the_call)
{
  MasterFixture *f = scripted_world(NULL);
  for (uint64_t label = 1; label <= 4; label++)
    scripted_launch(f, label % 2, 0, label, "cpus:1");
  f->on_kill = end_at_once;
  f->on_status = acknowledge_at_once;
  scripted_forget(f);
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, DURATION_ZERO, true, NULL), OPERATOR_DONE);
  fixture_expect_told(f, "A0 DRAINING\nA0 DRAINED\nA0 GONE\nDRAIN_AGENT agent 0");
  ck_assert_uint_eq(f->n_tasks_live, 0);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* An agent that is not connected hears of it later. */
START_TEST(a_drain_of_an_agent_that_is_not_connected)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_launch(f, 0, 0, 8, "cpus:1");
  master_disconnect_agent(f->master, f->now, A0);
  scripted_forget(f);
  ck_assert_int_eq(master_drain_agent(f->master, f->now, A0, (Duration){NS_PER_S}, false, NULL),
                   OPERATOR_DONE);
  fixture_expect(f, "");
  fixture_expect_told(f, "A0 DRAINING\nDRAIN_AGENT agent 0");
  master_reconnect_agent(f->master, f->now, A0);
  fixture_expect(f, "2000 kill A0 7 within 1000\n2000 kill A0 8 within 1000");
  ck_assert_str_eq(script_calls(), "");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(the_last_framework_of_a_draining_agent_leaves)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  master_drain_agent(f->master, f->now, A0, DURATION_ZERO, true, NULL);
  scripted_forget(f);
  master_teardown(f->master, f->now, F0);
  fixture_expect(f, "1000 shutdown A0 F0\n1000 shutdown A0");
  fixture_expect_told(f, "A0 DRAINED\nA0 GONE");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* --- gone ----------------------------------------------------------------------------------------------- */

START_TEST(an_agent_that_is_gone)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_launch(f, 1, 0, 8, "cpus:1");
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  ck_assert_int_eq(master_mark_agent_gone(f->master, f->now, A0, NULL), OPERATOR_DONE);
  fixture_expect(f, "3000 shutdown A0\n"
                    "3000 status F0 7 TASK_LOST REASON_SLAVE_REMOVED_BY_OPERATOR master 0\n"
                    "3000 status F1 8 TASK_GONE_BY_OPERATOR REASON_SLAVE_REMOVED_BY_OPERATOR master 0\n"
                    "3000 rescind F0 3");
  fixture_expect_told(f, "A0 GONE\nMARK_AGENT_GONE agent 0");
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_GONE);
  /* The host may come back, as another agent. */
  ck_assert_uint_eq(fixture_register(f, "cpus:1").index, 3);
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* --- agents that do not suit ---------------------------------------------------------------------------- */

START_TEST(agent_calls_that_make_no_sense)
{
  MasterFixture *f = scripted_world(NULL);
  GError *error = NULL;
  const AgentId A9 = {9};
  const char *none = "agent 9: there is no such agent; 3 have registered";
  expect_refused(master_deactivate_agent(f->master, f->now, A9, &error), OPERATOR_UNKNOWN, &error, none);
  expect_refused(master_reactivate_agent(f->master, f->now, A9, &error), OPERATOR_UNKNOWN, &error, none);
  expect_refused(master_mark_agent_gone(f->master, f->now, A9, &error), OPERATOR_UNKNOWN, &error, none);
  expect_refused(master_drain_agent(f->master, f->now, A9, DURATION_ZERO, false, &error), OPERATOR_UNKNOWN,
                 &error, none);
  fixture_expect_told(f, "DEACTIVATE_AGENT agent 9 refused\nREACTIVATE_AGENT agent 9 refused\n"
                         "MARK_AGENT_GONE agent 9 refused\nDRAIN_AGENT agent 9 refused");
  expect_refused(master_reactivate_agent(f->master, f->now, A0, &error), OPERATOR_INVALID, &error,
                 "agent host-0: was not deactivated; expected one that is inactive or drained");
  expect_refused(master_drain_agent(f->master, f->now, A0, (Duration){-2 * NS_PER_S}, false, &error),
                 OPERATOR_INVALID, &error,
                 "agent host-0: grace period of -2 s: expected none, or one that is not negative");
  scripted_launch(f, 0, 0, 7, "cpus:1");
  master_drain_agent(f->master, f->now, A0, DURATION_ZERO, false, NULL);
  expect_refused(master_reactivate_agent(f->master, f->now, A0, &error), OPERATOR_INVALID, &error,
                 "agent host-0: is still draining; expected one that is inactive or drained");
  /* Deactivating it is nothing new. */
  ck_assert_int_eq(master_deactivate_agent(f->master, f->now, A0, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_agent_state(f->master, A0), AGENT_STATE_DRAINING);
  master_remove_agent(f->master, f->now, A1);
  expect_refused(master_deactivate_agent(f->master, f->now, A1, &error), OPERATOR_UNKNOWN, &error,
                 "agent host-1: is no longer there: it is REMOVED");
  master_mark_agent_gone(f->master, f->now, A0, NULL);
  expect_refused(master_drain_agent(f->master, f->now, A0, DURATION_ZERO, false, &error), OPERATOR_UNKNOWN,
                 &error, "agent host-0: is no longer there: it is GONE");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

/* --- whitelist, teardown -------------------------------------------------------------------------------- */

START_TEST(whitelists)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_offer(f, 0, 0, "cpus:2");
  scripted_forget(f);
  static const char *const hosts[] = {"host-1", "elsewhere"};
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, hosts, 2, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, hosts, 0, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  ck_assert_str_eq(script_calls(), "whitelist host-1 elsewhere\nwhitelist\nwhitelist all");
  fixture_expect(f, "");
  fixture_expect_told(f, "UPDATE_WHITELIST host-1 elsewhere\nUPDATE_WHITELIST \nUPDATE_WHITELIST all");
  static const char *const empty[] = {"host-1", ""};
  static const char *const twice[] = {"host-1", "host-1"};
  GError *error = NULL;
  expect_refused(master_update_whitelist(f->master, f->now, empty, 2, &error), OPERATOR_INVALID, &error,
                 "whitelist: entry 2 is empty: expected a hostname");
  expect_refused(master_update_whitelist(f->master, f->now, twice, 2, &error), OPERATOR_INVALID, &error,
                 "whitelist: host host-1 is named twice; expected once");
  expect_refused(master_update_whitelist(f->master, f->now, NULL, 2, &error), OPERATOR_INVALID, &error,
                 "whitelist of 2 hosts: expected their names");
  ck_assert_str_eq(script_calls(), "");
  fixture_free(f);
}
END_TEST

START_TEST(teardown_by_an_operator)
{
  MasterFixture *f = scripted_world(NULL);
  scripted_launch(f, 0, 0, 7, "cpus:1");
  scripted_forget(f);
  ck_assert_int_eq(master_operator_teardown(f->master, f->now, F0, NULL), OPERATOR_DONE);
  fixture_expect(f, "1000 shutdown A0 F0");
  fixture_expect_told(f, "TEARDOWN framework 0");
  GError *error = NULL;
  expect_refused(master_operator_teardown(f->master, f->now, F0, &error), OPERATOR_UNKNOWN, &error,
                 "framework 0: has left already");
  expect_refused(master_operator_teardown(f->master, f->now, (FrameworkId){5}, &error), OPERATOR_UNKNOWN,
                 &error, "framework 5: there is no such framework; 2 have subscribed");
  fixture_expect_told(f, "TEARDOWN framework 0 refused\nTEARDOWN framework 5 refused");
  fixture_check(f);
  fixture_free(f);
}
END_TEST

START_TEST(names)
{
  ck_assert_str_eq(operator_call_name(OPERATOR_UPDATE_WEIGHTS), "UPDATE_WEIGHTS");
  ck_assert_str_eq(operator_call_name(OPERATOR_TEARDOWN), "TEARDOWN");
  ck_assert_str_eq(agent_state_name(AGENT_STATE_DRAINED), "DRAINED");
  for (int call = 0; call < OPERATOR_CALLS; call++)
    ck_assert_ptr_nonnull(operator_call_name((OperatorCall)call));
  for (int state = 0; state < AGENT_STATES; state++)
    ck_assert_ptr_nonnull(agent_state_name((AgentState)state));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("operator");
  test_case(suite, weight_of_a_role_in_use_rescinds_all_offers);
  test_case(suite, weight_of_an_unused_role_rescinds_nothing);
  test_case(suite, a_weight_keeps_the_other_attributes);
  test_case(suite, weights_that_make_no_sense);
  test_case(suite, a_deactivated_agent_keeps_its_tasks);
  test_case(suite, an_allocator_that_offers_an_inactive_agent_is_named);
  test_case(suite, disconnected_and_deactivated);
  test_case(suite, a_framework_that_is_deactivated);
  test_case(suite, a_drained_agent_has_no_task_and_no_end_to_acknowledge);
  test_case(suite, an_empty_agent_is_drained_at_once);
  test_case(suite, drained_and_gone);
  test_case(suite, a_drain_that_is_answered_within_the_call);
  test_case(suite, a_drain_of_an_agent_that_is_not_connected);
  test_case(suite, the_last_framework_of_a_draining_agent_leaves);
  test_case(suite, an_agent_that_is_gone);
  test_case(suite, agent_calls_that_make_no_sense);
  test_case(suite, whitelists);
  test_case(suite, teardown_by_an_operator);
  test_case(suite, names);
  return suite;
}
