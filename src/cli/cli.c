/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/report.h"

typedef struct {
  const char *name;
  const char *summary;
  ExitStatus (*run)(int argc, char **argv);
} Command;

static const Command commands[] = {
    {"run", "run a workload on a simulated cluster (this is what sim does if no command is given)",
     command_run},
    {"validate", "check workloads and the traces that they name, and say what they would run",
     command_validate},
    {"list", "list what can be named: allocators, schedulers, keys of workload files, ...", command_list},
    {"show", "show a run that is in a results file, as a workload that repeats it", command_show},
    {"sweep", "run a workload at many points: values of its keys, allocators, seeds, replications",
     command_sweep},
    {"merge", "merge results files into one", command_merge},
    {"compare", "compare runs that differ in one thing, pair by pair", command_compare},
    {"manipulate", "let a framework lie, and say what it gains", command_manipulate},
    {"gate", "say whether an allocator has become unfair, against a baseline", command_gate},
    {"plot", "draw a figure of runs", command_plot},
    {"report", "make a page of runs: summary, figures, comparison, provenance", command_report},
    {"export", "write results as CSV, trace events (Perfetto), Batsim's jobs.csv or SWF", command_export},
    {"explain", "say why a framework was offered what it was, at an instant of a run", command_explain},
    {"check-allocator", "judge an allocator, or a plug-in, by its contract", command_check_allocator},
};

static void print_help(FILE *out)
{
  fputs("sim replays a workload on a simulated cluster that is scheduled by offers, as in Mesos.\n"
        "\n"
        "Usage: sim [run] --workload FILE [--allocator NAME] [OPTION...]\n"
        "       sim COMMAND [OPTION...]\n"
        "\n"
        "Commands:\n",
        out);
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    fprintf(out, "  %-16s %s\n", commands[i].name, commands[i].summary);
  fprintf(out, "  %-16s %s\n", "help", "say more about a command, as sim COMMAND --help does");
  fputs("\n"
        "  --version  the version and the commit it was built from\n"
        "  --help     this help\n"
        "\n"
        "Examples:\n"
        "  sim --workload workloads/quickstart.ini --allocator drf\n"
        "  sqlite3 quickstart-drf-1.db \"SELECT * FROM completion_time LIMIT 5\"\n"
        "  sim list allocators\n",
        out);
}

static const Command *find_command(const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static ExitStatus refuse_command(const char *name)
{
  const char *names[G_N_ELEMENTS(commands) + 1] = {NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    names[i] = commands[i].name;
  g_autoptr(GError) error = NULL;
  options_unknown(&error, "command", name, names);
  return report_error(error);
}

/* "sim my.ini" runs it; "sim vaildate" is a command that does not exist. */
static gboolean looks_like_file(const char *word)
{
  return strpbrk(word, "./") != NULL || g_file_test(word, G_FILE_TEST_EXISTS);
}

static ExitStatus help(int argc, char **argv)
{
  if (argc == 0) {
    print_help(stdout);
    return EXIT_WELL;
  }
  const Command *command = find_command(argv[0]);
  char *ask[] = {(char[]){"--help"}, NULL};
  return command == NULL ? refuse_command(argv[0]) : command->run(1, ask);
}

static ExitStatus dispatch(int argc, char **argv)
{
  if (argc < 2) {
    print_help(stderr);
    return EXIT_BAD_INPUT;
  }
  const char *first = argv[1];
  if (strcmp(first, "--version") == 0) {
    options_print_version();
    return EXIT_WELL;
  }
  if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
    return help(0, NULL);
  if (strcmp(first, "help") == 0)
    return help(argc - 2, argv + 2);
  const Command *command = find_command(first);
  if (command != NULL)
    return command->run(argc - 2, argv + 2);
  if (first[0] != '-' && !looks_like_file(first))
    return refuse_command(first);
  return command_run(argc - 1, argv + 1);
}

int cli_run(int argc, char **argv)
{
  /* A file that grows beyond the limit of its owner is an error of that write, not the end of the process. */
  signal(SIGXFSZ, SIG_IGN);
  /* Whoever ignores the ends of children hands that on, and then nobody can wait for a plug-in, a worker or gnuplot. */
  signal(SIGCHLD, SIG_DFL);
  ExitStatus status = dispatch(argc, argv);
  /* What was printed is part of the result: a full disk behind ">" is a failure too. */
  gboolean failed = ferror(stdout) != 0;
  if ((fflush(stdout) != 0 || failed) && status == EXIT_WELL) {
    fprintf(stderr, "sim: cannot write to standard output: %s\n", g_strerror(errno));
    status = EXIT_RUN_FAILED;
  }
  return (int)status;
}
