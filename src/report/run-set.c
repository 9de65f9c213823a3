/* SPDX-License-Identifier: Apache-2.0 */
#include "report/run-set.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "metrics/results-reader.h"

G_DEFINE_QUARK(offersim - report - error, report_error)

typedef struct {
  char *path;
  ResultsReader *reader;
} File;

struct RunSet {
  GArray *files;    /* of File */
  GArray *runs;     /* of ReportRun */
  GArray *variants; /* of ReportVariant */
};

bool report_host_progress(const ReportHost *host, const char *what, double share, GError **error)
{
  if (host != NULL && host->progress != NULL)
    host->progress(host->self, what, share);
  if (host == NULL || host->stop == NULL || !host->stop(host->self))
    return true;
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_STOPPED, "interrupted; nothing was written");
  return false;
}

/* --- queries -------------------------------------------------------------------------------------------- */

static bool start(Query *query, sqlite3 *db, const char *path, const char *sql, GError **error)
{
  *query = (Query){.db = db, .path = path};
  if (sqlite3_prepare_v2(db, sql, -1, &query->statement, NULL) == SQLITE_OK)
    return true;
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s: SQLite: %s", path, sqlite3_errmsg(db));
  return false;
}

bool query_start_file(Query *query, const RunSet *set, uint32_t file, const char *sql, GError **error)
{
  return start(query, run_set_database(set, file), run_set_path(set, file), sql, error);
}

bool query_start(Query *query, const RunSet *set, uint32_t run, const char *sql, GError **error)
{
  const ReportRun *one = run_set_run(set, run);
  if (!query_start_file(query, set, one->file, sql, error))
    return false;
  if (sqlite3_bind_parameter_count(query->statement) > 0)
    sqlite3_bind_int64(query->statement, 1, one->run_id);
  return true;
}

bool query_next(Query *query)
{
  return sqlite3_step(query->statement) == SQLITE_ROW;
}

bool query_end(Query *query, GError **error)
{
  sqlite3_stmt *statement = g_steal_pointer(&query->statement);
  if (sqlite3_finalize(statement) == SQLITE_OK)
    return true;
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s: SQLite: %s", query->path,
              sqlite3_errmsg(query->db));
  return false;
}

double query_real(const Query *query, int column)
{
  return query_is_null(query, column) ? (double)NAN : sqlite3_column_double(query->statement, column);
}

char *query_text(const Query *query, int column)
{
  const char *text = (const char *)sqlite3_column_text(query->statement, column);
  return text == NULL ? NULL : g_utf8_make_valid(text, sqlite3_column_bytes(query->statement, column));
}

/* --- variants ------------------------------------------------------------------------------------------- */

static void add_to_variants(RunSet *set, uint32_t run)
{
  ReportRun *one = &g_array_index(set->runs, ReportRun, run);
  for (one->variant = 0; one->variant < set->variants->len; one->variant++) {
    ReportVariant *variant = &g_array_index(set->variants, ReportVariant, one->variant);
    if (strcmp(run_set_run(set, variant->runs[0])->identity, one->identity) != 0)
      continue;
    variant->runs = g_renew(uint32_t, variant->runs, variant->n_runs + 1);
    variant->runs[variant->n_runs++] = run;
    return;
  }
  ReportVariant variant = {.runs = g_new(uint32_t, 1), .n_runs = 1};
  variant.runs[0] = run;
  g_array_append_val(set->variants, variant);
}

/* Whether the same run is there already: once more, with rows for tasks, say, or the same file given twice. */
static bool is_repeated(const RunSet *set, const ReportRun *run)
{
  for (uint32_t i = 0; i < set->runs->len; i++) {
    const ReportRun *other = run_set_run(set, i);
    if (other->summary.seed == run->summary.seed && other->replication == run->replication &&
        g_strcmp0(other->summary.digest, run->summary.digest) == 0 &&
        strcmp(other->identity, run->identity) == 0)
      return true;
  }
  return false;
}

/* "agents=300, ...": what was overridden otherwise than in all variants. */
static char *different_settings(const RunSet *set, const ReportRun *run)
{
  GString *text = g_string_new(NULL);
  for (char **setting = run->settings_brief; *setting != NULL; setting++) {
    bool different = false;
    for (uint32_t i = 0; !different && i < set->variants->len; i++) {
      const ReportRun *other = run_set_run(set, run_set_variant(set, i)->runs[0]);
      different = !g_strv_contains((const char *const *)other->settings_brief, *setting);
    }
    if (different)
      g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", *setting);
  }
  return g_string_free(text, FALSE);
}

/* The label of a variant, the more exact the larger @level. */
static char *label_at(const RunSet *set, uint32_t index, int level, bool same_allocator)
{
  const ReportRun *run = run_set_run(set, run_set_variant(set, index)->runs[0]);
  if (level == 0)
    return g_strdup(run->summary.allocator);
  g_autofree char *settings = different_settings(set, run);
  if (level == 1 && same_allocator)
    return *settings == '\0' ? g_strdup("as it is") : g_steal_pointer(&settings);
  if (level == 1)
    return g_strdup_printf("%s%s%s", run->summary.allocator, *settings == '\0' ? "" : ", ", settings);
  g_autofree char *name = g_path_get_basename(run_set_path(set, run->file));
  g_autofree char *valid = g_utf8_make_valid(name, -1);
  if (g_str_has_suffix(valid, ".db"))
    valid[strlen(valid) - strlen(".db")] = '\0';
  if (level == 2)
    return g_steal_pointer(&valid);
  return g_strdup_printf("%s, run %u", valid, run->run_id);
}

static bool is_same_allocator(const RunSet *set)
{
  for (uint32_t i = 1; i < set->runs->len; i++)
    if (strcmp(run_set_run(set, i)->summary.allocator, run_set_run(set, 0)->summary.allocator) != 0)
      return false;
  return true;
}

static bool label_variants(RunSet *set, int level)
{
  bool same_allocator = is_same_allocator(set);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  bool distinct = true;
  for (uint32_t i = 0; i < set->variants->len; i++) {
    ReportVariant *variant = &g_array_index(set->variants, ReportVariant, i);
    g_free(variant->label);
    variant->label = label_at(set, i, level, same_allocator);
    distinct = g_hash_table_add(seen, variant->label) && distinct;
    if (!distinct)
      return false;
  }
  return true;
}

/* --- opening -------------------------------------------------------------------------------------------- */

/* What was overridden, as it was written and in short. */
static bool read_settings(ReportRun *run, sqlite3 *db, const char *path, GError **error)
{
  Query query;
  GString *whole = g_string_new(NULL);
  GPtrArray *brief = g_ptr_array_new();
  bool read = start(
      &query, db, path,
      "SELECT name, value FROM setting WHERE run_id = ?1 AND name <> 'experiment.shared-point' ORDER BY name",
      error);
  if (read) {
    sqlite3_bind_int64(query.statement, 1, run->run_id);
    while (query_next(&query)) {
      g_autofree char *name = query_text(&query, 0);
      g_autofree char *value = query_text(&query, 1);
      const char *dot = strrchr(name, '.');
      g_string_append_printf(whole, "%s%s=%s", whole->len == 0 ? "" : ", ", name, value);
      g_ptr_array_add(brief, g_strdup_printf("%s=%s", dot == NULL ? name : dot + 1, value));
    }
    read = query_end(&query, error);
  }
  run->settings = g_string_free(whole, FALSE);
  g_ptr_array_add(brief, NULL);
  run->settings_brief = (char **)g_ptr_array_free(brief, FALSE);
  return read;
}

static bool read_run(RunSet *set, ReportRun *run, GError **error)
{
  const File *file = &g_array_index(set->files, File, run->file);
  if (!results_reader_summary(file->reader, run->index, &run->summary, error))
    return false;
  Query query;
  if (!start(&query, results_reader_database(file->reader), file->path,
             "SELECT command, workload, workload_path, warm_up_ns, replication, allocator_path, "
             "allocator_sha256, confidence, recorded, "
             "point || ' ' || allocator || ' ' || coalesce(allocator_sha256, '') || ' ' || version || ' ' || "
             "git_commit, kind = 'steady' FROM run WHERE run_id = ?1",
             error))
    return false;
  sqlite3_bind_int64(query.statement, 1, run->run_id);
  if (query_next(&query)) {
    run->command = query_text(&query, 0);
    run->workload = query_text(&query, 1);
    run->workload_path = query_text(&query, 2);
    run->warm_up_ns = query_integer(&query, 3);
    run->replication = (uint32_t)query_integer(&query, 4);
    run->allocator_path = query_text(&query, 5);
    run->allocator_sha256 = query_text(&query, 6);
    run->confidence = query_real(&query, 7);
    run->recorded = query_integer(&query, 8) != 0;
    run->identity = query_text(&query, 9);
    run->steady = query_integer(&query, 10) != 0;
  }
  return query_end(&query, error) &&
         read_settings(run, results_reader_database(file->reader), file->path, error);
}

static void run_clear(ReportRun *run)
{
  results_summary_clear(&run->summary);
  g_free(run->command);
  g_free(run->workload);
  g_free(run->workload_path);
  g_free(run->allocator_path);
  g_free(run->allocator_sha256);
  g_free(run->settings);
  g_strfreev(run->settings_brief);
  g_free(run->identity);
}

static bool choose(const File *file, const char *only, uint32_t *first, uint32_t *end, GError **error)
{
  uint32_t n = results_reader_runs(file->reader);
  if (n == 0) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_INPUT, "%s: holds no run", file->path);
    return false;
  }
  *first = 0;
  *end = n;
  if (only == NULL)
    return true;
  int64_t number;
  g_autoptr(GError) wrong = NULL;
  if (!number_parse_integer(only, 1, n, &number, &wrong)) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_INPUT, "--run: %s", wrong->message);
    return false;
  }
  *first = (uint32_t)number - 1;
  *end = (uint32_t)number;
  return true;
}

static bool add_file(RunSet *set, const char *path, const char *only, GError **error)
{
  uint32_t number = set->files->len;
  ResultsReader *reader = results_reader_open(path, error);
  if (reader == NULL)
    return false;
  File opened = {g_strdup(path), reader};
  g_array_append_val(set->files, opened);
  uint32_t first = 0;
  uint32_t end = 0;
  if (!choose(&g_array_index(set->files, File, number), only, &first, &end, error))
    return false;
  for (uint32_t i = first; i < end; i++) {
    ReportRun run = {.file = number, .index = i, .run_id = results_reader_run_id(reader, i)};
    bool read = read_run(set, &run, error);
    if (!read || is_repeated(set, &run)) {
      run_clear(&run);
      if (!read)
        return false;
      continue;
    }
    g_array_append_val(set->runs, run);
    add_to_variants(set, set->runs->len - 1);
  }
  return true;
}

RunSet *run_set_open(const char *const *paths, const char *only, GError **error)
{
  g_autoptr(RunSet) set = g_new0(RunSet, 1);
  set->files = g_array_new(FALSE, TRUE, sizeof(File));
  set->runs = g_array_new(FALSE, TRUE, sizeof(ReportRun));
  set->variants = g_array_new(FALSE, TRUE, sizeof(ReportVariant));
  for (; *paths != NULL; paths++)
    if (!add_file(set, *paths, only, error))
      return NULL;
  for (int level = 0; level < 4 && !label_variants(set, level); level++)
    ;
  return g_steal_pointer(&set);
}

void run_set_free(RunSet *set)
{
  if (set == NULL)
    return;
  for (uint32_t i = 0; i < set->variants->len; i++) {
    g_free(run_set_variant(set, i)->label);
    g_free(run_set_variant(set, i)->runs);
  }
  for (uint32_t i = 0; i < set->runs->len; i++)
    run_clear(&g_array_index(set->runs, ReportRun, i));
  for (uint32_t i = 0; i < set->files->len; i++) {
    g_free(g_array_index(set->files, File, i).path);
    results_reader_free(g_array_index(set->files, File, i).reader);
  }
  g_array_unref(set->variants);
  g_array_unref(set->runs);
  g_array_unref(set->files);
  g_free(set);
}

uint32_t run_set_runs(const RunSet *set)
{
  return set->runs->len;
}

const ReportRun *run_set_run(const RunSet *set, uint32_t index)
{
  return &g_array_index(set->runs, ReportRun, index);
}

uint32_t run_set_variants(const RunSet *set)
{
  return set->variants->len;
}

const ReportVariant *run_set_variant(const RunSet *set, uint32_t index)
{
  return &g_array_index(set->variants, ReportVariant, index);
}

uint32_t run_set_files(const RunSet *set)
{
  return set->files->len;
}

const char *run_set_path(const RunSet *set, uint32_t file)
{
  return g_array_index(set->files, File, file).path;
}

sqlite3 *run_set_database(const RunSet *set, uint32_t file)
{
  return results_reader_database(g_array_index(set->files, File, file).reader);
}

bool run_set_has_tasks(const RunSet *set, uint32_t run)
{
  Query query;
  if (!query_start(&query, set, run, "SELECT 1 FROM task_attempt WHERE run_id = ?1 LIMIT 1", NULL))
    return false;
  bool found = query_next(&query);
  query_end(&query, NULL);
  return found;
}

uint32_t run_set_find(const RunSet *set, uint32_t file, uint32_t run_id)
{
  for (uint32_t i = 0; i < set->runs->len; i++)
    if (run_set_run(set, i)->file == file && run_set_run(set, i)->run_id == run_id)
      return i;
  return UINT32_MAX;
}
