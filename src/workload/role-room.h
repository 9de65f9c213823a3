/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How much the frameworks of a role can have at once, whatever they wait for: known beforehand where quotas stay as they
 * are.
 *
 *     cluster - guarantees of others          what others are guaranteed is withheld, whether they use it or not
 *     limit of the role
 *     limit of a role above it - guarantees of others below that
 *
 * Others: all roles that are neither the role nor above it; those below it, too. Where operators change quotas or
 * reservations, something is reserved, or tasks can be revoked (then what is guaranteed is lent), nothing is known.
 *
 * Source: the allocators' rule, allocators/hierarchical-visit.h (headroom), hierarchical-quota.c (nested limits).
 * Not here: whether tasks fit agents (workload-fits.c), Torque's pool (model/sim-backfill.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "workload/experiment.h"

/** cluster_total: what all agents have that is not revocable. */
Quantities cluster_total(const Cluster *cluster);

/** role_room_binds: whether that is all that @framework can have: not with several roles, nor what it takes of revocable. */
bool role_room_binds(const FrameworkSpec *framework);

/** role_room_is_bounded: whether role_room() may find any role short. Cost: O(roles + operators). */
bool role_room_is_bounded(const Experiment *experiment);

/**
 * role_room:
 * @path: of the role; it need not be in the experiment
 * @need: of each task
 * @limited_by: (out): the role whose limit it is; NULL: what others are guaranteed leaves so much. (transfer none)
 *
 * Cost: O(roles x depth). Returns: how many tasks; UINT32_MAX: as many or more.
 */
uint32_t role_room(const Experiment *experiment, const char *path, const Quantities *need,
                   const RoleSpec **limited_by);
