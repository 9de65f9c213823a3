/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HadoopSpec: what a [framework] with "scheduler = hadoop" says beside what all frameworks do. Part of FrameworkSpec
 * (experiment.h), plain data that owns nothing.
 *
 * Not here: the text form (value-hadoop.c, workload-hadoop.c), what is made of it (model/scheduler-hadoop.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define REPLICAS_MAX 32 /* of a block */

typedef enum {
  DELAY_NONE,  /* a job takes whatever it is offered */
  DELAY_SKIPS, /* it lets offers go by */
  DELAY_WAIT,  /* it waits for a time */
} DelayKind;

/* How long a job waits for an agent with its data, then for one in a rack with its data (model/delay-rule.h). */
typedef struct {
  DelayKind kind;
  uint32_t skips[2];    /* DELAY_SKIPS: offers */
  Duration waits[2];    /* DELAY_WAIT */
  bool reset_on_launch; /* it begins anew with every launch, not only as published */
} DelayRule;

/* What it costs to read a block from elsewhere. */
typedef struct {
  double factor; /* the task takes so many times as long */
  double rate;   /* bytes per second: it fetches its input first; 0: it does not */
} ReadCost;

typedef struct {
  uint32_t replicas; /* of each map's block; 0: nobody asks where data lies */
  DelayRule delay;
  ReadCost rack_read; /* from another agent of the rack */
  ReadCost off_rack_read;
  double reduce_slow_start; /* 0 to 1: the part of the maps that have finished before reduces may start */
  double shuffle_rate;      /* bytes per second at which a reduce fetches its input; 0: that takes no time */
  bool speculation;
  uint32_t pools; /* JOB_ORDER_HFS */
} HadoopSpec;
