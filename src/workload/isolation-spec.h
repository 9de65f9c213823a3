/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Isolation: what keeps the tasks of one agent apart, and what it costs. Part of Cluster (experiment.h), which owns what it
 * points to.
 *
 * Not here: the text form (value-models.c), what is made of it (model/sim-isolation.h).
 */

#include <stdint.h>

#include "engine/distribution.h"

typedef enum {
  ISOLATION_NONE,
  ISOLATION_CONTAINERS,
} IsolationKind;

typedef struct {
  double load;   /* the part of the agent's cpus that others have */
  double factor; /* tasks take so many times as long */
} SlowdownPoint;

typedef struct {
  IsolationKind kind;
  SimDistribution *start_up; /* of a container, seconds; NULL: zero */
  SlowdownPoint *points;     /* ascending loads; linear between them */
  uint32_t n_points;         /* 0: others slow nobody */
} Isolation;
