/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/sharing.h"

#include <math.h>
#include <string.h>

/* Agents with the same resources. */
typedef struct {
  Quantities total;
  double agents;
} Class;

typedef Array(Class) Classes;

static void find_classes(const AgentPicture *picture, Classes *classes)
{
  uint32_t last = 0; /* neighbours are alike */
  for (uint32_t i = 0; i < picture->agents.n; i++) {
    const Quantities *total = &picture->agents.items[i].total;
    uint32_t found = last;
    if (last >= classes->n || !quantities_equal(&classes->items[last].total, total))
      for (found = 0; found < classes->n && !quantities_equal(&classes->items[found].total, total);)
        found++;
    if (found == classes->n)
      array_push(classes, (Class){*total, 0});
    classes->items[found].agents++;
    last = found;
  }
}

/* What is demanded bounds a part of the whole, not the whole of which it is a part. */
static void measure_incentive(const Classes *classes, int64_t tasks, Sharing *sharing)
{
  double alone = 0;
  for (uint32_t i = 0; i < classes->n; i++)
    alone += classes->items[i].agents *
             (double)picture_whole(&classes->items[i].total, &sharing->task, DEMAND_ENDLESS);
  sharing->entitled = fmin(alone * sharing->part, (double)sharing->demanded);
  sharing->incentive = fmin((double)tasks, sharing->entitled);
}

/* @fitting: scratch, by framework: tasks of @i that fit its bundle. */
static void measure_envy(const AgentPicture *picture, Sharing *sharings, uint32_t i, double *fitting)
{
  uint32_t n = picture->frameworks.n;
  Sharing *own = &sharings[i];
  memset(fitting, 0, n * sizeof *fitting);
  for (uint32_t h = 0; h < picture->holdings.n; h++) {
    const PictureHolding *holding = &picture->holdings.items[h];
    fitting[holding->framework] += (double)picture_whole(&holding->amounts, &own->task, DEMAND_ENDLESS);
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
  Classes classes = {0};
  find_classes(picture, &classes);
  g_autofree double *fitting = g_new(double, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) {
    Sharing *sharing = &sharings[i];
    sharing->entitled = sharing->incentive = sharing->envy = 0;
    if (sharing->part <= 0)
      continue;
    int64_t tasks = picture->frameworks.items[i].tasks;
    measure_incentive(&classes, tasks, sharing);
    if (tasks < sharing->demanded)
      measure_envy(picture, sharings, i, fitting);
  }
  array_free(&classes);
}
