/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/raw-trace.h"

#include <string.h>

#include "traces/swf.h"

static const char head[] =
    "# The defaults for a raw trace, as they were used. Kept in a file beside the trace, this is a workload\n"
    "# of its own that may be changed.\n";

static bool has_suffix(const char *path, const char *suffix)
{
  size_t length = strlen(path);
  size_t end = strlen(suffix);
  return length > end && g_ascii_strcasecmp(path + length - end, suffix) == 0;
}

static bool is_swf(const char *path)
{
  return has_suffix(path, ".swf") || has_suffix(path, ".swf.gz");
}

bool raw_trace_is(const char *path)
{
  return is_swf(path) || has_suffix(path, ".tsv") || has_suffix(path, ".tsv.gz");
}

/* One class of agents. */
static void append_agents(GString *text, const char *group, const char *count_key, int64_t count,
                          int64_t cpus)
{
  g_string_append_printf(text, "\n[%s]\n%s = %" G_GINT64_FORMAT "\nresources = cpus:%" G_GINT64_FORMAT "\n",
                         group, count_key, count, cpus);
}

/* MaxNodes agents that have MaxProcs cpus together. */
static void append_swf_cluster(GString *text, const SwfHeader *header, bool one_class)
{
  int64_t procs = header->max_procs;
  int64_t nodes = header->max_nodes;
  g_string_append_printf(text, "\n# The header of the trace says MaxProcs: %" G_GINT64_FORMAT, procs);
  if (nodes > 0 && nodes <= procs) {
    g_string_append_printf(text, " on MaxNodes: %" G_GINT64_FORMAT ".", nodes);
  } else {
    g_string_append(text, " and no MaxNodes that fit: agents of one cpu.");
    nodes = procs;
  }
  g_string_append(text, " Memory requests count where agents have mem.\n");
  int64_t each = procs / nodes;
  int64_t more = procs % nodes;
  g_string_truncate(text, text->len - 1);
  if (more == 0 || one_class) {
    append_agents(text, "cluster", "agents", nodes, more == 0 ? each : each + 1);
  } else {
    append_agents(text, "agents larger", "count", more, each + 1);
    append_agents(text, "agents smaller", "count", nodes - more, each);
  }
}

static bool append_swf(GString *text, const char *path, bool cluster_given, GError **error)
{
  LineReader *lines = line_reader_open(path, false, error);
  g_autoptr(SwfReader) reader = lines == NULL ? NULL : swf_reader_new(lines, error);
  if (reader == NULL)
    return false;
  const SwfHeader *header = swf_reader_header(reader);
  if (header->max_procs > 0) {
    append_swf_cluster(text, header, cluster_given);
  } else if (cluster_given) {
    g_string_append(text, "\n# The header of the trace does not say the size of the machine.\n[cluster]\n");
  } else {
    const char *found = swf_header_find(header, "MaxProcs", 0);
    g_set_error(
        error, TRACE_ERROR, TRACE_ERROR_MAPPING,
        "%s: the header says no size of the machine (MaxProcs: %s); give it with --set cluster.agents=N "
        "--set \"cluster.resources=cpus:M\"",
        path, found != NULL ? found : "none");
    return false;
  }
  g_string_append(
      text, "\n# A framework per user; a job has a task of one cpu per processor, all run for field 4.\n"
            "[framework user]\n"
            "scheduler = elastic\n");
  return true;
}

static void append_swim(GString *text)
{
  g_string_append(text,
                  "\n# The size of the cluster that was traced in 2009.\n"
                  "[cluster]\n"
                  "agents = 600\n"
                  "resources = cpus:4;mem:15360\n"
                  "\n# Jobs are dealt out in turn; tasks and durations follow from the bytes of each job.\n"
                  "[framework hadoop]\n"
                  "scheduler = elastic\n");
}

char *raw_trace_workload(const char *path, bool cluster_given, GError **error)
{
  g_autofree char *name = g_path_get_basename(path);
  g_autofree char *shown = g_utf8_make_valid(name, -1);
  g_autoptr(GString) text = g_string_new(head);
  bool swf = is_swf(path);

  g_string_append_printf(text, "[experiment]\ntitle = %s\n", shown);
  if (swf && !append_swf(text, path, cluster_given, error))
    return NULL;
  if (!swf)
    append_swim(text);
  g_string_append_printf(text, "trace = %s\nformat = %s\n", name, swf ? "swf" : "swim");
  if (swf)
    g_string_append(text, "frameworks = user\n");
  else
    g_string_append(text, "frameworks = 4\n"
                          "trace-nodes = 600\n"
                          "block-size = 128MiB\n"
                          "map-rate = 10MB/s\n"
                          "reduce-rate = 10MB/s\n"
                          "bytes-per-reduce = 1GiB\n"
                          "task-overhead = 1s\n");
  return g_string_free(g_steal_pointer(&text), false);
}
