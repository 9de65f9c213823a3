/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the tests of trace readers share: files in a temporary folder, mapping keys as a workload file with
 * nothing but `trace` would give them, and a source drained to its end.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "traces/trace-source.h"
#include "workload/experiment.h"

typedef struct {
  FrameworkSpec framework;
  TraceSpec spec;
  char *folder;
  char *path;
  char group[8]; /* the framework's name: "fw" */
  uint64_t seed;
  TraceSummary summary;
  JobSource *source;
  GError *error;
} TraceFixture;

/** fixture_init: mapping keys at their defaults; SWIM: 600 agents, 10 MB/s, one second, cpus:1;mem:1024. */
void fixture_init(TraceFixture *fixture, TraceFormat format);

/** fixture_clear: closes, removes the file and its folder. */
void fixture_clear(TraceFixture *fixture);

/** fixture_write: makes @content the file, named @name; an older one is removed. */
void fixture_write(TraceFixture *fixture, const char *name, const void *content, size_t size);

/** fixture_write_text: the same for a text. */
void fixture_write_text(TraceFixture *fixture, const char *name, const char *text);

/** fixture_gzip: the bytes of @text as gzip. */
GByteArray *fixture_gzip(const char *text, size_t size);

/** fixture_open: opens the source of what was written; whether that went well. Closes an older one. */
bool fixture_open(TraceFixture *fixture);

/** fixture_fails: opens, and says whether that failed with @code and a message that ends with @message. */
bool fixture_fails(TraceFixture *fixture, TraceError code, const char *message);

/** fixture_next: the next job; NULL at the end. A failure fails the test. */
const Job *fixture_next(TraceFixture *fixture, Job *job);

/** fixture_skipped: how many rows were skipped for @reason. */
uint64_t fixture_skipped(const TraceFixture *fixture, const char *reason);
