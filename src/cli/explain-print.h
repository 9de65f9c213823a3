/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * An explanation in tables: what the allocator would decide at the instant of an ExplainReplay.
 *
 *   of a framework   the order in which all are served, and for each class of agents the gate that says no
 *   of an agent      the order, and for each client the gate
 */

#include <glib.h>

#include "cli/explain-replay.h"

/** explain_print_framework, explain_print_agent: appends the tables to @out. */
void explain_print_framework(ExplainReplay *replay, FrameworkId framework, GString *out);
void explain_print_agent(ExplainReplay *replay, AgentId agent, GString *out);
