/* SPDX-License-Identifier: Apache-2.0 */
#include "base/resource-kinds.h"

#include <string.h>

#include "base/check.h"
#include "base/error.h"

struct ResourceKinds {
  uint32_t n_kinds;
  char *names[RESOURCE_KINDS_MAX];
  GPtrArray *reservations; /* char *: role paths */
};

ResourceKinds *resource_kinds_new(void)
{
  static const char *const fixed[RESOURCE_KINDS_FIXED] = {
      [RESOURCE_CPUS] = "cpus", [RESOURCE_MEM] = "mem", [RESOURCE_DISK] = "disk", [RESOURCE_GPUS] = "gpus"};
  ResourceKinds *kinds = g_new0(ResourceKinds, 1);
  kinds->n_kinds = RESOURCE_KINDS_FIXED;
  for (int kind = 0; kind < RESOURCE_KINDS_FIXED; kind++)
    kinds->names[kind] = g_strdup(fixed[kind]);
  kinds->reservations = g_ptr_array_new_with_free_func(g_free);
  return kinds;
}

void resource_kinds_free(ResourceKinds *kinds)
{
  if (kinds == NULL)
    return;
  for (uint32_t kind = 0; kind < kinds->n_kinds; kind++)
    g_free(kinds->names[kind]);
  g_ptr_array_unref(kinds->reservations);
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

static bool kind_name_is_valid(const char *name)
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
    if (!kind_name_is_valid(name)) {
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

uint32_t resource_kinds_reservation(ResourceKinds *kinds, const char *path)
{
  for (uint32_t i = 0; i < kinds->reservations->len; i++)
    if (strcmp(g_ptr_array_index(kinds->reservations, i), path) == 0)
      return i;
  g_ptr_array_add(kinds->reservations, g_strdup(path));
  return kinds->reservations->len - 1;
}

const char *resource_kinds_reservation_path(const ResourceKinds *kinds, uint32_t reservation)
{
  CHECK(reservation < kinds->reservations->len);
  return g_ptr_array_index(kinds->reservations, reservation);
}

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
