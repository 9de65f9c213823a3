/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * gnuplot: figures become pictures by the program of that name, which is started once for all of them.
 *
 *     figures -> a script with their numbers in it -> gnuplot -> one file each, in a folder that is removed
 *
 * Text goes into the script between single quotes, where nothing is expanded, without control characters. No start-up
 * file of the user's is read. A picture in SVG has placeholders for colours (svg.h), one in PDF has those of a light
 * ground.
 */

#include <glib.h>

#include "report/figure.h"
#include "report/run-set.h"

typedef enum { PICTURE_SVG, PICTURE_PDF } PictureFormat;

/* A placeholder is rgb(1, 0, colour), with a number of theme.h. */
#define GNUPLOT_COLOUR_MARK 0x010000u

/** gnuplot_script: (transfer full): draws @figures to the files "0", "1", ... in @folder. */
char *gnuplot_script(const Figure *const *figures, guint n, PictureFormat format, const char *folder);

/** gnuplot_check: @error: REPORT_ERROR_RUN: there is no gnuplot; says what to install. */
bool gnuplot_check(GError **error);

/**
 * gnuplot_draw:
 * @figures: array of @n
 * @error: REPORT_ERROR_RUN: there is no gnuplot, or it failed
 *
 * Returns: (transfer full): of GBytes, one for each figure.
 */
GPtrArray *gnuplot_draw(const Figure *const *figures, guint n, PictureFormat format, GError **error);
