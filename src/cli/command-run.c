/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <glib.h>
#include <stdio.h>

#include "cli/allocator-choice.h"
#include "cli/load-workload.h"
#include "cli/output-file.h"
#include "cli/pilot.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/run-arguments.h"
#include "cli/run-batch.h"
#include "cli/run-plan.h"
#include "cli/sources.h"
#include "cli/summary-print.h"
#include "engine/random.h"

/* --- from the arguments to a plan ----------------------------------------------------------------------- */

/* Everything that a plan points to. */
typedef struct {
  Guard *guard; /* NULL: the allocator is no plug-in */
  AllocatorChoice allocator;
  LoadedWorkload workload;
  Sources *sources;
  const char **allocator_options;
  char **overrides;
  char *output;
  char *command;
  bool many; /* the workload wants more than one run: there is no plan */
  RunPlan plan;
} Preparation;

static void preparation_clear(Preparation *preparation)
{
  sources_free(preparation->sources);
  g_free(preparation->allocator_options);
  g_strfreev(preparation->overrides);
  g_free(preparation->output);
  g_free(preparation->command);
  loaded_workload_clear(&preparation->workload);
  allocator_choice_clear(&preparation->allocator);
  guard_free(preparation->guard);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Preparation, preparation_clear)

static bool prepare(const RunArguments *arguments, Preparation *preparation, GError **error)
{
  RunPlan *plan = &preparation->plan;
  GuardPage *page = preparation->guard == NULL ? NULL : guard_page(preparation->guard);
  if (!run_arguments_record(arguments, &plan->record_tasks, error) ||
      !allocator_choose(arguments->allocator, page, &preparation->allocator, error))
    return false;
  plan->allocator = preparation->allocator.interface;
  plan->plugin = preparation->allocator.plugin;
  plan->guard = preparation->guard;
  preparation->overrides = run_arguments_overrides(arguments, error);
  const char *const *overrides = (const char *const *)preparation->overrides;
  if (overrides == NULL ||
      !load_workload(arguments->workload, overrides, plan->plugin == NULL ? NULL : plan->allocator,
                     &preparation->workload, error) ||
      !run_arguments_count("--replication", arguments->replication, 0, 0, &plan->replication, error))
    return false;

  plan->experiment = preparation->workload.experiment;
  preparation->many = arguments->replication == NULL && run_batch_is_wanted(plan->experiment);
  if (preparation->many)
    return true;
  plan->settings = overrides;
  plan->seed = plan->experiment->seed;
  plan->quiet = arguments->quiet;
  plan->progress = !arguments->quiet && !arguments->no_progress && progress_possible();
  if (!arguments->quiet)
    load_workload_note(&preparation->workload);
  uint64_t seed = sim_replication_seed(plan->seed, plan->replication);
  preparation->sources = sources_open(plan->experiment, preparation->workload.raw, seed, error);
  if (preparation->sources == NULL)
    return false;
  if (!arguments->quiet) {
    sources_warn(preparation->sources);
    pilot_warn(plan->experiment);
  }
  preparation->allocator_options = allocator_option_values(plan->experiment, plan->allocator);
  preparation->output = arguments->output != NULL ? g_strdup(arguments->output)
                                                  : output_default(arguments->workload, plan->allocator->name,
                                                                   plan->seed, plan->replication);
  plan->sources = preparation->sources;
  plan->allocator_options = preparation->allocator_options;
  plan->output = preparation->output;
  plan->scratch = arguments->scratch;
  plan->command = preparation->command;
  return output_check(plan->output, plan->experiment, error);
}

/* --- the command ---------------------------------------------------------------------------------------- */

static ExitStatus execute(const RunPlan *plan)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Run) run = run_prepare(plan, &error);
  if (run == NULL)
    return report_error(error);
  if (!plan->quiet) {
    g_autofree char *head = summary_head_of_plan(plan->experiment, plan->sources, plan->allocator->name,
                                                 plan->seed, plan->replication);
    fputs(head, stdout);
    fflush(stdout); /* before the first line of progress */
  }
  g_auto(ResultsSummary) results = {0};
  RunEnd end = run_execute(run, &results, &error);
  if (end == RUN_FAILED)
    return report_error(error);
  if (!plan->quiet) {
    g_autofree char *body = summary_body(&results);
    fputs(body, stdout);
  }
  return end == RUN_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_WELL;
}

ExitStatus command_run(int argc, char **argv)
{
  g_auto(RunArguments) arguments = {0};
  g_auto(Preparation) preparation = {.command = run_arguments_command(argc, argv)};
  g_autoptr(GError) error = NULL;
  switch (run_arguments_read(argc, argv, &arguments, &error)) {
  case OPTIONS_HELP:
    return EXIT_WELL;
  case OPTIONS_WRONG:
    return report_error(error);
  case OPTIONS_READ:
  default:
    break;
  }
  if (run_batch_is_asked(&arguments))
    return run_batch(&arguments);
  Duration call_limit;
  if (!options_parse_call_limit(arguments.call_limit, arguments.allocator, &call_limit, &error))
    return report_error(error);
  if (plugin_is_path(arguments.allocator)) {
    /* From here on this may be a child: the plug-in never runs in the process that the user waits for. */
    ExitStatus status;
    preparation.guard = guard_new();
    if (guard_command(preparation.guard, arguments.allocator, call_limit, &status))
      return status;
  }
  if (!prepare(&arguments, &preparation, &error))
    return report_error(error);
  return preparation.many ? run_batch(&arguments) : execute(&preparation.plan);
}
