/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/number.h"
#include "workload/text-file.h"
#include "workload/values.h"
#include "workload/workload-file.h"

#define EMPIRICAL_BYTES_MAX (64u << 20)
#define ARGUMENTS_MAX       3

/* --- name(argument, ...) -------------------------------------------------------------------------------- */

/* Splits at commas outside parentheses; every piece is stripped. */
static char **split_arguments(const char *text, size_t length)
{
  g_autoptr(GPtrArray) pieces = g_ptr_array_new();
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i <= length; i++) {
    if (i < length && text[i] == '(')
      depth++;
    if (i < length && text[i] == ')')
      depth--;
    if (i == length || (text[i] == ',' && depth == 0)) {
      g_ptr_array_add(pieces, g_strstrip(g_strndup(text + start, i - start)));
      start = i + 1;
    }
  }
  g_ptr_array_add(pieces, NULL);
  return (char **)g_ptr_array_free(g_steal_pointer(&pieces), FALSE);
}

bool value_call(const char *text, char **name, char ***arguments, GError **error)
{
  const char *open = strchr(text, '(');
  const char *close = NULL;
  int depth = 0;
  if (open == NULL && strchr(text, ')') == NULL) {
    *name = g_strdup(text);
    *arguments = NULL;
    return true;
  }
  for (const char *at = open; at != NULL && *at != '\0'; at++) {
    depth += (*at == '(') - (*at == ')');
    if (depth == 0) {
      close = at;
      break;
    }
  }
  if (close == NULL)
    return value_fail(error, "the parentheses of \"%s\" do not match", text);
  if (close[1] != '\0')
    return value_fail(error, "\"%s\" stands behind the last parenthesis of \"%s\"", close + 1, text);
  *name = g_strstrip(g_strndup(text, (size_t)(open - text)));
  *arguments = split_arguments(open + 1, (size_t)(close - open - 1));
  return true;
}

/* --- laws of a few numbers ------------------------------------------------------------------------------ */

typedef struct Law Law;

/* What a law is made from, as far as a reader needs it. */
typedef struct {
  const ValueContext *context;
  Measure measure;
  int depth;
  const char *text;
  const Law *law;
  char **arguments;
} LawCall;

struct Law {
  const char *name;
  SimDistribution *(*make)(const LawCall *call, GError **error);
  const char *form;  /* as a message shows it */
  int arguments_min; /* of plain numbers; 0: the law reads its arguments itself */
  int arguments_max;
  bool shape_first; /* the first is a plain number, whatever the measure */
};

static SimDistribution *distribution_parse(const ValueContext *context, Measure measure, const char *text,
                                           int depth, GError **error);

/* Reads the numbers of the call; those that are left out keep what @numbers holds. */
static bool read_numbers(const LawCall *call, double numbers[ARGUMENTS_MAX], GError **error)
{
  for (int i = 0; call->arguments[i] != NULL; i++) {
    Measure measure = i == 0 && call->law->shape_first ? MEASURE_NUMBER : call->measure;
    if (!measure_parse(measure, call->arguments[i], &numbers[i], error))
      return false;
  }
  return true;
}

typedef SimDistribution *(*TwoNumbers)(double first, double second, GError **error);

static SimDistribution *make_of_two(const LawCall *call, TwoNumbers make, GError **error)
{
  double numbers[ARGUMENTS_MAX];
  return read_numbers(call, numbers, error) ? make(numbers[0], numbers[1], error) : NULL;
}

static SimDistribution *make_constant(const LawCall *call, GError **error)
{
  double numbers[ARGUMENTS_MAX];
  return read_numbers(call, numbers, error) ? sim_distribution_new_constant(numbers[0], error) : NULL;
}

static SimDistribution *make_uniform(const LawCall *call, GError **error)
{
  return make_of_two(call, sim_distribution_new_uniform, error);
}

static SimDistribution *make_exponential(const LawCall *call, GError **error)
{
  double numbers[ARGUMENTS_MAX];
  return read_numbers(call, numbers, error) ? sim_distribution_new_exponential(numbers[0], error) : NULL;
}

static SimDistribution *make_normal(const LawCall *call, GError **error)
{
  return make_of_two(call, sim_distribution_new_normal, error);
}

static SimDistribution *make_lognormal(const LawCall *call, GError **error)
{
  return make_of_two(call, sim_distribution_new_lognormal, error);
}

static SimDistribution *make_weibull(const LawCall *call, GError **error)
{
  return make_of_two(call, sim_distribution_new_weibull, error);
}

static SimDistribution *make_gamma(const LawCall *call, GError **error)
{
  return make_of_two(call, sim_distribution_new_gamma, error);
}

static SimDistribution *make_pareto(const LawCall *call, GError **error)
{
  double numbers[ARGUMENTS_MAX] = {0, 0, (double)INFINITY};
  if (!read_numbers(call, numbers, error))
    return NULL;
  return sim_distribution_new_pareto(numbers[0], numbers[1], numbers[2], error);
}

/* --- laws of weighted parts ----------------------------------------------------------------------------- */

/* Cuts "0.3: rest" in two. */
static bool split_weight(const LawCall *call, const char *argument, double *weight, const char **rest,
                         GError **error)
{
  const char *colon = strchr(argument, ':');
  if (colon == NULL)
    return value_fail(error, "expected %s: \":\" is missing in \"%s\"", call->law->form, argument);
  g_autofree char *head = g_strstrip(g_strndup(argument, (size_t)(colon - argument)));
  if (!measure_parse(MEASURE_NUMBER, head, weight, error))
    return false;
  do
    colon++;
  while (*colon == ' ' || *colon == '\t');
  *rest = colon;
  return true;
}

static SimDistribution *make_hyperexponential(const LawCall *call, GError **error)
{
  size_t n = g_strv_length(call->arguments);
  g_autofree double *probabilities = g_new(double, n);
  g_autofree double *means = g_new(double, n);
  for (size_t i = 0; i < n; i++) {
    const char *mean = NULL;
    if (!split_weight(call, call->arguments[i], &probabilities[i], &mean, error) ||
        !measure_parse(call->measure, mean, &means[i], error))
      return NULL;
  }
  return sim_distribution_new_hyperexponential(probabilities, means, n, error);
}

static SimDistribution *make_mixture(const LawCall *call, GError **error)
{
  size_t n = g_strv_length(call->arguments);
  g_autofree double *weights = g_new(double, n);
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)sim_distribution_unref);
  for (size_t i = 0; i < n; i++) {
    const char *text = NULL;
    if (!split_weight(call, call->arguments[i], &weights[i], &text, error))
      return NULL;
    SimDistribution *part = distribution_parse(call->context, call->measure, text, call->depth + 1, error);
    if (part == NULL)
      return NULL;
    g_ptr_array_add(parts, part);
  }
  return sim_distribution_new_mixture(weights, (SimDistribution *const *)parts->pdata, n, error);
}

/* One number per line; blank lines and comments are passed over. */
static bool read_list(Measure measure, char *data, const char *name, GArray *values, GError **error)
{
  int number = 0;
  for (char *line = data; line != NULL;) {
    char *next = strchr(line, '\n');
    if (next != NULL)
      *next++ = '\0';
    number++;
    g_strstrip(line);
    if (*line != '\0' && *line != '#' && *line != ';') {
      double value;
      g_autoptr(GError) why = NULL;
      if (!measure_parse(measure, line, &value, &why))
        return value_fail(error, "%s:%d: %s", name, number, why->message);
      g_array_append_val(values, value);
    }
    line = next;
  }
  if (values->len == 0)
    return value_fail(error, "%s: no values in it; expected one per line", name);
  return true;
}

/* The whole text between the parentheses is the name, commas and all. */
static SimDistribution *make_empirical(const LawCall *call, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  const char *open = strchr(call->text, '(') + 1;
  g_autofree char *name = g_strstrip(g_strndup(open, strlen(open) - 1));
  if (*name == '\0') {
    value_fail(error, "expected %s", call->law->form);
    return NULL;
  }
  g_autofree char *path = g_path_is_absolute(name) || strcmp(call->context->folder, ".") == 0
                              ? g_strdup(name)
                              : g_build_filename(call->context->folder, name, NULL);
  size_t length;
  int line;
  g_autofree char *data = text_file_read(path, EMPIRICAL_BYTES_MAX, &length, error);
  if (data == NULL)
    return NULL;
  if (call->context->inputs != NULL)
    g_checksum_update(call->context->inputs, (const guchar *)data, (gssize)length);
  g_autofree char *fault = text_find_fault(data, length, &line);
  if (fault != NULL) {
    value_fail(error, "%s:%d: %s", path, line, fault);
    return NULL;
  }
  g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
  char *text = g_str_has_prefix(data, mark) ? data + strlen(mark) : data;
  if (!read_list(call->measure, text, path, values, error))
    return NULL;
  return sim_distribution_new_empirical((const double *)(const void *)values->data, values->len, error);
}

/* --- the table of laws ---------------------------------------------------------------------------------- */

static const Law laws[] = {
    {"constant", make_constant, "constant(value)", 1, 1, false},
    {"uniform", make_uniform, "uniform(low, high)", 2, 2, false},
    {"exponential", make_exponential, "exponential(mean)", 1, 1, false},
    {"normal", make_normal, "normal(mean, sd)", 2, 2, false},
    {"lognormal", make_lognormal, "lognormal(mean, sd)", 2, 2, false},
    {"weibull", make_weibull, "weibull(shape, scale)", 2, 2, true},
    {"gamma", make_gamma, "gamma(shape, scale)", 2, 2, true},
    {"pareto", make_pareto, "pareto(shape, min) or pareto(shape, min, max)", 2, 3, true},
    {"hyperexponential", make_hyperexponential, "hyperexponential(p: mean, ...)", 0, 0, false},
    {"empirical", make_empirical, "empirical(FILE)", 0, 0, false},
    {"mixture", make_mixture, "mixture(w: distribution, ...)", 0, 0, false},
};

static const Law *law_find(const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS(laws) + 1] = {NULL};
  int index;
  for (size_t i = 0; i < G_N_ELEMENTS(laws); i++)
    names[i] = laws[i].name;
  return value_choice(name, "distribution", names, &index, error) ? &laws[index] : NULL;
}

static SimDistribution *call_law(LawCall *call, GError **error)
{
  int n = (int)g_strv_length(call->arguments);
  bool empty = n == 0 || (n == 1 && *call->arguments[0] == '\0');
  if (empty ||
      (call->law->arguments_min > 0 && (n < call->law->arguments_min || n > call->law->arguments_max))) {
    value_fail(error, "expected %s, not \"%s\"", call->law->form, call->text);
    return NULL;
  }
  return call->law->make(call, error);
}

static SimDistribution *distribution_parse(const ValueContext *context, Measure measure, const char *text,
                                           int depth, GError **error)
{
  g_autofree char *name = NULL;
  g_auto(GStrv) arguments = NULL;
  if (depth > SIM_DISTRIBUTION_DEPTH_MAX) {
    value_fail(error, "mixtures within mixtures, more than %d deep", SIM_DISTRIBUTION_DEPTH_MAX);
    return NULL;
  }
  if (!value_call(text, &name, &arguments, error))
    return NULL;
  CHECK(name != NULL);
  if (arguments == NULL) {
    double value;
    if (g_ascii_isalpha(*name)) {
      const Law *law = law_find(name, error);
      if (law != NULL)
        value_fail(error, "expected %s, not \"%s\"", law->form, text);
      return NULL;
    }
    return measure_parse(measure, text, &value, error) ? sim_distribution_new_constant(value, error) : NULL;
  }
  LawCall call = {context, measure, depth, text, law_find(name, error), arguments};
  return call.law == NULL ? NULL : call_law(&call, error);
}

SimDistribution *value_distribution(const ValueContext *context, Measure measure, const char *text,
                                    GError **error)
{
  return distribution_parse(context, measure, text, 0, error);
}

/* --- fields --------------------------------------------------------------------------------------------- */

static bool is_zero(const SimDistribution *distribution)
{
  double value;
  return sim_distribution_is_constant(distribution, &value) && value <= 0;
}

bool value_times(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_autoptr(SimDistribution) times = value_distribution(context, MEASURE_TIME, text, error);
  if (times == NULL)
    return false;
  if (is_zero(times))
    return value_fail(error, "expected durations longer than zero, not \"%s\"", text);
  *(SimDistribution **)field = g_steal_pointer(&times);
  return true;
}

bool value_times_or_zero(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_autoptr(SimDistribution) times = value_distribution(context, MEASURE_TIME, text, error);
  if (times == NULL)
    return false;
  *(SimDistribution **)field = is_zero(times) ? NULL : g_steal_pointer(&times);
  return true;
}

bool value_rates(const ValueContext *context, const char *text, void *field, GError **error)
{
  g_autoptr(SimDistribution) rates = value_distribution(context, MEASURE_RATE, text, error);
  if (rates == NULL)
    return false;
  if (is_zero(rates))
    return value_fail(error, "expected a rate above zero, not \"%s\"", text);
  *(SimDistribution **)field = g_steal_pointer(&rates);
  return true;
}

bool value_tasks(const ValueContext *context, const char *text, void *field, GError **error)
{
  TaskCount *count = field;
  if (strcmp(text, "unlimited") == 0) {
    *count = (TaskCount){true, NULL};
    return true;
  }
  double number;
  const char *end;
  if (number_scan(text, &end, &number)) {
    int64_t whole;
    if (!number_parse_integer(text, context->min, context->max, &whole, error))
      return false;
    *count = (TaskCount){false, sim_distribution_new_constant((double)whole, error)};
    return count->tasks != NULL;
  }
  g_autoptr(SimDistribution) tasks = value_distribution(context, MEASURE_NUMBER, text, error);
  if (tasks == NULL)
    return false;
  *count = (TaskCount){false, g_steal_pointer(&tasks)};
  return true;
}
