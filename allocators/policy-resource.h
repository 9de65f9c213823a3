/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What policies of one named resource share: their option, and the amount per weight as a key.
 */

#include "allocators/policy.h"

#define POLICY_RESOURCE_OPTION                                                                               \
  {                                                                                                          \
    "resource", "cpus", "the resource whose amounts are compared"                                            \
  }

/** policy_resource_create, policy_resource_destroy, policy_resource_key: for PolicyInterface, with this one option. */
Policy *policy_resource_create(const PolicySettings *settings, const PolicyHost *host, char **error);
void policy_resource_destroy(Policy *policy);
PolicyKey policy_resource_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit);
