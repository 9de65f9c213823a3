/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/resources-text.h"
#include "workload/workload-build.h"

/* Reads [operator NAME] groups: at = TIME: CALL. A call is words with blanks between them; where it lists things,
 * there are commas between these. */

typedef struct CallForm CallForm;

typedef struct {
  WorkloadBuild *build;
  OperatorSpec *call;
  const CallForm *form;
} CallRead;

struct CallForm {
  const char *word;
  const char *arguments;
  const char *summary;
  bool (*read)(const CallRead *read, const char *rest, GError **error);
};

static bool read_weights(const CallRead *read, const char *rest, GError **error);
static bool read_quotas(const CallRead *read, const char *rest, GError **error);
static bool read_resources(const CallRead *read, const char *rest, GError **error);
static bool read_maintenance(const CallRead *read, const char *rest, GError **error);
static bool read_agents(const CallRead *read, const char *rest, GError **error);
static bool read_drain(const CallRead *read, const char *rest, GError **error);
static bool read_whitelist(const CallRead *read, const char *rest, GError **error);
static bool read_framework(const CallRead *read, const char *rest, GError **error);

/* By OperatorKind. */
static const CallForm forms[] = {
    [CALL_WEIGHT] = {"weight", "ROLE NUMBER, ...", "sets weights of roles", read_weights},
    [CALL_QUOTA] = {"quota", "ROLE [guarantee=RESOURCES] [limit=RESOURCES], ... [force]",
                    "sets quotas of roles, or takes them away; force: also where they do not fit",
                    read_quotas},
    [CALL_RESERVE] = {"reserve", "AGENTS RESOURCES",
                      "reserves on each agent: cpus(*,ROLE):2, as it stands afterwards", read_resources},
    [CALL_UNRESERVE] = {"unreserve", "AGENTS RESOURCES", "takes the uppermost reservation off",
                        read_resources},
    [CALL_CREATE] = {"create", "AGENTS RESOURCES",
                     "makes volumes: disk(*,ROLE)[NAME]:100, as they stand afterwards", read_resources},
    [CALL_DESTROY] = {"destroy", "AGENTS RESOURCES", "destroys volumes", read_resources},
    [CALL_MAINTENANCE] = {"maintenance", "AGENTS start=TIME [length=TIME], ...; or: none",
                          "replaces the maintenance schedule", read_maintenance},
    [CALL_MAINTENANCE_START] = {"maintenance-start", "AGENTS", "shuts agents of the schedule down",
                                read_agents},
    [CALL_MAINTENANCE_STOP] = {"maintenance-stop", "AGENTS", "lets them come back", read_agents},
    [CALL_DRAIN] = {"drain", "AGENTS [grace=TIME] [mark-gone]",
                    "kills the tasks of agents, which are offered no more; mark-gone: then removes them",
                    read_drain},
    [CALL_DEACTIVATE] = {"deactivate", "AGENTS", "offers agents no more", read_agents},
    [CALL_REACTIVATE] = {"reactivate", "AGENTS", "offers them again", read_agents},
    [CALL_GONE] = {"gone", "AGENTS", "removes agents for ever", read_agents},
    [CALL_WHITELIST] = {"whitelist", "AGENTS, ...; or: all; or: none", "offers these agents only",
                        read_whitelist},
    [CALL_TEARDOWN] = {"teardown", "FRAMEWORK", "removes a framework with its tasks", read_framework},
};

bool workload_call_next(size_t *position, WorkloadCall *call)
{
  if (*position >= G_N_ELEMENTS(forms))
    return false;
  const CallForm *form = &forms[(*position)++];
  *call = (WorkloadCall){form->word, form->arguments, form->summary};
  return true;
}

/* --- words ---------------------------------------------------------------------------------------------- */

static bool fail_form(const CallRead *read, GError **error)
{
  return value_fail(error, "expected \"%s %s\", not \"%s\"", read->form->word, read->form->arguments,
                    read->call->text);
}

/* Calls @one for each thing that is listed, with an item of its own. */
static bool read_items(const CallRead *read, const char *rest,
                       bool (*one)(const CallRead *read, char **words, OperatorItem *item, GError **error),
                       GError **error)
{
  g_auto(GStrv) parts = g_strsplit(rest, ",", -1);
  OperatorSpec *call = read->call;
  call->items = g_new0(OperatorItem, g_strv_length(parts) + 1);
  for (char **part = parts; *part != NULL; part++) {
    g_auto(GStrv) words = value_words(*part);
    OperatorItem *item = &call->items[call->n_items++];
    if (words[0] == NULL)
      return fail_form(read, error);
    if (!one(read, words, item, error))
      return false;
  }
  return call->n_items > 0 || fail_form(read, error);
}

static bool set_role(const CallRead *read, const char *role, OperatorItem *item, GError **error)
{
  if (!role_path_check(role, error))
    return false;
  for (uint32_t i = 0; i + 1 < read->call->n_items; i++)
    if (strcmp(read->call->items[i].role, role) == 0)
      return value_fail(error, "the role \"%s\" stands there twice", role);
  item->role = g_strdup(role);
  return true;
}

/* Each of @words, or what stands before its "=", is there once. */
static bool check_once(char *const *words, GError **error)
{
  for (char *const *word = words; *word != NULL; word++)
    for (char *const *before = words; before < word; before++) {
      size_t length = strcspn(*word, "=");
      if (strcspn(*before, "=") == length && strncmp(*before, *word, length) == 0)
        return value_fail(error, "\"%.*s\" stands there twice", (int)length, *word);
    }
  return true;
}

/* --- roles ---------------------------------------------------------------------------------------------- */

static bool read_weight(const CallRead *read, char **words, OperatorItem *item, GError **error)
{
  if (g_strv_length(words) != 2)
    return fail_form(read, error);
  return set_role(read, words[0], item, error) &&
         value_positive(&read->build->context, words[1], &item->weight, error);
}

static bool read_weights(const CallRead *read, const char *rest, GError **error)
{
  return read_items(read, rest, read_weight, error);
}

static bool check_quota(const OperatorItem *item, const ResourceKinds *kinds, GError **error)
{
  for (uint32_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (item->limit.amount[kind] >= 0 && item->guarantee.amount[kind] > item->limit.amount[kind])
      return value_fail(error, "the guarantee of \"%s\" is above the limit in %s", item->role,
                        resource_kinds_name(kinds, kind));
  return true;
}

static bool read_quota(const CallRead *read, char **words, OperatorItem *item, GError **error)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    item->limit.amount[kind] = -1;
  if (!set_role(read, words[0], item, error) || !check_once(words + 1, error))
    return false;
  for (char **word = words + 1; *word != NULL; word++) {
    const char *guarantee = value_assigned(*word, "guarantee");
    const char *limit = value_assigned(*word, "limit");
    if (strcmp(*word, "force") == 0) {
      read->call->force = true;
    } else if (guarantee == NULL && limit == NULL) {
      return fail_form(read, error);
    } else if (!value_bounds(&read->build->context, guarantee != NULL ? guarantee : limit,
                             guarantee != NULL ? &item->guarantee : &item->limit, error)) {
      return false;
    }
  }
  return check_quota(item, read->build->context.kinds, error);
}

static bool read_quotas(const CallRead *read, const char *rest, GError **error)
{
  return read_items(read, rest, read_quota, error);
}

/* --- agents --------------------------------------------------------------------------------------------- */

static bool read_agents(const CallRead *read, const char *rest, GError **error)
{
  if (*rest == '\0')
    return fail_form(read, error);
  return agents_find(read->build, rest, &read->call->agents, error);
}

/* The first word names the agents; @rest moves behind it. */
static bool read_first_agents(const CallRead *read, const char **rest, GError **error)
{
  size_t length = strcspn(*rest, " \t");
  g_autofree char *agents = g_strndup(*rest, length);
  if (length == 0)
    return fail_form(read, error);
  if (!agents_find(read->build, agents, &read->call->agents, error))
    return false;
  *rest += length + strspn(*rest + length, " \t");
  return true;
}

/* Only what the call is about: what operators reserve, or volumes. */
static bool check_slices(const CallRead *read, const char *text, GError **error)
{
  const OperatorSpec *call = read->call;
  const ResourceKinds *kinds = read->build->context.kinds;
  bool volumes = call->kind == CALL_CREATE || call->kind == CALL_DESTROY;
  const ResourceSlices *slices = call->resources.special;
  bool fits = slices != NULL && quantities_are_zero(&call->resources.plain);
  for (uint32_t i = 0; fits && i < slices->n_slices; i++) {
    const ResourceSlice *slice = &slices->slices[i];
    bool volume = slice->disk != DISK_NONE && resource_kinds_disk_volume(kinds, slice->disk) != NULL;
    fits = slice->reservation != RESERVATION_NONE && !slice->revocable && volume == volumes &&
           (volumes || resource_kinds_reservation_is_dynamic(kinds, slice->reservation));
  }
  return fits || value_fail(error, "expected %s, not \"%s\"",
                            volumes ? "reserved volumes only, such as \"disk(*,role)[name]:100\""
                                    : "what is dynamically reserved only, such as \"cpus(*,role):2\"",
                            text);
}

static bool read_resources(const CallRead *read, const char *rest, GError **error)
{
  if (!read_first_agents(read, &rest, error))
    return false;
  if (*rest == '\0')
    return fail_form(read, error);
  return resources_parse(read->build->context.kinds, rest, &read->call->resources, error) &&
         check_slices(read, rest, error);
}

/* The agents of an item; none of them is in one before it. */
static bool set_agents(const CallRead *read, const char *text, OperatorItem *item, GError **error)
{
  if (!agents_find(read->build, text, &item->agents, error))
    return false;
  for (const OperatorItem *before = read->call->items; before < item; before++)
    if (before->agents.first < item->agents.first + item->agents.n &&
        item->agents.first < before->agents.first + before->agents.n)
      return value_fail(error, "an agent of \"%s\" stands there twice", text);
  return true;
}

static bool read_window(const CallRead *read, char **words, OperatorItem *item, GError **error)
{
  const ValueContext *context = &read->build->context;
  bool has_start = false;
  item->length = DURATION_MAX;
  if (!set_agents(read, words[0], item, error) || !check_once(words + 1, error))
    return false;
  for (char **word = words + 1; *word != NULL; word++) {
    const char *start = value_assigned(*word, "start");
    const char *length = value_assigned(*word, "length");
    if (start == NULL && length == NULL) {
      return fail_form(read, error);
    }
    if (start != NULL ? !value_instant(context, start, &item->start, error)
                      : !value_duration(context, length, &item->length, error))
      return false;
    has_start = has_start || start != NULL;
  }
  return has_start || value_fail(error, "expected \"start=TIME\" behind \"%s\"", words[0]);
}

static bool read_maintenance(const CallRead *read, const char *rest, GError **error)
{
  return strcmp(rest, "none") == 0 || read_items(read, rest, read_window, error);
}

static bool read_drain(const CallRead *read, const char *rest, GError **error)
{
  if (!read_first_agents(read, &rest, error))
    return false;
  g_auto(GStrv) words = value_words(rest);
  if (!check_once(words, error))
    return false;
  for (char **word = words; *word != NULL; word++) {
    const char *grace = value_assigned(*word, "grace");
    if (strcmp(*word, "mark-gone") == 0)
      read->call->mark_gone = true;
    else if (grace == NULL)
      return fail_form(read, error);
    else if (!value_duration(&read->build->context, grace, &read->call->grace, error))
      return false;
  }
  return true;
}

static bool read_listed(const CallRead *read, char **words, OperatorItem *item, GError **error)
{
  if (words[1] != NULL)
    return fail_form(read, error);
  return set_agents(read, words[0], item, error);
}

static bool read_whitelist(const CallRead *read, const char *rest, GError **error)
{
  read->call->all = strcmp(rest, "all") == 0;
  return read->call->all || strcmp(rest, "none") == 0 || read_items(read, rest, read_listed, error);
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

/* Names of the frameworks of a trace are not known here. */
static bool read_framework(const CallRead *read, const char *rest, GError **error)
{
  const Experiment *experiment = read->build->experiment;
  g_autofree const char **names = g_new0(const char *, experiment->n_frameworks + 1);
  bool known = false;
  if (*rest == '\0')
    return fail_form(read, error);
  for (uint32_t i = 0; i < experiment->n_frameworks && !known; i++) {
    const FrameworkSpec *framework = &experiment->frameworks[i];
    names[i] = framework->name;
    known = framework->trace != NULL || strcmp(names[i], rest) == 0;
    if (!g_str_has_prefix(rest, names[i]))
      continue;
    for (uint32_t member = 0; !known && member < framework->count; member++) {
      g_autofree char *name = framework_member_name(framework, member);
      known = strcmp(name, rest) == 0;
    }
  }
  int index;
  if (!known && !value_choice(rest, "framework", names, &index, error))
    return false;
  read->call->framework = g_strdup(rest);
  return true;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static bool read_call(WorkloadBuild *build, const char *text, OperatorSpec *call, GError **error)
{
  const char *names[G_N_ELEMENTS(forms) + 1] = {NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
    names[i] = forms[i].word;
  const char *colon = strchr(text, ':');
  if (colon == NULL)
    return value_fail(error, "expected a time and a call, such as \"600s: weight analytics 2\", not \"%s\"",
                      text);
  g_autofree char *at = g_strstrip(g_strndup(text, (size_t)(colon - text)));
  if (!value_instant(&build->context, at, &call->at, error))
    return false;
  call->text = g_strstrip(g_strdup(colon + 1));
  size_t length = strcspn(call->text, " \t");
  g_autofree char *word = g_strndup(call->text, length);
  int kind;
  if (!value_choice(word, "call", names, &kind, error))
    return false;
  call->kind = (OperatorKind)kind;
  const CallRead read = {build, call, &forms[kind]};
  return forms[kind].read(&read, call->text + length + strspn(call->text + length, " \t"), error);
}

static bool build_operator(WorkloadBuild *build, const KeyGroup *group, GError **error)
{
  Experiment *experiment = build->experiment;
  OperatorSpec *call = &experiment->operators[experiment->n_operators++];
  *call = (OperatorSpec){.name = g_strdup(group->rest), .line = group->position.line};
  KeyParts parts = {.attributes = {NULL, 0}};
  const KeyTargets targets = {.experiment = experiment, .parts = &parts};
  bool read = key_group_read(build->file, group, GROUP_OPERATOR, JOBS_ANY, &build->context, &targets, error);
  if (read && !read_call(build, parts.call, call, error)) {
    key_file_prefix(build->file, group, key_group_find(group, "at"), error);
    read = false;
  }
  key_parts_clear(&parts);
  return read;
}

static int compare_instants(const void *a, const void *b)
{
  const OperatorSpec *x = a, *y = b;
  if (x->at.ns != y->at.ns)
    return x->at.ns < y->at.ns ? -1 : 1;
  return 0;
}

bool build_operators(WorkloadBuild *build, GError **error)
{
  Experiment *experiment = build->experiment;
  const GPtrArray *groups = key_file_groups(build->file);
  experiment->operators = g_new0(OperatorSpec, groups->len);
  for (guint i = 0; i < groups->len; i++) {
    const KeyGroup *group = g_ptr_array_index(groups, i);
    if (strcmp(group->kind, "operator") == 0 && !build_operator(build, group, error))
      return false;
  }
  g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(OperatorSpec));
  g_array_append_vals(sorted, experiment->operators, experiment->n_operators);
  g_array_sort(sorted, compare_instants); /* stable */
  if (sorted->len > 0)
    memcpy(experiment->operators, sorted->data, sorted->len * sizeof(OperatorSpec));
  return true;
}
