/* SPDX-License-Identifier: Apache-2.0 */
#include "report/theme.h"

typedef struct {
  const char *class_end;
  const char *light;
  const char *dark;
} Colour;

static const Colour colours[THEME_COLOURS] = {
    [THEME_TEXT] = {"c0", "#1F2328", "#E6EAF0"},     [THEME_GRID] = {"grid", "#D8DDE3", "#343B44"},
    [THEME_AXIS] = {"axis", "#6B7480", "#8C96A3"},   [THEME_DATA] = {"c1", "#0052B4", "#53AFFA"},
    [THEME_DATA + 1] = {"c2", "#EA5202", "#EF8959"}, [THEME_DATA + 2] = {"c3", "#289878", "#8DFADC"},
    [THEME_DATA + 3] = {"c4", "#932070", "#A35F92"}, [THEME_DATA + 4] = {"c5", "#9A71E4", "#7656F8"},
    [THEME_DATA + 5] = {"c6", "#5B4403", "#F6D732"},
};

ThemeColour theme_colour(unsigned number)
{
  return number == FIGURE_NEUTRAL ? THEME_TEXT : (ThemeColour)(THEME_DATA + number - 1);
}

const char *theme_light(ThemeColour colour)
{
  return colours[colour].light;
}

const char *theme_dark(ThemeColour colour)
{
  return colours[colour].dark;
}

const char *theme_class(ThemeColour colour)
{
  return colours[colour].class_end;
}

static void append_colours(GString *style, bool dark)
{
  for (int i = 0; i < THEME_COLOURS; i++) {
    const char *value = dark ? colours[i].dark : colours[i].light;
    g_string_append_printf(style, ".s-%s{stroke:%s}.f-%s{fill:%s}", colours[i].class_end, value,
                           colours[i].class_end, value);
  }
}

char *theme_figure_style(void)
{
  GString *style = g_string_new(".figure text{font-family:system-ui,sans-serif;stroke:none}");
  append_colours(style, false);
  g_string_append(style, "@media screen and (prefers-color-scheme:dark){");
  append_colours(style, true);
  g_string_append_c(style, '}');
  return g_string_free(style, FALSE);
}
