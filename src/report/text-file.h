/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TextFile: a file in the making. It stands beside its later name as ".NAME.partial-XXXXXX" until it is whole; what
 * had the name before stays as it was until then, and after a failure.
 *
 * Writing is buffered; the first error (disk full, ...) ends all writing and is told by text_file_commit().
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct TextFile TextFile;

/** text_file_open: @error: REPORT_ERROR_RUN: says which file and why. Returns: (transfer full): to be given to
 * text_file_commit() or text_file_abandon(). */
TextFile *text_file_open(const char *path, GError **error);

void text_file_write(TextFile *file, const char *data, size_t length);
void text_file_puts(TextFile *file, const char *text);
void text_file_putc(TextFile *file, char c);
void text_file_integer(TextFile *file, int64_t number);

/** text_file_printf: not for millions of lines. */
void text_file_printf(TextFile *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** text_file_seconds: nanoseconds as seconds, with as many decimals as it takes. */
void text_file_seconds(TextFile *file, int64_t ns);

/** text_file_bytes: written so far. */
uint64_t text_file_bytes(const TextFile *file);

/** text_file_finish: brings all of it to the disk; nothing more is written. Of several files that belong together each is
 * finished before the first is committed, which can hardly fail then. @error: REPORT_ERROR_RUN */
bool text_file_finish(TextFile *file, GError **error);

/** text_file_commit: gives the file its name and frees @file, on failure too. */
bool text_file_commit(TextFile *file, GError **error);

/** text_file_abandon: removes what there is; NULL is allowed. */
void text_file_abandon(TextFile *file);

/** text_file_save: all at once. @error: REPORT_ERROR_RUN */
bool text_file_save(const char *path, const char *data, size_t length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextFile, text_file_abandon)
