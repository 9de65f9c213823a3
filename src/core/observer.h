/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * MasterObserver: what the master tells about itself, for whoever measures. Observers only look.
 *
 * Each callback comes right after the master's books have changed, so the quantities it carries are exactly
 * the difference. All callbacks may be NULL. Pointers are valid during the call.
 *
 *   offered(f, a)   grows by offer_made, shrinks by offer_ended
 *   allocated(f, a) grows by task_launched and executor_added, shrinks by the task_updated whose @freed is true and by
 *                   executor_removed
 */

#include "core/messages.h"

typedef enum {
  OFFER_ACCEPTED,  /* by an accept that names tasks or other operations, good or bad */
  OFFER_DECLINED,  /* including an accept of nothing */
  OFFER_RESCINDED, /* taken back by the master: time-out, agent or operator */
  OFFER_DISCARDED, /* with an invalid accept, or with its framework */
  OFFER_ENDS,
} OfferEnd;

typedef enum {
  INVERSE_OFFER_ENDED_ACCEPTED,
  INVERSE_OFFER_ENDED_DECLINED,
  INVERSE_OFFER_ENDED_RESCINDED, /* time-out, operator, agent removed */
  INVERSE_OFFER_ENDED_DISCARDED, /* with its framework */
  INVERSE_OFFER_ENDS,
} InverseOfferEnd;

/* Of an agent, under an operator; operator.h draws it. */
typedef enum {
  AGENT_STATE_ACTIVE,
  AGENT_STATE_INACTIVE, /* by an operator, or not connected */
  AGENT_STATE_DRAINING,
  AGENT_STATE_DRAINED,
  AGENT_STATE_GONE,    /* by an operator, for ever */
  AGENT_STATE_DOWN,    /* for maintenance */
  AGENT_STATE_REMOVED, /* otherwise */
  AGENT_STATES,
} AgentState;

/* What operators ask for; the names are Mesos's. */
typedef enum {
  OPERATOR_UPDATE_WEIGHTS,
  OPERATOR_UPDATE_QUOTA,
  OPERATOR_RESERVE_RESOURCES,
  OPERATOR_UNRESERVE_RESOURCES,
  OPERATOR_CREATE_VOLUMES,
  OPERATOR_DESTROY_VOLUMES,
  OPERATOR_UPDATE_MAINTENANCE_SCHEDULE,
  OPERATOR_START_MAINTENANCE,
  OPERATOR_STOP_MAINTENANCE,
  OPERATOR_DRAIN_AGENT,
  OPERATOR_DEACTIVATE_AGENT,
  OPERATOR_REACTIVATE_AGENT,
  OPERATOR_MARK_AGENT_GONE,
  OPERATOR_UPDATE_WHITELIST,
  OPERATOR_TEARDOWN,
  OPERATOR_CALLS,
} OperatorCall;

typedef struct {
  void *self;

  void (*agent_added)(void *self, Instant now, AgentId agent, const char *hostname, const Resources *total);
  void (*agent_removed)(void *self, Instant now, AgentId agent, const Resources *total);
  /* @roles: paths; the framework's first role is its main one. */
  void (*framework_added)(void *self, Instant now, FrameworkId framework, const char *name,
                          const char *const *roles, uint32_t n_roles);
  void (*framework_removed)(void *self, Instant now, FrameworkId framework);
  void (*role_updated)(void *self, Instant now, const char *path, const RoleAttributes *attributes);

  void (*offer_made)(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                     const Resources *resources);
  void (*offer_ended)(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId offer,
                      const Resources *resources, OfferEnd end);

  void (*task_launched)(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                        const Resources *resources);
  /* @freed: with this update the resources went back to the allocator (first terminal or unreachable state).
   */
  void (*task_updated)(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                       const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                       bool freed);

  /* After each run that the allocator made. */
  void (*allocation_run)(void *self, Instant now, bool periodic, uint32_t offers);

  /* An operator has called; after all that came of it. @subject: what was named, as text: "analytics=2", "agent 7".
   * @done: false where the call was refused. The effects have callbacks of their own: role_updated, agent_state. */
  void (*operator_call)(void *self, Instant now, OperatorCall call, const char *subject, bool done);
  /* The agent is in this state now, and was in another one. */
  void (*agent_state)(void *self, Instant now, AgentId agent, AgentState state);
  /* A framework is offered things (again), or no longer. */
  void (*framework_active)(void *self, Instant now, FrameworkId framework, bool active);
  void (*inverse_offer_made)(void *self, Instant now, FrameworkId framework, AgentId agent, InverseOfferId id,
                             const Unavailability *window);
  void (*inverse_offer_ended)(void *self, Instant now, FrameworkId framework, AgentId agent,
                              InverseOfferId id, InverseOfferEnd end);
  /* The allocator takes this task's resources away: it is killed after @grace. Its end comes as any other. */
  void (*task_revoked)(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                       const Resources *resources, Duration grace);
  /* A message of a framework was dropped: too many waited (rate limits). */
  void (*message_dropped)(void *self, Instant now, FrameworkId framework);

  /* The agent has other revocable resources, or some of its resources are reserved or volumes now, or no longer: its total
   * was @before and is @total. */
  void (*agent_updated)(void *self, Instant now, AgentId agent, const Resources *before,
                        const Resources *total);
  /* A framework has other roles, capabilities or wishes. */
  void (*framework_updated)(void *self, Instant now, FrameworkId framework, const char *const *roles,
                            uint32_t n_roles);
  /* An operation of an accept that launches nothing: done, or left out because it makes no sense. */
  void (*operation_ended)(void *self, Instant now, FrameworkId framework, AgentId agent, OperationKind kind,
                          const Resources *resources, bool done);
  void (*executor_added)(void *self, Instant now, FrameworkId framework, AgentId agent, uint64_t executor,
                         const Resources *resources);
  void (*executor_removed)(void *self, Instant now, FrameworkId framework, AgentId agent, uint64_t executor,
                           const Resources *resources);
} MasterObserver;
