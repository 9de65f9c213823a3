/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an operator may ask of the master: weights, quotas, reservations, maintenance, drain.
 *
 * Each call is checked whole before anything is done; lists are all or nothing. Returned is OPERATOR_DONE, or why not:
 * @error (nullable; OPERATOR_ERROR, its code the result) then names the item and what was expected. Each call, done or
 * refused, is told to MasterObserver.operator_call.
 *
 * Calls rescind what stands in their way, and tell the allocator before (B) or after (A) it, as Mesos does: what is
 * changed before cannot be offered again as it was.
 *
 *   weights       B  all outstanding offers, if a framework is in one of the roles; no filter
 *   quota         B  limits: offers to the role until its use fits; guarantees: offers to other roles until the
 *                    guarantee is covered; best effort; no filter
 *   reserve, unreserve, create, destroy
 *                 A  offers of the agent, until what is asked for is free; with the default filter (5 s), so that the
 *                    same framework does not win it back at once
 *   maintenance   A  all offers and inverse offers of the agents
 *   deactivate, drain, gone, start of maintenance
 *                 B  all offers and inverse offers of the agent
 *   whitelist        none
 *   teardown         discards the framework's own
 *
 * Life of an agent under an operator:
 *
 *                  deactivate                                      no task is left,
 *     ACTIVE ---------------------> INACTIVE                       no end unacknowledged             mark_gone
 *      | ^ '------- drain -------------'-------------> DRAINING ---------------------> DRAINED ---------------.
 *      | '---- reactivate -------------'                                                  | (asked for with drain,
 *      | '---- reactivate ----------------------------------------------------------------'  or by a call)    |
 *      |                                                                                                      v
 *      '--------------------------- gone, from any of these: its tasks are TASK_GONE_BY_OPERATOR -----------> GONE
 *
 *     in the schedule --- start_maintenance: its tasks are TASK_GONE ---> DOWN --- stop_maintenance ---> REMOVED
 *
 * GONE and REMOVED are final for the id: a host that comes back registers anew. For frameworks that are not partition-aware all
 * these tasks are TASK_LOST. A DRAINING agent is not reactivated: its tasks are being killed already.
 *
 * Not here: how tasks are killed within the grace period (the agent does that), who is offered what then (allocator.h).
 * Source: apache/mesos src/master/{quota_handler,weights_handler,http,maintenance,master}.cpp.
 */

#include "core/master.h"

typedef enum {
  OPERATOR_DONE,
  OPERATOR_INVALID,  /* makes no sense (Mesos: 400) */
  OPERATOR_UNKNOWN,  /* names what does not exist (404) */
  OPERATOR_CONFLICT, /* cannot be done now (409) */
} OperatorResult;

#define OPERATOR_ERROR (operator_error_quark())
GQuark operator_error_quark(void);

/** operator_call_name: as Mesos calls it: "UPDATE_WEIGHTS". agent_state_name: "DRAINING". */
const char *operator_call_name(OperatorCall call);
const char *agent_state_name(AgentState state);

typedef struct {
  const char *role; /* path */
  double weight;    /* > 0 */
} WeightUpdate;

typedef struct {
  const char *role;     /* path; under mesos_compatible only of the top level */
  Quantities guarantee; /* within the limit; all children's together within their parent's */
  Quantities limit;     /* -1: none; within the parent's, where both have one */
} QuotaUpdate;

/** master_update_weights: of roles, known or not. Nobody is offered anything before the next run. */
OperatorResult master_update_weights(Master *master, Instant now, const WeightUpdate *updates, uint32_t n,
                                     GError **error);

/**
 * master_update_quota: replaces guarantee and limit of the roles; zero and -1 is no quota.
 * @force: even where guarantees exceed the cluster or limits lie below what is in use
 *
 * In use are tasks, and all reservations; the cluster is all agents that are registered, active or not.
 */
OperatorResult master_update_quota(Master *master, Instant now, const QuotaUpdate *updates, uint32_t n,
                                   bool force, GError **error);

/** master_reserve: @reserved: what is to become reserved dynamically, in its reserved form; a refinement reserves what is
 * reserved to an ancestor. master_unreserve: the other way round, the uppermost reservation is taken off. */
OperatorResult master_reserve(Master *master, Instant now, AgentId agent, const Resources *reserved,
                              GError **error);
OperatorResult master_unreserve(Master *master, Instant now, AgentId agent, const Resources *reserved,
                                GError **error);
/** master_create_volume: @volume: disk with a volume name; master_destroy_volume: it becomes plain disk again. */
OperatorResult master_create_volume(Master *master, Instant now, AgentId agent, const Resources *volume,
                                    GError **error);
OperatorResult master_destroy_volume(Master *master, Instant now, AgentId agent, const Resources *volume,
                                     GError **error);

typedef struct {
  AgentId agent;
  Unavailability window;
} MaintenanceWindow;

/** master_update_maintenance: replaces the schedule: agents that are not named are no longer unavailable. One that is down
 * must be named. */
OperatorResult master_update_maintenance(Master *master, Instant now, const MaintenanceWindow *windows,
                                         uint32_t n, GError **error);
/** master_start_maintenance: the agent, which is in the schedule, is shut down: removed, and its host may not register
 * until master_stop_maintenance(), which also takes it out of the schedule. */
OperatorResult master_start_maintenance(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_stop_maintenance(Master *master, Instant now, AgentId agent, GError **error);

/** master_drain_agent: no more offers; its tasks are killed, with @grace; then, if @mark_gone, it is gone. Not one that is in
 * the maintenance schedule. A second drain replaces the first. */
OperatorResult master_drain_agent(Master *master, Instant now, AgentId agent, Duration grace, bool mark_gone,
                                  GError **error);
/** master_deactivate_agent: its tasks run on. master_reactivate_agent: offered again with the next tick. */
OperatorResult master_deactivate_agent(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_reactivate_agent(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_mark_agent_gone(Master *master, Instant now, AgentId agent, GError **error);

/** master_update_whitelist: NULL: all hosts; none: nobody is offered anything. From the next run on. */
OperatorResult master_update_whitelist(Master *master, Instant now, const char *const *hostnames, uint32_t n,
                                       GError **error);

/** master_operator_teardown: as master_teardown(). */
OperatorResult master_operator_teardown(Master *master, Instant now, FrameworkId framework, GError **error);
