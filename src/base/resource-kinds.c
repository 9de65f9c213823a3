/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resource-kinds.h"

#include <string.h>

#include "base/check.h"
#include "base/error.h"

typedef struct {
  char *path;
  uint32_t below; /* what it refines, or RESERVATION_NONE */
  bool dynamic;
} ReservationEntry;

typedef struct {
  char *volume;  /* or NULL */
  char *mount;   /* or NULL */
  uint32_t bare; /* the disk without the volume */
  bool shared;
} DiskEntry;

struct ResourceKinds {
  uint32_t n_kinds;
  char *names[RESOURCE_KINDS_MAX];
  GArray *reservations; /* ReservationEntry */
  GArray *disks;        /* DiskEntry, from DISK_NONE + 1 */
};

static void reservation_clear(void *entry)
{
  g_free(((ReservationEntry *)entry)->path);
}

static void disk_clear(void *entry)
{
  g_free(((DiskEntry *)entry)->volume);
  g_free(((DiskEntry *)entry)->mount);
}

ResourceKinds *resource_kinds_new(void)
{
  static const char *const fixed[RESOURCE_KINDS_FIXED] = {
      [RESOURCE_CPUS] = "cpus", [RESOURCE_MEM] = "mem", [RESOURCE_DISK] = "disk", [RESOURCE_GPUS] = "gpus"};
  ResourceKinds *kinds = g_new0(ResourceKinds, 1);
  kinds->n_kinds = RESOURCE_KINDS_FIXED;
  for (int kind = 0; kind < RESOURCE_KINDS_FIXED; kind++)
    kinds->names[kind] = g_strdup(fixed[kind]);
  kinds->reservations = g_array_new(FALSE, FALSE, sizeof(ReservationEntry));
  g_array_set_clear_func(kinds->reservations, reservation_clear);
  kinds->disks = g_array_new(FALSE, FALSE, sizeof(DiskEntry));
  g_array_set_clear_func(kinds->disks, disk_clear);
  return kinds;
}

void resource_kinds_free(ResourceKinds *kinds)
{
  if (kinds == NULL)
    return;
  for (uint32_t kind = 0; kind < kinds->n_kinds; kind++)
    g_free(kinds->names[kind]);
  g_array_unref(kinds->reservations);
  g_array_unref(kinds->disks);
  g_free(kinds);
}

uint32_t resource_kinds_count(const ResourceKinds *kinds)
{
  return kinds->n_kinds;
}

const char *resource_kinds_name(const ResourceKinds *kinds, uint32_t kind)
{
  CHECK(kind < kinds->n_kinds);
  return kinds->names[kind];
}

bool resource_kinds_find(const ResourceKinds *kinds, const char *name, uint32_t *kind)
{
  for (uint32_t i = 0; i < kinds->n_kinds; i++)
    if (strcmp(kinds->names[i], name) == 0) {
      if (kind != NULL)
        *kind = i;
      return true;
    }
  return false;
}

bool resource_name_is_valid(const char *name)
{
  if (!g_ascii_isalpha(*name))
    return false;
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum(*name) && strchr("_-.", *name) == NULL)
      return false;
  return true;
}

bool resource_kinds_add(ResourceKinds *kinds, const char *name, uint32_t *kind, GError **error)
{
  uint32_t found;
  if (!resource_kinds_find(kinds, name, &found)) {
    if (!resource_name_is_valid(name)) {
      g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES,
                  "expected the name of a resource such as \"cpus\", not \"%s\"", name);
      return false;
    }
    if (kinds->n_kinds == RESOURCE_KINDS_MAX) {
      g_set_error(error, BASE_ERROR, BASE_ERROR_RESOURCES,
                  "\"%s\" is one kind of resource too many; at most %d fit", name, RESOURCE_KINDS_MAX);
      return false;
    }
    found = kinds->n_kinds++;
    kinds->names[found] = g_strdup(name);
  }
  if (kind != NULL)
    *kind = found;
  return true;
}

bool resource_kinds_is_ranged(const ResourceKinds *kinds, uint32_t kind)
{
  CHECK(kind < kinds->n_kinds);
  return strcmp(kinds->names[kind], "ports") == 0;
}

/* --- reservations ---------------------------------------------------------------------------------------- */

static uint32_t reservation_get(ResourceKinds *kinds, uint32_t below, bool dynamic, const char *path)
{
  for (uint32_t i = 0; i < kinds->reservations->len; i++) {
    const ReservationEntry *entry = &g_array_index(kinds->reservations, ReservationEntry, i);
    if (entry->below == below && entry->dynamic == dynamic && strcmp(entry->path, path) == 0)
      return i;
  }
  ReservationEntry entry = {.path = g_strdup(path), .below = below, .dynamic = dynamic};
  g_array_append_val(kinds->reservations, entry);
  return kinds->reservations->len - 1;
}

static const ReservationEntry *reservation_at(const ResourceKinds *kinds, uint32_t reservation)
{
  CHECK(reservation < kinds->reservations->len);
  return &g_array_index(kinds->reservations, ReservationEntry, reservation);
}

uint32_t resource_kinds_reservation(ResourceKinds *kinds, const char *path)
{
  return reservation_get(kinds, RESERVATION_NONE, false, path);
}

uint32_t resource_kinds_reserve(ResourceKinds *kinds, uint32_t below, const char *path)
{
  if (below != RESERVATION_NONE) {
    const char *ancestor = reservation_at(kinds, below)->path;
    CHECK(role_path_is_within(path, ancestor) && strcmp(path, ancestor) != 0);
  }
  return reservation_get(kinds, below, true, path);
}

const char *resource_kinds_reservation_path(const ResourceKinds *kinds, uint32_t reservation)
{
  return reservation_at(kinds, reservation)->path;
}

bool resource_kinds_reservation_is_dynamic(const ResourceKinds *kinds, uint32_t reservation)
{
  return reservation_at(kinds, reservation)->dynamic;
}

uint32_t resource_kinds_reservation_below(const ResourceKinds *kinds, uint32_t reservation)
{
  return reservation_at(kinds, reservation)->below;
}

uint32_t resource_kinds_reservation_count(const ResourceKinds *kinds)
{
  return kinds->reservations->len;
}

/* --- disks ----------------------------------------------------------------------------------------------- */

uint32_t resource_kinds_disk(ResourceKinds *kinds, const char *volume, const char *mount, bool shared)
{
  CHECK(volume != NULL || (mount != NULL && !shared));
  for (uint32_t i = 0; i < kinds->disks->len; i++) {
    const DiskEntry *entry = &g_array_index(kinds->disks, DiskEntry, i);
    if (entry->shared == shared && g_strcmp0(entry->volume, volume) == 0 &&
        g_strcmp0(entry->mount, mount) == 0)
      return i + 1;
  }
  bool is_bare = volume == NULL || mount == NULL;
  uint32_t bare = is_bare ? DISK_NONE : resource_kinds_disk(kinds, NULL, mount, false);
  DiskEntry entry = {.volume = g_strdup(volume), .mount = g_strdup(mount), .bare = bare, .shared = shared};
  g_array_append_val(kinds->disks, entry);
  if (volume == NULL)
    g_array_index(kinds->disks, DiskEntry, kinds->disks->len - 1).bare = kinds->disks->len;
  return kinds->disks->len;
}

static const DiskEntry *disk_at(const ResourceKinds *kinds, uint32_t disk)
{
  CHECK(disk != DISK_NONE && disk <= kinds->disks->len);
  return &g_array_index(kinds->disks, DiskEntry, disk - 1);
}

const char *resource_kinds_disk_volume(const ResourceKinds *kinds, uint32_t disk)
{
  return disk_at(kinds, disk)->volume;
}

const char *resource_kinds_disk_mount(const ResourceKinds *kinds, uint32_t disk)
{
  return disk_at(kinds, disk)->mount;
}

bool resource_kinds_disk_is_shared(const ResourceKinds *kinds, uint32_t disk)
{
  return disk_at(kinds, disk)->shared;
}

uint32_t resource_kinds_disk_without_volume(const ResourceKinds *kinds, uint32_t disk)
{
  return disk_at(kinds, disk)->bare;
}

/* --- slices ---------------------------------------------------------------------------------------------- */

bool resource_slice_is_allocatable_to(const ResourceKinds *kinds, const ResourceSlice *slice,
                                      const char *role)
{
  return slice->reservation == RESERVATION_NONE ||
         role_path_is_within(role, reservation_at(kinds, slice->reservation)->path);
}

bool resource_slice_is_refined(const ResourceKinds *kinds, const ResourceSlice *slice)
{
  return slice->reservation != RESERVATION_NONE &&
         reservation_at(kinds, slice->reservation)->below != RESERVATION_NONE;
}

bool resources_are_known(const ResourceKinds *kinds, const Resources *resources)
{
  uint32_t n_slices = resources->special == NULL ? 0 : resources->special->n_slices;
  for (uint32_t i = 0; i < n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (slice->reservation != RESERVATION_NONE && slice->reservation >= kinds->reservations->len)
      return false;
    if (slice->disk > kinds->disks->len)
      return false;
    if (slice->shared != (slice->disk != DISK_NONE && disk_at(kinds, slice->disk)->shared))
      return false;
    if (slice->range != RANGE_NONE &&
        (slice->range >= kinds->n_kinds || !resource_kinds_is_ranged(kinds, slice->range)))
      return false;
  }
  return true;
}

/* --- names ----------------------------------------------------------------------------------------------- */

static bool role_component_is_valid(const char *component, size_t length)
{
  if (length == 0 || component[0] == '-')
    return false;
  if ((length == 1 && component[0] == '.') || (length == 2 && component[0] == '.' && component[1] == '.'))
    return false;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)component[i] <= ' ' || component[i] == 0x7f ||
        strchr("\\(){};:,*", component[i]) != NULL)
      return false;
  return true;
}

bool role_path_check(const char *path, GError **error)
{
  if (strcmp(path, "*") == 0)
    return true;
  const char *component = path;
  for (;;) {
    size_t length = strcspn(component, "/");
    if (!role_component_is_valid(component, length)) {
      g_set_error(
          error, BASE_ERROR, BASE_ERROR_ROLE,
          "\"%s\" is not a role: expected components joined by \"/\", none of them empty, \".\", \"..\" or "
          "beginning with \"-\", without white space or any of \\(){};:,*",
          path);
      return false;
    }
    if (component[length] == '\0')
      return true;
    component += length + 1;
  }
}

bool role_path_is_within(const char *path, const char *ancestor)
{
  size_t length = strlen(ancestor);
  return strncmp(path, ancestor, length) == 0 && (path[length] == '\0' || path[length] == '/');
}
