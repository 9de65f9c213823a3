/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What travels between the master, frameworks and agents: task states, statuses, offers, launches.
 *
 * Messages are plain structs, passed by const pointer and copied by whoever keeps them.
 *
 * Source: apache/mesos include/mesos/v1/mesos.proto, as far as the simulator needs it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/resources.h"
#include "base/time.h"
#include "core/allocator.h"

typedef enum {
  TASK_STAGING, /* the master has accepted it */
  TASK_STARTING,
  TASK_RUNNING,
  TASK_KILLING,
  TASK_UNREACHABLE,
  TASK_UNKNOWN,
  TASK_FINISHED, /* this and all below are terminal */
  TASK_FAILED,
  TASK_KILLED,
  TASK_ERROR,
  TASK_LOST,
  TASK_DROPPED,
  TASK_GONE,
  TASK_GONE_BY_OPERATOR,
  TASK_STATES,
} TaskState;

static inline bool task_state_is_terminal(TaskState state)
{
  return state >= TASK_FINISHED;
}

typedef enum {
  REASON_NONE,
  REASON_INVALID_OFFERS,
  REASON_TASK_INVALID,
  REASON_TASK_UNAUTHORIZED,
  REASON_AGENT_REMOVED,
  REASON_AGENT_DISCONNECTED,
  REASON_FRAMEWORK_REMOVED,
  REASON_RECONCILIATION,
  REASON_CONTAINER_PREEMPTED,
  REASON_AGENT_REMOVED_BY_OPERATOR,
  REASON_TASK_GROUP_INVALID,
  REASON_AGENT_DRAINING,
  REASON_AGENT_RESTARTED,
  /* Of agents and executors alone. */
  REASON_COMMAND_EXECUTOR_FAILED,
  REASON_CONTAINER_LAUNCH_FAILED,
  REASON_CONTAINER_LIMITATION,
  REASON_CONTAINER_LIMITATION_DISK,
  REASON_CONTAINER_LIMITATION_MEMORY,
  REASON_EXECUTOR_REGISTRATION_TIMEOUT,
  REASON_EXECUTOR_TERMINATED,
  REASON_MAX_COMPLETION_TIME_REACHED,
  REASON_RESOURCES_UNKNOWN,
  REASON_TASK_KILLED_DURING_LAUNCH,
  REASON_TASK_UNKNOWN,
  TASK_REASONS,
} TaskReason;

typedef enum {
  SOURCE_MASTER,
  SOURCE_AGENT,
  SOURCE_EXECUTOR,
  TASK_SOURCES,
} TaskSource;

/** task_state_name, task_reason_name: Mesos's names: "TASK_RUNNING", "REASON_INVALID_OFFERS". */
const char *task_state_name(TaskState state);
const char *task_reason_name(TaskReason reason);

/* Agent -> master -> framework. */
typedef struct {
  TaskId task;    /* TASK_NONE where the master never made one (refused launches) */
  uint64_t label; /* the framework's own number of the task, as in its launch */
  AgentId agent;
  TaskState state;
  TaskReason reason;
  TaskSource source;
  uint32_t sequence; /* of the agent's updates of this task, from 1; 0: needs no acknowledgement */
} TaskStatus;

/* Master -> framework: one of the offers of a message. */
typedef struct {
  OfferId id;
  AgentId agent;
  RoleId role;
  Resources resources;
  Unavailability unavailability; /* of the agent, planned: UNAVAILABILITY_NONE where there is none */
} OfferMessage;

/* No maintenance is planned. */
#define UNAVAILABILITY_NONE ((Unavailability){INSTANT_NEVER, {0}})

/* Master -> framework: please leave this agent, all of it, before the window begins. */
typedef struct {
  InverseOfferId id;
  AgentId agent;
  Unavailability window;
} InverseOfferMessage;

#define EXECUTOR_NONE UINT64_MAX

/* A process of the framework's own, under which its tasks run on an agent. Tasks there that name the same id share it.
 * Its resources are booked once, with the first such task, and free again when the agent tells that it has exited. */
typedef struct {
  uint64_t id;         /* the framework's own number, not EXECUTOR_NONE */
  Resources resources; /* perhaps none */
} ExecutorInfo;

/* Framework -> master, within an accept. */
typedef struct {
  uint64_t label; /* the framework's own number, echoed in every status */
  AgentId agent;  /* must be that of the offers */
  Resources resources;
  const ExecutorInfo *executor; /* NULL: the task has one to itself, which needs nothing */
} TaskInfo;

typedef enum {
  OPERATION_LAUNCH,       /* good tasks run, bad ones come back */
  OPERATION_LAUNCH_GROUP, /* all of them run, under one executor, or none */
  OPERATION_RESERVE,      /* these and below: as conversions.h has it */
  OPERATION_UNRESERVE,
  OPERATION_CREATE,
  OPERATION_DESTROY,
  OPERATIONS,
} OperationKind;

/* Framework -> master, within an accept. Each sees what those before it have left and made. */
typedef struct {
  OperationKind kind;
  const TaskInfo *tasks; /* LAUNCH, LAUNCH_GROUP */
  uint32_t n_tasks;
  const Resources *resources; /* of the others, in the form that is reserved or has volumes */
} Operation;

static inline bool operation_launches(OperationKind kind)
{
  return kind == OPERATION_LAUNCH || kind == OPERATION_LAUNCH_GROUP;
}

/** operation_name: Mesos's name: "LAUNCH_GROUP". */
const char *operation_name(OperationKind kind);

/* Framework -> master: what has become of this task? */
typedef struct {
  TaskId task;
  uint64_t label; /* echoed where the task is unknown */
  AgentId agent;  /* where it was; AGENT_NONE: the framework does not know */
} TaskQuery;

/* Master -> agent. */
typedef struct {
  TaskId task;
  uint64_t label;
  FrameworkId framework;
  uint64_t executor; /* EXECUTOR_NONE: one to itself */
  Resources resources;
} TaskLaunch;

/* Master -> agent: resources of it have another form now. */
typedef struct {
  OperationKind kind;
  FrameworkId framework; /* FRAMEWORK_NONE: an operator */
  Resources from;
  Resources to;
} AgentConversion;

/* Framework -> master: what it says of itself when it subscribes. */
typedef struct {
  const char *name; /* unique; breaks ties */
  const char *const *roles;
  const bool *suppressed; /* beside roles; NULL: none */
  uint32_t n_roles;
  uint32_t capabilities;     /* FrameworkCapability */
  const OfferWishes *wishes; /* beside roles; NULL: none */
  const char *principal;     /* whose rate limit its messages are under; NULL: none */
} FrameworkInfo;

/* Agent -> master: what it says of itself when it registers. */
typedef struct {
  const char *hostname;
  const char *const *attribute_names;  /* beside attribute_values */
  const char *const *attribute_values; /* NULL: not a text */
  uint32_t n_attributes;
  const char *region; /* NULL: that of the master */
  const char *zone;   /* NULL: none */
  uint32_t lacks;     /* AgentLack, or-ed */
  Resources total;
} AgentInfo;
