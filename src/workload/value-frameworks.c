/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/number.h"
#include "workload/values.h"
#include "workload/workload-file.h"

/* --- words ---------------------------------------------------------------------------------------------- */

bool value_compat(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {"none", "mesos", NULL};
  int index;
  if (!value_choice(text, "compatibility", names, &index, error))
    return false;
  *(bool *)field = index == 1;
  return true;
}

bool value_inverse_offers(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {
      [INVERSE_ACCEPT] = "accept", [INVERSE_DECLINE] = "decline", [INVERSE_IGNORE] = "ignore", NULL};
  int index;
  if (!value_choice(text, "reply", names, &index, error))
    return false;
  *(InverseOfferReply *)field = (InverseOfferReply)index;
  return true;
}

/* In the order of SchedulerCapability. */
static const char *const capability_names[] = {
    "gpu-resources", "revocable-resources", "shared-resources",   "reservation-refinement",
    "region-aware",  "partition-aware",     "task-killing-state", NULL};

bool value_capabilities(const ValueContext *context, const char *text, void *field, GError **error)
{
  uint32_t capabilities = 0;
  g_auto(GStrv) names = NULL;
  if (*text != '\0' && !value_names(context, text, &names, error))
    return false;
  for (char **name = names; name != NULL && *name != NULL; name++) {
    int index;
    if (!value_choice(*name, "capability", capability_names, &index, error))
      return false;
    capabilities |= 1u << index;
  }
  *(uint32_t *)field = capabilities;
  return true;
}

bool value_declared_demand(const ValueContext *context, const char *text, void *field, GError **error)
{
  static const char *const names[] = {"none", "truth", "inflate", NULL};
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  int index;
  double factor;
  if (!value_call(text, &name, &arguments, error) || !value_choice(name, "declaration", names, &index, error))
    return false;
  if ((index == 2) != (arguments != NULL) || (arguments != NULL && arguments[1] != NULL))
    return value_fail(error, "expected \"%s%s\", not \"%s\"", name, index == 2 ? "(FACTOR)" : "", text);
  factor = index;
  if (index == 2 && !value_positive(context, arguments[0], &factor, error))
    return false;
  *(double *)field = factor;
  return true;
}

bool value_partition(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {"shared", "static", NULL};
  int index;
  if (!value_choice(text, "partition", names, &index, error))
    return false;
  *(bool *)field = index == 1;
  return true;
}

bool value_backfill(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {"none", "easy", NULL};
  int index;
  if (!value_choice(text, "backfilling", names, &index, error))
    return false;
  *(bool *)field = index == 1;
  return true;
}

bool value_spread(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  static const char *const names[] = {
      [SPREAD_NONE] = "none", [SPREAD_HOST] = "host", [SPREAD_RACK] = "rack", NULL};
  int index;
  if (!value_choice(text, "spread", names, &index, error))
    return false;
  *(Spread *)field = (Spread)index;
  return true;
}

bool value_times_or_none(const ValueContext *context, const char *text, void *field, GError **error)
{
  if (strcmp(text, "none") != 0)
    return value_times(context, text, field, error);
  *(SimDistribution **)field = NULL;
  return true;
}

/* --- instances ------------------------------------------------------------------------------------------ */

/* "10" for the first, "TIME: 20" for those behind it. */
static bool read_change(const ValueContext *context, char *text, InstanceList *changes, GError **error)
{
  InstanceChange *change = &changes->list[changes->n];
  char *colon = strchr(text, ':');
  if ((colon == NULL) != (changes->n == 0))
    return value_fail(error, "expected a number, then TIME: NUMBER, not \"%s\"", g_strstrip(text));
  if (colon != NULL) {
    *colon = '\0';
    if (!value_duration(context, g_strstrip(text), &change->after, error))
      return false;
    if (change->after.ns <= changes->list[changes->n - 1].after.ns)
      return value_fail(error, "expected times that ascend, not \"%s\"", text);
    text = colon + 1;
  }
  changes->n++;
  return value_count(context, g_strstrip(text), &change->count, error);
}

bool value_instances(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  InstanceList changes = {g_new0(InstanceChange, g_strv_length(parts) + 1), 0};
  for (char **part = parts; *part != NULL; part++)
    if (!read_change(context, *part, &changes, error)) {
      g_free(changes.list);
      return false;
    }
  if (changes.n == 0) {
    g_free(changes.list);
    return value_fail(error, "expected a number of instances");
  }
  *(InstanceList *)field = changes;
  return true;
}

/* --- costs of the master -------------------------------------------------------------------------------- */

static const char *const cost_names[MASTER_COSTS + 1] = {
    [MASTER_COST_ACCEPT] = "accept",     [MASTER_COST_ACCEPT_TASK] = "accept-task",
    [MASTER_COST_DECLINE] = "decline",   [MASTER_COST_DECLINE_OFFER] = "decline-offer",
    [MASTER_COST_SUPPRESS] = "suppress", [MASTER_COST_REVIVE] = "revive",
    [MASTER_COST_KILL] = "kill",         [MASTER_COST_ACKNOWLEDGE] = "acknowledge",
    [MASTER_COST_TEARDOWN] = "teardown", [MASTER_COST_INVERSE_ANSWER] = "inverse-answer",
    [MASTER_COST_REQUEST] = "request",   [MASTER_COST_RECONCILE] = "reconcile",
    [MASTER_COST_STATUS] = "status",     [MASTER_COST_EXECUTOR_EXITED] = "executor-exited",
    [MASTER_COST_REGISTER] = "register", [MASTER_COST_SUBSCRIBE] = "subscribe",
    [MASTER_COST_RUN] = "run",           [MASTER_COST_OFFERS] = "offers",
    [MASTER_COST_OFFER] = "offer",       NULL,
};

bool value_costs(const ValueContext *context, const char *text, void *field, GError **error)
{
  Duration costs[MASTER_COSTS] = {{0}};
  bool given[MASTER_COSTS] = {false};
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    g_auto(GStrv) words = value_words(*part);
    int index;
    if (g_strv_length(words) != 2)
      return value_fail(error, "expected \"KIND TIME, ...\", not \"%s\"", g_strstrip(*part));
    if (!value_choice(words[0], "kind of cost", cost_names, &index, error) ||
        !value_duration(context, words[1], &costs[index], error))
      return false;
    if (given[index])
      return value_fail(error, "\"%s\" stands there twice", words[0]);
    if (costs[index].ns > MASTER_COST_MAX_NS)
      return value_fail(error, "expected at most 1s for \"%s\", not \"%s\"", words[0], words[1]);
    given[index] = true;
  }
  memcpy(field, costs, sizeof costs);
  return true;
}

/* --- rate limits ---------------------------------------------------------------------------------------- */

#define CAPACITY_MAX (UINT32_MAX - 1)

static bool read_limit(const ValueContext *context, char **words, PrincipalLimit *limit, GError **error)
{
  ValueContext capacities = *context;
  capacities.min = 1;
  capacities.max = CAPACITY_MAX;
  limit->capacity = UINT32_MAX;
  for (char **word = words + 1; *word != NULL; word++) {
    const char *qps = value_assigned(*word, "qps");
    const char *capacity = value_assigned(*word, "capacity");
    if (qps == NULL && capacity == NULL)
      return value_fail(error, "expected \"PRINCIPAL qps=NUMBER [capacity=NUMBER], ...\", not \"%s\"", *word);
    if (qps != NULL ? !value_positive(context, qps, &limit->qps, error)
                    : !value_count(&capacities, capacity, &limit->capacity, error))
      return false;
  }
  if (limit->qps <= 0)
    return value_fail(error, "expected \"qps=NUMBER\" behind \"%s\"", words[0]);
  limit->principal = strcmp(words[0], "*") == 0 ? NULL : g_strdup(words[0]);
  return true;
}

bool value_rate_limits(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  RateLimitList limits = {g_new0(PrincipalLimit, g_strv_length(parts) + 1), 0};
  bool read = true;
  for (char **part = parts; read && *part != NULL; part++) {
    g_auto(GStrv) words = value_words(*part);
    read =
        words[0] != NULL
            ? read_limit(context, words, &limits.list[limits.n++], error)
            : value_fail(error, "expected \"PRINCIPAL qps=NUMBER [capacity=NUMBER], ...\", not \"%s\"", text);
    for (uint32_t i = 0; read && i + 1 < limits.n; i++)
      if (g_strcmp0(limits.list[i].principal, limits.list[limits.n - 1].principal) == 0)
        read = value_fail(error, "the principal \"%s\" stands there twice", words[0]);
  }
  if (!read) {
    for (uint32_t i = 0; i < limits.n; i++)
      g_free(limits.list[i].principal);
    g_free(limits.list);
    return false;
  }
  *(RateLimitList *)field = limits;
  return true;
}

/* --- which agents --------------------------------------------------------------------------------------- */

/* In the order of AgentTestKind; longer ones before those that they begin with. */
typedef struct {
  const char *sign;
  AgentTestKind kind;
  bool has_text;
} TestSign;

static const TestSign test_signs[] = {{"exists", AGENT_HAS, false},    {"absent", AGENT_LACKS, false},
                                      {"==", AGENT_IS, true},          {"!=", AGENT_IS_NOT, true},
                                      {"!~", AGENT_MATCHES_NOT, true}, {"~", AGENT_MATCHES, true}};

#define PATTERN_BYTES_MAX 256 /* the master takes no longer ones */

static bool fail_test(const char *text, GError **error)
{
  return value_fail(
      error,
      "expected tests such as \"rack == r1\", joined by \"&\" and \"|\": a name, then exists, absent, "
      "==, !=, ~ or !~ (regular expressions) with a text, not \"%s\"",
      text);
}

/* Without the quotes around it. */
static char *unquoted(const char *text)
{
  size_t length = strlen(text);
  return length >= 2 && text[0] == '"' && text[length - 1] == '"' ? g_strndup(text + 1, length - 2)
                                                                  : g_strdup(text);
}

static bool read_text(const char *whole, const TestSign *sign, const char *rest, AgentTest *test,
                      GError **error)
{
  if (!sign->has_text)
    return *rest == '\0' || fail_test(whole, error);
  if (*rest == '\0')
    return fail_test(whole, error);
  test->text = unquoted(rest);
  if (sign->kind != AGENT_MATCHES && sign->kind != AGENT_MATCHES_NOT)
    return true;
  if (strlen(test->text) > PATTERN_BYTES_MAX)
    return value_fail(error, "a regular expression of more than %d bytes", PATTERN_BYTES_MAX);
  g_autofree char *pattern = g_strdup_printf("\\A(?:%s)\\z", test->text);
  g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
  return regex != NULL || value_fail(error, "\"%s\" is no regular expression", test->text);
}

static bool read_test(const char *text, AgentTest *test, GError **error)
{
  static const char *const properties[] = {
      [AGENT_HOSTNAME] = "hostname", [AGENT_REGION] = "region", [AGENT_ZONE] = "zone"};
  size_t length = strcspn(text, " \t=!~");
  const char *rest = text + length + strspn(text + length, " \t");
  g_autofree char *name = g_strndup(text, length);
  if (length == 0)
    return fail_test(text, error);
  for (int i = AGENT_HOSTNAME; i <= AGENT_ZONE; i++)
    if (strcmp(name, properties[i]) == 0)
      test->property = (AgentProperty)i;
  if (test->property == AGENT_ATTRIBUTE)
    test->attribute = g_steal_pointer(&name);
  for (size_t i = 0; i < G_N_ELEMENTS(test_signs); i++) {
    size_t sign = strlen(test_signs[i].sign);
    if (strncmp(rest, test_signs[i].sign, sign) != 0)
      continue;
    test->kind = test_signs[i].kind;
    rest += sign;
    return read_text(text, &test_signs[i], rest + strspn(rest, " \t"), test, error);
  }
  return fail_test(text, error);
}

/* @text cut at each @sign outside of quotes. */
static char **split(const char *text, char sign)
{
  GPtrArray *parts = g_ptr_array_new();
  const char *begin = text;
  bool quoted = false;
  for (const char *c = text;; c++) {
    quoted ^= *c == '"';
    if (*c != '\0' && (quoted || *c != sign))
      continue;
    g_ptr_array_add(parts, g_strstrip(g_strndup(begin, (size_t)(c - begin))));
    begin = c + 1;
    if (*c == '\0')
      break;
  }
  g_ptr_array_add(parts, NULL);
  return (char **)g_ptr_array_free(parts, FALSE);
}

static bool read_tests(const char *text, AgentTests *group, GError **error)
{
  g_auto(GStrv) tests = split(text, '&');
  uint32_t n = g_strv_length(tests);
  group->tests = g_new0(AgentTest, n);
  for (uint32_t i = 0; i < n; i++) {
    group->n++; /* first: what it has got is to be freed, too */
    if (!read_test(tests[i], &group->tests[i], error))
      return false;
  }
  return true;
}

bool value_agent_filter(const ValueContext *context, const char *text, void *field, GError **error)
{
  (void)context;
  AgentFilter filter = {NULL, 0};
  g_auto(GStrv) groups = split(text, '|');
  uint32_t n = g_strv_length(groups);
  filter.groups = g_new0(AgentTests, n);
  for (uint32_t i = 0; i < n; i++) {
    filter.n++; /* first: what it has got is to be freed, too */
    if (!read_tests(groups[i], &filter.groups[i], error)) {
      agent_filter_clear(&filter);
      return false;
    }
  }
  *(AgentFilter *)field = filter;
  return true;
}
