/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Delay scheduling: how far from its data a job may start a task now.
 *
 * What is offered is looked at job by job, in their order. A job whose rule does not allow what it could start there is
 * skipped, and the next one is asked; so it gives up its turn for a while, not its place.
 *
 * skips(D1, D2): Algorithm 2 of the paper, with its extension to racks. @skips counts the offers that the job was skipped
 * at:
 *
 *     skips <  D1            on an agent with the data alone
 *     skips <  D1 + D2       in a rack with the data, too
 *     else                   anywhere
 *
 * It is set to 0 by a launch on an agent with the data, and grows by one with each offer that the job is skipped at.
 * skips(D) is the algorithm without racks: D2 = 0.
 *
 * wait(W1, W2): Algorithm 3, that of the Hadoop Fair Scheduler. @level is what the last launch was: 0 node, 1 rack, 2 any.
 *
 *     level 0, wait < W1, or                           on an agent with the data alone
 *     level 1, or wait >= W1                           in a rack with the data, too
 *     level 2, or level 1 and wait >= W2,
 *              or level 0 and wait >= W1 + W2          anywhere
 *
 * A launch sets the level to what it was and the wait to 0. A job that was skipped at an offer waits from then to the next
 * offer that its framework gets of any agent; between that and its next skip it does not.
 *
 * With reset_on_launch every launch makes the state what it was at first; then an offer that is looked at is independent
 * of those before the last launch, and the locality of a job of N tasks is
 *
 *     l(D) = 1/N sum over K = 1 ... N of [1 - (1 - K/M)^(R D)]      M agents, R replicas (section 4.2 of the paper)
 *
 * up to a launch on the offer after D skips, which may be local, too: D there is D + 1 looks here. It is that of many agents:
 * for N = 20, R = 3 the algorithm has 0.2 points less at D = 60 of M = 1,000, but 1.4 points at D = 6 of M = 100.
 *
 * Source: Zaharia, Borthakur, Sen Sarma, Elmeleegy, Shenker, Stoica: "Delay scheduling", EuroSys 2010, sections 4 and 5.
 */

#include "workload/hadoop-spec.h"
#include "workload/job-observer.h"

/* Of a job; at first all zero. */
typedef struct {
  uint32_t skips;
  uint8_t level;
  bool skipped; /* wait: at the last offer */
  Duration wait;
} DelayState;

/** delay_rule_allows: Returns: the farthest that a task may start from its data: LOCALITY_NODE, RACK or ANY. */
TaskLocality delay_rule_allows(const DelayRule *rule, const DelayState *state);

/** delay_rule_launched: a task has been started, as near to its data as @locality. */
void delay_rule_launched(const DelayRule *rule, DelayState *state, TaskLocality locality);

/** delay_rule_skipped: the job has been skipped at an offer. */
void delay_rule_skipped(const DelayRule *rule, DelayState *state);

/** delay_rule_next_offer: the next offer has come, @elapsed after the last one. Where the job was skipped at that. */
void delay_rule_next_offer(DelayState *state, Duration elapsed);
