/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/revocation.h"

#include <stdlib.h>

#include "allocators/hierarchical-internal.h"
#include "allocators/option-values.h"
#include "base/check.h"

/* What is on its way back: of one holding. */
typedef struct {
  AgentId agent;
  uint32_t client; /* slot */
  FrameworkId framework;
  Quantities amount;
  Quantities left; /* what it has in use when that has come */
} Revoked;

/* A holding that something may be taken from. */
typedef struct {
  RoleId role;
  AgentId agent;
  uint32_t client; /* slot */
  Quantities allocated;
  double share; /* dominant, of the holding */
} Victim;

/* Those of one role: items from..to - 1 of all. */
typedef struct {
  guint from;
  guint to;
  Quantities allocation; /* of the role, less what is taken */
} VictimRole;

/* What the roles wait for; by RoleId, each with all roles below it. */
typedef struct {
  Instant since;      /* it lacks something; INSTANT_NEVER: it does not */
  bool waits;         /* somebody active does */
  bool waits_for_any; /* and has not said for how much */
  Quantities waiting; /* what the others have */
  Quantities lacks;
  bool is_due;
  Quantities spare; /* what may be taken from it; kinds that are not guaranteed: anything */
} Need;

struct KernelRevocation {
  Duration timeout;
  Instant retry; /* not before: the last time not all that was short could be taken */
  Array(Need) needs;
  GArray *revoked; /* Revoked */
};

bool revocation_option(const AllocatorSettings *settings, const char *key, const char *value,
                       Duration *timeout, char **error)
{
  if (!option_duration(key, value, "off", timeout, error))
    return false;
  if (timeout->ns < 0 || settings->revocation)
    return true;
  *error =
      g_strdup_printf("\"%s\": the master takes nothing back; expected [master] revocation-grace beside it "
                      "(option %s)",
                      value, key);
  return false;
}

void kernel_revocation_start(Allocator *kernel, Duration timeout)
{
  CHECK(timeout.ns >= 0 && kernel->revocation == NULL);
  kernel->revocation = g_new0(KernelRevocation, 1);
  kernel->revocation->timeout = timeout;
  kernel->revocation->revoked = g_array_new(FALSE, FALSE, sizeof(Revoked));
}

void kernel_revocation_free(KernelRevocation *revocation)
{
  if (revocation == NULL)
    return;
  array_free(&revocation->needs);
  g_array_unref(revocation->revoked);
  g_free(revocation);
}

static Need *need_of(const Allocator *kernel, RoleId role)
{
  return &kernel->revocation->needs.items[role.index];
}

static RoleId parent_of(const Allocator *kernel, RoleId role)
{
  return kernel_role(kernel, role)->parent;
}

/* --- what is lacking ------------------------------------------------------------------------------------ */

static void needs_reset(Allocator *kernel)
{
  KernelRevocation *revocation = kernel->revocation;
  while (revocation->needs.n < kernel->roles->len)
    array_push(&revocation->needs, (Need){.since = INSTANT_NEVER});
  for (uint32_t i = 0; i < revocation->needs.n; i++)
    revocation->needs.items[i] = (Need){.since = revocation->needs.items[i].since};
}

static void client_wants(Allocator *kernel, const KernelClient *client)
{
  const SorterDemand *demand = client->demand;
  if (!client->active || (demand != NULL && demand->pending == 0))
    return;
  for (RoleId role = client->role; role.index != INDEX_NONE; role = parent_of(kernel, role)) {
    Need *need = need_of(kernel, role);
    need->waits = true;
    need->waits_for_any = need->waits_for_any || demand == NULL;
    for (int kind = 0; demand != NULL && kind < RESOURCE_KINDS_MAX; kind++) {
      /* More than any guarantee is as good as any amount. */
      int64_t more;
      if (__builtin_mul_overflow(demand->task.amount[kind], (int64_t)demand->pending, &more) ||
          __builtin_add_overflow(need->waiting.amount[kind], more, &need->waiting.amount[kind]))
        need->waiting.amount[kind] = INT64_MAX;
    }
  }
}

/* Fills what is lacking and what may be taken of the roles that have a quota. Returns: what they lack in all. */
static Quantities needs_fill(Allocator *kernel)
{
  g_autofree Quantities *below = g_new0(Quantities, kernel->quotas.n + 1); /* what is lacking there */
  Quantities sum = QUANTITIES_ZERO;
  needs_reset(kernel);
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++)
    if (pool_is_taken(&kernel->clients, slot))
      client_wants(kernel, kernel_client(kernel, slot));
  for (uint32_t i = kernel->quotas.n; i-- > 0;) { /* children lie behind their parents */
    const KernelQuota *quota = &kernel->quotas.items[i];
    Need *need = need_of(kernel, quota->role);
    Quantities used = kernel_quota_consumed(kernel, quota);
    need->spare = used;
    quantities_subtract(&need->spare, &quota->guarantee);
    Quantities lacks = quota->guarantee;
    quantities_subtract(&lacks, &used);
    lacks = quantities_positive(&lacks);
    if (!need->waits_for_any)
      quantities_min(&lacks, &need->waiting);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      lacks.amount[kind] = MAX(lacks.amount[kind], below[i].amount[kind]);
    need->lacks = lacks;
    quantities_add(quota->parent != INDEX_NONE ? &below[quota->parent] : &sum, &lacks);
  }
  return sum;
}

Quantities kernel_revocation_required(Allocator *kernel)
{
  return needs_fill(kernel);
}

/* What the roles that are due lack in all: that of a role covers what those below it lack. */
static Quantities due_sum(Allocator *kernel, Instant now)
{
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < kernel->quotas.n; i++) {
    const KernelQuota *quota = &kernel->quotas.items[i];
    Need *need = need_of(kernel, quota->role);
    need->since = quantities_are_zero(&need->lacks) ? INSTANT_NEVER : instant_min(need->since, now);
    need->is_due = need->since.ns != INSTANT_NEVER.ns &&
                   !instant_is_before(now, instant_after(need->since, kernel->revocation->timeout));
    bool covered = false;
    for (uint32_t above = quota->parent; above != INDEX_NONE; above = kernel->quotas.items[above].parent)
      covered = covered || need_of(kernel, kernel->quotas.items[above].role)->is_due;
    if (need->is_due && !covered)
      quantities_add(&sum, &need->lacks);
  }
  return sum;
}

/* --- what need not be taken ----------------------------------------------------------------------------- */

static bool is_below_due(const Allocator *kernel, RoleId role)
{
  for (; role.index != INDEX_NONE; role = parent_of(kernel, role))
    if (need_of(kernel, role)->is_due)
      return true;
  return false;
}

/* The tasks that roles that are due wait for, without those that need as much as another; zero where one has not been
 * declared. */
static GArray *wanted_tasks(const Allocator *kernel)
{
  GArray *tasks = g_array_new(FALSE, FALSE, sizeof(Quantities));
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++) {
    if (!pool_is_taken(&kernel->clients, slot))
      continue;
    const KernelClient *client = kernel_client(kernel, slot);
    if (!client->active || !is_below_due(kernel, client->role) ||
        (client->demand != NULL && client->demand->pending == 0))
      continue;
    const Quantities task = client->demand == NULL ? QUANTITIES_ZERO : client->demand->task;
    bool known = false;
    for (guint i = 0; i < tasks->len && !known; i++)
      known = quantities_contain(&task, &g_array_index(tasks, Quantities, i));
    if (!known)
      g_array_append_val(tasks, task);
  }
  return tasks;
}

static bool holds_one(const Quantities *free, const GArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    if (quantities_contain(free, &g_array_index(tasks, Quantities, i)))
      return true;
  return false;
}

static Quantities usable_free(const Allocator *kernel)
{
  g_autoptr(GArray) tasks = wanted_tasks(kernel);
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    const KernelAgent *agent = kernel_agent(kernel, (AgentId){i});
    if (!agent->present || !agent->activated || !agent->whitelisted)
      continue;
    Quantities free = kernel_offerable(agent);
    if (!quantities_are_zero(&free) && holds_one(&free, tasks))
      quantities_add(&sum, &free);
  }
  return sum;
}

/* What a holding has in use of what is plain. Where part of a kind is not, a mount's disk, say, nobody has counted how much
 * of that is in use: then nothing of the kind is taken. */
static Quantities plain_in_use(const Allocator *kernel, uint32_t slot)
{
  Quantities in_use = kernel->allocated.items[slot];
  const ResourceSlices *special = kernel_held(kernel, slot).special;
  for (uint32_t i = 0; special != NULL && i < special->n_slices; i++) {
    const ResourceSlice *slice = &special->slices[i];
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (slice->reservation == RESERVATION_NONE && !slice->revocable && slice->quantities.amount[kind] > 0)
        in_use.amount[kind] = 0;
  }
  return in_use;
}

/* Where what was revoked is held, or NULL: it has come back, whole. */
static const uint32_t *revoked_link(Allocator *kernel, const Revoked *one)
{
  if (!kernel_agent_is_known(kernel, one->agent) || !pool_is_taken(&kernel->clients, one->client) ||
      kernel_client(kernel, one->client)->framework.index != one->framework.index)
    return NULL;
  return kernel_holding_find(kernel, kernel_agent(kernel, one->agent), one->client);
}

/* What has been revoked and is still in use; what has come is forgotten. */
static Quantities outstanding(Allocator *kernel)
{
  GArray *revoked = kernel->revocation->revoked;
  Quantities sum = QUANTITIES_ZERO;
  for (guint i = revoked->len; i-- > 0;) {
    const Revoked *one = &g_array_index(revoked, Revoked, i);
    const uint32_t *link = revoked_link(kernel, one);
    Quantities coming = link == NULL ? QUANTITIES_ZERO : plain_in_use(kernel, *link);
    quantities_subtract(&coming, &one->left);
    coming = quantities_positive(&coming);
    quantities_min(&coming, &one->amount);
    if (link == NULL || quantities_are_zero(&coming)) {
      g_array_remove_index_fast(revoked, i);
      continue;
    }
    quantities_add(&sum, &coming);
    for (RoleId role = kernel_client(kernel, one->client)->role; role.index != INDEX_NONE;
         role = parent_of(kernel, role))
      quantities_subtract(&need_of(kernel, role)->spare, &coming);
  }
  return sum;
}

/* --- what is taken -------------------------------------------------------------------------------------- */

/* By role; within one descending shares, then agents, then clients. */
static int victim_compare(const void *left, const void *right)
{
  const Victim *a = left, *b = right;
  if (a->role.index != b->role.index)
    return a->role.index < b->role.index ? -1 : 1;
  if (a->share != b->share)
    return a->share > b->share ? -1 : 1;
  if (a->agent.index != b->agent.index)
    return a->agent.index < b->agent.index ? -1 : 1;
  return a->client < b->client ? -1 : 1;
}

/* By holding slot: whether it is being reduced already. */
static bool *revoked_holdings(Allocator *kernel)
{
  const GArray *revoked = kernel->revocation->revoked;
  bool *is_revoked = g_new0(bool, kernel->holdings.n_slots + 1);
  for (guint i = 0; i < revoked->len; i++) {
    const uint32_t *link = revoked_link(kernel, &g_array_index(revoked, Revoked, i));
    if (link != NULL)
      is_revoked[*link] = true;
  }
  return is_revoked;
}

static bool may_lose(const Allocator *kernel, RoleId role)
{
  return quantities_are_zero(&need_of(kernel, role)->lacks) && !is_below_due(kernel, role);
}

/* All holdings that have something in use and are not being reduced already, of roles that lack nothing. */
static GArray *victims_collect(Allocator *kernel)
{
  GArray *victims = g_array_new(FALSE, FALSE, sizeof(Victim));
  g_autofree bool *is_revoked = revoked_holdings(kernel);
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    const KernelAgent *agent = kernel_agent(kernel, (AgentId){i});
    for (uint32_t at = agent->present ? agent->holdings : INDEX_NONE; at != INDEX_NONE;) {
      const KernelHolding *holding = pool_at(&kernel->holdings, at);
      Victim victim = {
          kernel_client(kernel, holding->client)->role, {i}, holding->client, plain_in_use(kernel, at), 0};
      bool taken = is_revoked[at];
      at = holding->next;
      if (taken || quantities_are_zero(&victim.allocated) || !may_lose(kernel, victim.role))
        continue;
      victim.share = sorter_totals_share(&kernel->totals, &victim.allocated);
      g_array_append_val(victims, victim);
    }
  }
  g_array_sort(victims, victim_compare);
  return victims;
}

static VictimRole *victim_roles(const Allocator *kernel, const GArray *victims)
{
  VictimRole *roles = g_new0(VictimRole, kernel->roles->len + 1);
  for (guint i = 0; i < victims->len; i++) {
    RoleId id = g_array_index(victims, Victim, i).role;
    VictimRole *role = &roles[id.index];
    if (role->to == 0) {
      role->from = i;
      role->allocation = *kernel->role_interface->allocation(kernel->role_sorter, id.index);
    }
    role->to = i + 1;
  }
  return roles;
}

/* The role that the next is taken from; ROLE_NONE: nobody has anything left. */
static RoleId role_choose(const Allocator *kernel, const VictimRole *roles)
{
  RoleId found = ROLE_NONE;
  double largest = -1;
  for (uint32_t i = 0; i < kernel->roles->len; i++) {
    if (roles[i].from == roles[i].to)
      continue;
    double share = sorter_totals_share(&kernel->totals, &roles[i].allocation) /
                   kernel_role(kernel, (RoleId){i})->attributes.weight;
    if (share > largest) {
      largest = share;
      found = (RoleId){i};
    }
  }
  return found;
}

/* Cuts @amount to what may be taken from @role and the roles above it. */
static void spare_cut(const Allocator *kernel, RoleId role, Quantities *amount)
{
  for (; role.index != INDEX_NONE; role = parent_of(kernel, role)) {
    const Quantities *guarantee = &kernel_role(kernel, role)->attributes.guarantee;
    const Quantities *spare = &need_of(kernel, role)->spare;
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
      if (guarantee->amount[kind] > 0)
        amount->amount[kind] = MAX(0, MIN(amount->amount[kind], spare->amount[kind]));
  }
}

static void take(Allocator *kernel, const Victim *victim, const Quantities *amount)
{
  FrameworkId framework = kernel_client(kernel, victim->client)->framework;
  Revoked one = {victim->agent, victim->client, framework, *amount, victim->allocated};
  quantities_subtract(&one.left, amount);
  g_array_append_val(kernel->revocation->revoked, one);
  for (RoleId role = victim->role; role.index != INDEX_NONE; role = parent_of(kernel, role))
    quantities_subtract(&need_of(kernel, role)->spare, amount);
  Resources resources = resources_of(amount);
  kernel->host.revoke(kernel->host.self, framework, victim->agent, &resources);
}

/* Takes @lacking, each piece from the role that has the largest share then. Returns: whether that was all. */
static bool take_all(Allocator *kernel, Quantities lacking)
{
  g_autoptr(GArray) victims = victims_collect(kernel);
  g_autofree VictimRole *roles = victim_roles(kernel, victims);
  RoleId id;
  while (!quantities_are_zero(&lacking) && (id = role_choose(kernel, roles)).index != INDEX_NONE) {
    VictimRole *role = &roles[id.index];
    const Victim *victim = &g_array_index(victims, Victim, role->from++);
    Quantities amount = victim->allocated;
    quantities_min(&amount, &lacking);
    spare_cut(kernel, id, &amount);
    if (quantities_are_zero(&amount))
      continue;
    quantities_subtract(&role->allocation, &amount);
    quantities_subtract(&lacking, &amount);
    take(kernel, victim, &amount);
  }
  return quantities_are_zero(&lacking);
}

/* When the next role is due. */
static Instant next_due(const Allocator *kernel, Instant now)
{
  Instant next = INSTANT_NEVER;
  for (uint32_t i = 0; i < kernel->quotas.n; i++) {
    Instant due =
        instant_after(need_of(kernel, kernel->quotas.items[i].role)->since, kernel->revocation->timeout);
    if (instant_is_before(now, due))
      next = instant_min(next, due);
  }
  return next;
}

void kernel_revoke(Allocator *kernel, Instant now)
{
  KernelRevocation *revocation = kernel->revocation;
  if (kernel->n_quotas == 0)
    return;
  kernel_quotas_refresh(kernel);
  needs_fill(kernel);
  Quantities lacking = due_sum(kernel, now);
  Instant next = next_due(kernel, now);
  if (!quantities_are_zero(&lacking) && !instant_is_before(now, revocation->retry)) {
    Quantities free = usable_free(kernel), coming = outstanding(kernel);
    quantities_subtract(&lacking, &free);
    quantities_subtract(&lacking, &coming);
    if (!take_all(kernel, quantities_positive(&lacking))) {
      Duration wait = {MAX(revocation->timeout.ns, kernel->interval.ns)};
      revocation->retry = instant_after(now, wait);
      next = instant_min(next, revocation->retry);
    }
  }
  if (!instant_is_never(next))
    kernel->host.request_tick(kernel->host.self, next);
}

void kernel_revocation_wake(Allocator *kernel)
{
  kernel->freedom++; /* what was withheld for somebody may be so no longer */
  kernel->host.request_tick(kernel->host.self, kernel->last_tick);
}
