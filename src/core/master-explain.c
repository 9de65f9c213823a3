/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

bool master_explain(const Master *master, Instant now, AgentId agent,
                    void (*client)(void *self, const ExplainedClient *client), void *self)
{
  if (master->allocator_interface->explain == NULL || !master_agent_is_present(master, agent))
    return false;
  master->allocator_interface->explain(master->allocator, now, agent, client, self);
  return true;
}
