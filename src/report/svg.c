/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/run-set.h"
#include "report/theme.h"

/* What an element g says of those in it. */
typedef struct {
  char *stroke_width;
  char *transform;
  char *fill;
  char *anchor;
} Group;

typedef struct {
  GString *out;
  GArray *groups; /* of Group: a stack */
  guint skipped;  /* depth within an element that is left out */
  bool in_text;
  bool standalone;
  bool drawn; /* there was something */
} Refiner;

void svg_append_escaped(GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  for (char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar one = g_utf8_get_char(c);
    switch (one) {
    case '<':
      g_string_append(out, "&lt;");
      break;
    case '>':
      g_string_append(out, "&gt;");
      break;
    case '&':
      g_string_append(out, "&amp;");
      break;
    case '"':
      g_string_append(out, "&quot;");
      break;
    case '\'':
      g_string_append(out, "&#39;");
      break;
    default:
      if ((one < ' ' && one != '\n' && one != '\t') || one == 0x7f || one == 0xfffe || one == 0xffff)
        one = '?';
      g_string_append_unichar(out, one);
    }
  }
}

/* --- numbers -------------------------------------------------------------------------------------------- */

/* To a tenth, without what can be left out. */
static void append_tenths(GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double tenths = round(number * 10) / 10;
  g_string_append(out, g_ascii_formatd(text, sizeof text, "%.6g", tenths == 0 ? 0 : tenths));
}

/* Coordinates of a path or a polygon. "L" is what follows a pair anyway. */
static void append_coordinates(GString *out, const char *text)
{
  bool blank = true; /* needs none before the next number */
  while (*text != '\0') {
    if (g_ascii_isdigit(*text) || *text == '-' || *text == '.') {
      char *end;
      double number = g_ascii_strtod(text, &end);
      if (end == text)
        break;
      if (!blank)
        g_string_append_c(out, ' ');
      append_tenths(out, number);
      blank = false;
      text = end;
      continue;
    }
    if (g_ascii_isalpha(*text) && *text != 'L') {
      g_string_append_c(out, *text);
      blank = true;
    }
    text++;
  }
}

/* --- colours -------------------------------------------------------------------------------------------- */

static ThemeColour colour_of(const char *text)
{
  unsigned red;
  unsigned green;
  unsigned blue;
  if (text != NULL && sscanf(text, "rgb( %u , %u , %u", &red, &green, &blue) == 3 && red == 1 && green == 0 &&
      blue < THEME_COLOURS)
    return (ThemeColour)blue;
  return THEME_TEXT;
}

static void append_stroke(const Refiner *refiner, ThemeColour colour)
{
  g_string_append_printf(refiner->out, " class=\"s-%s\"", theme_class(colour));
  if (refiner->standalone)
    g_string_append_printf(refiner->out, " stroke=\"%s\"", theme_light(colour));
}

static void append_fill(const Refiner *refiner, ThemeColour colour)
{
  g_string_append_printf(refiner->out, " class=\"f-%s\"", theme_class(colour));
  if (refiner->standalone)
    g_string_append_printf(refiner->out, " fill=\"%s\"", theme_light(colour));
}

/* --- elements ------------------------------------------------------------------------------------------- */

static const char *attribute(const char **names, const char **values, const char *name)
{
  for (; *names != NULL; names++, values++)
    if (strcmp(*names, name) == 0)
      return *values;
  return NULL;
}

/* The nearest group that says something of it. */
static const Group *innermost(const Refiner *refiner)
{
  return &g_array_index(refiner->groups, Group, refiner->groups->len - 1);
}

static void group_begin(Refiner *refiner, const char **names, const char **values)
{
  const Group *outer = refiner->groups->len == 0 ? NULL : innermost(refiner);
  const char *width = attribute(names, values, "stroke-width");
  Group group = {
      .stroke_width = g_strdup(width != NULL || outer == NULL ? width : outer->stroke_width),
      .transform = g_strdup(attribute(names, values, "transform")),
      .fill = g_strdup(attribute(names, values, "fill")),
      .anchor = g_strdup(attribute(names, values, "text-anchor")),
  };
  g_array_append_val(refiner->groups, group);
}

static void group_clear(void *data)
{
  Group *group = data;
  g_free(group->stroke_width);
  g_free(group->transform);
  g_free(group->fill);
  g_free(group->anchor);
}

static void path_element(Refiner *refiner, const char **names, const char **values)
{
  const char *d = attribute(names, values, "d");
  const char *dashes = attribute(names, values, "stroke-dasharray");
  const char *width = refiner->groups->len == 0 ? NULL : innermost(refiner)->stroke_width;
  if (d == NULL)
    return;
  g_string_append(refiner->out, "<path");
  append_stroke(refiner, colour_of(attribute(names, values, "stroke")));
  g_string_append(refiner->out, " stroke-width=\"");
  append_tenths(refiner->out, width == NULL ? 1 : g_ascii_strtod(width, NULL));
  if (dashes != NULL) {
    g_string_append(refiner->out, "\" stroke-dasharray=\"");
    append_coordinates(refiner->out, dashes);
  }
  g_string_append(refiner->out, "\" d=\"");
  append_coordinates(refiner->out, d);
  g_string_append(refiner->out, "\"/>\n");
  refiner->drawn = true;
}

static void polygon_element(Refiner *refiner, const char **names, const char **values)
{
  const char *points = attribute(names, values, "points");
  const char *opacity = attribute(names, values, "fill-opacity");
  if (points == NULL)
    return;
  g_string_append(refiner->out, "<polygon");
  append_fill(refiner, colour_of(attribute(names, values, "fill")));
  if (opacity != NULL) {
    g_string_append(refiner->out, " fill-opacity=\"");
    append_tenths(refiner->out, g_ascii_strtod(opacity, NULL));
    g_string_append_c(refiner->out, '"');
  }
  g_string_append(refiner->out, " points=\"");
  append_coordinates(refiner->out, points);
  g_string_append(refiner->out, "\"/>\n");
}

/* "translate(x,y) scale(r)" */
static void point_element(Refiner *refiner, const char **names, const char **values)
{
  const char *transform = attribute(names, values, "transform");
  if (transform == NULL || !g_str_has_prefix(transform, "translate("))
    return;
  char *end;
  double x = g_ascii_strtod(transform + strlen("translate("), &end);
  double y = *end == ',' ? g_ascii_strtod(end + 1, &end) : 0;
  const char *scale = strstr(end, "scale(");
  g_string_append(refiner->out, "<circle");
  append_fill(refiner, colour_of(attribute(names, values, "color")));
  g_string_append(refiner->out, " cx=\"");
  append_tenths(refiner->out, x);
  g_string_append(refiner->out, "\" cy=\"");
  append_tenths(refiner->out, y);
  g_string_append(refiner->out, "\" r=\"");
  append_tenths(refiner->out, scale == NULL ? 2 : g_ascii_strtod(scale + strlen("scale("), NULL));
  g_string_append(refiner->out, "\"/>\n");
  refiner->drawn = true;
}

static void text_begin(Refiner *refiner)
{
  const Group *group = refiner->groups->len == 0 ? NULL : innermost(refiner);
  g_string_append(refiner->out, "<text");
  append_fill(refiner, colour_of(group == NULL ? NULL : group->fill));
  if (group != NULL && group->transform != NULL) {
    g_string_append(refiner->out, " transform=\"");
    svg_append_escaped(refiner->out, group->transform);
    g_string_append_c(refiner->out, '"');
  }
  if (group != NULL && group->anchor != NULL && strcmp(group->anchor, "start") != 0) {
    g_string_append(refiner->out, " text-anchor=\"");
    svg_append_escaped(refiner->out, group->anchor);
    g_string_append_c(refiner->out, '"');
  }
  g_string_append_c(refiner->out, '>');
  refiner->in_text = true;
}

static bool is_left_out(const char *element)
{
  static const char *const names[] = {"title", "desc", "defs", "style", "script", NULL};
  return g_strv_contains(names, element);
}

static void element_begin(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, void *data, GError **error)
{
  Refiner *refiner = data;
  (void)context;
  (void)error;
  if (refiner->skipped > 0 || is_left_out(element))
    refiner->skipped++;
  else if (strcmp(element, "g") == 0)
    group_begin(refiner, names, values);
  else if (strcmp(element, "path") == 0)
    path_element(refiner, names, values);
  else if (strcmp(element, "polygon") == 0)
    polygon_element(refiner, names, values);
  else if (strcmp(element, "use") == 0)
    point_element(refiner, names, values);
  else if (strcmp(element, "text") == 0)
    text_begin(refiner);
}

static void element_end(GMarkupParseContext *context, const char *element, void *data, GError **error)
{
  Refiner *refiner = data;
  (void)context;
  (void)error;
  if (refiner->skipped > 0) {
    refiner->skipped--;
  } else if (strcmp(element, "g") == 0) {
    g_array_set_size(refiner->groups, refiner->groups->len - 1);
  } else if (strcmp(element, "text") == 0) {
    g_string_append(refiner->out, "</text>\n");
    refiner->in_text = false;
  }
}

static void element_text(GMarkupParseContext *context, const char *text, gsize length, void *data,
                         GError **error)
{
  const Refiner *refiner = data;
  (void)context;
  (void)error;
  if (refiner->skipped > 0 || !refiner->in_text)
    return;
  g_autofree char *copy = g_strndup(text, length);
  svg_append_escaped(refiner->out, g_strstrip(copy));
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static void append_head(GString *out, const Figure *figure, bool standalone)
{
  g_autofree char *description = figure_describe(figure);
  g_string_append_printf(out,
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" viewBox=\"0 0 %d %u\" "
                         "role=\"img\" aria-labelledby=\"%s-title %s-text\">\n<title id=\"%s-title\">",
                         FIGURE_WIDTH, figure_height(figure), figure->name, figure->name, figure->name);
  svg_append_escaped(out, figure->title);
  g_string_append_printf(out, "</title>\n<desc id=\"%s-text\">", figure->name);
  svg_append_escaped(out, description);
  g_string_append(out, "</desc>\n");
  if (standalone) {
    g_autofree char *style = theme_figure_style();
    g_string_append_printf(out, "<style>%s</style>\n", style);
  }
  g_string_append(
      out, "<g fill=\"none\" stroke-linejoin=\"round\" font-family=\"sans-serif\" font-size=\"13\">\n");
}

char *svg_refine(GBytes *raw, const Figure *figure, bool standalone, GError **error)
{
  static const GMarkupParser parser = {element_begin, element_end, element_text, NULL, NULL};
  g_autoptr(GString) out = g_string_new(NULL);
  Refiner refiner = {.out = out, .standalone = standalone};
  refiner.groups = g_array_new(FALSE, FALSE, sizeof(Group));
  g_array_set_clear_func(refiner.groups, group_clear);
  append_head(out, figure, standalone);

  gsize size;
  const char *text = g_bytes_get_data(raw, &size);
  GMarkupParseContext *context =
      g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &refiner, NULL);
  g_autoptr(GError) wrong = NULL;
  bool parsed = g_markup_parse_context_parse(context, size == 0 ? "" : text, (gssize)size, &wrong) &&
                g_markup_parse_context_end_parse(context, &wrong);
  g_markup_parse_context_free(context);
  g_array_unref(refiner.groups);
  if (!parsed || !refiner.drawn) {
    g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "gnuplot drew something odd: %s",
                wrong == NULL ? "an empty picture" : wrong->message);
    return NULL;
  }
  g_string_append(out, "</g>\n</svg>\n");
  return g_string_free(g_steal_pointer(&out), FALSE);
}
