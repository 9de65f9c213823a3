/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/scripted-allocator.h"

#include <glib.h>

#include "base/check.h"
#include "base/resources-text.h"

typedef struct {
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  Resources resources;
  bool good;
} ScriptedGrant;

typedef struct {
  FrameworkId framework;
  AgentId agent;
  Resources resources;
} ScriptedUse;

/* An inverse offer, or a revocation, of the next run. */
typedef struct {
  FrameworkId framework;
  AgentId agent;
  Resources resources;
  bool revoke;
} ScriptedAsk;

struct Allocator {
  AllocatorHost host;
  GArray *free; /* Resources by agent */
  GArray *uses; /* ScriptedUse */
};

static struct {
  ResourceKinds *kinds;
  AllocatorHost host;
  AllocatorSettings settings;
  const char *failure;
  bool fails;
  bool refuses;   /* update_available() */
  GArray *grants; /* ScriptedGrant */
  GArray *asks;   /* ScriptedAsk */
  GString *calls;
  GString *said;
} script;

void script_start(ResourceKinds *kinds)
{
  script.kinds = kinds;
  script.fails = false;
  if (script.grants == NULL) {
    script.grants = g_array_new(FALSE, FALSE, sizeof(ScriptedGrant));
    script.asks = g_array_new(FALSE, FALSE, sizeof(ScriptedAsk));
    script.calls = g_string_new(NULL);
    script.said = g_string_new(NULL);
  }
  script.refuses = false;
  g_array_set_size(script.grants, 0);
  g_array_set_size(script.asks, 0);
  g_string_set_size(script.calls, 0);
}

void script_grant(uint32_t framework, uint32_t role, uint32_t agent, const Resources *resources, bool good)
{
  ScriptedGrant grant = {{framework}, {role}, {agent}, RESOURCES_EMPTY, good};
  resources_copy(&grant.resources, resources);
  g_array_append_val(script.grants, grant);
}

void script_inverse(uint32_t framework, uint32_t agent)
{
  ScriptedAsk ask = {.framework = {framework}, .agent = {agent}};
  g_array_append_val(script.asks, ask);
}

void script_revoke(uint32_t framework, uint32_t agent, const Resources *resources)
{
  ScriptedAsk ask = {{framework}, {agent}, *resources, true};
  g_array_append_val(script.asks, ask);
}

void script_refuse_available(void)
{
  script.refuses = true;
}

const AllocatorHost *script_host(void)
{
  return &script.host;
}

const AllocatorSettings *script_settings(void)
{
  return &script.settings;
}

void script_fail(const char *message)
{
  script.fails = true;
  script.failure = message;
}

const char *script_calls(void)
{
  g_string_assign(script.said, script.calls->str);
  g_string_set_size(script.calls, 0);
  return script.said->str;
}

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void say(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  if (script.calls->len > 0)
    g_string_append_c(script.calls, '\n');
  g_string_append_vprintf(script.calls, format, arguments);
  va_end(arguments);
}

static char *text_of(const Resources *resources)
{
  return script.kinds == NULL ? g_strdup("") : resources_print(script.kinds, resources);
}

static Resources *free_on(const Allocator *allocator, AgentId agent)
{
  CHECK(agent.index < allocator->free->len);
  return &g_array_index(allocator->free, Resources, agent.index);
}

/* --- the table ------------------------------------------------------------------------------------------ */

static Allocator *scripted_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                                  char **error)
{
  (void)now;
  script.settings = *settings;
  script.host = *host;
  if (script.fails) {
    *error = g_strdup(script.failure);
    return NULL;
  }
  Allocator *allocator = g_new0(Allocator, 1);
  allocator->host = *host;
  allocator->free = g_array_new(FALSE, FALSE, sizeof(Resources));
  allocator->uses = g_array_new(FALSE, FALSE, sizeof(ScriptedUse));
  return allocator;
}

static void scripted_destroy(Allocator *allocator)
{
  for (guint i = 0; i < allocator->free->len; i++)
    resources_clear(&g_array_index(allocator->free, Resources, i));
  for (guint i = 0; i < allocator->uses->len; i++)
    resources_clear(&g_array_index(allocator->uses, ScriptedUse, i).resources);
  g_array_unref(allocator->free);
  g_array_unref(allocator->uses);
  g_free(allocator);
}

static void scripted_add_role(Allocator *allocator, RoleId role, RoleId parent, const char *path)
{
  (void)allocator;
  say("add-role %u %d %s", role.index, (int)parent.index, path);
}

static void scripted_update_role(Allocator *allocator, Instant now, RoleId role,
                                 const RoleAttributes *attributes)
{
  (void)allocator;
  (void)now;
  say("update-role %u weight %g priority %d", role.index, attributes->weight, (int)attributes->priority);
}

/* " 1 !2*": ids; ! suppressed, * with wishes. */
static char *roles_text(const AllocatorFramework *info)
{
  GString *roles = g_string_new(NULL);
  for (uint32_t i = 0; i < info->n_roles; i++) {
    const OfferWishes *wishes = info->wishes == NULL ? NULL : &info->wishes[i];
    bool wants = wishes != NULL && (wishes->min_allocatable_set || wishes->constraints.n_groups > 0);
    g_string_append_printf(roles, " %s%u%s", info->suppressed != NULL && info->suppressed[i] ? "!" : "",
                           info->roles[i].index, wants ? "*" : "");
  }
  return g_string_free(roles, FALSE);
}

static void scripted_add_framework(Allocator *allocator, Instant now, FrameworkId framework,
                                   const AllocatorFramework *info, bool active, const AllocatorUse *used,
                                   uint32_t n_used)
{
  (void)allocator;
  (void)now;
  (void)used;
  g_autofree char *roles = roles_text(info);
  say("add-framework F%u %s roles%s capabilities %u%s uses %u", framework.index, info->name, roles,
      info->capabilities, active ? " active" : "", n_used);
}

static void give_back(Allocator *allocator, FrameworkId framework, AgentId agent, const Resources *resources)
{
  for (guint i = 0; i < allocator->uses->len; i++) {
    ScriptedUse *use = &g_array_index(allocator->uses, ScriptedUse, i);
    if (use->framework.index != framework.index || use->agent.index != agent.index)
      continue;
    CHECK(resources_contain(&use->resources, resources));
    resources_subtract(&use->resources, resources);
    resources_give(free_on(allocator, agent), resources);
    return;
  }
}

static void scripted_remove_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  (void)now;
  say("remove-framework F%u", framework.index);
  for (guint i = 0; i < allocator->uses->len; i++) {
    const ScriptedUse *use = &g_array_index(allocator->uses, ScriptedUse, i);
    if (use->framework.index == framework.index)
      CHECK(resources_are_empty(&use->resources));
  }
}

static void scripted_activate_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  (void)allocator;
  (void)now;
  say("activate F%u", framework.index);
}

static void scripted_deactivate_framework(Allocator *allocator, Instant now, FrameworkId framework)
{
  (void)allocator;
  (void)now;
  say("deactivate F%u", framework.index);
}

static void scripted_update_framework(Allocator *allocator, Instant now, FrameworkId framework,
                                      const AllocatorFramework *info)
{
  (void)allocator;
  (void)now;
  g_autofree char *roles = roles_text(info);
  say("update F%u %s roles%s capabilities %u", framework.index, info->name, roles, info->capabilities);
}

static void scripted_add_agent(Allocator *allocator, Instant now, AgentId agent, const AllocatorAgent *info,
                               const Resources *total, const AllocatorUse *used, uint32_t n_used)
{
  (void)now;
  (void)used;
  g_autofree char *text = text_of(total);
  g_autoptr(GString) rest = g_string_new(NULL);
  for (uint32_t i = 0; i < info->n_attributes; i++)
    g_string_append_printf(rest, " %s=%s", info->attribute_names[i],
                           info->attribute_values[i] == NULL ? "(no text)" : info->attribute_values[i]);
  if (info->region != NULL || info->zone != NULL)
    g_string_append_printf(rest, " region %s zone %s", info->region, info->zone);
  if (info->lacks != 0)
    g_string_append_printf(rest, " lacks %u", info->lacks);
  say("add-agent A%u %s %s uses %u%s", agent.index, info->hostname, text, n_used, rest->str);
  CHECK(agent.index == allocator->free->len);
  Resources free;
  resources_copy(&free, total);
  g_array_append_val(allocator->free, free);
}

static void scripted_remove_agent(Allocator *allocator, Instant now, AgentId agent)
{
  (void)now;
  say("remove-agent A%u", agent.index);
  for (guint i = allocator->uses->len; i-- > 0;)
    if (g_array_index(allocator->uses, ScriptedUse, i).agent.index == agent.index) {
      resources_clear(&g_array_index(allocator->uses, ScriptedUse, i).resources);
      g_array_remove_index(allocator->uses, i);
    }
}

static void scripted_activate_agent(Allocator *allocator, Instant now, AgentId agent)
{
  (void)allocator;
  (void)now;
  say("activate A%u", agent.index);
}

static void scripted_deactivate_agent(Allocator *allocator, Instant now, AgentId agent)
{
  (void)allocator;
  (void)now;
  say("deactivate A%u", agent.index);
}

static void scripted_agent_attributes(Allocator *allocator, Instant now, AgentId agent)
{
  (void)allocator;
  (void)now;
  say("attributes A%u", agent.index);
}

static void scripted_update_unavailability(Allocator *allocator, Instant now, AgentId agent,
                                           const Unavailability *unavailability)
{
  (void)allocator;
  (void)now;
  if (unavailability == NULL)
    say("unavailability A%u none", agent.index);
  else
    say("unavailability A%u %d", agent.index, (int)(unavailability->start.ns / NS_PER_MS));
}

static void scripted_update_inverse_offer(Allocator *allocator, Instant now, AgentId agent,
                                          FrameworkId framework, InverseOfferAnswer answer,
                                          OfferFilter filter)
{
  static const char *const answers[] = {"expired", "accepted", "declined"};
  (void)allocator;
  (void)now;
  g_autofree char *refuse =
      filter.set ? g_strdup_printf("%d", (int)(filter.refuse.ns / NS_PER_MS)) : g_strdup("none");
  say("inverse-offer A%u F%u %s %s", agent.index, framework.index, answers[answer], refuse);
}

static bool scripted_update_available(Allocator *allocator, Instant now, AgentId agent, const Resources *from,
                                      const Resources *to)
{
  (void)now;
  g_autofree char *before = text_of(from);
  g_autofree char *after = text_of(to);
  say("available A%u %s to %s", agent.index, before, after);
  if (script.refuses || !resources_contain(free_on(allocator, agent), from))
    return false;
  resources_subtract(free_on(allocator, agent), from);
  resources_add(free_on(allocator, agent), to);
  return true;
}

static void scripted_update_agent(Allocator *allocator, Instant now, AgentId agent, const Resources *total)
{
  (void)allocator;
  (void)now;
  (void)total;
  say("update A%u", agent.index);
}

static void scripted_update_whitelist(Allocator *allocator, Instant now, const char *const *hostnames,
                                      uint32_t n_hostnames)
{
  (void)allocator;
  (void)now;
  g_autoptr(GString) list = g_string_new(hostnames == NULL ? " all" : "");
  for (uint32_t i = 0; hostnames != NULL && i < n_hostnames; i++)
    g_string_append_printf(list, " %s", hostnames[i]);
  say("whitelist%s", list->str);
}

static void scripted_transition(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                                AgentId agent, const Resources *resources)
{
  (void)allocator;
  (void)now;
  g_autofree char *text = text_of(resources);
  say("allocate F%u %u A%u %s", framework.index, role.index, agent.index, text);
}

static void scripted_recover(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                             AgentId agent, const Resources *resources, OfferFilter filter, bool allocated)
{
  (void)now;
  g_autofree char *text = text_of(resources);
  g_autofree char *refuse =
      filter.set ? g_strdup_printf("%d", (int)(filter.refuse.ns / NS_PER_MS)) : g_strdup("none");
  say("recover F%u %u A%u %s %s %s", framework.index, role.index, agent.index, text, refuse,
      allocated ? "allocated" : "offered");
  give_back(allocator, framework, agent, resources);
}

static void scripted_suppress(Allocator *allocator, Instant now, FrameworkId framework, RoleId role)
{
  (void)allocator;
  (void)now;
  say("suppress F%u %d", framework.index, (int)role.index);
}

static void scripted_revive(Allocator *allocator, Instant now, FrameworkId framework, RoleId role)
{
  (void)allocator;
  (void)now;
  say("revive F%u %d", framework.index, (int)role.index);
}

static void scripted_request(Allocator *allocator, Instant now, FrameworkId framework, RoleId role,
                             const Quantities *task, uint32_t count)
{
  (void)allocator;
  (void)now;
  Resources resources = resources_of(task);
  g_autofree char *text = text_of(&resources);
  say("request F%u %u %s times %u", framework.index, role.index, text, count);
}

static void grant_all(Allocator *allocator)
{
  for (guint i = 0; i < script.grants->len; i++) {
    ScriptedGrant grant = g_array_index(script.grants, ScriptedGrant, i);
    if (grant.good) {
      ScriptedUse use = {grant.framework, grant.agent, RESOURCES_EMPTY};
      resources_copy(&use.resources, &grant.resources);
      /* One entry per framework and agent, so that any part of the sum can come back. */
      guint at = 0;
      for (; at < allocator->uses->len; at++) {
        ScriptedUse *known = &g_array_index(allocator->uses, ScriptedUse, at);
        if (known->framework.index == use.framework.index && known->agent.index == use.agent.index) {
          resources_add(&known->resources, &use.resources);
          resources_clear(&use.resources);
          break;
        }
      }
      if (at == allocator->uses->len)
        g_array_append_val(allocator->uses, use);
      resources_take(free_on(allocator, grant.agent), &grant.resources);
    }
    allocator->host.offer(allocator->host.self, grant.framework, grant.role, grant.agent, &grant.resources);
    resources_clear(&grant.resources);
  }
  g_array_set_size(script.grants, 0);
  for (guint i = 0; i < script.asks->len; i++) {
    ScriptedAsk ask = g_array_index(script.asks, ScriptedAsk, i);
    if (ask.revoke)
      allocator->host.revoke(allocator->host.self, ask.framework, ask.agent, &ask.resources);
    else
      allocator->host.inverse_offer(allocator->host.self, ask.framework, ask.agent);
  }
  g_array_set_size(script.asks, 0);
}

static void scripted_run(Allocator *allocator, Instant now)
{
  (void)now;
  say("run");
  grant_all(allocator);
}

static void scripted_tick(Allocator *allocator, Instant now)
{
  (void)now;
  say("tick");
  grant_all(allocator);
}

static void scripted_view_agent(const Allocator *allocator, Instant now, AgentId agent,
                                AllocatorAgentView *view)
{
  (void)now;
  *view = (AllocatorAgentView){.available = *free_on(allocator, agent)};
}

static double scripted_share(const Allocator *allocator, RoleId role, FrameworkId framework)
{
  (void)allocator;
  (void)role;
  (void)framework;
  return 0;
}

static uint64_t scripted_count_filters(const Allocator *allocator, Instant now, RoleId role)
{
  (void)allocator;
  (void)now;
  (void)role;
  return 0;
}

static void scripted_check(const Allocator *allocator, Instant now)
{
  (void)allocator;
  (void)now;
}

const AllocatorInterface scripted_allocator = {
    .abi_version = ALLOCATOR_ABI_VERSION,
    .size = sizeof(AllocatorInterface),
    .name = "scripted",
    .summary = "what a test says",
    .create = scripted_create,
    .destroy = scripted_destroy,
    .add_role = scripted_add_role,
    .update_role = scripted_update_role,
    .add_framework = scripted_add_framework,
    .remove_framework = scripted_remove_framework,
    .activate_framework = scripted_activate_framework,
    .deactivate_framework = scripted_deactivate_framework,
    .update_framework = scripted_update_framework,
    .add_agent = scripted_add_agent,
    .remove_agent = scripted_remove_agent,
    .update_agent = scripted_update_agent,
    .update_agent_attributes = scripted_agent_attributes,
    .activate_agent = scripted_activate_agent,
    .deactivate_agent = scripted_deactivate_agent,
    .update_whitelist = scripted_update_whitelist,
    .update_unavailability = scripted_update_unavailability,
    .update_inverse_offer = scripted_update_inverse_offer,
    .update_available = scripted_update_available,
    .transition_offered_to_allocated = scripted_transition,
    .recover_resources = scripted_recover,
    .suppress_offers = scripted_suppress,
    .revive_offers = scripted_revive,
    .request_resources = scripted_request,
    .run = scripted_run,
    .tick = scripted_tick,
    .view_agent = scripted_view_agent,
    .share = scripted_share,
    .count_filters = scripted_count_filters,
    .check = scripted_check,
};
