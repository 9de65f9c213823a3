/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "allocators/registry.h"
#include "cli/commands.h"
#include "cli/load-workload.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/sweep-file.h"
#include "cli/table.h"
#include "metrics/metric-list.h"
#include "metrics/results-schema.h"
#include "report/figures.h"
#include "workload/workload-file.h"

/* A name that stands in a workload file, and what it means. */
typedef struct {
  const char *name;
  const char *meaning;
} Entry;

static const Entry schedulers[] = {
    {"elastic", "starts a task on whatever it is offered, as soon as one fits"},
    {"rigid", "a gang: holds what it is offered until all tasks of a stage fit, then starts them at once"},
    {"mpi", "a gang whose tasks run equally long, and are lost together: then it starts again as a whole"},
    {"spark", "executors that live on and hold what they have read, so that later iterations are fast"},
    {"torque", "a queue of mpi jobs on the nodes that its role is guaranteed, in order or with backfilling"},
    {"service", "keeps a number of instances up, replaces those that are lost, follows a schedule"},
    {"decliner", "runs nothing, and declines whatever it is offered"},
    {"hadoop", "maps near their data (delay scheduling), then reduces; speculative execution"},
};

static const Entry distributions[] = {
    {"30s", "a bare value is a constant"},
    {"uniform(10s, 20s)", "least and largest value"},
    {"exponential(30s)", "mean"},
    {"normal(30s, 10s)", "mean and standard deviation; redrawn while not positive"},
    {"lognormal(30s, 60s)", "mean and standard deviation, of the variable itself"},
    {"weibull(0.7, 30s)", "shape and scale"},
    {"gamma(2, 15s)", "shape and scale"},
    {"pareto(1.5, 10s, 1h)", "shape, least and (not needed) largest value"},
    {"hyperexponential(0.9: 10s, 0.1: 200s)", "probability: mean of each branch"},
    {"empirical(durations.txt)", "the lines of a file, each alike; its path is relative to the workload's"},
    {"mixture(3: 10s, 1: normal(60s, 5s))", "weight: distribution of each component"},
};

static const Entry arrivals[] = {
    {"once", "all jobs at the start of the framework (the default)"},
    {"at(0s, 10min, 1h)", "at these times, counted from the start"},
    {"every(10s)", "the first at the start, each further one this much later; may be a distribution"},
    {"poisson(30s)", "exponential gaps of this mean"},
    {"closed(1min)", "the next one this think time after the one before was completed"},
};

static const Entry formats[] = {
    {"ini", "a workload file: groups of \"key = value\" lines (sim list keys)"},
    {"swf", "a trace in the Standard Workload Format 2.2 of the Parallel Workloads Archive; runs as it is"},
    {"swim", "a trace of Hadoop jobs as SWIM writes it (.tsv); runs as it is"},
    {"csv",
     "a trace of your own, with a header; a workload file says which column, or which product \"a*b\" of two "
     "columns, means what"},
};

/* --- lists of names ------------------------------------------------------------------------------------- */

static void add_row(TextTable *table, const char *name, const char *meaning)
{
  text_table_add(table, printable(name));
  text_table_add(table, printable(meaning));
}

static void print_table(const TextTable *table)
{
  g_autoptr(GString) out = g_string_new(NULL);
  text_table_print(table, "", out);
  fputs(out->str, stdout);
}

static void print_entries(const Entry *entries, size_t n)
{
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (size_t i = 0; i < n; i++)
    add_row(table, entries[i].name, entries[i].meaning);
  print_table(table);
}

static void list_allocators(void)
{
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (const AllocatorInterface *const *one = allocator_list(); *one != NULL; one++)
    add_row(table, (*one)->name, (*one)->summary);
  print_table(table);
}

static void list_schedulers(void)
{
  print_entries(schedulers, G_N_ELEMENTS(schedulers));
}

static void list_distributions(void)
{
  print_entries(distributions, G_N_ELEMENTS(distributions));
}

static void list_arrivals(void)
{
  print_entries(arrivals, G_N_ELEMENTS(arrivals));
}

static void list_formats(void)
{
  print_entries(formats, G_N_ELEMENTS(formats));
}

/* --- keys ----------------------------------------------------------------------------------------------- */

static char *describe_key(const WorkloadKey *key)
{
  GString *text = g_string_new(key->summary);
  if (key->default_value != NULL && *key->default_value != '\0')
    g_string_append_printf(text, " (default %s)", key->default_value);
  if (key->scope != NULL)
    g_string_append_printf(text, " [%s]", key->scope);
  return g_string_free(text, FALSE);
}

/* --- calls ---------------------------------------------------------------------------------------------- */

static void list_calls(void)
{
  WorkloadCall call;
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (size_t position = 0; workload_call_next(&position, &call);) {
    g_autofree char *form = g_strdup_printf("%s %s", call.word, call.arguments);
    add_row(table, form, call.summary);
  }
  add_row(table, "AGENTS", "a class (web), some of it (web:3, web:1-20) or a hostname (agent-00007)");
  print_table(table);
}

static void list_keys(void)
{
  WorkloadKey key;
  const char *group = "";
  g_autoptr(TextTable) table = text_table_new(3, true);
  for (size_t position = 0; workload_key_next(&position, &key);) {
    if (strcmp(group, key.group) != 0) {
      text_table_add(table, g_strdup_printf("[%s]", key.group));
      text_table_add(table, g_strdup(""));
      text_table_add(table, g_strdup(""));
    }
    group = key.group;
    text_table_add(table, g_strdup_printf("  %s", key.key));
    text_table_add(table, g_strdup(key.type));
    text_table_add(table, describe_key(&key));
  }
  print_table(table);
}

/* --- results -------------------------------------------------------------------------------------------- */

static void list_figures(void)
{
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (const FigureKind *kind = figure_kinds(); kind->name != NULL; kind++)
    add_row(table, kind->name, kind->summary);
  print_table(table);
}

static void add_three(TextTable *table, char *name, const char *unit, const char *meaning)
{
  text_table_add(table, name);
  text_table_add(table, g_strdup(unit));
  text_table_add(table, g_strdup(meaning));
}

static void add_relation(TextTable *table, const char *what, const ResultsRelation *relation)
{
  add_three(table, g_strdup_printf("%s %s", what, relation->name), "", "");
  for (const ResultsColumn *column = relation->columns; column->name != NULL; column++)
    add_three(table, g_strdup_printf("  %s", column->name), column->unit, column->text);
}

static void list_columns(void)
{
  g_autoptr(TextTable) table = text_table_new(3, true);
  for (int i = 0; i < RESULTS_TABLES; i++)
    add_relation(table, "table", results_table((ResultsTable)i));
  for (const ResultsRelation *view = results_views(); view->name != NULL; view++)
    add_relation(table, "view", view);
  print_table(table);
}

static void add_metric(TextTable *table, const Metric *metric)
{
  text_table_add(table, g_strdup(metric->name));
  text_table_add(table, g_strdup(metric->unit));
  text_table_add(table, g_strdup(metric_better(metric)));
  text_table_add(table, g_strdup(metric->text));
}

static void list_metrics(void)
{
  g_autoptr(TextTable) table = text_table_new(4, true);
  for (const Metric *metric = metric_list(); metric->name != NULL; metric++)
    add_metric(table, metric);
  print_table(table);
}

/* --- workloads ------------------------------------------------------------------------------------------ */

/* The workloads lie beside the program: installed in ../share, built in the source tree two folders up. */
static char *workload_folder(void)
{
  static const char *const places[] = {"../share/offersim/workloads", "../../workloads", "../workloads"};
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  if (program == NULL)
    return NULL;
  g_autofree char *folder = g_path_get_dirname(program);
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    g_autofree char *place = g_canonicalize_filename(places[i], folder);
    if (g_file_test(place, G_FILE_TEST_IS_DIR))
      return g_steal_pointer(&place);
  }
  return NULL;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The .ini files of a folder and of those in it. */
static void add_workload_files(const char *folder, bool deeper, GPtrArray *files)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  if (dir == NULL)
    return;
  for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_str_has_suffix(name, ".ini"))
      g_ptr_array_add(files, g_steal_pointer(&path));
    else if (deeper && g_file_test(path, G_FILE_TEST_IS_DIR))
      add_workload_files(path, false, files);
  }
  g_dir_close(dir);
}

static void list_workloads(void)
{
  g_autofree char *folder = workload_folder();
  if (folder == NULL) {
    report_warning("the workloads that come with the program are not beside it");
    return;
  }
  g_autoptr(TextTable) table = text_table_new(2, true);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
  add_workload_files(folder, true, files);
  g_ptr_array_sort(files, compare_names);
  for (guint i = 0; i < files->len; i++) {
    const char *path = g_ptr_array_index(files, i);
    g_auto(LoadedWorkload) loaded = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(SweepFile) sweep = NULL;
    if (load_workload(path, NULL, NULL, &loaded, &error))
      add_row(table, path, loaded.experiment->title);
    else if ((sweep = sweep_file_load(path, NULL)) != NULL)
      add_row(table, path, "a sweep: for sim sweep");
    else
      report_warning(error->message);
  }
  print_table(table);
}

/* --- the command ---------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  void (*print)(void);
  const char *summary;
} lists[] = {
    {"allocators", list_allocators, "who decides which framework is offered what (--allocator NAME)"},
    {"schedulers", list_schedulers, "how a framework uses offers (scheduler = NAME)"},
    {"arrivals", list_arrivals, "when jobs are submitted (arrival = ...)"},
    {"distributions", list_distributions, "values that are drawn (task-duration = ..., and others)"},
    {"formats", list_formats, "files that can be run"},
    {"workloads", list_workloads, "the workloads that come with the program (--workload FILE)"},
    {"calls", list_calls, "what the operator may do ([operator NAME], at = TIME: CALL)"},
    {"figures", list_figures, "what can be drawn of results (sim plot --figure NAME)"},
    {"keys", list_keys, "all groups and keys of a workload file"},
    {"columns", list_columns, "all tables, views and columns of a results file, with units"},
    {"metrics", list_metrics, "the numbers of table metric"},
};

static const char summary[] =
    "Lists what can be named in a workload file, on the command line or in a query, one line each.\n"
    "Without WHAT it lists all but keys, columns and metrics.";

static char *describe_lists(void)
{
  g_autoptr(TextTable) table = text_table_new(2, true);
  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
    add_row(table, lists[i].name, lists[i].summary);
  GString *text = g_string_new("WHAT:\n");
  text_table_print(table, "  ", text);
  g_string_append(text, "\nExamples:\n"
                        "  sim list allocators\n"
                        "  sim list keys | less");
  return g_string_free(text, FALSE);
}

/* Printed only where it is asked for. */
static bool is_long(void (*print)(void))
{
  return print == list_keys || print == list_columns || print == list_metrics;
}

static void list_all(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
    if (!is_long(lists[i].print)) {
      printf("%s%s: %s\n\n", i == 0 ? "" : "\n", lists[i].name, lists[i].summary);
      lists[i].print();
    }
}

/* All of @words are known before the first list is printed. */
static bool check_names(char *const *words, GError **error)
{
  const char *names[G_N_ELEMENTS(lists) + 1] = {NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
    names[i] = lists[i].name;
  for (; *words != NULL; words++)
    if (!g_strv_contains(names, *words)) {
      options_unknown(error, "list", *words, names);
      return false;
    }
  return true;
}

static void list_one(const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
    if (strcmp(name, lists[i].name) == 0)
      lists[i].print();
}

ExitStatus command_list(int argc, char **argv)
{
  static const GOptionEntry entries[] = {G_OPTION_ENTRY_NULL};
  g_autofree char *what = describe_lists();
  const CommandOptions options = {"list", "[WHAT...]", summary, what, entries};
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &words, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_WRONG || !check_names(words, &error))
    return report_error(error);
  if (words[0] == NULL)
    list_all();
  for (char **word = words; *word != NULL; word++)
    list_one(*word);
  return EXIT_WELL;
}
