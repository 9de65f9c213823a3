/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/policy-draw.h"

#include <glib.h>

struct Policy {
  PolicyHost host;
};

Policy *policy_draw_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  (void)settings;
  (void)error;
  Policy *policy = g_new(Policy, 1);
  policy->host = *host;
  return policy;
}

void policy_draw_destroy(Policy *policy)
{
  g_free(policy);
}

double policy_draw(const Policy *policy, const PolicyVisit *visit, const PolicyClient *client)
{
  return policy->host.draw(policy->host.self, visit, client);
}
