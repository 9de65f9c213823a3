/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/provenance.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "offersim-version.h"
#include "traces/trace-error.h"

#define CHUNK 65536

static int64_t file_bytes(const char *path)
{
  GStatBuf status;
  return g_stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

static void begin(Provenance *provenance, const Experiment *experiment)
{
  *provenance = (Provenance){.results = {.version = OFFERSIM_VERSION, .git_commit = OFFERSIM_GIT_COMMIT},
                             .traces = g_new0(ResultsTrace, MAX(experiment->n_frameworks, 1)),
                             .texts = g_ptr_array_new_with_free_func(g_free)};
  provenance->results.traces = provenance->traces;
}

static void add_trace(Provenance *provenance, const FrameworkSpec *framework, const char *sha256)
{
  char *replicate = trace_replicate_print(&framework->trace->replicate);
  if (replicate != NULL)
    g_ptr_array_add(provenance->texts, replicate);
  provenance->traces[provenance->results.n_traces++] =
      (ResultsTrace){.framework = framework->name,
                     .path = framework->trace->path_as_written,
                     .sha256 = sha256,
                     .bytes = file_bytes(framework->trace->path),
                     .replicate = replicate};
}

void provenance_init(Provenance *provenance, const Experiment *experiment, const Sources *sources)
{
  begin(provenance, experiment);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    if (experiment->frameworks[i].trace != NULL)
      add_trace(provenance, &experiment->frameworks[i], sources->traces[i].sha256);
}

/* --- from files ------------------------------------------------------------------------------------------- */

static char *file_sha256(const char *path, GError **error)
{
  FILE *file = g_fopen(path, "rbe");
  if (file == NULL) {
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc(CHUNK);
  size_t length;
  while ((length = fread(chunk, 1, CHUNK, file)) > 0)
    g_checksum_update(checksum, chunk, (gssize)length);
  int why = ferror(file) ? errno : 0;
  fclose(file);
  if (why != 0) {
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s: %s", path, g_strerror(why));
    return NULL;
  }
  return g_strdup(g_checksum_get_string(checksum));
}

static const char *known_sha256(const char *path, GHashTable *hashes, GError **error)
{
  const char *known = g_hash_table_lookup(hashes, path);
  if (known != NULL)
    return known;
  char *sha256 = file_sha256(path, error);
  if (sha256 != NULL)
    g_hash_table_insert(hashes, g_strdup(path), sha256);
  return sha256;
}

bool provenance_init_files(Provenance *provenance, const Experiment *experiment, GHashTable *hashes,
                           GError **error)
{
  begin(provenance, experiment);
  for (uint32_t i = 0; i < experiment->n_frameworks; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    if (framework->trace == NULL)
      continue;
    const char *sha256 = known_sha256(framework->trace->path, hashes, error);
    if (sha256 == NULL) {
      provenance_clear(provenance);
      return false;
    }
    add_trace(provenance, framework, sha256);
  }
  return true;
}

void provenance_clear(Provenance *provenance)
{
  g_free(provenance->traces);
  g_clear_pointer(&provenance->texts, g_ptr_array_unref);
  *provenance = (Provenance){.traces = NULL};
}
