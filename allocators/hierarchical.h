/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The hierarchical kernel: Mesos's allocator with the order of roles and frameworks left open.
 *
 * It keeps the books (who holds what on which agent), the filters and the gates, and gives each agent that
 * has something free to the first framework of the first role that may have it. Two sorters say what "first"
 * means. Allocators such as drf and priority are this kernel with sorters filled in.
 *
 * An agent stands in one of four places:
 *
 *              something comes free               visited, nobody may have it
 *     NOWHERE -----------------------> READY --------------------------------> BLOCKED, or WITHHELD where quota or a
 *        ^                             ^  |                                       |     policy has kept something back
 *        '------ visited, given -------|--'                                       |
 *                                      '------------------------------------------'
 *                 its free part grew; one of its filters expired; a framework came, was activated, revived or
 *                 updated; the agent or the whitelist changed; of WITHHELD also: what roles use or may use changed
 *
 * A run visits READY agents only, in random order; a tick whose READY place is empty is not asked for. So a
 * cycle costs what has changed, and a cluster in which every framework refuses every agent costs nothing
 * until a filter expires.
 *
 * Invariants (check()):
 *   1. for each agent: free = total - what is used, kind by kind (negative where more is used than there is);
 *   2. what a role and a framework hold in the sorters is the sum over the agents;
 *   3. a client (framework, role) is tracked in its role iff it is subscribed or holds something there, and
 *      active iff its framework is active and the role is subscribed and not suppressed;
 *   4. a role is in the role sorter iff a client is tracked in it, and active iff one of those is active; it
 *      has a sorter of its own once it has had two clients: a single one needs no order;
 *   5. READY holds exactly the agents that are activated, whitelisted, have something free and are neither
 *      BLOCKED nor WITHHELD.
 *
 * Filters are never timed: one that has expired, or that another of the same client covers, is dropped when its
 * agent is visited. Reviving a role makes all of its filters stale at once, by a number that client and filter share.
 *
 * Not here: the order (core/sorter.h), revocation (revocation.h).
 * Source: apache/mesos src/master/allocator/mesos/hierarchical.cpp.
 */

#include "core/allocator.h"
#include "core/sorter.h"

/**
 * hierarchical_new: a kernel whose roles and frameworks are ordered by these sorters; for AllocatorInterface.create.
 * @role_context: for role_sorter->create(); (nullable); outlives the kernel
 * @framework_context: for framework_sorter->create() of each role; likewise
 */
Allocator *hierarchical_new(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                            const SorterInterface *role_sorter, const void *role_context,
                            const SorterInterface *framework_sorter, const void *framework_context);

/*
 * What a policy may say beside the order. Both are functions of their arguments and of what the policy has been told;
 * they must not call the kernel. @visit: the agent in question, with what it has free.
 */
typedef struct {
  void *self;

  /* (optional) Of the plain quantities that would be offered: how much is. @offer is reduced in place; amounts that grow
   * or become negative are left as they were. What is reserved or revocable is offered as it is; guarantees are not cut.
   * What is held back is looked at again with each tick. */
  void (*portion)(void *self, RoleId role, FrameworkId framework, const SorterVisit *visit,
                  Quantities *offer);

  /* (optional) How well the agent suits the client: larger is better; negative infinity: not at all. Given, it makes
   * clients come first: the first client in the order (begin() without an agent) takes, of all agents that it may have
   * something of, the one with the best score, the first in the run's random order among equals; and again, until
   * nobody may have anything. Cost: O(grants x agents with something free). @score_is_kept: it does not change within a
   * run while the agent stays as it is; then O(clients x agents with something free) where whole agents are granted. */
  double (*score)(void *self, RoleId role, FrameworkId framework, const SorterVisit *visit);
  bool score_is_kept;

  /* All that a run offers goes to the first framework that may have something of the first agent that is visited; what it
   * may not have is free until the next run. */
  bool whole_cluster;

  /* (optional) The kernel and its sorters are gone: the last call. */
  void (*destroyed)(void *self);
} KernelHooks;

/** hierarchical_set_hooks: right behind hierarchical_new(). @hooks is copied. */
void hierarchical_set_hooks(Allocator *kernel, const KernelHooks *hooks);

/* The functions of the table, under the names of its entries. */
#define HIERARCHICAL_DECLARE(function)                                                                       \
  extern __typeof__(*(((AllocatorInterface *)0)->function)) hierarchical_##function

HIERARCHICAL_DECLARE(destroy);
HIERARCHICAL_DECLARE(add_role);
HIERARCHICAL_DECLARE(update_role);
HIERARCHICAL_DECLARE(add_framework);
HIERARCHICAL_DECLARE(remove_framework);
HIERARCHICAL_DECLARE(activate_framework);
HIERARCHICAL_DECLARE(deactivate_framework);
HIERARCHICAL_DECLARE(update_framework);
HIERARCHICAL_DECLARE(add_agent);
HIERARCHICAL_DECLARE(remove_agent);
HIERARCHICAL_DECLARE(update_agent);
HIERARCHICAL_DECLARE(update_agent_attributes);
HIERARCHICAL_DECLARE(activate_agent);
HIERARCHICAL_DECLARE(deactivate_agent);
HIERARCHICAL_DECLARE(update_whitelist);
HIERARCHICAL_DECLARE(transition_offered_to_allocated);
HIERARCHICAL_DECLARE(recover_resources);
HIERARCHICAL_DECLARE(suppress_offers);
HIERARCHICAL_DECLARE(revive_offers);
HIERARCHICAL_DECLARE(request_resources);
HIERARCHICAL_DECLARE(run);
HIERARCHICAL_DECLARE(tick);
HIERARCHICAL_DECLARE(expect);
HIERARCHICAL_DECLARE(view_agent);
HIERARCHICAL_DECLARE(share);
HIERARCHICAL_DECLARE(count_filters);
HIERARCHICAL_DECLARE(update_agent_info);
HIERARCHICAL_DECLARE(update_unavailability);
HIERARCHICAL_DECLARE(update_inverse_offer);
HIERARCHICAL_DECLARE(update_allocation);
HIERARCHICAL_DECLARE(update_available);
HIERARCHICAL_DECLARE(recover);
HIERARCHICAL_DECLARE(quota_use);
HIERARCHICAL_DECLARE(explain);
HIERARCHICAL_DECLARE(check);

#undef HIERARCHICAL_DECLARE

/* The entries of an AllocatorInterface that the kernel fills; the optional ones that it does not need stay
 * NULL. */
#define HIERARCHICAL_FUNCTIONS                                                                               \
  .destroy = hierarchical_destroy, .add_role = hierarchical_add_role,                                        \
  .update_role = hierarchical_update_role, .add_framework = hierarchical_add_framework,                      \
  .remove_framework = hierarchical_remove_framework, .activate_framework = hierarchical_activate_framework,  \
  .deactivate_framework = hierarchical_deactivate_framework,                                                 \
  .update_framework = hierarchical_update_framework, .add_agent = hierarchical_add_agent,                    \
  .remove_agent = hierarchical_remove_agent, .update_agent = hierarchical_update_agent,                      \
  .update_agent_attributes = hierarchical_update_agent_attributes,                                           \
  .activate_agent = hierarchical_activate_agent, .deactivate_agent = hierarchical_deactivate_agent,          \
  .update_whitelist = hierarchical_update_whitelist,                                                         \
  .transition_offered_to_allocated = hierarchical_transition_offered_to_allocated,                           \
  .recover_resources = hierarchical_recover_resources, .suppress_offers = hierarchical_suppress_offers,      \
  .revive_offers = hierarchical_revive_offers, .request_resources = hierarchical_request_resources,          \
  .run = hierarchical_run, .tick = hierarchical_tick, .expect = hierarchical_expect,                         \
  .view_agent = hierarchical_view_agent, .share = hierarchical_share,                                        \
  .count_filters = hierarchical_count_filters, .check = hierarchical_check,                                  \
  .update_agent_info = hierarchical_update_agent_info,                                                       \
  .update_unavailability = hierarchical_update_unavailability,                                               \
  .update_inverse_offer = hierarchical_update_inverse_offer,                                                 \
  .update_allocation = hierarchical_update_allocation, .update_available = hierarchical_update_available,    \
  .recover = hierarchical_recover, .quota_use = hierarchical_quota_use, .explain = hierarchical_explain
