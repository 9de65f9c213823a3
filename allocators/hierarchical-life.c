/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Making, freeing and checking. */

static void framework_clear(void *framework)
{
  g_free(((KernelFramework *)framework)->name);
}

static void slices_free(void *slices)
{
  resource_slices_free(slices);
}

Allocator *hierarchical_new(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                            const SorterInterface *role_sorter, const void *role_context,
                            const SorterInterface *framework_sorter, const void *framework_context)
{
  Allocator *kernel = g_new0(Allocator, 1);
  kernel->host = *host;
  kernel->interval = settings->allocation_interval;
  kernel->min_allocatable =
      g_memdup2(settings->min_allocatable, settings->n_min_allocatable * sizeof(*settings->min_allocatable));
  kernel->n_min_allocatable = settings->n_min_allocatable;
  kernel->filter_gpu_resources = settings->filter_gpu_resources;
  kernel->start = now;
  kernel->last_tick = now;
  kernel->last_sort = now;
  kernel->mesos_compatible = settings->mesos_compatible;
  kernel->region = g_strdup(settings->region);
  kernel->least_offer = settings->least_offer;
  kernel->kinds = settings->kinds;
  kernel->inverse_wake = INSTANT_NEVER;
  kernel->mark_dry = UINT64_MAX;

  kernel->totals.excluded = settings->fair_sharing_excluded;
  kernel->role_interface = role_sorter;
  kernel->framework_interface = framework_sorter;
  kernel->framework_context = framework_context;
  kernel->tells_tasks = role_sorter->launched != NULL || framework_sorter->launched != NULL;
  kernel->role_sorter = role_sorter->create(&kernel->totals, role_context);

  kernel->roles = g_array_new(FALSE, TRUE, sizeof(KernelRole));
  kernel->frameworks = g_array_new(FALSE, TRUE, sizeof(KernelFramework));
  g_array_set_clear_func(kernel->frameworks, framework_clear);
  pool_init(&kernel->clients, sizeof(KernelClient));
  pool_init(&kernel->holdings, sizeof(KernelHolding));
  pool_init(&kernel->filters, sizeof(KernelFilter));

  kernel->held_special = g_hash_table_new_full(NULL, NULL, NULL, slices_free);
  kernel->refused_special = g_hash_table_new_full(NULL, NULL, NULL, slices_free);
  kernel->attribute_sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  array_push(&kernel->attributes, (KernelAttributes){0});
  kernel_unusual_update(kernel);
  return kernel;
}

void hierarchical_set_hooks(Allocator *kernel, const KernelHooks *hooks)
{
  kernel->hooks = *hooks;
  kernel_unusual_update(kernel);
  if (hooks->portion != NULL || hooks->score != NULL)
    kernel_watch(kernel);
}

void hierarchical_destroy(Allocator *kernel)
{
  kernel->watched = false; /* no more books */
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++)
    if (pool_is_taken(&kernel->clients, slot)) {
      g_free(kernel_client(kernel, slot)->demand);
      kernel_wishes_set(kernel, slot, NULL);
    }
  for (uint32_t i = 0; i < kernel->roles->len; i++) {
    KernelRole *role = kernel_role(kernel, (RoleId){i});
    if (role->sorter != NULL)
      kernel->framework_interface->destroy(role->sorter);
    if (role->members != NULL)
      g_array_unref(role->members);
    g_free(role->path);
  }
  kernel->role_interface->destroy(kernel->role_sorter);
  g_clear_pointer(&kernel->whitelist, g_hash_table_unref);
  g_array_unref(kernel->roles);
  g_array_unref(kernel->frameworks);
  for (uint32_t i = 0; i < kernel->agent_rest.n; i++) {
    kernel_special_free(kernel, (AgentId){i});
    kernel_maintenance_drop(kernel, (AgentId){i});
    g_free(kernel->agent_rest.items[i].hostname);
  }
  kernel_attributes_free(kernel);
  g_hash_table_unref(kernel->held_special);
  g_hash_table_unref(kernel->refused_special);
  g_clear_pointer(&kernel->role_by_path, g_hash_table_unref);
  array_free(&kernel->books);
  array_free(&kernel->allocated);
  array_free(&kernel->quotas);
  array_free(&kernel->drafts);
  kernel_explained_clear(kernel);
  array_free(&kernel->explained);
  array_free(&kernel->maintained);
  array_free(&kernel->inverse_agents);
  g_free(kernel->region);
  array_free(&kernel->agents);
  array_free(&kernel->agent_rest);
  pool_clear(&kernel->clients);
  pool_clear(&kernel->holdings);
  pool_clear(&kernel->filters);
  for (int place = 0; place < PLACES; place++)
    array_free(&kernel->places[place]);
  array_free(&kernel->wakes);
  array_free(&kernel->candidates);
  array_free(&kernel->visited);
  array_free(&kernel->random);
  g_free(kernel->min_allocatable);
  kernel_revocation_free(kernel->revocation);
  if (kernel->hooks.destroyed != NULL)
    kernel->hooks.destroyed(kernel->hooks.self);
  g_free(kernel);
}

/* What each client and role should hold. */
typedef struct {
  Quantities *by_client;
  Quantities *by_role;
} Held;

/* Of the special part of @holding on @agent what its role is charged for: of a shared volume only the first in the list of
 * the role's. */
static Quantities role_part(const Allocator *kernel, const KernelAgent *agent, uint32_t slot)
{
  Resources held = kernel_held(kernel, slot);
  Quantities part = resources_total(&held);
  uint32_t role =
      kernel_client(kernel, ((const KernelHolding *)pool_at(&kernel->holdings, slot))->client)->role.index;
  for (uint32_t i = 0; held.special != NULL && i < held.special->n_slices; i++) {
    const ResourceSlice *slice = &held.special->slices[i];
    bool counted = false;
    for (uint32_t at = agent->holdings; slice->shared && at != slot && !counted;) {
      const KernelHolding *other = pool_at(&kernel->holdings, at);
      counted = kernel_client(kernel, other->client)->role.index == role &&
                resource_slices_have_disk(kernel_held_special(kernel, at), slice);
      at = other->next;
    }
    if (counted)
      quantities_subtract(&part, &slice->quantities);
  }
  return part;
}

static void special_check(const Allocator *kernel, AgentId id, const ResourceSlices *held)
{
  const KernelSpecial *special = kernel_special(kernel, id);
  Resources booked = {QUANTITIES_ZERO, special->held};
  Resources sum = {QUANTITIES_ZERO, (ResourceSlices *)(uintptr_t)held};
  CHECK(resources_equal(&booked, &sum));
  Resources free = {QUANTITIES_ZERO, NULL};
  kernel_slices_add(&free.special, special->total);
  if (special->held != NULL)
    resources_take_special(&free, special->held);
  if (special->unknown != NULL)
    resources_take_special(&free, special->unknown);
  resources_clamp(&free);
  Resources known = {QUANTITIES_ZERO, special->free};
  CHECK(resources_equal(&free, &known));
  resources_clear(&free);
}

/* Adds what is held on one agent to what its clients and roles should hold, and checks the agent itself. */
static void agent_check(const Allocator *kernel, AgentId id, Held *holds)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  Quantities rest = kernel_agent_rest(kernel, id)->total;
  ResourceSlices *special = NULL;
  for (uint32_t at = agent->holdings; at != INDEX_NONE;) {
    const KernelHolding *holding = pool_at(&kernel->holdings, at);
    Resources held = kernel_held(kernel, at);
    Quantities all = resources_total(&held);
    Quantities for_role = role_part(kernel, agent, at);
    CHECK(quantities_are_valid(&holding->quantities) && !resources_are_empty(&held));
    quantities_subtract(&rest, &holding->quantities);
    kernel_slices_add(&special, held.special);
    quantities_add(&holds->by_client[holding->client], &all);
    quantities_add(&holds->by_role[kernel_client(kernel, holding->client)->role.index], &for_role);
    at = holding->next;
  }
  /* Less than the rest is free where frameworks that nobody has named yet use something. */
  CHECK(quantities_contain(&rest, &agent->free));
  CHECK(agent->special == (kernel_special(kernel, id) != NULL));
  CHECK(agent->unusual == (agent->special || agent->remote || agent->lacks != 0));
  if (agent->special)
    special_check(kernel, id, special);
  g_clear_pointer(&special, resource_slices_free);
}

static void client_check(const Allocator *kernel, uint32_t slot, const Quantities *holds)
{
  const KernelClient *client = kernel_client(kernel, slot);
  const KernelRole *role = kernel_role(kernel, client->role);
  const KernelFramework *framework = kernel_framework(kernel, client->framework);
  CHECK(client->tracked == (client->subscribed || client->n_holdings > 0));
  CHECK(client->active == (framework->active && client->subscribed && !client->suppressed));
  if (!client->tracked)
    return;
  if (role->sorter == NULL) {
    CHECK(role->only == slot && quantities_equal(&client->allocation, holds));
    return;
  }
  CHECK(g_array_index(role->members, uint32_t, client->member) == slot);
  CHECK(quantities_equal(kernel->framework_interface->allocation(role->sorter, client->member), holds));
}

void hierarchical_check(const Allocator *kernel, Instant now)
{
  (void)now;
  g_autofree Quantities *by_client = g_new0(Quantities, kernel->clients.n_slots + 1);
  g_autofree Quantities *by_role = g_new0(Quantities, kernel->roles->len + 1);
  Held holds = {by_client, by_role};
  uint32_t n_active_roles = 0;
  uint32_t n_wishes = 0;
  uint32_t n_special = 0;

  for (uint32_t i = 0; i < kernel->agents.n; i++)
    if (kernel_agent(kernel, (AgentId){i})->present) {
      agent_check(kernel, (AgentId){i}, &holds);
      n_special += kernel_agent(kernel, (AgentId){i})->special ? 1 : 0;
    }
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++)
    if (pool_is_taken(&kernel->clients, slot)) {
      client_check(kernel, slot, &by_client[slot]);
      n_wishes += kernel_client(kernel, slot)->wishes != NULL ? 1 : 0;
    }
  for (uint32_t i = 0; i < kernel->roles->len; i++) {
    const KernelRole *role = kernel_role(kernel, (RoleId){i});
    CHECK(role->sorter != NULL || role->n_tracked <= 1);
    CHECK(role->sorter != NULL || role->n_tracked == 0 || kernel->framework_interface->launched == NULL);
    CHECK((role->only != INDEX_NONE) == (role->sorter == NULL && role->n_tracked == 1));
    if (role->n_tracked == 0)
      continue;
    n_active_roles += role->n_active > 0 ? 1 : 0;
    CHECK(quantities_equal(kernel->role_interface->allocation(kernel->role_sorter, i), &by_role[i]));
    if (role->sorter == NULL)
      continue;
    CHECK(kernel->framework_interface->count(role->sorter) == role->n_tracked);
    CHECK(kernel->framework_interface->count_active(role->sorter) == role->n_active);
    kernel->framework_interface->check(role->sorter);
  }
  CHECK(n_active_roles == kernel->n_active_roles);
  CHECK(kernel->role_interface->count_active(kernel->role_sorter) == n_active_roles);
  kernel->role_interface->check(kernel->role_sorter);
  CHECK(n_wishes == kernel->n_wishes && n_special == kernel->n_special);
  kernel_places_check(kernel);
  kernel_books_check(kernel);
}
