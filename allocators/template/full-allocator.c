/* SPDX-License-Identifier: Apache-2.0 */

/*
 * full-allocator: an allocator as a plug-in, with books of its own. What is free on an agent is offered to the
 * framework that was served longest ago and may have it; what that one may not have, to the next.
 * Nearly all of it is what any allocator must do (core/allocator.h): know what is free, and who may have it. If only
 * the order of roles and frameworks is to be another one, write a policy (mine.c) and leave that to the kernel.
 * Left out: guarantees, maintenance, operator calls, demand, weights, explain() for sim explain. The books are two
 * lists for each agent, and every run looks at all agents: it is made to be read, and is slow.
 */

#include <stdlib.h>
#include <string.h>

#include "allocators/plugin.h"

/* --- books ---------------------------------------------------------------------------------------------- */

typedef struct {
  char *path;
  uint32_t top; /* the role at the top level that it lies in; limits are of those */
  bool limited;
  Quantities limit; /* negative: none */
} Role;

typedef struct { /* one framework in one role */
  RoleId role;
  bool suppressed;
  OfferWishes *wishes;
} Subscription;

typedef struct {
  bool active;
  uint32_t capabilities;
  uint64_t served;          /* number of its last offer */
  uint32_t n_subscriptions; /* 0: it has left */
  Subscription *subscriptions;
} Framework;

/* What one framework in one role has of an agent, offered or in use, once. Or what it has refused. */
typedef struct {
  FrameworkId framework;
  RoleId role;
  Resources resources;
  Instant until; /* refused: end of the filter */
} Holding;

typedef struct {
  Holding *items;
  uint32_t n;
} List;

typedef struct {
  bool active;
  Resources total;
  Resources free;       /* during a run: what is left to be offered */
  AllocatorAgent *info; /* NULL: it has left */
  List holdings;
  List filters;
} Agent;

struct Allocator {
  AllocatorHost host;
  const AllocatorHelpers *helpers;
  const ResourceKinds *kinds;
  Duration interval;
  OfferWishes *wishes; /* of those that have none of their own: the minimum of all */
  bool filter_gpus;
  char *region;
  char **whitelist; /* ended by NULL; or NULL: all */
  uint64_t n_offers;
  Role *roles;
  Framework *frameworks;
  Agent *agents;
  uint32_t n_roles, n_frameworks, n_agents;
  Resources *viewed; /* what view_agent() gives away */
};

#define NO_LIMIT       ((Quantities){{-1, -1, -1, -1, -1, -1}})
#define GROW(items, n) /* makes room for one more */ ((items) = realloc((items), ((n) + 1) * sizeof *(items)))

static bool belongs(const Holding *holding, FrameworkId framework, RoleId role)
{
  return (framework.index == INDEX_NONE || holding->framework.index == framework.index) &&
         (role.index == INDEX_NONE || holding->role.index == role.index);
}

static void drop_item(Allocator *self, List *list, uint32_t i)
{
  self->helpers->resources_clear(&list->items[i].resources);
  list->items[i] = list->items[--list->n];
}

static void drop(Allocator *self, List *list, FrameworkId framework, RoleId role)
{
  for (uint32_t i = list->n; i-- > 0;)
    if (belongs(&list->items[i], framework, role))
      drop_item(self, list, i);
}

static void drop_filters(Allocator *self, FrameworkId framework, RoleId role)
{
  for (uint32_t i = 0; i < self->n_agents; i++)
    drop(self, &self->agents[i].filters, framework, role);
}

static void hold(Allocator *self, FrameworkId framework, RoleId role, AgentId agent,
                 const Resources *resources)
{
  List *list = &self->agents[agent.index].holdings;
  uint32_t i = 0;
  while (i < list->n && !belongs(&list->items[i], framework, role))
    i++;
  if (i == list->n) {
    GROW(list->items, list->n);
    list->items[list->n++] = (Holding){framework, role, RESOURCES_EMPTY, INSTANT_NEVER};
  }
  self->helpers->resources_add(&list->items[i].resources, resources);
}

/* What is free on the agent; negative where more is in use than there is. */
static void find_free(const Allocator *self, const Agent *agent, Resources *free)
{
  self->helpers->resources_copy(free, &agent->total);
  for (uint32_t i = 0; i < agent->holdings.n; i++)
    self->helpers->resources_take(free, &agent->holdings.items[i].resources);
}

/* --- who may have what ---------------------------------------------------------------------------------- */

static bool is_enough(const OfferWishes *wishes, const Quantities *amount)
{
  for (uint32_t i = 0; i < wishes->n_min_allocatable; i++)
    if (quantities_contain(amount, &wishes->min_allocatable[i]))
      return true;
  return wishes->n_min_allocatable == 0;
}

static bool is_refused(const Allocator *self, Instant now, FrameworkId framework, RoleId role,
                       const Agent *agent, const Resources *offer)
{
  for (uint32_t i = 0; i < agent->filters.n; i++)
    if (belongs(&agent->filters.items[i], framework, role) && now.ns < agent->filters.items[i].until.ns &&
        self->helpers->resources_contain(&agent->filters.items[i].resources, offer))
      return true;
  return false;
}

/* The gates that look at the agent, not at what is free. */
static bool suits(const Allocator *self, const Framework *framework, const Subscription *subscription,
                  const Agent *agent)
{
  Quantities total;
  self->helpers->resources_total(&agent->total, &total);
  if (self->filter_gpus && total.amount[RESOURCE_GPUS] > 0 &&
      !(framework->capabilities & FRAMEWORK_GPU_RESOURCES))
    return false;
  if (self->region != NULL && agent->info->region != NULL && strcmp(agent->info->region, self->region) != 0 &&
      !(framework->capabilities & FRAMEWORK_REGION_AWARE))
    return false;
  if ((agent->info->lacks & AGENT_NOT_MULTI_ROLE) != 0 && framework->n_subscriptions > 1)
    return false;
  if ((agent->info->lacks & AGENT_NOT_HIERARCHICAL_ROLE) != 0 &&
      strchr(self->roles[subscription->role.index].path, '/') != NULL)
    return false;
  return self->helpers->constraints_allow(&subscription->wishes->constraints, agent->info);
}

/* Cuts what is unreserved to what the limit leaves to the role at the top, with all that lies in it. */
static void cut_to_limit(const Allocator *self, uint32_t top, Resources *offer)
{
  Quantities left = self->roles[top].limit;
  for (uint32_t a = 0; a < self->n_agents; a++)
    for (uint32_t i = 0; i < self->agents[a].holdings.n; i++)
      if (self->roles[self->agents[a].holdings.items[i].role.index].top == top)
        quantities_subtract(&left, &self->agents[a].holdings.items[i].resources.plain);
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (self->roles[top].limit.amount[kind] >= 0 && offer->plain.amount[kind] > left.amount[kind])
      offer->plain.amount[kind] = left.amount[kind] > 0 ? left.amount[kind] : 0;
}

/* Makes @offer of what the framework may have of the agent in that role. False: nothing. */
static bool may_have(const Allocator *self, Instant now, FrameworkId id, const Subscription *subscription,
                     AgentId agent_id, Resources *offer)
{
  const Framework *framework = &self->frameworks[id.index];
  const Agent *agent = &self->agents[agent_id.index];
  const Role *role = &self->roles[subscription->role.index];
  *offer = RESOURCES_EMPTY;
  if (subscription->suppressed || !suits(self, framework, subscription, agent))
    return false;
  self->helpers->resources_offerable(self->kinds, &agent->free, role->path, framework->capabilities, offer);
  if (self->roles[role->top].limited)
    cut_to_limit(self, role->top, offer);
  Quantities amount;
  self->helpers->resources_count(offer, &amount);
  bool own = subscription->wishes->min_allocatable_set;
  bool enough = is_enough(own ? subscription->wishes : self->wishes, &amount);
  if (!resources_are_empty(offer) && enough && !is_refused(self, now, id, subscription->role, agent, offer))
    return true;
  self->helpers->resources_clear(offer);
  return false;
}

/* Offers what is free on the agent to who may have it and was served longest ago. False: nobody may. */
static bool offer_once(Allocator *self, Instant now, AgentId agent)
{
  uint32_t best = INDEX_NONE;
  RoleId role = ROLE_NONE;
  Resources offer = RESOURCES_EMPTY;
  for (uint32_t i = 0; i < self->n_frameworks; i++) {
    const Framework *framework = &self->frameworks[i];
    if (!framework->active || (best != INDEX_NONE && framework->served >= self->frameworks[best].served))
      continue;
    for (uint32_t k = 0; k < framework->n_subscriptions; k++) {
      Resources found;
      if (!may_have(self, now, (FrameworkId){i}, &framework->subscriptions[k], agent, &found))
        continue;
      self->helpers->resources_clear(&offer);
      offer = found;
      best = i;
      role = framework->subscriptions[k].role;
      break;
    }
  }
  if (best == INDEX_NONE)
    return false;
  self->frameworks[best].served = ++self->n_offers;
  self->helpers->resources_take(&self->agents[agent.index].free, &offer);
  hold(self, (FrameworkId){best}, role, agent, &offer);
  self->host.offer(self->host.self, (FrameworkId){best}, role, agent, &offer);
  self->helpers->resources_clear(&offer);
  return true;
}

static bool is_whitelisted(const Allocator *self, const char *hostname)
{
  for (uint32_t i = 0; self->whitelist != NULL && self->whitelist[i] != NULL; i++)
    if (strcmp(self->whitelist[i], hostname) == 0)
      return true;
  return self->whitelist == NULL;
}

static void run(Allocator *self, Instant now)
{
  bool refused = false;
  for (uint32_t a = 0; a < self->n_agents; a++) {
    Agent *agent = &self->agents[a];
    for (uint32_t i = agent->filters.n; i-- > 0;)
      if (agent->filters.items[i].until.ns <= now.ns)
        drop_item(self, &agent->filters, i);
    refused = refused || agent->filters.n > 0;
    if (agent->info == NULL || !agent->active || !is_whitelisted(self, agent->info->hostname))
      continue;
    find_free(self, agent, &agent->free);
    self->helpers->resources_clamp(&agent->free);
    while (!resources_are_empty(&agent->free) && offer_once(self, now, (AgentId){a})) {
    }
    self->helpers->resources_clear(&agent->free);
  }
  if (refused) /* filters end */
    self->host.request_tick(self->host.self, (Instant){now.ns + self->interval.ns});
}

static Allocator *create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                         char **error)
{
  if (host->size < sizeof *host || host->helpers == NULL) {
    *error = strdup("this program is too old for the plug-in");
    return NULL;
  }
  Allocator *self = calloc(1, sizeof *self);
  self->host = *host;
  self->helpers = host->helpers;
  self->kinds = settings->kinds;
  self->interval = settings->allocation_interval;
  self->wishes = self->helpers->wishes_copy(&(OfferWishes){.min_allocatable = settings->min_allocatable,
                                                           .n_min_allocatable = settings->n_min_allocatable});
  self->viewed = calloc(1, sizeof *self->viewed);
  self->filter_gpus = settings->filter_gpu_resources;
  self->region = settings->region == NULL ? NULL : strdup(settings->region);
  return self;
}

static void clear_subscriptions(const Allocator *self, Framework *framework)
{
  for (uint32_t i = 0; i < framework->n_subscriptions; i++)
    self->helpers->wishes_free(framework->subscriptions[i].wishes);
  free(framework->subscriptions);
  framework->subscriptions = NULL;
  framework->n_subscriptions = 0;
}

static void clear_whitelist(Allocator *self)
{
  for (uint32_t i = 0; self->whitelist != NULL && self->whitelist[i] != NULL; i++)
    free(self->whitelist[i]);
  free(self->whitelist);
}

static void clear_agent(Allocator *self, Agent *agent)
{
  drop(self, &agent->holdings, FRAMEWORK_NONE, ROLE_NONE);
  drop(self, &agent->filters, FRAMEWORK_NONE, ROLE_NONE);
  free(agent->holdings.items);
  free(agent->filters.items);
  self->helpers->resources_clear(&agent->total);
  self->helpers->agent_free(agent->info);
  *agent = (Agent){.active = false};
}

static void destroy(Allocator *self)
{
  for (uint32_t i = 0; i < self->n_agents; i++)
    clear_agent(self, &self->agents[i]);
  self->helpers->resources_clear(self->viewed);
  for (uint32_t i = 0; i < self->n_frameworks; i++)
    clear_subscriptions(self, &self->frameworks[i]);
  for (uint32_t i = 0; i < self->n_roles; i++)
    free(self->roles[i].path);
  clear_whitelist(self);
  self->helpers->wishes_free(self->wishes);
  free(self->roles);
  free(self->frameworks);
  free(self->agents);
  free(self->viewed);
  free(self->region);
  free(self);
}

static void add_role(Allocator *self, RoleId role, RoleId parent, const char *path)
{
  GROW(self->roles, self->n_roles);
  uint32_t top = parent.index == INDEX_NONE ? role.index : self->roles[parent.index].top;
  self->roles[self->n_roles++] = (Role){.path = strdup(path), .top = top};
}

static void update_role(Allocator *self, Instant now, RoleId role, const RoleAttributes *attributes)
{
  self->roles[role.index].limit = attributes->limit;
  self->roles[role.index].limited = !quantities_equal(&attributes->limit, &NO_LIMIT);
  self->host.request_tick(self->host.self, now);
}

static void subscribe(const Allocator *self, Framework *framework, const AllocatorFramework *info)
{
  framework->capabilities = info->capabilities;
  framework->n_subscriptions = info->n_roles;
  framework->subscriptions = calloc(info->n_roles, sizeof(Subscription));
  for (uint32_t i = 0; i < info->n_roles; i++) {
    Subscription *added = &framework->subscriptions[i];
    added->role = info->roles[i];
    added->suppressed = info->suppressed != NULL && info->suppressed[i];
    added->wishes = self->helpers->wishes_copy(info->wishes == NULL ? self->wishes : &info->wishes[i]);
  }
}

static void add_framework(Allocator *self, Instant now, FrameworkId framework, const AllocatorFramework *info,
                          bool active, const AllocatorUse *used, uint32_t n_used)
{
  GROW(self->frameworks, self->n_frameworks);
  Framework *added = &self->frameworks[self->n_frameworks++];
  *added = (Framework){.active = active};
  subscribe(self, added, info);
  for (uint32_t i = 0; i < n_used; i++)
    if (used[i].agent.index < self->n_agents) /* else the agent will tell */
      hold(self, used[i].framework, used[i].role, used[i].agent, &used[i].resources);
  self->host.request_run(self->host.self);
}

static void remove_framework(Allocator *self, Instant now, FrameworkId framework)
{
  for (uint32_t i = 0; i < self->n_agents; i++)
    drop(self, &self->agents[i].holdings, framework, ROLE_NONE);
  drop_filters(self, framework, ROLE_NONE);
  clear_subscriptions(self, &self->frameworks[framework.index]);
  self->host.request_tick(self->host.self, now);
}

static void activate_framework(Allocator *self, Instant now, FrameworkId framework)
{
  self->frameworks[framework.index].active = true;
  self->host.request_run(self->host.self);
}

static void deactivate_framework(Allocator *self, Instant now, FrameworkId framework)
{
  self->frameworks[framework.index].active = false;
  drop_filters(self, framework, ROLE_NONE);
}

/* Roles that it has left, or no longer suppresses, lose their filters. */
static void update_framework(Allocator *self, Instant now, FrameworkId id, const AllocatorFramework *info)
{
  Framework *framework = &self->frameworks[id.index];
  Framework before = *framework;
  framework->subscriptions = NULL;
  subscribe(self, framework, info);
  for (uint32_t i = 0; i < before.n_subscriptions; i++) {
    bool keeps = false;
    for (uint32_t k = 0; k < framework->n_subscriptions; k++)
      keeps = keeps || (framework->subscriptions[k].role.index == before.subscriptions[i].role.index &&
                        (framework->subscriptions[k].suppressed || !before.subscriptions[i].suppressed));
    if (!keeps)
      drop_filters(self, id, before.subscriptions[i].role);
  }
  clear_subscriptions(self, &before);
  self->host.request_tick(self->host.self, now);
}

static void set_suppressed(Allocator *self, FrameworkId id, RoleId role, bool suppressed)
{
  Framework *framework = &self->frameworks[id.index];
  for (uint32_t i = 0; i < framework->n_subscriptions; i++)
    if (role.index == INDEX_NONE || framework->subscriptions[i].role.index == role.index)
      framework->subscriptions[i].suppressed = suppressed;
}

static void suppress_offers(Allocator *self, Instant now, FrameworkId framework, RoleId role)
{
  set_suppressed(self, framework, role, true);
}

static void revive_offers(Allocator *self, Instant now, FrameworkId framework, RoleId role)
{
  set_suppressed(self, framework, role, false);
  drop_filters(self, framework, role);
  self->host.request_run(self->host.self);
}

static void add_agent(Allocator *self, Instant now, AgentId agent, const AllocatorAgent *info,
                      const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  GROW(self->agents, self->n_agents);
  Agent *added = &self->agents[self->n_agents++];
  *added = (Agent){.active = true, .info = self->helpers->agent_copy(info)};
  self->helpers->resources_copy(&added->total, total);
  for (uint32_t i = 0; i < n_used; i++)
    if (used[i].framework.index < self->n_frameworks) /* else the framework will tell */
      hold(self, used[i].framework, used[i].role, used[i].agent, &used[i].resources);
  self->host.request_run(self->host.self);
}

static void remove_agent(Allocator *self, Instant now, AgentId agent)
{
  clear_agent(self, &self->agents[agent.index]);
  self->host.request_tick(self->host.self, now); /* limits may leave more elsewhere */
}

static void update_agent(Allocator *self, Instant now, AgentId agent, const Resources *total)
{
  self->helpers->resources_clear(&self->agents[agent.index].total);
  self->helpers->resources_copy(&self->agents[agent.index].total, total);
  self->host.request_run(self->host.self);
}

static void update_agent_attributes(Allocator *self, Instant now, AgentId agent)
{
  drop(self, &self->agents[agent.index].filters, FRAMEWORK_NONE, ROLE_NONE);
  self->host.request_run(self->host.self);
}

static void update_agent_info(Allocator *self, Instant now, AgentId id, const AllocatorAgent *info)
{
  Agent *agent = &self->agents[id.index];
  if (!self->helpers->attributes_equal(agent->info, info))
    drop(self, &agent->filters, FRAMEWORK_NONE, ROLE_NONE);
  self->helpers->agent_free(agent->info);
  agent->info = self->helpers->agent_copy(info);
  self->host.request_run(self->host.self);
}

static void activate_agent(Allocator *self, Instant now, AgentId agent)
{
  self->agents[agent.index].active = true;
  self->host.request_tick(self->host.self, now);
}

static void deactivate_agent(Allocator *self, Instant now, AgentId agent)
{
  self->agents[agent.index].active = false;
}

static void update_whitelist(Allocator *self, Instant now, const char *const *hostnames, uint32_t n_hostnames)
{
  clear_whitelist(self);
  self->whitelist = hostnames == NULL ? NULL : calloc(n_hostnames + 1, sizeof *self->whitelist);
  for (uint32_t i = 0; i < n_hostnames; i++)
    self->whitelist[i] = strdup(hostnames[i]);
  self->host.request_tick(self->host.self, now);
}

static void transition_offered_to_allocated(Allocator *self, Instant now, FrameworkId framework, RoleId role,
                                            AgentId agent, const Resources *resources)
{
} /* used is used */

static void add_filter(Allocator *self, Instant now, const Holding *held, List *filters,
                       const Resources *refused, OfferFilter asked)
{
  int64_t refuse = asked.refuse.ns < 0 ? 5 * NS_PER_S : asked.refuse.ns;
  refuse = refuse < self->interval.ns ? self->interval.ns : refuse;
  refuse = refuse > 365 * NS_PER_D ? 365 * NS_PER_D : refuse;
  GROW(filters->items, filters->n);
  Holding *filter = &filters->items[filters->n++];
  *filter = (Holding){held->framework, held->role, RESOURCES_EMPTY, {now.ns + refuse}};
  self->helpers->resources_copy(&filter->resources, refused);
}

/* What nobody holds here is not ours. */
static void recover_resources(Allocator *self, Instant now, FrameworkId framework, RoleId role, AgentId id,
                              const Resources *resources, OfferFilter filter, bool allocated)
{
  Agent *agent = &self->agents[id.index];
  for (uint32_t i = 0; i < agent->holdings.n; i++) {
    Holding *holding = &agent->holdings.items[i];
    if (!belongs(holding, framework, role) ||
        !self->helpers->resources_contain(&holding->resources, resources))
      continue;
    if (filter.set && filter.refuse.ns != 0)
      add_filter(self, now, holding, &agent->filters, resources, filter);
    self->helpers->resources_subtract(&holding->resources, resources);
    if (resources_are_empty(&holding->resources))
      drop_item(self, &agent->holdings, i);
    self->host.request_tick(self->host.self, now);
    return;
  }
}

static uint32_t count_live(const Agent *agent, Instant now, RoleId role)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < agent->filters.n; i++)
    n += belongs(&agent->filters.items[i], FRAMEWORK_NONE, role) && now.ns < agent->filters.items[i].until.ns;
  return n;
}

static void view_agent(const Allocator *self, Instant now, AgentId agent, AllocatorAgentView *view)
{
  self->helpers->resources_clear(self->viewed);
  find_free(self, &self->agents[agent.index], self->viewed);
  view->available = *self->viewed;
  view->filters = count_live(&self->agents[agent.index], now, ROLE_NONE);
}

static double share(const Allocator *self, RoleId role, FrameworkId framework)
{
  return 0; /* it knows nothing of shares */
}

static uint64_t count_filters(const Allocator *self, Instant now, RoleId role)
{
  uint64_t n = 0;
  for (uint32_t i = 0; i < self->n_agents; i++)
    n += count_live(&self->agents[i], now, role);
  return n;
}

static void check(const Allocator *self, Instant now)
{
} /* all that could be checked is computed from the lists */

/* --- the table ------------------------------------------------------------------------------------------ */

static const AllocatorInterface full_allocator = {
    .abi_version = ALLOCATOR_ABI_VERSION,
    .size = sizeof(AllocatorInterface),
    .name = "full-allocator",
    .summary = "whoever was served longest ago comes first",
    .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_NO_STARVATION,
    .create = create,
    .destroy = destroy,
    .add_role = add_role,
    .update_role = update_role,
    .add_framework = add_framework,
    .remove_framework = remove_framework,
    .activate_framework = activate_framework,
    .deactivate_framework = deactivate_framework,
    .update_framework = update_framework,
    .add_agent = add_agent,
    .remove_agent = remove_agent,
    .update_agent = update_agent,
    .update_agent_attributes = update_agent_attributes,
    .update_agent_info = update_agent_info,
    .activate_agent = activate_agent,
    .deactivate_agent = deactivate_agent,
    .update_whitelist = update_whitelist,
    .transition_offered_to_allocated = transition_offered_to_allocated,
    .recover_resources = recover_resources,
    .suppress_offers = suppress_offers,
    .revive_offers = revive_offers,
    .run = run,
    .tick = run,
    .view_agent = view_agent,
    .share = share,
    .count_filters = count_filters,
    .check = check,
};

OFFERSIM_PLUGIN_OF_ALLOCATOR(full_allocator);
