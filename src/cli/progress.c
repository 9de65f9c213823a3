/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/format.h"

#define UPDATE_US       100000 /* between two lines */
#define BAR             25     /* characters within the brackets */
#define BAR_MIN         5      /* where there is no room for these there is no bar */
#define COLUMNS_DEFAULT 80
#define STRIDE_MAX      4096

struct Progress {
  Instant end;
  bool shown;
  bool written;    /* there is a line to be cleared */
  int64_t start;   /* of the run; monotonic clock, us */
  int64_t looked;  /* when the clock was read last */
  int64_t due;     /* when the next line is */
  uint32_t stride; /* questions per look at the clock */
  uint32_t left;   /* questions until the next one */
};

Progress *progress_new(Instant end, bool shown)
{
  Progress *progress = g_new0(Progress, 1);
  progress->end = end;
  progress->shown = shown;
  progress->start = g_get_monotonic_time();
  progress->looked = progress->start;
  progress->due = progress->start + UPDATE_US;
  progress->stride = 1;
  progress->left = 1;
  return progress;
}

bool progress_possible(void)
{
  const char *terminal = g_getenv("TERM");
  return isatty(STDERR_FILENO) && terminal != NULL && *terminal != '\0' && strcmp(terminal, "dumb") != 0;
}

/* How many questions there are per second depends on the model. The stride follows, so that the clock is read
 * some hundred times a second. */
bool progress_due(Progress *progress)
{
  if (!progress->shown || --progress->left > 0)
    return false;
  int64_t now = g_get_monotonic_time();
  int64_t since = now - progress->looked;
  if (since < UPDATE_US / 100 && progress->stride < STRIDE_MAX)
    progress->stride *= 2;
  else if (since > UPDATE_US / 10 && progress->stride > 1)
    progress->stride /= 2;
  progress->looked = now;
  progress->left = progress->stride;
  if (now < progress->due)
    return false;
  progress->due = now + UPDATE_US;
  return true;
}

static unsigned terminal_columns(void)
{
  struct winsize size;
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return COLUMNS_DEFAULT;
  return size.ws_col;
}

/* "[====>    ]  54%   ", with @width characters within the brackets; none: only the share. */
static void append_bar(GString *line, double share, unsigned width)
{
  unsigned done = (unsigned)(share * width);
  if (width > 0) {
    g_string_append_c(line, '[');
    for (unsigned i = 0; i < width; i++)
      g_string_append_c(line, i < done ? '=' : i == done ? '>' : ' ');
    g_string_append(line, "] ");
  }
  g_string_append_printf(line, "%3d%%   ", (int)(100 * share));
}

static char *numbers(Instant end, Instant now, double share, uint64_t events, double elapsed_s,
                     bool with_rate)
{
  GString *line = g_string_new(NULL);
  g_autofree char *clock = format_clock((Duration){now.ns});
  g_string_append(line, clock);
  if (!instant_is_never(end)) {
    g_autofree char *total = format_clock((Duration){end.ns});
    g_string_append_printf(line, " of %s", total);
  }
  g_string_append(line, " simulated");
  if (elapsed_s > 0 && with_rate) {
    g_autofree char *rate = format_about((double)events / elapsed_s);
    g_string_append_printf(line, "   %s events/s", rate);
  }
  if (share > 0 && elapsed_s > 0) {
    g_autofree char *left = format_seconds(elapsed_s * (1 - share) / share);
    g_string_append_printf(line, "   %s left", left);
  }
  return g_string_free(line, FALSE);
}

char *progress_line(Instant end, Instant now, double share, uint64_t events, double elapsed_s,
                    unsigned columns)
{
  GString *line = g_string_new(NULL);
  share = fmin(share, 1);
  /* A terminal may go on with the next line at its last column. */
  size_t room = columns > 0 ? columns - 1 : 0;
  g_autofree char *text = numbers(end, now, share, events, elapsed_s, true);
  if (strlen(text) + (share >= 0 ? strlen(" 99%   ") : 0) > room) {
    g_free(text);
    text = numbers(end, now, share, events, elapsed_s, false);
  }
  if (share >= 0) {
    size_t others = strlen("[]  99%   ") + strlen(text);
    size_t width = room > others ? MIN(room - others, BAR) : 0;
    append_bar(line, share, width < BAR_MIN ? 0 : (unsigned)width);
  }
  g_string_append(line, text);
  if (line->len > room)
    g_string_truncate(line, room);
  return g_string_free(line, FALSE);
}

char *progress_runs_line(const ProgressRuns *runs, double elapsed_s, unsigned columns)
{
  g_autoptr(GString) text = g_string_new(NULL);
  size_t room = columns > 0 ? columns - 1 : 0;
  double share = runs->total == 0 ? 0 : (double)runs->done / (double)runs->total;
  g_autofree char *done = format_count(runs->done);
  g_autofree char *total = format_count(runs->total);
  g_string_append_printf(text, "%s of %s%s runs   %u running", done, runs->at_most ? "at most " : "", total,
                         runs->running);
  uint32_t now = runs->done - runs->before;
  if (now > 0 && !runs->at_most) {
    g_autofree char *left = format_seconds(elapsed_s * (runs->total - runs->done) / now);
    g_string_append_printf(text, "   %s left", left);
  }
  GString *line = g_string_new(NULL);
  size_t others = strlen("[]  99%   ") + text->len;
  size_t width = room > others ? MIN(room - others, BAR) : 0;
  append_bar(line, share, width < BAR_MIN ? 0 : (unsigned)width);
  g_string_append(line, text->str);
  if (line->len > room)
    g_string_truncate(line, room);
  return g_string_free(line, FALSE);
}

static void write_line(Progress *progress, const char *line)
{
  fprintf(stderr, "\r%s\033[K", line);
  fflush(stderr);
  progress->written = true;
}

void progress_update_runs(Progress *progress, const ProgressRuns *runs)
{
  if (!progress->shown)
    return;
  double elapsed_s = (double)(g_get_monotonic_time() - progress->start) / 1e6;
  g_autofree char *line = progress_runs_line(runs, elapsed_s, terminal_columns());
  write_line(progress, line);
}

void progress_update(Progress *progress, Instant now, double share, uint64_t events)
{
  if (!progress->shown)
    return;
  double elapsed_s = (double)(g_get_monotonic_time() - progress->start) / 1e6;
  g_autofree char *line = progress_line(progress->end, now, share, events, elapsed_s, terminal_columns());
  write_line(progress, line);
}

void progress_clear(Progress *progress)
{
  if (!progress->written)
    return;
  fputs("\r\033[K", stderr);
  fflush(stderr);
  progress->written = false;
}

void progress_free(Progress *progress)
{
  g_free(progress);
}
