/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/until.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "cli/options.h"
#include "cli/report.h"
#include "metrics/metric-list.h"
#include "metrics/statistics.h"
#include "report/format.h"

typedef struct {
  char *text; /* as it was given */
  char *name;
  char *scope;
  double relative;
  double absolute;
  Sample *samples; /* by allocator; values that do not exist are left out */
} Criterion;

struct Until {
  Criterion *criteria;
  uint32_t n;
  uint32_t n_samples;
};

/* --- the text ---------------------------------------------------------------------------------------------- */

static bool refuse(const char *text, GError **error)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
              "--until \"%s\": expected a metric and how well it is to be known, such as "
              "\"completion_time/mean 2%%\" "
              "or \"fairness/jain:run 0.01\"",
              text);
  return false;
}

/* Takes the widths off the end of @words. */
static bool take_widths(Criterion *criterion, char **words, GError **error)
{
  guint n = g_strv_length(words);
  criterion->relative = criterion->absolute = 0;
  while (n > 1) {
    char *word = words[n - 1];
    size_t length = strlen(word);
    bool percent = word[length - 1] == '%';
    double width;
    g_autofree char *digits = g_strndup(word, percent ? length - 1 : length);
    double *field = percent ? &criterion->relative : &criterion->absolute;
    if (!number_parse(digits, &width, NULL) || !(width > 0) || *field != 0)
      break;
    *field = percent ? width / 100 : width;
    g_clear_pointer(&words[--n], g_free);
  }
  return criterion->relative > 0 || criterion->absolute > 0 || refuse(criterion->text, error);
}

/* "run", "framework NAME", "resource NAME"; a framework's name alone. */
static char *whole_scope(const char *scope, const Experiment *experiment)
{
  for (uint32_t i = 0; i < experiment->n_frameworks; i++)
    if (strcmp(experiment->frameworks[i].name, scope) == 0 && strcmp(scope, "run") != 0)
      return g_strdup_printf("framework %s", scope);
  return g_strdup(scope);
}

static bool check_name(const Criterion *criterion, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (const Metric *metric = metric_list(); metric->name != NULL; metric++) {
    if (strcmp(metric->name, criterion->name) == 0)
      return true;
    g_ptr_array_add(names, (gpointer)(guintptr)metric->name);
  }
  g_ptr_array_add(names, NULL);
  g_autofree char *what = g_strdup_printf("metric of --until \"%s\",", criterion->text);
  options_unknown(error, what, criterion->name, (const char *const *)names->pdata);
  return false;
}

static bool criterion_init(Criterion *criterion, const char *text, const Experiment *experiment,
                           GError **error)
{
  criterion->text = g_strdup(text);
  g_autofree char *stripped = g_strstrip(g_strdup(text));
  g_auto(GStrv) words = g_strsplit_set(stripped, " \t", -1);
  if (!take_widths(criterion, words, error))
    return false;
  g_autofree char *metric = g_strjoinv(" ", words);
  g_auto(GStrv) sides = g_strsplit(metric, ":", 2);
  criterion->name = g_strdup(g_strstrip(sides[0]));
  criterion->scope = sides[1] == NULL ? g_strdup("run") : whole_scope(g_strstrip(sides[1]), experiment);
  return check_name(criterion, error);
}

Until *until_new(const char *const *texts, const Experiment *experiment, uint32_t n_samples, GError **error)
{
  g_autoptr(Until) until = g_new0(Until, 1);
  until->n_samples = n_samples;
  for (; texts != NULL && *texts != NULL; texts++) {
    until->criteria = g_renew(Criterion, until->criteria, until->n + 1);
    Criterion *criterion = &until->criteria[until->n++];
    *criterion = (Criterion){.samples = g_new0(Sample, n_samples)};
    if (!criterion_init(criterion, *texts, experiment, error))
      return NULL;
  }
  return g_steal_pointer(&until);
}

void until_free(Until *until)
{
  if (until == NULL)
    return;
  for (uint32_t i = 0; i < until->n; i++) {
    g_free(until->criteria[i].text);
    g_free(until->criteria[i].name);
    g_free(until->criteria[i].scope);
    g_free(until->criteria[i].samples);
  }
  g_free(until->criteria);
  g_free(until);
}

bool until_is_empty(const Until *until)
{
  return until->n == 0;
}

/* --- the numbers ------------------------------------------------------------------------------------------- */

bool until_add(Until *until, uint32_t sample, ResultsReader *reader, uint32_t run, GError **error)
{
  for (uint32_t i = 0; i < until->n; i++) {
    const Criterion *criterion = &until->criteria[i];
    double value;
    bool exists;
    if (!results_reader_metric(reader, run, criterion->name, criterion->scope, &value, &exists, error))
      return false;
    if (!exists) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--until \"%s\": there is no %s of %s in the results",
                  criterion->text, criterion->name, criterion->scope);
      return false;
    }
    if (!isnan(value))
      sample_add(&criterion->samples[sample], value);
  }
  return true;
}

/* A metric that most replications do not have is not known, however little the others differ. */
static bool is_known(const Criterion *criterion, const Sample *sample, double confidence)
{
  return sample->n >= UNTIL_REPLICATIONS_MIN / 2 &&
         sample_is_known(sample, confidence, criterion->relative, criterion->absolute);
}

char *until_describe(const Until *until, double confidence)
{
  for (uint32_t i = 0; i < until->n; i++)
    for (uint32_t k = 0; k < until->n_samples; k++) {
      const Criterion *criterion = &until->criteria[i];
      const Sample *sample = &criterion->samples[k];
      if (is_known(criterion, sample, confidence))
        continue;
      double width = sample_half_width(sample, confidence);
      g_autofree char *share = format_percent(width / fabs(sample->mean));
      if (sample->n < 2)
        return g_strdup_printf("%s of %s has too few values", criterion->name, criterion->scope);
      return g_strdup_printf("%s of %s is known to %s only (%.3g +- %.2g)", criterion->name, criterion->scope,
                             share, sample->mean, width);
    }
  return NULL;
}

bool until_is_known(const Until *until, double confidence)
{
  g_autofree char *unknown = until_describe(until, confidence);
  return unknown == NULL;
}
