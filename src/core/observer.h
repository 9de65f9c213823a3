/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * MasterObserver: what the master tells about itself, for whoever measures. Observers only look.
 *
 * Each callback comes right after the master's books have changed, so the quantities it carries are exactly
 * the difference. All callbacks may be NULL. Pointers are valid during the call.
 *
 *   offered(f, a)   grows by offer_made, shrinks by offer_ended
 *   allocated(f, a) grows by task_launched, shrinks by the task_updated whose @freed is true
 */

#include "core/messages.h"

typedef enum {
  OFFER_ACCEPTED,  /* by an accept that names tasks, good or bad */
  OFFER_DECLINED,  /* including an accept without a launch */
  OFFER_RESCINDED, /* taken back by the master: time-out, agent or operator */
  OFFER_DISCARDED, /* with an invalid accept, or with its framework */
  OFFER_ENDS,
} OfferEnd;

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
} MasterObserver;
