/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/sharing.h"

#include <math.h>
#include <string.h>

/* Agents with the same resources. */
typedef struct {
  Array(Quantities) totals;
  uint32_t *of;   /* by agent of the picture: its class */
  double *counts; /* by class: all agents */
  double *own;    /* by class: scratch, those that a framework may have */
} Classes;

static void classes_find(const AgentPicture *picture, Classes *classes)
{
  uint32_t last = 0; /* neighbours are alike */
  *classes = (Classes){.of = g_new(uint32_t, MAX(picture->agents.n, 1))};
  for (uint32_t i = 0; i < picture->agents.n; i++) {
    const Quantities *total = &picture->agents.items[i].total;
    uint32_t found = last;
    if (last >= classes->totals.n || !quantities_equal(&classes->totals.items[last], total))
      for (found = 0; found < classes->totals.n && !quantities_equal(&classes->totals.items[found], total);)
        found++;
    if (found == classes->totals.n)
      array_push(&classes->totals, *total);
    classes->of[i] = last = found;
  }
  classes->counts = g_new0(double, MAX(classes->totals.n, 1));
  classes->own = g_new0(double, MAX(classes->totals.n, 1));
  for (uint32_t i = 0; i < picture->agents.n; i++)
    classes->counts[classes->of[i]]++;
}

static void classes_clear(Classes *classes)
{
  array_free(&classes->totals);
  g_free(classes->of);
  g_free(classes->counts);
  g_free(classes->own);
}

/* How many agents of each class @sharing may have. */
static const double *classes_count(const AgentPicture *picture, Classes *classes, const Sharing *sharing)
{
  if (sharing->allowed == NULL)
    return classes->counts;
  memset(classes->own, 0, classes->totals.n * sizeof *classes->own);
  for (uint32_t i = 0; i < picture->agents.n; i++)
    classes->own[classes->of[i]] += sharing->allowed[i];
  return classes->own;
}

/* @counts: agents of each class that @sharing may have. */
static void measure_incentive(const Classes *classes, const double *counts, int64_t tasks, Sharing *sharing)
{
  double alone = 0;
  for (uint32_t i = 0; i < classes->totals.n; i++)
    alone += counts[i] * (double)picture_whole(&classes->totals.items[i], &sharing->task, DEMAND_ENDLESS);
  sharing->entitled = fmin(alone * sharing->part, (double)sharing->demanded);
  sharing->incentive = fmin((double)tasks, sharing->entitled);
}

/* @fitting: scratch, by framework: tasks of @i that fit its bundle. */
static void measure_envy(const AgentPicture *picture, Sharing *sharings, uint32_t i, double *fitting)
{
  uint32_t n = picture->frameworks.n;
  Sharing *own = &sharings[i];
  memset(fitting, 0, n * sizeof *fitting);
  for (uint32_t a = 0; a < picture->agents.n; a++) {
    const PictureAgent *agent = &picture->agents.items[a];
    uint32_t n_holdings = own->allowed == NULL || own->allowed[a] ? agent->n_holdings : 0;
    for (uint32_t h = 0; h < n_holdings; h++) {
      const PictureHolding *holding = &picture->holdings.items[agent->holdings + h];
      fitting[holding->framework] += (double)picture_whole(&holding->amounts, &own->task, DEMAND_ENDLESS);
    }
  }
  double most = 0;
  for (uint32_t j = 0; j < n; j++)
    if (j != i && sharings[j].part > 0)
      most = fmax(most, fitting[j] * own->part / sharings[j].part);
  double tasks = (double)picture->frameworks.items[i].tasks;
  own->envy = fmax(fmin(most, (double)own->demanded) - tasks - 1, 0);
}

void sharing_measure(const AgentPicture *picture, Sharing *sharings)
{
  uint32_t n = picture->frameworks.n;
  Classes classes;
  classes_find(picture, &classes);
  g_autofree double *fitting = g_new(double, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) {
    Sharing *sharing = &sharings[i];
    sharing->entitled = sharing->incentive = sharing->envy = 0;
    if (sharing->part <= 0)
      continue;
    int64_t tasks = picture->frameworks.items[i].tasks;
    measure_incentive(&classes, classes_count(picture, &classes, sharing), tasks, sharing);
    if (tasks < sharing->demanded)
      measure_envy(picture, sharings, i, fitting);
  }
  classes_clear(&classes);
}
