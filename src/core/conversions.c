/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conversions.h"

#include "base/check.h"
#include "base/error.h"
#include "base/resources-text.h"

static bool refuse(const ResourceKinds *kinds, const ResourceSlice *slice, const char *expected,
                   GError **error)
{
  Resources one = RESOURCES_EMPTY;
  resources_add_slice(&one, slice);
  g_autofree char *text = resources_print(kinds, &one);
  resources_clear(&one);
  g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "%s: %s", text, expected);
  return false;
}

static bool is_volume(const ResourceKinds *kinds, const ResourceSlice *slice)
{
  return resource_slice_is_disk(slice) && resource_kinds_disk_volume(kinds, slice->disk) != NULL;
}

/* Takes the uppermost reservation off @slice. */
static bool slice_unreserve(const ResourceKinds *kinds, ResourceSlice *slice, GError **error)
{
  if (slice->revocable)
    return refuse(kinds, slice, "revocable resources cannot be reserved", error);
  if (slice->reservation == RESERVATION_NONE ||
      !resource_kinds_reservation_is_dynamic(kinds, slice->reservation))
    return refuse(kinds, slice, "expected a dynamic reservation, such as \"(*,role)\"", error);
  if (is_volume(kinds, slice))
    return refuse(kinds, slice, "a volume stays reserved until it is destroyed", error);
  slice->reservation = resource_kinds_reservation_below(kinds, slice->reservation);
  return true;
}

/* Takes the volume off @slice. */
static bool slice_empty(const ResourceKinds *kinds, ResourceSlice *slice, GError **error)
{
  if (!is_volume(kinds, slice))
    return refuse(kinds, slice, "expected a volume, such as \"disk(role)[name]\"", error);
  if (slice->revocable)
    return refuse(kinds, slice, "a volume cannot be revocable", error);
  if (slice->reservation == RESERVATION_NONE)
    return refuse(kinds, slice, "a volume needs a reservation", error);
  if (slice->copies > 1)
    return refuse(kinds, slice, "a shared volume is named once", error);
  slice->disk = resource_kinds_disk_without_volume(kinds, slice->disk);
  slice->shared = false;
  slice->copies = 0;
  return true;
}

static bool named_check(const ResourceKinds *kinds, const Resources *named, GError **error)
{
  const char *fault = NULL;
  if (!resources_are_valid(named) || !resources_are_known(kinds, named))
    fault = "these are no resources";
  else if (!quantities_are_zero(&named->plain))
    fault = "what is neither reserved nor a volume is nothing to convert";
  else if (named->special == NULL)
    fault = "nothing is named";
  if (fault != NULL)
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_RESOURCES, fault);
  return fault == NULL;
}

bool conversion_make(const ResourceKinds *kinds, ConversionKind kind, const Resources *named, Conversion *out,
                     GError **error)
{
  if (!named_check(kinds, named, error))
    return false;
  bool of_reservations = kind == CONVERSION_RESERVE || kind == CONVERSION_UNRESERVE;
  Resources without = RESOURCES_EMPTY;
  for (uint32_t i = 0; i < named->special->n_slices; i++) {
    ResourceSlice slice = named->special->slices[i];
    if (!(of_reservations ? slice_unreserve(kinds, &slice, error) : slice_empty(kinds, &slice, error))) {
      resources_clear(&without);
      return false;
    }
    resources_add_slice(&without, &slice);
  }
  bool makes = kind == CONVERSION_RESERVE || kind == CONVERSION_CREATE;
  resources_copy(makes ? &out->to : &out->from, named);
  *(makes ? &out->from : &out->to) = without;
  return true;
}

void conversion_clear(Conversion *conversion)
{
  resources_clear(&conversion->from);
  resources_clear(&conversion->to);
}

bool conversion_apply(const Conversion *conversion, Resources *resources)
{
  if (!resources_contain(resources, &conversion->from))
    return false;
  resources_subtract(resources, &conversion->from);
  resources_add(resources, &conversion->to);
  return true;
}
