/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Resources: what an agent has, an offer holds or a task uses.
 *
 * Nearly always nothing is reserved, revocable, a named disk or a range, so the plain part stands by value and
 * the rest behind a pointer that is NULL then:
 *
 *   plain     unreserved, non-revocable quantities
 *   special   slices, each combination of properties once, sorted by (reservation, revocable, disk, range, first),
 *             none of them empty; owned
 *
 * A slice is one of
 *
 *   scalars   amounts of any kinds, perhaps reserved, perhaps revocable; can be cut
 *   a disk    a volume (data that outlives tasks), a disk of its own (MOUNT), or a volume that is one: taken whole or
 *             not at all. A shared volume may be held several times over: its slice counts copies, its quantities are
 *             those of one copy, and sums count it once
 *   a range   of ports, say: numbers first..last of a kind that is ranged. Its quantities are zero, so that it never
 *             counts for shares, quota and headroom; resources_count() counts its numbers
 *
 * What is free on an agent: resources_take() and resources_give(): a shared volume stays free while it is held, the
 * rest is subtracted and added.
 *
 * Copying: a Resources whose special is NULL may be copied by assignment and needs no clear; others go through
 * resources_copy() and resources_clear().
 *
 * This header needs the C library only: it is part of what a plug-in is built against.
 *
 * Source: apache/mesos src/v1/resources.cpp, src/common/{resources_utils,resource_quantities}.cpp.
 * Not here: text (resources-text.h), what reservations and disks are called (resource-kinds.h), conversions from one
 * form to another (core/conversions.h).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/quantities.h"

/* The names behind the numbers in slices: resource-kinds.h. */
typedef struct ResourceKinds ResourceKinds;

#define RESERVATION_NONE UINT32_MAX
#define DISK_NONE        0
#define RANGE_NONE       0 /* cpus are no range */

typedef struct {
  Quantities quantities; /* of one copy; zero for a range */
  uint32_t reservation;  /* index in ResourceKinds: the uppermost of the stack; or RESERVATION_NONE */
  bool revocable;
  bool shared;    /* as the disk's entry in ResourceKinds says */
  uint16_t range; /* kind of the range, or RANGE_NONE */
  uint32_t disk;  /* index in ResourceKinds, or DISK_NONE */
  uint32_t first; /* of a range, both included; else 0 */
  uint32_t last;
  uint32_t copies; /* of a shared slice, else 0 */
} ResourceSlice;

typedef struct {
  uint32_t n_slices;
  ResourceSlice slices[];
} ResourceSlices;

typedef struct {
  Quantities plain;
  ResourceSlices *special; /* NULL where all is plain */
} Resources;

#define RESOURCES_EMPTY ((Resources){QUANTITIES_ZERO, NULL})

/** resources_of: plain resources of these quantities. */
static inline Resources resources_of(const Quantities *plain)
{
  return (Resources){*plain, NULL};
}

/** resource_slices_copy: (transfer full): a copy of @slices. */
ResourceSlices *resource_slices_copy(const ResourceSlices *slices);
void resource_slices_free(ResourceSlices *slices);

/** resources_clear: makes @resources empty and frees what it owned. */
static inline void resources_clear(Resources *resources)
{
  if (__builtin_expect(resources->special != NULL, 0))
    resource_slices_free(resources->special);
  *resources = RESOURCES_EMPTY;
}

/** resources_copy: makes @copy, whose former content is not cleared, equal to @resources. */
static inline void resources_copy(Resources *copy, const Resources *resources)
{
  *copy = *resources;
  if (__builtin_expect(resources->special != NULL, 0))
    copy->special = resource_slices_copy(resources->special);
}

static inline bool resources_are_empty(const Resources *resources)
{
  return resources->special == NULL && quantities_are_zero(&resources->plain);
}

bool resources_equal(const Resources *a, const Resources *b);

/** resources_are_valid: whether no amount is negative and the slices are as described above. */
bool resources_are_valid(const Resources *resources);

/** resources_are_known: whether @kinds has each reservation, disk and range in @resources, and as they are there. */
bool resources_are_known(const ResourceKinds *kinds, const Resources *resources);

/* --- sums ------------------------------------------------------------------------------------------------ */

/* The parts of the functions below that deal with special slices. */
void resources_add_special(Resources *sum, const ResourceSlices *more);
void resources_subtract_special(Resources *rest, const ResourceSlices *less);
void resources_give_special(Resources *free, const ResourceSlices *more);
void resources_take_special(Resources *free, const ResourceSlices *less);
bool resources_contain_special(const ResourceSlices *whole, const ResourceSlices *part);

/** resources_add: amounts and copies add up, ranges unite. */
static inline void resources_add(Resources *sum, const Resources *more)
{
  quantities_add(&sum->plain, &more->plain);
  if (__builtin_expect(more->special != NULL, 0))
    resources_add_special(sum, more->special);
}

/** resources_subtract: @less must be contained in @rest, slice by slice; otherwise amounts become negative; numbers
 * of ranges and copies that are not there are ignored. */
static inline void resources_subtract(Resources *rest, const Resources *less)
{
  quantities_subtract(&rest->plain, &less->plain);
  if (__builtin_expect(less->special != NULL, 0))
    resources_subtract_special(rest, less->special);
}

/** resources_take, resources_give: as subtract and add, for what is free on an agent: shared slices are left out, as
 * they stay free while they are held. */
static inline void resources_take(Resources *free, const Resources *less)
{
  quantities_subtract(&free->plain, &less->plain);
  if (__builtin_expect(less->special != NULL, 0))
    resources_take_special(free, less->special);
}

static inline void resources_give(Resources *free, const Resources *more)
{
  quantities_add(&free->plain, &more->plain);
  if (__builtin_expect(more->special != NULL, 0))
    resources_give_special(free, more->special);
}

/** resources_contain: whether @part is contained in @whole, slice by slice; a disk only whole, a shared one as often
 * as it is in @part. */
static inline bool resources_contain(const Resources *whole, const Resources *part)
{
  return quantities_contain(&whole->plain, &part->plain) &&
         (part->special == NULL || resources_contain_special(whole->special, part->special));
}

/** resources_total: the quantities of all slices together; a shared one once. */
Quantities resources_total(const Resources *resources);

/** resources_unreserved: the amounts that are neither reserved nor revocable: what counts for quota. */
Quantities resources_unreserved(const Resources *resources);

/** resources_count: resources_total() and the numbers in ranges, QUANTITY_UNIT each: what minima are compared with. */
Quantities resources_count(const Resources *resources);

/** resources_clamp: drops negative amounts: what is left of a total of which more than it has is in use. */
void resources_clamp(Resources *resources);

/**
 * resources_shrink:
 * @target: how much of each kind is to stay at most; INT64_MAX: all; 0 or less: none
 *
 * Disks come first, in order: one that does not fit is left out whole. Then plain amounts and slices are cut, in
 * order. Ranges are dropped: no target knows them.
 */
void resources_shrink(Resources *resources, const Quantities *target);

/* --- slices ---------------------------------------------------------------------------------------------- */

/** resource_slice_is_disk: whether it can only be had whole. */
static inline bool resource_slice_is_disk(const ResourceSlice *slice)
{
  return slice->disk != DISK_NONE;
}

static inline bool resource_slice_is_range(const ResourceSlice *slice)
{
  return slice->range != RANGE_NONE;
}

/** resource_slices_have_disk: whether the disk @slice is among them, whatever its size or copies. @slices: (nullable) */
bool resource_slices_have_disk(const ResourceSlices *slices, const ResourceSlice *slice);

/**
 * resources_filter:
 * @keep: whether a slice stays
 *
 * Drops the special slices that do not stay; @keep sees each once, in order.
 */
void resources_filter(Resources *resources, bool (*keep)(const ResourceSlice *slice, void *data), void *data);

/** resources_add_slice: adds one slice, which may be plain. */
void resources_add_slice(Resources *sum, const ResourceSlice *slice);

/** resource_slice_is_allocatable_to: to @role, a path: unreserved, or reserved to it or an ancestor. Cost: O(length of
 * the path). */
bool resource_slice_is_allocatable_to(const ResourceKinds *kinds, const ResourceSlice *slice,
                                      const char *role);

/** resource_slice_is_refined: whether its reservation stands on another. */
bool resource_slice_is_refined(const ResourceKinds *kinds, const ResourceSlice *slice);
