/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/run-set.h"

#define BUFFER        (1u << 16)
#define NAME_PART_MAX 200 /* bytes of the name that the partial file's name repeats */

struct TextFile {
  char *path;
  char *partial;
  int descriptor;
  int failed; /* errno of the first failure; 0: none */
  size_t used;
  uint64_t flushed;
  char buffer[BUFFER];
};

static bool set_error(GError **error, const char *path, const char *why)
{
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s: %s", path, why);
  return false;
}

/* A name that is taken by something else than a file must not be renamed over. */
static bool check_name(const char *path, GError **error)
{
  struct stat found;
  size_t length = strlen(path);
  if (length == 0 || path[length - 1] == '/')
    return set_error(error, path, "expected the name of a file");
  if (stat(path, &found) != 0)
    return true;
  if (S_ISDIR(found.st_mode))
    return set_error(error, path, "is a directory");
  return S_ISREG(found.st_mode) || set_error(error, path, "exists and is not a regular file");
}

TextFile *text_file_open(const char *path, GError **error)
{
  if (!check_name(path, error))
    return NULL;
  g_autofree char *folder = g_path_get_dirname(path);
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *partial = g_strdup_printf("%s/.%.*s.partial-XXXXXX", folder, NAME_PART_MAX, name);
  int descriptor = g_mkstemp_full(partial, O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    set_error(error, path, g_strerror(errno));
    return NULL;
  }
  TextFile *file = g_new0(TextFile, 1);
  file->path = g_strdup(path);
  file->partial = g_steal_pointer(&partial);
  file->descriptor = descriptor;
  return file;
}

static void flush(TextFile *file)
{
  size_t done = 0;
  while (file->failed == 0 && done < file->used) {
    ssize_t n = write(file->descriptor, file->buffer + done, file->used - done);
    if (n >= 0)
      done += (size_t)n;
    else if (errno != EINTR)
      file->failed = errno;
  }
  file->flushed += file->used;
  file->used = 0;
}

void text_file_write(TextFile *file, const char *data, size_t length)
{
  while (length > 0) {
    size_t part = MIN(length, BUFFER - file->used);
    memcpy(file->buffer + file->used, data, part);
    file->used += part;
    data += part;
    length -= part;
    if (file->used == BUFFER)
      flush(file);
  }
}

void text_file_puts(TextFile *file, const char *text)
{
  text_file_write(file, text, strlen(text));
}

void text_file_putc(TextFile *file, char c)
{
  file->buffer[file->used++] = c;
  if (file->used == BUFFER)
    flush(file);
}

void text_file_integer(TextFile *file, int64_t number)
{
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do
    digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (number < 0)
    digits[--at] = '-';
  text_file_write(file, digits + at, sizeof digits - at);
}

void text_file_printf(TextFile *file, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  text_file_puts(file, text);
}

void text_file_seconds(TextFile *file, int64_t ns)
{
  uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
  uint32_t rest = (uint32_t)(size % 1000000000);
  if (ns < 0)
    text_file_putc(file, '-');
  text_file_integer(file, (int64_t)(size / 1000000000));
  if (rest == 0)
    return;
  char digits[11] = ".";
  for (int i = 9; i > 0; i--, rest /= 10)
    digits[i] = (char)('0' + rest % 10);
  size_t length = 10;
  while (digits[length - 1] == '0')
    length--;
  text_file_write(file, digits, length);
}

uint64_t text_file_bytes(const TextFile *file)
{
  return file->flushed + file->used;
}

static void text_file_free(TextFile *file)
{
  if (file->descriptor >= 0)
    close(file->descriptor);
  g_free(file->partial);
  g_free(file->path);
  g_free(file);
}

bool text_file_finish(TextFile *file, GError **error)
{
  if (file->descriptor < 0)
    return file->failed == 0;
  flush(file);
  if (file->failed == 0 && fsync(file->descriptor) != 0)
    file->failed = errno;
  if (close(file->descriptor) != 0 && file->failed == 0)
    file->failed = errno;
  file->descriptor = -1;
  if (file->failed != 0)
    set_error(error, file->path, g_strerror(file->failed));
  return file->failed == 0;
}

bool text_file_commit(TextFile *file, GError **error)
{
  text_file_finish(file, NULL);
  if (file->failed == 0 && g_rename(file->partial, file->path) != 0)
    file->failed = errno;
  bool well = file->failed == 0;
  if (!well) {
    set_error(error, file->path, g_strerror(file->failed));
    g_unlink(file->partial);
  }
  text_file_free(file);
  return well;
}

void text_file_abandon(TextFile *file)
{
  if (file == NULL)
    return;
  g_unlink(file->partial);
  text_file_free(file);
}

bool text_file_save(const char *path, const char *data, size_t length, GError **error)
{
  TextFile *file = text_file_open(path, error);
  if (file == NULL)
    return false;
  text_file_write(file, data, length);
  return text_file_commit(file, error);
}
