/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimOperator: makes the calls of [operator NAME] when their time has come.
 *
 * A call that names several agents is made for each of them, one after the other; one that is refused for some is made for
 * the others all the same. A machine that is let back after maintenance registers at once. A call takes no time on the
 * way. Those of one instant come in the order of the file, after what arrives at that instant and before time-outs.
 *
 * What a call does: core/operator.h. What it may say: workload-operators.c.
 */

#include "model/sim-world.h"

SimOperator *sim_operator_new(SimWorld *world);
void sim_operator_free(SimOperator *operator);

/** sim_operator_begin: posts all calls. Once, at the start. */
void sim_operator_begin(SimOperator *operator);

/** sim_operator_end: warns of calls that were due later than the run has lasted. */
void sim_operator_end(const SimOperator *operator);
