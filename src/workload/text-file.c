/* SPDX-License-Identifier: Apache-2.0 */
#include "workload/text-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "workload/workload-file.h"

#define READ_STEP 65536u

static bool read_all(FILE *file, const char *path, size_t limit, GByteArray *bytes, GError **error)
{
  size_t got;
  do {
    size_t before = bytes->len;
    if (before > limit) {
      g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ,
                  "%s: larger than %zu MiB; expected a small text file", path, limit >> 20);
      return false;
    }
    g_byte_array_set_size(bytes, (guint)(before + READ_STEP));
    errno = 0;
    got = fread(bytes->data + before, 1, READ_STEP, file);
    g_byte_array_set_size(bytes, (guint)(before + got));
  } while (got == READ_STEP);
  if (ferror(file)) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ, "%s: cannot read: %s", path, g_strerror(errno));
    return false;
  }
  return true;
}

char *text_file_read(const char *path, size_t limit, size_t *length, GError **error)
{
  errno = 0;
  FILE *file = g_fopen(path, "rb");
  if (file == NULL) {
    g_set_error(error, WORKLOAD_ERROR, WORKLOAD_ERROR_READ, "%s: cannot open: %s", path, g_strerror(errno));
    return NULL;
  }
  GByteArray *bytes = g_byte_array_new();
  bool done = read_all(file, path, limit, bytes, error);
  fclose(file);
  if (!done) {
    g_byte_array_unref(bytes);
    return NULL;
  }
  *length = bytes->len;
  g_byte_array_append(bytes, (const guint8 *)"", 1);
  return (char *)g_byte_array_free(bytes, FALSE);
}

char *text_find_fault(const char *data, size_t length, int *line)
{
  const char *valid_end;
  bool valid = g_utf8_validate_len(data, length, &valid_end);
  size_t valid_length = (size_t)(valid_end - data);
  *line = 1;
  for (size_t i = 0; i < valid_length; i++) {
    unsigned char byte = (unsigned char)data[i];
    if (byte == '\n')
      ++*line;
    else if ((byte < ' ' && byte != '\t' && byte != '\r') || byte == 0x7f)
      return g_strdup_printf("control character 0x%02x; expected a text file", byte);
  }
  if (valid)
    return NULL;
  if (*valid_end == '\0')
    return g_strdup("NUL byte; expected a text file");
  return g_strdup_printf("byte 0x%02x is not UTF-8; expected a text file", (unsigned char)*valid_end);
}
