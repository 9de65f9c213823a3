/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocators/contract.h"
#include "base/number.h"
#include "cli/allocator-choice.h"
#include "cli/commands.h"
#include "cli/guard.h"
#include "cli/options.h"
#include "cli/report.h"
#include "report/format.h"

static const char summary[] =
    "Plays random scenarios with an allocator, one that ships or a plug-in, and says for each rule of\n"
    "the contract whether it keeps it. Each rule is judged in a process of its own: a crash breaks the\n"
    "rule in question. What the allocator declares of itself is tested, other properties are not.";

static const char examples[] =
    "Examples:\n"
    "  sim check-allocator drf\n"
    "  sim check-allocator ./mine.so\n"
    "  sim check-allocator ./mine.so --rule filters --scenarios 500 --seed 3\n"
    "  sim check-allocator ./mine.so --option resource=mem\n"
    "\n"
    "Exit status: 0 all rules are kept; 1 one is broken; 2 the allocator cannot be loaded.";

typedef struct {
  char *scenarios;
  char *seed;
  char *call_limit;
  char **rules;
  char **options;
} CheckArguments;

static void check_arguments_clear(CheckArguments *arguments)
{
  g_free(arguments->scenarios);
  g_free(arguments->seed);
  g_free(arguments->call_limit);
  g_strfreev(arguments->rules);
  g_strfreev(arguments->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CheckArguments, check_arguments_clear)

typedef struct {
  const char *allocator; /* as given */
  uint32_t n_scenarios;
  uint64_t seed;
  Duration call_limit;
  char *const *rules;   /* (nullable): only these */
  char *const *options; /* (nullable): KEY=VALUE */
} Check;

/* --- options -------------------------------------------------------------------------------------------- */

static bool option_take(const AllocatorInterface *allocator, const char *option, const char **values,
                        GError **error)
{
  const char *equals = strchr(option, '=');
  g_autofree char *key = equals == NULL ? g_strdup(option) : g_strndup(option, (size_t)(equals - option));
  g_autofree const char **keys = g_new0(const char *, allocator->n_options + 1);
  if (equals == NULL || equals == option) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--option: expected KEY=VALUE, not \"%s\"", option);
    return false;
  }
  for (uint32_t i = 0; i < allocator->n_options; i++) {
    keys[i] = allocator->options[i].key;
    if (strcmp(keys[i], key) != 0)
      continue;
    if (values[i] != NULL) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--option: %s is given twice", key);
      return false;
    }
    values[i] = equals + 1;
    return true;
  }
  if (allocator->n_options > 0)
    options_unknown(error, "option of the allocator", key, keys);
  else
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--option %s: allocator %s has no options", key,
                allocator->name);
  return false;
}

/* (transfer container) (nullable): one for each option of the allocator, in its order. */
static const char **option_values(const Check *check, const AllocatorInterface *allocator, GError **error)
{
  g_autofree const char **values = g_new0(const char *, allocator->n_options + 1);
  for (char *const *option = check->options; option != NULL && *option != NULL; option++)
    if (!option_take(allocator, *option, values, error))
      return NULL;
  g_autofree char *message = NULL;
  if (check->options == NULL || contract_options_check(allocator, values, &message))
    return g_steal_pointer(&values);
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--option: allocator %s: %s", allocator->name, message);
  return NULL;
}

/* --- one rule ------------------------------------------------------------------------------------------- */

/* What a child hands back: how many rules it would take to say so in an exit status alone. */
typedef struct {
  ContractVerdict verdict;
  char *violation; /* (nullable) */
} Judgement;

/* In the child, which leaves the plug-in as it is. */
static G_NORETURN void leave(Guard *guard, int status)
{
  guard_free(guard);
  _exit(status);
}

/* In the child: the verdict, then the violation, if any, go through the pipe: as much as fits into the smallest one there
 * is, because it is written before anybody reads. */
static G_NORETURN void judge_and_exit(const Check *check, uint32_t rule, Guard *guard, int out)
{
  AllocatorChoice choice = {0};
  g_autoptr(GError) error = NULL;
  if (!allocator_choose(check->allocator, guard_page(guard), &choice, &error))
    leave(guard, (int)report_error(error));
  g_autofree const char **values = option_values(check, choice.interface, &error);
  if (values == NULL)
    leave(guard, (int)report_error(error));
  g_autofree char *violation = NULL;
  ContractVerdict verdict =
      contract_judge(rule, choice.interface, values, check->seed, check->n_scenarios, &violation);
  g_autofree char *text = g_strdup_printf("%d%s", (int)verdict, violation == NULL ? "" : violation);
  size_t length = MIN(strlen(text), PIPE_BUF);
  bool written = write(out, text, length) == (ssize_t)length;
  leave(guard, written ? EXIT_WELL : EXIT_RUN_FAILED);
}

static char *read_all(int in)
{
  GString *text = g_string_new(NULL);
  char block[4096];
  for (ssize_t n; (n = read(in, block, sizeof block)) > 0;)
    g_string_append_len(text, block, n);
  return g_string_free(text, FALSE);
}

static bool judge(const Check *check, uint32_t rule, Judgement *judgement, ExitStatus *status, GError **error)
{
  g_autoptr(Guard) guard = guard_new();
  int ends[2];
  if (pipe(ends) != 0) {
    g_set_error_literal(error, CLI_ERROR, CLI_ERROR_RUN, "no pipe can be made");
    return false;
  }
  bool child;
  if (!guard_fork(guard, &child, error))
    return false;
  if (child)
    judge_and_exit(check, rule, guard, ends[1]);
  close(ends[1]);
  GuardReport report = guard_wait(guard, check->call_limit);
  g_autofree char *text = read_all(ends[0]);
  close(ends[0]);
  g_autofree char *wrong = guard_describe(&report, check->call_limit);
  if (wrong != NULL) {
    *judgement = (Judgement){CONTRACT_BROKEN, g_strdup_printf("it %s", wrong)};
    return true;
  }
  *status = report.end == GUARD_INTERRUPTED ? EXIT_INTERRUPTED : (ExitStatus)report.status;
  if (*status != EXIT_WELL || *text == '\0')
    return false;
  *judgement = (Judgement){(ContractVerdict)(*text - '0'), text[1] == '\0' ? NULL : g_strdup(text + 1)};
  return true;
}

/* --- all rules ------------------------------------------------------------------------------------------ */

static const char *const verdicts[] = {
    [CONTRACT_KEPT] = "kept",
    [CONTRACT_BROKEN] = "BROKEN",
    [CONTRACT_NOT_DECLARED] = "not declared",
    [CONTRACT_NOT_JUDGED] = "not judged",
};

static void print_judgement(const ContractRule *rule, const Judgement *judgement)
{
  printf("%-16s %-13s %s\n", rule->name, verdicts[judgement->verdict], rule->summary);
  if (judgement->violation == NULL)
    return;
  g_auto(GStrv) lines = g_strsplit(judgement->violation, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_autofree char *shown = printable(*line);
    printf("%s%s\n", line == lines ? "    " : "      ", shown);
  }
}

static bool is_chosen(const Check *check, const char *rule)
{
  return check->rules == NULL || g_strv_contains((const char *const *)check->rules, rule);
}

static ExitStatus check_all(const Check *check)
{
  uint32_t n;
  const ContractRule *rules = contract_rules(&n);
  uint32_t broken = 0;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!is_chosen(check, rules[i].name))
      continue;
    Judgement judgement = {CONTRACT_KEPT, NULL};
    ExitStatus status = EXIT_RUN_FAILED;
    g_autoptr(GError) error = NULL;
    if (!judge(check, i, &judgement, &status, &error))
      return error == NULL ? status : report_error(error); /* else it has been said */
    print_judgement(&rules[i], &judgement);
    fflush(stdout);
    broken += judgement.verdict == CONTRACT_BROKEN;
    kept += judgement.verdict == CONTRACT_KEPT;
    g_free(judgement.violation);
  }
  g_autofree char *broken_rules = format_counted(broken, "rule");
  g_autofree char *kept_rules = format_counted(kept, "rule");
  printf("\n%s kept, %s broken\n", kept_rules, broken_rules);
  return broken == 0 ? EXIT_WELL : EXIT_RUN_FAILED;
}

/* --- the command ---------------------------------------------------------------------------------------- */

static bool check_rules(char *const *rules, GError **error)
{
  uint32_t n;
  const ContractRule *known = contract_rules(&n);
  g_autofree const char **names = g_new0(const char *, n + 1);
  for (uint32_t i = 0; i < n; i++)
    names[i] = known[i].name;
  for (; rules != NULL && *rules != NULL; rules++)
    if (!g_strv_contains(names, *rules)) {
      options_unknown(error, "rule", *rules, names);
      return false;
    }
  return true;
}

static bool take_arguments(const CheckArguments *arguments, char **words, Check *check, GError **error)
{
  if (words[0] == NULL || words[1] != NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "which allocator? Give one name or file (sim check-allocator --help)");
    return false;
  }
  int64_t scenarios = CONTRACT_SCENARIOS_DEFAULT;
  *check =
      (Check){.allocator = words[0], .seed = 1, .rules = arguments->rules, .options = arguments->options};
  if (arguments->scenarios != NULL &&
      !number_parse_integer(arguments->scenarios, 1, 1000000, &scenarios, error)) {
    g_prefix_error(error, "--scenarios: ");
    return false;
  }
  check->n_scenarios = (uint32_t)scenarios;
  return (arguments->seed == NULL || options_parse_seed(arguments->seed, &check->seed, error)) &&
         options_parse_call_limit(arguments->call_limit, words[0], &check->call_limit, error) &&
         check_rules(arguments->rules, error);
}

/* Whether it is there and can be loaded, before anything is judged; in a child of its own. */
static ExitStatus try_to_load(const Check *check)
{
  g_autoptr(Guard) guard = guard_new();
  ExitStatus status;
  if (guard_command(guard, check->allocator, check->call_limit, &status))
    return status;
  AllocatorChoice choice = {0};
  g_autoptr(GError) error = NULL;
  bool loaded = allocator_choose(check->allocator, guard_page(guard), &choice, &error);
  if (loaded) {
    g_autofree const char **values = option_values(check, choice.interface, &error);
    loaded = values != NULL;
  }
  leave(g_steal_pointer(&guard), loaded ? EXIT_WELL : (int)report_error(error));
}

ExitStatus command_check_allocator(int argc, char **argv)
{
  g_auto(CheckArguments) arguments = {0};
  const GOptionEntry entries[] = {
      {"rule", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.rules, "Judge only this rule; may be repeated",
       "RULE"},
      {"option", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments.options,
       "Give the allocator this option, as a workload does in [allocator NAME]; may be repeated",
       "KEY=VALUE"},
      {"scenarios", 'n', 0, G_OPTION_ARG_FILENAME, &arguments.scenarios,
       "How many scenarios are played for each rule (default: 20)", "N"},
      {"seed", 's', 0, G_OPTION_ARG_FILENAME, &arguments.seed, "Of the scenarios (default: 1)", "N"},
      {"plugin-call-limit", 0, 0, G_OPTION_ARG_FILENAME, &arguments.call_limit,
       "Processor time that one call into a plug-in may take (default: 60s)", "TIME"},
      G_OPTION_ENTRY_NULL,
  };
  const CommandOptions options = {"check-allocator", "[OPTION...] NAME|FILE", summary, examples, entries};
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  Check check;
  OptionsRead read = options_read(&options, argc, argv, &words, &error);
  if (read == OPTIONS_HELP)
    return EXIT_WELL;
  if (read == OPTIONS_WRONG || !take_arguments(&arguments, words, &check, &error))
    return report_error(error);
  ExitStatus status = try_to_load(&check);
  return status == EXIT_WELL ? check_all(&check) : status;
}
