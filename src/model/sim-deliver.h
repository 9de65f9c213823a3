/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The arrival of a message: recorded in the digest, then handed to its receiver. One function per kind; they
 * are the same whether the message took time or not. For sim-network.c only, which calls those of the hot
 * path without a SimMessage.
 */

#include "model/sim-agents.h"
#include "model/sim-frameworks.h"
#include "model/sim-message.h"
#include "model/sim-record.h"

/* --- at the master -------------------------------------------------------------------------------------- */

static inline void sim_deliver_accept(SimWorld *world, FrameworkId framework, const OfferId *ids, uint32_t n,
                                      const TaskInfo *tasks, uint32_t n_tasks, OfferFilter filter)
{
  Instant now = sim_world_now(world);
  sim_digest_add_3(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_ACCEPT,
                   sim_record_pair(n_tasks, framework.index), ids[0].value,
                   n_tasks > 0 ? sim_record_quantities(&tasks[0].resources.plain) : 0);
  for (uint32_t i = 1; i < n; i++)
    sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_ACCEPT_FURTHER, ids[i].value);
  if (n_tasks > 0 && G_UNLIKELY(tasks[0].resources.special != NULL))
    sim_record_slices(&world->digest, now, &tasks[0].resources);
  Operation launch = {.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = n_tasks};
  master_accept(world->master, now, framework, ids, n, &launch, 1, filter);
}

static inline void sim_deliver_decline(SimWorld *world, FrameworkId framework, const OfferId *ids, uint32_t n,
                                       OfferFilter filter)
{
  Instant now = sim_world_now(world);
  sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_DECLINE, framework.index, n);
  for (uint32_t i = 0; i < n; i++)
    sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_DECLINE_OFFER, ids[i].value);
  master_decline(world->master, now, framework, ids, n, filter);
}

static inline void sim_deliver_suppress(SimWorld *world, FrameworkId framework)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_SUPPRESS, framework.index);
  master_suppress(world->master, now, framework, NULL, 0);
}

static inline void sim_deliver_revive(SimWorld *world, FrameworkId framework)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_REVIVE, framework.index);
  master_revive(world->master, now, framework, NULL, 0);
}

static inline void sim_deliver_kill(SimWorld *world, FrameworkId framework, TaskId task)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_KILL, task.value);
  master_kill(world->master, now, framework, task, AGENT_NONE);
}

static inline void sim_deliver_acknowledge(SimWorld *world, FrameworkId framework, TaskId task,
                                           uint32_t sequence)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_ACKNOWLEDGE | sequence << 16,
                   task.value);
  master_acknowledge(world->master, now, framework, task, sequence);
}

static inline void sim_deliver_teardown(SimWorld *world, FrameworkId framework)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_TEARDOWN, framework.index);
  master_teardown(world->master, now, framework);
}

static inline void sim_deliver_inverse_answer(SimWorld *world, FrameworkId framework, InverseOfferId offer,
                                              bool accepted, OfferFilter filter)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE,
                   SIM_RECORD_INVERSE_ANSWER | (uint32_t)accepted << 8, offer.value);
  master_answer_inverse_offer(world->master, now, framework, offer, accepted, filter);
}

static inline void sim_deliver_request(SimWorld *world, FrameworkId framework, const Quantities *task,
                                       uint32_t count)
{
  Instant now = sim_world_now(world);
  sim_digest_add_3(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_REQUEST, framework.index, count,
                   sim_record_quantities(task));
  master_request(world->master, now, framework, sim_frameworks_role(world->frameworks, framework), task,
                 count);
}

static inline void sim_deliver_reconcile(SimWorld *world, FrameworkId framework)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_RECONCILE, framework.index);
  master_reconcile(world->master, now, framework, NULL, 0);
}

static inline void sim_deliver_status(SimWorld *world, const TaskStatus *status)
{
  Instant now = sim_world_now(world);
  sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, sim_record_status_kind(SIM_RECORD_STATUS, status),
                   status->task.value);
  master_status_update(world->master, now, status);
}

static inline void sim_deliver_executor_exited(SimWorld *world, AgentId agent, FrameworkId framework,
                                               uint64_t executor)
{
  Instant now = sim_world_now(world);
  sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_EXECUTOR_EXITED,
                   sim_record_pair(agent.index, framework.index), executor);
  master_executor_exited(world->master, now, agent, framework, executor);
}

/* --- at a framework ------------------------------------------------------------------------------------- */

static inline void sim_deliver_offers(SimWorld *world, FrameworkId framework, const OfferMessage *offers,
                                      uint32_t n)
{
  Instant now = sim_world_now(world);
  sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_OFFERS, framework.index, n);
  for (uint32_t i = 0; i < n; i++) {
    sim_agents_expect(world->agents, offers[i].agent);
    sim_digest_add_3(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_GRANT,
                     sim_record_pair(offers[i].agent.index, framework.index), offers[i].id.value,
                     sim_record_quantities(&offers[i].resources.plain));
    if (G_UNLIKELY(offers[i].resources.special != NULL))
      sim_record_slices(&world->digest, now, &offers[i].resources);
  }
  sim_frameworks_offers(world->frameworks, framework, offers, n);
}

static inline void sim_deliver_rescind(SimWorld *world, FrameworkId framework, OfferId offer)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_RESCIND, offer.value);
  sim_frameworks_rescind(world->frameworks, framework, offer);
}

static inline void sim_deliver_status_forwarded(SimWorld *world, FrameworkId framework,
                                                const TaskStatus *status)
{
  bool made = status->task.value != TASK_NONE.value; /* else only the framework's label is known */
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE,
                   sim_record_status_kind(SIM_RECORD_STATUS_FORWARDED, status),
                   made ? status->task.value : status->label);
  sim_frameworks_status(world->frameworks, framework, status);
}

static inline void sim_deliver_inverse_offers(SimWorld *world, FrameworkId framework,
                                              const InverseOfferMessage *offers, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    sim_digest_add_2(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_INVERSE_OFFER,
                     sim_record_pair(offers[i].agent.index, framework.index), offers[i].id.value);
  sim_frameworks_inverse_offers(world->frameworks, framework, offers, n);
}

/* What a framework has answered already needs no more than that. */
static inline void sim_deliver_inverse_rescind(SimWorld *world, InverseOfferId offer)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_INVERSE_RESCIND,
                   offer.value);
}

static inline void sim_deliver_error(SimWorld *world, FrameworkId framework, const char *text)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_ERROR,
                   framework.index);
  sim_frameworks_error(world->frameworks, framework, text);
}

/* --- at an agent ---------------------------------------------------------------------------------------- */

static inline void sim_deliver_launch(SimWorld *world, AgentId agent, const TaskLaunch *launch)
{
  sim_digest_add_2(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_LAUNCH,
                   sim_record_pair(agent.index, launch->framework.index), launch->task.value);
  sim_agents_launch(world->agents, agent, launch);
}

static inline void sim_deliver_kill_at_agent(SimWorld *world, AgentId agent, TaskId task, Duration grace,
                                             TaskReason reason)
{
  Instant now = sim_world_now(world);
  if (G_LIKELY(grace.ns == 0 && reason == REASON_NONE))
    sim_digest_add_1(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_KILL_AT_AGENT, task.value);
  else
    sim_digest_add_2(&world->digest, now, SIM_PHASE_MESSAGE, SIM_RECORD_KILL_WITHIN | (uint32_t)reason << 8,
                     task.value, (uint64_t)grace.ns);
  sim_agents_kill(world->agents, agent, task, grace, reason);
}

static inline void sim_deliver_acknowledged(SimWorld *world, AgentId agent, TaskId task, uint64_t label,
                                            uint32_t sequence)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE,
                   SIM_RECORD_ACKNOWLEDGED | sequence << 16, task.value);
  sim_agents_acknowledge(world->agents, agent, label, sequence);
}

static inline void sim_deliver_shutdown(SimWorld *world, AgentId agent, FrameworkId framework)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_SHUTDOWN,
                   sim_record_pair(agent.index, framework.index));
  sim_agents_shutdown_framework(world->agents, agent, framework);
}

static inline void sim_deliver_shutdown_agent(SimWorld *world, AgentId agent)
{
  sim_digest_add_1(&world->digest, sim_world_now(world), SIM_PHASE_MESSAGE, SIM_RECORD_SHUTDOWN_AGENT,
                   agent.index);
  sim_agents_shutdown(world->agents, agent);
}

/** sim_deliver_message: a message that took time. */
void sim_deliver_message(SimWorld *world, const SimMessage *message);
