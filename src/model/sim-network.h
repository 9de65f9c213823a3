/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimNetwork: everything that travels to and from the master, and the master's ports.
 *
 *     SimFramework --- accept, decline, suppress, revive, kill, acknowledge, teardown, ..---.
 *                  <-- offers, rescind, status, inverse offers, error -------.              |
 *                                                                           |              v
 *                                             (latency per pair)          Master <-- (rate limits; service
 *                                                                           |              ^  time, one at a time)
 *     SimAgent     <-- launch, kill, acknowledge, shutdown ------------------'              |
 *                  --- status, executor exited ---------------------------------------------'
 *
 * Latency: each message takes its own draw, keyed by (direction, agent or framework, number of the message),
 * but never overtakes an earlier one of the same pair and direction. Service time: messages to the master
 * wait their turn in the order of their arrival and are handled when their service ends. With rate limits those of
 * frameworks wait for that first, and are dropped where too many do (master_admit()).
 *
 * Costs (key "costs" of [master]) are service times by kind of message. With them an allocation run takes time, too: it
 * decides at its instant, on what the books say then, and its offers leave in their order as the master, in its turn,
 * has made them. So do a framework that subscribes and an agent that comes back: they are in the books at once, and the
 * master has that much more to do. The agents of the beginning are there before the run, and take none of its time.
 *
 * What is absent costs nothing: without a latency (and, towards the master, a service time) the message is a
 * call. Everything is recorded in the digest when it is delivered, and that is here.
 *
 * Messages in flight when the run ends are lost with it.
 *
 * Invariants:
 *   1. messages of one pair and direction arrive in the order in which they were sent;
 *   2. the master handles messages in the order of their arrival.
 *
 * Cost: a message with latency one event, and one more with service time; its payload is copied once.
 *
 * Not here: registration and subscription themselves, which travel in no time (sim-agents.h, sim-frameworks.h).
 */

#include "core/master.h"
#include "model/sim-world.h"

/** sim_network_new: @n_frameworks: how many there will be at most. */
SimNetwork *sim_network_new(SimWorld *world, uint32_t n_frameworks);
void sim_network_free(SimNetwork *network);

/** sim_network_add_agent: one more; @agent: the next number. */
void sim_network_add_agent(SimNetwork *network, AgentId agent);

/** sim_network_work: service time of all messages and runs so far, those that wait included. */
Duration sim_network_work(const SimNetwork *network);

/** sim_network_ports: the master's view of this network; valid as long as it. */
MasterPorts sim_network_ports(SimNetwork *network);

/* From a framework to the master. */
void sim_network_accept(SimNetwork *network, FrameworkId framework, const OfferId *offers, uint32_t n_offers,
                        const TaskInfo *tasks, uint32_t n_tasks, OfferFilter filter);
void sim_network_decline(SimNetwork *network, FrameworkId framework, const OfferId *offers, uint32_t n_offers,
                         OfferFilter filter);
void sim_network_suppress(SimNetwork *network, FrameworkId framework);
void sim_network_revive(SimNetwork *network, FrameworkId framework);
void sim_network_kill(SimNetwork *network, FrameworkId framework, TaskId task);
void sim_network_acknowledge(SimNetwork *network, FrameworkId framework, TaskId task, uint32_t sequence);
void sim_network_teardown(SimNetwork *network, FrameworkId framework);
void sim_network_answer_inverse_offer(SimNetwork *network, FrameworkId framework, InverseOfferId offer,
                                      bool accepted, OfferFilter filter);
/* @count tasks of @task each wait. */
void sim_network_request(SimNetwork *network, FrameworkId framework, const Quantities *task, uint32_t count);
/* Of all its tasks. */
void sim_network_reconcile(SimNetwork *network, FrameworkId framework);

/* From an agent to the master. */
void sim_network_status(SimNetwork *network, const TaskStatus *status);
void sim_network_executor_exited(SimNetwork *network, AgentId agent, FrameworkId framework,
                                 uint64_t executor);

/** sim_network_charge: the master has done something that is no message, and takes its time. @cost: REGISTER or SUBSCRIBE. */
void sim_network_charge(SimNetwork *network, MasterCost cost);
