/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ResourceKinds: the names of the resource kinds of one run, and of the roles that reservations name.
 *
 * A table is made with the fixed kinds cpus, mem, disk and gpus; a workload may name further scalars, up to
 * RESOURCE_KINDS_MAX in all. It is handed to whatever parses or prints resources. Names get indices in the
 * order of their arrival and keep them.
 *
 * A kind's name: a letter, then letters, digits, '_', '-' or '.'.
 * A role path: as in Mesos: no empty, "." or ".." component, none that begins with '-', no white space or
 * backslash, no "(){};:,"; "*" only as the whole path.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"

typedef struct ResourceKinds ResourceKinds;

/* The role of a reservation: an index into the table's reservation roles. */
#define RESERVATION_NONE UINT32_MAX

ResourceKinds *resource_kinds_new(void);
void resource_kinds_free(ResourceKinds *kinds);

/** resource_kinds_count: how many kinds there are; RESOURCE_KINDS_FIXED to RESOURCE_KINDS_MAX. */
uint32_t resource_kinds_count(const ResourceKinds *kinds);

/** resource_kinds_name: (transfer none): the name of @kind, which is below the count. */
const char *resource_kinds_name(const ResourceKinds *kinds, uint32_t kind);

/** resource_kinds_find: whether @name is a kind; @kind (nullable) receives its index. */
bool resource_kinds_find(const ResourceKinds *kinds, const char *name, uint32_t *kind);

/**
 * resource_kinds_add:
 * @name: a kind; one that exists already is found, not added
 * @error: BASE_ERROR_RESOURCES: not a name, or the table is full
 */
bool resource_kinds_add(ResourceKinds *kinds, const char *name, uint32_t *kind, GError **error);

/** resource_kinds_reservation: the index of role @path for reservations, added where it is new. */
uint32_t resource_kinds_reservation(ResourceKinds *kinds, const char *path);

/** resource_kinds_reservation_path: (transfer none): the role path of @reservation. */
const char *resource_kinds_reservation_path(const ResourceKinds *kinds, uint32_t reservation);

/**
 * role_path_check:
 * @path: a role path
 * @error: BASE_ERROR_ROLE, says what is wrong with it
 */
bool role_path_check(const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResourceKinds, resource_kinds_free)
