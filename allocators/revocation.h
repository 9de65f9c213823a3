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
 * As what is lent can be taken back, the kernel withholds nothing for a role that does not wait: others may use what is
 * guaranteed to it. For those that wait it withholds what they lack as without revocation, so what comes back is theirs.
 *
 * Not covered: what is reserved or revocable, and pieces that are free but too small for tasks that nobody has declared.
 * Cost: nothing where it is off; else O(clients) per run; while a role is due O(agents with something free x different tasks
 * that are declared), and when something is revoked O(what is held log what is held + what is taken x roles).
 *
 * Source: Hindman et al., NSDI 2011, section 3.3 (resource allocation); timeouts as in Hadoop's Fair Scheduler.
 */

#include "allocators/hierarchical.h"

#define REVOCATION_OPTION                                                                                    \
  {                                                                                                          \
    "revocation-timeout", "off", "how long a guarantee is unmet before tasks above theirs are killed; off"   \
  }

typedef struct KernelRevocation KernelRevocation;

/** revocation_option: the timeout; negative: off. @error: @value makes no sense, or the host revokes nothing; to be freed
 * with g_free(). */
bool revocation_option(const AllocatorSettings *settings, const char *key, const char *value,
                       Duration *timeout, char **error);

/**
 * kernel_revocation_start: from now on; right behind hierarchical_new().
 * @timeout: not negative
 */
void kernel_revocation_start(Allocator *kernel, Duration timeout);

/** kernel_revoke: at the end of each run, where it was started. */
void kernel_revoke(Allocator *kernel, Instant now);

/** kernel_revocation_wake: it may have changed who waits for something: there is to be a tick. */
void kernel_revocation_wake(Allocator *kernel);

/** kernel_revocation_required: what is to be withheld in a run that begins, instead of what all guarantees lack. */
Quantities kernel_revocation_required(Allocator *kernel);

void kernel_revocation_free(KernelRevocation *revocation);
