/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resources-text.h"

#include <string.h>

#include "base/error.h"
#include "base/number.h"

#define RANGE_NUMBER_MAX 999999999
#define COPIES_MAX       1000000

/* One item of the text form, taken apart. */
typedef struct {
  ResourceSlice slice; /* without its amount */
  uint32_t kind;
  int64_t amount;      /* of scalars */
  const char *numbers; /* of ranges: what stands behind the colon */
} ResourceItem;

#define ITEM_ERROR(error, ...) (g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES, __VA_ARGS__), false)

/* --- amounts --------------------------------------------------------------------------------------------- */

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
  if (scale == 0)
    return ITEM_ERROR(error, "expected an amount behind \":\" in \"%s\"", item);
  if (value < 0)
    return ITEM_ERROR(error, "\"%s\" is negative; expected zero or more", item);
  /* The second scan knows no exponent and would stop before it. */
  if (!number_scan_scaled(text, &plain_end, scale, amount) || plain_end != end || *amount > QUANTITY_MAX)
    return ITEM_ERROR(error, "\"%s\" is too large or not a plain decimal", item);
  if (kibi)
    *amount = (*amount + 512) / 1024;
  return true;
}

static bool range_number_scan(const char **text, uint32_t *number)
{
  const char *digit = *text;
  uint64_t value = 0;
  while (g_ascii_isspace(*digit))
    digit++;
  if (!g_ascii_isdigit(*digit))
    return false;
  for (; g_ascii_isdigit(*digit) && value <= RANGE_NUMBER_MAX; digit++)
    value = value * 10 + (uint64_t)(*digit - '0');
  while (g_ascii_isspace(*digit))
    digit++;
  *text = digit;
  *number = (uint32_t)value;
  return value <= RANGE_NUMBER_MAX;
}

/* "[first-last,first-last]"; adds each to @sum, which may be NULL where only the syntax matters. */
static bool ranges_parse(const ResourceItem *item, const char *whole, Resources *sum, GError **error)
{
  ResourceSlice slice = item->slice;
  const char *text = item->numbers;
  bool ok = *text == '[';
  while (ok) {
    text++;
    ok = range_number_scan(&text, &slice.first) && *text++ == '-' && range_number_scan(&text, &slice.last) &&
         slice.first <= slice.last;
    if (ok && sum != NULL)
      resources_add_slice(sum, &slice);
    if (!ok || *text != ',')
      break;
  }
  if (!ok || strcmp(text, "]") != 0)
    return ITEM_ERROR(error,
                      "expected ranges such as \"[31000-32000]\", numbers up to %d, behind \":\" in \"%s\"",
                      RANGE_NUMBER_MAX, whole);
  return true;
}

/* --- marks ----------------------------------------------------------------------------------------------- */

/* "(role)", "(*,role)", "(role,role/below)": @roles is what stands between the parentheses. */
static bool roles_parse(ResourceKinds *kinds, char *roles, const char *item, uint32_t *reservation,
                        GError **error)
{
  char *rest = roles;
  bool lowest = true;
  for (;;) {
    char *comma = strchr(rest, ',');
    if (comma != NULL)
      *comma = '\0';
    if (!role_path_check(rest, error))
      return false;
    bool is_star = strcmp(rest, "*") == 0;
    if (*reservation != RESERVATION_NONE) {
      const char *below = resource_kinds_reservation_path(kinds, *reservation);
      if (!role_path_is_within(rest, below) || strcmp(rest, below) == 0)
        return ITEM_ERROR(
            error, "in \"%s\", \"%s\" cannot refine the reservation to \"%s\"; expected a role below it",
            item, rest, below);
    } else if (is_star && !lowest) {
      return ITEM_ERROR(error, "\"*\" stands for unreserved; it comes first and once in \"%s\"", item);
    }
    if (!lowest)
      *reservation = resource_kinds_reserve(kinds, *reservation, rest);
    else if (!is_star)
      *reservation = resource_kinds_reservation(kinds, rest);
    if (comma == NULL)
      return true;
    lowest = false;
    rest = comma + 1;
  }
}

/* "[volume]", "[MOUNT:mount]", "[MOUNT:mount,volume]": @names is what stands between the brackets. */
static bool disk_parse(char *names, const char *item, const char **volume, const char **mount, GError **error)
{
  *volume = names;
  *mount = NULL;
  if (g_str_has_prefix(names, "MOUNT:")) {
    *mount = names + strlen("MOUNT:");
    char *comma = strchr(names, ',');
    *volume = comma == NULL ? NULL : comma + 1;
    if (comma != NULL)
      *comma = '\0';
  }
  if ((*volume != NULL && !resource_name_is_valid(*volume)) ||
      (*mount != NULL && !resource_name_is_valid(*mount)))
    return ITEM_ERROR(error, "expected \"[volume]\", \"[MOUNT:mount]\" or \"[MOUNT:mount,volume]\" in \"%s\"",
                      item);
  return true;
}

/* Cuts the part between @open and @close off the beginning of @marks. NULL where there is none; "" behind @open
 * without @close is an error. */
static bool mark_cut(char **marks, char open, char close, const char *item, char **inside, GError **error)
{
  *inside = NULL;
  if (**marks != open)
    return true;
  char *end = strchr(*marks, close);
  if (end == NULL)
    return ITEM_ERROR(error, "\"%c\" without \"%c\" in \"%s\"", open, close, item);
  *end = '\0';
  *inside = *marks + 1;
  *marks = end + 1;
  return true;
}

static bool copies_parse(const char *flag, uint32_t *copies)
{
  gint64 count;
  *copies = 1;
  if (strcmp(flag, "SHARED") == 0)
    return true;
  if (!g_str_has_prefix(flag, "SHARED*"))
    return false;
  bool ok = number_scan_scaled(flag + strlen("SHARED*"), &flag, 1, &count) && *flag == '\0' && count >= 1 &&
            count <= COPIES_MAX;
  *copies = ok ? (uint32_t)count : 0;
  return ok;
}

static bool flags_parse(char **marks, const char *item, ResourceSlice *slice, GError **error)
{
  char *flag;
  for (;;) {
    if (!mark_cut(marks, '{', '}', item, &flag, error))
      return false;
    if (flag == NULL)
      return true;
    if (strcmp(flag, "REV") == 0 && !slice->revocable)
      slice->revocable = true;
    else if (!slice->revocable && slice->copies == 0 && copies_parse(flag, &slice->copies))
      slice->shared = true;
    else
      return ITEM_ERROR(error, "expected \"{SHARED}\" or \"{REV}\", in this order and once, in \"%s\"", item);
  }
}

/* What stands between the name of the kind and the colon. */
static bool marks_parse(ResourceKinds *kinds, char *marks, const char *item, ResourceItem *out,
                        GError **error)
{
  char *roles;
  char *disk;
  const char *volume = NULL;
  const char *mount = NULL;
  ResourceSlice *slice = &out->slice;
  if (!mark_cut(&marks, '(', ')', item, &roles, error) || !mark_cut(&marks, '[', ']', item, &disk, error) ||
      !flags_parse(&marks, item, slice, error))
    return false;
  if (*marks == ')')
    return ITEM_ERROR(error, "\")\" without \"(\" in \"%s\"", item);
  if (*marks != '\0')
    return ITEM_ERROR(
        error,
        "expected \"(role)\", \"[disk]\", \"{SHARED}\", \"{REV}\", in this order, not \"%s\" in \"%s\"",
        marks, item);
  if (roles != NULL && !roles_parse(kinds, roles, item, &slice->reservation, error))
    return false;
  if (disk != NULL && !disk_parse(disk, item, &volume, &mount, error))
    return false;
  if (disk != NULL && out->kind != RESOURCE_DISK)
    return ITEM_ERROR(error, "only disk can be a volume or mount, not \"%s\"", item);
  if (slice->shared && volume == NULL)
    return ITEM_ERROR(error, "only a volume can be shared, not \"%s\"", item);
  if (disk != NULL)
    slice->disk = resource_kinds_disk(kinds, volume, mount, slice->shared);
  return true;
}

/* --- items ----------------------------------------------------------------------------------------------- */

static bool kind_parse(const ResourceKinds *kinds, const char *name, uint32_t *kind, GError **error)
{
  if (resource_kinds_find(kinds, name, kind))
    return true;
  const char *known[RESOURCE_KINDS_MAX + 1] = {NULL};
  g_autoptr(GString) all = g_string_new(NULL);
  for (uint32_t i = 0; i < resource_kinds_count(kinds); i++) {
    known[i] = resource_kinds_name(kinds, i);
    g_string_append_printf(all, "%s%s", i == 0 ? "" : ", ", known[i]);
  }
  const char *nearest = base_nearest(name, known);
  if (nearest != NULL)
    return ITEM_ERROR(error, "unknown resource \"%s\"; did you mean \"%s\"?", name, nearest);
  return ITEM_ERROR(error, "unknown resource \"%s\"; expected one of %s", name, all->str);
}

/* The colon before the amount: not one between brackets. */
static char *colon_find(char *item)
{
  bool inside = false;
  for (; *item != '\0'; item++) {
    if (*item == ':' && !inside)
      return item;
    inside = *item == '[' || (inside && *item != ']');
  }
  return NULL;
}

/* Takes @item, of which @name is a copy that is cut to pieces, apart. */
static bool item_parse(ResourceKinds *kinds, char *name, const char *item, bool plain, ResourceItem *out,
                       GError **error)
{
  char *colon = colon_find(name);
  if (colon == NULL)
    return ITEM_ERROR(error, "expected \"name:amount\", not \"%s\"", item);
  *colon = '\0';
  char *amount = g_strstrip(colon + 1);
  g_strchomp(name);
  char *marks = name + strcspn(name, "()[]{}");
  g_autofree char *kind = g_strndup(name, (size_t)(marks - name));
  *out = (ResourceItem){.slice = {.reservation = RESERVATION_NONE}};
  if (!kind_parse(kinds, kind, &out->kind, error) || !marks_parse(kinds, marks, item, out, error))
    return false;
  if (plain || !resource_kinds_is_ranged(kinds, out->kind))
    return amount_parse(out->kind, amount, item, &out->amount, error);
  out->slice.range = (uint16_t)out->kind;
  out->numbers = amount;
  return ranges_parse(out, item, NULL, error);
}

static void item_add(Resources *sum, const ResourceItem *item)
{
  if (resource_slice_is_range(&item->slice)) {
    ranges_parse(item, "", sum, NULL);
    return;
  }
  ResourceSlice slice = item->slice;
  slice.quantities.amount[item->kind] = item->amount;
  if (item->amount != 0)
    resources_add_slice(sum, &slice);
}

static bool item_is_repeated(const GArray *items, const ResourceItem *item)
{
  for (guint i = 0; i < items->len; i++) {
    const ResourceItem *other = &g_array_index(items, ResourceItem, i);
    if (other->kind == item->kind && other->slice.reservation == item->slice.reservation &&
        other->slice.revocable == item->slice.revocable && other->slice.disk == item->slice.disk)
      return true;
  }
  return false;
}

/* @plain: amounts of ranged kinds, too, are numbers. */
static bool text_parse(ResourceKinds *kinds, const char *text, bool plain, Resources *out, GError **error)
{
  g_auto(GStrv) parts = g_strsplit(text, ";", -1);
  g_auto(GStrv) names = g_strsplit(text, ";", -1);
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(ResourceItem));
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  Resources sum = RESOURCES_EMPTY;

  if (*trimmed == '\0') {
    *out = sum;
    return true;
  }
  for (guint i = 0; parts[i] != NULL; i++) {
    ResourceItem item;
    if (*g_strstrip(names[i]) == '\0' && parts[i + 1] == NULL && i > 0)
      break; /* a trailing ";" is customary */
    g_strstrip(parts[i]);
    if (!item_parse(kinds, names[i], parts[i], plain, &item, error))
      return false;
    if (item_is_repeated(items, &item))
      return ITEM_ERROR(error, "\"%s\" names a resource that \"%s\" has named before", parts[i], text);
    g_array_append_val(items, item);
  }
  for (guint i = 0; i < items->len; i++)
    item_add(&sum, &g_array_index(items, ResourceItem, i));
  *out = sum;
  return true;
}

bool resources_parse(ResourceKinds *kinds, const char *text, Resources *out, GError **error)
{
  return text_parse(kinds, text, false, out, error);
}

bool quantities_parse(ResourceKinds *kinds, const char *text, Quantities *out, GError **error)
{
  Resources resources;
  if (!text_parse(kinds, text, true, &resources, error))
    return false;
  if (resources.special != NULL) {
    resources_clear(&resources);
    return ITEM_ERROR(error, "expected plain amounts, without \"(role)\" and \"{REV}\", not \"%s\"", text);
  }
  *out = resources.plain;
  return true;
}

/* --- printing -------------------------------------------------------------------------------------------- */

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

static void quantities_append(GString *text, const ResourceKinds *kinds, const Quantities *quantities,
                              const char *marks)
{
  for (uint32_t kind = 0; kind < resource_kinds_count(kinds); kind++)
    if (quantities->amount[kind] != 0) {
      g_string_append_printf(text, "%s%s%s:", text->len == 0 ? "" : ";", resource_kinds_name(kinds, kind),
                             marks);
      quantity_print(text, quantities->amount[kind]);
    }
}

static void reservation_append(GString *text, const ResourceKinds *kinds, uint32_t reservation)
{
  uint32_t below = resource_kinds_reservation_below(kinds, reservation);
  if (below != RESERVATION_NONE) {
    reservation_append(text, kinds, below);
    g_string_append_c(text, ',');
  } else if (resource_kinds_reservation_is_dynamic(kinds, reservation)) {
    g_string_append(text, "*,");
  }
  g_string_append(text, resource_kinds_reservation_path(kinds, reservation));
}

static void disk_append(GString *text, const ResourceKinds *kinds, uint32_t disk)
{
  const char *volume = resource_kinds_disk_volume(kinds, disk);
  const char *mount = resource_kinds_disk_mount(kinds, disk);
  g_string_append_printf(text, "[%s%s%s%s]", mount == NULL ? "" : "MOUNT:", mount == NULL ? "" : mount,
                         mount != NULL && volume != NULL ? "," : "", volume == NULL ? "" : volume);
}

static char *marks_print(const ResourceKinds *kinds, const ResourceSlice *slice)
{
  GString *text = g_string_new(NULL);
  if (slice->reservation != RESERVATION_NONE) {
    g_string_append_c(text, '(');
    reservation_append(text, kinds, slice->reservation);
    g_string_append_c(text, ')');
  }
  if (resource_slice_is_disk(slice))
    disk_append(text, kinds, slice->disk);
  if (slice->copies == 1)
    g_string_append(text, "{SHARED}");
  else if (slice->copies > 1)
    g_string_append_printf(text, "{SHARED*%u}", slice->copies);
  if (slice->revocable)
    g_string_append(text, "{REV}");
  return g_string_free(text, FALSE);
}

static bool slices_continue(const ResourceSlice *range, const ResourceSlice *next)
{
  return next->reservation == range->reservation && next->revocable == range->revocable &&
         next->range == range->range;
}

char *resources_print(const ResourceKinds *kinds, const Resources *resources)
{
  GString *text = g_string_new(NULL);
  quantities_append(text, kinds, &resources->plain, "");
  uint32_t n_slices = resources->special == NULL ? 0 : resources->special->n_slices;
  if (!resources_are_known(kinds, resources)) {
    g_string_append_printf(text, "%s(unknown)", text->len == 0 ? "" : ";");
    n_slices = 0;
  }
  for (uint32_t i = 0; i < n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    g_autofree char *marks = marks_print(kinds, slice);
    if (!resource_slice_is_range(slice)) {
      quantities_append(text, kinds, &slice->quantities, marks);
      continue;
    }
    if (i > 0 && slices_continue(slice, slice - 1))
      g_string_append_c(text, ',');
    else
      g_string_append_printf(text, "%s%s%s:[", text->len == 0 ? "" : ";",
                             resource_kinds_name(kinds, slice->range), marks);
    g_string_append_printf(text, "%u-%u", slice->first, slice->last);
    if (i + 1 == n_slices || !slices_continue(slice, slice + 1))
      g_string_append_c(text, ']');
  }
  return g_string_free(text, FALSE);
}

char *quantities_print(const ResourceKinds *kinds, const Quantities *quantities)
{
  Resources plain = resources_of(quantities);
  return resources_print(kinds, &plain);
}
