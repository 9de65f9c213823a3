/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Who is there: frameworks in their roles, and the sorters that order them. */

uint32_t kernel_client_find(const Allocator *kernel, FrameworkId framework, RoleId role)
{
  uint32_t slot = kernel_framework(kernel, framework)->clients;
  while (slot != INDEX_NONE && kernel_client(kernel, slot)->role.index != role.index)
    slot = kernel_client(kernel, slot)->next;
  return slot;
}

uint32_t kernel_client_get(Allocator *kernel, FrameworkId framework, RoleId role)
{
  uint32_t slot = kernel_client_find(kernel, framework, role);
  if (slot != INDEX_NONE)
    return slot;
  KernelClient *client = pool_take(&kernel->clients, &slot);
  /* The epoch goes on where the slot was used before: filters of the former client stay stale. */
  uint32_t epoch = client->epoch + 1;
  *client = (KernelClient){
      .framework = framework,
      .role = role,
      .next = kernel_framework(kernel, framework)->clients,
      .epoch = epoch,
  };
  kernel_framework(kernel, framework)->clients = slot;
  return slot;
}

void kernel_client_unlink(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  uint32_t *link = &kernel_framework(kernel, client->framework)->clients;
  while (*link != slot)
    link = &kernel_client(kernel, *link)->next;
  *link = client->next;
  client->epoch++;
  g_clear_pointer(&client->demand, g_free);
  pool_give(&kernel->clients, slot);
}

static void role_active_add(Allocator *kernel, RoleId id, int more)
{
  KernelRole *role = kernel_role(kernel, id);
  bool before = role->n_active > 0;
  role->n_active = (uint32_t)((int)role->n_active + more);
  if (before == (role->n_active > 0))
    return;
  if (before) {
    kernel->role_interface->deactivate(kernel->role_sorter, id.index);
    kernel->n_active_roles--;
  } else {
    kernel->role_interface->activate(kernel->role_sorter, id.index);
    kernel->n_active_roles++;
  }
}

/* A number for the client in its role's sorter, and its place there. */
static void member_add(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  GArray *members = role->members;
  client->member = role->free_member;
  if (client->member != INDEX_NONE) { /* somebody has left */
    role->free_member = g_array_index(members, uint32_t, client->member);
  } else {
    client->member = members->len;
    g_array_append_val(members, slot);
  }
  g_array_index(members, uint32_t, client->member) = slot;
  kernel->framework_interface->add(role->sorter, client->member,
                                   kernel_framework(kernel, client->framework)->name);
  if (client->demand != NULL && kernel->framework_interface->demand != NULL)
    kernel->framework_interface->demand(role->sorter, client->member, NULL, client->demand);
}

static void role_sorter_make(Allocator *kernel, KernelRole *role)
{
  role->sorter = kernel->framework_interface->create(&kernel->totals, kernel->framework_context);
  kernel->framework_interface->flatten(role->sorter);
  role->members = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  role->free_member = INDEX_NONE;
}

/* A second client comes: now there is an order to be kept, and the first brings what it was allocated so far.
 */
static void role_sorter_share(Allocator *kernel, KernelRole *role)
{
  uint32_t slot = role->only;
  const KernelClient *first = kernel_client(kernel, slot);
  role->only = INDEX_NONE;
  role_sorter_make(kernel, role);
  member_add(kernel, slot);
  kernel->framework_interface->restore(role->sorter, first->member, &first->allocation, first->count);
  if (first->active)
    kernel->framework_interface->activate(role->sorter, first->member);
}

void kernel_client_track(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  if (client->tracked)
    return;
  client->tracked = true;
  client->count = 0;
  client->allocation = QUANTITIES_ZERO;
  if (role->n_tracked++ == 0)
    kernel->role_interface->add(kernel->role_sorter, client->role.index, role->path);
  if (client->demand != NULL && kernel->role_interface->demand != NULL)
    kernel->role_interface->demand(kernel->role_sorter, client->role.index, NULL, client->demand);
  if (role->n_tracked == 1) {
    /* A sorter that watches tasks wants to see all of them. */
    if (kernel->framework_interface->launched == NULL) {
      role->only = slot;
      return;
    }
    role_sorter_make(kernel, role);
  } else if (role->sorter == NULL) {
    role_sorter_share(kernel, role);
  }
  member_add(kernel, slot);
}

static void client_untrack(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  client->tracked = false;
  if (role->sorter != NULL) {
    kernel->framework_interface->remove(role->sorter, client->member);
    g_array_index(role->members, uint32_t, client->member) = role->free_member;
    role->free_member = client->member;
  }
  if (--role->n_tracked > 0) {
    if (client->demand != NULL && kernel->role_interface->demand != NULL)
      kernel->role_interface->demand(kernel->role_sorter, client->role.index, client->demand, NULL);
    return;
  }
  role->only = INDEX_NONE;
  kernel->role_interface->remove(kernel->role_sorter, client->role.index);
  g_clear_pointer(&role->sorter, kernel->framework_interface->destroy);
  g_clear_pointer(&role->members, g_array_unref);
}

void kernel_client_update(Allocator *kernel, uint32_t slot)
{
  KernelClient *client = kernel_client(kernel, slot);
  KernelRole *role = kernel_role(kernel, client->role);
  const KernelFramework *framework = kernel_framework(kernel, client->framework);
  bool active = framework->active && client->subscribed && !client->suppressed;

  if (client->subscribed || client->n_holdings > 0)
    kernel_client_track(kernel, slot);
  if (client->active != active) {
    client->active = active;
    if (G_UNLIKELY(kernel->revocation != NULL))
      kernel_revocation_wake(kernel);
    if (role->sorter != NULL && active)
      kernel->framework_interface->activate(role->sorter, client->member);
    else if (role->sorter != NULL)
      kernel->framework_interface->deactivate(role->sorter, client->member);
    role_active_add(kernel, client->role, active ? 1 : -1);
  }
  /* It stays known as long as its framework: a refusal in a role that was left still holds if it comes back.
   */
  if (!client->subscribed && client->n_holdings == 0 && client->tracked)
    client_untrack(kernel, slot);
}

void hierarchical_request_resources(Allocator *kernel, Instant now, FrameworkId framework, RoleId role,
                                    const Quantities *task, uint32_t count)
{
  if (!kernel_framework_is_known(kernel, framework))
    return;
  if (G_UNLIKELY(kernel->revocation != NULL))
    kernel_revocation_wake(kernel);
  KernelClient *client = kernel_client(kernel, kernel_client_get(kernel, framework, role));
  const KernelRole *of = kernel_role(kernel, role);
  SorterDemand *before = client->demand;
  SorterDemand now_wanted = {*task, count};
  client->demand = g_memdup2(&now_wanted, sizeof(now_wanted));
  if (client->tracked && kernel->role_interface->demand != NULL)
    kernel->role_interface->demand(kernel->role_sorter, role.index, before, client->demand);
  if (client->tracked && of->sorter != NULL && kernel->framework_interface->demand != NULL)
    kernel->framework_interface->demand(of->sorter, client->member, before, client->demand);
  g_free(before);
  if (kernel->watched) {
    kernel->freedom++; /* for policies that hold something back */
    kernel_request_tick(kernel, now);
  }
}
