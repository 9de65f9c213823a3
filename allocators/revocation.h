/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Revocation: the guaranteed allocation of the Mesos paper. Below its guarantee (quota) no task of a role is taken away;
 * above it any may be, where a guarantee cannot be kept otherwise.
 *
 *   lacks     a role lacks what is missing to its guarantee, while somebody at or below it is active and waits for
 *             something: as much as is declared, or for any amount where nothing is
 *   timeout   it has lacked something after each run for as long as the option says: now it is due
 *   short     what the roles that are due lack, less what is free (where tasks are declared: on agents that hold one)
 *             and what is on its way back already
 *   revoke    what is short is taken from roles that lack nothing, beginning with the largest weighted dominant share,
 *             agent by agent, those first on which the role has most; never below a guarantee of a role or of one above
 *             it. AllocatorHost.revoke() kills tasks, the master gives them its grace period
 *
 * What comes back is free as anything else is, and the kernel withholds it from everybody else for the sake of the
 * guarantee. While something is lacking there is a tick in each interval.
 *
 * Not covered: what is reserved or revocable, and pieces that are free but too small for tasks that nobody has declared.
 * Cost: nothing where it is off; else O(clients) per run, O(what is held) when something is revoked.
 *
 * Source: Hindman et al., NSDI 2011, section 3.3 (resource allocation); timeouts as in Hadoop's Fair Scheduler.
 */

#include "allocators/hierarchical.h"

#define REVOCATION_OPTION                                                                                    \
  {                                                                                                          \
    "revocation-timeout", "off", "how long a guarantee is unmet before tasks above theirs are killed; off"   \
  }

typedef struct KernelRevocation KernelRevocation;

/**
 * kernel_revocation_start: from now on; right behind hierarchical_new().
 * @timeout: not negative
 */
void kernel_revocation_start(Allocator *kernel, Duration timeout);

/** kernel_revoke: at the end of each run, where it was started. */
void kernel_revoke(Allocator *kernel, Instant now);

/** kernel_revocation_wake: something may be lacking that was not before: there is to be a tick. */
void kernel_revocation_wake(Allocator *kernel, Instant now);

void kernel_revocation_free(KernelRevocation *revocation);
