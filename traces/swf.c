/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/swf.h"

#include <math.h>
#include <string.h>

#include "traces/swf-scan.h"
#include "traces/trace-number.h"

struct SwfReader {
  LineReader *lines;
  SwfHeader header;
  GArray *entries; /* of SwfEntry; header.entries points into it */
  uint32_t header_lines;
  size_t header_bytes;
  char *first; /* the first job's line, read with the header; NULL once it was returned, or without jobs */
  size_t first_length;
};

/* --- header -------------------------------------------------------------------------------------------- */

static const char *skip_blanks(const char *text)
{
  while (trace_is_blank(*text))
    text++;
  return text;
}

/*
 * Splits "; Key: value". A key stands near the semicolon, is one word, and its colon is followed by a blank
 * or nothing: deeper lines continue the one before, and may well hold "http://".
 */
static bool split_entry(const char *comment, size_t *key_length, const char **key, const char **value)
{
  const char *start = skip_blanks(comment);
  const char *at = start;
  if (start - comment > 3 || !g_ascii_isalpha(*at))
    return false;
  while (g_ascii_isalnum(*at) || *at == '_' || *at == '-')
    at++;
  if (*at != ':' || !(at[1] == '\0' || trace_is_blank(at[1])))
    return false;
  *key = start;
  *key_length = (size_t)(at - start);
  *value = skip_blanks(at + 1);
  return true;
}

/* @open: whether the next line may continue the last entry. */
static void header_line(SwfReader *reader, const char *comment, bool *open)
{
  const char *key;
  const char *value;
  size_t key_length;
  /* Both limits keep a file of nothing but comments from filling the memory. */
  reader->header_bytes += strlen(comment);
  if (reader->header_lines++ >= SWF_HEADER_LINES_MAX || reader->header_bytes > SWF_HEADER_BYTES_MAX)
    return;
  if (split_entry(comment, &key_length, &key, &value)) {
    SwfEntry entry = {g_strndup(key, key_length), g_strchomp(g_strdup(value)),
                      line_reader_number(reader->lines)};
    g_array_append_val(reader->entries, entry);
    *open = true;
    return;
  }
  g_autofree char *more = g_strchomp(g_strdup(skip_blanks(comment)));
  if (*more == '\0' || !*open) {
    *open = false;
    return;
  }
  SwfEntry *last = &g_array_index(reader->entries, SwfEntry, reader->entries->len - 1);
  char *joined = *last->value == '\0' ? g_strdup(more) : g_strconcat(last->value, "\n", more, NULL);
  g_free(last->value);
  last->value = joined;
}

const char *swf_header_find(const SwfHeader *header, const char *key, uint32_t nth)
{
  for (uint32_t i = 0; i < header->n_entries; i++)
    if (g_ascii_strcasecmp(header->entries[i].key, key) == 0 && nth-- == 0)
      return header->entries[i].value;
  return NULL;
}

/* Logs write "MaxProcs: 430 (of 512)" too, so that only the beginning counts. */
static int64_t header_number(const SwfHeader *header, const char *key)
{
  const char *value = swf_header_find(header, key, 0);
  int64_t number;
  if (value == NULL || !trace_whole_scan(&value, &number) || g_ascii_isalnum(*value) || *value == '.')
    return SWF_ABSENT;
  return number;
}

static bool read_header(SwfReader *reader, GError **error)
{
  bool open = false;
  for (;;) {
    char *line;
    LineRead read = line_reader_next(reader->lines, &line, &reader->first_length, error);
    if (read == LINE_FAILED)
      return false;
    if (read == LINE_END)
      break;
    const char *start = skip_blanks(line);
    if (*start == ';')
      header_line(reader, start + 1, &open);
    else if (*start != '\0') {
      reader->first = line;
      break;
    }
  }
  SwfHeader *header = &reader->header;
  header->entries = (SwfEntry *)(void *)reader->entries->data;
  header->n_entries = reader->entries->len;
  header->max_jobs = header_number(header, "MaxJobs");
  header->max_procs = header_number(header, "MaxProcs");
  header->max_nodes = header_number(header, "MaxNodes");
  header->unix_start_time = header_number(header, "UnixStartTime");
  header->time_zone = header_number(header, "TimeZone");
  return true;
}

static void entry_clear(gpointer data)
{
  SwfEntry *entry = data;
  g_free(entry->key);
  g_free(entry->value);
}

SwfReader *swf_reader_new(LineReader *lines, GError **error)
{
  g_autoptr(SwfReader) reader = g_new0(SwfReader, 1);
  reader->lines = lines;
  reader->entries = g_array_new(false, false, sizeof(SwfEntry));
  g_array_set_clear_func(reader->entries, entry_clear);
  if (!read_header(reader, error))
    return NULL;
  return g_steal_pointer(&reader);
}

void swf_reader_free(SwfReader *reader)
{
  if (reader == NULL)
    return;
  g_array_unref(reader->entries);
  line_reader_free(reader->lines);
  g_free(reader);
}

const SwfHeader *swf_reader_header(const SwfReader *reader)
{
  return &reader->header;
}

LineReader *swf_reader_lines(const SwfReader *reader)
{
  return reader->lines;
}

/* --- jobs ---------------------------------------------------------------------------------------------- */

static const char *field_name(unsigned field)
{
  static const char *const names[SWF_FIELDS] = {"job number",
                                                "submit time",
                                                "wait time",
                                                "run time",
                                                "allocated processors",
                                                "average cpu time",
                                                "used memory",
                                                "requested processors",
                                                "requested time",
                                                "requested memory",
                                                "status",
                                                "user",
                                                "group",
                                                "executable",
                                                "queue",
                                                "partition",
                                                "preceding job",
                                                "think time"};
  return names[field];
}

/* Bit i: field i + 1 is a whole number. */
#define WHOLE_FIELDS (1u << 0 | 1u << 4 | 1u << 7 | 0x7fu << 10)

/* Up to 2^53 a double holds each whole number, and no other is meant. */
static bool is_whole(double value)
{
  return fabs(value) <= 9007199254740992.0 && value == (double)(int64_t)value;
}

/* All 18 numbers of a good line, whatever its length; on anything else it gives up, and explain() says why.
 */
static bool scan_fields(const char *line, size_t length, double values[SWF_FIELDS], uint32_t *decimals)
{
  if (G_LIKELY(length <= SWF_SCAN_LENGTH_MAX))
    return swf_scan(line, length, values, decimals);
  const char *at = line;
  for (unsigned i = 0; i < SWF_FIELDS; i++) {
    at = skip_blanks(at);
    if (!trace_number_scan(&at, &values[i]) || !(trace_is_blank(*at) || *at == '\0'))
      return false;
  }
  *decimals = (1u << SWF_FIELDS) - 1;
  return *skip_blanks(at) == '\0';
}

static size_t word_length(const char *at)
{
  size_t length = 0;
  while (at[length] != '\0' && !trace_is_blank(at[length]))
    length++;
  return length;
}

/* What is wrong with a line that scan_fields() did not take, or that has a fraction where none may be. */
static bool explain(const LineReader *lines, const char *line, GError **error)
{
  const char *at = skip_blanks(line);
  for (unsigned i = 0; i < SWF_FIELDS; i++, at = skip_blanks(at)) {
    if (*at == '\0')
      return line_reader_fail(lines, error, TRACE_ERROR_FORMAT,
                              "expected %d fields, found %u: field %u (%s) is missing", SWF_FIELDS, i, i + 1,
                              field_name(i));
    const char *word = at;
    size_t length = word_length(word);
    int shown = (int)MIN(length, 40);
    double value;
    if (!trace_number_scan(&at, &value) || at != word + length)
      return line_reader_fail(lines, error, TRACE_ERROR_FORMAT,
                              "field %u (%s): expected a number, not \"%.*s\"", i + 1, field_name(i), shown,
                              word);
    if ((WHOLE_FIELDS >> i & 1) != 0 && !is_whole(value))
      return line_reader_fail(lines, error, TRACE_ERROR_FORMAT,
                              "field %u (%s): expected a whole number, not \"%.*s\"", i + 1, field_name(i),
                              shown, word);
  }
  return line_reader_fail(lines, error, TRACE_ERROR_FORMAT, "expected %d fields, found more: \"%.*s\"",
                          SWF_FIELDS, (int)MIN(word_length(at), 40), at);
}

static bool parse_record(const LineReader *lines, const char *line, size_t length, SwfRecord *record,
                         GError **error)
{
  double values[SWF_FIELDS];
  uint32_t decimals;
  if (G_UNLIKELY(!scan_fields(line, length, values, &decimals)))
    return explain(lines, line, error);
  for (uint32_t doubtful = decimals & WHOLE_FIELDS; doubtful != 0; doubtful &= doubtful - 1)
    if (!is_whole(values[__builtin_ctz(doubtful)]))
      return explain(lines, line, error);
  *record = (SwfRecord){
      .job = (int64_t)values[0],
      .submit = values[1],
      .wait = values[2],
      .run = values[3],
      .processors_allocated = (int64_t)values[4],
      .cpu_time = values[5],
      .memory_used = values[6],
      .processors_requested = (int64_t)values[7],
      .time_requested = values[8],
      .memory_requested = values[9],
      .status = (int64_t)values[10],
      .user = (int64_t)values[11],
      .group = (int64_t)values[12],
      .executable = (int64_t)values[13],
      .queue = (int64_t)values[14],
      .partition = (int64_t)values[15],
      .preceding_job = (int64_t)values[16],
      .think_time = values[17],
  };
  return true;
}

LineRead swf_reader_next(SwfReader *reader, SwfRecord *record, GError **error)
{
  char *line = g_steal_pointer(&reader->first);
  size_t length = reader->first_length;
  while (line == NULL) {
    LineRead read = line_reader_next(reader->lines, &line, &length, error);
    if (read != LINE_READ)
      return read;
    const char *start = skip_blanks(line);
    if (*start == ';' || *start == '\0')
      line = NULL;
  }
  return parse_record(reader->lines, line, length, record, error) ? LINE_READ : LINE_FAILED;
}
