/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The command line of `sim run`, as it was given: for one run (command-run.c), and for many (run-batch.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"

/* As given on the command line. */
typedef struct {
  char *workload;
  char *allocator; /* or several, with commas */
  char *seed;
  char *replication;
  char *replications;
  char *replications_max;
  char **until;
  char *jobs;
  gboolean isolated;
  gboolean keep_going;
  char *output;
  char *scratch;
  char **set;
  char *record;
  char *sample_interval;
  char *compat;
  char *partition;
  char *call_limit;
  gboolean quiet;
  gboolean no_progress;
} RunArguments;

/** run_arguments_read: @arguments: zero; to be cleared. @error: CLI_ERROR_USAGE. */
OptionsRead run_arguments_read(int argc, char **argv, RunArguments *arguments, GError **error);
void run_arguments_clear(RunArguments *arguments);

/** run_arguments_command: (transfer full): the command line as one could type it again. */
char *run_arguments_command(int argc, char **argv);

/** run_arguments_overrides: (transfer full): overrides of the workload, NULL-terminated: --set, and the options that
 * are keys of a workload, too: these are part of what is stored. */
char **run_arguments_overrides(const RunArguments *arguments, GError **error);

/** run_arguments_record: whether --record asks for tasks. */
bool run_arguments_record(const RunArguments *arguments, bool *tasks, GError **error);

/** run_arguments_allocators: (transfer full): their names, NULL-terminated; at least one. @error: CLI_ERROR_USAGE: one
 * stands twice. */
char **run_arguments_allocators(const RunArguments *arguments, GError **error);

/** run_arguments_count: a whole number, at least @min: of @text, or @otherwise where it is NULL. @option: "--jobs". */
bool run_arguments_count(const char *option, const char *text, int64_t min, uint32_t otherwise,
                         uint32_t *count, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunArguments, run_arguments_clear)
