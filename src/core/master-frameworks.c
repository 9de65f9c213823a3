/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-internal.h"

#include <string.h>

#include "base/check.h"

/* What frameworks say of themselves. All of it is checked before anything is done. */

#define PATTERN_BYTES_MAX 256 /* Mesos, too, bounds what a pattern may cost */

/* --- checks --------------------------------------------------------------------------------------------- */

G_DEFINE_QUARK(master - error - quark, master_error)

#define WISH_ERROR(error, ...) (g_set_error(error, MASTER_ERROR, MASTER_ERROR_FRAMEWORK, __VA_ARGS__), false)

static bool pattern_check(const char *role, const char *pattern, GError **error)
{
  if (strlen(pattern) > PATTERN_BYTES_MAX)
    return WISH_ERROR(error, "role %s: pattern \"%.40s...\": expected at most %d bytes", role, pattern,
                      PATTERN_BYTES_MAX);
  /* As it is, and as it is asked for; "a)(" is only the one, "(?x)a#" only the other. */
  g_autoptr(GError) fault = NULL;
  g_autofree char *whole = g_strdup_printf("\\A(?:%s)\\z", pattern);
  g_autoptr(GRegex) alone = g_regex_new(pattern, 0, 0, &fault);
  g_autoptr(GRegex) asked = alone == NULL ? NULL : g_regex_new(whole, 0, 0, &fault);
  if (asked == NULL)
    return WISH_ERROR(error, "role %s: pattern \"%s\": %s", role, pattern, fault->message);
  return true;
}

static bool constraint_check(const char *role, const AttributeConstraint *constraint, GError **error)
{
  bool named = constraint->selector == CONSTRAINT_ATTRIBUTE;
  bool exists = constraint->predicate == CONSTRAINT_EXISTS || constraint->predicate == CONSTRAINT_NOT_EXISTS;
  if (constraint->selector > CONSTRAINT_ZONE || constraint->predicate > CONSTRAINT_NOT_MATCHES)
    return WISH_ERROR(error, "role %s: a constraint with an unknown selector or predicate", role);
  if (named != (constraint->attribute != NULL) || (named && constraint->attribute[0] == '\0'))
    return WISH_ERROR(error, "role %s: a constraint names an attribute, if and only if that is its selector",
                      role);
  if (exists != (constraint->text == NULL))
    return WISH_ERROR(error, "role %s: a constraint has a text, unless it asks for existence alone", role);
  if (!exists && !g_utf8_validate(constraint->text, -1, NULL))
    return WISH_ERROR(error, "role %s: the text of a constraint is not UTF-8", role);
  if (constraint->predicate == CONSTRAINT_MATCHES || constraint->predicate == CONSTRAINT_NOT_MATCHES)
    return pattern_check(role, constraint->text, error);
  return true;
}

static bool wishes_check(const char *role, const OfferWishes *wishes, GError **error)
{
  for (uint32_t i = 0; i < wishes->n_min_allocatable; i++)
    if (!quantities_are_valid(&wishes->min_allocatable[i]))
      return WISH_ERROR(error, "role %s: a minimum of resources is negative", role);
  if (!wishes->min_allocatable_set && wishes->n_min_allocatable > 0)
    return WISH_ERROR(error, "role %s: a minimum of resources that is not set", role);
  for (uint32_t i = 0; i < wishes->constraints.n_groups; i++) {
    const ConstraintGroup *group = &wishes->constraints.groups[i];
    if (group->n_constraints == 0)
      return WISH_ERROR(error, "role %s: group %u of constraints is empty; expected at least one", role,
                        i + 1);
    for (uint32_t j = 0; j < group->n_constraints; j++)
      if (!constraint_check(role, &group->constraints[j], error))
        return false;
  }
  return true;
}

static bool info_check(const FrameworkInfo *info, GError **error)
{
  if (info->name == NULL || info->name[0] == '\0')
    return WISH_ERROR(error, "a framework without a name");
  if (info->n_roles == 0)
    return WISH_ERROR(error, "framework %s: expected at least one role", info->name);
  for (uint32_t i = 0; i < info->n_roles; i++) {
    if (info->roles[i] == NULL)
      return WISH_ERROR(error, "framework %s: a role without a name", info->name);
    if (!role_path_check(info->roles[i], error))
      return false;
    for (uint32_t before = 0; before < i; before++)
      if (strcmp(info->roles[before], info->roles[i]) == 0)
        return WISH_ERROR(error, "framework %s: role %s is named twice; expected once", info->name,
                          info->roles[i]);
    if (info->wishes != NULL && !wishes_check(info->roles[i], &info->wishes[i], error))
      return false;
  }
  return true;
}

/* --- subscriptions -------------------------------------------------------------------------------------- */

static void framework_set(Master *master, MasterFramework *framework, const FrameworkInfo *info)
{
  framework->capabilities = info->capabilities;
  framework->n_roles = info->n_roles;
  framework->roles = g_renew(RoleId, framework->roles, info->n_roles);
  framework->suppressed = g_renew(bool, framework->suppressed, info->n_roles);
  for (uint32_t i = 0; i < info->n_roles; i++) {
    framework->roles[i] = master_role(master, info->roles[i]);
    framework->suppressed[i] = info->suppressed != NULL && info->suppressed[i];
  }
}

static AllocatorFramework allocator_framework(const MasterFramework *framework, const FrameworkInfo *info)
{
  return (AllocatorFramework){
      .name = framework->name,
      .roles = framework->roles,
      .suppressed = framework->suppressed,
      .n_roles = framework->n_roles,
      .capabilities = framework->capabilities,
      .wishes = info->wishes,
  };
}

FrameworkId master_subscribe(Master *master, Instant now, const FrameworkInfo *info, GError **error)
{
  if (!info_check(info, error))
    return FRAMEWORK_NONE;
  MasterFramework framework = {
      .present = true,
      .batch_first = INDEX_NONE,
      .name = g_strdup(info->name),
      .limit = master_limit_of(master, info->principal),
  };
  framework_set(master, &framework, info);
  FrameworkId id = {master->frameworks->len};
  g_array_append_val(master->frameworks, framework);
  master_count_call(master, id, FRAMEWORK_CALL_SUBSCRIBE);

  AllocatorFramework allocator_info = allocator_framework(&framework, info);
  master->allocator_interface->add_framework(allocator_at(master, now), now, id, &allocator_info, true, NULL,
                                             0);
  if (master->observer.framework_added != NULL)
    master->observer.framework_added(master->observer.self, now, id, info->name, info->roles, info->n_roles);
  master_requests_pass_on(master, now);
  return id;
}

/* Ends the offers in roles that @id has left. */
static void left_roles_take_back(Master *master, Instant now, FrameworkId id, GArray *rescinds)
{
  for (uint32_t i = 0; master_framework(master, id)->n_offers > 0 && i < master->agents.n; i++) {
    uint32_t next;
    for (uint32_t slot = master_agent(master, (AgentId){i})->offers; slot != INDEX_NONE; slot = next) {
      const MasterOffer *offer = pool_at(&master->offers, slot);
      next = offer->next;
      if (offer->framework.index == id.index && !master_framework_has_role(master, id, offer->role))
        master_offer_take_back(master, now, slot, OFFER_FILTER_NONE, rescinds);
    }
  }
}

bool master_update_framework(Master *master, Instant now, FrameworkId id, const FrameworkInfo *info,
                             GError **error)
{
  if (!master_framework_is_present(master, id))
    return WISH_ERROR(error, "there is no framework %u", id.index);
  master_count_call(master, id, FRAMEWORK_CALL_UPDATE_FRAMEWORK);
  if (!info_check(info, error))
    return false;
  MasterFramework *framework = master_framework(master, id);
  if (strcmp(framework->name, info->name) != 0)
    return WISH_ERROR(error, "framework %s: cannot be renamed to %s", framework->name, info->name);
  framework_set(master, framework, info);
  AllocatorFramework allocator_info = allocator_framework(framework, info);
  master->allocator_interface->update_framework(allocator_at(master, now), now, id, &allocator_info);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  left_roles_take_back(master, now, id, rescinds);
  if (master->observer.framework_updated != NULL)
    master->observer.framework_updated(master->observer.self, now, id, info->roles, info->n_roles);
  master_rescinds_send(master, rescinds);
  master_requests_pass_on(master, now);
  return true;
}

/* --- teardown ------------------------------------------------------------------------------------------- */

/* Ends what @framework has on one agent. Returns: whether something of it was alive there. */
static bool agent_clear_framework(Master *master, Instant now, AgentId id, FrameworkId framework)
{
  const MasterAgent *agent = master_agent(master, id);
  bool alive = false;
  uint32_t next;
  for (uint32_t slot = agent->offers; slot != INDEX_NONE; slot = next) {
    const MasterOffer *offer = pool_at(&master->offers, slot);
    next = offer->next;
    if (offer->framework.index == framework.index)
      master_offer_give_back(master, now, slot, OFFER_DISCARDED, OFFER_FILTER_NONE);
  }
  for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE; slot = next) {
    const MasterTask *task = pool_at(&master->tasks, slot);
    next = master_agent_next_task(master, agent, slot);
    if (task->framework.index != framework.index)
      continue;
    alive = alive || !task->freed;
    master_task_end(master, now, slot, TASK_KILLED, REASON_FRAMEWORK_REMOVED);
    master_task_forget(master, slot);
  }
  return master_executors_end(master, now, id, framework) || alive;
}

void master_teardown(Master *master, Instant now, FrameworkId id)
{
  if (!master_framework_is_present(master, id))
    return;
  MasterFramework *framework = master_framework(master, id);
  framework->present = false;
  framework->inactive = true;
  master_count_call(master, id, FRAMEWORK_CALL_TEARDOWN);
  g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(AgentId));
  /* No list of a framework's offers and tasks is kept: this is rare, and a launch would pay for it each time.
   */
  bool holds = framework->n_offers > 0 || framework->n_tasks > 0 || framework->n_executors > 0;
  for (guint i = 0; holds && i < master->agents.n; i++) {
    AgentId agent = {i};
    if (master_agent(master, agent)->present && agent_clear_framework(master, now, agent, id))
      g_array_append_val(told, agent);
  }
  master_framework_inverse_offers_end(master, now, id, INVERSE_OFFER_ENDED_DISCARDED, NULL);
  master->allocator_interface->remove_framework(allocator_at(master, now), now, id);
  if (master->observer.framework_removed != NULL)
    master->observer.framework_removed(master->observer.self, now, id);
  for (guint i = 0; i < told->len; i++)
    master->ports.send_shutdown_framework(master->ports.self, g_array_index(told, AgentId, i), id);
  for (uint32_t i = 0; holds && i < master->agents.n; i++)
    master_agent_drain_advance(master, now, (AgentId){i});
  master_requests_pass_on(master, now);
}

/* --- suppression and demand ----------------------------------------------------------------------------- */

/* The framework's role at @path, or ROLE_NONE. */
static RoleId framework_role(const Master *master, FrameworkId id, const char *path)
{
  RoleId role = path == NULL ? ROLE_NONE : roles_find(master->roles, path);
  return role.index != ROLE_NONE.index && master_framework_has_role(master, id, role) ? role : ROLE_NONE;
}

static bool framework_has_roles(const Master *master, FrameworkId id, const char *const *paths, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    if (framework_role(master, id, paths[i]).index == ROLE_NONE.index)
      return false;
  return true;
}

static void framework_suppress(Master *master, FrameworkId id, RoleId role, bool suppressed)
{
  MasterFramework *framework = master_framework(master, id);
  for (uint32_t i = 0; i < framework->n_roles; i++)
    if (role.index == ROLE_NONE.index || framework->roles[i].index == role.index)
      framework->suppressed[i] = suppressed;
}

/* Suppresses or revives; no roles: all. */
static bool offers_change(Master *master, Instant now, FrameworkId id, const char *const *paths, uint32_t n,
                          bool suppress)
{
  if (!master_framework_is_present(master, id))
    return false;
  master_count_call(master, id, suppress ? FRAMEWORK_CALL_SUPPRESS : FRAMEWORK_CALL_REVIVE);
  if (!framework_has_roles(master, id, paths, n))
    return false;
  for (uint32_t i = 0; i < MAX(n, 1); i++) {
    RoleId role = n == 0 ? ROLE_NONE : framework_role(master, id, paths[i]);
    framework_suppress(master, id, role, suppress);
    (suppress ? master->allocator_interface->suppress_offers
              : master->allocator_interface->revive_offers)(allocator_at(master, now), now, id, role);
  }
  master_requests_pass_on(master, now);
  return true;
}

bool master_suppress(Master *master, Instant now, FrameworkId framework, const char *const *roles,
                     uint32_t n_roles)
{
  return offers_change(master, now, framework, roles, n_roles, true);
}

bool master_revive(Master *master, Instant now, FrameworkId framework, const char *const *roles,
                   uint32_t n_roles)
{
  return offers_change(master, now, framework, roles, n_roles, false);
}

bool master_request(Master *master, Instant now, FrameworkId id, const char *path, const Quantities *task,
                    uint32_t count)
{
  if (!master_framework_is_present(master, id))
    return false;
  master_count_call(master, id, FRAMEWORK_CALL_REQUEST);
  RoleId role = framework_role(master, id, path);
  if (role.index == ROLE_NONE.index || !quantities_are_bounded(task))
    return false;
  if (master->allocator_interface->request_resources != NULL)
    master->allocator_interface->request_resources(allocator_at(master, now), now, id, role, task, count);
  master_requests_pass_on(master, now);
  return true;
}
