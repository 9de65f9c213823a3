/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-isolation.h"

double sim_isolation_slowdown(const Isolation *isolation, double load)
{
  const SlowdownPoint *points = isolation->points;
  if (isolation->n_points == 0)
    return 1;
  if (load <= points[0].load)
    return points[0].factor;
  for (uint32_t i = 1; i < isolation->n_points; i++)
    if (load <= points[i].load)
      return points[i - 1].factor + (points[i].factor - points[i - 1].factor) * (load - points[i - 1].load) /
                                        (points[i].load - points[i - 1].load);
  return points[isolation->n_points - 1].factor;
}

Duration sim_isolation_start_up(const SimWorld *world, uint64_t entity, uint64_t index)
{
  const SimDistribution *law = world->experiment->cluster.isolation.start_up;
  if (law == NULL)
    return DURATION_ZERO;
  SimDraw draw = {world->seed, SIM_PURPOSE_CONTAINER_START, entity, index};
  return sim_distribution_draw_duration(law, &draw);
}
