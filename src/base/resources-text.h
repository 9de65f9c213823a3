/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The text form of resources, as near to that of Mesos as it is compact:
 *
 *   cpus:4;mem:8192               plain; up to three decimals, more are rounded half up; mem and disk may carry KiB, MiB,
 *                                 GiB or TiB
 *   cpus(a):2                     reserved to role a, statically (by the agent's own configuration)
 *   cpus(*,a):2                   dynamically: each role behind a comma is a dynamic reservation of what stands before it
 *   cpus(a,a/b):2                 refined: a static reservation to a, of which a/b has reserved this
 *   cpus{REV}:1                   revocable; cpus(a){REV}:1
 *   disk(a)[data]:100             a persistent volume called data
 *   disk(a)[data]{SHARED}:100     which several tasks may use at once
 *   disk[MOUNT:d1]:100            a disk of its own, which cannot be cut
 *   disk(a)[MOUNT:d1,data]:100    a volume that takes all of it
 *   ports:[31000-32000,33000-33000]   a ranged kind; reserved, revocable as above
 *
 * Names of volumes and mounts: of kinds' letters (resource-kinds.h). Marks stand in this order.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/resource-kinds.h"
#include "base/resources.h"

/**
 * resources_parse:
 * @kinds: names of kinds; reservations and disks are added to it
 * @text: the text form; an empty text is the empty set
 * @out: receives the resources; to be cleared
 * @error: BASE_ERROR_RESOURCES: unknown kind (with the nearest), not an amount, negative, twice the same item
 *
 * Nothing is written to @out on failure.
 */
bool resources_parse(ResourceKinds *kinds, const char *text, Resources *out, GError **error);

/** quantities_parse: as resources_parse(), where only plain amounts make sense; of a ranged kind, how many. */
bool quantities_parse(ResourceKinds *kinds, const char *text, Quantities *out, GError **error);

/** resources_print: (transfer full): the text form, in the order of kinds, plain slices first; "" where empty. A
 * shared volume that is held several times is printed as often as it is held. Slices of which some name what @kinds does
 * not have, as an allocator may make them up, are "(unknown)". */
char *resources_print(const ResourceKinds *kinds, const Resources *resources);

/** quantities_print: (transfer full): as resources_print(). */
char *quantities_print(const ResourceKinds *kinds, const Quantities *quantities);

/** quantity_print: appends @thousandths as a decimal without trailing zeros. */
void quantity_print(GString *text, int64_t thousandths);
