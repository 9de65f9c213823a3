/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * KeyFile: the text of a key file with its overrides applied, and where each group and key stands.
 *
 * GKeyFile reads the values, but knows no lines, takes the last of two equal keys and merges equal groups. So
 * one pass beside it takes the text apart into lines, refuses what is no text, no key file or stands twice,
 * and keeps the position of everything:
 *
 *     bytes -> lines (LF, no mark, valid UTF-8) -> overrides edit lines -> text -> GKeyFile
 *
 * Groups are named by one or two words ("cluster", "framework load"); the blanks between them do not matter.
 * What the pass accepts is a subset of what GKeyFile accepts, but for comments behind ";", which it turns
 * into comments behind "#".
 *
 * Not here: which groups and keys there are (key-table.h).
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct KeyFile KeyFile;

/* Where something stands. */
typedef struct {
  int line;        /* in the file, from 1; 0: not in the file but from --set */
  const char *set; /* (nullable): "GROUP.KEY" of the --set that gave it */
} KeyPosition;

typedef struct {
  char *name;
  char *value; /* unescaped, without blanks around it */
  KeyPosition position;
} KeyEntry;

typedef struct {
  char *name; /* as in messages and overrides: "framework load" */
  char *kind; /* "framework" */
  char *rest; /* "load"; "" where there is one word only */
  KeyPosition position;
  GPtrArray *entries; /* KeyEntry *, in order; owned */
  char *raw;          /* the name as it is spelt in the text */
} KeyGroup;

/**
 * key_file_new:
 * @data: @length bytes; need not end in NUL
 * @source: the name of the file, for messages
 * @overrides: (nullable): "GROUP.KEY=VALUE", NULL-terminated
 * @makeable: NULL-terminated kinds of groups that an override may make; "role *" with a name behind it,
 *            "cluster" alone
 * @error: WORKLOAD_ERROR
 */
KeyFile *key_file_new(const char *data, size_t length, const char *source, const char *const *overrides,
                      const char *const *makeable, GError **error);
void key_file_free(KeyFile *file);

/** key_file_source: (transfer none): the name of the file. */
const char *key_file_source(const KeyFile *file);

/** key_file_text: (transfer none): the text with all overrides, comments kept. */
const char *key_file_text(const KeyFile *file);

/** key_file_groups: (transfer none): KeyGroup *, in the order of the file. */
const GPtrArray *key_file_groups(const KeyFile *file);

/** key_file_find: (nullable): the group of this kind and rest ("framework", "load"). */
const KeyGroup *key_file_find(const KeyFile *file, const char *kind, const char *rest);

/** key_group_find: (nullable): the entry of this name; @group: (nullable). */
const KeyEntry *key_group_find(const KeyGroup *group, const char *key);

/**
 * key_file_where:
 * @group: (nullable): without it: the file as a whole
 * @entry: (nullable): without it: the group as a whole
 *
 * Returns: (transfer full): "my.ini:14: [framework batch] tasks: ", "--set framework batch.tasks: ", ...
 */
char *key_file_where(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry);

/**
 * key_file_fail: sets @error to where (key_file_where()) and what, cut to a readable length.
 *
 * Returns: false, for `return key_file_fail(...)`.
 */
bool key_file_fail(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry, int code,
                   GError **error, const char *format, ...) G_GNUC_PRINTF(6, 7);

/** key_file_prefix: puts where in front of @error, which is set, and makes it a WORKLOAD_ERROR_VALUE. */
bool key_file_prefix(const KeyFile *file, const KeyGroup *group, const KeyEntry *entry, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyFile, key_file_free)
