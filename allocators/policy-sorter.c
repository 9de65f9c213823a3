/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/policy-sorter.h"

#include <math.h>
#include <string.h>

#include "allocators/sorter-tree.h"

typedef struct {
  const PolicySorterContext *context;
  PolicyVisitCopy visit; /* of the order that begin() started */
  GArray *children;      /* PolicyClient: a stack, while inner nodes are combined */
} PolicyOrder;

#define KEYS_ARE_ANEW (POLICY_LOOKS_AT_AGENT | POLICY_DRAWS)

PolicyVisit policy_visit_of(const SorterTotals *totals, const SorterVisit *visit)
{
  bool agent = visit != NULL && visit->agent.index != INDEX_NONE;
  return (PolicyVisit){
      .agent = agent ? visit->agent : AGENT_NONE,
      .agent_total = agent ? visit->total : &totals->total,
      .agent_free = visit != NULL && visit->free != NULL ? visit->free : &totals->total,
      .total = &totals->total,
      .excluded = totals->excluded,
      .number = visit == NULL ? 0 : visit->number,
  };
}

void policy_visit_copy(PolicyVisitCopy *copy, const SorterTotals *totals, const SorterVisit *visit)
{
  copy->visit = policy_visit_of(totals, visit);
  copy->agent_total = *copy->visit.agent_total;
  copy->agent_free = *copy->visit.agent_free;
  copy->visit.agent_total = &copy->agent_total;
  copy->visit.agent_free = &copy->agent_free;
}

/* --- what a policy sees of a node ----------------------------------------------------------------------- */

static void quantities_divide_by(Quantities *quotient, const Quantities *sum, uint64_t n)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    quotient->amount[kind] = sum->amount[kind] == 0 ? 0 : sum->amount[kind] / (int64_t)n;
}

static void task_set(PolicyClient *client, const NodeSums *sums)
{
  client->declared = sums->n_declared > 0;
  client->pending = client->declared ? (uint32_t)MIN(sums->pending, UINT32_MAX - 1) : UINT32_MAX;
  client->task = QUANTITIES_ZERO;
  client->running = 0;
  if (sums->n_weighed > 0)
    quantities_divide_by(&client->task, &sums->waiting, sums->n_weighed);
  else if (sums->n_launched > 0)
    quantities_divide_by(&client->task, &sums->launched, sums->n_launched);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (client->task.amount[kind] > 0)
      client->running =
          MAX(client->running, (double)client->allocation.amount[kind] / (double)client->task.amount[kind]);
}

static bool is_blocked(const Node *node, const PolicyClient *client, const PolicyVisit *visit)
{
  if (node->n_active == 0 || (client->declared && client->pending == 0))
    return true;
  return node->group == NULL && !quantities_contain(visit->agent_free, &client->task);
}

static void node_see(const Sorter *sorter, const Node *node, const PolicyVisit *visit, PolicyClient *client)
{
  const PolicyOrder *order = sorter->own;
  const NodeFacts *facts = node->facts;
  bool combined = node->group != NULL && order->context->interface->combine != NULL;
  client->path = node->path;
  client->number = node->client;
  client->is_role = order->context->roles;
  client->is_inner = node->group != NULL;
  client->weight = node->weight;
  client->priority = facts->attributes.priority;
  client->arrival = facts->arrival;
  client->allocations = node->count;
  client->allocation = combined ? facts->combined : node->allocation;
  client->guarantee = facts->attributes.guarantee;
  client->limit = facts->attributes.limit;
  task_set(client, &facts->sums);
  client->is_blocked = combined ? facts->blocked : is_blocked(node, client, visit);
}

void policy_sorter_client(const Sorter *sorter, uint32_t client, const PolicyVisit *visit, PolicyClient *seen)
{
  node_see(sorter, client_node(sorter, client), visit, seen);
}

/* --- keys ----------------------------------------------------------------------------------------------- */

/* The number that is the larger the smaller @first is: doubles in the order of 64-bit integers. */
static int64_t rank_of(double first)
{
  int64_t bits;
  double number = isnan(first) ? (double)INFINITY : first + 0.0; /* no minus zero */
  memcpy(&bits, &number, sizeof bits);
  return ~(bits >= 0 ? bits : bits ^ INT64_MAX);
}

static void node_key(const Sorter *sorter, const Node *node, SorterKey *key)
{
  const PolicyOrder *order = sorter->own;
  const PolicySorterContext *context = order->context;
  PolicyClient client;
  node_see(sorter, node, &order->visit.visit, &client);
  PolicyKey made = context->interface->key(context->policy, &client, &order->visit.visit);
  key->priority = rank_of(made.first);
  key->share = isnan(made.second) ? (double)INFINITY : made.second;
}

/* Combines the children of @inner, the inner ones among them first. */
static void node_combine(Sorter *sorter, Node *inner)
{
  PolicyOrder *order = sorter->own;
  const PolicySorterContext *context = order->context;
  const PolicyVisit *visit = &order->visit.visit;
  Group *group = inner->group;
  bool is_root = inner->parent == INDEX_NONE;
  for (uint32_t i = 0; i < group->n; i++) {
    Node *child = node_at(sorter, group->children[i]);
    if (child->group != NULL)
      node_combine(sorter, child);
  }
  if (is_root) /* has no siblings to be compared with */
    return;
  bool blocked = true;
  g_array_set_size(order->children, group->n);
  PolicyClient *children = &g_array_index(order->children, PolicyClient, 0);
  for (uint32_t i = 0; i < group->n; i++) {
    node_see(sorter, node_at(sorter, group->children[i]), visit, &children[i]);
    blocked = blocked && children[i].is_blocked;
  }
  PolicyClient node;
  inner->facts->combined = inner->allocation;
  inner->facts->blocked = blocked;
  node_see(sorter, inner, visit, &node);
  context->interface->combine(context->policy, children, group->n, visit, &node);
  inner->facts->combined = node.allocation;
}

static void policy_begin(Sorter *sorter, const SorterVisit *visit)
{
  PolicyOrder *order = sorter->own;
  const PolicyInterface *interface = order->context->interface;
  policy_visit_copy(&order->visit, sorter->totals, visit);
  if ((interface->flags & KEYS_ARE_ANEW) != 0 || interface->combine != NULL)
    sorter->keys_version++;
  if (interface->combine != NULL)
    node_combine(sorter, node_at(sorter, ROOT));
  sorter_tree_begin(sorter, visit);
}

/* --- the table ------------------------------------------------------------------------------------------ */

static Sorter *policy_create(const SorterTotals *totals, const void *context)
{
  PolicyOrder *order = g_new0(PolicyOrder, 1);
  order->context = context;
  order->children = g_array_new(FALSE, FALSE, sizeof(PolicyClient));
  policy_visit_copy(&order->visit, totals, NULL);
  return sorter_tree_new(totals, node_key, order);
}

static void policy_destroy(Sorter *sorter)
{
  PolicyOrder *order = sorter->own;
  sorter_tree_destroy(sorter);
  g_array_unref(order->children);
  g_free(order);
}

const SorterInterface policy_sorter = {
    .name = "policy",
    .summary = "the keys of a policy",
    .create = policy_create,
    .destroy = policy_destroy,
    .add = sorter_tree_add,
    .remove = sorter_tree_remove,
    .activate = sorter_tree_activate,
    .deactivate = sorter_tree_deactivate,
    .update_weight = sorter_tree_update_weight,
    .begin = policy_begin,
    .next = sorter_tree_next,
    .hold = sorter_tree_hold,
    SORTER_TREE_FUNCTIONS,
    .launched = sorter_tree_launched,
    .demand = sorter_tree_demand,
    .update_quota = sorter_tree_update_quota,
};
