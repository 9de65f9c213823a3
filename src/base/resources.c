/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resources.h"

#include <string.h>

#include "base/check.h"
#include "base/error.h"
#include "base/number.h"

#define AMOUNT_MAX INT64_C(1000000000000000) /* thousandths: a sum of thousands still fits */

static size_t slices_size(uint32_t n_slices)
{
  return sizeof(ResourceSlices) + n_slices * sizeof(ResourceSlice);
}

ResourceSlices *resource_slices_copy(const ResourceSlices *slices)
{
  return g_memdup2(slices, slices_size(slices->n_slices));
}

static int slice_compare(const ResourceSlice *a, const ResourceSlice *b)
{
  if (a->reservation != b->reservation)
    return a->reservation < b->reservation ? -1 : 1;
  return (a->revocable > b->revocable) - (a->revocable < b->revocable);
}

bool resources_equal(const Resources *a, const Resources *b)
{
  if (!quantities_equal(&a->plain, &b->plain))
    return false;
  if (a->special == NULL || b->special == NULL)
    return a->special == b->special;
  if (a->special->n_slices != b->special->n_slices)
    return false;
  for (uint32_t i = 0; i < a->special->n_slices; i++)
    if (slice_compare(&a->special->slices[i], &b->special->slices[i]) != 0 ||
        !quantities_equal(&a->special->slices[i].quantities, &b->special->slices[i].quantities))
      return false;
  return true;
}

/* Merges two sorted lists of slices; @sign is 1 to add and -1 to subtract @other. Zero slices vanish. */
static ResourceSlices *slices_merge(const ResourceSlices *base, const ResourceSlices *other, int sign)
{
  uint32_t n_base = base == NULL ? 0 : base->n_slices;
  ResourceSlices *merged = g_malloc(slices_size(n_base + other->n_slices));
  uint32_t i = 0;
  uint32_t j = 0;
  merged->n_slices = 0;
  while (i < n_base || j < other->n_slices) {
    int order = i == n_base            ? 1
                : j == other->n_slices ? -1
                                       : slice_compare(&base->slices[i], &other->slices[j]);
    ResourceSlice *slice = &merged->slices[merged->n_slices];
    if (order <= 0) {
      *slice = base->slices[i++];
    } else {
      *slice = other->slices[j];
      slice->quantities = QUANTITIES_ZERO;
    }
    if (order >= 0) {
      if (sign > 0)
        quantities_add(&slice->quantities, &other->slices[j].quantities);
      else
        quantities_subtract(&slice->quantities, &other->slices[j].quantities);
      j++;
    }
    if (!quantities_are_zero(&slice->quantities))
      merged->n_slices++;
  }
  if (merged->n_slices == 0)
    g_clear_pointer(&merged, g_free);
  return merged;
}

void resources_add_special(Resources *sum, const ResourceSlices *more)
{
  ResourceSlices *merged = slices_merge(sum->special, more, 1);
  g_free(sum->special);
  sum->special = merged;
}

void resources_subtract_special(Resources *rest, const ResourceSlices *less)
{
  ResourceSlices *merged = slices_merge(rest->special, less, -1);
  g_free(rest->special);
  rest->special = merged;
}

bool resources_contain_special(const ResourceSlices *whole, const ResourceSlices *part)
{
  uint32_t n_whole = whole == NULL ? 0 : whole->n_slices;
  uint32_t i = 0;
  for (uint32_t j = 0; j < part->n_slices; j++) {
    while (i < n_whole && slice_compare(&whole->slices[i], &part->slices[j]) < 0)
      i++;
    const Quantities *has = &QUANTITIES_ZERO;
    if (i < n_whole && slice_compare(&whole->slices[i], &part->slices[j]) == 0)
      has = &whole->slices[i].quantities;
    if (!quantities_contain(has, &part->slices[j].quantities))
      return false;
  }
  return true;
}

Quantities resources_total(const Resources *resources)
{
  Quantities total = resources->plain;
  if (resources->special != NULL)
    for (uint32_t i = 0; i < resources->special->n_slices; i++)
      quantities_add(&total, &resources->special->slices[i].quantities);
  return total;
}

/* One item of the text form, taken apart. */
typedef struct {
  uint32_t kind;
  uint32_t reservation;
  bool revocable;
  int64_t amount;
} ResourceItem;

static int64_t amount_scale(uint32_t kind, const char *unit)
{
  static const char *const units[] = {"MiB", "GiB", "TiB"};
  if (*unit == '\0')
    return QUANTITY_UNIT;
  if (kind != RESOURCE_MEM && kind != RESOURCE_DISK)
    return 0;
  int64_t scale = QUANTITY_UNIT;
  for (size_t i = 0; i < G_N_ELEMENTS(units); i++, scale *= 1024)
    if (strcmp(unit, units[i]) == 0)
      return scale;
  return 0;
}

static bool amount_parse(uint32_t kind, const char *text, const char *item, int64_t *amount, GError **error)
{
  const char *end;
  const char *plain_end;
  double value;
  int64_t scale = 0;
  bool kibi = false;
  if (number_scan(text, &end, &value)) {
    const char *unit = end;
    while (g_ascii_isspace(*unit))
      unit++;
    kibi = strcmp(unit, "KiB") == 0 && (kind == RESOURCE_MEM || kind == RESOURCE_DISK);
    scale = kibi ? QUANTITY_UNIT : amount_scale(kind, unit);
  }
  if (scale == 0) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "expected an amount behind \":\" in \"%s\"", item);
    return false;
  }
  if (value < 0) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "\"%s\" is negative; expected zero or more", item);
    return false;
  }
  /* The second scan knows no exponent and would stop before it. */
  if (!number_scan_scaled(text, &plain_end, scale, amount) || plain_end != end || *amount > AMOUNT_MAX) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "\"%s\" is too large or not a plain decimal", item);
    return false;
  }
  if (kibi)
    *amount = (*amount + 512) / 1024;
  return true;
}

static void unknown_kind_error(const ResourceKinds *kinds, const char *name, GError **error)
{
  const char *known[RESOURCE_KINDS_MAX + 1] = {NULL};
  g_autoptr(GString) all = g_string_new(NULL);
  for (uint32_t kind = 0; kind < resource_kinds_count(kinds); kind++) {
    known[kind] = resource_kinds_name(kinds, kind);
    g_string_append_printf(all, "%s%s", kind == 0 ? "" : ", ", known[kind]);
  }
  const char *nearest = base_nearest(name, known);
  if (nearest != NULL)
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "unknown resource \"%s\"; did you mean \"%s\"?",
                name, nearest);
  else
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "unknown resource \"%s\"; expected one of %s", name,
                all->str);
}

/* Cuts "(role)" and "{REV}" off the name at @name, which ends up holding the kind alone. */
static bool suffixes_parse(ResourceKinds *kinds, char *name, const char *item, ResourceItem *out,
                           GError **error)
{
  size_t length = strlen(name);
  out->reservation = RESERVATION_NONE;
  out->revocable = false;
  if (g_str_has_suffix(name, "{REV}")) {
    out->revocable = true;
    length -= strlen("{REV}");
    name[length] = '\0';
  }
  if (length > 0 && name[length - 1] == ')') {
    char *open = strchr(name, '(');
    if (open == NULL) {
      g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "\")\" without \"(\" in \"%s\"", item);
      return false;
    }
    name[length - 1] = '\0';
    *open = '\0';
    if (strcmp(open + 1, "*") != 0) {
      if (!role_path_check(open + 1, error))
        return false;
      out->reservation = resource_kinds_reservation(kinds, open + 1);
    }
  }
  return true;
}

static bool item_parse(ResourceKinds *kinds, const char *item, ResourceItem *out, GError **error)
{
  g_autofree char *name = g_strstrip(g_strdup(item));
  char *colon = strchr(name, ':');
  if (colon == NULL) {
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, "expected \"name:amount\", not \"%s\"", item);
    return false;
  }
  *colon = '\0';
  char *amount = g_strstrip(colon + 1);
  g_strchomp(name);
  if (!suffixes_parse(kinds, name, item, out, error))
    return false;
  if (!resource_kinds_find(kinds, name, &out->kind)) {
    unknown_kind_error(kinds, name, error);
    return false;
  }
  return amount_parse(out->kind, amount, item, &out->amount, error);
}

static void item_add(Resources *sum, const ResourceItem *item)
{
  if (item->reservation == RESERVATION_NONE && !item->revocable) {
    sum->plain.amount[item->kind] += item->amount;
    return;
  }
  if (item->amount == 0)
    return;
  g_autofree ResourceSlices *one = g_malloc0(slices_size(1));
  one->n_slices = 1;
  one->slices[0].reservation = item->reservation;
  one->slices[0].revocable = item->revocable;
  one->slices[0].quantities.amount[item->kind] = item->amount;
  resources_add_special(sum, one);
}

static bool item_is_repeated(const GArray *items, const ResourceItem *item)
{
  for (guint i = 0; i < items->len; i++) {
    const ResourceItem *other = &g_array_index(items, ResourceItem, i);
    if (other->kind == item->kind && other->reservation == item->reservation &&
        other->revocable == item->revocable)
      return true;
  }
  return false;
}

bool resources_parse(ResourceKinds *kinds, const char *text, Resources *out, GError **error)
{
  g_auto(GStrv) parts = g_strsplit(text, ";", -1);
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(ResourceItem));
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  Resources sum = RESOURCES_EMPTY;

  if (*trimmed == '\0') {
    *out = sum;
    return true;
  }
  for (char **part = parts; *part != NULL; part++) {
    ResourceItem item;
    if (*g_strstrip(*part) == '\0' && part[1] == NULL && part != parts)
      break; /* a trailing ";" is customary */
    if (!item_parse(kinds, *part, &item, error))
      return false;
    if (item_is_repeated(items, &item)) {
      g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES,
                  "\"%s\" names a resource that \"%s\" has named before", *part, text);
      return false;
    }
    g_array_append_val(items, item);
  }
  for (guint i = 0; i < items->len; i++)
    item_add(&sum, &g_array_index(items, ResourceItem, i));
  *out = sum;
  return true;
}

bool quantities_parse(ResourceKinds *kinds, const char *text, Quantities *out, GError **error)
{
  Resources resources;
  if (!resources_parse(kinds, text, &resources, error))
    return false;
  if (resources.special != NULL) {
    resources_clear(&resources);
    g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES,
                "expected plain amounts, without \"(role)\" and \"{REV}\", not \"%s\"", text);
    return false;
  }
  *out = resources.plain;
  return true;
}

void quantity_print(GString *text, int64_t thousandths)
{
  uint64_t amount = thousandths < 0 ? -(uint64_t)thousandths : (uint64_t)thousandths;
  if (thousandths < 0)
    g_string_append_c(text, '-');
  g_string_append_printf(text, "%" G_GUINT64_FORMAT, amount / 1000);
  uint64_t fraction = amount % 1000;
  if (fraction == 0)
    return;
  g_string_append_printf(text, ".%03" G_GUINT64_FORMAT, fraction);
  while (text->str[text->len - 1] == '0')
    g_string_truncate(text, text->len - 1);
}

static void slice_print(GString *text, const ResourceKinds *kinds, const Quantities *quantities,
                        const char *suffix)
{
  for (uint32_t kind = 0; kind < resource_kinds_count(kinds); kind++)
    if (quantities->amount[kind] != 0) {
      g_string_append_printf(text, "%s%s%s:", text->len == 0 ? "" : ";", resource_kinds_name(kinds, kind),
                             suffix);
      quantity_print(text, quantities->amount[kind]);
    }
}

char *resources_print(const ResourceKinds *kinds, const Resources *resources)
{
  GString *text = g_string_new(NULL);
  slice_print(text, kinds, &resources->plain, "");
  uint32_t n_slices = resources->special == NULL ? 0 : resources->special->n_slices;
  for (uint32_t i = 0; i < n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    g_autoptr(GString) suffix = g_string_new(NULL);
    if (slice->reservation != RESERVATION_NONE)
      g_string_append_printf(suffix, "(%s)", resource_kinds_reservation_path(kinds, slice->reservation));
    if (slice->revocable)
      g_string_append(suffix, "{REV}");
    slice_print(text, kinds, &slice->quantities, suffix->str);
  }
  return g_string_free(text, FALSE);
}

char *quantities_print(const ResourceKinds *kinds, const Quantities *quantities)
{
  Resources plain = resources_of(quantities);
  return resources_print(kinds, &plain);
}
