/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain-print.h"

#include <string.h>

#include "base/resources-text.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/master.h"
#include "report/format.h"

#define CLIENTS_SHOWN 30 /* of the order; the one in question is always among them */

static const char *const gates[GATES] = {
    [GATE_OFFERED] = "offered",
    [GATE_AGENT_INACTIVE] = "agent is not active",
    [GATE_NOT_WHITELISTED] = "agent is not whitelisted",
    [GATE_NOTHING_FREE] = "nothing is free",
    [GATE_FRAMEWORK_INACTIVE] = "framework is not active",
    [GATE_SUPPRESSED] = "suppressed",
    [GATE_CONSTRAINTS] = "constraints exclude it",
    [GATE_CAPABILITY] = "capability is missing",
    [GATE_QUOTA_LIMIT] = "limit of the role",
    [GATE_QUOTA_HEADROOM] = "held back for guarantees",
    [GATE_MINIMUM] = "less than the minimum",
    [GATE_FILTER] = "refused",
    [GATE_SERVED_BEFORE] = "others are served before",
};

static const char *gate_name(AllocatorGate gate)
{
  return (unsigned)gate < GATES ? gates[gate] : "unknown";
}

static char *format_instant(Instant at)
{
  return format_seconds(duration_seconds((Duration){at.ns}));
}

/* --- what one agent's explanation says -------------------------------------------------------------------- */

typedef struct {
  RoleId role;
  FrameworkId framework;
  double role_key;
  double framework_key;
  AllocatorGate gate;
  Instant until;
  char *offerable; /* NULL: nothing */
} Line;

static void line_clear(void *line)
{
  g_free(((Line *)line)->offerable);
}

typedef struct {
  const ExplainReplay *replay;
  GArray *lines; /* Line, in the order of service */
} Listing;

static void take_client(void *self, const ExplainedClient *client)
{
  const Listing *listing = self;
  Line line = {
      client->role, client->framework, client->role_key, client->framework_key, client->gate, client->until,
      NULL};
  if (client->gate == GATE_OFFERED)
    line.offerable = resources_print(listing->replay->experiment->kinds, &client->offerable);
  g_array_append_val(listing->lines, line);
}

/* Returns: (transfer full): of Line. */
static GArray *ask_agent(const ExplainReplay *replay, AgentId agent)
{
  Listing listing = {replay, g_array_new(FALSE, FALSE, sizeof(Line))};
  g_array_set_clear_func(listing.lines, line_clear);
  master_explain(replay->master, replay->at, agent, take_client, &listing);
  return listing.lines;
}

/* --- the order ------------------------------------------------------------------------------------------ */

static char *note_of(const Line *line)
{
  if (line->gate == GATE_OFFERED)
    return g_strdup(line->offerable);
  if (line->gate != GATE_FILTER)
    return g_strdup("");
  g_autofree char *until = format_instant(line->until);
  return g_strdup_printf("until %s", until);
}

static void add_heading(TextTable *table, const char *const *names)
{
  for (; *names != NULL; names++)
    text_table_add(table, g_strdup(*names));
}

static void add_client(TextTable *table, const ExplainReplay *replay, const Line *line, guint number,
                       bool marked)
{
  text_table_add(table, g_strdup_printf("%s%u", marked ? "> " : "  ", number));
  text_table_add(table, printable(master_role_path(replay->master, line->role)));
  text_table_add(table, g_strdup_printf("%.6g", line->role_key));
  text_table_add(table, printable(explain_framework(replay, line->framework)->name));
  text_table_add(table, g_strdup_printf("%.6g", line->framework_key));
}

/* The first ones, and all of @framework (or FRAMEWORK_NONE). */
static bool is_shown(const Line *line, guint index, FrameworkId framework)
{
  return index < CLIENTS_SHOWN || line->framework.index == framework.index;
}

static void print_order(const ExplainReplay *replay, const GArray *lines, FrameworkId framework, GString *out)
{
  static const char *const names[] = {"  #", "role", "share", "framework", "share", "gate", "", NULL};
  g_autoptr(TextTable) table = text_table_new(G_N_ELEMENTS(names) - 1, true);
  guint left_out = 0;
  add_heading(table, names);
  for (guint i = 0; i < lines->len; i++) {
    const Line *line = &g_array_index(lines, Line, i);
    if (!is_shown(line, i, framework)) {
      left_out++;
      continue;
    }
    add_client(table, replay, line, i + 1, line->framework.index == framework.index);
    text_table_add(table, g_strdup(gate_name(line->gate)));
    text_table_add(table, note_of(line));
  }
  text_table_print(table, "", out);
  if (left_out > 0)
    g_string_append_printf(out, "  and %u more\n", left_out);
}

/* --- of a framework ------------------------------------------------------------------------------------- */

/* Agents of one class with one outcome. */
typedef struct {
  const char *what; /* of the first agent */
  RoleId role;
  AllocatorGate gate;
  uint32_t n;
  AgentId first;
  char *offerable; /* of the first agent */
  Instant earliest;
  Instant latest;
} Outcome;

static void outcome_clear(void *outcome)
{
  g_free(((Outcome *)outcome)->offerable);
}

static Outcome *find_outcome(GArray *outcomes, GHashTable *known, const ExplainAgent *agent, AgentId id,
                             const Line *line)
{
  /* Looked up only. */
  char *key = g_strdup_printf("%u %d %s", line->role.index, (int)line->gate, agent->what);
  gpointer index;
  if (g_hash_table_lookup_extended(known, key, NULL, &index)) {
    g_free(key);
    return &g_array_index(outcomes, Outcome, GPOINTER_TO_UINT(index));
  }
  g_hash_table_insert(known, key, GUINT_TO_POINTER(outcomes->len));
  Outcome outcome = {agent->what, line->role, line->gate, 0, id, g_strdup(line->offerable),
                     line->until, line->until};
  g_array_append_val(outcomes, outcome);
  return &g_array_index(outcomes, Outcome, outcomes->len - 1);
}

/* In the order of the gates; then most agents first. */
static gint compare_outcomes(gconstpointer a, gconstpointer b)
{
  const Outcome *one = a;
  const Outcome *other = b;
  if (one->gate != other->gate)
    return one->gate < other->gate ? -1 : 1;
  if (one->n != other->n)
    return one->n > other->n ? -1 : 1;
  return one->first.index < other->first.index ? -1 : 1;
}

static char *outcome_note(const Outcome *outcome)
{
  if (outcome->gate == GATE_OFFERED)
    return g_strdup_printf("%s%s", outcome->n > 1 ? "such as " : "", outcome->offerable);
  if (outcome->gate != GATE_FILTER)
    return g_strdup("");
  g_autofree char *earliest = format_instant(outcome->earliest);
  g_autofree char *latest = format_instant(outcome->latest);
  return strcmp(earliest, latest) == 0 ? g_strdup_printf("until %s", latest)
                                       : g_strdup_printf("until %s to %s", earliest, latest);
}

static void print_outcomes(const ExplainReplay *replay, const GArray *outcomes, GString *out)
{
  static const char *const names[] = {"agents", "each", "first", "role", "gate", "", NULL};
  g_autoptr(TextTable) table = text_table_new(6, true);
  add_heading(table, names);
  for (guint i = 0; i < outcomes->len; i++) {
    const Outcome *outcome = &g_array_index(outcomes, Outcome, i);
    text_table_add(table, format_count(outcome->n));
    text_table_add(table, printable(outcome->what));
    text_table_add(table, printable(explain_agent(replay, outcome->first)->hostname));
    text_table_add(table, printable(master_role_path(replay->master, outcome->role)));
    text_table_add(table, g_strdup(gate_name(outcome->gate)));
    text_table_add(table, outcome_note(outcome));
  }
  text_table_print(table, "", out);
}

static void add_outcomes(GArray *outcomes, GHashTable *known, const ExplainReplay *replay, AgentId id,
                         const GArray *lines, FrameworkId framework)
{
  for (guint i = 0; i < lines->len; i++) {
    const Line *line = &g_array_index(lines, Line, i);
    if (line->framework.index != framework.index)
      continue;
    Outcome *outcome = find_outcome(outcomes, known, explain_agent(replay, id), id, line);
    outcome->n++;
    outcome->earliest = instant_min(outcome->earliest, line->until);
    if (instant_is_before(outcome->latest, line->until))
      outcome->latest = line->until;
  }
}

/* Whether there is something to be given away: such an agent says more of the order. */
static bool has_something_free(const GArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    if (g_array_index(lines, Line, i).gate > GATE_NOTHING_FREE ||
        g_array_index(lines, Line, i).gate == GATE_OFFERED)
      return true;
  return false;
}

void explain_print_framework(ExplainReplay *replay, FrameworkId framework, GString *out)
{
  g_autoptr(GArray) outcomes = g_array_new(FALSE, FALSE, sizeof(Outcome));
  g_array_set_clear_func(outcomes, outcome_clear);
  g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GArray) order = NULL; /* the first agent's, or that of the first which has something free */
  AgentId ordered = AGENT_NONE;
  for (uint32_t i = 0; i < replay->agents->len; i++) {
    if (!explain_agent(replay, (AgentId){i})->present)
      continue;
    g_autoptr(GArray) lines = ask_agent(replay, (AgentId){i});
    add_outcomes(outcomes, known, replay, (AgentId){i}, lines, framework);
    if (order == NULL || (!has_something_free(order) && has_something_free(lines))) {
      g_clear_pointer(&order, g_array_unref);
      order = g_steal_pointer(&lines);
      ordered = (AgentId){i};
    }
  }
  if (order == NULL) {
    g_string_append(out, "There is no agent.\n");
    return;
  }
  g_array_sort(outcomes, compare_outcomes);
  g_autofree char *hostname = printable(explain_agent(replay, ordered)->hostname);
  g_string_append_printf(out, "The order of service, and what each gets of agent %s:\n\n", hostname);
  print_order(replay, order, framework, out);
  g_autofree char *name = printable(explain_framework(replay, framework)->name);
  g_string_append_printf(out, "\nWhat %s gets of an agent that a periodic run visits alone:\n\n", name);
  print_outcomes(replay, outcomes, out);
}

/* --- of an agent ---------------------------------------------------------------------------------------- */

void explain_print_agent(ExplainReplay *replay, AgentId agent, GString *out)
{
  g_autofree char *hostname = printable(explain_agent(replay, agent)->hostname);
  g_autofree char *what = printable(explain_agent(replay, agent)->what);
  g_autoptr(GArray) lines = ask_agent(replay, agent);
  g_string_append_printf(out, "Who gets what of agent %s (%s) in a periodic run that visits it alone:\n\n",
                         hostname, what);
  print_order(replay, lines, FRAMEWORK_NONE, out);
}
