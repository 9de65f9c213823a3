/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The state of policies that do nothing but draw.
 */

#include "allocators/policy.h"

/** policy_draw_create, policy_draw_destroy: for PolicyInterface. */
Policy *policy_draw_create(const PolicySettings *settings, const PolicyHost *host, char **error);
void policy_draw_destroy(Policy *policy);

/** policy_draw: uniform, strictly between 0 and 1: another one for each client and visit. */
double policy_draw(const Policy *policy, const PolicyVisit *visit, const PolicyClient *client);
