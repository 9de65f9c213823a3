/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/traces/trace-fixture.h"

#include <check.h>
#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

void fixture_init(TraceFixture *fixture, TraceFormat format)
{
  *fixture = (TraceFixture){.group = "fw", .seed = 1};
  fixture->framework =
      (FrameworkSpec){.name = fixture->group, .stop = INSTANT_NEVER, .trace = &fixture->spec};
  fixture->spec = (TraceSpec){.format = format,
                              .time_compression = 1,
                              .window_end = INSTANT_NEVER,
                              .jobs_max = UINT32_MAX,
                              .scale = 1,
                              .trace_nodes = 600,
                              .agents = 600,
                              .slots = 2400,
                              .block_size = 134217728,
                              .bytes_per_reduce = 1073741824,
                              .map_resources = {{1000, 1024000}},
                              .reduce_resources = {{1000, 1024000}}};
  if (format == TRACE_SWIM) {
    fixture->spec.map_rate = sim_distribution_new_constant(1e7, NULL);
    fixture->spec.reduce_rate = sim_distribution_new_constant(1e7, NULL);
    fixture->spec.task_overhead = sim_distribution_new_constant(1, NULL);
  }
}

static void close_source(TraceFixture *fixture)
{
  g_clear_pointer(&fixture->source, job_source_free);
  g_clear_error(&fixture->error);
  trace_summary_clear(&fixture->summary);
}

static void remove_file(TraceFixture *fixture)
{
  if (fixture->path != NULL)
    g_remove(fixture->path);
  g_clear_pointer(&fixture->path, g_free);
}

void fixture_clear(TraceFixture *fixture)
{
  close_source(fixture);
  remove_file(fixture);
  if (fixture->folder != NULL)
    g_rmdir(fixture->folder);
  g_free(fixture->folder);
  sim_distribution_unref(fixture->spec.map_rate);
  sim_distribution_unref(fixture->spec.reduce_rate);
  sim_distribution_unref(fixture->spec.task_overhead);
}

void fixture_write(TraceFixture *fixture, const char *name, const void *content, size_t size)
{
  if (fixture->folder == NULL)
    fixture->folder = g_dir_make_tmp("test-traces-XXXXXX", NULL);
  remove_file(fixture);
  fixture->path = g_build_filename(fixture->folder, name, NULL);
  fixture->spec.path = fixture->path;
  ck_assert(g_file_set_contents(fixture->path, content, (gssize)size, NULL));
}

void fixture_write_text(TraceFixture *fixture, const char *name, const char *text)
{
  fixture_write(fixture, name, text, strlen(text));
}

GByteArray *fixture_gzip(const char *text, size_t size)
{
  z_stream z = {0};
  ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  GByteArray *out = g_byte_array_new();
  g_byte_array_set_size(out, (guint)deflateBound(&z, size) + 64);
  z.next_in = (unsigned char *)g_memdup2(text, size);
  unsigned char *input = z.next_in;
  z.avail_in = (uInt)size;
  z.next_out = out->data;
  z.avail_out = out->len;
  ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
  g_byte_array_set_size(out, (guint)z.total_out);
  deflateEnd(&z);
  g_free(input);
  return out;
}

bool fixture_open(TraceFixture *fixture)
{
  close_source(fixture);
  fixture->source = trace_source_open(&fixture->framework, fixture->seed, &fixture->summary, &fixture->error);
  ck_assert((fixture->source == NULL) == (fixture->error != NULL));
  return fixture->source != NULL;
}

bool fixture_fails(TraceFixture *fixture, TraceError code, const char *message)
{
  if (fixture_open(fixture)) {
    g_printerr("opened, expected: %s\n", message);
    return false;
  }
  if (g_error_matches(fixture->error, TRACE_ERROR, (int)code) &&
      g_str_has_prefix(fixture->error->message, fixture->path) &&
      g_str_has_suffix(fixture->error->message, message))
    return true;
  g_printerr("expected: %d ... %s\nfound:    %d %s\n", (int)code, message, fixture->error->code,
             fixture->error->message);
  return false;
}

const Job *fixture_next(TraceFixture *fixture, Job *job)
{
  JobPull pull = fixture->source->next(fixture->source, job, &fixture->error);
  if (pull == JOB_FAILED)
    ck_abort_msg("%s", fixture->error->message);
  return pull == JOB_NEXT ? job : NULL;
}

uint64_t fixture_skipped(const TraceFixture *fixture, const char *reason)
{
  for (uint32_t i = 0; i < fixture->summary.skipped->len; i++) {
    const TraceSkip *skip = &g_array_index(fixture->summary.skipped, TraceSkip, i);
    if (strcmp(skip->reason, reason) == 0)
      return skip->rows;
  }
  return 0;
}
