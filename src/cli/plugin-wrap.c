/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plugin-wrap.h"

#include <glib.h>

#include "allocators/hierarchical.h"

/* An instance, of either kind: what the tables below call Allocator or Policy. */
typedef struct {
  const PluginTables *tables;
  Allocator *allocator; /* the plug-in's own */
  Policy *policy;
} Instance;

static Instance *instance_of(Allocator *allocator)
{
  return (Instance *)(void *)allocator;
}

/* Const functions only look; the page is not theirs. */
static const Instance *instance_of_const(const Allocator *allocator)
{
  return (const Instance *)(const void *)allocator;
}

/* Statement that calls @verb of the plug-in, at @at, with these arguments behind its own instance. */
#define CALL(instance, verb, at, ...)                                                                        \
  do {                                                                                                       \
    guard_enter((instance)->tables->page, #verb, at);                                                        \
    (instance)->tables->allocator.verb((instance)->allocator, __VA_ARGS__);                                  \
    guard_leave((instance)->tables->page);                                                                   \
  } while (0)

/* --- allocators ----------------------------------------------------------------------------------------- */

static Allocator *create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                         char **error)
{
  const PluginTables *tables = settings->context;
  AllocatorSettings own = *settings;
  own.context = tables->allocator.context;
  guard_enter(tables->page, "create", now);
  Allocator *allocator = tables->allocator.create(&own, host, now, error);
  guard_leave(tables->page);
  if (allocator == NULL)
    return NULL;
  Instance *instance = g_new(Instance, 1);
  *instance = (Instance){tables, allocator, NULL};
  return (Allocator *)(void *)instance;
}

static void destroy(Allocator *allocator)
{
  Instance *instance = instance_of(allocator);
  guard_enter(instance->tables->page, "destroy", GUARD_NO_INSTANT);
  instance->tables->allocator.destroy(instance->allocator);
  guard_leave(instance->tables->page);
  g_free(instance);
}

static void add_role(Allocator *allocator, RoleId role, RoleId parent, const char *path)
{
  CALL(instance_of(allocator), add_role, GUARD_NO_INSTANT, role, parent, path);
}

static void update_role(Allocator *allocator, Instant now, RoleId role, const RoleAttributes *attributes)
{
  CALL(instance_of(allocator), update_role, now, now, role, attributes);
}

static void add_framework(Allocator *allocator, Instant now, FrameworkId framework,
                          const AllocatorFramework *info, bool active, const AllocatorUse *used,
                          uint32_t n_used)
{
  CALL(instance_of(allocator), add_framework, now, now, framework, info, active, used, n_used);
}

static void remove_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  CALL(instance_of(allocator), remove_framework, now, now, framework);
}

static void activate_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  CALL(instance_of(allocator), activate_framework, now, now, framework);
}

static void deactivate_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  CALL(instance_of(allocator), deactivate_framework, now, now, framework);
}

static void update_framework(Allocator *allocator, Instant now, FrameworkId framework,
                             const AllocatorFramework *info)
{
  CALL(instance_of(allocator), update_framework, now, now, framework, info);
}

static void add_agent(Allocator *allocator, Instant now, AgentId agent, const AllocatorAgent *info,
                      const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  CALL(instance_of(allocator), add_agent, now, now, agent, info, total, used, n_used);
}

static void remove_agent(Allocator *allocator, Instant now, AgentId agent)
{
  CALL(instance_of(allocator), remove_agent, now, now, agent);
}

static void update_agent(Allocator *allocator, Instant now, AgentId agent, const Resources *total)
{
  CALL(instance_of(allocator), update_agent, now, now, agent, total);
}

static void update_agent_attributes(Allocator *allocator, Instant now, AgentId agent)
{
  CALL(instance_of(allocator), update_agent_attributes, now, now, agent);
}

static void activate_agent(Allocator *allocator, Instant now, AgentId agent)
{
  CALL(instance_of(allocator), activate_agent, now, now, agent);
}

static void deactivate_agent(Allocator *allocator, Instant now, AgentId agent)
{
  CALL(instance_of(allocator), deactivate_agent, now, now, agent);
}

static void update_whitelist(Allocator *allocator, Instant now, const char *const *hostnames, uint32_t n)
{
  CALL(instance_of(allocator), update_whitelist, now, now, hostnames, n);
}

static void update_unavailability(Allocator *allocator, Instant now, AgentId agent,
                                  const Unavailability *unavailability)
{
  CALL(instance_of(allocator), update_unavailability, now, now, agent, unavailability);
}

static void update_inverse_offer(Allocator *allocator, Instant now, AgentId agent, FrameworkId framework,
                                 InverseOfferAnswer answer, OfferFilter filter)
{
  CALL(instance_of(allocator), update_inverse_offer, now, now, agent, framework, answer, filter);
}

static void update_allocation(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                              AgentId agent, const Resources *from, const Resources *to)
{
  CALL(instance_of(allocator), update_allocation, now, now, framework, role, agent, from, to);
}

static bool update_available(Allocator *allocator, Instant now, AgentId agent, const Resources *from,
                             const Resources *to)
{
  Instance *instance = instance_of(allocator);
  guard_enter(instance->tables->page, "update_available", now);
  bool done = instance->tables->allocator.update_available(instance->allocator, now, agent, from, to);
  guard_leave(instance->tables->page);
  return done;
}

static void transition_offered_to_allocated(Allocator *allocator, Instant now, FrameworkId framework,
                                            RoleId role, AgentId agent, const Resources *resources)
{
  CALL(instance_of(allocator), transition_offered_to_allocated, now, now, framework, role, agent, resources);
}

static void recover_resources(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                              AgentId agent, const Resources *resources, OfferFilter filter, bool allocated)
{
  CALL(instance_of(allocator), recover_resources, now, now, framework, role, agent, resources, filter,
       allocated);
}

static void suppress_offers(Allocator *allocator, Instant now, FrameworkId framework, RoleId role)
{
  CALL(instance_of(allocator), suppress_offers, now, now, framework, role);
}

static void revive_offers(Allocator *allocator, Instant now, FrameworkId framework, RoleId role)
{
  CALL(instance_of(allocator), revive_offers, now, now, framework, role);
}

static void request_resources(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                              const Quantities *task, uint32_t count)
{
  CALL(instance_of(allocator), request_resources, now, now, framework, role, task, count);
}

static void recover(Allocator *allocator, Instant now, uint32_t expected_agents)
{
  CALL(instance_of(allocator), recover, now, now, expected_agents);
}

static void run(Allocator *allocator, Instant now)
{
  CALL(instance_of(allocator), run, now, now);
}

static void tick(Allocator *allocator, Instant now)
{
  CALL(instance_of(allocator), tick, now, now);
}

static void expect(const Allocator *allocator, AgentId agent, bool near)
{
  CALL(instance_of_const(allocator), expect, GUARD_NO_INSTANT, agent, near);
}

static void view_agent(const Allocator *allocator, Instant now, AgentId agent, AllocatorAgentView *view)
{
  CALL(instance_of_const(allocator), view_agent, now, now, agent, view);
}

static double share(const Allocator *allocator, RoleId role, FrameworkId framework)
{
  const Instance *instance = instance_of_const(allocator);
  guard_enter(instance->tables->page, "share", GUARD_NO_INSTANT);
  double found = instance->tables->allocator.share(instance->allocator, role, framework);
  guard_leave(instance->tables->page);
  return found;
}

static uint64_t count_filters(const Allocator *allocator, Instant now, RoleId role)
{
  const Instance *instance = instance_of_const(allocator);
  guard_enter(instance->tables->page, "count_filters", now);
  uint64_t found = instance->tables->allocator.count_filters(instance->allocator, now, role);
  guard_leave(instance->tables->page);
  return found;
}

static void check(const Allocator *allocator, Instant now)
{
  CALL(instance_of_const(allocator), check, now, now);
}

static void update_agent_info(Allocator *allocator, Instant now, AgentId agent, const AllocatorAgent *info)
{
  CALL(instance_of(allocator), update_agent_info, now, now, agent, info);
}

static void explain(const Allocator *allocator, Instant now, AgentId agent,
                    void (*client)(void *self, const ExplainedClient *client), void *self)
{
  CALL(instance_of_const(allocator), explain, now, now, agent, client, self);
}

static void quota_use(const Allocator *allocator, RoleId role, bool allocated_only, Quantities *use)
{
  CALL(instance_of_const(allocator), quota_use, GUARD_NO_INSTANT, role, allocated_only, use);
}

/* What the plug-in leaves out is left out here too: its host then does without. */
#define OPTIONAL(verb) .verb = tables->allocator.verb == NULL ? NULL : verb

void plugin_wrap_allocator(const PluginTables *tables, AllocatorInterface *wrapped)
{
  *wrapped = (AllocatorInterface){
      .abi_version = ALLOCATOR_ABI_VERSION,
      .size = sizeof(AllocatorInterface),
      .name = tables->allocator.name,
      .summary = tables->allocator.summary,
      .options = tables->allocator.options,
      .n_options = tables->allocator.n_options,
      .properties = tables->allocator.properties,
      .context = tables,
      .create = create,
      .destroy = destroy,
      .add_role = add_role,
      .update_role = update_role,
      .add_framework = add_framework,
      .remove_framework = remove_framework,
      .activate_framework = activate_framework,
      .deactivate_framework = deactivate_framework,
      .update_framework = update_framework,
      .add_agent = add_agent,
      .remove_agent = remove_agent,
      .update_agent = update_agent,
      .update_agent_attributes = update_agent_attributes,
      .activate_agent = activate_agent,
      .deactivate_agent = deactivate_agent,
      .update_whitelist = update_whitelist,
      .transition_offered_to_allocated = transition_offered_to_allocated,
      .recover_resources = recover_resources,
      .suppress_offers = suppress_offers,
      .revive_offers = revive_offers,
      .run = run,
      .tick = tick,
      .view_agent = view_agent,
      .share = share,
      .count_filters = count_filters,
      .check = check,
      OPTIONAL(update_unavailability),
      OPTIONAL(update_inverse_offer),
      OPTIONAL(update_allocation),
      OPTIONAL(update_available),
      OPTIONAL(request_resources),
      OPTIONAL(recover),
      OPTIONAL(expect),
      OPTIONAL(update_agent_info),
      OPTIONAL(explain),
      OPTIONAL(quota_use),
  };
}

/* --- policies ------------------------------------------------------------------------------------------- */

static Instance *policy_instance(Policy *policy)
{
  return (Instance *)(void *)policy;
}

static Policy *policy_create(const PolicySettings *settings, const PolicyHost *host, char **error)
{
  const PluginTables *tables = settings->context;
  Policy *policy = NULL;
  if (tables->policy.create != NULL) {
    PolicySettings own = *settings;
    own.context = tables->policy.context;
    guard_enter(tables->page, "create", GUARD_NO_INSTANT);
    policy = tables->policy.create(&own, host, error);
    guard_leave(tables->page);
    if (policy == NULL)
      return NULL;
  }
  Instance *instance = g_new(Instance, 1);
  *instance = (Instance){tables, NULL, policy};
  return (Policy *)(void *)instance;
}

static void policy_destroy(Policy *policy)
{
  Instance *instance = policy_instance(policy);
  if (instance->tables->policy.destroy != NULL) {
    guard_enter(instance->tables->page, "destroy", GUARD_NO_INSTANT);
    instance->tables->policy.destroy(instance->policy);
    guard_leave(instance->tables->page);
  }
  g_free(instance);
}

static PolicyKey policy_key(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  const Instance *instance = policy_instance(policy);
  guard_enter(instance->tables->page, "key", GUARD_NO_INSTANT);
  PolicyKey key = instance->tables->policy.key(instance->policy, client, visit);
  guard_leave(instance->tables->page);
  return key;
}

static void policy_combine(Policy *policy, const PolicyClient *children, uint32_t n, const PolicyVisit *visit,
                           PolicyClient *node)
{
  const Instance *instance = policy_instance(policy);
  guard_enter(instance->tables->page, "combine", GUARD_NO_INSTANT);
  instance->tables->policy.combine(instance->policy, children, n, visit, node);
  guard_leave(instance->tables->page);
}

static void policy_portion(Policy *policy, const PolicyClient *client, const PolicyVisit *visit,
                           Quantities *offer)
{
  const Instance *instance = policy_instance(policy);
  guard_enter(instance->tables->page, "portion", GUARD_NO_INSTANT);
  instance->tables->policy.portion(instance->policy, client, visit, offer);
  guard_leave(instance->tables->page);
}

static double policy_score(Policy *policy, const PolicyClient *client, const PolicyVisit *visit)
{
  const Instance *instance = policy_instance(policy);
  guard_enter(instance->tables->page, "score", GUARD_NO_INSTANT);
  double score = instance->tables->policy.score(instance->policy, client, visit);
  guard_leave(instance->tables->page);
  return score;
}

static Allocator *policy_allocator_create(const AllocatorSettings *settings, const AllocatorHost *host,
                                          Instant now, char **error)
{
  const PluginTables *tables = settings->context;
  return policy_allocator_new(&tables->policy_wrapped, settings, host, now, error);
}

void plugin_wrap_policy(PluginTables *tables, AllocatorInterface *wrapped)
{
  tables->policy_wrapped = tables->policy;
  tables->policy_wrapped.context = tables;
  tables->policy_wrapped.create = policy_create;
  tables->policy_wrapped.destroy = policy_destroy;
  tables->policy_wrapped.key = policy_key;
  tables->policy_wrapped.combine = tables->policy.combine == NULL ? NULL : policy_combine;
  tables->policy_wrapped.portion = tables->policy.portion == NULL ? NULL : policy_portion;
  tables->policy_wrapped.score = tables->policy.score == NULL ? NULL : policy_score;
  *wrapped = (AllocatorInterface){
      .abi_version = ALLOCATOR_ABI_VERSION,
      .size = sizeof(AllocatorInterface),
      .name = tables->policy.name,
      .summary = tables->policy.summary,
      .options = tables->policy.options,
      .n_options = tables->policy.n_options,
      .properties = tables->policy.properties,
      .context = tables,
      .create = policy_allocator_create,
      HIERARCHICAL_FUNCTIONS,
  };
}
