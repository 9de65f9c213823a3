/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimThoughts: messages of offers that a framework does not answer at once.
 *
 *     offers --- hold time ---> --- decision time ---> sim_framework_serve()
 *                (any number      (one after the
 *                 at a time)       other)
 *
 * A message is held for a time of its own, whatever else is held. Then a framework thinks about one message at a time:
 * the decision time of the next one begins when the last one is over, with what has not been rescinded by then. An offer
 * that is rescinded while it is thought about is accepted in vain. Statuses do not wait.
 *
 * A decision takes decision-time, and where a job waits decision-time-per-job and decision-time-per-task for each task that
 * waits of the stage that is first in the queue when it begins (Omega, EuroSys 2013: t_job + t_task x tasks).
 *
 * A job that has been first in attempts-max decisions, and still has something to launch, is abandoned.
 *
 * Draws: hold times SIM_PURPOSE_HOLD_TIME, decision times SIM_PURPOSE_DECISION_TIME, of the entity (group's name, member);
 * the index is the number of the message.
 */

#include "model/sim-framework.h"

typedef struct SimThoughts SimThoughts;

SimThoughts *sim_thoughts_new(SimWorld *world);
void sim_thoughts_free(SimThoughts *thoughts);

/** sim_thoughts_begin: of a framework that holds or thinks. */
void sim_thoughts_begin(SimThoughts *thoughts, SimFramework *framework, const OfferMessage *offers,
                        uint32_t n);

/** sim_thoughts_rescind: an offer has been taken back. */
void sim_thoughts_rescind(SimFramework *framework, OfferId offer);

/** sim_thoughts_clear: frees what @framework thinks of, at the end of the run. */
void sim_thoughts_clear(SimFramework *framework);
