/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/long-work.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report.h"

#define UPDATE_US 100000 /* between two lines */
#define FIRST_US  300000 /* short work shows nothing */
#define BAR       25

struct LongWork {
  ReportHost host;
  Interrupt *interrupt;
  bool shown;
  bool written;
  int64_t due; /* when the next line is; monotonic clock, us */
};

static void show_progress(void *self, const char *what, double share)
{
  LongWork *work = self;
  int64_t now = g_get_monotonic_time();
  if (!work->shown || now < work->due)
    return;
  work->due = now + UPDATE_US;
  work->written = true;
  char bar[BAR + 1];
  int done = (int)(CLAMP(share, 0, 1) * BAR);
  for (int i = 0; i < BAR; i++)
    bar[i] = (char)(i < done ? '=' : i == done ? '>' : ' ');
  bar[BAR] = '\0';
  fprintf(stderr, "\r[%s] %3d%%   %.40s\033[K", bar, (int)(100 * CLAMP(share, 0, 1)), what);
  fflush(stderr);
}

static bool stop_requested(void *self)
{
  return interrupt_requested(((const LongWork *)self)->interrupt);
}

LongWork *long_work_new(void)
{
  LongWork *work = g_new0(LongWork, 1);
  work->host = (ReportHost){work, show_progress, stop_requested};
  work->interrupt = interrupt_new(NULL, NULL);
  work->shown = progress_possible();
  work->due = g_get_monotonic_time() + FIRST_US;
  return work;
}

const ReportHost *long_work_host(const LongWork *work)
{
  return &work->host;
}

void long_work_free(LongWork *work)
{
  if (work == NULL)
    return;
  if (work->written) {
    fputs("\r\033[K", stderr);
    fflush(stderr);
  }
  interrupt_free(work->interrupt);
  g_free(work);
}

ExitStatus long_work_failed(const GError *error)
{
  report_error(error);
  if (g_error_matches(error, REPORT_ERROR, REPORT_ERROR_STOPPED))
    return EXIT_INTERRUPTED;
  if (g_error_matches(error, REPORT_ERROR, REPORT_ERROR_RUN))
    return EXIT_RUN_FAILED;
  return EXIT_BAD_INPUT;
}

char *long_work_output(const char *path, const char *ending)
{
  g_autofree char *name = g_path_get_basename(path);
  if (g_str_has_suffix(name, ".db"))
    name[strlen(name) - strlen(".db")] = '\0';
  return g_strconcat(name, ending, NULL);
}

bool long_work_check_output(const char *output, char *const *files, GError **error)
{
  struct stat there;
  if (stat(output, &there) != 0)
    return true;
  for (; *files != NULL; files++) {
    struct stat file;
    if (stat(*files, &file) != 0 || file.st_dev != there.st_dev || file.st_ino != there.st_ino)
      continue;
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--output %s: would replace the results", output);
    return false;
  }
  return true;
}
