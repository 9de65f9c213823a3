/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Roles: the paths that are known, and their ids.
 *
 * A role is a path such as "analytics/batch"; its parent is the path without the last component. Adding a
 * path adds its ancestors first, so a parent's id is always smaller than its children's. Ids are dense and
 * never reused. Roles only give names; weights, quotas and who subscribes are kept by the allocator.
 */

#include <glib.h>
#include <stdint.h>

#include "base/ids.h"

typedef struct Roles Roles;

Roles *roles_new(void);
void roles_free(Roles *roles);

/**
 * roles_add:
 * @path: a valid role path (role_path_check())
 *
 * Returns: the id of @path, which is added with its ancestors where it is new. Cost: O(length of @path).
 */
RoleId roles_add(Roles *roles, const char *path);

/** roles_find: the id of @path, or ROLE_NONE. */
RoleId roles_find(const Roles *roles, const char *path);

/** roles_count: how many there are; ids lie below. */
uint32_t roles_count(const Roles *roles);

/** roles_path: (transfer none): valid as long as @roles. */
const char *roles_path(const Roles *roles, RoleId role);

/** roles_parent: ROLE_NONE for a role at the top level. */
RoleId roles_parent(const Roles *roles, RoleId role);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roles, roles_free)
