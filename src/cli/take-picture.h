/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Fills in an AgentPicture (metrics) from the master's books and from what its allocator explains.
 *
 * Cost: O(agents + tasks + offers); and for each agent that matters to something that waits, one explanation of the
 * allocator: O(frameworks) or more.
 */

#include "base/time.h"
#include "core/master.h"
#include "metrics/agent-picture.h"

/** take_picture: @picture: begun; of the state at @now. Changes nothing in the run. */
void take_picture(const Master *master, Instant now, AgentPicture *picture);
