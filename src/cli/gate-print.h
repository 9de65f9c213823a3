/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The verdicts of a gate (metrics/gate.h) as text: a table for a terminal, the same for Markdown, and JUnit's XML, where a
 * workload is a class and a metric a test: a regression is a failure, what is inconclusive an error.
 *
 * All return (transfer full) text. @title: of the gate: what was measured.
 */

#include "metrics/gate.h"

char *gate_text(const GPtrArray *rows, const char *title);
char *gate_markdown(const GPtrArray *rows, const char *title);
char *gate_junit(const GPtrArray *rows, const char *title, double seconds);
