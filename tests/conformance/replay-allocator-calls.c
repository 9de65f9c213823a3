/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The calls of allocator files, FORMAT.md 3.4: each reads its words and makes one call of the allocator (one
 * per role where several are named).
 */

#include <string.h>

#include "base/number.h"
#include "base/resource-kinds.h"
#include "tests/conformance/replay-allocator.h"

typedef bool AllocatorCall(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error);

static bool fail(GError **error, const char *expected, const char *word)
{
  g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED, "expected %s, not \"%s\"", expected, word);
  return false;
}

static bool unsupported(GError **error, const char *what, const char *word)
{
  g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_UNSUPPORTED, "unsupported %s: \"%s\"", what, word);
  return false;
}

/* --- words ---------------------------------------------------------------------------------------------- */

static bool read_resources(AllocatorPlayer *player, const char *word, Resources *out, GError **error)
{
  return replay_resources(player->kinds, word, out, error);
}

static PlayerName *framework_at(const AllocatorPlayer *player, FrameworkId framework)
{
  return &g_array_index(player->frameworks, PlayerName, framework.index);
}

static PlayerName *agent_at(const AllocatorPlayer *player, AgentId agent)
{
  return &g_array_index(player->agents, PlayerName, agent.index);
}

static bool live_framework(const AllocatorPlayer *player, const char *name, FrameworkId *framework,
                           GError **error)
{
  *framework = allocator_player_framework(player, name);
  return (framework->index != INDEX_NONE && framework_at(player, *framework)->state == PLAYER_LIVE) ||
         fail(error, "a framework that is there", name);
}

static bool live_agent(const AllocatorPlayer *player, const char *name, AgentId *agent, GError **error)
{
  *agent = allocator_player_agent(player, name);
  return (agent->index != INDEX_NONE && agent_at(player, *agent)->state == PLAYER_LIVE) ||
         fail(error, "an agent that is there", name);
}

/* A resource call: a framework and an agent that may be gone by now, a role, resources. */
typedef struct {
  FrameworkId framework;
  AgentId agent;
  RoleId role;
  Resources resources;
} Where;

static bool read_where(AllocatorPlayer *player, const char *const *words, Where *where, GError **error)
{
  where->framework = allocator_player_framework(player, words[1]);
  where->agent = allocator_player_agent(player, words[2]);
  if (where->framework.index == INDEX_NONE)
    return fail(error, "a framework that was added", words[1]);
  if (where->agent.index == INDEX_NONE)
    return fail(error, "an agent that was added", words[2]);
  where->role = allocator_player_role(player, words[3]);
  return read_resources(player, words[4], &where->resources, error);
}

/* What a framework says of itself: words[2] roles, words[3] suppressed roles, words[4] capabilities. */
typedef struct {
  RoleId *roles;
  bool *suppressed;
  AllocatorFramework info;
} Subscription;

static void subscription_clear(Subscription *subscription)
{
  g_free(subscription->roles);
  g_free(subscription->suppressed);
}

/* "gpu" and "rev" are of the format, the others are for scenarios. */
static bool read_capabilities(const char *word, uint32_t *capabilities, GError **error)
{
  static const struct {
    const char *name;
    FrameworkCapability capability;
  } known[] = {
      {"gpu", FRAMEWORK_GPU_RESOURCES},       {"rev", FRAMEWORK_REVOCABLE_RESOURCES},
      {"shared", FRAMEWORK_SHARED_RESOURCES}, {"refine", FRAMEWORK_RESERVATION_REFINEMENT},
      {"region", FRAMEWORK_REGION_AWARE},
  };
  g_auto(GStrv) names = replay_list(word, error);
  if (names == NULL)
    return false;
  *capabilities = 0;
  for (char **name = names; *name != NULL; name++) {
    size_t i = 0;
    while (i < G_N_ELEMENTS(known) && strcmp(known[i].name, *name) != 0)
      i++;
    if (i == G_N_ELEMENTS(known))
      return unsupported(error, "capability", *name);
    *capabilities |= known[i].capability;
  }
  return true;
}

static bool read_subscription(AllocatorPlayer *player, const char *const *words, Subscription *out,
                              GError **error)
{
  g_auto(GStrv) roles = replay_list(words[2], error);
  g_auto(GStrv) suppressed = roles == NULL ? NULL : replay_list(words[3], error);
  if (suppressed == NULL || !read_capabilities(words[4], &out->info.capabilities, error))
    return false;
  for (char **role = suppressed; *role != NULL; role++)
    if (!g_strv_contains((const char *const *)roles, *role))
      return fail(error, "suppressed roles among the roles", *role);
  guint n_roles = g_strv_length(roles);
  if (n_roles == 0)
    return fail(error, "at least one role", words[2]);
  out->roles = g_new(RoleId, n_roles);
  out->suppressed = g_new(bool, n_roles);
  for (guint i = 0; i < n_roles; i++) {
    out->roles[i] = allocator_player_role(player, roles[i]);
    out->suppressed[i] = g_strv_contains((const char *const *)suppressed, roles[i]);
  }
  out->info.name = words[1];
  out->info.roles = out->roles;
  out->info.suppressed = out->suppressed;
  out->info.n_roles = n_roles;
  return true;
}

static void use_clear(void *use)
{
  resources_clear(&((AllocatorUse *)use)->resources);
}

static GArray *uses_new(void)
{
  GArray *uses = g_array_new(FALSE, FALSE, sizeof(AllocatorUse));
  g_array_set_clear_func(uses, use_clear);
  return uses;
}

/* "used WHO ROLE RESOURCES" at the end of a line; WHO is left to the caller, in the order of @uses. */
static bool read_uses(AllocatorPlayer *player, const char *const *words, uint32_t n, GArray *uses,
                      GError **error)
{
  for (uint32_t i = 0; i < n; i += 4) {
    if (n - i < 4 || strcmp(words[i], "used") != 0)
      return fail(error, "\"used\" and three words", words[i]);
    AllocatorUse use = {.role = allocator_player_role(player, words[i + 2])};
    if (!read_resources(player, words[i + 3], &use.resources, error))
      return false;
    g_array_append_val(uses, use);
  }
  return true;
}

/* --- agents --------------------------------------------------------------------------------------------- */

static bool call_addagent(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  AgentId agent = allocator_player_agent(player, words[1]);
  if (agent.index != INDEX_NONE && agent_at(player, agent)->state == PLAYER_LIVE)
    return fail(error, "a new agent", words[1]);
  g_autoptr(GArray) uses = uses_new();
  Resources total;
  if (!read_uses(player, words + 3, n - 3, uses, error) || !read_resources(player, words[2], &total, error))
    return false;
  agent = allocator_player_add_agent(player, words[1]);
  for (guint i = 0; i < uses->len; i++) {
    AllocatorUse *use = &g_array_index(uses, AllocatorUse, i);
    const char *name = words[3 + 4 * i + 1];
    use->agent = agent;
    use->framework = allocator_player_framework(player, name);
    if (use->framework.index == INDEX_NONE || framework_at(player, use->framework)->state == PLAYER_GONE)
      use->framework = allocator_player_add_framework(player, name, PLAYER_ANNOUNCED);
  }
  AllocatorAgent info = {.hostname = words[1]};
  player->harness.interface->add_agent(player->harness.allocator, player->harness.now, agent, &info, &total,
                                       (const AllocatorUse *)(const void *)uses->data, uses->len);
  resources_clear(&total);
  return true;
}

static bool call_updateagent(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  AgentId agent;
  Resources total;
  if (!live_agent(player, words[1], &agent, error) || !read_resources(player, words[2], &total, error))
    return false;
  player->harness.interface->update_agent(player->harness.allocator, player->harness.now, agent, &total);
  resources_clear(&total);
  return true;
}

static bool call_attributes(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  AgentId agent;
  if (!live_agent(player, words[1], &agent, error))
    return false;
  PlayerName *named = agent_at(player, agent);
  if (g_strcmp0(named->attribute, words[2]) == 0)
    return true;
  g_free(named->attribute);
  named->attribute = g_strdup(words[2]);
  player->harness.interface->update_agent_attributes(player->harness.allocator, player->harness.now, agent);
  return true;
}

static bool call_removeagent(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  AgentId agent;
  if (!live_agent(player, words[1], &agent, error))
    return false;
  agent_at(player, agent)->state = PLAYER_GONE;
  player->harness.interface->remove_agent(player->harness.allocator, player->harness.now, agent);
  return true;
}

static bool call_activateagent(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  AgentId agent;
  if (!live_agent(player, words[1], &agent, error))
    return false;
  player->harness.interface->activate_agent(player->harness.allocator, player->harness.now, agent);
  return true;
}

static bool call_deactivateagent(AllocatorPlayer *player, const char *const *words, uint32_t n,
                                 GError **error)
{
  (void)n;
  AgentId agent;
  if (!live_agent(player, words[1], &agent, error))
    return false;
  player->harness.interface->deactivate_agent(player->harness.allocator, player->harness.now, agent);
  return true;
}

static bool call_whitelist(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  const AllocatorHarness *harness = &player->harness;
  if (strcmp(words[1], "all") == 0) {
    harness->interface->update_whitelist(harness->allocator, harness->now, NULL, 0);
    return true;
  }
  g_auto(GStrv) hosts = replay_list(words[1], error);
  if (hosts == NULL)
    return false;
  harness->interface->update_whitelist(harness->allocator, harness->now, (const char *const *)hosts,
                                       g_strv_length(hosts));
  return true;
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

static bool add_framework(AllocatorPlayer *player, const char *const *words, uint32_t n,
                          const Subscription *subscription, GError **error)
{
  bool active = strcmp(words[5], "active") == 0;
  if (!active && strcmp(words[5], "inactive") != 0)
    return fail(error, "\"active\" or \"inactive\"", words[5]);
  g_autoptr(GArray) uses = uses_new();
  if (!read_uses(player, words + 6, n - 6, uses, error))
    return false;
  for (guint i = 0; i < uses->len; i++)
    if (!live_agent(player, words[6 + 4 * i + 1], &g_array_index(uses, AllocatorUse, i).agent, error))
      return false;

  FrameworkId framework = allocator_player_framework(player, words[1]);
  if (framework.index == INDEX_NONE || framework_at(player, framework)->state == PLAYER_GONE)
    framework = allocator_player_add_framework(player, words[1], PLAYER_ANNOUNCED);
  /* Numbers are given at the first mention, and the allocator takes them in order. */
  for (uint32_t i = 0; i < framework.index; i++)
    if (framework_at(player, (FrameworkId){i})->state == PLAYER_ANNOUNCED)
      return unsupported(error, "arrival before a framework that an agent has named earlier", words[1]);
  framework_at(player, framework)->state = PLAYER_LIVE;
  for (guint i = 0; i < uses->len; i++)
    g_array_index(uses, AllocatorUse, i).framework = framework;
  player->harness.interface->add_framework(player->harness.allocator, player->harness.now, framework,
                                           &subscription->info, active,
                                           (const AllocatorUse *)(const void *)uses->data, uses->len);
  return true;
}

static bool call_addframework(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  FrameworkId framework = allocator_player_framework(player, words[1]);
  if (framework.index != INDEX_NONE && framework_at(player, framework)->state == PLAYER_LIVE)
    return fail(error, "a new framework", words[1]);
  Subscription subscription = {0};
  bool well = read_subscription(player, words, &subscription, error) &&
              add_framework(player, words, n, &subscription, error);
  subscription_clear(&subscription);
  return well;
}

static bool call_updateframework(AllocatorPlayer *player, const char *const *words, uint32_t n,
                                 GError **error)
{
  (void)n;
  FrameworkId framework;
  Subscription subscription = {0};
  bool well = live_framework(player, words[1], &framework, error) &&
              read_subscription(player, words, &subscription, error);
  if (well)
    player->harness.interface->update_framework(player->harness.allocator, player->harness.now, framework,
                                                &subscription.info);
  subscription_clear(&subscription);
  return well;
}

static bool call_removeframework(AllocatorPlayer *player, const char *const *words, uint32_t n,
                                 GError **error)
{
  (void)n;
  FrameworkId framework;
  if (!live_framework(player, words[1], &framework, error))
    return false;
  framework_at(player, framework)->state = PLAYER_GONE;
  player->harness.interface->remove_framework(player->harness.allocator, player->harness.now, framework);
  return true;
}

static bool call_activateframework(AllocatorPlayer *player, const char *const *words, uint32_t n,
                                   GError **error)
{
  (void)n;
  FrameworkId framework;
  if (!live_framework(player, words[1], &framework, error))
    return false;
  player->harness.interface->activate_framework(player->harness.allocator, player->harness.now, framework);
  return true;
}

static bool call_deactivateframework(AllocatorPlayer *player, const char *const *words, uint32_t n,
                                     GError **error)
{
  (void)n;
  FrameworkId framework;
  if (!live_framework(player, words[1], &framework, error))
    return false;
  player->harness.interface->deactivate_framework(player->harness.allocator, player->harness.now, framework);
  return true;
}

/* suppress and revive: the roles of words[2], or all. */
static bool for_roles(AllocatorPlayer *player, const char *const *words,
                      void (*call)(Allocator *allocator, Instant now, FrameworkId framework, RoleId role),
                      GError **error)
{
  FrameworkId framework;
  if (!live_framework(player, words[1], &framework, error))
    return false;
  g_auto(GStrv) roles = replay_list(words[2], error);
  if (roles == NULL)
    return false;
  if (*roles == NULL)
    call(player->harness.allocator, player->harness.now, framework, ROLE_NONE);
  for (char **role = roles; *role != NULL; role++)
    call(player->harness.allocator, player->harness.now, framework, allocator_player_role(player, *role));
  return true;
}

static bool call_suppress(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  return for_roles(player, words, player->harness.interface->suppress_offers, error);
}

static bool call_revive(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  return for_roles(player, words, player->harness.interface->revive_offers, error);
}

/* --- roles ---------------------------------------------------------------------------------------------- */

static bool call_weight(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  double weight;
  if (!number_parse(words[2], &weight, error))
    return false;
  if (!(weight > 0))
    return fail(error, "a weight above zero", words[2]);
  RoleId role = allocator_player_role(player, words[1]);
  RoleAttributes *attributes = &g_array_index(player->attributes, RoleAttributes, role.index);
  attributes->weight = weight;
  player->harness.interface->update_role(player->harness.allocator, player->harness.now, role, attributes);
  return true;
}

/* Amounts of quota: @absent where a kind is not named. */
static bool read_amounts(AllocatorPlayer *player, const char *word, int64_t absent, Quantities *out,
                         GError **error)
{
  Resources resources;
  if (!read_resources(player, word, &resources, error))
    return false;
  if (resources.special != NULL) {
    resources_clear(&resources);
    return fail(error, "plain amounts", word);
  }
  g_auto(GStrv) items = g_strsplit(word, ";", -1);
  *out = resources.plain;
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    bool named = false;
    for (char **item = items; *item != NULL && kind < resource_kinds_count(player->kinds); item++) {
      g_autofree char *prefix = g_strdup_printf("%s:", resource_kinds_name(player->kinds, kind));
      named = named || g_str_has_prefix(*item, prefix);
    }
    if (!named)
      out->amount[kind] = absent;
  }
  return true;
}

static bool call_quota(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  RoleId role = allocator_player_role(player, words[1]);
  RoleAttributes attributes = g_array_index(player->attributes, RoleAttributes, role.index);
  if (!read_amounts(player, words[2], 0, &attributes.guarantee, error) ||
      !read_amounts(player, words[3], -1, &attributes.limit, error))
    return false;
  g_array_index(player->attributes, RoleAttributes, role.index) = attributes;
  player->harness.interface->update_role(player->harness.allocator, player->harness.now, role, &attributes);
  return true;
}

/* --- resources ------------------------------------------------------------------------------------------ */

static bool read_allocated(const char *word, bool *allocated, GError **error)
{
  *allocated = strcmp(word, "allocated") == 0;
  return *allocated || strcmp(word, "offered") == 0 || fail(error, "\"offered\" or \"allocated\"", word);
}

static bool call_recover(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  Where where;
  bool allocated;
  OfferFilter filter = OFFER_FILTER_NONE;
  if (!read_allocated(words[6], &allocated, error))
    return false;
  if (strcmp(words[5], "none") != 0) {
    filter.set = true;
    if (!replay_milliseconds(words[5], &filter.refuse, error))
      return false;
  }
  if (!read_where(player, words, &where, error))
    return false;
  player->harness.interface->recover_resources(player->harness.allocator, player->harness.now,
                                               where.framework, where.role, where.agent, &where.resources,
                                               filter, allocated);
  resources_clear(&where.resources);
  return true;
}

static bool call_allocate(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  Where where;
  if (!read_where(player, words, &where, error))
    return false;
  player->harness.interface->transition_offered_to_allocated(player->harness.allocator, player->harness.now,
                                                             where.framework, where.role, where.agent,
                                                             &where.resources);
  resources_clear(&where.resources);
  return true;
}

/* --- time ----------------------------------------------------------------------------------------------- */

static bool call_tick(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)words;
  (void)n;
  (void)error;
  harness_tick(&player->harness);
  return true;
}

static bool call_ticks(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  int64_t ticks;
  if (!number_parse_integer(words[1], 0, 1000000, &ticks, error))
    return false;
  for (int64_t i = 0; i < ticks; i++)
    harness_tick(&player->harness);
  return true;
}

static bool call_advance(AllocatorPlayer *player, const char *const *words, uint32_t n, GError **error)
{
  (void)n;
  Duration wait;
  if (!replay_milliseconds(words[1], &wait, error))
    return false;
  if (wait.ns >= harness_until_tick(&player->harness).ns)
    return fail(error, "less than what is left to the next periodic run", words[1]);
  harness_advance(&player->harness, wait);
  return true;
}

/* --- all of them ---------------------------------------------------------------------------------------- */

bool allocator_player_call(AllocatorPlayer *player, const char *const *words, uint32_t n,
                           GPtrArray *decisions, GError **error)
{
  static const struct {
    const char *name;
    AllocatorCall *call;
    uint32_t n_words;
    bool more; /* uses may follow */
    bool moves_time;
  } calls[] = {
      {"tick", call_tick, 1, false, true},
      {"ticks", call_ticks, 2, false, true},
      {"advance", call_advance, 2, false, true},
      {"addagent", call_addagent, 3, true, false},
      {"updateagent", call_updateagent, 3, false, false},
      {"attributes", call_attributes, 3, false, false},
      {"removeagent", call_removeagent, 2, false, false},
      {"activateagent", call_activateagent, 2, false, false},
      {"deactivateagent", call_deactivateagent, 2, false, false},
      {"whitelist", call_whitelist, 2, false, false},
      {"addframework", call_addframework, 6, true, false},
      {"updateframework", call_updateframework, 5, false, false},
      {"removeframework", call_removeframework, 2, false, false},
      {"activateframework", call_activateframework, 2, false, false},
      {"deactivateframework", call_deactivateframework, 2, false, false},
      {"suppress", call_suppress, 3, false, false},
      {"revive", call_revive, 3, false, false},
      {"weight", call_weight, 3, false, false},
      {"quota", call_quota, 4, false, false},
      {"recover", call_recover, 7, false, false},
      {"allocate", call_allocate, 5, false, false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
    if (strcmp(calls[i].name, words[0]) != 0)
      continue;
    if (n < calls[i].n_words || (n > calls[i].n_words && !calls[i].more)) {
      g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED, "%s: expected %u words, not %u", words[0],
                  calls[i].n_words, n);
      return false;
    }
    if (!calls[i].moves_time)
      harness_arrive(&player->harness);
    if (!calls[i].call(player, words, n, error))
      return false;
    harness_settle(&player->harness);
    allocator_player_decisions(player, decisions);
    player->harness.interface->check(player->harness.allocator, player->harness.now);
    return true;
  }
  return unsupported(error, "call of an allocator", words[0]);
}
