/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Svg: what gnuplot drew becomes a picture for a page: small, with a title and a description, in colours of classes
 * that a style sheet makes light or dark (theme.h).
 *
 * Only what is understood is written again (paths, polygons, round points, text), with coordinates to a tenth of a
 * unit: no scripts, no fonts, no identifiers but those of title and description.
 */

#include <glib.h>
#include <stdbool.h>

#include "report/figure.h"

/**
 * svg_refine:
 * @raw: of gnuplot_draw(), PICTURE_SVG
 * @figure: what it shows
 * @standalone: a file of its own, with style sheet; else a part of a page
 * @error: REPORT_ERROR_RUN: this is not what gnuplot writes
 *
 * Returns: (transfer full): one element svg.
 */
char *svg_refine(GBytes *raw, const Figure *figure, bool standalone, GError **error);

/** svg_append_escaped: @text as character data or as the value of an attribute; characters that XML does not have are
 * shown as "?". */
void svg_append_escaped(GString *out, const char *text);
