/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Workload files: the text form of an Experiment.
 *
 *   file, --set GROUP.KEY=VALUE -> key-file (lines, groups, keys) -> key-table (what each key means)
 *     -> values (text to numbers, distributions, ...) -> workload-check (what must hold between keys)
 *     -> Experiment
 *
 * A workload file is a key file as GLib defines it: UTF-8, [groups], "key = value" lines, comments on lines
 * of their own that begin with "#" (";" is taken too). LF and CRLF, a byte order mark and tabs are read
 * alike.
 *
 * An override is an edit of the text: it replaces the line of its key, or adds a line to its group. So
 * Experiment.effective, the text after all edits with its comments kept, gives the same Experiment when it is
 * loaded from the same folder. "--set GROUP.KEY=VALUE" is split at the last "." before the first "=".
 * A group that does not exist yet is made where it needs no more than a key: experiment, cluster, master,
 * network, "role PATH", "allocator NAME", "operator NAME".
 *
 * Errors are of the domain WORKLOAD_ERROR, on one line, and say where, what was expected and the nearest
 * valid name:
 *
 *   my.ini:14: [framework batch] task-duraton: unknown key; did you mean "task-duration"?
 *   --set framework batch.task-duraton: unknown key; did you mean "task-duration"?
 *   my.ini:9: [cluster]: the group stands already at line 3
 *
 * Not here: what the record means (experiment.h), reading traces (traces/), the values of allocator options,
 * which the allocator checks.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "workload/experiment.h"

#define WORKLOAD_ERROR (workload_error_quark())

typedef enum {
  WORKLOAD_ERROR_READ,   /* the file cannot be read, or is no text */
  WORKLOAD_ERROR_SYNTAX, /* a line is no group, key or comment; something stands twice */
  WORKLOAD_ERROR_NAME,   /* an unknown group, key or name */
  WORKLOAD_ERROR_VALUE,  /* a value that its key does not take, or that is missing */
} WorkloadError;

GQuark workload_error_quark(void);

/* An allocator that a workload file may give options to. */
typedef struct {
  const char *name;
  const char *const *option_keys; /* (nullable): NULL-terminated */
} WorkloadAllocator;

/* What this layer cannot know: the names that exist elsewhere in the program. */
typedef struct {
  const WorkloadAllocator *allocators;
  size_t n_allocators;
  bool any_allocator; /* groups of others are taken as they are: somebody else checks them */
  bool can_run;       /* what can never run is an error; else its jobs are unschedulable, in the run */
} WorkloadNames;

/**
 * workload_file_load:
 * @path: the workload file
 * @overrides: (nullable): "GROUP.KEY=VALUE", NULL-terminated, applied in order
 * @known: (nullable): the allocators that exist; NULL: none
 * @error: WORKLOAD_ERROR
 *
 * Relative paths in the file (traces, empirical distributions) are relative to its folder. Empirical
 * distributions are read here; traces are not opened.
 *
 * Returns: (transfer full): the experiment, checked and complete, or NULL.
 */
Experiment *workload_file_load(const char *path, const char *const *overrides, const WorkloadNames *known,
                               GError **error);

/**
 * workload_text_load:
 * @text: a workload in memory, ending in NUL
 * @source_path: the name that messages give it; relative paths are relative to its folder
 *
 * As workload_file_load(), for a text that is in no file: the defaults of a raw trace.
 */
Experiment *workload_text_load(const char *text, const char *source_path, const char *const *overrides,
                               const WorkloadNames *known, GError **error);

/**
 * workload_data_load: as workload_text_load(), for @length bytes that need not be text.
 */
Experiment *workload_data_load(const char *data, size_t length, const char *source_path,
                               const char *const *overrides, const WorkloadNames *known, GError **error);

/**
 * workload_where:
 * @experiment: for the name of the file
 * @line: of the key in the workload file; 0: it was given by --set
 * @group: "allocator drf"
 * @key: (nullable)
 *
 * Returns: (transfer full): how an error message about a key begins, "my.ini:14: [allocator drf] key: ", for
 * checks that only the caller can make.
 */
char *workload_where(const Experiment *experiment, int line, const char *group, const char *key);

/* One key that a workload file may hold, for "sim list keys" and the manual. */
typedef struct {
  const char *group;         /* as written in a heading: "framework NAME" */
  const char *key;           /* "task-duration"; "column-KIND" stands for one key per kind of resource */
  const char *type;          /* what its value is: "duration", "yes or no" */
  const char *scope;         /* (nullable): with which jobs it makes sense: "swf traces" */
  const char *default_value; /* (nullable): as it would be written; NULL: none, the summary says what then */
  const char *summary;       /* one line */
} WorkloadKey;

/**
 * workload_key_next:
 * @position: 0 at first; moves on with each call
 * @key: receives the next key, in the order of the groups; its strings are constant
 *
 * Returns: false after the last key.
 */
bool workload_key_next(size_t *position, WorkloadKey *key);

/* One call that [operator NAME] may make, for "sim list calls". */
typedef struct {
  const char *word;
  const char *arguments;
  const char *summary; /* one line */
} WorkloadCall;

/** workload_call_next: as workload_key_next(). */
bool workload_call_next(size_t *position, WorkloadCall *call);
