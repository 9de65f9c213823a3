/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The scripted allocator: grants what a test tells it to, in the next run or tick, and writes down what the
 * master says to it. Its books hold only what is free on each agent.
 *
 * There is one script per process; each instance made of scripted_allocator writes to it.
 */

#include "core/allocator.h"

extern const AllocatorInterface scripted_allocator;

/** script_start: forgets everything; before an instance is made. */
void script_start(ResourceKinds *kinds);

/** script_grant: in the next run; @good: it is booked (the books of the master will allow it). */
void script_grant(uint32_t framework, uint32_t role, uint32_t agent, const Resources *resources, bool good);

/** script_inverse, script_revoke: in the next run, after its grants. */
void script_inverse(uint32_t framework, uint32_t agent);
void script_revoke(uint32_t framework, uint32_t agent, const Resources *resources);

/** script_refuse_available: from now on update_available() says no. */
void script_refuse_available(void);

/** script_host: the host table that the last instance was given. */
const AllocatorHost *script_host(void);

/** script_settings: the settings that it was given; pointers in it are not kept. */
const AllocatorSettings *script_settings(void);

/** script_fail: the next instance is refused with this message (nullable). */
void script_fail(const char *message);

/** script_calls: what has been said since the last call, words of each call, separated by "\n". */
const char *script_calls(void);
