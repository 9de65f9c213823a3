/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/operator-steps.h"

#include <check.h>
#include <string.h>

#include "base/resources-text.h"

static const char *const roles[] = {"a", "b", "c", "a/x", "d", "a/../b"};

static const char *const amounts[] = {"", "cpus:0.5", "cpus:1;mem:512", "cpus:3;mem:4096", "cpus:1000"};

static void judge(OperatorResult result, GError **error)
{
  ck_assert((result == OPERATOR_DONE) == (*error == NULL));
  if (*error != NULL) {
    ck_assert(g_error_matches(*error, OPERATOR_ERROR, (int)result));
    ck_assert(strlen((*error)->message) > 0);
  }
  g_clear_error(error);
}

/* Mostly one that was registered. */
static AgentId any_agent(PropertyRandom *random, const MasterFixture *f)
{
  return (AgentId){property_below(random, master_agent_count(f->master) + 1)};
}

static FrameworkId any_framework(PropertyRandom *random, const MasterFixture *f)
{
  return (FrameworkId){property_below(random, master_framework_count(f->master) + 1)};
}

static Quantities any_amount(PropertyRandom *random, MasterFixture *f)
{
  Quantities quantities;
  ck_assert(
      quantities_parse(f->kinds, amounts[property_below(random, G_N_ELEMENTS(amounts))], &quantities, NULL));
  return quantities;
}

static void step_roles(PropertyRandom *random, MasterFixture *f)
{
  GError *error = NULL;
  uint32_t n = property_below(random, 3);
  const char *names[2] = {roles[property_below(random, G_N_ELEMENTS(roles))],
                          roles[property_below(random, G_N_ELEMENTS(roles))]};
  if (property_percent(random, 50)) {
    WeightUpdate updates[2] = {{names[0], 0.5 * property_below(random, 5)}, {names[1], 2}};
    judge(master_update_weights(f->master, f->now, updates, n, &error), &error);
    return;
  }
  QuotaUpdate updates[2] = {{names[0], any_amount(random, f), any_amount(random, f)},
                            {names[1], QUANTITIES_ZERO, any_amount(random, f)}};
  for (int i = 0; i < 2; i++)
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (updates[i].limit.amount[kind] == 0)
        updates[i].limit.amount[kind] = -1;
  judge(master_update_quota(f->master, f->now, updates, n, property_percent(random, 30), &error), &error);
}

static void step_schedule(PropertyRandom *random, MasterFixture *f)
{
  GError *error = NULL;
  MaintenanceWindow windows[4];
  uint32_t n = property_below(random, 4);
  for (uint32_t i = 0; i < n; i++)
    windows[i] = (MaintenanceWindow){any_agent(random, f),
                                     {{f->now.ns + (int64_t)property_below(random, 60) * NS_PER_S},
                                      {(int64_t)property_below(random, 9) * NS_PER_S}}};
  judge(master_update_maintenance(f->master, f->now, windows, n, &error), &error);
}

static void step_agent(PropertyRandom *random, MasterFixture *f)
{
  GError *error = NULL;
  AgentId agent = any_agent(random, f);
  switch (property_below(random, 12)) {
  case 0:
  case 1:
    judge(master_drain_agent(f->master, f->now, agent, (Duration){NS_PER_S}, property_percent(random, 30),
                             &error),
          &error);
    break;
  case 2:
  case 3:
    judge(master_deactivate_agent(f->master, f->now, agent, &error), &error);
    break;
  case 4:
  case 5:
  case 6:
    judge(master_reactivate_agent(f->master, f->now, agent, &error), &error);
    break;
  case 7:
    if (property_percent(random, 30))
      judge(master_mark_agent_gone(f->master, f->now, agent, &error), &error);
    break;
  case 8:
    judge(master_start_maintenance(f->master, f->now, agent, &error), &error);
    break;
  case 9:
    judge(master_stop_maintenance(f->master, f->now, agent, &error), &error);
    break;
  case 10:
    master_disconnect_agent(f->master, f->now, agent);
    break;
  default:
    master_reconnect_agent(f->master, f->now, agent);
  }
}

static OperatorResult convert(MasterFixture *f, AgentId agent, bool reserve, const char *text)
{
  Resources resources;
  GError *error = NULL;
  ck_assert(resources_parse(f->kinds, text, &resources, NULL));
  OperatorResult result = reserve ? master_reserve(f->master, f->now, agent, &resources, &error)
                                  : master_unreserve(f->master, f->now, agent, &resources, &error);
  resources_clear(&resources);
  judge(result, &error);
  return result;
}

static void step_reservation(PropertyRandom *random, MasterFixture *f)
{
  static const char *const reservations[] = {"cpus(*,a):0.25", "cpus(*,a,a/x):0.125",
                                             "mem(*,b):50;cpus(*,b):0.25"};
  convert(f, any_agent(random, f), property_percent(random, 60), reservations[property_below(random, 3)]);
}

static void step_whitelist(PropertyRandom *random, MasterFixture *f)
{
  GError *error = NULL;
  static const char *const hosts[] = {"host-0", "host-1", "host-2", "host-3", "host-1"};
  uint32_t n = property_below(random, 6);
  bool all = property_percent(random, 60);
  judge(master_update_whitelist(f->master, f->now, all ? NULL : hosts, all ? 0 : n, &error), &error);
}

static void step_framework(PropertyRandom *random, MasterFixture *f)
{
  FrameworkId framework = any_framework(random, f);
  if (f->inverse_offers->len > 0 && property_percent(random, 50)) {
    const FixtureInverseOffer *offer = &g_array_index(f->inverse_offers, FixtureInverseOffer,
                                                      property_below(random, f->inverse_offers->len));
    master_answer_inverse_offer(f->master, f->now,
                                property_percent(random, 90) ? offer->framework : framework, offer->id,
                                property_percent(random, 50), refuse_ms(3000));
  } else if (property_percent(random, 40)) {
    master_deactivate_framework(f->master, f->now, framework);
  } else {
    master_activate_framework(f->master, f->now, framework);
  }
}

void operator_step(PropertyRandom *random, MasterFixture *f)
{
  uint32_t kind = property_below(random, 100);
  if (kind < 20)
    step_roles(random, f);
  else if (kind < 30)
    step_schedule(random, f);
  else if (kind < 60)
    step_agent(random, f);
  else if (kind < 70)
    step_reservation(random, f);
  else if (kind < 75)
    step_whitelist(random, f);
  else
    step_framework(random, f);
}

uint32_t operator_end(MasterFixture *f)
{
  uint32_t present = 0;
  for (uint32_t i = 0; i < master_agent_count(f->master); i++) {
    AgentId agent = {i};
    AgentState state = master_agent_state(f->master, agent);
    if (state == AGENT_STATE_DOWN)
      ck_assert_int_eq(master_stop_maintenance(f->master, f->now, agent, NULL), OPERATOR_DONE);
    if (state >= AGENT_STATE_GONE)
      continue;
    master_reconnect_agent(f->master, f->now, agent);
    if (master_agent_state(f->master, agent) != AGENT_STATE_ACTIVE)
      ck_assert_int_eq(master_reactivate_agent(f->master, f->now, agent, NULL), OPERATOR_DONE);
    while (convert(f, agent, false, "cpus(*,a,a/x):0.125") == OPERATOR_DONE ||
           convert(f, agent, false, "cpus(*,a):0.125") == OPERATOR_DONE ||
           convert(f, agent, false, "mem(*,b):50;cpus(*,b):0.25") == OPERATOR_DONE)
      ;
    present++;
  }
  ck_assert_int_eq(master_update_maintenance(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  ck_assert_int_eq(master_update_whitelist(f->master, f->now, NULL, 0, NULL), OPERATOR_DONE);
  QuotaUpdate none[] = {{"a", QUANTITIES_ZERO, {{-1, -1, -1, -1, -1, -1}}},
                        {"b", QUANTITIES_ZERO, {{-1, -1, -1, -1, -1, -1}}},
                        {"c", QUANTITIES_ZERO, {{-1, -1, -1, -1, -1, -1}}},
                        {"d", QUANTITIES_ZERO, {{-1, -1, -1, -1, -1, -1}}},
                        {"a/x", QUANTITIES_ZERO, {{-1, -1, -1, -1, -1, -1}}}};
  ck_assert_int_eq(master_update_quota(f->master, f->now, none, G_N_ELEMENTS(none), true, NULL),
                   OPERATOR_DONE);
  return present;
}
