/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Theme: what colours and text look like, on a light ground and on a dark one.
 *
 * The colours of data stand out from their ground by a contrast of at least 3 : 1 (WCAG 2.1, 1.4.11), and from each
 * other by at least 0.1 in Oklab, for normal sight and for protanopia, deuteranopia and tritanopia (as simulated by
 * Machado, Oliveira and Fernandes, IEEE TVCG 15, 2009); tests/cli/test-report.py holds them to that.
 *
 * A colour in an SVG is a class: c0 (text), c1 to c6 (data), grid, axis; s-... strokes and f-... fills. The value of
 * the light ground stands beside it as an attribute, for programs that read no style sheets.
 */

#include <glib.h>

#include "report/figure.h"

typedef enum {
  THEME_TEXT,
  THEME_GRID,
  THEME_AXIS,
  THEME_DATA, /* + colour - 1 */
  THEME_COLOURS = THEME_DATA + FIGURE_COLOURS,
} ThemeColour;

/** theme_colour: of a figure's colour number. */
ThemeColour theme_colour(unsigned number);

/** theme_light: "#RRGGBB" on a light ground. */
const char *theme_light(ThemeColour colour);

/** theme_dark: the same on a dark one. */
const char *theme_dark(ThemeColour colour);

/** theme_class: "c1": the end of the names of its classes. */
const char *theme_class(ThemeColour colour);

/** theme_figure_style: (transfer full): the style sheet that pictures need, light and dark. */
char *theme_figure_style(void);
