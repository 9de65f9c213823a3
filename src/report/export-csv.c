/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "report/csv-text.h"
#include "report/export.h"

#define ROWS_PER_LOOK 0x3fffu /* rows between two looks at the host, less 1 */
#define LINE_END      "\r\n"

static bool write_rows(TextFile *file, Query *query, const char *relation, double share,
                       const ReportHost *host, GError **error)
{
  int columns = sqlite3_column_count(query->statement);
  for (int i = 0; i < columns; i++) {
    const char *name = sqlite3_column_name(query->statement, i);
    text_file_puts(file, i == 0 ? "" : ",");
    csv_text(file, name, strlen(name));
  }
  text_file_puts(file, LINE_END);
  for (uint64_t row = 1; query_next(query); row++) {
    for (int i = 0; i < columns; i++) {
      if (i > 0)
        text_file_putc(file, ',');
      csv_cell(file, query, i);
    }
    text_file_puts(file, LINE_END);
    if ((row & ROWS_PER_LOOK) == 0 && !report_host_progress(host, relation, share, error))
      return false;
  }
  return true;
}

/* Returns: (transfer full) (nullable): the file, finished. */
static TextFile *export_relation(const RunSet *set, const char *relation, double share, const char *folder,
                                 const ReportHost *host, GError **error)
{
  /* The name becomes that of a file. */
  if (relation[strspn(relation, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-")] != '\0') {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s: holds a table with an odd name, \"%s\"",
                run_set_path(set, 0), relation);
    return NULL;
  }
  g_autofree char *name = g_strdup_printf("%s.csv", relation);
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", relation);
  Query query;
  if (!report_host_progress(host, relation, share, error) || !query_start_file(&query, set, 0, sql, error))
    return NULL;
  TextFile *file = text_file_open(path, error);
  bool written = file != NULL && write_rows(file, &query, relation, share, host, error);
  written = query_end(&query, written ? error : NULL) && written;
  if (written && text_file_finish(file, error))
    return file;
  text_file_abandon(file);
  return NULL;
}

static GPtrArray *list_relations(const RunSet *set, GError **error)
{
  Query query;
  if (!query_start_file(&query, set, 0,
                        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
                        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
                        error))
    return NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  while (query_next(&query))
    g_ptr_array_add(names, query_text(&query, 0));
  return query_end(&query, error) ? g_steal_pointer(&names) : NULL;
}

bool export_csv(const RunSet *set, const char *folder, const ReportHost *host, GError **error)
{
  g_autoptr(GPtrArray) names = list_relations(set, error);
  if (names == NULL)
    return false;
  bool made = g_mkdir(folder, 0777) == 0;
  if (!made && !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s: %s", folder, g_strerror(errno));
    return false;
  }
  g_autofree TextFile **files = g_new0(TextFile *, MAX(names->len, 1));
  bool well = true;
  for (guint i = 0; i < names->len && well; i++) {
    files[i] = export_relation(set, g_ptr_array_index(names, i), (double)i / names->len, folder, host, error);
    well = files[i] != NULL;
  }
  /* All or none: some tables would look like all. */
  for (guint i = 0; i < names->len; i++)
    if (!well)
      text_file_abandon(files[i]);
    else
      well = text_file_commit(files[i], error);
  if (!well && made)
    g_rmdir(folder);
  return well;
}
