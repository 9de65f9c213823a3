/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* What can be asked of the kernel. */

void hierarchical_view_agent(const Allocator *kernel, Instant now, AgentId id, AllocatorAgentView *view)
{
  const KernelAgent *agent = kernel_agent(kernel, id);
  *view = (AllocatorAgentView){.available = kernel_free(kernel, id)};
  for (uint32_t slot = agent->filters; slot != INDEX_NONE;) {
    const KernelFilter *filter = pool_at(&kernel->filters, slot);
    view->filters += kernel_filter_is_live(kernel, filter, now, false) ? 1 : 0;
    slot = filter->next;
  }
}

double hierarchical_share(const Allocator *kernel, RoleId role, FrameworkId framework)
{
  const KernelRole *known = kernel_role(kernel, role);
  if (known->n_tracked == 0)
    return 0;
  if (framework.index == INDEX_NONE)
    return kernel->role_interface->share(kernel->role_sorter, role.index);
  uint32_t slot = kernel_client_find(kernel, framework, role);
  if (slot == INDEX_NONE || !kernel_client(kernel, slot)->tracked)
    return 0;
  const KernelClient *client = kernel_client(kernel, slot);
  if (known->sorter == NULL)
    return sorter_totals_share(&kernel->totals, &client->allocation);
  return kernel->framework_interface->share(known->sorter, client->member);
}

uint64_t hierarchical_count_filters(const Allocator *kernel, Instant now, RoleId role)
{
  uint64_t count = 0;
  for (uint32_t slot = 0; slot < kernel->filters.n_slots; slot++) {
    const KernelFilter *filter = pool_at(&kernel->filters, slot);
    if (pool_is_taken(&kernel->filters, slot) &&
        kernel_client(kernel, filter->client)->role.index == role.index &&
        kernel_filter_is_live(kernel, filter, now, false))
      count++;
  }
  return count;
}
