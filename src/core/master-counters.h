/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Counters: what has happened, added up where it happens; master-metrics.c gives them Mesos's names.
 *
 * At most one is added to per event, and none where the books tell already: what was sent is what has ended and what is
 * outstanding, messages of all frameworks are the sum over them, gauges are taken from the records. An accept that is one
 * launch, as nearly all are, is counted once for the call, its operation and its kind.
 * Counters of a framework stay when it has left.
 */

#include "core/messages.h"
#include "core/observer.h"

/* Calls of frameworks, by Mesos's names for them. */
typedef enum {
  FRAMEWORK_CALL_SUBSCRIBE,
  FRAMEWORK_CALL_TEARDOWN,
  FRAMEWORK_CALL_ACCEPT,
  FRAMEWORK_CALL_DECLINE,
  FRAMEWORK_CALL_ACCEPT_INVERSE_OFFERS,
  FRAMEWORK_CALL_DECLINE_INVERSE_OFFERS,
  FRAMEWORK_CALL_REVIVE,
  FRAMEWORK_CALL_KILL,
  FRAMEWORK_CALL_ACKNOWLEDGE,
  FRAMEWORK_CALL_RECONCILE,
  FRAMEWORK_CALL_REQUEST,
  FRAMEWORK_CALL_SUPPRESS,
  FRAMEWORK_CALL_UPDATE_FRAMEWORK,
  FRAMEWORK_CALLS,
} FrameworkCall;

/* Messages to frameworks; of statuses, offers and rescinds the rest tells. */
typedef enum {
  FRAMEWORK_EVENT_OFFERS,
  FRAMEWORK_EVENT_INVERSE_OFFERS,
  FRAMEWORK_EVENT_RESCIND_INVERSE_OFFER,
  FRAMEWORK_EVENT_ERROR,
  FRAMEWORK_EVENT_STATUS_MADE,      /* by the master */
  FRAMEWORK_EVENT_STATUS_FORWARDED, /* from an agent */
  FRAMEWORK_EVENTS,
} FrameworkEvent;

#define TASK_STATES_TERMINAL (TASK_STATES - TASK_FINISHED)

/* How nearly all tasks end. */
#define TASK_END_SOURCE SOURCE_EXECUTOR
#define TASK_END_REASON REASON_NONE

typedef struct {
  uint64_t calls[FRAMEWORK_CALLS]; /* acknowledgements: those that are not invalid */
  uint64_t events[FRAMEWORK_EVENTS];
  uint64_t accepts_simple;     /* of one operation, a launch that names tasks; in none of the numbers here */
  uint64_t accepts_launching;  /* others that name tasks; */
  uint64_t accepts_converting; /* others that do not, but something else: the rest counts as declines */
  uint64_t operations[OPERATIONS];
  uint64_t operations_dropped[OPERATIONS]; /* that made no sense */
  uint64_t acknowledgements_invalid;
  uint64_t offer_ends[OFFER_ENDS];
  uint64_t task_ends[TASK_STATES_TERMINAL];
} FrameworkCounters;

typedef struct {
  uint64_t allocation_runs;
  uint64_t agents_removed;
  uint64_t executors_exited;
  uint64_t agents_updated; /* reports of oversubscribed resources */
  uint64_t statuses_invalid;
  uint64_t messages_dropped;
  /* But those of the usual source and reason: what is left of the frameworks' numbers. */
  uint64_t task_ends[TASK_STATES_TERMINAL][TASK_SOURCES][TASK_REASONS];
} MasterCounters;
