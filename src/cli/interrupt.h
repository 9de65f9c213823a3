/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Interrupt: Ctrl-C and its like while a run is under way.
 *
 *                    first signal                          second signal
 *     watching ----------------------> requested --------------------------------> exit at once
 *                                      the run ends by itself,                     abandon() is called,
 *                                      its results are kept as truncated           status 130
 *
 * The signals are SIGINT, SIGTERM and SIGHUP, but for those that the caller of the program has switched off
 * (nohup), and SIGUSR2, by which the parent of a guarded child passes them on (guard.h). They are blocked and taken by a thread of their own that waits for them: no signal handler, and so
 * no global state, and what a second signal does may be any code. SIGUSR1, which ends that thread, does nothing
 * meanwhile if it comes from outside.
 *
 * One Interrupt at a time in a process; made before other threads are, which inherit the blocked signals.
 */

#include <glib.h>
#include <stdbool.h>

typedef struct Interrupt Interrupt;

/**
 * interrupt_new:
 * @abandon: (nullable): removes what would be left behind; called in the waiting thread, while the others are
 *   still running
 */
Interrupt *interrupt_new(void (*abandon)(void *self), void *self);

/** interrupt_requested: whether a signal has come. Cost: one load. */
bool interrupt_requested(const Interrupt *interrupt);

/** interrupt_free: from now on signals do again what they did before. */
void interrupt_free(Interrupt *interrupt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Interrupt, interrupt_free)
