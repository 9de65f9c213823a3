/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Page: one HTML file that says what was run and what came out: no script, no font, no picture, no style sheet from
 * elsewhere, so that it can be mailed, archived and read without a network.
 *
 *     what was run - summary - figures - runs and where they come from - how to repeat it
 *
 * It is at most PAGE_BYTES_MAX long: figures are drawn with fewer points until it is, and a long workload is cut. It
 * is well-formed XML too. The same results give the same page.
 *
 * Not here: what is drawn (figures.h), what it looks like (page-style.c, theme.h).
 */

#include <glib.h>

#include "report/run-set.h"

#define PAGE_BYTES_MAX    2000000
#define PAGE_VARIANTS_MAX 4 /* that have figures of their own */

/* Who makes the page, as it says itself. */
typedef struct {
  const char *version;
  const char *git_commit;
} PageMaker;

/**
 * page_make:
 * @error: REPORT_ERROR_RUN: gnuplot, SQLite; REPORT_ERROR_STOPPED
 *
 * Returns: (transfer full): the page.
 */
GString *page_make(const RunSet *set, const PageMaker *maker, const ReportHost *host, GError **error);
