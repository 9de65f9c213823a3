/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output-file.h"

#include <errno.h>
#include <sys/stat.h>

#include "cli/load-workload.h"
#include "cli/report.h"
#include "metrics/results-reader.h"

char *output_default(const char *workload, const char *allocator, uint64_t seed, uint32_t replication)
{
  g_autofree char *stem = workload_stem(workload);
  if (replication > 0)
    return g_strdup_printf("%s-%s-%" G_GUINT64_FORMAT "-%u.db", stem, allocator, seed, replication);
  return g_strdup_printf("%s-%s-%" G_GUINT64_FORMAT ".db", stem, allocator, seed);
}

static bool is_same_file(const struct stat *output, const char *path)
{
  struct stat other;
  return stat(path, &other) == 0 && other.st_dev == output->st_dev && other.st_ino == output->st_ino;
}

bool output_check(const char *path, const Experiment *experiment, GError **error)
{
  struct stat output;
  if (*path == '\0') {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--output: expected the name of a file, not \"\"");
    return false;
  }
  if (stat(path, &output) != 0) {
    /* There is none; or it will be said when the file is made, but for names that its temporary name is not
     * as long as. */
    if (errno != ENAMETOOLONG)
      return true;
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "--output %s: %s", path, g_strerror(ENAMETOOLONG));
    return false;
  }
  const char *same = is_same_file(&output, experiment->source_path) ? experiment->source_path : NULL;
  for (uint32_t i = 0; same == NULL && i < experiment->n_frameworks; i++) {
    const TraceSpec *trace = experiment->frameworks[i].trace;
    if (trace != NULL && is_same_file(&output, trace->path))
      same = trace->path;
  }
  if (same != NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--output %s: would replace what is run, %s", path, same);
    return false;
  }
  /* What is no regular file is refused when the results are opened. */
  if (!S_ISREG(output.st_mode) || !results_file_is_foreign(path))
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "--output %s: is a database of another program, and is not replaced", path);
  return false;
}
