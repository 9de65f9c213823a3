/* SPDX-License-Identifier: Apache-2.0 */
#include "core/roles.h"

#include <string.h>

#include "base/check.h"

typedef struct {
  char *path;
  RoleId parent;
} Role;

struct Roles {
  GArray *roles;       /* Role */
  GHashTable *by_path; /* path (of the Role) -> id + 1; looked up only, never walked */
};

static void role_clear(void *role)
{
  g_free(((Role *)role)->path);
}

Roles *roles_new(void)
{
  Roles *roles = g_new0(Roles, 1);
  roles->roles = g_array_new(FALSE, FALSE, sizeof(Role));
  g_array_set_clear_func(roles->roles, role_clear);
  roles->by_path = g_hash_table_new(g_str_hash, g_str_equal);
  return roles;
}

void roles_free(Roles *roles)
{
  if (roles == NULL)
    return;
  g_hash_table_unref(roles->by_path);
  g_array_unref(roles->roles);
  g_free(roles);
}

RoleId roles_find(const Roles *roles, const char *path)
{
  uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(roles->by_path, path));
  return found == 0 ? ROLE_NONE : (RoleId){found - 1};
}

RoleId roles_add(Roles *roles, const char *path)
{
  RoleId known = roles_find(roles, path);
  if (known.index != INDEX_NONE)
    return known;

  RoleId parent = ROLE_NONE;
  const char *slash = strrchr(path, '/');
  if (slash != NULL) {
    g_autofree char *above = g_strndup(path, (size_t)(slash - path));
    parent = roles_add(roles, above);
  }
  Role role = {g_strdup(path), parent};
  g_array_append_val(roles->roles, role);
  g_hash_table_insert(roles->by_path, role.path, GUINT_TO_POINTER(roles->roles->len));
  return (RoleId){roles->roles->len - 1};
}

uint32_t roles_count(const Roles *roles)
{
  return roles->roles->len;
}

const char *roles_path(const Roles *roles, RoleId role)
{
  CHECK(role.index < roles->roles->len);
  return g_array_index(roles->roles, Role, role.index).path;
}

RoleId roles_parent(const Roles *roles, RoleId role)
{
  CHECK(role.index < roles->roles->len);
  return g_array_index(roles->roles, Role, role.index).parent;
}
