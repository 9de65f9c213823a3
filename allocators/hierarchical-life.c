/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Making, freeing and checking the kernel. */

static void framework_clear(void *framework)
{
  g_free(((KernelFramework *)framework)->name);
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
  kernel->last_tick = now;

  kernel->totals.excluded = settings->fair_sharing_excluded;
  kernel->role_interface = role_sorter;
  kernel->framework_interface = framework_sorter;
  kernel->framework_context = framework_context;
  kernel->role_sorter = role_sorter->create(&kernel->totals, role_context);

  kernel->roles = g_array_new(FALSE, TRUE, sizeof(KernelRole));
  kernel->frameworks = g_array_new(FALSE, TRUE, sizeof(KernelFramework));
  g_array_set_clear_func(kernel->frameworks, framework_clear);
  pool_init(&kernel->clients, sizeof(KernelClient));
  pool_init(&kernel->holdings, sizeof(KernelHolding));
  pool_init(&kernel->filters, sizeof(KernelFilter));

  return kernel;
}

void hierarchical_set_hooks(Allocator *kernel, const KernelHooks *hooks)
{
  kernel->hooks = *hooks;
}

void hierarchical_destroy(Allocator *kernel)
{
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++)
    if (pool_is_taken(&kernel->clients, slot))
      g_free(kernel_client(kernel, slot)->demand);
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
  for (uint32_t i = 0; i < kernel->agent_rest.n; i++)
    g_free(kernel->agent_rest.items[i].hostname);
  array_free(&kernel->agents);
  array_free(&kernel->agent_rest);
  pool_clear(&kernel->clients);
  pool_clear(&kernel->holdings);
  pool_clear(&kernel->filters);
  for (int place = 0; place < 3; place++)
    array_free(&kernel->places[place]);
  array_free(&kernel->wakes);
  array_free(&kernel->candidates);
  array_free(&kernel->visited);
  array_free(&kernel->random);
  g_free(kernel->min_allocatable);
  if (kernel->hooks.destroyed != NULL)
    kernel->hooks.destroyed(kernel->hooks.self);
  g_free(kernel);
}

/* Adds what is held on one agent to what its clients and roles should hold, and checks the agent itself. */
static void agent_check(const Allocator *kernel, AgentId id, Quantities *by_client, Quantities *by_role)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  Quantities rest = kernel_agent_rest(kernel, id)->total;
  for (uint32_t at = agent->holdings; at != INDEX_NONE;) {
    const KernelHolding *holding = pool_at(&kernel->holdings, at);
    CHECK(quantities_are_valid(&holding->quantities) && !quantities_are_zero(&holding->quantities));
    quantities_subtract(&rest, &holding->quantities);
    quantities_add(&by_client[holding->client], &holding->quantities);
    quantities_add(&by_role[kernel_client(kernel, holding->client)->role.index], &holding->quantities);
    at = holding->next;
  }
  /* Less than the rest is free where frameworks that nobody has named yet use something. */
  CHECK(quantities_contain(&rest, &agent->free));
  Quantities offerable = kernel_offerable(agent);
  bool ready = agent->activated && agent->whitelisted && !quantities_are_zero(&offerable);
  CHECK(ready == (agent->place != PLACE_NOWHERE));
  CHECK(!ready || kernel->places[agent->place].items[agent->place_index].index == id.index);
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
  uint32_t n_active_roles = 0;

  for (uint32_t i = 0; i < kernel->agents.n; i++)
    if (kernel_agent(kernel, (AgentId){i})->present)
      agent_check(kernel, (AgentId){i}, by_client, by_role);
  for (uint32_t slot = 0; slot < kernel->clients.n_slots; slot++)
    if (pool_is_taken(&kernel->clients, slot))
      client_check(kernel, slot, &by_client[slot]);
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
}
