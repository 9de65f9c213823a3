/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * FrameworkClasses: the frameworks of a run in at most FIGURE_COLOURS classes, each with a colour and a name, so that
 * a picture of 200 frameworks can be read.
 *
 *     few frameworks   each is its own class
 *     few groups       each group [framework NAME] of the workload: "load (200)"
 *     many groups      the largest by share, and one class of all others: "37 others"
 */

#include <glib.h>
#include <stdint.h>

#include "report/figure.h"
#include "report/run-set.h"

#define CLASS_NONE UINT8_MAX

typedef struct {
  char *name;
  uint32_t members; /* frameworks that started */
  unsigned colour;
} FrameworkClass;

typedef struct {
  FrameworkClass classes[FIGURE_COLOURS];
  uint32_t n;
  uint32_t n_frameworks; /* that started */
  GArray *class_of;      /* of uint8_t, by framework_id; CLASS_NONE */
} FrameworkClasses;

/** framework_classes_new: of the run @run. @error: REPORT_ERROR_RUN */
FrameworkClasses *framework_classes_new(const RunSet *set, uint32_t run, GError **error);
void framework_classes_free(FrameworkClasses *classes);

/** framework_classes_find: CLASS_NONE for a framework that is in none. */
uint8_t framework_classes_find(const FrameworkClasses *classes, int64_t framework_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameworkClasses, framework_classes_free)
