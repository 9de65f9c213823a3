/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Resources: what an agent has, an offer holds or a task uses.
 *
 * Nearly always nothing is reserved or revocable, so the plain part stands by value and the rest behind a
 * pointer that is NULL then:
 *
 *   plain     unreserved, non-revocable quantities
 *   special   slices (quantities, reservation role, revocable), each combination once, sorted by
 * (reservation, revocable), none of them zero; owned
 *
 * Text form, as in Mesos: "cpus:4;mem:8192", "cpus(role/path):2", "cpus{REV}:1", "cpus(role){REV}:1". Amounts
 * have up to three decimals, more are rounded half up. An amount may carry KiB, MiB, GiB or TiB where the
 * kind is mem or disk.
 *
 * Copying: a Resources whose special is NULL may be copied by assignment and needs no clear; others go
 * through resources_copy() and resources_clear().
 *
 * Source: apache/mesos src/v1/resources.cpp, as far as scalars with one level of reservation go.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"
#include "base/resource-kinds.h"

typedef struct {
  Quantities quantities;
  uint32_t reservation; /* index in ResourceKinds, or RESERVATION_NONE */
  bool revocable;
} ResourceSlice;

typedef struct {
  uint32_t n_slices;
  ResourceSlice slices[];
} ResourceSlices;

typedef struct {
  Quantities plain;
  ResourceSlices *special; /* NULL where nothing is reserved or revocable */
} Resources;

#define RESOURCES_EMPTY ((Resources){QUANTITIES_ZERO, NULL})

/** resources_of: plain resources of these quantities. */
static inline Resources resources_of(const Quantities *plain)
{
  return (Resources){*plain, NULL};
}

/** resources_clear: makes @resources empty and frees what it owned. */
static inline void resources_clear(Resources *resources)
{
  if (G_UNLIKELY(resources->special != NULL))
    g_free(resources->special);
  *resources = RESOURCES_EMPTY;
}

/** resource_slices_copy: (transfer full): a copy of @slices. */
ResourceSlices *resource_slices_copy(const ResourceSlices *slices);

/** resources_copy: makes @copy, whose former content is not cleared, equal to @resources. */
static inline void resources_copy(Resources *copy, const Resources *resources)
{
  *copy = *resources;
  if (G_UNLIKELY(resources->special != NULL))
    copy->special = resource_slices_copy(resources->special);
}

static inline bool resources_are_empty(const Resources *resources)
{
  return resources->special == NULL && quantities_are_zero(&resources->plain);
}

bool resources_equal(const Resources *a, const Resources *b);

/* The parts of the three functions below that deal with special slices. */
void resources_add_special(Resources *sum, const ResourceSlices *more);
void resources_subtract_special(Resources *rest, const ResourceSlices *less);
bool resources_contain_special(const ResourceSlices *whole, const ResourceSlices *part);

static inline void resources_add(Resources *sum, const Resources *more)
{
  quantities_add(&sum->plain, &more->plain);
  if (G_UNLIKELY(more->special != NULL))
    resources_add_special(sum, more->special);
}

/** resources_subtract: @less must be contained in @rest, slice by slice; otherwise amounts become negative.
 */
static inline void resources_subtract(Resources *rest, const Resources *less)
{
  quantities_subtract(&rest->plain, &less->plain);
  if (G_UNLIKELY(less->special != NULL))
    resources_subtract_special(rest, less->special);
}

/** resources_contain: whether @part is contained in @whole, slice by slice. */
static inline bool resources_contain(const Resources *whole, const Resources *part)
{
  return quantities_contain(&whole->plain, &part->plain) &&
         (part->special == NULL || resources_contain_special(whole->special, part->special));
}

/** resources_total: the quantities of all slices together. */
Quantities resources_total(const Resources *resources);

/**
 * resources_parse:
 * @kinds: names of kinds; reservation roles are added to it
 * @text: the text form; an empty text is the empty set
 * @out: receives the resources; to be cleared
 * @error: BASE_ERROR_RESOURCES: unknown kind (with the nearest), not an amount, negative, twice the same item
 *
 * Nothing is written to @out on failure.
 */
bool resources_parse(ResourceKinds *kinds, const char *text, Resources *out, GError **error);

/** quantities_parse: as resources_parse(), where neither reservations nor revocable resources make sense. */
bool quantities_parse(ResourceKinds *kinds, const char *text, Quantities *out, GError **error);

/** resources_print: (transfer full): the text form, in the order of kinds, plain slices first; "" where
 * empty. */
char *resources_print(const ResourceKinds *kinds, const Resources *resources);

/** quantities_print: (transfer full): as resources_print(). */
char *quantities_print(const ResourceKinds *kinds, const Quantities *quantities);

/** quantity_print: appends @thousandths as a decimal without trailing zeros. */
void quantity_print(GString *text, int64_t thousandths);
