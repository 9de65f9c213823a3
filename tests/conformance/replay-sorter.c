/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The player of sorter files: one DRF sorter, FORMAT.md section 2.
 */

#include <string.h>

#include "allocators/drf-sorter.h"
#include "base/check.h"
#include "base/number.h"
#include "base/resource-kinds.h"
#include "core/sorter.h"
#include "tests/conformance/replay-format.h"
#include "tests/conformance/replay-player.h"

typedef struct {
  ResourceKinds *kinds;
  SorterTotals totals;
  Sorter *sorter;
  GHashTable *clients; /* path (of paths) -> number + 1 of the client that bears it now */
  GPtrArray *paths;    /* char *: by number; a path that comes back gets a new number */
  GHashTable *agents;  /* name -> Quantities * */
} SorterPlayer;

static bool fail(GError **error, const char *expected, const char *word)
{
  g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED, "expected %s, not \"%s\"", expected, word);
  return false;
}

static void *player_create(const ReplaySettings *settings)
{
  /* Neither seed nor time matters to a sorter. */
  SorterPlayer *player = g_new0(SorterPlayer, 1);
  player->kinds = resource_kinds_new();
  player->sorter = drf_sorter.create(&player->totals, drf_sorter_context(settings->compatible));
  player->clients = g_hash_table_new(g_str_hash, g_str_equal);
  player->paths = g_ptr_array_new_with_free_func(g_free);
  player->agents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return player;
}

static void player_destroy(void *self)
{
  SorterPlayer *player = self;
  drf_sorter.destroy(player->sorter);
  g_hash_table_unref(player->clients);
  g_ptr_array_unref(player->paths);
  g_hash_table_unref(player->agents);
  resource_kinds_free(player->kinds);
  g_free(player);
}

/* --- words ---------------------------------------------------------------------------------------------- */

static bool find_client(const SorterPlayer *player, const char *path, uint32_t *client, GError **error)
{
  uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(player->clients, path));
  *client = found - 1;
  return found != 0 || fail(error, "a client that was added", path);
}

static bool read_amounts(SorterPlayer *player, const char *word, Quantities *out, GError **error)
{
  Resources resources;
  if (!replay_resources(player->kinds, word, &resources, error))
    return false;
  *out = resources_total(&resources);
  resources_clear(&resources);
  return true;
}

/* --- calls ---------------------------------------------------------------------------------------------- */

typedef bool SorterCall(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error);

static bool call_exclude(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)decisions;
  g_auto(GStrv) names = replay_list(words[1], error);
  if (names == NULL)
    return false;
  for (char **name = names; *name != NULL; name++) {
    uint32_t kind;
    if (!resource_kinds_find(player->kinds, *name, &kind))
      return fail(error, "a kind of resource", *name);
    player->totals.excluded |= UINT32_C(1) << kind;
  }
  player->totals.version++;
  return true;
}

static bool call_addagent(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                          GError **error)
{
  (void)decisions;
  Quantities amounts;
  if (g_hash_table_contains(player->agents, words[1]))
    return fail(error, "a new agent", words[1]);
  if (!read_amounts(player, words[2], &amounts, error))
    return false;
  g_hash_table_insert(player->agents, g_strdup(words[1]), g_memdup2(&amounts, sizeof amounts));
  sorter_totals_add(&player->totals, &amounts);
  return true;
}

static bool call_removeagent(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                             GError **error)
{
  (void)decisions;
  const Quantities *amounts = g_hash_table_lookup(player->agents, words[1]);
  if (amounts == NULL)
    return fail(error, "an agent that was added", words[1]);
  sorter_totals_subtract(&player->totals, amounts);
  g_hash_table_remove(player->agents, words[1]);
  return true;
}

static bool call_add(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)decisions;
  if (g_hash_table_contains(player->clients, words[1]))
    return fail(error, "a new client", words[1]);
  char *path = g_strdup(words[1]);
  uint32_t client = player->paths->len;
  g_ptr_array_add(player->paths, path);
  g_hash_table_insert(player->clients, path, GUINT_TO_POINTER(client + 1));
  drf_sorter.add(player->sorter, client, path);
  return true;
}

static bool call_remove(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)decisions;
  uint32_t client;
  if (!find_client(player, words[1], &client, error))
    return false;
  drf_sorter.remove(player->sorter, client);
  g_hash_table_remove(player->clients, words[1]);
  return true;
}

static bool call_activate(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                          GError **error)
{
  (void)decisions;
  uint32_t client;
  if (!find_client(player, words[1], &client, error))
    return false;
  drf_sorter.activate(player->sorter, client);
  return true;
}

static bool call_deactivate(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                            GError **error)
{
  (void)decisions;
  uint32_t client;
  if (!find_client(player, words[1], &client, error))
    return false;
  drf_sorter.deactivate(player->sorter, client);
  return true;
}

static bool call_weight(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)decisions;
  double weight;
  if (!number_parse(words[2], &weight, error))
    return false;
  if (!(weight > 0))
    return fail(error, "a weight above zero", words[2]);
  drf_sorter.update_weight(player->sorter, words[1], weight);
  return true;
}

static bool call_allocated(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                           GError **error)
{
  (void)decisions;
  uint32_t client;
  Quantities amounts;
  if (!find_client(player, words[1], &client, error) || !read_amounts(player, words[3], &amounts, error))
    return false;
  drf_sorter.allocated(player->sorter, client, &amounts);
  return true;
}

static bool call_unallocated(SorterPlayer *player, const char *const *words, GPtrArray *decisions,
                             GError **error)
{
  (void)decisions;
  uint32_t client;
  Quantities amounts;
  if (!find_client(player, words[1], &client, error) || !read_amounts(player, words[3], &amounts, error))
    return false;
  /* Nothing shrinks below zero. The sorter's callers never ask for it, and no recorded sequence does. */
  if (!quantities_contain(drf_sorter.allocation(player->sorter, client), &amounts))
    return fail(error, "at most what is allocated", words[3]);
  drf_sorter.unallocated(player->sorter, client, &amounts);
  return true;
}

static bool call_update(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)decisions;
  uint32_t client;
  Quantities from;
  Quantities to;
  if (!find_client(player, words[1], &client, error) || !read_amounts(player, words[3], &from, error) ||
      !read_amounts(player, words[4], &to, error))
    return false;
  if (!quantities_contain(drf_sorter.allocation(player->sorter, client), &from))
    return fail(error, "at most what is allocated", words[3]);
  drf_sorter.update(player->sorter, client, &from, &to);
  return true;
}

static bool call_sort(SorterPlayer *player, const char *const *words, GPtrArray *decisions, GError **error)
{
  (void)words;
  (void)error;
  GString *order = g_string_new(NULL);
  uint32_t n = 0;
  uint32_t client;
  drf_sorter.begin(player->sorter, NULL);
  while (drf_sorter.next(player->sorter, &client)) {
    CHECK(client < player->paths->len);
    g_string_append_printf(order, "%s%s", n++ == 0 ? "" : " ", (char *)player->paths->pdata[client]);
  }
  CHECK(n == drf_sorter.count_active(player->sorter));
  g_ptr_array_add(decisions, g_string_free(order, FALSE));
  return true;
}

static bool player_call(void *self, const char *const *words, uint32_t n, GPtrArray *decisions,
                        GError **error)
{
  static const struct {
    const char *name;
    uint32_t n_words;
    SorterCall *call;
  } calls[] = {
      {"exclude", 2, call_exclude},         {"addagent", 3, call_addagent},
      {"removeagent", 2, call_removeagent}, {"add", 2, call_add},
      {"remove", 2, call_remove},           {"activate", 2, call_activate},
      {"deactivate", 2, call_deactivate},   {"weight", 3, call_weight},
      {"allocated", 4, call_allocated},     {"unallocated", 4, call_unallocated},
      {"update", 5, call_update},           {"sort", 1, call_sort},
  };
  SorterPlayer *player = self;
  for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
    if (strcmp(calls[i].name, words[0]) == 0) {
      if (calls[i].n_words != n) {
        g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_MALFORMED, "%s: expected %u words, not %u", words[0],
                    calls[i].n_words, n);
        return false;
      }
      if (!calls[i].call(player, words, decisions, error))
        return false;
      drf_sorter.check(player->sorter);
      return true;
    }
  g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_UNSUPPORTED, "unsupported call of a sorter: \"%s\"",
              words[0]);
  return false;
}

const ReplayPlayer replay_sorter_player = {
    .name = "sorter",
    .create = player_create,
    .destroy = player_destroy,
    .call = player_call,
};
