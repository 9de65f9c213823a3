/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How fast SWF becomes jobs: one million rows (about 90 MB), plain and from gzip, as a run pulls them
 * (JobSource.next), and what opening costs, which validates all rows and takes the SHA-256 of the file.
 * MB are 10^6 bytes of uncompressed text. Each figure is the best of three.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/check.h"
#include "engine/random.h"
#include "tests/bench/bench-clock.h"
#include "traces/trace-source.h"

#define ROWS   1000000
#define ROUNDS 3

typedef struct {
  double next_s; /* all calls of next() */
  double open_s;
} Times;

static double cpu_seconds(void)
{
  return (double)bench_cpu_ns() / 1e9;
}

static unsigned draw(uint64_t row, uint64_t what, unsigned n)
{
  SimDraw key = {1, SIM_PURPOSE_TEST, row, what};
  return (unsigned)sim_random_below(&key, n);
}

/* Rows as archives write them: padded columns, many -1. */
static GString *make_log(void)
{
  GString *text = g_string_sized_new((size_t)ROWS * 92);
  g_string_append(text, "; Version: 2.2\n; MaxJobs: 1000000\n; MaxProcs: 8192\n; MaxNodes: 1024\n;\n");
  uint64_t submit = 0;
  for (unsigned row = 0; row < ROWS; row++) {
    submit += draw(row, 0, 30);
    unsigned procs = 1 + draw(row, 1, 512);
    g_string_append_printf(text,
                           "%7u %8u %6u %6u %4u     -1    -1 %4u %6u %7u %2u %3u %3u  -1  %u -1 -1 -1\n",
                           row + 1, (unsigned)submit, draw(row, 2, 100000), draw(row, 3, 300000), procs,
                           procs, 60 * draw(row, 4, 1000), 1000 * draw(row, 5, 2000), draw(row, 6, 2),
                           1 + draw(row, 7, 200), 1 + draw(row, 8, 120), 1 + draw(row, 9, 2));
  }
  return text;
}

static void write_gzip(const char *path, const GString *text)
{
  gzFile file = gzopen(path, "wb6");
  CHECK(file != NULL);
  CHECK(gzwrite(file, text->str, (unsigned)text->len) == (int)text->len);
  CHECK(gzclose(file) == Z_OK);
}

static void measure(const char *path, Times *best)
{
  g_autofree char *name = g_strdup(path);
  char group[] = "bench";
  TraceSpec spec = {.path = name,
                    .format = TRACE_SWF,
                    .frameworks = {.kind = MAP_USER},
                    .time_compression = 1,
                    .window_end = INSTANT_NEVER,
                    .jobs_max = UINT32_MAX,
                    .scale = 1,
                    .use_memory = true};
  FrameworkSpec framework = {.name = group, .stop = INSTANT_NEVER, .trace = &spec};

  double before = cpu_seconds();
  g_autoptr(JobSource) source = trace_source_open(&framework, 1, NULL, NULL);
  CHECK(source != NULL);
  double opened = cpu_seconds();
  Job job;
  uint64_t jobs = 0;
  while (source->next(source, &job, NULL) == JOB_NEXT)
    jobs++;
  CHECK(jobs == ROWS);
  double end = cpu_seconds();
  best->open_s = MIN(best->open_s, opened - before);
  best->next_s = MIN(best->next_s, end - opened);
}

int main(void)
{
  g_autofree char *folder = g_dir_make_tmp("bench-swf-XXXXXX", NULL);
  CHECK(folder != NULL);
  g_autofree char *plain = g_build_filename(folder, "log.swf", NULL);
  g_autofree char *gz = g_build_filename(folder, "log.swf.gz", NULL);
  GString *text = make_log();
  CHECK(g_file_set_contents(plain, text->str, (gssize)text->len, NULL));
  write_gzip(gz, text);
  double mb = (double)text->len / 1e6;
  g_string_free(text, true);

  Times plain_times = {1e9, 1e9};
  Times gz_times = {1e9, 1e9};
  for (unsigned round = 0; round < ROUNDS; round++) {
    measure(plain, &plain_times);
    measure(gz, &gz_times);
  }
  printf("{\"bench\":\"swf\",\"rows\":%d,\"mb\":%.1f,\"plain_mb_per_s\":%.0f,\"gz_mb_per_s\":%.0f,"
         "\"plain_open_mb_per_s\":%.0f,\"gz_open_mb_per_s\":%.0f}\n",
         ROWS, mb, mb / plain_times.next_s, mb / gz_times.next_s, mb / plain_times.open_s,
         mb / gz_times.open_s);

  g_remove(plain);
  g_remove(gz);
  g_rmdir(folder);
  return EXIT_SUCCESS;
}
