/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Small files, read whole: workload files and lists of numbers. A size limit keeps a trace or a device that
 * was named by mistake from filling the memory.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * text_file_read:
 * @path: a file, pipe or device
 * @limit: bytes at most
 * @length: receives the number of bytes
 * @error: WORKLOAD_ERROR_READ: "my.ini: No such file or directory"
 *
 * Returns: (transfer full): the bytes, with a NUL behind them.
 */
char *text_file_read(const char *path, size_t limit, size_t *length, GError **error);

/**
 * text_find_fault:
 * @data: @length bytes
 * @line: receives the line of the first fault, from 1
 *
 * Returns: (transfer full): what keeps the bytes from being text (a NUL byte, a control character, no UTF-8),
 * or NULL where they are text. A byte order mark, CR, LF and tabs are text.
 */
char *text_find_fault(const char *data, size_t length, int *line);
