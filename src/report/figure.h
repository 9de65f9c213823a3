/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Figure: what a picture shows, as plain data: panels with axes, and curves in them. It knows neither where the
 * numbers come from (figures.h) nor how they are drawn (gnuplot.h).
 *
 * Colours are numbers, 1 to FIGURE_COLOURS, and 0 for what is no data of its own (theme.h says what they look like).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FIGURE_COLOURS    6
#define FIGURE_NEUTRAL    0
#define CURVE_POINTS_MAX  2000 /* after figure_thin() */
#define FIGURE_WIDTH      440  /* in its own units: text has the size 13 */
#define FIGURE_PANELS_MAX 8

typedef enum {
  CURVE_LINE,
  CURVE_STEPS,  /* a distribution: goes up at its points */
  CURVE_LEVELS, /* each value holds from the point before it until its own */
  CURVE_BAND,   /* faint, between low and high */
  CURVE_AREA,   /* the same, stronger */
  CURVE_DOTS,
  CURVE_INTERVALS, /* a dot at (x, y), and a level bar from low to high, which are along x */
  CURVE_KINDS,
} CurveKind;

/* Where a kind has no low and high, both are y. A y that is NAN interrupts a line. */
typedef struct {
  double x;
  double y;
  double low;
  double high;
} CurvePoint;

typedef struct {
  CurveKind kind;
  unsigned colour;
  bool dashed;
  char *title;    /* in the legend; NULL: not there */
  GArray *points; /* of CurvePoint; none, with a title: only in the legend */
} Curve;

typedef struct {
  char *title; /* (nullable): above the panel */
  char *x_label;
  char *y_label;                     /* with its unit */
  bool log_time;                     /* x is seconds, in a logarithmic scale */
  bool about;                        /* y in thousands, millions, ... */
  double x_min, x_max, y_min, y_max; /* NAN: as the points are */
  double mark;                       /* a vertical line here; NAN: none */
  char **y_names;                    /* (nullable): instead of numbers, at y = 1, 2, ... from above */
  bool legend;
  bool stacked;      /* its areas lie on each other: all its curves have points at the same x */
  GPtrArray *curves; /* of Curve */
} Panel;

typedef struct {
  char *name; /* "shares"; of several alike "shares-2" */
  char *title;
  char *caption;     /* some sentences: what is seen, of what */
  char *source;      /* (nullable): a statement that gives its numbers */
  GPtrArray *panels; /* of Panel */
} Figure;

/** figure_new: all (transfer full). */
Figure *figure_new(const char *name, char *title, char *caption);
void figure_free(Figure *figure);

/** figure_panel: (transfer none): a further panel, labels copied; ranges are as the points are. */
Panel *figure_panel(Figure *figure, const char *x_label, const char *y_label);

/** panel_curve: (transfer none): a further curve. @title: (transfer full) (nullable) */
Curve *panel_curve(Panel *panel, CurveKind kind, unsigned colour, char *title);

void curve_add(Curve *curve, double x, double y);
void curve_add_range(Curve *curve, double x, double y, double low, double high);

/**
 * figure_thin: leaves at most CURVE_POINTS_MAX points in each curve, and about @budget in all of the figure.
 *
 * Of each of equal stretches of points the lowest and the highest stay, and so do the first and the last of the curve:
 * no extreme is lost. In a stacked panel each stretch becomes its mean, so that what adds up to a whole
 * still does. Cost: O(points).
 */
void figure_thin(Figure *figure, unsigned budget);

/** figure_describe: (transfer full): what there is to be said for who cannot see it: the caption, and of each curve in
 * the legend its first and last value, its least and its greatest; of an area its own values, not where it lies. */
char *figure_describe(const Figure *figure);

/** figure_height: of a figure of FIGURE_WIDTH. */
unsigned figure_height(const Figure *figure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Figure, figure_free)
