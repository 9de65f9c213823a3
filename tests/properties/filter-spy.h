/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * FilterSpy: an allocator that lets another one decide and watches that no offer lies inside a live filter of
 * its receiver.
 *
 *     Master <---> FilterSpy <---> drf, priority         every call goes through, none is changed
 *                      |
 *                  a plain list of refusals
 *
 * A refusal of (framework, role, agent, amount) blocks every offer of that agent in that role to that
 * framework that is contained in the amount, from its return on for its length, at least an allocation
 * interval. It ends earlier with a revival of the role, an update, deactivation or removal of the framework,
 * and with its agent. At the very instant of its end it still blocks in a tick, if the tick before was an
 * interval earlier and was made before it came (allocator.h, on filters and ticks). What breaks this stops
 * the test. All calls take the list into account as they come; nothing of it is shared with the kernel.
 *
 * The option `label` is a text for the message.
 */

#include "core/allocator.h"

/** filter_spy: the table around that of drf or priority. */
const AllocatorInterface *filter_spy(const char *allocator);
