/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/contract-world.h"

#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"
#include "base/time-text.h"

/* Whether an offer is right, from the books of the world alone. */

void world_free(const ContractWorld *world, AgentId agent, Resources *free)
{
  resources_copy(free, &world_agent(world, agent)->total);
  for (guint i = 0; i < world->holdings->len; i++) {
    const WorldHolding *holding = world_holding(world, i);
    if (holding->agent.index == agent.index)
      resources_take(free, &holding->resources);
  }
  resources_clamp(free);
}

static bool is_known(const GArray *array, uint32_t index)
{
  return index < array->len;
}

/* --- one function per fault: whether it is there ---------------------------------------------------------- */

typedef struct {
  const ContractWorld *world;
  const WorldHolding *offer;
  const WorldAgent *agent;         /* NULL: unknown */
  const WorldFramework *framework; /* NULL: unknown */
  const WorldRole *role;           /* NULL: unknown */
  GString *why;
} Look;

static bool not_free(const Look *look)
{
  if (resources_are_empty(&look->offer->resources) || !resources_are_valid(&look->offer->resources)) {
    g_string_assign(look->why, "that is not an amount");
    return true;
  }
  if (look->agent == NULL || !look->agent->present)
    return false; /* another fault */
  Resources free;
  world_free(look->world, look->offer->agent, &free);
  bool contained = resources_contain(&free, &look->offer->resources);
  g_autofree char *text = resources_print(look->world->kinds, &free);
  g_string_printf(look->why, "only %s is free there", *text == '\0' ? "nothing" : text);
  resources_clear(&free);
  return !contained;
}

static bool not_subscribed(const Look *look)
{
  const WorldFramework *framework = look->framework;
  if (framework == NULL || !framework->present)
    g_string_assign(look->why, "there is no such framework");
  else if (!framework->active)
    g_string_assign(look->why, "the framework is not active");
  else if (look->role == NULL || (framework->roles & 1u << look->offer->role.index) == 0)
    g_string_assign(look->why, "the framework is not in that role");
  else
    return false;
  return true;
}

static bool suppressed(const Look *look)
{
  g_string_assign(look->why, "it has suppressed the offers in that role");
  return look->framework != NULL && look->role != NULL &&
         (look->framework->suppressed & 1u << look->offer->role.index) != 0;
}

/* At the very instant of its end a filter may block or not. */
static bool filtered(const Look *look)
{
  for (guint i = 0; look->agent != NULL && i < look->agent->filters->len; i++) {
    const WorldFilter *filter = &g_array_index(look->agent->filters, WorldFilter, i);
    if (filter->framework.index != look->offer->framework.index ||
        filter->role.index != look->offer->role.index || filter->until.ns <= look->world->now.ns ||
        !resources_contain(&filter->refused, &look->offer->resources))
      continue;
    g_autofree char *refused = resources_print(look->world->kinds, &filter->refused);
    g_autofree char *until = duration_print((Duration){filter->until.ns});
    g_string_printf(look->why, "it refused %s of that agent until %s", refused, until);
    return true;
  }
  return false;
}

/* What the role itself holds, unreserved and not revocable: quotas of roles within roles are the policy's affair. */
static bool over_limit(const Look *look)
{
  if (look->role == NULL || strchr(look->role->path, '/') != NULL)
    return false;
  Quantities held = QUANTITIES_ZERO;
  for (guint i = 0; i < look->world->holdings->len; i++)
    if (world_holding(look->world, i)->role.index == look->offer->role.index)
      quantities_add(&held, &world_holding(look->world, i)->resources.plain);
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t limit = look->role->attributes.limit.amount[kind];
    int64_t more = look->offer->resources.plain.amount[kind];
    if (limit < 0 || more <= 0 || held.amount[kind] + more <= limit)
      continue;
    g_string_printf(look->why, "the role has %.3f %s and a limit of %.3f", (double)held.amount[kind] / 1000,
                    resource_kinds_name(look->world->kinds, kind), (double)limit / 1000);
    return true;
  }
  return false;
}

static bool below_minimum(const Look *look)
{
  Quantities count = resources_count(&look->offer->resources);
  g_string_assign(look->why, "that is less than the minimum that it is to be offered");
  if (look->framework != NULL && look->framework->minimum_set)
    return !quantities_contain(&count, &look->framework->minimum);
  return count.amount[RESOURCE_CPUS] < 10 && count.amount[RESOURCE_MEM] < 32 * QUANTITY_UNIT;
}

static bool lacks_capability(const Look *look, FrameworkCapability capability)
{
  return look->framework != NULL && (look->framework->capabilities & capability) == 0;
}

static bool has_gpus(const Look *look)
{
  g_string_assign(look->why, "the agent has gpus, the framework not the capability");
  return look->agent != NULL && resources_total(&look->agent->total).amount[RESOURCE_GPUS] > 0 &&
         lacks_capability(look, FRAMEWORK_GPU_RESOURCES);
}

static bool is_remote(const Look *look)
{
  g_string_assign(look->why, "the agent is in another region, the framework does not know of regions");
  return look->agent != NULL && look->agent->region != NULL &&
         strcmp(look->agent->region, WORLD_REGION_OF_MASTER) != 0 &&
         lacks_capability(look, FRAMEWORK_REGION_AWARE);
}

static bool is_excluded(const Look *look)
{
  if (look->agent == NULL || look->framework == NULL)
    return false;
  static const char *const names[] = {"disk"};
  const AllocatorAgent info = {.hostname = look->agent->hostname,
                               .attribute_names = names,
                               .attribute_values = &look->agent->disk,
                               .n_attributes = look->agent->disk == NULL ? 0 : 1,
                               .region = look->agent->region};
  g_string_printf(look->why, "its constraints exclude %s, with disk %s", look->agent->hostname,
                  look->agent->disk == NULL ? "absent" : look->agent->disk);
  return !allocator_helpers.constraints_allow(&look->framework->constraints, &info);
}

static bool not_whitelisted(const Look *look)
{
  g_string_assign(look->why, "the agent is not in the whitelist");
  return look->agent != NULL && look->world->whitelist != NULL &&
         !g_strv_contains((const char *const *)look->world->whitelist, look->agent->hostname);
}

static bool agent_inactive(const Look *look)
{
  g_string_assign(look->why, "the agent is deactivated");
  return look->agent != NULL && look->agent->present && !look->agent->active;
}

static bool agent_old(const Look *look)
{
  g_string_assign(look->why, "the agent lacks what the role or the framework needs");
  if (look->agent == NULL || look->framework == NULL || look->role == NULL)
    return false;
  bool several = (look->framework->roles & (look->framework->roles - 1)) != 0;
  return ((look->agent->lacks & AGENT_NOT_MULTI_ROLE) != 0 && several) ||
         ((look->agent->lacks & AGENT_NOT_HIERARCHICAL_ROLE) != 0 && strchr(look->role->path, '/') != NULL);
}

static bool reserved(const Look *look)
{
  const ResourceSlices *slices = look->offer->resources.special;
  for (uint32_t i = 0; slices != NULL && look->role != NULL && i < slices->n_slices; i++)
    if (!resource_slice_is_allocatable_to(look->world->kinds, &slices->slices[i], look->role->path)) {
      g_string_assign(look->why, "a part of it is reserved to another role");
      return true;
    }
  return false;
}

static bool incapable(const Look *look)
{
  const ResourceSlices *slices = look->offer->resources.special;
  for (uint32_t i = 0; slices != NULL && i < slices->n_slices; i++)
    if (slices->slices[i].revocable && lacks_capability(look, FRAMEWORK_REVOCABLE_RESOURCES)) {
      g_string_assign(look->why, "a part of it is revocable, and the framework has not the capability");
      return true;
    }
  return false;
}

static bool agent_removed(const Look *look)
{
  g_string_assign(look->why, "there is no such agent");
  return look->agent == NULL || !look->agent->present;
}

static bool outside_run(const Look *look)
{
  g_string_assign(look->why, "no run() or tick() is in progress");
  return !look->world->in_run;
}

static bool (*const faults[FAULTS])(const Look *look) = {
    [FAULT_NOT_FREE] = not_free,
    [FAULT_NOT_SUBSCRIBED] = not_subscribed,
    [FAULT_SUPPRESSED] = suppressed,
    [FAULT_FILTER] = filtered,
    [FAULT_LIMIT] = over_limit,
    [FAULT_MINIMUM] = below_minimum,
    [FAULT_GPUS] = has_gpus,
    [FAULT_REGION] = is_remote,
    [FAULT_CONSTRAINTS] = is_excluded,
    [FAULT_WHITELIST] = not_whitelisted,
    [FAULT_AGENT_INACTIVE] = agent_inactive,
    [FAULT_AGENT_OLD] = agent_old,
    [FAULT_RESERVED] = reserved,
    [FAULT_CAPABILITY] = incapable,
    [FAULT_AGENT_REMOVED] = agent_removed,
    [FAULT_OUTSIDE_RUN] = outside_run,
};

static Look look_at(const ContractWorld *world, const WorldHolding *offer, GString *why)
{
  return (Look){
      .world = world,
      .offer = offer,
      .agent = is_known(world->agents, offer->agent.index) ? world_agent(world, offer->agent) : NULL,
      .framework = is_known(world->frameworks, offer->framework.index)
                       ? world_framework(world, offer->framework)
                       : NULL,
      .role = is_known(world->roles, offer->role.index) ? world_role(world, offer->role) : NULL,
      .why = why,
  };
}

int world_offer_fault(const ContractWorld *world, const WorldHolding *offer, int first, GString *why)
{
  Look look = look_at(world, offer, why);
  for (int fault = first; fault < FAULTS; fault++)
    if (faults[fault](&look))
      return fault;
  return -1;
}

/* --- what is kept from everybody -------------------------------------------------------------------------- */

/* Whether this client may have what is free on the agent. */
static bool may_have(const ContractWorld *world, FrameworkId framework, RoleId role, AgentId agent,
                     const Resources *free, GString *what)
{
  WorldHolding offer = {framework, role, agent, RESOURCES_EMPTY, false};
  allocator_helpers.resources_offerable(world->kinds, free, world_role(world, role)->path,
                                        world_framework(world, framework)->capabilities, &offer.resources);
  ContractWorld in_run = *world;
  in_run.in_run = true;
  in_run.now.ns--; /* a filter that ends now may still block */
  bool may = !resources_are_empty(&offer.resources) && world_offer_fault(&in_run, &offer, 0, what) < 0;
  if (may) {
    g_autofree char *text = resources_print(world->kinds, &offer.resources);
    g_string_printf(what, "%s of agent %u is not offered, though framework %u in role %s may have it", text,
                    agent.index, framework.index, world_role(world, role)->path);
  }
  resources_clear(&offer.resources);
  return may;
}

static bool somebody_may_have(const ContractWorld *world, AgentId agent, const Resources *free, GString *what)
{
  for (uint32_t framework = 0; framework < world->frameworks->len; framework++)
    for (uint32_t role = 0; role < world->roles->len; role++)
      if ((world_framework(world, (FrameworkId){framework})->roles & 1u << role) != 0 &&
          may_have(world, (FrameworkId){framework}, (RoleId){role}, agent, free, what))
        return true;
  return false;
}

bool world_find_idle(const ContractWorld *world, GString *what)
{
  for (uint32_t agent = 0; agent < world->agents->len; agent++) {
    if (!world_agent(world, (AgentId){agent})->present)
      continue;
    Resources free;
    world_free(world, (AgentId){agent}, &free);
    bool idle = somebody_may_have(world, (AgentId){agent}, &free, what);
    resources_clear(&free);
    if (idle)
      return true;
  }
  return false;
}
