/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Decliner: has nothing to run, and declines whatever it is offered, for refuse-seconds.
 *
 * What frameworks do that are idle and do not suppress: each offer that they get is one that somebody else does not.
 */

#include "model/sim-framework.h"

extern const SimScheduler scheduler_decliner;
