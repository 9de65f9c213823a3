/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what is told of one agent, client by client: the order, the gate that said no, what would be offered; and that
 * telling it changes nothing.
 */

#include "tests/conformance/scenario.h"
#include "tests/support/test-main.h"

static const char *const gate_names[GATES] = {
    [GATE_OFFERED] = "offered",
    [GATE_AGENT_INACTIVE] = "agent-inactive",
    [GATE_NOT_WHITELISTED] = "not-whitelisted",
    [GATE_NOTHING_FREE] = "nothing-free",
    [GATE_FRAMEWORK_INACTIVE] = "framework-inactive",
    [GATE_SUPPRESSED] = "suppressed",
    [GATE_CONSTRAINTS] = "constraints",
    [GATE_CAPABILITY] = "capability",
    [GATE_QUOTA_LIMIT] = "limit",
    [GATE_QUOTA_HEADROOM] = "headroom",
    [GATE_MINIMUM] = "minimum",
    [GATE_FILTER] = "filter",
    [GATE_SERVED_BEFORE] = "served-before",
};

typedef struct {
  const Scenario *scenario;
  GString *text;
} Told;

static void tell(void *self, const ExplainedClient *client)
{
  Told *told = self;
  const AllocatorPlayer *player = scenario_player(told->scenario);
  const PlayerName *framework = &g_array_index(player->frameworks, PlayerName, client->framework.index);
  g_string_append_printf(told->text, "%s%s %s", told->text->len == 0 ? "" : "; ", framework->name,
                         gate_names[client->gate]);
  if (client->gate == GATE_FILTER)
    g_string_append_printf(told->text, " %" G_GINT64_FORMAT, client->until.ns / NS_PER_MS);
  if (client->gate == GATE_OFFERED) {
    g_autofree char *offer = replay_resources_text(player->kinds, &client->offerable);
    g_string_append_printf(told->text, " %s", offer);
  }
}

static void explained(const Scenario *s, const char *agent, const char *expected)
{
  AllocatorHarness *harness = scenario_arrive(s);
  g_autoptr(GString) text = g_string_new(NULL);
  for (int twice = 0; twice < 2; twice++) {
    Told told = {s, g_string_truncate(text, 0)};
    harness->interface->explain(harness->allocator, harness->now, scenario_agent(s, agent), tell, &told);
    ck_assert_str_eq(text->str, expected);
    harness->interface->check(harness->allocator, harness->now);
  }
}

START_TEST(the_order_and_who_is_not_in_it)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:2;mem:512");
  scenario_offers(s, "deactivateagent A");
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addframework F2 r2 r2 - active");
  scenario_offers(s, "addframework F3 r3 - - inactive");
  scenario_offers(s, "addframework F4 r0 - - active");
  explained(s, "A", "F4 agent-inactive; F1 agent-inactive; F2 suppressed; F3 framework-inactive");
  scenario_offers(s, "activateagent A");
  explained(s, "A", "F4 offered cpus:2;mem:512; F1 served-before; F2 suppressed; F3 framework-inactive");
  scenario_offers(s, "whitelist B");
  explained(s, "A", "F4 not-whitelisted; F1 not-whitelisted; F2 suppressed; F3 framework-inactive");
  scenario_offers(s, "whitelist all");
  scenario_offers(s, "tick", "1000 F4 r0 A cpus:2;mem:512");
  explained(s, "A", "F1 nothing-free; F4 nothing-free; F2 suppressed; F3 framework-inactive");
  scenario_end(s);
}
END_TEST

START_TEST(filters_minima_and_capabilities)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "addagent A cpus:2;mem:512;gpus:1");
  scenario_offers(s, "addframework F1 r1 - - active");
  scenario_offers(s, "addframework F2 r2 - gpu active", "0 F2 r2 A cpus:2;gpus:1;mem:512");
  scenario_offers(s, "recover F2 A r2 cpus:2;mem:512;gpus:1 7000 offered");
  explained(s, "A", "F1 capability; F2 filter 7000");
  scenario_offers(s, "tick");
  scenario_offers(s, "addagent B cpus:0.005;mem:16");
  explained(s, "B", "F1 minimum; F2 minimum");
  scenario_end(s);
}
END_TEST

START_TEST(quota)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota a - cpus:1;mem:100");
  scenario_offers(s, "quota g cpus:4 -");
  scenario_offers(s, "addagent A cpus:6;mem:512;cpus(b):1");
  scenario_offers(s, "whitelist -");
  scenario_offers(s, "addframework F1 a/x - - active");
  scenario_offers(s, "addframework F2 a/y - - active");
  scenario_offers(s, "addframework F3 b - - active");
  scenario_offers(s, "whitelist all");
  explained(s, "A", "F1 offered cpus:1;mem:100; F2 limit; F3 offered cpus:1;cpus(b):1;mem:412");
  scenario_offers(s, "addframework F4 g - - active", "0 F3 b A cpus(b):1", "0 F4 g A cpus:6;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(headroom)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota g cpus:2;mem:512 -");
  scenario_offers(s, "addframework F1 n - - active");
  scenario_offers(s, "addagent A cpus:2;mem:512");
  explained(s, "A", "F1 headroom");
  scenario_offers(s, "addframework F2 g - - active", "0 F2 g A cpus:2;mem:512");
  scenario_end(s);
}
END_TEST

START_TEST(it_is_what_the_next_tick_does)
{
  Scenario *s = scenario_allocator(_i, NULL);
  scenario_offers(s, "quota q cpus:1 cpus:3");
  scenario_offers(s, "addframework F1 q - - active");
  scenario_offers(s, "addframework F2 n - - active");
  scenario_offers(s, "addagent A cpus:8;mem:512;cpus(n):1", "0 F1 q A cpus:3;mem:512",
                  "0 F2 n A cpus:5;cpus(n):1");
  scenario_offers(s, "recover F1 A q cpus:3;mem:512 none offered");
  scenario_offers(s, "recover F2 A n cpus:5;cpus(n):1 none offered");
  explained(s, "A", "F2 offered cpus:5;cpus(n):1; F1 offered cpus:3;mem:512");
  scenario_offers(s, "tick", "1000 F1 q A cpus:3;mem:512", "1000 F2 n A cpus:5;cpus(n):1");
  scenario_end(s);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("explain");
  test_case_loop(suite, the_order_and_who_is_not_in_it, 0, SCENARIO_WAYS);
  test_case_loop(suite, filters_minima_and_capabilities, 0, SCENARIO_WAYS);
  test_case_loop(suite, quota, 0, SCENARIO_WAYS);
  test_case_loop(suite, headroom, 0, SCENARIO_WAYS);
  test_case_loop(suite, it_is_what_the_next_tick_does, 0, SCENARIO_WAYS);
  return suite;
}
