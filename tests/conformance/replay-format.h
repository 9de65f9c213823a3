/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The files of recorded decisions (tests/conformance/mesos/FORMAT.md), read and taken apart.
 *
 * A file is read whole, plain or gz, and split into sequences, each into calls, each call with the lines that
 * are expected of it. What the calls mean is the players' business (replay-player.h); here is only the shape
 * of a line, a list, a number and a resource set.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/resources.h"
#include "base/time.h"

#define REPLAY_ERROR (replay_error_quark())

typedef enum {
  REPLAY_ERROR_FILE,        /* cannot be read */
  REPLAY_ERROR_MALFORMED,   /* is not of this format */
  REPLAY_ERROR_UNSUPPORTED, /* is of this format, but uses what the code under test does not have */
} ReplayError;

GQuark replay_error_quark(void);

typedef struct {
  const char *text; /* behind "> "; "" for a lone ">" */
  uint32_t line;
} ReplayLine;

typedef struct {
  char **words; /* the call's name first; NULL at the end */
  uint32_t n_words;
  uint32_t line;
  uint32_t n_expected;
  ReplayLine *expected;
} ReplayCall;

typedef struct {
  const char *number;
  char **tags;
  uint32_t line;
  uint32_t n_calls;
  ReplayCall *calls;
} ReplaySequence;

typedef struct {
  GString *text;     /* of the file; words and lines point into it */
  GPtrArray *owned;  /* arrays that the sequences point to */
  GArray *sequences; /* ReplaySequence */
} ReplayScript;

/**
 * replay_script_load:
 * @error: REPLAY_ERROR_FILE, or REPLAY_ERROR_MALFORMED with "PATH:LINE: " in front
 *
 * Returns: (transfer full) (nullable): the script of the file at @path.
 */
ReplayScript *replay_script_load(const char *path, GError **error);

/** replay_script_parse: the same for a text that is at hand; @name stands for the path. */
ReplayScript *replay_script_parse(const char *name, const char *text, GError **error);

void replay_script_free(ReplayScript *script);

/** replay_has_tag: whether one of the @tags (NULL-terminated) is a tag of the sequence. */
bool replay_has_tag(const ReplaySequence *sequence, char *const *tags);

/** replay_list: (transfer full): the entries of "a,b,c"; none for "-". NULL where an entry is empty. */
char **replay_list(const char *word, GError **error);

/** replay_milliseconds: a whole number, not negative. */
bool replay_milliseconds(const char *word, Duration *out, GError **error);

/** replay_resources: "-" is the empty set; @out is to be cleared. */
bool replay_resources(ResourceKinds *kinds, const char *word, Resources *out, GError **error);

/** replay_resources_text: (transfer full): as in expected lines: items sorted by name (bytes), "-" if none.
 */
char *replay_resources_text(const ResourceKinds *kinds, const Resources *resources);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplayScript, replay_script_free)
