/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/allocators/policy-stepper.h"

#include <glib.h>
#include <math.h>

#include "allocators/draw.h"
#include "allocators/drf-sorter.h"
#include "base/check.h"
#include "base/resource-kinds.h"
#include "tests/allocators/allocator-harness.h"

/* --- the policy's host ---------------------------------------------------------------------------------- */

static bool host_kind_find(void *self, const char *name, uint32_t *kind)
{
  (void)self;
  g_autoptr(ResourceKinds) kinds = resource_kinds_new();
  return resource_kinds_find(kinds, name, kind);
}

static double host_draw(void *self, const PolicyVisit *visit, const PolicyClient *client)
{
  const PolicyStepper *stepper = self;
  uint64_t bits = harness_mix(harness_mix(stepper->seed, visit->number), client->number);
  return draw_uniform((uint32_t[]){(uint32_t)(bits >> 32), (uint32_t)bits});
}

static uint64_t host_cluster_fits(void *self, const Quantities *task)
{
  const PolicyStepper *stepper = self;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < stepper->n_servers; i++)
    sum += quantities_divide(&stepper->total[i], task);
  return sum;
}

/* --- making --------------------------------------------------------------------------------------------- */

static Quantities amounts(const double values[2])
{
  Quantities quantities = QUANTITIES_ZERO;
  quantities.amount[RESOURCE_CPUS] = llround(1000 * values[0]);
  quantities.amount[RESOURCE_MEM] = llround(1000 * values[1]);
  return quantities;
}

static void add_user(PolicyStepper *stepper, uint32_t i, const StepperUser *user, bool declares)
{
  const SorterInterface *interface = stepper->interface;
  stepper->task[i] = amounts(user->task);
  stepper->wanted[i] = user->tasks == 0 ? UINT32_MAX : user->tasks;
  stepper->allowed[i] = user->servers == 0 ? UINT64_MAX : user->servers;
  if (user->weight > 0)
    interface->update_weight(stepper->sorter, user->path, user->weight);
  interface->add(stepper->sorter, i, user->path);
  interface->activate(stepper->sorter, i);
  SorterDemand demand = {stepper->task[i], MIN(stepper->wanted[i], 1000000)};
  if (declares && interface->demand != NULL)
    interface->demand(stepper->sorter, i, NULL, &demand);
}

void stepper_init(PolicyStepper *stepper, const PolicyInterface *policy, const char *option, bool declares,
                  const StepperUser *users, uint32_t n_users, const StepperServer *servers,
                  uint32_t n_servers, uint64_t seed)
{
  CHECK(n_users <= STEPPER_USERS_MAX && n_servers <= STEPPER_SERVERS_MAX);
  *stepper = (PolicyStepper){.interface = policy == NULL ? &drf_sorter : &policy_sorter,
                             .seed = seed,
                             .n_users = n_users,
                             .n_servers = n_servers,
                             .totals = {.version = 1}};
  for (uint32_t i = 0; i < n_servers; i++) {
    stepper->total[i] = stepper->free[i] = amounts(servers[i].total);
    sorter_totals_add(&stepper->totals, &stepper->total[i]);
  }
  stepper->context = (PolicySorterContext){policy, NULL, true};
  stepper->host =
      (PolicyHost){sizeof(PolicyHost), stepper, NULL, host_kind_find, host_draw, host_cluster_fits};
  if (policy != NULL && policy->create != NULL) {
    char *error = NULL;
    stepper->context.policy =
        policy->create(&(PolicySettings){.option_values = &option}, &stepper->host, &error);
    CHECK(stepper->context.policy != NULL);
  }
  stepper->sorter = stepper->interface->create(&stepper->totals, &stepper->context);
  for (uint32_t i = 0; i < n_users; i++)
    add_user(stepper, i, &users[i], declares);
}

void stepper_clear(PolicyStepper *stepper)
{
  stepper->interface->check(stepper->sorter);
  stepper->interface->destroy(stepper->sorter);
  if (stepper->context.policy != NULL)
    stepper->context.interface->destroy(stepper->context.policy);
}

/* --- steps ---------------------------------------------------------------------------------------------- */

uint32_t stepper_draw(PolicyStepper *stepper, uint32_t n)
{
  uint64_t bits = harness_mix(harness_mix(stepper->seed, 77), stepper->n_draws++);
  return (uint32_t)(((bits >> 32) * n) >> 32);
}

bool stepper_fits(const PolicyStepper *stepper, uint32_t user, uint32_t server)
{
  return stepper->wanted[user] > 0 && (stepper->allowed[user] >> server & 1) != 0 &&
         quantities_contain(&stepper->free[server], &stepper->task[user]);
}

static bool fits_anywhere(const PolicyStepper *stepper, uint32_t user)
{
  for (uint32_t server = 0; server < stepper->n_servers; server++)
    if (stepper_fits(stepper, user, server))
      return true;
  return false;
}

/* What waits, as declared, shrinks and grows with what is given and taken back. */
static void demand_change(PolicyStepper *stepper, uint32_t user, uint32_t before)
{
  if (stepper->interface->demand == NULL || before == UINT32_MAX)
    return;
  SorterDemand from = {stepper->task[user], before}, to = {stepper->task[user], stepper->wanted[user]};
  PolicyVisitCopy copy;
  PolicyClient client;
  policy_visit_copy(&copy, &stepper->totals, NULL);
  policy_sorter_client(stepper->sorter, user, &copy.visit, &client);
  if (client.declared)
    stepper->interface->demand(stepper->sorter, user, &from, &to);
}

void stepper_give(PolicyStepper *stepper, uint32_t user, uint32_t server)
{
  uint32_t before = stepper->wanted[user];
  CHECK(stepper_fits(stepper, user, server));
  quantities_subtract(&stepper->free[server], &stepper->task[user]);
  stepper->got[user][server]++;
  if (before != UINT32_MAX)
    stepper->wanted[user]--;
  stepper->interface->allocated(stepper->sorter, user, &stepper->task[user]);
  if (stepper->interface->launched != NULL)
    stepper->interface->launched(stepper->sorter, user, &stepper->task[user]);
  demand_change(stepper, user, before);
}

void stepper_take_back(PolicyStepper *stepper, uint32_t user, uint32_t server)
{
  CHECK(stepper->got[user][server] > 0);
  quantities_add(&stepper->free[server], &stepper->task[user]);
  stepper->got[user][server]--;
  stepper->interface->unallocated(stepper->sorter, user, &stepper->task[user]);
}

static void begin(PolicyStepper *stepper, uint32_t server)
{
  bool any = server == UINT32_MAX;
  SorterVisit visit = {
      .agent = {any ? INDEX_NONE : server},
      .total = any ? &stepper->totals.total : &stepper->total[server],
      .free = any ? &stepper->totals.total : &stepper->free[server],
      .number = ++stepper->n_visits,
  };
  stepper->interface->begin(stepper->sorter, &visit);
}

uint32_t stepper_next_user(PolicyStepper *stepper, uint32_t server)
{
  uint32_t user;
  begin(stepper, server);
  while (stepper->interface->next(stepper->sorter, &user))
    if (server == UINT32_MAX ? fits_anywhere(stepper, user) : stepper_fits(stepper, user, server))
      return user;
  return UINT32_MAX;
}

void stepper_visit_server(PolicyStepper *stepper, uint32_t server, PolicyVisitCopy *copy)
{
  SorterVisit visit = {
      .agent = {server},
      .total = &stepper->total[server],
      .free = &stepper->free[server],
      .number = ++stepper->n_visits,
  };
  policy_visit_copy(copy, &stepper->totals, &visit);
}

PolicyKey stepper_key(PolicyStepper *stepper, uint32_t user, uint32_t server)
{
  PolicyVisitCopy copy;
  PolicyClient client;
  stepper_visit_server(stepper, server, &copy);
  policy_sorter_client(stepper->sorter, user, &copy.visit, &client);
  return stepper->context.interface->key(stepper->context.policy, &client, &copy.visit);
}

void stepper_fill(PolicyStepper *stepper)
{
  for (bool room = true; room;) {
    uint32_t server = stepper_draw(stepper, stepper->n_servers);
    uint32_t user = stepper_next_user(stepper, server);
    if (user != UINT32_MAX) {
      stepper_give(stepper, user, server);
      continue;
    }
    room = false;
    for (user = 0; user < stepper->n_users; user++)
      room = room || fits_anywhere(stepper, user);
  }
}

static uint32_t best_server(PolicyStepper *stepper, uint32_t user)
{
  uint32_t best = UINT32_MAX;
  double best_score = 0;
  for (uint32_t server = 0; server < stepper->n_servers; server++) {
    PolicyVisitCopy copy;
    PolicyClient client;
    if (!stepper_fits(stepper, user, server))
      continue;
    stepper_visit_server(stepper, server, &copy);
    policy_sorter_client(stepper->sorter, user, &copy.visit, &client);
    double score = stepper->context.interface->score(stepper->context.policy, &client, &copy.visit);
    if (best == UINT32_MAX || score > best_score) {
      best = server;
      best_score = score;
    }
  }
  return best;
}

void stepper_fill_clients_first(PolicyStepper *stepper)
{
  uint32_t user;
  while ((user = stepper_next_user(stepper, UINT32_MAX)) != UINT32_MAX)
    stepper_give(stepper, user, best_server(stepper, user));
}

uint32_t stepper_tasks(const PolicyStepper *stepper, uint32_t user)
{
  uint32_t sum = 0;
  for (uint32_t server = 0; server < stepper->n_servers; server++)
    sum += stepper->got[user][server];
  return sum;
}
