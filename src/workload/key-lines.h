/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * KeyLines: the lines of a key file, each known to be a group, a key or neither. The first half of KeyFile.
 *
 * Invariants:
 *   1. every line is valid UTF-8 without control characters but tabs, and has no line end in it;
 *   2. no two group lines have one name, no two key lines of one group one key.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
  KEY_LINE_OTHER, /* blank or a comment */
  KEY_LINE_GROUP,
  KEY_LINE_KEY,
} KeyLineKind;

typedef struct {
  KeyLineKind kind;
  char *text;
  char *name;  /* of the group ("framework load") or of the key; NULL for others */
  char *raw;   /* of a group: its name as it is spelt */
  char *group; /* of a key: the name of its group */
  int number;  /* in the file, from 1; 0: an override made it */
  char *set;   /* (nullable): "GROUP.KEY" of that override */
} KeyLine;

/**
 * key_lines_parse:
 * @data: @length bytes
 *
 * Returns: (transfer full): KeyLine *, or NULL and a WORKLOAD_ERROR.
 */
GPtrArray *key_lines_parse(const char *data, size_t length, const char *source, GError **error);

/**
 * key_lines_override:
 * @lines: edited: the key's line is replaced, or one is added behind the last key of its group, or a group at
 *         the end
 * @override: "GROUP.KEY=VALUE"
 * @makeable: as for key_file_new()
 *
 * Cost: linear in the lines.
 */
bool key_lines_override(GPtrArray *lines, const char *override, const char *const *makeable, GError **error);

/** key_group_name: (transfer full): @raw with one blank between its first word and the rest. */
char *key_group_name(const char *raw);
