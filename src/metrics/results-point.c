/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/results-point.h"

#define POINT_DIGITS 16

/* Every part is one line, so that no two lists of parts are one text. */
static void add_line(GChecksum *checksum, const char *name, const char *value)
{
  g_autofree char *quoted = value == NULL ? g_strdup("") : g_strescape(value, NULL);
  g_autofree char *line = g_strdup_printf("%s=%s\n", name, quoted);
  g_checksum_update(checksum, (const guchar *)line, -1);
}

static void add_number(GChecksum *checksum, const char *name, uint64_t number)
{
  g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, number);
  add_line(checksum, name, text);
}

char *results_point(const Experiment *experiment, const ResultsProvenance *provenance)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  add_line(checksum, "workload", experiment->identity);
  for (uint32_t i = 0; i < provenance->n_traces; i++) {
    add_line(checksum, "framework", provenance->traces[i].framework);
    add_line(checksum, "trace", provenance->traces[i].sha256);
  }
  return g_strndup(g_checksum_get_string(checksum), POINT_DIGITS);
}

char *results_point_key(const Experiment *experiment, const ResultsProvenance *provenance)
{
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_autofree char *point = results_point(experiment, provenance);
  add_line(checksum, "point", point);
  /* A plug-in is what is in its file, whatever it is called. */
  if (provenance->allocator_sha256 != NULL)
    add_line(checksum, "plug-in", provenance->allocator_sha256);
  else
    add_line(checksum, "allocator", provenance->allocator);
  add_number(checksum, "seed", provenance->seed);
  add_number(checksum, "replication", provenance->replication);
  add_number(checksum, "tasks", provenance->record_tasks);
  add_line(checksum, "version", provenance->version);
  add_line(checksum, "commit", provenance->git_commit);
  return g_strdup(g_checksum_get_string(checksum));
}
