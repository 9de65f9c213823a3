/* SPDX-License-Identifier: Apache-2.0 */
#include "core/master-quota.h"

#include <string.h>

#include "base/resources-text.h"
#include "core/master-operator.h"

/* More than this of anything is a slip of the pen: an exbibyte of memory or disk, a million millions of the rest. */
#define MEBIBYTES_MAX (INT64_C(1024) * 1024 * 1024 * 1024 * QUANTITY_UNIT)
#define AMOUNT_MAX    (INT64_C(1000) * 1000 * 1000 * 1000 * QUANTITY_UNIT)

/* --- what is in use ------------------------------------------------------------------------------------- */

static bool has_quota(const RoleAttributes *attributes)
{
  bool limited = false;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    limited = limited || attributes->limit.amount[kind] >= 0;
  return limited || !quantities_are_zero(&attributes->guarantee);
}

void master_quotas(const Master *master, MasterQuota quota, void *self)
{
  g_autofree QuotaUse *use = NULL;
  for (uint32_t i = 0; i < roles_count(master->roles); i++) {
    const RoleAttributes *attributes = &master->role_attributes.items[i];
    if (!has_quota(attributes))
      continue;
    if (use == NULL)
      use = master_quota_use(master);
    quota(self, roles_path(master->roles, (RoleId){i}), attributes, &use[i].consumed, &use[i].offered);
  }
}

/* The role that a reservation is charged to: its own, or the nearest ancestor that is known. */
static RoleId reservation_role(const Master *master, uint32_t reservation)
{
  g_autofree char *path = g_strdup(resource_kinds_reservation_path(master->settings.kinds, reservation));
  for (;;) {
    RoleId role = roles_find(master->roles, path);
    char *slash = strrchr(path, '/');
    if (role.index != ROLE_NONE.index || slash == NULL)
      return role;
    *slash = '\0';
  }
}

static void charge_reservations(const Master *master, const Resources *total, Quantities *consumed)
{
  for (uint32_t i = 0; total->special != NULL && i < total->special->n_slices; i++) {
    const ResourceSlice *slice = &total->special->slices[i];
    if (slice->reservation == RESERVATION_NONE || slice->revocable)
      continue;
    RoleId role = reservation_role(master, slice->reservation);
    if (role.index != ROLE_NONE.index)
      quantities_add(&consumed[role.index], &slice->quantities);
  }
}

QuotaUse *master_quota_use(const Master *master)
{
  uint32_t n = roles_count(master->roles);
  QuotaUse *use = g_new0(QuotaUse, MAX(n, 1));
  g_autofree Quantities *reserved = g_new0(Quantities, MAX(n, 1));
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const MasterAgent *agent = master_agent(master, (AgentId){i});
    if (!agent->present)
      continue;
    charge_reservations(master, &master->agent_rest.items[i].total, reserved);
    for (uint32_t slot = master_agent_first_task(agent); slot != INDEX_NONE;
         slot = master_agent_next_task(master, agent, slot)) {
      const MasterTask *task = pool_at(&master->tasks, slot);
      Quantities charge = resources_unreserved(&task->resources);
      if (!task->freed)
        quantities_add(&use[task->role.index].consumed, &charge);
    }
    const MasterExecutor *executor = NULL;
    while ((executor = master_executor_next(master, (AgentId){i}, executor)) != NULL) {
      Quantities charge = resources_unreserved(&executor->resources);
      quantities_add(&use[executor->role.index].consumed, &charge);
    }
    for (uint32_t slot = agent->offers; slot != INDEX_NONE;) {
      const MasterOffer *offer = pool_at(&master->offers, slot);
      Quantities charge = resources_unreserved(&offer->resources);
      quantities_add(&use[offer->role.index].offered, &charge);
      slot = offer->next;
    }
  }
  /* Children have larger ids than their parents. */
  for (uint32_t i = n; i-- > 0;) {
    quantities_add(&use[i].consumed, &reserved[i]);
    RoleId parent = roles_parent(master->roles, (RoleId){i});
    if (parent.index == ROLE_NONE.index)
      continue;
    quantities_add(&use[parent.index].consumed, &use[i].consumed);
    quantities_add(&use[parent.index].offered, &use[i].offered);
  }
  return use;
}

/* --- checks --------------------------------------------------------------------------------------------- */

/* All quotas as they will be: known roles first, by id, then those that the update names first. */
typedef struct {
  const char *path;
  Quantities guarantee;
  Quantities limit;
  Quantities children; /* guaranteed to them together */
} QuotaNode;

static QuotaNode *quota_node(const GArray *nodes, GHashTable *by_path, const char *path)
{
  gpointer index;
  if (!g_hash_table_lookup_extended(by_path, path, NULL, &index))
    return NULL;
  return &g_array_index(nodes, QuotaNode, GPOINTER_TO_UINT(index));
}

static GArray *quota_nodes(const Master *master, const QuotaUpdate *updates, uint32_t n, GHashTable *by_path)
{
  GArray *nodes = g_array_new(FALSE, FALSE, sizeof(QuotaNode));
  for (uint32_t i = 0; i < roles_count(master->roles); i++) {
    const RoleAttributes *attributes = &master->role_attributes.items[i];
    QuotaNode node = {roles_path(master->roles, (RoleId){i}), attributes->guarantee, attributes->limit,
                      QUANTITIES_ZERO};
    g_hash_table_insert(by_path, g_strdup(node.path), GUINT_TO_POINTER(nodes->len));
    g_array_append_val(nodes, node);
  }
  for (uint32_t i = 0; i < n; i++) {
    QuotaNode node = {updates[i].role, updates[i].guarantee, updates[i].limit, QUANTITIES_ZERO};
    QuotaNode *known = quota_node(nodes, by_path, node.path);
    if (known != NULL) {
      *known = node;
      continue;
    }
    g_hash_table_insert(by_path, g_strdup(node.path), GUINT_TO_POINTER(nodes->len));
    g_array_append_val(nodes, node);
  }
  return nodes;
}

static bool limit_contains(const Quantities *limit, const Quantities *quantities)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (limit->amount[kind] >= 0 && quantities->amount[kind] > limit->amount[kind])
      return false;
  return true;
}

/* Guarantees of children are within their parent's; a limit is within those above it. */
static OperatorResult tree_check(const Master *master, const GArray *nodes, GHashTable *by_path,
                                 Quantities *total, GError **error)
{
  *total = QUANTITIES_ZERO;
  for (guint i = 0; i < nodes->len; i++) {
    const QuotaNode *node = &g_array_index(nodes, QuotaNode, i);
    g_autofree char *above = g_strdup(node->path);
    char *slash = strrchr(above, '/');
    if (slash == NULL) {
      quantities_add(total, &node->guarantee);
      continue;
    }
    *slash = '\0';
    QuotaNode *parent = quota_node(nodes, by_path, above);
    if (parent != NULL)
      quantities_add(&parent->children, &node->guarantee);
    else if (!quantities_are_zero(&node->guarantee))
      return master_operator_refuse(
          error, OPERATOR_INVALID,
          "role %s: has a guarantee, and role %s above it has none; expected one that "
          "contains its children's",
          node->path, above);
    for (; slash != NULL; slash = strrchr(above, '/')) {
      *slash = '\0';
      parent = quota_node(nodes, by_path, above);
      if (parent != NULL && !limit_contains(&parent->limit, &node->limit))
        return master_operator_refuse(
            error, OPERATOR_INVALID,
            "role %s: its limit is above that of role %s; expected it to be within it", node->path, above);
    }
  }
  for (guint i = 0; i < nodes->len; i++) {
    const QuotaNode *node = &g_array_index(nodes, QuotaNode, i);
    if (quantities_contain(&node->guarantee, &node->children))
      continue;
    g_autofree char *own = quantities_print(master->settings.kinds, &node->guarantee);
    g_autofree char *children = quantities_print(master->settings.kinds, &node->children);
    return master_operator_refuse(
        error, OPERATOR_INVALID,
        "role %s: is guaranteed \"%s\", its children \"%s\" together; expected theirs to "
        "be within its own",
        node->path, own, children);
  }
  return OPERATOR_DONE;
}

/* What can be said of one update alone. */
static OperatorResult update_check(const Master *master, const QuotaUpdate *update, GError **error)
{
  if (master->settings.mesos_compatible && strchr(update->role, '/') != NULL)
    return master_operator_refuse(
        error, OPERATOR_INVALID,
        "role %s: quotas of nested roles are not supported; expected one without \"/\"", update->role);
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t guarantee = update->guarantee.amount[kind];
    int64_t limit = update->limit.amount[kind];
    int64_t most = kind == RESOURCE_MEM || kind == RESOURCE_DISK ? MEBIBYTES_MAX : AMOUNT_MAX;
    const char *name = kind < resource_kinds_count(master->settings.kinds)
                           ? resource_kinds_name(master->settings.kinds, kind)
                           : "?";
    if (guarantee < 0 || limit < -1)
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "role %s: a negative amount of %s; expected 0 or more", update->role,
                                    name);
    if (guarantee > most || limit > most)
      return master_operator_refuse(error, OPERATOR_INVALID,
                                    "role %s: an absurd amount of %s; expected at most %" G_GINT64_FORMAT,
                                    update->role, name, most / QUANTITY_UNIT);
    if (limit >= 0 && guarantee > limit)
      return master_operator_refuse(
          error, OPERATOR_INVALID,
          "role %s: the guarantee of %s is above the limit; expected it to be within it", update->role, name);
  }
  return OPERATOR_DONE;
}

static OperatorResult use_check(const Master *master, const QuotaUpdate *update, const QuotaUse *use,
                                GError **error)
{
  RoleId role = roles_find(master->roles, update->role);
  if (role.index == ROLE_NONE.index || limit_contains(&update->limit, &use[role.index].consumed))
    return OPERATOR_DONE;
  g_autofree char *used = quantities_print(master->settings.kinds, &use[role.index].consumed);
  return master_operator_refuse(
      error, OPERATOR_INVALID,
      "role %s: uses \"%s\" already, more than the limit; expected a limit that contains "
      "it, or force",
      update->role, used);
}

static Quantities cluster_total(const Master *master)
{
  Quantities sum = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < master->agents.n; i++) {
    const Resources *total = &master->agent_rest.items[i].total;
    if (!master_agent(master, (AgentId){i})->present)
      continue;
    quantities_add(&sum, &total->plain);
    for (uint32_t j = 0; total->special != NULL && j < total->special->n_slices; j++)
      if (!total->special->slices[j].revocable)
        quantities_add(&sum, &total->special->slices[j].quantities);
  }
  return sum;
}

/* In the order of Mesos: each update, then limits and use, then the tree, then the cluster. */
static OperatorResult quota_check(const Master *master, const QuotaUpdate *updates, uint32_t n, bool force,
                                  GError **error)
{
  if (n == 0)
    return master_operator_refuse(error, OPERATOR_INVALID, "no quotas: expected at least one role");
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  OperatorResult result = OPERATOR_DONE;
  for (uint32_t i = 0; result == OPERATOR_DONE && i < n; i++) {
    result = master_operator_check_role(updates[i].role, seen, error);
    if (result == OPERATOR_DONE)
      result = update_check(master, &updates[i], error);
  }
  g_autofree QuotaUse *use = result == OPERATOR_DONE && !force ? master_quota_use(master) : NULL;
  for (uint32_t i = 0; use != NULL && result == OPERATOR_DONE && i < n; i++)
    result = use_check(master, &updates[i], use, error);
  if (result != OPERATOR_DONE)
    return result;

  g_autoptr(GHashTable) by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GArray) nodes = quota_nodes(master, updates, n, by_path);
  Quantities guaranteed;
  result = tree_check(master, nodes, by_path, &guaranteed, error);
  Quantities total = cluster_total(master);
  if (result != OPERATOR_DONE || force || quantities_contain(&total, &guaranteed))
    return result;
  g_autofree char *wanted = quantities_print(master->settings.kinds, &guaranteed);
  g_autofree char *there = quantities_print(master->settings.kinds, &total);
  return master_operator_refuse(
      error, OPERATOR_INVALID,
      "guarantees are \"%s\" together, the cluster has \"%s\"; expected them to be within "
      "it, or force",
      wanted, there);
}

/* --- rescinds ------------------------------------------------------------------------------------------- */

static bool role_is_within(const Master *master, RoleId role, RoleId ancestor)
{
  while (role.index != ROLE_NONE.index && role.index != ancestor.index)
    role = roles_parent(master->roles, role);
  return role.index == ancestor.index;
}

typedef struct {
  FrameworkId framework;
  RoleId role;
  uint32_t slot;
} QuotaOffer;

/* What the updates of one call have in common; offers that were taken back for one are gone for the next. */
typedef struct {
  Master *master;
  Instant now;
  QuotaUse *use;    /* by RoleId; without those offers */
  GArray *offers;   /* QuotaOffer: with them; by agent, those of one agent the newest first */
  GArray *rescinds; /* MasterRescind */
} QuotaRescinds;

static int compare_offers(const void *a, const void *b)
{
  const QuotaOffer *first = a;
  const QuotaOffer *second = b;
  return first->framework.index < second->framework.index ? -1
                                                          : first->framework.index > second->framework.index;
}

static GArray *all_offers(const Master *master)
{
  GArray *offers = g_array_new(FALSE, FALSE, sizeof(QuotaOffer));
  for (uint32_t i = 0; offers->len < master->offers.n_taken && i < master->agents.n; i++)
    for (uint32_t slot = master_agent(master, (AgentId){i})->offers; slot != INDEX_NONE;) {
      const MasterOffer *offer = pool_at(&master->offers, slot);
      QuotaOffer entry = {offer->framework, offer->role, slot};
      g_array_append_val(offers, entry);
      slot = offer->next;
    }
  return offers;
}

/* Offers to the role and below it (@within), or to others, in the order of all. */
static GArray *offers_of(const QuotaRescinds *quota, RoleId role, bool within)
{
  GArray *offers = g_array_new(FALSE, FALSE, sizeof(QuotaOffer));
  for (guint i = 0; i < quota->offers->len; i++) {
    QuotaOffer offer = g_array_index(quota->offers, QuotaOffer, i);
    if (pool_is_taken(&quota->master->offers, offer.slot) &&
        role_is_within(quota->master, offer.role, role) == within)
      g_array_append_val(offers, offer);
  }
  return offers;
}

static void offer_take_back(const QuotaRescinds *quota, const QuotaOffer *offer, const Quantities *charge)
{
  const Roles *roles = quota->master->roles;
  for (RoleId role = offer->role; role.index != ROLE_NONE.index; role = roles_parent(roles, role))
    quantities_subtract(&quota->use[role.index].offered, charge);
  master_offer_take_back(quota->master, quota->now, offer->slot, OFFER_FILTER_NONE, quota->rescinds);
}

/* Takes offers back that hold something unreserved, until @sum suits the quota: it shrinks by them where they were the
 * role's own (@within), and grows where they were others'. */
static void offers_take_back(const QuotaRescinds *quota, const QuotaUpdate *update, const GArray *offers,
                             bool within, Quantities *sum)
{
  for (guint i = 0; i < offers->len; i++) {
    bool suits = within ? limit_contains(&update->limit, sum) : quantities_contain(sum, &update->guarantee);
    if (suits)
      return;
    const QuotaOffer *entry = &g_array_index(offers, QuotaOffer, i);
    const MasterOffer *offer = pool_at(&quota->master->offers, entry->slot);
    Quantities charge = resources_unreserved(&offer->resources);
    if (quantities_are_zero(&charge))
      continue;
    if (within)
      quantities_subtract(sum, &charge);
    else
      quantities_add(sum, &charge);
    offer_take_back(quota, entry, &charge);
  }
}

static void quota_rescind(const QuotaRescinds *quota, const QuotaUpdate *update)
{
  RoleId role = roles_find(quota->master->roles, update->role);
  Quantities sum = quota->use[role.index].consumed;
  quantities_add(&sum, &quota->use[role.index].offered);
  g_autoptr(GArray) own = offers_of(quota, role, true);
  g_array_sort(own, compare_offers); /* stable: by framework, then as above */
  offers_take_back(quota, update, own, true, &sum);
  g_autoptr(GArray) others = offers_of(quota, role, false);
  offers_take_back(quota, update, others, false, &sum);
}

/* What stands in the way of the quotas, which are set already. */
static void quotas_rescind(Master *master, Instant now, const QuotaUpdate *updates, uint32_t n)
{
  g_autofree QuotaUse *use = master_quota_use(master);
  g_autoptr(GArray) offers = all_offers(master);
  g_autoptr(GArray) rescinds = master_rescinds_new();
  const QuotaRescinds quota = {master, now, use, offers, rescinds};
  for (uint32_t i = 0; i < n; i++)
    quota_rescind(&quota, &updates[i]);
  master_rescinds_send(master, rescinds);
}

/* --- the call ------------------------------------------------------------------------------------------- */

/* "role guarantee cpus:1 limit cpus:2", without what there is not. */
static void quota_print(const Master *master, const QuotaUpdate *update, GString *text)
{
  g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", update->role == NULL ? "" : update->role);
  if (!quantities_are_zero(&update->guarantee)) {
    g_autofree char *guarantee = quantities_print(master->settings.kinds, &update->guarantee);
    g_string_append_printf(text, " guarantee %s", guarantee);
  }
  const char *separator = " limit ";
  for (uint32_t kind = 0; kind < resource_kinds_count(master->settings.kinds); kind++) {
    if (update->limit.amount[kind] < 0)
      continue;
    g_string_append_printf(text, "%s%s:", separator, resource_kinds_name(master->settings.kinds, kind));
    quantity_print(text, update->limit.amount[kind]);
    separator = ";";
  }
}

OperatorResult master_update_quota(Master *master, Instant now, const QuotaUpdate *updates, uint32_t n,
                                   bool force, GError **error)
{
  OperatorResult result = quota_check(master, updates, n, force, error);
  g_autoptr(GString) subject = g_string_new(NULL);
  for (uint32_t i = 0; i < n; i++)
    quota_print(master, &updates[i], subject);
  for (uint32_t i = 0; result == OPERATOR_DONE && i < n; i++) {
    RoleId role = master_role(master, updates[i].role);
    RoleAttributes attributes = master->role_attributes.items[role.index];
    attributes.guarantee = updates[i].guarantee;
    attributes.limit = updates[i].limit;
    master_role_set(master, now, role, &attributes);
  }
  if (result == OPERATOR_DONE)
    quotas_rescind(master, now, updates, n);
  return master_operator_end(master, now, OPERATOR_UPDATE_QUOTA, subject->str, result);
}
