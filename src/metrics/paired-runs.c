/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/paired-runs.h"

#include <string.h>

#include "metrics/results-private.h"
#include "workload/key-file.h"

/* --- sides -------------------------------------------------------------------------------------------------- */

static void run_clear(void *data)
{
  g_free(((PairedRun *)data)->digest);
}

static void side_free(void *data)
{
  PairedSide *side = data;
  g_free(side->allocator);
  g_free(side->allocator_sha256);
  g_free(side->point);
  g_free(side->program);
  g_free(side->workload);
  g_free(side->file);
  g_array_unref(side->runs);
  g_free(side);
}

static char *text_at(sqlite3_stmt *query, int column)
{
  return g_strdup((const char *)sqlite3_column_text(query, column));
}

static bool is_of(const PairedSide *a, const PairedSide *b)
{
  return strcmp(a->point, b->point) == 0 && strcmp(a->program, b->program) == 0 &&
         strcmp(a->allocator_sha256, b->allocator_sha256) == 0 &&
         /* A plug-in is what is in its file, whatever it is called. */
         (*a->allocator_sha256 != '\0' || strcmp(a->allocator, b->allocator) == 0);
}

/* @side: (transfer full): one like it is returned where there is one. */
static PairedSide *side_enter(PairedSides *sides, PairedSide *side)
{
  for (guint i = 0; i < sides->sides->len; i++)
    if (is_of(g_ptr_array_index(sides->sides, i), side)) {
      side_free(side);
      return g_ptr_array_index(sides->sides, i);
    }
  g_ptr_array_add(sides->sides, side);
  return side;
}

static bool has_run(const PairedSide *side, uint64_t seed, uint32_t replication)
{
  for (guint i = 0; i < side->runs->len; i++) {
    const PairedRun *run = &g_array_index(side->runs, PairedRun, i);
    if (run->seed == seed && run->replication == replication)
      return true;
  }
  return false;
}

static char *short_name(const char *path)
{
  char *name = g_path_get_basename(path);
  if (g_str_has_suffix(name, ".db"))
    name[strlen(name) - strlen(".db")] = '\0';
  return name;
}

static void add_run(PairedSides *sides, sqlite3_stmt *query, sqlite3 *db, const char *path)
{
  PairedSide *side = g_new0(PairedSide, 1);
  *side = (PairedSide){
      .allocator = text_at(query, 0),
      .allocator_sha256 = text_at(query, 1),
      .point = text_at(query, 2),
      .program = text_at(query, 3),
      .workload = text_at(query, 4),
      .file = short_name(path),
      .recorded = sqlite3_column_int(query, 5) != 0,
      .confidence = sqlite3_column_double(query, 6),
      .steady = sqlite3_column_int(query, 13) != 0,
      .runs = g_array_new(FALSE, FALSE, sizeof(PairedRun)),
  };
  g_array_set_clear_func(side->runs, run_clear);
  side = side_enter(sides, side);
  PairedRun run = {
      .db = db,
      .path = path,
      .run_id = (uint32_t)sqlite3_column_int64(query, 7),
      .seed = (uint64_t)sqlite3_column_int64(query, 8),
      .replication = (uint32_t)sqlite3_column_int64(query, 9),
      .counted_from_ns = sqlite3_column_int64(query, 10),
      .end_ns = sqlite3_column_int64(query, 11),
  };
  if (has_run(side, run.seed, run.replication))
    return; /* once more, with rows for tasks, say */
  run.digest = text_at(query, 12);
  run.stalled = sqlite3_column_int(query, 14) != 0;
  g_array_append_val(side->runs, run);
}

static bool add_file(PairedSides *sides, const char *path, GError **error)
{
  ResultsReader *reader = results_reader_open(path, error);
  if (reader == NULL)
    return false;
  g_ptr_array_add(sides->readers, reader);
  char *kept = g_strdup(path);
  g_ptr_array_add(sides->paths, kept);
  sqlite3 *db = results_reader_database(reader);
  sqlite3_stmt *query = results_query(
      db,
      "SELECT allocator, coalesce(allocator_sha256, ''), point, version || ' ' || git_commit, workload, "
      "recorded, confidence, run_id, seed, replication, CASE kind WHEN 'steady' THEN warm_up_ns ELSE 0 END, "
      "sim_end_ns, digest, kind = 'steady', status = 'stalled' FROM run WHERE status IN ('ok', 'stalled') "
      "AND run_id NOT IN (SELECT run_id FROM setting WHERE name = 'experiment.shared-point') ORDER BY run_id",
      0, error);
  if (query == NULL)
    return false;
  while (sqlite3_step(query) == SQLITE_ROW)
    add_run(sides, query, db, kept);
  return results_query_end(db, query, error);
}

static bool check_two(const PairedSides *sides, GError **error)
{
  if (sides->sides->len >= 2)
    return true;
  if (sides->sides->len == 0) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_PAIRS,
                "there is no run that came to its end; expected at least two to compare");
    return false;
  }
  const PairedSide *only = g_ptr_array_index(sides->sides, 0);
  g_set_error(
      error, RESULTS_ERROR, RESULTS_ERROR_PAIRS,
      "nothing differs: all runs are of one experiment with allocator %s; expected runs that differ in "
      "the allocator, or in one key of the workload",
      only->allocator);
  return false;
}

PairedSides *paired_sides_open(const char *const *paths, GError **error)
{
  g_autoptr(PairedSides) sides = g_new0(PairedSides, 1);
  sides->readers = g_ptr_array_new_with_free_func((GDestroyNotify)results_reader_free);
  sides->paths = g_ptr_array_new_with_free_func(g_free);
  sides->sides = g_ptr_array_new_with_free_func(side_free);
  for (; *paths != NULL; paths++)
    if (!add_file(sides, *paths, error)) {
      if (error != NULL && !g_str_has_prefix((*error)->message, *paths))
        g_prefix_error(error, "%s: ", *paths);
      return NULL;
    }
  if (!check_two(sides, error))
    return NULL;
  return g_steal_pointer(&sides);
}

void paired_sides_free(PairedSides *sides)
{
  if (sides == NULL)
    return;
  g_ptr_array_unref(sides->sides);
  g_ptr_array_unref(sides->readers);
  g_ptr_array_unref(sides->paths);
  g_free(sides);
}

/* --- what differs ------------------------------------------------------------------------------------------- */

/* One thing that differs: its name, and what it is on either side. */
typedef struct {
  char *name;
  char *base;
  char *other;
} Difference;

static void difference_clear(void *data)
{
  Difference *difference = data;
  g_free(difference->name);
  g_free(difference->base);
  g_free(difference->other);
}

static void add_difference(GArray *differences, const char *name, const char *base, const char *other)
{
  Difference difference = {g_strdup(name), g_strdup(base), g_strdup(other)};
  g_array_append_val(differences, difference);
}

/* Keys of [experiment] that do not say what is run. */
static bool is_factor(const KeyGroup *group, const KeyEntry *entry)
{
  static const char *const others[] = {"title", "seed", "replications", "confidence", NULL};
  return strcmp(group->name, "experiment") != 0 || !g_strv_contains(others, entry->name);
}

/* Keys of @left that are not the same in @right; @once: those only that @right does not have at all. */
static void add_keys(GArray *differences, const KeyFile *left, const KeyFile *right, bool once)
{
  const GPtrArray *groups = key_file_groups(left);
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    const KeyGroup *same = key_file_find(right, group->kind, group->rest);
    for (guint k = 0; k < group->entries->len; k++) {
      const KeyEntry *entry = g_ptr_array_index(group->entries, k);
      const KeyEntry *there = key_group_find(same, entry->name);
      if (!is_factor(group, entry) || (there != NULL && (once || strcmp(there->value, entry->value) == 0)))
        continue;
      g_autofree char *name = g_strdup_printf("%s.%s", group->name, entry->name);
      if (once)
        add_difference(differences, name, "not set", entry->value);
      else
        add_difference(differences, name, entry->value, there == NULL ? "not set" : there->value);
    }
  }
}

static bool add_workload(GArray *differences, const PairedSide *base, const PairedSide *other, GError **error)
{
  g_autoptr(KeyFile) left =
      key_file_new(base->workload, strlen(base->workload), base->file, NULL, NULL, error);
  g_autoptr(KeyFile) right =
      left == NULL ? NULL
                   : key_file_new(other->workload, strlen(other->workload), other->file, NULL, NULL, error);
  if (right == NULL)
    return false;
  guint before = differences->len;
  add_keys(differences, left, right, false);
  add_keys(differences, right, left, true);
  if (differences->len == before)
    add_difference(differences, "contents of a trace, or of a file of numbers", base->file, other->file);
  return true;
}

static char *describe(const GArray *differences)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < differences->len; i++) {
    const Difference *difference = &g_array_index(differences, Difference, i);
    g_string_append_printf(text, "%s%s (%s, %s)", i == 0 ? "" : "; ", difference->name, difference->base,
                           difference->other);
  }
  return g_string_free(text, FALSE);
}

/* Two plug-ins may have one name. */
static void add_allocator(GArray *differences, const PairedSide *base, const PairedSide *other)
{
  bool plugins = *base->allocator_sha256 != '\0' || *other->allocator_sha256 != '\0';
  bool same_name = strcmp(base->allocator, other->allocator) == 0;
  if (plugins ? strcmp(base->allocator_sha256, other->allocator_sha256) == 0 : same_name)
    return;
  g_autofree char *base_hash = g_strdup_printf("%s %.8s", base->allocator, base->allocator_sha256);
  g_autofree char *other_hash = g_strdup_printf("%s %.8s", other->allocator, other->allocator_sha256);
  add_difference(differences, "allocator", same_name ? g_strchomp(base_hash) : base->allocator,
                 same_name ? g_strchomp(other_hash) : other->allocator);
}

/* "agents=300" of a key, else the value. */
static char *label_of(const Difference *difference, const char *value)
{
  const char *dot = strrchr(difference->name, '.');
  return dot == NULL ? g_strdup(value) : g_strdup_printf("%s=%s", dot + 1, value);
}

/* What steady runs leave out is found in a pilot of each point: it follows from the factor that is compared. Where
 * nothing else differs, it is the factor. */
static void drop_warm_up(GArray *differences, const PairedSide *base, const PairedSide *other)
{
  if (!base->steady || !other->steady || differences->len != 2)
    return;
  for (guint i = 0; i < differences->len; i++)
    if (strcmp(g_array_index(differences, Difference, i).name, "experiment.warm-up") == 0) {
      g_array_remove_index(differences, i);
      return;
    }
}

/* Sets what differs. */
static bool find_factor(RunPairs *pairs, GError **error)
{
  const PairedSide *base = pairs->base;
  const PairedSide *other = pairs->other;
  g_autoptr(GArray) differences = g_array_new(FALSE, FALSE, sizeof(Difference));
  g_array_set_clear_func(differences, difference_clear);
  add_allocator(differences, base, other);
  if (strcmp(base->program, other->program) != 0)
    add_difference(differences, "program", base->program, other->program);
  if (strcmp(base->point, other->point) != 0 && !add_workload(differences, base, other, error))
    return false;
  drop_warm_up(differences, base, other);
  if (differences->len == 1) {
    const Difference *difference = &g_array_index(differences, Difference, 0);
    pairs->factor = g_strdup(difference->name);
    pairs->labels[0] = label_of(difference, difference->base);
    pairs->labels[1] = label_of(difference, difference->other);
    return true;
  }
  g_autofree char *text = describe(differences);
  g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_PAIRS,
              "the runs differ in more than one thing: %s; expected one factor that is compared", text);
  return false;
}

/* --- pairs -------------------------------------------------------------------------------------------------- */

static const PairedRun *find_partner(const PairedSide *side, const PairedRun *run)
{
  for (guint i = 0; i < side->runs->len; i++) {
    const PairedRun *one = &g_array_index(side->runs, PairedRun, i);
    if (one->seed == run->seed && one->replication == run->replication)
      return one;
  }
  return NULL;
}

/* Runs that are alike to the last event are one run, and so are those of one recorded input. */
static bool are_independent(const RunPairs *pairs)
{
  if (pairs->base->recorded && pairs->other->recorded)
    return false;
  for (uint32_t i = 1; i < pairs->n; i++)
    if (g_strcmp0(pairs->pairs[i].base->digest, pairs->pairs[0].base->digest) != 0 ||
        g_strcmp0(pairs->pairs[i].other->digest, pairs->pairs[0].other->digest) != 0)
      return true;
  return false;
}

RunPairs *run_pairs_new(const PairedSides *sides, guint base, guint other, GError **error)
{
  g_autoptr(RunPairs) pairs = g_new0(RunPairs, 1);
  pairs->base = g_ptr_array_index(sides->sides, base);
  pairs->other = g_ptr_array_index(sides->sides, other);
  if (!find_factor(pairs, error))
    return NULL;
  const GArray *runs = pairs->base->runs;
  pairs->pairs = g_new0(RunPair, runs->len);
  for (guint i = 0; i < runs->len; i++) {
    const PairedRun *run = &g_array_index(runs, PairedRun, i);
    const PairedRun *partner = find_partner(pairs->other, run);
    if (partner != NULL)
      pairs->pairs[pairs->n++] = (RunPair){run, partner};
  }
  if (pairs->n == 0) {
    g_set_error(error, RESULTS_ERROR, RESULTS_ERROR_PAIRS,
                "%s and %s have no seed and replication in common: none of their runs are pairs",
                pairs->labels[0], pairs->labels[1]);
    return NULL;
  }
  pairs->alone = runs->len + pairs->other->runs->len - 2 * pairs->n;
  pairs->independent = are_independent(pairs);
  return g_steal_pointer(&pairs);
}

void run_pairs_free(RunPairs *pairs)
{
  if (pairs == NULL)
    return;
  g_free(pairs->factor);
  g_free(pairs->labels[0]);
  g_free(pairs->labels[1]);
  g_free(pairs->pairs);
  g_free(pairs);
}
