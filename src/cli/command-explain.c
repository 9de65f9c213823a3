/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/number.h"
#include "base/time-text.h"
#include "cli/commands.h"
#include "cli/explain-print.h"
#include "cli/explain-replay.h"
#include "cli/options.h"
#include "cli/report.h"
#include "metrics/results-reader.h"
#include "report/format.h"

static const char summary[] =
    "Says why a framework was offered what it was: makes a run that is in a results file again, up\n"
    "to an instant, and prints what its allocator would decide there, before anything else happens:\n"
    "the order in which all are served, and for each kind of agent the gate that says no.";

static const char examples[] =
    "Examples:\n"
    "  sim explain quickstart-drf-1.db --framework facebook-2 --at 10min\n"
    "  sim explain quickstart-drf-1.db --agent agent-17 --at 600s\n"
    "\n"
    "The run is made again from what is stored. It is refused (exit status 2) where the version or\n"
    "commit of sim, a trace, or a plug-in is not the one it was made with.";

typedef struct {
  char *framework;
  char *agent;
  char *at;
  char *run;
  char *call_limit;
} ExplainArguments;

static void explain_arguments_clear(ExplainArguments *arguments)
{
  g_free(arguments->framework);
  g_free(arguments->agent);
  g_free(arguments->at);
  g_free(arguments->run);
  g_free(arguments->call_limit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExplainArguments, explain_arguments_clear)

/* --- the answer ----------------------------------------------------------------------------------------- */

typedef struct {
  const char *framework; /* one of the two is NULL */
  const char *agent;
  GString *out;
  GError *error;
} Question;

static void fail_unknown(Question *question, const char *what, const char *name, GPtrArray *known)
{
  g_ptr_array_add(known, NULL);
  if (known->len > 1) {
    options_unknown(&question->error, what, name, (const char *const *)known->pdata);
    g_prefix_error(&question->error, "at that instant: ");
  } else {
    g_set_error(&question->error, CLI_ERROR, CLI_ERROR_USAGE, "at that instant there is no %s at all", what);
  }
}

static void explain_the_framework(Question *question, ExplainReplay *replay)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (uint32_t i = 0; i < replay->frameworks->len; i++) {
    ExplainFramework *framework = explain_framework(replay, (FrameworkId){i});
    if (!framework->present)
      continue;
    if (strcmp(framework->name, question->framework) == 0) {
      explain_print_framework(replay, (FrameworkId){i}, question->out);
      return;
    }
    g_ptr_array_add(known, framework->name);
  }
  fail_unknown(question, "framework", question->framework, known);
}

#define AGENTS_NAMED 5

static void explain_the_agent(Question *question, ExplainReplay *replay)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new();
  for (uint32_t i = 0; i < replay->agents->len; i++) {
    ExplainAgent *agent = explain_agent(replay, (AgentId){i});
    if (!agent->present)
      continue;
    if (strcmp(agent->hostname, question->agent) == 0) {
      explain_print_agent(replay, (AgentId){i}, question->out);
      return;
    }
    g_ptr_array_add(known, agent->hostname);
  }
  if (known->len > AGENTS_NAMED) { /* the nearest, or how they are called */
    g_autoptr(GPtrArray) all = g_ptr_array_copy(known, NULL, NULL);
    g_ptr_array_add(all, NULL);
    if (base_nearest(question->agent, (const char *const *)all->pdata) == NULL) {
      g_set_error(&question->error, CLI_ERROR, CLI_ERROR_USAGE,
                  "at that instant: unknown agent \"%s\"; expected one of %u, from %s to %s", question->agent,
                  known->len, (const char *)known->pdata[0], (const char *)known->pdata[known->len - 1]);
      return;
    }
  }
  fail_unknown(question, "agent", question->agent, known);
}

static void ask(void *self, ExplainReplay *replay)
{
  Question *question = self;
  if (question->framework != NULL)
    explain_the_framework(question, replay);
  else
    explain_the_agent(question, replay);
}

/* --- the command ---------------------------------------------------------------------------------------- */

static char *describe_head(ExplainReplay *replay, const ResultsOrigin *origin)
{
  g_autofree char *title = printable(replay->experiment->title);
  g_autofree char *at = duration_print((Duration){replay->at.ns});
  g_autofree char *which =
      origin->replication == 0 ? g_strdup("") : g_strdup_printf(", replication %u", origin->replication);
  return g_strdup_printf("%s\nat %s, before what happens then; allocator %s; seed %" G_GUINT64_FORMAT
                         "%s\n\n",
                         title, at, origin->allocator, origin->seed, which);
}

static bool take_run(const ResultsReader *reader, const char *path, const char *text, uint32_t *run,
                     GError **error)
{
  int64_t number = 1;
  uint32_t n = results_reader_runs(reader);
  if (n == 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_INPUT, "%s: holds no run", path);
    return false;
  }
  if (text != NULL && !number_parse_integer(text, 1, n, &number, error)) {
    g_prefix_error(error, "--run: ");
    return false;
  }
  if (text == NULL && n > 1)
    report_note("%s holds %u runs, this is the first of them (--run N)", path, n);
  *run = (uint32_t)number - 1;
  return true;
}

static bool take_instant(const char *text, Instant *at, GError **error)
{
  Duration since;
  if (text == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "when? Give --at TIME, such as 10min (sim explain --help)");
    return false;
  }
  if (!duration_parse(text, &since, error)) {
    g_prefix_error(error, "--at: ");
    return false;
  }
  /* The run stops a nanosecond before. */
  if (since.ns < 2) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "--at: expected an instant after the start of the run, not \"%s\"", text);
    return false;
  }
  *at = (Instant){since.ns};
  return true;
}

static bool check_question(const ExplainArguments *arguments, char **files, GError **error)
{
  if (files[0] == NULL || files[1] != NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "which results file? Give one (sim explain --help)");
  else if ((arguments->framework == NULL) == (arguments->agent == NULL))
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "what is to be explained? Give --framework NAME or --agent NAME");
  else
    return true;
  return false;
}

/* What is asked about which run. */
typedef struct {
  ResultsReader *reader;
  ResultsOrigin origin;
  uint32_t run;
  Instant at;
  Duration call_limit;
} Subject;

static void subject_clear(Subject *subject)
{
  results_reader_free(subject->reader);
  results_origin_clear(&subject->origin);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Subject, subject_clear)

static bool take_subject(const char *path, const ExplainArguments *arguments, Subject *subject,
                         GError **error)
{
  subject->reader = results_reader_open(path, error);
  if (subject->reader == NULL || !take_run(subject->reader, path, arguments->run, &subject->run, error) ||
      !take_instant(arguments->at, &subject->at, error) ||
      !results_reader_origin(subject->reader, subject->run, &subject->origin, error) ||
      !explain_replay_check(&subject->origin, path, error))
    return false;
  const char *file = subject->origin.allocator_path;
  return options_parse_call_limit(arguments->call_limit, file == NULL ? subject->origin.allocator : file,
                                  &subject->call_limit, error);
}

static bool explain(const Subject *subject, const char *path, const ExplainArguments *arguments, Guard *guard,
                    GError **error)
{
  g_autoptr(ExplainReplay) replay =
      explain_replay_new(subject->reader, subject->run, &subject->origin, path,
                         guard == NULL ? NULL : guard_page(guard), subject->at, error);
  if (replay == NULL)
    return false;
  g_autoptr(GString) out = g_string_new(NULL);
  Question question = {arguments->framework, arguments->agent, out, NULL};
  if (!explain_replay_run(replay, ask, &question, error)) {
    g_clear_error(&question.error);
    return false;
  }
  if (question.error != NULL) {
    g_propagate_error(error, question.error);
    return false;
  }
  g_autofree char *head = describe_head(replay, &subject->origin);
  fputs(head, stdout);
  fputs(out->str, stdout);
  return true;
}

static ExitStatus answer(const char *path, const ExplainArguments *arguments)
{
  g_auto(Subject) subject = {0};
  g_autoptr(Guard) guard = NULL;
  g_autoptr(GError) error = NULL;
  bool known = take_subject(path, arguments, &subject, &error);
  if (known && subject.origin.allocator_path != NULL) {
    ExitStatus status;
    guard = guard_new();
    if (guard_command(guard, subject.origin.allocator_path, subject.call_limit, &status))
      return status;
  }
  if (known && explain(&subject, path, arguments, guard, &error))
    return EXIT_WELL;
  report_error(error);
  return EXIT_BAD_INPUT; /* whatever cannot be read here was named on the command line */
}

ExitStatus command_explain(int argc, char **argv)
{
  g_auto(ExplainArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"framework", 'f', 0, G_OPTION_ARG_FILENAME, &arguments.framework, "What it gets of each kind of agent",
       "NAME"},
      {"agent", 0, 0, G_OPTION_ARG_FILENAME, &arguments.agent, "Who gets what of it: its host name", "NAME"},
      {"at", 't', 0, G_OPTION_ARG_FILENAME, &arguments.at, "The instant, since the start of the run: 10min",
       "TIME"},
      {"run", 'r', 0, G_OPTION_ARG_FILENAME, &arguments.run, "Which run, where the file holds several", "N"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments.call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"explain", "[OPTION...] RESULTS --at TIME", summary, examples, entries};
  g_auto(GStrv) files = NULL;
  g_autoptr(GError) error = NULL;
  OptionsRead read = options_read(&options, argc, argv, &files, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_WRONG || !check_question(&arguments, files, &error))
    return report_error(error);
  return answer(files[0], &arguments);
}
