/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/conformance/replay-allocator.h"

#include <string.h>

#include "base/check.h"
#include "base/resource-kinds.h"

/* --- life ----------------------------------------------------------------------------------------------- */

static void name_clear(void *name)
{
  g_free(((PlayerName *)name)->name);
  g_free(((PlayerName *)name)->attribute);
}

static GArray *names_new(void)
{
  GArray *names = g_array_new(FALSE, FALSE, sizeof(PlayerName));
  g_array_set_clear_func(names, name_clear);
  return names;
}

AllocatorPlayer *allocator_player_new(const ReplaySettings *settings,
                                      void (*changes)(AllocatorSettings *settings))
{
  AllocatorPlayer *player = g_new0(AllocatorPlayer, 1);
  player->kinds = resource_kinds_new();
  player->roles = roles_new();
  player->attributes = g_array_new(FALSE, FALSE, sizeof(RoleAttributes));
  player->frameworks = names_new();
  player->agents = names_new();
  player->framework_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  player->agent_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

  AllocatorSettings in_force = {
      .allocation_interval = {NS_PER_S},
      .min_allocatable = harness_mesos_minimum(),
      .n_min_allocatable = 2,
      .kinds = player->kinds,
      .filter_gpu_resources = true,
      .mesos_compatible = settings->compatible,
  };
  if (changes != NULL)
    changes(&in_force);
  harness_init(&player->harness, &drf_allocator, &in_force, settings->seed, settings->lazy_ticks);
  return player;
}

void allocator_player_free(AllocatorPlayer *player)
{
  harness_clear(&player->harness);
  g_hash_table_unref(player->agent_names);
  g_hash_table_unref(player->framework_names);
  g_array_unref(player->agents);
  g_array_unref(player->frameworks);
  g_array_unref(player->attributes);
  roles_free(player->roles);
  resource_kinds_free(player->kinds);
  g_free(player);
}

/* --- names ---------------------------------------------------------------------------------------------- */

RoleId allocator_player_role(AllocatorPlayer *player, const char *path)
{
  RoleId role = roles_add(player->roles, path);
  while (player->attributes->len < roles_count(player->roles)) {
    RoleId added = {player->attributes->len};
    RoleAttributes attributes = ROLE_ATTRIBUTES_DEFAULT;
    g_array_append_val(player->attributes, attributes);
    player->harness.interface->add_role(player->harness.allocator, added, roles_parent(player->roles, added),
                                        roles_path(player->roles, added));
  }
  return role;
}

static uint32_t name_find(GHashTable *names, const char *name)
{
  uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(names, name));
  return found == 0 ? INDEX_NONE : found - 1;
}

static uint32_t name_add(GArray *by_number, GHashTable *names, const char *name, PlayerState state)
{
  PlayerName added = {g_strdup(name), state, NULL};
  g_array_append_val(by_number, added);
  g_hash_table_replace(names, g_strdup(name), GUINT_TO_POINTER(by_number->len));
  return by_number->len - 1;
}

FrameworkId allocator_player_framework(const AllocatorPlayer *player, const char *name)
{
  return (FrameworkId){name_find(player->framework_names, name)};
}

AgentId allocator_player_agent(const AllocatorPlayer *player, const char *name)
{
  return (AgentId){name_find(player->agent_names, name)};
}

FrameworkId allocator_player_add_framework(AllocatorPlayer *player, const char *name, PlayerState state)
{
  return (FrameworkId){name_add(player->frameworks, player->framework_names, name, state)};
}

AgentId allocator_player_add_agent(AllocatorPlayer *player, const char *name)
{
  return (AgentId){name_add(player->agents, player->agent_names, name, PLAYER_LIVE)};
}

/* --- decisions ------------------------------------------------------------------------------------------ */

static const char *name_at(const GArray *by_number, uint32_t number)
{
  CHECK(number < by_number->len);
  return g_array_index(by_number, PlayerName, number).name;
}

/* Runs in order of time, the offers of one by framework, role and agent. */
static int offer_compare(const void *left, const void *right, void *data)
{
  const AllocatorPlayer *player = data;
  const HarnessOffer *a = left;
  const HarnessOffer *b = right;
  if (a->at.ns != b->at.ns)
    return a->at.ns < b->at.ns ? -1 : 1;
  int order = strcmp(name_at(player->frameworks, a->framework.index),
                     name_at(player->frameworks, b->framework.index));
  if (order == 0)
    order = strcmp(roles_path(player->roles, a->role), roles_path(player->roles, b->role));
  if (order == 0)
    order = strcmp(name_at(player->agents, a->agent.index), name_at(player->agents, b->agent.index));
  return order;
}

void allocator_player_decisions(AllocatorPlayer *player, GPtrArray *decisions)
{
  GArray *offers = player->harness.offers;
  g_array_sort_with_data(offers, offer_compare, player);
  for (guint i = 0; i < offers->len;) {
    const HarnessOffer *first = &g_array_index(offers, HarnessOffer, i);
    Resources sum = RESOURCES_EMPTY;
    for (; i < offers->len; i++) {
      const HarnessOffer *offer = &g_array_index(offers, HarnessOffer, i);
      if (offer_compare(first, offer, player) != 0)
        break;
      resources_add(&sum, &offer->resources);
    }
    g_autofree char *resources = replay_resources_text(player->kinds, &sum);
    resources_clear(&sum);
    g_ptr_array_add(decisions, g_strdup_printf("%" G_GINT64_FORMAT " %s %s %s %s", first->at.ns / NS_PER_MS,
                                               name_at(player->frameworks, first->framework.index),
                                               roles_path(player->roles, first->role),
                                               name_at(player->agents, first->agent.index), resources));
  }
  harness_forget_offers(&player->harness);
}

/* --- as a player ---------------------------------------------------------------------------------------- */

static void *player_create(const ReplaySettings *settings)
{
  return allocator_player_new(settings, NULL);
}

static void player_destroy(void *self)
{
  allocator_player_free(self);
}

static bool player_call(void *self, const char *const *words, uint32_t n, GPtrArray *decisions,
                        GError **error)
{
  return allocator_player_call(self, words, n, decisions, error);
}

const ReplayPlayer replay_allocator_player = {
    .name = "allocator",
    .create = player_create,
    .destroy = player_destroy,
    .call = player_call,
};
