/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: what becomes of gnuplot's elements, and of what it does not write. The input is in gnuplot 5.4's way of
 * writing. Not pinned: that gnuplot writes so (tests/cli/test-report.py draws with it).
 */

#include <string.h>

#include "report/run-set.h"
#include "report/svg.h"
#include "tests/support/test-main.h"

#define HEAD                                                                                                 \
  "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n<svg viewBox=\"0 0 440 280\" "              \
  "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<title>Gnuplot"       \
  "</title><desc>Produced by GNUPLOT</desc><defs><path id='gpPt0' d='M1,1'/></defs>\n"
#define DRAWN "<path stroke='rgb(  1,   0,   3)'  d='M64.34,60.30 L53.84,60.04\n\t\tL1.00,-2.26  '/>"

static char *refine(const char *text, bool standalone, GError **error)
{
  Figure *figure = figure_new("shares", g_strdup("A <title> & more"), g_strdup("Words."));
  figure_panel(figure, "x", "y");
  GBytes *raw = g_bytes_new(text, strlen(text));
  char *svg = svg_refine(raw, figure, standalone, error);
  g_bytes_unref(raw);
  figure_free(figure);
  return svg;
}

static void expect(const char *text, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *svg = refine(text, false, &error);
  ck_assert_msg(svg != NULL, "%s", error == NULL ? "" : error->message);
  ck_assert_msg(strstr(svg, expected) != NULL, "expected %s in %s", expected, svg);
}

START_TEST(title_and_description)
{
  expect(HEAD DRAWN "</svg>", "role=\"img\" aria-labelledby=\"shares-title shares-text\"");
  expect(HEAD DRAWN "</svg>", "<title id=\"shares-title\">A &lt;title&gt; &amp; more</title>");
  expect(HEAD DRAWN "</svg>", "<desc id=\"shares-text\">Words. y over x.</desc>");
}
END_TEST

START_TEST(paths)
{
  expect(HEAD "<g stroke-width=\"1.92\">" DRAWN "</g></svg>",
         "<path class=\"s-c1\" stroke-width=\"1.9\" d=\"M64.3 60.3 53.8 60 1 -2.3\"/>");
  expect(HEAD "<path stroke='rgb(1,0,2)' stroke-dasharray='5.6,9.0' d='M0,0 L1,1'/></svg>",
         "<path class=\"s-axis\" stroke-width=\"1\" stroke-dasharray=\"5.6 9\" d=\"M0 0 1 1\"/>");
  expect(HEAD "<path stroke='black' d='M0,0 L1,1'/></svg>", "class=\"s-c0\"");
}
END_TEST

START_TEST(areas_and_points)
{
  expect(HEAD DRAWN
         "<polygon fill = 'rgb(  1,   0,   4)' fill-opacity = '0.200000' points = '1.04,2.0 3,4 '/></svg>",
         "<polygon class=\"f-c2\" fill-opacity=\"0.2\" points=\"1 2 3 4\"/>");
  expect(HEAD "<use xlink:href='#gpPt6' transform='translate(83.92,261.30) scale(1.57)' "
              "color='rgb(  1,   0,   5)'/></svg>",
         "<circle class=\"f-c3\" cx=\"83.9\" cy=\"261.3\" r=\"1.6\"/>");
}
END_TEST

START_TEST(texts)
{
  expect(HEAD DRAWN
         "<g transform=\"translate(44.05,64.85)\" stroke=\"none\" fill=\"rgb(1,0,0)\" "
         "font-family=\"sans-serif\" text-anchor=\"end\"><text>a &lt;b&gt; \xc3\xa9</text></g></svg>",
         "<text class=\"f-c0\" transform=\"translate(44.05,64.85)\" text-anchor=\"end\">a &lt;b&gt; "
         "\xc3\xa9</text>");
}
END_TEST

START_TEST(nothing_else_comes_through)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *svg = refine(HEAD DRAWN "<script>alert(1)</script><image href=\"http://example.org/\"/>"
                                           "<style>x</style><foreignObject>y</foreignObject></svg>",
                                true, &error);
  ck_assert_ptr_nonnull(svg);
  ck_assert_ptr_null(strstr(svg, "alert"));
  ck_assert_ptr_null(strstr(svg, "example"));
  ck_assert_ptr_null(strstr(svg, "foreign"));
  ck_assert_ptr_null(strstr(svg, "gpPt"));
  ck_assert_ptr_nonnull(strstr(svg, "<style>"));
  ck_assert_ptr_nonnull(strstr(svg, "stroke=\"#")); /* for programs that read no style sheet */
}
END_TEST

START_TEST(what_is_no_picture)
{
  static const char *const wrong[] = {"", "no picture", HEAD, HEAD "</svg>", HEAD DRAWN "</g></svg>"};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    ck_assert_ptr_null(refine(wrong[i], false, &error));
    ck_assert(g_error_matches(error, REPORT_ERROR, REPORT_ERROR_RUN));
  }
}
END_TEST

START_TEST(escapes)
{
  g_autoptr(GString) out = g_string_new(NULL);
  svg_append_escaped(out, "<&>\"'\x01\x7f\t\xff");
  ck_assert_str_eq(out->str, "&lt;&amp;&gt;&quot;&#39;??\t\xef\xbf\xbd");
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("svg");
  TCase *tcase = tcase_create("svg");
  tcase_add_test(tcase, title_and_description);
  tcase_add_test(tcase, paths);
  tcase_add_test(tcase, areas_and_points);
  tcase_add_test(tcase, texts);
  tcase_add_test(tcase, nothing_else_comes_through);
  tcase_add_test(tcase, what_is_no_picture);
  tcase_add_test(tcase, escapes);
  suite_add_tcase(suite, tcase);
  return suite;
}
