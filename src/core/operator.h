/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What an operator may ask of the master: weights, quotas, reservations, maintenance, drain.
 *
 * Each call is checked whole before anything is done. Returned is OPERATOR_DONE, or why not; @error (nullable)
 * then names the item and what was expected. Lists are all or nothing. Calls rescind what stands in their way, as
 * Mesos does:
 *
 *   weights       all outstanding offers, if a framework is in one of the roles; no filter
 *   quota         limits: offers to the role until its use fits; guarantees: offers to other roles until the
 *                 guarantee is covered; best effort; no filter
 *   reserve, unreserve, create, destroy
 *                 offers of the agent, until what is asked for is free; with the default filter (5 s), so that the
 *                 same framework does not win it back at once
 *   maintenance   all offers and inverse offers of the agents
 *   deactivate, drain, gone
 *                 all offers of the agent
 *
 * Life of an agent under an operator:
 *
 *              deactivate / reactivate               mark_gone
 *     ACTIVE <-------------------------> INACTIVE ----------------> (removed; its tasks TASK_GONE_BY_OPERATOR)
 *        |  drain                            ^                         ^
 *        '-----------> DRAINING --- no task, no unacknowledged end --> DRAINED (mark_gone was asked for)
 *                          reactivate ends it
 *
 * Source: apache/mesos src/master/{quota_handler,weights_handler,http,master}.cpp.
 */

#include "core/master.h"

typedef enum {
  OPERATOR_DONE,
  OPERATOR_INVALID,  /* makes no sense (Mesos: 400) */
  OPERATOR_UNKNOWN,  /* names what does not exist (404) */
  OPERATOR_CONFLICT, /* cannot be done now (409) */
} OperatorResult;

typedef struct {
  const char *role; /* path */
  double weight;    /* > 0 */
} WeightUpdate;

typedef struct {
  const char *role; /* at the top level; nested ones only in roles of their own (strict quotas) */
  Quantities guarantee;
  Quantities limit; /* -1: none */
} QuotaUpdate;

OperatorResult master_update_weights(Master *master, Instant now, const WeightUpdate *updates, uint32_t n,
                                     GError **error);

/** master_update_quota: @force: even where guarantees exceed the cluster or limits lie below what is in use. */
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

/** master_update_maintenance: replaces the schedule: agents that are not named are no longer unavailable. */
OperatorResult master_update_maintenance(Master *master, Instant now, const MaintenanceWindow *windows,
                                         uint32_t n, GError **error);
/** master_start_maintenance: the agent, which is in the schedule, is shut down: removed, and may not come back until
 * master_stop_maintenance(). */
OperatorResult master_start_maintenance(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_stop_maintenance(Master *master, Instant now, AgentId agent, GError **error);

/** master_drain_agent: no more offers; its tasks are killed, with @grace; then, if @mark_gone, it is gone. */
OperatorResult master_drain_agent(Master *master, Instant now, AgentId agent, Duration grace, bool mark_gone,
                                  GError **error);
OperatorResult master_deactivate_agent(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_reactivate_agent(Master *master, Instant now, AgentId agent, GError **error);
OperatorResult master_mark_agent_gone(Master *master, Instant now, AgentId agent, GError **error);

/** master_update_whitelist: NULL: all hosts. */
OperatorResult master_update_whitelist(Master *master, Instant now, const char *const *hostnames, uint32_t n,
                                       GError **error);

/** master_operator_teardown: as master_teardown(). */
OperatorResult master_operator_teardown(Master *master, Instant now, FrameworkId framework, GError **error);
