/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ResourceKinds: the names of the resource kinds of one run, and what the reservations and disks are that slices
 * name.
 *
 * A table is made with the fixed kinds cpus, mem, disk and gpus; a workload may name further ones, up to
 * RESOURCE_KINDS_MAX in all: scalars, and "ports", which is ranged. It is handed to whatever parses or prints
 * resources. Entries get indices in the order of their arrival and keep them; equal ones are one.
 *
 *   reservation   role path, dynamic or static, and the reservation that it refines, of which its role is a
 *                 descendant: a stack, of which a slice names the uppermost. Only the lowest may be static
 *   disk          name of a volume, name of a mount (a disk of its own), or both; shared: of volumes only
 *
 * A kind's name, and that of a volume or mount: a letter, then letters, digits, '_', '-' or '.'.
 * A role path: as in Mesos: no empty, "." or ".." component, none that begins with '-', no white space or
 * backslash, no "(){};:,"; "*" only as the whole path.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/resources.h"

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

/** resource_name_is_valid: whether @name can be that of a kind, volume or mount. */
bool resource_name_is_valid(const char *name);

/** resource_kinds_is_ranged: whether @kind is counted in numbers first..last: "ports" is. */
bool resource_kinds_is_ranged(const ResourceKinds *kinds, uint32_t kind);

/** resource_kinds_reservation: the index of the static reservation to role @path, added where it is new. */
uint32_t resource_kinds_reservation(ResourceKinds *kinds, const char *path);

/**
 * resource_kinds_reserve: the index of a dynamic reservation, added where it is new.
 * @below: what it refines, the role of which is an ancestor of @path; RESERVATION_NONE: what is unreserved
 */
uint32_t resource_kinds_reserve(ResourceKinds *kinds, uint32_t below, const char *path);

/** resource_kinds_reservation_path: (transfer none): the role path of @reservation. */
const char *resource_kinds_reservation_path(const ResourceKinds *kinds, uint32_t reservation);

bool resource_kinds_reservation_is_dynamic(const ResourceKinds *kinds, uint32_t reservation);

/** resource_kinds_reservation_below: what @reservation refines, or RESERVATION_NONE. */
uint32_t resource_kinds_reservation_below(const ResourceKinds *kinds, uint32_t reservation);

/** resource_kinds_reservation_count: how many reservations there are: 0 <= index < count. */
uint32_t resource_kinds_reservation_count(const ResourceKinds *kinds);

/** resource_kinds_disk: the index of a disk, > DISK_NONE, added where it is new. @volume, @mount: NULL: it is none. */
uint32_t resource_kinds_disk(ResourceKinds *kinds, const char *volume, const char *mount, bool shared);

/** resource_kinds_disk_volume, _mount: (transfer none): the names of @disk, NULL where it has none. */
const char *resource_kinds_disk_volume(const ResourceKinds *kinds, uint32_t disk);
const char *resource_kinds_disk_mount(const ResourceKinds *kinds, uint32_t disk);
bool resource_kinds_disk_is_shared(const ResourceKinds *kinds, uint32_t disk);

/** resource_kinds_disk_without_volume: the disk of the mount of @disk alone, as it is before and after a volume: DISK_NONE
 * where it is a volume on the agent's common disk. */
uint32_t resource_kinds_disk_without_volume(const ResourceKinds *kinds, uint32_t disk);

/**
 * role_path_check:
 * @path: a role path
 * @error: BASE_ERROR_ROLE, says what is wrong with it
 */
bool role_path_check(const char *path, GError **error);

/** role_path_is_within: whether @path is @ancestor or lies below it. */
bool role_path_is_within(const char *path, const char *ancestor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResourceKinds, resource_kinds_free)
