/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resources.h"

#include <glib.h>
#include <string.h>

#include "base/check.h"

static size_t slices_size(uint32_t n_slices)
{
  return sizeof(ResourceSlices) + n_slices * sizeof(ResourceSlice);
}

static ResourceSlices *slices_new(uint32_t n_slices_at_most)
{
  ResourceSlices *slices = g_malloc(slices_size(n_slices_at_most));
  slices->n_slices = 0;
  return slices;
}

ResourceSlices *resource_slices_copy(const ResourceSlices *slices)
{
  return g_memdup2(slices, slices_size(slices->n_slices));
}

void resource_slices_free(ResourceSlices *slices)
{
  g_free(slices);
}

/* The order of slices, but for where a range begins: equal means that the two can be added. */
static int slice_compare(const ResourceSlice *a, const ResourceSlice *b)
{
  if (a->reservation != b->reservation)
    return a->reservation < b->reservation ? -1 : 1;
  if (a->revocable != b->revocable)
    return a->revocable ? 1 : -1;
  if (a->disk != b->disk)
    return a->disk < b->disk ? -1 : 1;
  return (a->range > b->range) - (a->range < b->range);
}

static int slice_compare_whole(const ResourceSlice *a, const ResourceSlice *b)
{
  int order = slice_compare(a, b);
  return order != 0 ? order : (a->first > b->first) - (a->first < b->first);
}

static bool slice_is_plain(const ResourceSlice *slice)
{
  return slice->reservation == RESERVATION_NONE && !slice->revocable && slice->disk == DISK_NONE &&
         slice->range == RANGE_NONE;
}

static bool slice_is_empty(const ResourceSlice *slice)
{
  if (resource_slice_is_range(slice))
    return false;
  return slice->shared ? slice->copies == 0 : quantities_are_zero(&slice->quantities);
}

/* --- comparison ------------------------------------------------------------------------------------------ */

bool resources_equal(const Resources *a, const Resources *b)
{
  if (!quantities_equal(&a->plain, &b->plain))
    return false;
  if (a->special == NULL || b->special == NULL)
    return a->special == b->special;
  if (a->special->n_slices != b->special->n_slices)
    return false;
  for (uint32_t i = 0; i < a->special->n_slices; i++) {
    const ResourceSlice *one = &a->special->slices[i];
    const ResourceSlice *other = &b->special->slices[i];
    if (slice_compare_whole(one, other) != 0 || one->last != other->last || one->copies != other->copies ||
        !quantities_equal(&one->quantities, &other->quantities))
      return false;
  }
  return true;
}

static bool slice_is_valid(const ResourceSlice *slice)
{
  if (slice_is_plain(slice) || slice_is_empty(slice) || !quantities_are_valid(&slice->quantities))
    return false;
  if (resource_slice_is_range(slice))
    return slice->range < RESOURCE_KINDS_MAX && slice->first <= slice->last && slice->disk == DISK_NONE &&
           !slice->shared && slice->copies == 0 && quantities_are_zero(&slice->quantities);
  if (slice->first != 0 || slice->last != 0 || slice->shared != (slice->copies > 0))
    return false;
  if (!resource_slice_is_disk(slice))
    return !slice->shared;
  Quantities others = slice->quantities;
  others.amount[RESOURCE_DISK] = 0;
  return slice->quantities.amount[RESOURCE_DISK] > 0 && quantities_are_zero(&others);
}

bool resources_are_valid(const Resources *resources)
{
  if (!quantities_are_valid(&resources->plain))
    return false;
  uint32_t n_slices = resources->special == NULL ? 0 : resources->special->n_slices;
  for (uint32_t i = 0; i < n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (!slice_is_valid(slice))
      return false;
    if (i == 0)
      continue;
    const ResourceSlice *before = slice - 1;
    int order = slice_compare(before, slice);
    if (order > 0 || (order == 0 && !(resource_slice_is_range(slice) && slice->first > 0 &&
                                      before->last < slice->first - 1)))
      return false;
  }
  return resources->special == NULL || n_slices > 0;
}

static bool slice_contains(const ResourceSlice *whole, const ResourceSlice *part)
{
  if (resource_slice_is_range(part))
    return whole->first <= part->first && whole->last >= part->last;
  if (resource_slice_is_disk(part))
    return whole->copies >= part->copies && quantities_equal(&whole->quantities, &part->quantities);
  return quantities_contain(&whole->quantities, &part->quantities);
}

bool resources_contain_special(const ResourceSlices *whole, const ResourceSlices *part)
{
  static const ResourceSlice nothing = {.reservation = RESERVATION_NONE};
  uint32_t n_whole = whole == NULL ? 0 : whole->n_slices;
  uint32_t i = 0;
  for (uint32_t j = 0; j < part->n_slices; j++) {
    const ResourceSlice *slice = &part->slices[j];
    int order = -1;
    while (i < n_whole) {
      order = slice_compare(&whole->slices[i], slice);
      if (order > 0 ||
          (order == 0 && (!resource_slice_is_range(slice) || whole->slices[i].last >= slice->last)))
        break;
      i++;
    }
    bool found = i < n_whole && order == 0;
    if (!found && (resource_slice_is_range(slice) || resource_slice_is_disk(slice)))
      return false;
    if (!slice_contains(found ? &whole->slices[i] : &nothing, slice))
      return false;
  }
  return true;
}

/* --- sums ------------------------------------------------------------------------------------------------ */

/* Appends @slice, which belongs behind the others or continues the last; empty ones vanish. */
static void slices_push(ResourceSlices *slices, const ResourceSlice *slice)
{
  if (slice_is_empty(slice))
    return;
  if (resource_slice_is_range(slice) && slices->n_slices > 0) {
    ResourceSlice *last = &slices->slices[slices->n_slices - 1];
    if (slice_compare(last, slice) == 0 && slice->first <= (uint64_t)last->last + 1) {
      last->last = MAX(last->last, slice->last);
      return;
    }
  }
  slices->slices[slices->n_slices++] = *slice;
}

static ResourceSlices *slices_done(ResourceSlices *slices)
{
  if (slices->n_slices > 0)
    return slices;
  g_free(slices);
  return NULL;
}

static ResourceSlices *slices_add(const ResourceSlices *base, const ResourceSlices *more, bool but_shared)
{
  uint32_t n_base = base == NULL ? 0 : base->n_slices;
  ResourceSlices *sum = slices_new(n_base + more->n_slices);
  uint32_t i = 0;
  uint32_t j = 0;
  while (i < n_base || j < more->n_slices) {
    if (but_shared && j < more->n_slices && more->slices[j].shared) {
      j++;
      continue;
    }
    int order = i == n_base           ? 1
                : j == more->n_slices ? -1
                                      : slice_compare_whole(&base->slices[i], &more->slices[j]);
    ResourceSlice slice = order <= 0 ? base->slices[i] : more->slices[j];
    if (order == 0 && slice.shared)
      slice.copies += more->slices[j].copies;
    else if (order == 0 && resource_slice_is_range(&slice))
      slice.last = MAX(slice.last, more->slices[j].last);
    else if (order == 0)
      quantities_add(&slice.quantities, &more->slices[j].quantities);
    i += order <= 0;
    j += order >= 0;
    slices_push(sum, &slice);
  }
  return slices_done(sum);
}

/* Appends what the ranges of @less from @from on, which can be added to @slice, leave of it. */
static void range_push_rest(ResourceSlices *rest, const ResourceSlice *slice, const ResourceSlices *less,
                            uint32_t from)
{
  ResourceSlice piece = *slice;
  uint64_t at = slice->first; /* may pass the largest number */
  for (uint32_t j = from; j < less->n_slices && slice_compare(&less->slices[j], slice) == 0; j++) {
    const ResourceSlice *gone = &less->slices[j];
    if (gone->last < at || gone->first > slice->last)
      continue;
    if (gone->first > at) {
      piece.first = (uint32_t)at;
      piece.last = gone->first - 1;
      slices_push(rest, &piece);
    }
    at = (uint64_t)gone->last + 1;
  }
  if (at <= slice->last) {
    piece.first = (uint32_t)at;
    piece.last = slice->last;
    slices_push(rest, &piece);
  }
}

static void slice_push_rest(ResourceSlices *rest, const ResourceSlice *slice, const ResourceSlice *less)
{
  ResourceSlice left = *slice;
  if (left.shared)
    left.copies -= MIN(left.copies, less->copies);
  else
    quantities_subtract(&left.quantities, &less->quantities);
  slices_push(rest, &left);
}

static ResourceSlices *slices_subtract(const ResourceSlices *base, const ResourceSlices *less,
                                       bool but_shared)
{
  uint32_t n_base = base == NULL ? 0 : base->n_slices;
  ResourceSlices *rest = slices_new(n_base + less->n_slices);
  uint32_t i = 0;
  uint32_t j = 0;
  while (i < n_base || j < less->n_slices) {
    int order = i == n_base           ? 1
                : j == less->n_slices ? -1
                                      : slice_compare(&base->slices[i], &less->slices[j]);
    const ResourceSlice *slice = order <= 0 ? &base->slices[i++] : &less->slices[j];
    if (order < 0) {
      slices_push(rest, slice);
    } else if (resource_slice_is_range(slice)) {
      if (order == 0)
        range_push_rest(rest, slice, less, j); /* which further ranges of the base may need, too */
      else
        j++;
    } else if (slice->shared && (but_shared || order > 0)) {
      if (order == 0)
        slices_push(rest, slice);
      j++;
    } else {
      static const Quantities zero = {{0}};
      ResourceSlice from = *slice;
      if (order > 0)
        from.quantities = zero;
      slice_push_rest(rest, &from, &less->slices[j++]);
    }
  }
  return slices_done(rest);
}

void resources_add_special(Resources *sum, const ResourceSlices *more)
{
  ResourceSlices *merged = slices_add(sum->special, more, false);
  g_free(sum->special);
  sum->special = merged;
}

void resources_subtract_special(Resources *rest, const ResourceSlices *less)
{
  ResourceSlices *merged = slices_subtract(rest->special, less, false);
  g_free(rest->special);
  rest->special = merged;
}

void resources_give_special(Resources *free, const ResourceSlices *more)
{
  ResourceSlices *merged = slices_add(free->special, more, true);
  g_free(free->special);
  free->special = merged;
}

void resources_take_special(Resources *free, const ResourceSlices *less)
{
  ResourceSlices *merged = slices_subtract(free->special, less, true);
  g_free(free->special);
  free->special = merged;
}

void resources_add_slice(Resources *sum, const ResourceSlice *slice)
{
  if (slice_is_plain(slice)) {
    quantities_add(&sum->plain, &slice->quantities);
    return;
  }
  if (slice_is_empty(slice))
    return;
  g_autofree ResourceSlices *one = slices_new(1);
  slices_push(one, slice);
  resources_add_special(sum, one);
}

/* --- quantities ------------------------------------------------------------------------------------------ */

Quantities resources_total(const Resources *resources)
{
  Quantities total = resources->plain;
  if (resources->special != NULL)
    for (uint32_t i = 0; i < resources->special->n_slices; i++)
      quantities_add(&total, &resources->special->slices[i].quantities);
  return total;
}

Quantities resources_unreserved(const Resources *resources)
{
  Quantities unreserved = resources->plain;
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (slice->reservation == RESERVATION_NONE && !slice->revocable)
      quantities_add(&unreserved, &slice->quantities);
  }
  return unreserved;
}

Quantities resources_count(const Resources *resources)
{
  Quantities count = resources_total(resources);
  uint32_t n_slices = resources->special == NULL ? 0 : resources->special->n_slices;
  for (uint32_t i = 0; i < n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (resource_slice_is_range(slice))
      count.amount[slice->range] += QUANTITY_UNIT * ((int64_t)slice->last - slice->first + 1);
  }
  return count;
}

bool resource_slices_have_disk(const ResourceSlices *slices, const ResourceSlice *slice)
{
  for (uint32_t i = 0; slices != NULL && i < slices->n_slices; i++)
    if (slices->slices[i].disk == slice->disk && slices->slices[i].reservation == slice->reservation)
      return true;
  return false;
}

/* --- parts ----------------------------------------------------------------------------------------------- */

void resources_filter(Resources *resources, bool (*keep)(const ResourceSlice *slice, void *data), void *data)
{
  ResourceSlices *slices = resources->special;
  if (slices == NULL)
    return;
  uint32_t n_kept = 0;
  for (uint32_t i = 0; i < slices->n_slices; i++)
    if (keep(&slices->slices[i], data))
      slices->slices[n_kept++] = slices->slices[i];
  slices->n_slices = n_kept;
  resources->special = slices_done(slices);
}

static bool slice_is_not_empty(const ResourceSlice *slice, void *data)
{
  (void)data;
  return !slice_is_empty(slice);
}

void resources_clamp(Resources *resources)
{
  resources->plain = quantities_positive(&resources->plain);
  if (resources->special == NULL)
    return;
  for (uint32_t i = 0; i < resources->special->n_slices; i++) {
    ResourceSlice *slice = &resources->special->slices[i];
    slice->quantities = quantities_positive(&slice->quantities);
  }
  resources_filter(resources, slice_is_not_empty, NULL);
}

static void shrink_quantities(Quantities *quantities, Quantities *left)
{
  quantities_min(quantities, left);
  quantities_subtract(left, quantities);
}

/* A disk stays whole or goes whole. */
static bool disk_fits(const ResourceSlice *slice, void *left)
{
  if (!resource_slice_is_disk(slice))
    return !resource_slice_is_range(slice);
  if (!quantities_contain(left, &slice->quantities))
    return false;
  quantities_subtract(left, &slice->quantities);
  return true;
}

void resources_shrink(Resources *resources, const Quantities *target)
{
  Quantities left = quantities_positive(target);
  resources_filter(resources, disk_fits, &left);
  shrink_quantities(&resources->plain, &left);
  if (resources->special == NULL)
    return;
  for (uint32_t i = 0; i < resources->special->n_slices; i++)
    if (!resource_slice_is_disk(&resources->special->slices[i]))
      shrink_quantities(&resources->special->slices[i].quantities, &left);
  resources_filter(resources, slice_is_not_empty, NULL);
}
