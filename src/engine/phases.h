/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimPhase: the named phases of one instant, in the order in which they are dispatched.
 *
 * Events at one instant are ordered by phase first and by the order in which they were posted second. An
 * event may be posted at the present instant in any phase, also in an earlier one than that which is being
 * dispatched: it is then the next of its instant. Nothing else breaks a tie.
 *
 * Not here: what happens in a phase (src/model), the queue (event-queue.h), the loop (engine.h).
 */

typedef enum {
  SIM_PHASE_TASK,    /* tasks end, executors start. First: what has ended by now must be free, and what runs
                        must be known, before anyone speaks about it at the same instant. */
  SIM_PHASE_MESSAGE, /* messages arrive. Before arrivals: what is on its way was sent earlier than anyone who
                        arrives now could act. */
  SIM_PHASE_ARRIVAL, /* jobs and frameworks arrive or leave. Before timers: a decision that is due now knows
                        every job that has arrived by now. */
  SIM_PHASE_OPERATOR, /* operators call. After arrivals: who arrives now can be meant. Before timers: what a call takes
                         back is known to a decision that is due now. */
  SIM_PHASE_TIMER, /* decision times, offer time-outs, hold time-outs. Before allocation: an answer that comes
                      in time counts, and what a time-out returns can be given again at once. */
  SIM_PHASE_ALLOCATION, /* periodic and requested allocation runs; filter expiry is evaluated there. After all
                           that changes the books, so that one run sees the whole instant. */
  SIM_PHASE_SAMPLE,     /* sampling and progress. Last: a sample is the state in which the instant ends. Not
                           counted as events and not in the digest, so that observing changes nothing. */
} SimPhase;

#define SIM_PHASES 7
