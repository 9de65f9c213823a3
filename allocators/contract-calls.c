/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/contract-world.h"

#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"
#include "base/time-text.h"

#define REFUSE_LIMIT ((Duration){365 * NS_PER_D})

/* --- roles ---------------------------------------------------------------------------------------------- */

RoleAttributes world_role_attributes(double weight, int64_t priority)
{
  RoleAttributes attributes = {.weight = weight, .priority = priority};
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    attributes.limit.amount[kind] = -1;
  return attributes;
}

RoleId world_add_role(ContractWorld *world, const char *path, RoleId parent)
{
  RoleId id = {world->roles->len};
  CHECK(id.index < WORLD_ROLES_MAX);
  WorldRole role = {g_strdup(path), world_role_attributes(1, 0)};
  g_array_append_val(world->roles, role);
  world_note_call(world, "add_role(%s)", path);
  world->interface->add_role(world->allocator, id, parent, path);
  return id;
}

static char *print_limit(const ContractWorld *world, const Quantities *limit)
{
  GString *text = g_string_new(NULL);
  for (uint32_t kind = 0; kind < resource_kinds_count(world->kinds); kind++)
    if (limit->amount[kind] >= 0) {
      g_string_append_printf(text, "%s%s:", text->len == 0 ? "limit " : ";",
                             resource_kinds_name(world->kinds, kind));
      quantity_print(text, limit->amount[kind]);
    }
  return g_string_free(text->len == 0 ? g_string_append(text, "no limit") : text, FALSE);
}

void world_update_role(ContractWorld *world, RoleId role, const RoleAttributes *attributes)
{
  world_role(world, role)->attributes = *attributes;
  g_autofree char *limit = print_limit(world, &attributes->limit);
  world_note_call(world, "update_role(%s, weight %g, priority %d, %s)", world_role(world, role)->path,
                  attributes->weight, (int)attributes->priority, limit);
  world->interface->update_role(world->allocator, world->now, role, attributes);
}

/* --- agents --------------------------------------------------------------------------------------------- */

static AllocatorAgent agent_info(const WorldAgent *agent)
{
  return (AllocatorAgent){.hostname = agent->hostname,
                          .attribute_values = &agent->disk,
                          .n_attributes = agent->disk == NULL ? 0 : 1,
                          .region = agent->region,
                          .lacks = agent->lacks};
}

static void filter_clear(void *filter)
{
  resources_clear(&((WorldFilter *)filter)->refused);
}

AgentId world_add_agent(ContractWorld *world, const WorldAgent *spec)
{
  AgentId id = {world->agents->len};
  WorldAgent agent = *spec;
  agent.present = agent.active = true;
  agent.hostname = g_strdup_printf("h%u", id.index);
  agent.filters = world_array_new(sizeof(WorldFilter), filter_clear);
  g_array_append_val(world->agents, agent);
  g_autofree char *total = resources_print(world->kinds, &agent.total);
  world_note_call(world, "add_agent(%u, %s, disk %s, region %s, lacks %u)", id.index, total,
                  agent.disk == NULL ? "-" : agent.disk, agent.region == NULL ? "-" : agent.region,
                  agent.lacks);
  static const char *const names[] = {"disk"};
  AllocatorAgent info = agent_info(&agent);
  info.attribute_names = names;
  world->interface->add_agent(world->allocator, world->now, id, &info, &agent.total, NULL, 0);
  return id;
}

static void recover(ContractWorld *world, const WorldHolding *holding, OfferFilter filter)
{
  g_autofree char *what = world_describe(world, holding);
  g_autofree char *refuse =
      filter.set ? duration_print((Duration){MAX(filter.refuse.ns, 0)}) : g_strdup("no filter");
  world_note_call(world, "recover_resources(%s, %s, %s)", what, refuse,
                  holding->allocated ? "in use" : "offered");
  world->interface->recover_resources(world->allocator, world->now, holding->framework, holding->role,
                                      holding->agent, &holding->resources, filter, holding->allocated);
}

/* Takes the holdings that @belongs picks out of the books. Returns: (transfer full): them. */
static GArray *take_holdings(ContractWorld *world,
                             bool (*belongs)(const WorldHolding *holding, uint32_t index), uint32_t index)
{
  GArray *taken = world_array_new(sizeof(WorldHolding), world_holding_clear);
  GArray *left = world_array_new(sizeof(WorldHolding), world_holding_clear);
  for (guint i = 0; i < world->holdings->len; i++) {
    WorldHolding holding = *world_holding(world, i);
    g_array_append_val(belongs(&holding, index) ? taken : left, holding);
  }
  g_array_set_clear_func(world->holdings, NULL); /* they have moved */
  g_array_unref(world->holdings);
  world->holdings = left;
  return taken;
}

static bool is_on_agent(const WorldHolding *holding, uint32_t index)
{
  return holding->agent.index == index;
}

static bool is_of_framework(const WorldHolding *holding, uint32_t index)
{
  return holding->framework.index == index;
}

void world_remove_agent(ContractWorld *world, AgentId agent, bool late)
{
  world_agent(world, agent)->present = false;
  g_array_set_size(world_agent(world, agent)->filters, 0);
  world_note_call(world, "remove_agent(%u)", agent.index);
  world->interface->remove_agent(world->allocator, world->now, agent);
  g_autoptr(GArray) lost = take_holdings(world, is_on_agent, agent.index);
  for (guint i = 0; late && i < lost->len; i++)
    recover(world, &g_array_index(lost, WorldHolding, i), OFFER_FILTER_NONE);
}

void world_update_agent(ContractWorld *world, AgentId agent, Resources total)
{
  resources_clear(&world_agent(world, agent)->total);
  world_agent(world, agent)->total = total;
  g_autofree char *text = resources_print(world->kinds, &total);
  world_note_call(world, "update_agent(%u, %s)", agent.index, text);
  world->interface->update_agent(world->allocator, world->now, agent, &total);
}

void world_update_agent_disk(ContractWorld *world, AgentId id, const char *disk)
{
  WorldAgent *agent = world_agent(world, id);
  bool differs = g_strcmp0(agent->disk, disk) != 0;
  agent->disk = disk;
  if (world->interface->update_agent_info == NULL)
    return; /* of version 1: attributes are not known to it */
  if (differs)
    g_array_set_size(agent->filters, 0);
  world_note_call(world, "update_agent_info(%u, disk %s)", id.index, disk == NULL ? "-" : disk);
  static const char *const names[] = {"disk"};
  AllocatorAgent info = agent_info(agent);
  info.attribute_names = names;
  world->interface->update_agent_info(world->allocator, world->now, id, &info);
}

void world_activate_agent(ContractWorld *world, AgentId agent, bool active)
{
  world_agent(world, agent)->active = active;
  world_note_call(world, "%sactivate_agent(%u)", active ? "" : "de", agent.index);
  if (active)
    world->interface->activate_agent(world->allocator, world->now, agent);
  else
    world->interface->deactivate_agent(world->allocator, world->now, agent);
}

void world_update_whitelist(ContractWorld *world, char **hostnames)
{
  g_strfreev(world->whitelist);
  world->whitelist = hostnames;
  g_autofree char *names = hostnames == NULL ? g_strdup("all") : g_strjoinv(", ", hostnames);
  world_note_call(world, "update_whitelist(%s)", names);
  world->interface->update_whitelist(world->allocator, world->now, (const char *const *)hostnames,
                                     hostnames == NULL ? 0 : g_strv_length(hostnames));
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

/* What the allocator is told; the arrays are the caller's, as long as there are roles. */
typedef struct {
  char *name;
  RoleId roles[WORLD_ROLES_MAX];
  bool suppressed[WORLD_ROLES_MAX];
  OfferWishes wishes[WORLD_ROLES_MAX];
  AllocatorFramework info;
} FrameworkInfo;

static void fill_info(FrameworkInfo *info, FrameworkId id, const WorldFramework *framework)
{
  info->name = g_strdup_printf("f%02u", id.index);
  info->info = (AllocatorFramework){.name = info->name,
                                    .roles = info->roles,
                                    .suppressed = info->suppressed,
                                    .capabilities = framework->capabilities,
                                    .wishes = info->wishes};
  for (uint32_t role = 0; role < WORLD_ROLES_MAX; role++)
    if ((framework->roles & 1u << role) != 0) {
      uint32_t i = info->info.n_roles++;
      info->roles[i] = (RoleId){role};
      info->suppressed[i] = (framework->suppressed & 1u << role) != 0;
      info->wishes[i] = (OfferWishes){.min_allocatable_set = framework->minimum_set,
                                      .min_allocatable = &framework->minimum,
                                      .n_min_allocatable = framework->minimum_set ? 1 : 0,
                                      .constraints = framework->constraints};
    }
}

FrameworkId world_add_framework(ContractWorld *world, const WorldFramework *spec)
{
  FrameworkId id = {world->frameworks->len};
  WorldFramework framework = *spec;
  framework.present = framework.active = true;
  g_array_append_val(world->frameworks, framework);
  world_note_call(world,
                  "add_framework(%u, roles %#x, suppressed %#x, capabilities %#x, %u groups of constraints)",
                  id.index, framework.roles, framework.suppressed, framework.capabilities,
                  framework.constraints.n_groups);
  FrameworkInfo info;
  fill_info(&info, id, &framework);
  world->interface->add_framework(world->allocator, world->now, id, &info.info, true, NULL, 0);
  g_free(info.name);
  return id;
}

/* Filters of a framework, in the roles of the mask. */
static void drop_filters(ContractWorld *world, FrameworkId framework, uint32_t roles)
{
  for (uint32_t agent = 0; agent < world->agents->len; agent++) {
    GArray *filters = world_agent(world, (AgentId){agent})->filters;
    for (guint i = filters->len; i > 0; i--) {
      const WorldFilter *filter = &g_array_index(filters, WorldFilter, i - 1);
      if (filter->framework.index == framework.index && (roles & 1u << filter->role.index) != 0)
        g_array_remove_index(filters, i - 1);
    }
  }
}

void world_remove_framework(ContractWorld *world, FrameworkId framework, bool late)
{
  world_framework(world, framework)->present = false;
  drop_filters(world, framework, UINT32_MAX);
  world_note_call(world, "remove_framework(%u)", framework.index);
  world->interface->remove_framework(world->allocator, world->now, framework);
  g_autoptr(GArray) lost = take_holdings(world, is_of_framework, framework.index);
  for (guint i = 0; late && i < lost->len; i++)
    recover(world, &g_array_index(lost, WorldHolding, i), (OfferFilter){true, {5 * NS_PER_S}});
}

void world_update_framework(ContractWorld *world, FrameworkId id, const WorldFramework *spec)
{
  WorldFramework *framework = world_framework(world, id);
  uint32_t revived = framework->suppressed & ~spec->suppressed;
  uint32_t left = framework->roles & ~spec->roles;
  WorldFramework changed = *spec;
  changed.present = framework->present;
  changed.active = framework->active;
  *framework = changed;
  drop_filters(world, id, revived | left);
  world_note_call(
      world, "update_framework(%u, roles %#x, suppressed %#x, capabilities %#x, %u groups of constraints)",
      id.index, spec->roles, spec->suppressed, spec->capabilities, spec->constraints.n_groups);
  FrameworkInfo info;
  fill_info(&info, id, framework);
  world->interface->update_framework(world->allocator, world->now, id, &info.info);
  g_free(info.name);
}

void world_activate_framework(ContractWorld *world, FrameworkId framework, bool active)
{
  world_framework(world, framework)->active = active;
  world_note_call(world, "%sactivate_framework(%u)", active ? "" : "de", framework.index);
  if (active) {
    world->interface->activate_framework(world->allocator, world->now, framework);
  } else {
    drop_filters(world, framework, UINT32_MAX);
    world->interface->deactivate_framework(world->allocator, world->now, framework);
  }
}

static uint32_t role_mask(const WorldFramework *framework, RoleId role)
{
  return role.index == INDEX_NONE ? framework->roles : 1u << role.index;
}

void world_suppress(ContractWorld *world, FrameworkId framework, RoleId role)
{
  world_framework(world, framework)->suppressed |= role_mask(world_framework(world, framework), role);
  world_note_call(world, "suppress_offers(%u, role %d)", framework.index, (int)role.index);
  world->interface->suppress_offers(world->allocator, world->now, framework, role);
}

void world_revive(ContractWorld *world, FrameworkId framework, RoleId role)
{
  uint32_t mask = role_mask(world_framework(world, framework), role);
  world_framework(world, framework)->suppressed &= ~mask;
  drop_filters(world, framework, mask);
  world_note_call(world, "revive_offers(%u, role %d)", framework.index, (int)role.index);
  world->interface->revive_offers(world->allocator, world->now, framework, role);
}

void world_request_resources(ContractWorld *world, FrameworkId framework, RoleId role, const Quantities *task,
                             uint32_t count)
{
  if (world->interface->request_resources == NULL)
    return;
  g_autofree char *text = quantities_print(world->kinds, task);
  world_note_call(world, "request_resources(%u, role %u, %s, %u)", framework.index, role.index, text, count);
  world->interface->request_resources(world->allocator, world->now, framework, role, task, count);
}

/* --- what is held --------------------------------------------------------------------------------------- */

/* What a framework that is not there to answer gives back, its host gives back without a filter. */
static OfferFilter allowed_filter(const ContractWorld *world, const WorldHolding *holding, OfferFilter filter)
{
  const WorldFramework *framework = world_framework(world, holding->framework);
  bool answers = framework->active && (framework->roles & 1u << holding->role.index) != 0;
  return answers ? filter : OFFER_FILTER_NONE;
}

/* Filters live for an interval at least. */
static void add_filter(ContractWorld *world, const WorldHolding *holding, OfferFilter filter)
{
  if (!filter.set || filter.refuse.ns == 0)
    return;
  Duration refuse = filter.refuse.ns < 0 ? (Duration){5 * NS_PER_S} : filter.refuse;
  refuse.ns = CLAMP(refuse.ns, WORLD_INTERVAL.ns, REFUSE_LIMIT.ns);
  WorldFilter live = {holding->framework, holding->role, RESOURCES_EMPTY, instant_after(world->now, refuse)};
  resources_copy(&live.refused, &holding->resources);
  g_array_append_val(world_agent(world, holding->agent)->filters, live);
}

void world_accept(ContractWorld *world, uint32_t index, const Resources *used, OfferFilter filter)
{
  WorldHolding *holding = world_holding(world, index);
  CHECK(!holding->allocated && resources_contain(&holding->resources, used));
  WorldHolding rest = *holding;
  resources_subtract(&rest.resources, used);
  resources_copy(&holding->resources, used);
  holding->allocated = true;
  g_autofree char *what = world_describe(world, holding);
  world_note_call(world, "transition_offered_to_allocated(%s)", what);
  world->interface->transition_offered_to_allocated(world->allocator, world->now, holding->framework,
                                                    holding->role, holding->agent, &holding->resources);
  if (!resources_are_empty(&rest.resources)) {
    OfferFilter allowed = allowed_filter(world, &rest, filter);
    add_filter(world, &rest, allowed);
    recover(world, &rest, allowed);
  }
  resources_clear(&rest.resources);
}

void world_recover(ContractWorld *world, uint32_t index, OfferFilter filter)
{
  WorldHolding holding = *world_holding(world, index);
  world_holding(world, index)->resources = RESOURCES_EMPTY; /* moved */
  g_array_remove_index(world->holdings, index);
  OfferFilter allowed = allowed_filter(world, &holding, filter);
  add_filter(world, &holding, allowed);
  recover(world, &holding, allowed);
  resources_clear(&holding.resources);
}
