/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/oracle-allocator.h"

#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "tests/properties/naive-sorter.h"

typedef struct {
  RoleId role;
  bool subscribed;
  bool suppressed;
  bool tracked; /* in the role's sorter */
} OracleClient;

typedef struct {
  bool present;
  bool active;
  uint32_t capabilities;
  char *name;
  GArray *clients; /* OracleClient, one per role */
} OracleFramework;

typedef struct {
  char *path;
  uint32_t n_tracked;
  NaiveSorter *sorter; /* of frameworks, by id; NULL while there is none */
} OracleRole;

typedef struct {
  bool present;
  bool active;
  bool candidate;
  bool visited; /* in this run */
  char *hostname;
  Quantities total;
  Quantities unknown_use; /* of frameworks that are not there yet */
} OracleAgent;

typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Quantities refused;
  Instant installed;
  Instant expiry;
} OracleFilter;

struct OracleAllocator {
  AllocatorSettings settings;
  bool use_priority;
  SorterTotals totals;
  NaiveSorter *role_sorter;
  GArray *roles;      /* OracleRole */
  GArray *frameworks; /* OracleFramework */
  GArray *agents;     /* OracleAgent */
  GArray *holdings;   /* AllocatorUse, each (framework, role, agent) once */
  GArray *filters;    /* OracleFilter */
  char **whitelist;   /* NULL: all */

  Instant now; /* of the run */
  bool tick;
};

static OracleRole *role_at(const OracleAllocator *oracle, RoleId role)
{
  return &g_array_index(oracle->roles, OracleRole, role.index);
}

static OracleFramework *framework_at(const OracleAllocator *oracle, FrameworkId framework)
{
  return &g_array_index(oracle->frameworks, OracleFramework, framework.index);
}

static OracleAgent *agent_at(const OracleAllocator *oracle, AgentId agent)
{
  return &g_array_index(oracle->agents, OracleAgent, agent.index);
}

static AllocatorUse *holding_at(const OracleAllocator *oracle, guint i)
{
  return &g_array_index(oracle->holdings, AllocatorUse, i);
}

static bool framework_is_known(const OracleAllocator *oracle, FrameworkId framework)
{
  return framework.index < oracle->frameworks->len && framework_at(oracle, framework)->present;
}

/* --- life ----------------------------------------------------------------------------------------------- */

static void role_clear(void *data)
{
  OracleRole *role = data;
  g_free(role->path);
  g_clear_pointer(&role->sorter, naive_sorter_free);
}

static void framework_clear(void *data)
{
  OracleFramework *framework = data;
  g_free(framework->name);
  g_array_unref(framework->clients);
}

static void agent_clear(void *data)
{
  g_free(((OracleAgent *)data)->hostname);
}

OracleAllocator *oracle_new(const AllocatorSettings *settings, bool use_priority)
{
  OracleAllocator *oracle = g_new0(OracleAllocator, 1);
  oracle->settings = *settings;
  oracle->use_priority = use_priority;
  oracle->totals.excluded = settings->fair_sharing_excluded;
  oracle->role_sorter = naive_sorter_new(&oracle->totals, use_priority);
  oracle->roles = g_array_new(FALSE, FALSE, sizeof(OracleRole));
  g_array_set_clear_func(oracle->roles, role_clear);
  oracle->frameworks = g_array_new(FALSE, FALSE, sizeof(OracleFramework));
  g_array_set_clear_func(oracle->frameworks, framework_clear);
  oracle->agents = g_array_new(FALSE, FALSE, sizeof(OracleAgent));
  g_array_set_clear_func(oracle->agents, agent_clear);
  oracle->holdings = g_array_new(FALSE, FALSE, sizeof(AllocatorUse));
  oracle->filters = g_array_new(FALSE, FALSE, sizeof(OracleFilter));
  return oracle;
}

void oracle_free(OracleAllocator *oracle)
{
  naive_sorter_free(oracle->role_sorter);
  g_array_unref(oracle->roles);
  g_array_unref(oracle->frameworks);
  g_array_unref(oracle->agents);
  g_array_unref(oracle->holdings);
  g_array_unref(oracle->filters);
  g_strfreev(oracle->whitelist);
  g_free(oracle);
}

/* --- clients and what they hold ------------------------------------------------------------------------- */

static OracleClient *client_find(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  GArray *clients = framework_at(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    if (g_array_index(clients, OracleClient, i).role.index == role.index)
      return &g_array_index(clients, OracleClient, i);
  return NULL;
}

static OracleClient *client_get(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  OracleClient *client = client_find(oracle, framework, role);
  if (client != NULL)
    return client;
  OracleClient added = {.role = role};
  g_array_append_val(framework_at(oracle, framework)->clients, added);
  return client_find(oracle, framework, role);
}

static AllocatorUse *holding_find(const OracleAllocator *oracle, FrameworkId framework, RoleId role,
                                  AgentId agent)
{
  for (guint i = 0; i < oracle->holdings->len; i++) {
    AllocatorUse *use = holding_at(oracle, i);
    if (use->framework.index == framework.index && use->role.index == role.index &&
        use->agent.index == agent.index)
      return use;
  }
  return NULL;
}

static bool holds_something(const OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  for (guint i = 0; i < oracle->holdings->len; i++)
    if (holding_at(oracle, i)->framework.index == framework.index &&
        holding_at(oracle, i)->role.index == role.index)
      return true;
  return false;
}

static void track(OracleAllocator *oracle, FrameworkId framework, OracleClient *client)
{
  OracleRole *role = role_at(oracle, client->role);
  if (client->tracked)
    return;
  client->tracked = true;
  if (role->n_tracked++ == 0) {
    role->sorter = naive_sorter_new(&oracle->totals, oracle->use_priority);
    naive_add(oracle->role_sorter, client->role.index, role->path);
    naive_set_active(oracle->role_sorter, client->role.index, true);
  }
  naive_add(role->sorter, framework.index, framework_at(oracle, framework)->name);
}

/* Tracked iff subscribed or holding; active in the sorter iff it may be offered something. */
static void refresh(OracleAllocator *oracle, FrameworkId framework, OracleClient *client)
{
  OracleRole *role = role_at(oracle, client->role);
  bool wanted = client->subscribed || holds_something(oracle, framework, client->role);
  if (wanted)
    track(oracle, framework, client);
  if (client->tracked)
    naive_set_active(role->sorter, framework.index,
                     framework_at(oracle, framework)->active && client->subscribed && !client->suppressed);
  if (wanted || !client->tracked)
    return;
  client->tracked = false;
  naive_remove(role->sorter, framework.index);
  if (--role->n_tracked == 0) {
    naive_remove(oracle->role_sorter, client->role.index);
    g_clear_pointer(&role->sorter, naive_sorter_free);
  }
}

static void refresh_all(OracleAllocator *oracle, FrameworkId framework)
{
  GArray *clients = framework_at(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    refresh(oracle, framework, &g_array_index(clients, OracleClient, i));
}

static void book(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent,
                 const Quantities *quantities)
{
  AllocatorUse *held = holding_find(oracle, framework, role, agent);
  if (held == NULL) {
    AllocatorUse use = {framework, role, agent, resources_of(quantities)};
    g_array_append_val(oracle->holdings, use);
  } else {
    quantities_add(&held->resources.plain, quantities);
  }
  refresh(oracle, framework, client_get(oracle, framework, role));
  naive_allocated(role_at(oracle, role)->sorter, framework.index, quantities);
  naive_allocated(oracle->role_sorter, role.index, quantities);
}

static void give_back(OracleAllocator *oracle, AllocatorUse *held, const Quantities *quantities)
{
  FrameworkId framework = held->framework;
  RoleId role = held->role;
  CHECK(quantities_contain(&held->resources.plain, quantities));
  quantities_subtract(&held->resources.plain, quantities);
  naive_unallocated(role_at(oracle, role)->sorter, framework.index, quantities);
  naive_unallocated(oracle->role_sorter, role.index, quantities);
  if (quantities_are_zero(&held->resources.plain))
    g_array_remove_index_fast(oracle->holdings, (guint)(held - holding_at(oracle, 0)));
  refresh(oracle, framework, client_find(oracle, framework, role));
}

/* Those of @framework (FRAMEWORK_NONE: any) on @agent (AGENT_NONE: any). */
static void give_all_back(OracleAllocator *oracle, FrameworkId framework, AgentId agent)
{
  for (guint i = oracle->holdings->len; i-- > 0;) {
    AllocatorUse *held = holding_at(oracle, i);
    if ((framework.index != INDEX_NONE && framework.index != held->framework.index) ||
        (agent.index != INDEX_NONE && agent.index != held->agent.index))
      continue;
    Quantities all = held->resources.plain;
    give_back(oracle, held, &all);
  }
}

static void drop_filters(OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId agent)
{
  for (guint i = oracle->filters->len; i-- > 0;) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if ((framework.index == INDEX_NONE || framework.index == filter->framework.index) &&
        (role.index == INDEX_NONE || role.index == filter->role.index) &&
        (agent.index == INDEX_NONE || agent.index == filter->agent.index))
      g_array_remove_index_fast(oracle->filters, i);
  }
}

static void all_candidates(const OracleAllocator *oracle)
{
  for (guint i = 0; i < oracle->agents->len; i++)
    agent_at(oracle, (AgentId){i})->candidate = true;
}

/* --- roles and frameworks ------------------------------------------------------------------------------- */

void oracle_add_role(OracleAllocator *oracle, const char *path)
{
  OracleRole role = {.path = g_strdup(path)};
  g_array_append_val(oracle->roles, role);
}

void oracle_update_role(OracleAllocator *oracle, RoleId role, const RoleAttributes *attributes)
{
  naive_update_weight(oracle->role_sorter, role_at(oracle, role)->path, attributes->weight);
  naive_update_priority(oracle->role_sorter, role_at(oracle, role)->path, attributes->priority);
}

static void subscribe(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info)
{
  framework_at(oracle, framework)->capabilities = info->capabilities;
  for (uint32_t i = 0; i < info->n_roles; i++) {
    OracleClient *client = client_get(oracle, framework, info->roles[i]);
    bool suppressed = info->suppressed != NULL && info->suppressed[i];
    if (client->suppressed && !suppressed)
      drop_filters(oracle, framework, client->role, AGENT_NONE);
    client->subscribed = true;
    client->suppressed = suppressed;
  }
  refresh_all(oracle, framework);
}

void oracle_add_framework(OracleAllocator *oracle, FrameworkId id, const AllocatorFramework *info,
                          bool active, const AllocatorUse *used, uint32_t n_used)
{
  CHECK(id.index == oracle->frameworks->len);
  OracleFramework framework = {
      .present = true,
      .active = active,
      .name = g_strdup(info->name),
      .clients = g_array_new(FALSE, FALSE, sizeof(OracleClient)),
  };
  g_array_append_val(oracle->frameworks, framework);
  subscribe(oracle, id, info);
  for (uint32_t i = 0; i < n_used; i++) {
    quantities_subtract(&agent_at(oracle, used[i].agent)->unknown_use, &used[i].resources.plain);
    book(oracle, id, used[i].role, used[i].agent, &used[i].resources.plain);
  }
  if (active)
    all_candidates(oracle);
}

void oracle_remove_framework(OracleAllocator *oracle, FrameworkId framework)
{
  give_all_back(oracle, framework, AGENT_NONE);
  drop_filters(oracle, framework, ROLE_NONE, AGENT_NONE);
  GArray *clients = framework_at(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++)
    g_array_index(clients, OracleClient, i).subscribed = false;
  refresh_all(oracle, framework);
  framework_at(oracle, framework)->present = false;
}

void oracle_set_framework_active(OracleAllocator *oracle, FrameworkId framework, bool active)
{
  framework_at(oracle, framework)->active = active;
  refresh_all(oracle, framework);
  if (active)
    all_candidates(oracle);
  else
    drop_filters(oracle, framework, ROLE_NONE, AGENT_NONE);
}

void oracle_update_framework(OracleAllocator *oracle, FrameworkId framework, const AllocatorFramework *info)
{
  GArray *clients = framework_at(oracle, framework)->clients;
  /* New roles come before old ones go, as in Mesos: a node above both keeps its count. */
  subscribe(oracle, framework, info);
  for (guint i = 0; i < clients->len; i++) {
    OracleClient *client = &g_array_index(clients, OracleClient, i);
    bool stays = false;
    for (uint32_t j = 0; j < info->n_roles; j++)
      stays = stays || info->roles[j].index == client->role.index;
    if (!stays && client->subscribed) {
      client->subscribed = false;
      client->suppressed = false;
      drop_filters(oracle, framework, client->role, AGENT_NONE);
    }
  }
  refresh_all(oracle, framework);
}

static void set_suppressed(OracleAllocator *oracle, FrameworkId framework, RoleId role, bool suppressed)
{
  GArray *clients = framework_at(oracle, framework)->clients;
  for (guint i = 0; i < clients->len; i++) {
    OracleClient *client = &g_array_index(clients, OracleClient, i);
    if (!client->subscribed || (role.index != INDEX_NONE && role.index != client->role.index))
      continue;
    client->suppressed = suppressed;
    if (!suppressed)
      drop_filters(oracle, framework, client->role, AGENT_NONE);
  }
  refresh_all(oracle, framework);
}

void oracle_suppress(OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  set_suppressed(oracle, framework, role, true);
}

void oracle_revive(OracleAllocator *oracle, FrameworkId framework, RoleId role)
{
  set_suppressed(oracle, framework, role, false);
  all_candidates(oracle);
}

/* --- agents --------------------------------------------------------------------------------------------- */

void oracle_add_agent(OracleAllocator *oracle, AgentId id, const char *hostname, const Quantities *total,
                      const AllocatorUse *used, uint32_t n_used)
{
  CHECK(id.index == oracle->agents->len);
  OracleAgent agent = {
      .present = true, .active = true, .candidate = true, .hostname = g_strdup(hostname), .total = *total};
  g_array_append_val(oracle->agents, agent);
  sorter_totals_add(&oracle->totals, total);
  for (uint32_t i = 0; i < n_used; i++)
    if (framework_is_known(oracle, used[i].framework))
      book(oracle, used[i].framework, used[i].role, id, &used[i].resources.plain);
    else
      quantities_add(&agent_at(oracle, id)->unknown_use, &used[i].resources.plain);
}

void oracle_remove_agent(OracleAllocator *oracle, AgentId agent)
{
  give_all_back(oracle, FRAMEWORK_NONE, agent);
  drop_filters(oracle, FRAMEWORK_NONE, ROLE_NONE, agent);
  agent_at(oracle, agent)->present = false;
  sorter_totals_subtract(&oracle->totals, &agent_at(oracle, agent)->total);
}

void oracle_update_agent(OracleAllocator *oracle, AgentId id, const Quantities *total)
{
  OracleAgent *agent = agent_at(oracle, id);
  if (quantities_equal(&agent->total, total))
    return;
  sorter_totals_subtract(&oracle->totals, &agent->total);
  agent->total = *total;
  sorter_totals_add(&oracle->totals, total);
  agent->candidate = true;
}

void oracle_update_attributes(OracleAllocator *oracle, AgentId agent)
{
  drop_filters(oracle, FRAMEWORK_NONE, ROLE_NONE, agent);
  agent_at(oracle, agent)->candidate = true;
}

void oracle_set_agent_active(OracleAllocator *oracle, AgentId agent, bool active)
{
  agent_at(oracle, agent)->active = active;
}

void oracle_update_whitelist(OracleAllocator *oracle, const char *const *hostnames, uint32_t n_hostnames)
{
  g_clear_pointer(&oracle->whitelist, g_strfreev);
  if (hostnames == NULL)
    return;
  oracle->whitelist = g_new0(char *, n_hostnames + 1);
  for (uint32_t i = 0; i < n_hostnames; i++)
    oracle->whitelist[i] = g_strdup(hostnames[i]);
}

/* --- resources and filters ------------------------------------------------------------------------------ */

void oracle_recover(OracleAllocator *oracle, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                    const Quantities *quantities, OfferFilter filter)
{
  if (!framework_is_known(oracle, framework) || !agent_at(oracle, agent)->present ||
      quantities_are_zero(quantities))
    return;
  give_back(oracle, holding_find(oracle, framework, role, agent), quantities);
  if (!filter.set || filter.refuse.ns == 0)
    return;
  Duration life = filter.refuse;
  if (life.ns < 0)
    life.ns = 5 * NS_PER_S;
  life.ns = CLAMP(life.ns, oracle->settings.allocation_interval.ns, 365 * NS_PER_D);
  OracleFilter added = {framework, role, agent, *quantities, now, instant_after(now, life)};
  g_array_append_val(oracle->filters, added);
}

Quantities oracle_available(const OracleAllocator *oracle, AgentId id)
{
  Quantities available = agent_at(oracle, id)->total;
  quantities_subtract(&available, &agent_at(oracle, id)->unknown_use);
  for (guint i = 0; i < oracle->holdings->len; i++)
    if (holding_at(oracle, i)->agent.index == id.index)
      quantities_subtract(&available, &holding_at(oracle, i)->resources.plain);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    available.amount[kind] = MAX(available.amount[kind], 0);
  return available;
}

static bool filter_blocks(const OracleAllocator *oracle, const OracleFilter *filter, Instant now, bool tick)
{
  if (filter->expiry.ns != now.ns || !tick)
    return filter->expiry.ns > now.ns;
  /* Expiry and tick at one instant: the older timer fires first. That of the tick was made at the tick
   * before, calls at whose instant came after it. */
  return filter->installed.ns >= now.ns - oracle->settings.allocation_interval.ns;
}

/* --- runs ----------------------------------------------------------------------------------------------- */

void oracle_run_begin(OracleAllocator *oracle, Instant now, bool tick)
{
  oracle->now = now;
  oracle->tick = tick;
  if (tick)
    all_candidates(oracle);
  for (guint i = 0; i < oracle->agents->len; i++)
    agent_at(oracle, (AgentId){i})->visited = false;
}

static bool is_enough(const OracleAllocator *oracle, const Quantities *available)
{
  bool enough = oracle->settings.n_min_allocatable == 0 && !quantities_are_zero(available);
  for (uint32_t i = 0; i < oracle->settings.n_min_allocatable; i++)
    enough = enough || quantities_contain(available, &oracle->settings.min_allocatable[i]);
  return enough;
}

static bool is_offered(const OracleAllocator *oracle, const OracleAgent *agent)
{
  return agent->present && agent->active && agent->candidate && !agent->visited &&
         (oracle->whitelist == NULL ||
          g_strv_contains((const char *const *)oracle->whitelist, agent->hostname));
}

static bool may_have(const OracleAllocator *oracle, FrameworkId framework, RoleId role, AgentId id,
                     const Quantities *available)
{
  if (oracle->settings.filter_gpu_resources && agent_at(oracle, id)->total.amount[RESOURCE_GPUS] > 0 &&
      (framework_at(oracle, framework)->capabilities & FRAMEWORK_GPU_RESOURCES) == 0)
    return false;
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if (filter->framework.index == framework.index && filter->role.index == role.index &&
        filter->agent.index == id.index && filter_blocks(oracle, filter, oracle->now, oracle->tick) &&
        quantities_contain(&filter->refused, available))
      return false;
  }
  return true;
}

static bool find_receiver(const OracleAllocator *oracle, AgentId id, OracleGrant *grant)
{
  grant->quantities = oracle_available(oracle, id);
  if (!is_offered(oracle, agent_at(oracle, id)) || !is_enough(oracle, &grant->quantities))
    return false;
  g_autoptr(GArray) roles = naive_order(oracle->role_sorter);
  for (guint i = 0; i < roles->len; i++) {
    grant->role = (RoleId){g_array_index(roles, uint32_t, i)};
    g_autoptr(GArray) frameworks = naive_order(role_at(oracle, grant->role)->sorter);
    for (guint j = 0; j < frameworks->len; j++) {
      grant->framework = (FrameworkId){g_array_index(frameworks, uint32_t, j)};
      if (may_have(oracle, grant->framework, grant->role, id, &grant->quantities))
        return true;
    }
  }
  return false;
}

bool oracle_visit(OracleAllocator *oracle, AgentId agent, OracleGrant *grant)
{
  if (!find_receiver(oracle, agent, grant))
    return false;
  agent_at(oracle, agent)->visited = true;
  book(oracle, grant->framework, grant->role, agent, &grant->quantities);
  return true;
}

bool oracle_run_end(OracleAllocator *oracle, AgentId *agent)
{
  OracleGrant grant;
  bool complete = true;
  for (guint i = 0; i < oracle->agents->len; i++)
    if (find_receiver(oracle, (AgentId){i}, &grant)) {
      *agent = (AgentId){i};
      complete = false;
    }
  for (guint i = 0; i < oracle->agents->len; i++)
    agent_at(oracle, (AgentId){i})->candidate = false;
  return complete;
}

/* --- to look at ----------------------------------------------------------------------------------------- */

uint64_t oracle_count_filters(const OracleAllocator *oracle, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    count += filter->role.index == role.index && filter->expiry.ns > now.ns ? 1 : 0;
  }
  return count;
}

static bool filter_is_covered(const OracleAllocator *oracle, guint which, Instant now)
{
  const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, which);
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *other = &g_array_index(oracle->filters, OracleFilter, i);
    if (i == which || other->role.index != filter->role.index || other->agent.index != filter->agent.index ||
        other->framework.index != filter->framework.index || other->expiry.ns <= now.ns)
      continue;
    bool equal = other->expiry.ns == filter->expiry.ns && quantities_equal(&other->refused, &filter->refused);
    if (equal && i > which)
      continue; /* of equal ones the first remains */
    if (other->expiry.ns >= filter->expiry.ns && quantities_contain(&other->refused, &filter->refused))
      return true;
  }
  return false;
}

uint64_t oracle_count_uncovered_filters(const OracleAllocator *oracle, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (guint i = 0; i < oracle->filters->len; i++) {
    const OracleFilter *filter = &g_array_index(oracle->filters, OracleFilter, i);
    if (filter->role.index == role.index && filter->expiry.ns > now.ns && !filter_is_covered(oracle, i, now))
      count++;
  }
  return count;
}

uint32_t oracle_count_holdings(const OracleAllocator *oracle)
{
  return oracle->holdings->len;
}

AllocatorUse oracle_holding(const OracleAllocator *oracle, uint32_t i)
{
  return *holding_at(oracle, i);
}
