/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/filter-spy.h"

#include <check.h>
#include <glib.h>
#include <string.h>

#include "allocators/drf.h"
#include "allocators/priority.h"
#include "base/check.h"

typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources resources; /* owned */
  Instant end;
  bool blocks_at_end; /* in a tick */
} Refusal;

struct Allocator {
  const AllocatorInterface *inner;
  Allocator *allocator;
  AllocatorHost host; /* the master's */
  Duration interval;
  char *label;
  GArray *refusals; /* Refusal, in order of return */
  Instant now;      /* of the run that is being made */
  bool in_tick;
  Instant last_tick;
};

/* --- refusals ------------------------------------------------------------------------------------------- */

static void refusal_clear(gpointer refusal)
{
  resources_clear(&((Refusal *)refusal)->resources);
}

static void refuse(Allocator *spy, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                   const Resources *resources, OfferFilter filter)
{
  static const Duration when_negative = {5 * INT64_C(1000000000)};
  static const Duration longest = {365 * INT64_C(86400) * 1000000000};
  if (!filter.set || filter.refuse.ns == 0)
    return;
  int64_t length = filter.refuse.ns < 0 ? when_negative.ns : MIN(filter.refuse.ns, longest.ns);
  Refusal refusal = {
      .framework = framework,
      .role = role,
      .agent = agent,
      .end = instant_after(now, (Duration){MAX(length, spy->interval.ns)}),
  };
  resources_copy(&refusal.resources, resources);
  refusal.blocks_at_end = spy->last_tick.ns == refusal.end.ns - spy->interval.ns;
  g_array_append_val(spy->refusals, refusal);
}

/* ROLE_NONE, AGENT_NONE: of all. */
static void forget(Allocator *spy, FrameworkId framework, RoleId role, AgentId agent)
{
  for (uint32_t i = spy->refusals->len; i-- > 0;) {
    const Refusal *refusal = &g_array_index(spy->refusals, Refusal, i);
    if ((framework.index == INDEX_NONE || refusal->framework.index == framework.index) &&
        (role.index == INDEX_NONE || refusal->role.index == role.index) &&
        (agent.index == INDEX_NONE || refusal->agent.index == agent.index))
      g_array_remove_index(spy->refusals, i);
  }
}

static void forget_past(Allocator *spy, Instant now)
{
  for (uint32_t i = spy->refusals->len; i-- > 0;)
    if (g_array_index(spy->refusals, Refusal, i).end.ns < now.ns)
      g_array_remove_index(spy->refusals, i);
}

static void spy_offer(void *self, FrameworkId framework, RoleId role, AgentId agent,
                      const Resources *resources)
{
  Allocator *spy = self;
  for (uint32_t i = 0; i < spy->refusals->len; i++) {
    const Refusal *refusal = &g_array_index(spy->refusals, Refusal, i);
    bool live = spy->now.ns < refusal->end.ns ||
                (spy->now.ns == refusal->end.ns && spy->in_tick && refusal->blocks_at_end);
    if (live && refusal->framework.index == framework.index && refusal->role.index == role.index &&
        refusal->agent.index == agent.index && resources_contain(&refusal->resources, resources))
      ck_abort_msg("%s: at %" G_GINT64_FORMAT " ns agent %u is offered to framework %u inside a filter that "
                   "lasts until %" G_GINT64_FORMAT " ns",
                   spy->label, spy->now.ns, agent.index, framework.index, refusal->end.ns);
  }
  spy->host.offer(spy->host.self, framework, role, agent, resources);
}

static void make_run(Allocator *spy, Instant now, bool tick)
{
  forget_past(spy, now);
  spy->now = now;
  spy->in_tick = tick;
  (tick ? spy->inner->tick : spy->inner->run)(spy->allocator, now);
  if (tick)
    spy->last_tick = now;
}

static void spy_run(Allocator *spy, Instant now)
{
  make_run(spy, now, false);
}

static void spy_tick(Allocator *spy, Instant now)
{
  make_run(spy, now, true);
}

/* --- host ----------------------------------------------------------------------------------------------- */

static void spy_inverse_offer(void *self, FrameworkId framework, AgentId agent)
{
  Allocator *spy = self;
  spy->host.inverse_offer(spy->host.self, framework, agent);
}

static void spy_revoke(void *self, FrameworkId framework, AgentId agent, const Resources *resources)
{
  Allocator *spy = self;
  spy->host.revoke(spy->host.self, framework, agent, resources);
}

static void spy_request_run(void *self)
{
  Allocator *spy = self;
  spy->host.request_run(spy->host.self);
}

static void spy_request_tick(void *self, Instant not_before)
{
  Allocator *spy = self;
  spy->host.request_tick(spy->host.self, not_before);
}

static void spy_host_expect(void *self, AgentId agent)
{
  Allocator *spy = self;
  if (spy->host.expect != NULL)
    spy->host.expect(spy->host.self, agent);
}

static void spy_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  Allocator *spy = self;
  spy->host.random(spy->host.self, run, stage, numbers, n);
}

/* --- life ----------------------------------------------------------------------------------------------- */

static Allocator *create(const AllocatorInterface *inner, const AllocatorSettings *settings,
                         const AllocatorHost *host, Instant now, char **error)
{
  Allocator *spy = g_new0(Allocator, 1);
  AllocatorSettings inner_settings = *settings;
  AllocatorHost inner_host = {
      .size = sizeof(AllocatorHost),
      .self = spy,
      .offer = spy_offer,
      .inverse_offer = spy_inverse_offer,
      .revoke = spy_revoke,
      .request_run = spy_request_run,
      .request_tick = spy_request_tick,
      .expect = spy_host_expect,
      .random = spy_random,
      .helpers = host->helpers,
  };
  inner_settings.option_values = NULL; /* each at its default */
  spy->inner = inner;
  spy->host = *host;
  spy->interval = settings->allocation_interval;
  spy->label = g_strdup(settings->option_values[0]);
  spy->refusals = g_array_new(FALSE, FALSE, sizeof(Refusal));
  g_array_set_clear_func(spy->refusals, refusal_clear);
  spy->last_tick = (Instant){-1};
  spy->allocator = inner->create(&inner_settings, &inner_host, now, error);
  CHECK(spy->allocator != NULL);
  return spy;
}

static Allocator *create_drf(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                             char **error)
{
  return create(&drf_allocator, settings, host, now, error);
}

static Allocator *create_priority(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                                  char **error)
{
  return create(&priority_allocator, settings, host, now, error);
}

static void spy_destroy(Allocator *spy)
{
  spy->inner->destroy(spy->allocator);
  g_array_unref(spy->refusals);
  g_free(spy->label);
  g_free(spy);
}

/* --- calls ---------------------------------------------------------------------------------------------- */

static void spy_add_role(Allocator *spy, RoleId role, RoleId parent, const char *path)
{
  spy->inner->add_role(spy->allocator, role, parent, path);
}

static void spy_update_role(Allocator *spy, Instant now, RoleId role, const RoleAttributes *attributes)
{
  spy->inner->update_role(spy->allocator, now, role, attributes);
}

static void spy_add_framework(Allocator *spy, Instant now, FrameworkId framework,
                              const AllocatorFramework *info, bool active, const AllocatorUse *used,
                              uint32_t n_used)
{
  spy->inner->add_framework(spy->allocator, now, framework, info, active, used, n_used);
}

static void spy_remove_framework(Allocator *spy, Instant now, FrameworkId framework)
{
  forget(spy, framework, ROLE_NONE, AGENT_NONE);
  spy->inner->remove_framework(spy->allocator, now, framework);
}

static void spy_activate_framework(Allocator *spy, Instant now, FrameworkId framework)
{
  spy->inner->activate_framework(spy->allocator, now, framework);
}

static void spy_deactivate_framework(Allocator *spy, Instant now, FrameworkId framework)
{
  forget(spy, framework, ROLE_NONE, AGENT_NONE);
  spy->inner->deactivate_framework(spy->allocator, now, framework);
}

static void spy_update_framework(Allocator *spy, Instant now, FrameworkId framework,
                                 const AllocatorFramework *info)
{
  forget(spy, framework, ROLE_NONE, AGENT_NONE);
  spy->inner->update_framework(spy->allocator, now, framework, info);
}

static void spy_add_agent(Allocator *spy, Instant now, AgentId agent, const AllocatorAgent *info,
                          const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  spy->inner->add_agent(spy->allocator, now, agent, info, total, used, n_used);
}

static void spy_remove_agent(Allocator *spy, Instant now, AgentId agent)
{
  forget(spy, FRAMEWORK_NONE, ROLE_NONE, agent);
  spy->inner->remove_agent(spy->allocator, now, agent);
}

static void spy_update_agent(Allocator *spy, Instant now, AgentId agent, const Resources *total)
{
  spy->inner->update_agent(spy->allocator, now, agent, total);
}

static void spy_update_agent_attributes(Allocator *spy, Instant now, AgentId agent)
{
  forget(spy, FRAMEWORK_NONE, ROLE_NONE, agent);
  spy->inner->update_agent_attributes(spy->allocator, now, agent);
}

static void spy_activate_agent(Allocator *spy, Instant now, AgentId agent)
{
  spy->inner->activate_agent(spy->allocator, now, agent);
}

static void spy_deactivate_agent(Allocator *spy, Instant now, AgentId agent)
{
  spy->inner->deactivate_agent(spy->allocator, now, agent);
}

static void spy_update_whitelist(Allocator *spy, Instant now, const char *const *hostnames,
                                 uint32_t n_hostnames)
{
  spy->inner->update_whitelist(spy->allocator, now, hostnames, n_hostnames);
}

static void spy_update_agent_info(Allocator *spy, Instant now, AgentId agent, const AllocatorAgent *info)
{
  forget(spy, FRAMEWORK_NONE, ROLE_NONE, agent);
  spy->inner->update_agent_info(spy->allocator, now, agent, info);
}

static void spy_update_unavailability(Allocator *spy, Instant now, AgentId agent,
                                      const Unavailability *unavailability)
{
  spy->inner->update_unavailability(spy->allocator, now, agent, unavailability);
}

static void spy_update_inverse_offer(Allocator *spy, Instant now, AgentId agent, FrameworkId framework,
                                     InverseOfferAnswer answer, OfferFilter filter)
{
  spy->inner->update_inverse_offer(spy->allocator, now, agent, framework, answer, filter);
}

static void spy_update_allocation(Allocator *spy, Instant now, FrameworkId framework, RoleId role,
                                  AgentId agent, const Resources *from, const Resources *to)
{
  spy->inner->update_allocation(spy->allocator, now, framework, role, agent, from, to);
}

static bool spy_update_available(Allocator *spy, Instant now, AgentId agent, const Resources *from,
                                 const Resources *to)
{
  return spy->inner->update_available(spy->allocator, now, agent, from, to);
}

static void spy_request_resources(Allocator *spy, Instant now, FrameworkId framework, RoleId role,
                                  const Quantities *task, uint32_t count)
{
  spy->inner->request_resources(spy->allocator, now, framework, role, task, count);
}

static void spy_quota_use(const Allocator *spy, RoleId role, bool allocated_only, Quantities *use)
{
  spy->inner->quota_use(spy->allocator, role, allocated_only, use);
}

static void spy_transition(Allocator *spy, Instant now, FrameworkId framework, RoleId role, AgentId agent,
                           const Resources *resources)
{
  spy->inner->transition_offered_to_allocated(spy->allocator, now, framework, role, agent, resources);
}

static void spy_recover_resources(Allocator *spy, Instant now, FrameworkId framework, RoleId role,
                                  AgentId agent, const Resources *resources, OfferFilter filter,
                                  bool allocated)
{
  refuse(spy, now, framework, role, agent, resources, filter);
  spy->inner->recover_resources(spy->allocator, now, framework, role, agent, resources, filter, allocated);
}

static void spy_suppress_offers(Allocator *spy, Instant now, FrameworkId framework, RoleId role)
{
  spy->inner->suppress_offers(spy->allocator, now, framework, role);
}

static void spy_revive_offers(Allocator *spy, Instant now, FrameworkId framework, RoleId role)
{
  forget(spy, framework, role, AGENT_NONE);
  spy->inner->revive_offers(spy->allocator, now, framework, role);
}

static void spy_expect(const Allocator *spy, AgentId agent, bool near)
{
  if (spy->inner->expect != NULL)
    spy->inner->expect(spy->allocator, agent, near);
}

/* --- to look at ----------------------------------------------------------------------------------------- */

static void spy_view_agent(const Allocator *spy, Instant now, AgentId agent, AllocatorAgentView *view)
{
  spy->inner->view_agent(spy->allocator, now, agent, view);
}

static double spy_share(const Allocator *spy, RoleId role, FrameworkId framework)
{
  return spy->inner->share(spy->allocator, role, framework);
}

static uint64_t spy_count_filters(const Allocator *spy, Instant now, RoleId role)
{
  return spy->inner->count_filters(spy->allocator, now, role);
}

static void spy_check(const Allocator *spy, Instant now)
{
  spy->inner->check(spy->allocator, now);
}

static const AllocatorOption label_option = {"label", "", "names the scenario in messages"};

#define SPY_TABLE(of)                                                                                        \
  {                                                                                                          \
    .abi_version = ALLOCATOR_ABI_VERSION, .size = sizeof(AllocatorInterface), .name = "spy-" #of,            \
    .summary = "watches the filters of " #of, .options = &label_option, .n_options = 1,                      \
    .create = create_##of, .destroy = spy_destroy, .add_role = spy_add_role, .update_role = spy_update_role, \
    .add_framework = spy_add_framework, .remove_framework = spy_remove_framework,                            \
    .activate_framework = spy_activate_framework, .deactivate_framework = spy_deactivate_framework,          \
    .update_framework = spy_update_framework, .add_agent = spy_add_agent, .remove_agent = spy_remove_agent,  \
    .update_agent = spy_update_agent, .update_agent_attributes = spy_update_agent_attributes,                \
    .activate_agent = spy_activate_agent, .deactivate_agent = spy_deactivate_agent,                          \
    .update_whitelist = spy_update_whitelist, .update_agent_info = spy_update_agent_info,                    \
    .update_unavailability = spy_update_unavailability, .update_inverse_offer = spy_update_inverse_offer,    \
    .update_allocation = spy_update_allocation, .update_available = spy_update_available,                    \
    .request_resources = spy_request_resources, .quota_use = spy_quota_use,                                  \
    .transition_offered_to_allocated = spy_transition, .recover_resources = spy_recover_resources,           \
    .suppress_offers = spy_suppress_offers, .revive_offers = spy_revive_offers, .expect = spy_expect,        \
    .run = spy_run, .tick = spy_tick, .view_agent = spy_view_agent, .share = spy_share,                      \
    .count_filters = spy_count_filters, .check = spy_check                                                   \
  }

static const AllocatorInterface spy_drf = SPY_TABLE(drf);
static const AllocatorInterface spy_priority = SPY_TABLE(priority);

const AllocatorInterface *filter_spy(const char *allocator)
{
  const AllocatorInterface *spy = strcmp(allocator, drf_allocator.name) == 0 ? &spy_drf : &spy_priority;
  CHECK(strcmp(allocator, spy == &spy_drf ? drf_allocator.name : priority_allocator.name) == 0);
  return spy;
}
