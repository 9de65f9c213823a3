/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output-file.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/load-workload.h"
#include "cli/report.h"

char *output_default(const char *workload, const char *allocator, uint64_t seed)
{
  g_autofree char *stem = workload_stem(workload);
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
  if (stat(path, &output) != 0)
    return true; /* there is none; or it will be said when the file is made */
  if (!S_ISREG(output.st_mode)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "--output %s: expected the name of a file, it is %s", path,
                S_ISDIR(output.st_mode) ? "a directory" : "no regular file");
    return false;
  }
  const char *same = is_same_file(&output, experiment->source_path) ? experiment->source_path : NULL;
  for (uint32_t i = 0; same == NULL && i < experiment->n_frameworks; i++) {
    const TraceSpec *trace = experiment->frameworks[i].trace;
    if (trace != NULL && is_same_file(&output, trace->path))
      same = trace->path;
  }
  if (same == NULL)
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--output %s: would replace what is run, %s", path, same);
  return false;
}

void output_abandon(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *head = g_strdup_printf(".%s.partial-%d-", name, (int)getpid());
  GDir *dir = g_dir_open(folder, 0, NULL);
  if (dir == NULL)
    return;
  for (const char *entry = g_dir_read_name(dir); entry != NULL; entry = g_dir_read_name(dir))
    if (g_str_has_prefix(entry, head)) {
      g_autofree char *partial = g_build_filename(folder, entry, NULL);
      g_unlink(partial);
    }
  g_dir_close(dir);
}
