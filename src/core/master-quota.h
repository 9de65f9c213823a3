/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What roles use of their quotas, counted from the master's own books: for checks and metrics. The allocator keeps a count
 * of its own, by which it decides.
 *
 *   consumed   what tasks and executors hold of unreserved, non-revocable resources, and all reservations, used or not
 *   offered    what offers hold of unreserved, non-revocable resources
 *
 * Both include the roles below. Source: apache/mesos src/master/master.cpp (RoleResourceBreakdown).
 */

#include "core/master-internal.h"

typedef struct {
  Quantities consumed;
  Quantities offered;
} QuotaUse;

/** master_quota_use: (transfer full): by RoleId; g_free(). Cost: O(agents + tasks + offers + roles). */
QuotaUse *master_quota_use(const Master *master);
