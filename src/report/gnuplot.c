/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gnuplot.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "report/theme.h"

#define LABEL_MAX      28  /* characters of an entry of a legend */
#define DOTS_MANY      100 /* more are smaller */
#define NAME_MAX_SHOWN 20
#define TIME_TICS      7
#define TICS           4 /* numbers below a panel of names, about */

#define INSTALL "install it (Debian: apt-get install gnuplot-nox, or scripts/setup --figures)"

/* --- pieces of a script --------------------------------------------------------------------------------- */

/* Between single quotes only the quote itself means something. */
static void append_quoted(GString *script, const char *text, glong most)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  if (most > 0 && g_utf8_strlen(valid, -1) > most) {
    g_autofree char *cut = g_utf8_substring(valid, 0, most - 1);
    g_free(valid);
    valid = g_strconcat(cut, "\u2026", NULL);
  }
  g_string_append_c(script, '\'');
  for (char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar one = g_utf8_get_char(c);
    if (one == '\'')
      g_string_append(script, "''");
    else
      g_string_append_unichar(script, g_unichar_iscntrl(one) ? '?' : one);
  }
  g_string_append_c(script, '\'');
}

static void append_number(GString *script, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (isnan(number))
    g_string_append(script, "NaN");
  else
    g_string_append(script, g_ascii_formatd(text, sizeof text, "%.9g", number));
}

static void append_range(GString *script, const char *axis, double least, double greatest)
{
  g_string_append_printf(script, "set %srange [", axis);
  if (isnan(least))
    g_string_append_c(script, '*');
  else
    append_number(script, least);
  g_string_append_c(script, ':');
  if (isnan(greatest))
    g_string_append_c(script, '*');
  else
    append_number(script, greatest);
  g_string_append(script, "]\n");
}

static void append_colour(GString *script, PictureFormat format, ThemeColour colour)
{
  if (format == PICTURE_SVG)
    g_string_append_printf(script, "rgb '#%06x'", GNUPLOT_COLOUR_MARK + (unsigned)colour);
  else
    g_string_append_printf(script, "rgb '%s'", theme_light(colour));
}

/* --- data ----------------------------------------------------------------------------------------------- */

static void append_data(GString *script, const Panel *panel, guint number)
{
  for (guint i = 0; i < panel->curves->len; i++) {
    const Curve *curve = g_ptr_array_index(panel->curves, i);
    bool wide = curve->kind == CURVE_BAND || curve->kind == CURVE_AREA || curve->kind == CURVE_INTERVALS;
    if (curve->points->len == 0)
      continue;
    g_string_append_printf(script, "$d%u_%u << E\n", number, i);
    for (guint j = 0; j < curve->points->len; j++) {
      const CurvePoint *point = &g_array_index(curve->points, CurvePoint, j);
      append_number(script, point->x);
      g_string_append_c(script, ' ');
      append_number(script, point->y);
      if (wide) {
        g_string_append_c(script, ' ');
        append_number(script, point->low);
        g_string_append_c(script, ' ');
        append_number(script, point->high);
      }
      g_string_append_c(script, '\n');
    }
    g_string_append(script, "E\n");
  }
}

static const char *const with[CURVE_KINDS] = {
    [CURVE_LINE] = "1:2 with lines lw 1.6",
    [CURVE_STEPS] = "1:2 with steps lw 1.6",
    [CURVE_LEVELS] = "1:2 with fsteps lw 1.6",
    [CURVE_BAND] = "1:3:4 with filledcurves fs transparent solid 0.2 noborder",
    [CURVE_AREA] = "1:3:4 with filledcurves fs transparent solid 0.7 noborder",
    [CURVE_DOTS] = "1:2 with points pt 7",
    [CURVE_INTERVALS] = "1:2:3:4 with xerrorbars lw 1.6 pt 7 ps 0.6",
};

static void append_curve(GString *script, PictureFormat format, const Curve *curve, guint number, guint index)
{
  const char *how = with[curve->kind];
  if (curve->points->len == 0)
    g_string_append_printf(script, "keyentry %s", strstr(how, "with"));
  else
    g_string_append_printf(script, "$d%u_%u using %s", number, index, how);
  g_string_append(script, " lc ");
  append_colour(script, format, theme_colour(curve->colour));
  if (curve->dashed)
    g_string_append(script, " dt (6,4)");
  if (curve->kind == CURVE_DOTS)
    g_string_append(script, curve->points->len > DOTS_MANY ? " ps 0.35" : " ps 0.5");
  if (curve->title == NULL) {
    g_string_append(script, " notitle");
  } else {
    g_string_append(script, " title ");
    append_quoted(script, curve->title, LABEL_MAX);
  }
}

/* --- a panel -------------------------------------------------------------------------------------------- */

/* Times that one knows, not powers of ten. */
static void append_time_tics(GString *script, const Panel *panel)
{
  static const struct {
    double seconds;
    const char *name;
  } times[] = {{1e-3, "1 ms"},  {1e-2, "10 ms"}, {0.1, "0.1 s"},   {1, "1 s"},
               {10, "10 s"},    {60, "1 min"},   {600, "10 min"},  {3600, "1 h"},
               {36000, "10 h"}, {86400, "1 d"},  {864000, "10 d"}, {8640000, "100 d"}};
  guint within = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
    within += times[i].seconds >= panel->x_min && times[i].seconds <= panel->x_max;
  g_string_append(script, "set logscale x 10\nset mxtics 1\n");
  if (within < 2) {
    g_string_append(script, "set format x '%g s'\n");
    return;
  }
  guint each = (within + TIME_TICS - 1) / TIME_TICS;
  guint met = 0;
  g_string_append(script, "set xtics (");
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    if (!(times[i].seconds >= panel->x_min && times[i].seconds <= panel->x_max) || met++ % each != 0)
      continue;
    g_string_append(script, met == 1 ? "" : ", ");
    append_quoted(script, times[i].name, 0);
    g_string_append_c(script, ' ');
    append_number(script, times[i].seconds);
  }
  g_string_append(script, ")\n");
}

static void append_axes(GString *script, PictureFormat format, const Panel *panel)
{
  g_string_append(script, "set border 3 lw 0.8 lc ");
  append_colour(script, format, THEME_AXIS);
  g_string_append(script, "\nset tics nomirror out scale 0.5 textcolor ");
  append_colour(script, format, THEME_TEXT);
  g_string_append(script, "\nset xtics offset 0,0.4\nset grid ytics lt 1 lw 0.6 lc ");
  append_colour(script, format, THEME_GRID);
  g_string_append(script, "\nset xlabel ");
  append_quoted(script, panel->x_label, 0);
  g_string_append(script, " offset 0,1.1 textcolor ");
  append_colour(script, format, THEME_TEXT);
  g_string_append(script, "\nset ylabel ");
  append_quoted(script, panel->y_label, 0);
  g_string_append(script, " offset 0.8,0 textcolor ");
  append_colour(script, format, THEME_TEXT);
  g_string_append(script, "\n");
  append_range(script, "x", panel->x_min, panel->x_max);
  append_range(script, "y", panel->y_min, panel->y_max);
  g_string_append(script, "set format x '%g'\n");
  g_string_append(script, panel->about ? "set format y '%.0s%c'\n" : "set format y '%g'\n");
  if (panel->log_time)
    append_time_tics(script, panel);
}

/* 1, 2 or 5 times a power of ten: about @span / TICS. */
static double round_step(double span)
{
  double step = pow(10, floor(log10(span / TICS)));
  double rest = span / TICS / step;
  return step * (rest < 1.2 ? 1 : rest < 2.4 ? 2 : rest < 6 ? 5 : 10);
}

/* A few numbers below, that have room beside each other. */
static void append_few_tics(GString *script, const Panel *panel)
{
  double least = HUGE_VAL;
  double greatest = -HUGE_VAL;
  for (guint i = 0; i < panel->curves->len; i++) {
    const Curve *curve = g_ptr_array_index(panel->curves, i);
    bool wide = curve->kind == CURVE_INTERVALS;
    for (guint j = 0; j < curve->points->len; j++) {
      const CurvePoint *point = &g_array_index(curve->points, CurvePoint, j);
      least = fmin(least, wide ? fmin(point->x, point->low) : point->x);
      greatest = fmax(greatest, wide ? fmax(point->x, point->high) : point->x);
    }
  }
  least = isnan(panel->x_min) ? least : panel->x_min;
  greatest = isnan(panel->x_max) ? greatest : panel->x_max;
  if (!(least <= greatest))
    return;
  double size = fmax(fabs(least), fabs(greatest));
  double span = greatest - least > 1e-9 * size ? greatest - least : size > 0 ? size / 2 : 1;
  double step = round_step(span);
  append_range(script, "x", isnan(panel->x_min) ? floor((least - 0.1 * step) / step) * step : least,
               isnan(panel->x_max) ? ceil((greatest + 0.1 * step) / step) * step : greatest);
  g_string_append(script, "set xtics ");
  append_number(script, step);
  g_string_append(script, "\nset format x '%.6g'\n");
}

/* Names from above, with as much room on the left as the longest takes. */
static void append_names(GString *script, const Panel *panel)
{
  glong longest = 0;
  char **names = panel->y_names;
  append_few_tics(script, panel);
  g_string_append(script, "set ytics (");
  for (guint i = 0; names[i] != NULL; i++) {
    g_string_append(script, i == 0 ? "" : ", ");
    append_quoted(script, names[i], NAME_MAX_SHOWN);
    g_string_append_printf(script, " %u", i + 1);
    longest = MAX(longest, g_utf8_strlen(names[i], -1));
  }
  g_string_append_printf(script, ")\nset lmargin %ld\nset rmargin 3\nset grid noytics xtics\nset border 1\n",
                         MIN(longest, NAME_MAX_SHOWN) + 2);
}

static void append_panel(GString *script, PictureFormat format, const Panel *panel, guint number)
{
  g_string_append(script, "reset\n");
  append_data(script, panel, number);
  append_axes(script, format, panel);
  if (panel->y_names != NULL)
    append_names(script, panel);
  g_string_append(script, panel->title == NULL ? "set tmargin 0.7\n" : "set tmargin 1.9\n");
  if (panel->title != NULL) {
    g_string_append(script, "set title offset 0,-0.6 ");
    append_quoted(script, panel->title, 0);
    g_string_append(script, " textcolor ");
    append_colour(script, format, THEME_TEXT);
    g_string_append_c(script, '\n');
  }
  if (!isnan(panel->mark)) {
    g_string_append(script, "set arrow from first ");
    append_number(script, panel->mark);
    g_string_append(script, ", graph 0 to first ");
    append_number(script, panel->mark);
    g_string_append(script, ", graph 1 nohead dt (2,3) lc ");
    append_colour(script, format, THEME_TEXT);
    g_string_append_c(script, '\n');
  }
  if (panel->legend) {
    g_string_append(script, "set key below center horizontal reverse Left samplen 1.6 width 0.5 height 0.6 "
                            "textcolor ");
    append_colour(script, format, THEME_TEXT);
    g_string_append_c(script, '\n');
  } else {
    g_string_append(script, "unset key\n");
  }
  g_string_append(script, "plot ");
  for (guint i = 0; i < panel->curves->len; i++) {
    g_string_append(script, i == 0 ? "" : ", \\\n  ");
    append_curve(script, format, g_ptr_array_index(panel->curves, i), number, i);
  }
  g_string_append_c(script, '\n');
}

char *gnuplot_script(const Figure *const *figures, guint n, PictureFormat format, const char *folder)
{
  GString *script = g_string_new("set encoding utf8\n");
  guint panels = 0;
  for (guint i = 0; i < n; i++) {
    const Figure *figure = figures[i];
    unsigned height = figure_height(figure);
    if (format == PICTURE_SVG)
      g_string_append_printf(
          script, "set terminal svg size %d,%u dynamic noenhanced font 'sans-serif,13' linewidth 1.2\n",
          FIGURE_WIDTH, height);
    else /* 80 units to the inch */
      g_string_append_printf(
          script, "set terminal pdfcairo size %d.%04din,%u.%04uin noenhanced font 'sans-serif,11.7'\n",
          FIGURE_WIDTH / 80, FIGURE_WIDTH % 80 * 125, height / 80, height % 80 * 125);
    g_autofree char *path = g_strdup_printf("%s/%u", folder, i);
    g_string_append(script, "set output ");
    append_quoted(script, path, 0);
    g_string_append_printf(script, "\nset multiplot layout %u,1\n", figure->panels->len);
    for (guint j = 0; j < figure->panels->len; j++)
      append_panel(script, format, g_ptr_array_index(figure->panels, j), panels++);
    g_string_append(script, "unset multiplot\nset output\n");
  }
  return g_string_free(script, FALSE);
}

/* --- the program ---------------------------------------------------------------------------------------- */

static bool set_error(GError **error, const char *what, const char *why)
{
  g_autofree char *line = g_strdup(why);
  g_strstrip(line);
  g_set_error(error, REPORT_ERROR, REPORT_ERROR_RUN, "%s%s%s", what, *line == '\0' ? "" : ": ", line);
  return false;
}

bool gnuplot_check(GError **error)
{
  g_autofree char *program = g_find_program_in_path("gnuplot");
  return program != NULL || set_error(error, "figures are drawn by gnuplot, which is not here", INSTALL);
}

static bool run(const char *script, GError **error)
{
  char *argv[] = {(char[]){"gnuplot"}, (char[]){"--default-settings"}, g_strdup(script), NULL};
  g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
  environment = g_environ_unsetenv(environment, "GNUTERM");
  g_autofree char *said = NULL;
  g_autoptr(GError) wrong = NULL;
  int status = 0;
  bool ran = g_spawn_sync(NULL, argv, environment, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                          NULL, NULL, &said, &status, &wrong) &&
             g_spawn_check_wait_status(status, &wrong);
  g_free(argv[2]);
  if (ran)
    return true;
  g_autofree char *line = said == NULL ? NULL : g_strdelimit(g_strdup(said), "\n\r\t", ' ');
  return set_error(error, "gnuplot failed", line == NULL || *line == '\0' ? wrong->message : line);
}

static bool read_pictures(const char *folder, guint n, GPtrArray *pictures, GError **error)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *path = g_strdup_printf("%s/%u", folder, i);
    char *content = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &content, &length, NULL) || length == 0) {
      g_free(content);
      return set_error(error, "gnuplot drew nothing", "");
    }
    g_ptr_array_add(pictures, g_bytes_new_take(content, length));
  }
  return true;
}

static bool draw_in(const char *folder, const Figure *const *figures, guint n, PictureFormat format,
                    GPtrArray *pictures, GError **error)
{
  g_autofree char *text = gnuplot_script(figures, n, format, folder);
  g_autofree char *script = g_build_filename(folder, "script", NULL);
  g_autoptr(GError) wrong = NULL;
  if (!g_file_set_contents(script, text, -1, &wrong))
    return set_error(error, "cannot write", wrong->message);
  return run(script, error) && read_pictures(folder, n, pictures, error);
}

GPtrArray *gnuplot_draw(const Figure *const *figures, guint n, PictureFormat format, GError **error)
{
  g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_autoptr(GError) wrong = NULL;
  if (!gnuplot_check(error))
    return NULL;
  g_autofree char *folder = g_dir_make_tmp("sim-figures-XXXXXX", &wrong);
  if (folder == NULL) {
    set_error(error, "cannot make a folder for gnuplot", wrong->message);
    return NULL;
  }
  bool drawn = draw_in(folder, figures, n, format, pictures, error);
  for (guint i = 0; i <= n; i++) {
    g_autofree char *path =
        i < n ? g_strdup_printf("%s/%u", folder, i) : g_build_filename(folder, "script", NULL);
    g_unlink(path);
  }
  g_rmdir(folder);
  return drawn ? g_steal_pointer(&pictures) : NULL;
}
