/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Random operators, for random scenarios of the master: every call of operator.h, with arguments that make sense and that do
 * not, and what frameworks and hosts do beside it: inverse offers answered, connections lost, frameworks deactivated.
 */

#include "tests/core/master-fixture.h"
#include "tests/properties/property-random.h"

/** operator_step: one call. An error must come with a message, and success without. */
void operator_step(PropertyRandom *random, MasterFixture *f);

/** operator_end: takes back all that was said: every agent that is there is active, nothing is planned, reserved or limited.
 * Returns: how many agents are there. */
uint32_t operator_end(MasterFixture *f);
