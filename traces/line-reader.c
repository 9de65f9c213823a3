/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/line-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/check.h"

/* Large enough that a system call costs nothing per byte, small enough to stay in the second-level cache. */
#define TEXT_BYTES ((size_t)256 * 1024)
#define RAW_BYTES  ((size_t)64 * 1024)

struct LineReader {
  char *name;
  uint64_t number;

  /* Where bytes come from: a descriptor, or memory where it is -1. */
  int fd;
  const unsigned char *memory;
  size_t memory_left;
  GChecksum *hash; /* NULL where it was not asked for */
  bool raw_end;

  /* gzip: `raw` holds compressed bytes, z.next_in and z.avail_in are what is left of them. */
  bool gzip;
  bool member_open; /* inside a gzip member */
  z_stream z;
  unsigned char *raw;

  /* The text that was read and not yet returned: [at, end) in buffer, with LINE_PADDING bytes of room at end.
   */
  char *buffer;
  size_t capacity;
  char *at;
  char *end;
  const char *bad; /* the first control character in it, or NULL */
  bool text_end;
  bool ended; /* LINE_END was returned */
};

static bool fail_file(const LineReader *reader, GError **error, const char *what)
{
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s: %s", reader->name, what);
  return false;
}

bool line_reader_fail(const LineReader *reader, GError **error, TraceError code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  /* A message may quote bytes of the file, whatever they are. */
  g_autofree char *message = g_utf8_make_valid(text, -1);
  g_set_error(error, TRACE_ERROR, (int)code, "%s:%" G_GUINT64_FORMAT ": %s", reader->name, reader->number,
              message);
  return false;
}

/* A failure in the middle of the text: the line that is being read is the one after the last. */
static bool fail_next_line(const LineReader *reader, GError **error, const char *what)
{
  g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s:%" G_GUINT64_FORMAT ": %s", reader->name,
              reader->number + 1, what);
  return false;
}

/* --- bytes --------------------------------------------------------------------------------------------- */

/* Up to @size bytes of the file as it lies there; 0 bytes only at its end. */
static bool read_raw(LineReader *reader, void *out, size_t size, size_t *got, GError **error)
{
  if (reader->fd < 0) {
    *got = MIN(size, reader->memory_left);
    if (*got > 0)
      memcpy(out, reader->memory, *got);
    reader->memory += *got;
    reader->memory_left -= *got;
  } else {
    ssize_t n;
    do
      n = read(reader->fd, out, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
      return fail_next_line(reader, error, g_strerror(errno));
    *got = (size_t)n;
  }
  if (*got == 0)
    reader->raw_end = true;
  else if (reader->hash != NULL)
    g_checksum_update(reader->hash, out, (gssize)*got);
  return true;
}

static bool refill_raw(LineReader *reader, GError **error)
{
  size_t got;
  if (!read_raw(reader, reader->raw, RAW_BYTES, &got, error))
    return false;
  reader->z.next_in = reader->raw;
  reader->z.avail_in = (uInt)got;
  return true;
}

/* Behind a member comes another one, zero padding, or the end of the file. */
static bool begin_member(LineReader *reader, GError **error)
{
  for (;;) {
    while (reader->z.avail_in > 0 && *reader->z.next_in == 0) {
      reader->z.next_in++;
      reader->z.avail_in--;
    }
    if (reader->z.avail_in > 0)
      break;
    if (!refill_raw(reader, error))
      return false;
    if (reader->raw_end)
      return true;
  }
  if (*reader->z.next_in != 0x1f)
    return fail_next_line(reader, error, "the gzip data are followed by something else");
  CHECK(inflateReset(&reader->z) == Z_OK);
  reader->member_open = true;
  return true;
}

/* Up to @size bytes of what the gzip data hold; 0 bytes only at their end. */
static bool read_gzip(LineReader *reader, char *out, size_t size, size_t *got, GError **error)
{
  reader->z.next_out = (unsigned char *)out;
  reader->z.avail_out = (uInt)size;
  while (reader->z.avail_out == size) {
    if (!reader->member_open) {
      if (!begin_member(reader, error))
        return false;
      if (!reader->member_open)
        break;
    }
    if (reader->z.avail_in == 0) {
      if (!refill_raw(reader, error))
        return false;
      if (reader->raw_end)
        return fail_next_line(reader, error, "the gzip data end too early: the file is truncated");
    }
    int result = inflate(&reader->z, Z_NO_FLUSH);
    if (result == Z_STREAM_END)
      reader->member_open = false;
    else if (result != Z_OK && result != Z_BUF_ERROR)
      return fail_next_line(reader, error, "damaged gzip data");
  }
  *got = size - reader->z.avail_out;
  return true;
}

/* --- text ---------------------------------------------------------------------------------------------- */

static bool is_control(unsigned char c)
{
  return c < 0x20 && !(c >= '\t' && c <= '\r');
}

/*
 * The first control character in @size bytes, or NULL. Eight at a time by the usual bit tests: any byte below
 * n is hasless(x, n), any in (m, n) is hasbetween(x, m, n), both exact.
 */
static const char *find_control(const char *bytes, size_t size)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  const uint64_t low7 = ones * 127;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t x;
    memcpy(&x, bytes + i, sizeof x);
    uint64_t below_tab = (x - ones * '\t') & ~x;
    uint64_t x7 = x & low7;
    uint64_t above_cr = (ones * (127 + 0x20) - x7) & ~x & (x7 + ones * (127 - '\r'));
    if (G_UNLIKELY(((below_tab | above_cr) & (ones * 128)) != 0))
      break;
  }
  for (; i < size; i++)
    if (is_control((unsigned char)bytes[i]))
      return bytes + i;
  return NULL;
}

/* Makes room behind the text: moves it to the front of the buffer, which grows where a line fills it. */
static bool make_room(LineReader *reader, GError **error)
{
  size_t left = (size_t)(reader->end - reader->at);
  if (left > LINE_BYTES_MAX)
    return fail_next_line(reader, error, "a line of more than 1 MiB: this is no such text file");
  size_t bad_at = reader->bad != NULL ? (size_t)(reader->bad - reader->at) : 0;
  if (left * 2 > reader->capacity) {
    size_t at = (size_t)(reader->at - reader->buffer);
    reader->capacity *= 2;
    reader->buffer = g_realloc(reader->buffer, reader->capacity + LINE_PADDING);
    reader->at = reader->buffer + at;
  }
  memmove(reader->buffer, reader->at, left);
  reader->at = reader->buffer;
  reader->end = reader->buffer + left;
  if (reader->bad != NULL)
    reader->bad = reader->at + bad_at;
  return true;
}

/* Appends more text to [at, end); sets text_end where there is none. */
static bool refill_text(LineReader *reader, GError **error)
{
  if (!make_room(reader, error))
    return false;
  size_t room = reader->capacity - (size_t)(reader->end - reader->buffer);
  size_t got;
  if (reader->gzip ? !read_gzip(reader, reader->end, room, &got, error)
                   : !read_raw(reader, reader->end, room, &got, error))
    return false;
  if (got == 0)
    reader->text_end = true;
  else if (reader->bad == NULL)
    reader->bad = find_control(reader->end, got);
  reader->end += got;
  return true;
}

LineRead line_reader_next(LineReader *reader, char **line, size_t *length, GError **error)
{
  char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
  while (G_UNLIKELY(newline == NULL) && !reader->text_end) {
    size_t seen = (size_t)(reader->end - reader->at);
    if (!refill_text(reader, error))
      return LINE_FAILED;
    newline = memchr(reader->at + seen, '\n', (size_t)(reader->end - reader->at) - seen);
  }
  if (newline == NULL && reader->at == reader->end) {
    if (reader->number == 0) {
      fail_file(reader, error, "the file is empty");
      return LINE_FAILED;
    }
    reader->ended = true;
    return LINE_END;
  }

  char *start = reader->at;
  char *end = newline != NULL ? newline : reader->end;
  reader->number++;
  reader->at = newline != NULL ? newline + 1 : reader->end;
  if (G_UNLIKELY(reader->bad != NULL) && reader->bad < end) {
    line_reader_fail(reader, error, TRACE_ERROR_FILE, "not a text file: byte %u of the line is 0x%02x",
                     (unsigned)(reader->bad - start + 1), (unsigned)(unsigned char)*reader->bad);
    return LINE_FAILED;
  }
  if (G_UNLIKELY((size_t)(end - start) > LINE_BYTES_MAX)) {
    line_reader_fail(reader, error, TRACE_ERROR_FILE, "a line of more than 1 MiB: this is no such text file");
    return LINE_FAILED;
  }
  if (end > start && end[-1] == '\r')
    end--;
  *end = '\0';
  if (G_UNLIKELY(reader->number == 1) && g_str_has_prefix(start, "\xef\xbb\xbf"))
    start += 3;
  *line = start;
  if (length != NULL)
    *length = (size_t)(end - start);
  return LINE_READ;
}

/* --- opening ------------------------------------------------------------------------------------------- */

static LineReader *reader_new(const char *name, bool hash)
{
  LineReader *reader = g_new0(LineReader, 1);
  reader->name = g_strdup(name);
  reader->fd = -1;
  if (hash)
    reader->hash = g_checksum_new(G_CHECKSUM_SHA256);
  reader->capacity = TEXT_BYTES;
  reader->buffer = g_malloc0(reader->capacity + LINE_PADDING);
  reader->at = reader->end = reader->buffer;
  return reader;
}

/* Looks at the first bytes: gzip or plain. */
static bool begin(LineReader *reader, GError **error)
{
  size_t got = 0;
  while (got < 2 && !reader->raw_end) {
    size_t more;
    if (!read_raw(reader, reader->buffer + got, RAW_BYTES - got, &more, error))
      return false;
    got += more;
  }
  if (got == 0)
    return fail_file(reader, error, "the file is empty");
  const unsigned char *first = (const unsigned char *)reader->buffer;
  reader->gzip = got >= 2 && first[0] == 0x1f && first[1] == 0x8b;
  if (!reader->gzip) {
    reader->end = reader->buffer + got;
    reader->bad = find_control(reader->buffer, got);
    return true;
  }
  reader->raw = g_malloc(RAW_BYTES);
  memcpy(reader->raw, reader->buffer, got);
  reader->z.next_in = reader->raw;
  reader->z.avail_in = (uInt)got;
  CHECK(inflateInit2(&reader->z, 15 + 16) == Z_OK);
  reader->member_open = true;
  return true;
}

LineReader *line_reader_open(const char *path, bool hash, GError **error)
{
  g_autoptr(LineReader) reader = reader_new(path, hash);
  /* Not to wait for the other end of a pipe, which is refused below. */
  reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (reader->fd < 0 || fstat(reader->fd, &status) != 0) {
    fail_file(reader, error, g_strerror(errno));
    return NULL;
  }
  if (!S_ISREG(status.st_mode)) {
    fail_file(reader, error, S_ISDIR(status.st_mode) ? "is a directory" : "is not a regular file");
    return NULL;
  }
  if (!begin(reader, error))
    return NULL;
  return g_steal_pointer(&reader);
}

LineReader *line_reader_new_memory(const char *name, const void *bytes, size_t size)
{
  LineReader *reader = reader_new(name, false);
  reader->memory = bytes;
  reader->memory_left = size;
  /* Reading memory fails only where it is empty, which the first line says again. */
  if (!begin(reader, NULL))
    reader->text_end = true;
  return reader;
}

void line_reader_free(LineReader *reader)
{
  if (reader == NULL)
    return;
  if (reader->raw != NULL)
    inflateEnd(&reader->z);
  if (reader->fd >= 0)
    close(reader->fd);
  if (reader->hash != NULL)
    g_checksum_free(reader->hash);
  g_free(reader->raw);
  g_free(reader->buffer);
  g_free(reader->name);
  g_free(reader);
}

uint64_t line_reader_number(const LineReader *reader)
{
  return reader->number;
}

const char *line_reader_name(const LineReader *reader)
{
  return reader->name;
}

const char *line_reader_sha256(LineReader *reader)
{
  if (!reader->ended || reader->hash == NULL)
    return NULL;
  return g_checksum_get_string(reader->hash);
}
