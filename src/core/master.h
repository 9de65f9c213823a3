/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Master: the state machine between frameworks, agents and the allocator.
 *
 * The master never reads a clock, waits, or talks to the world by itself. A host calls it with each message
 * and each timer that is due, and takes messages and timer requests back through MasterPorts. Every call
 * carries the instant; instants never go back. Ports may call back into the master at once (a network without
 * latency does).
 *
 * Life of an offer:
 *
 *              allocator grants, books agree            accept (valid, launches something)
 *     (free) --------------------------------> OUTSTANDING ------------------------------> in use + rest free
 *        ^                                       |  |  |
 *        |       decline, accept of nothing      |  |  |
 *        |<---------------------------------------'  |  |
 *        |       rescind (time-out, agent, operator)  |  |      the framework is told
 *        |<-------------------------------------------'  |
 *        |       discard (invalid accept, framework removed)
 *        '<----------------------------------------------'
 *
 * Life of an inverse offer (an agent is to be maintained: please leave it):
 *
 *            allocator asks            accepted, declined; rescinded: time-out, operator, agent; discarded
 *     (none) ---------------> OUTSTANDING ---------------------------------------------------------------> (none)
 *        ^                                                                                                   |
 *        '------------------- while the framework holds something there; after the filter of its answer -----'
 *
 * Life of a task:
 *
 *     accept: valid          agent: status          agent: terminal status        framework: acknowledges
 *     -------------> STAGING -------------> RUNNING -----------------------> ENDED -----------------> (none)
 *        | bad          |                      |    resources are free here,
 *        v              |                      |    not at the acknowledgement
 *     TASK_ERROR        '----------------------'--> TASK_LOST, TASK_KILLED: agent or framework removed;
 *     (never a task)                                there is nothing to acknowledge
 *
 * Invariants (master_check()):
 *   1. on each agent: free + its offers + its tasks that have not ended = total, kind by kind;
 *   2. and the allocator has the same free;
 *   3. an outstanding offer is in exactly one agent's list; a task that has not been acknowledged likewise;
 *   4. each grant was contained in what the master's own books had free: a grant that is not stops the run
 *      (MasterPorts.broken_allocator).
 *
 * Normal races are no errors: an accept of an offer that has just been rescinded loses nothing, its tasks
 * come back as TASK_LOST. A bad launch never takes a good one with it.
 *
 * Source: apache/mesos src/master/master.cpp, validation.cpp; Hindman et al., NSDI 2011, section 3.
 * Not here: who is offered what (allocator.h); jobs, latency, machines (they are the host's).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/resource-kinds.h"
#include "base/time.h"
#include "core/allocator.h"
#include "core/messages.h"
#include "core/observer.h"

typedef struct Master Master;

/* Timers of the master; there is at most one of each. A timer that is set again moves. */
typedef enum {
  MASTER_TIMER_TICK,          /* periodic allocation run */
  MASTER_TIMER_RUN,           /* requested allocation run, at the end of this instant */
  MASTER_TIMER_OFFER_TIMEOUT, /* the oldest outstanding offer */
  MASTER_TIMERS,
} MasterTimer;

/* What the master needs of its host. All functions but broken_allocator may call back into the master. */
typedef struct {
  void *self;

  /* Messages. The order of calls is the order of sending. @offers: of one allocation run, @n >= 1. */
  void (*send_offers)(void *self, FrameworkId framework, const OfferMessage *offers, uint32_t n);
  void (*send_rescind)(void *self, FrameworkId framework, OfferId offer);
  void (*send_status)(void *self, FrameworkId framework, const TaskStatus *status);
  void (*send_launch)(void *self, AgentId agent, const TaskLaunch *launch);
  /* The task is to end, after @grace at the latest. @reason: for its last status; REASON_NONE: its framework wants it. */
  void (*send_kill)(void *self, AgentId agent, TaskId task, Duration grace, TaskReason reason);
  /* @label: the framework's own number of the task. */
  void (*send_acknowledgement)(void *self, AgentId agent, TaskId task, uint64_t label, uint32_t sequence);
  void (*send_shutdown_framework)(void *self, AgentId agent, FrameworkId framework);

  /* Calls master_timer() at @at; INSTANT_NEVER: forget it. A timer set for this very instant is due after all
   * messages of the instant. */
  void (*set_timer)(void *self, MasterTimer timer, Instant at);

  /* AllocatorHost.random. */
  void (*random)(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n);

  /* The allocator offered what is not free. The host ends the run; the grant is ignored. */
  void (*broken_allocator)(void *self, const char *message);

  /* (optional) Of hosts that do without maintenance. @offers: of one allocation run, @n >= 1. */
  void (*send_inverse_offers)(void *self, FrameworkId framework, const InverseOfferMessage *offers,
                              uint32_t n);
  void (*send_rescind_inverse_offer)(void *self, FrameworkId framework, InverseOfferId offer);
  /* (optional) The agent has been removed by an operator: it is to end all that it runs, and itself. */
  void (*send_shutdown_agent)(void *self, AgentId agent);
  /* (optional) A framework has done what it must not; in Mesos its driver gives up. */
  void (*send_error)(void *self, FrameworkId framework, const char *message);
} MasterPorts;

/* How fast the messages of one principal are handled. */
typedef struct {
  const char *principal; /* NULL: all frameworks whose principal is not named, together */
  double qps;            /* messages a second; 0: without a limit */
  uint32_t capacity;     /* how many may wait, >= 1; UINT32_MAX: any number */
} RateLimit;

typedef struct {
  Duration allocation_interval;      /* default 1 s */
  Duration offer_timeout;            /* DURATION_MAX: none */
  const Quantities *min_allocatable; /* alternatives */
  uint32_t n_min_allocatable;
  const ResourceKinds *kinds;     /* outlives the master */
  uint32_t fair_sharing_excluded; /* bit k: kind k */
  bool filter_gpu_resources;      /* default true */
  const char *const *allocator_options;

  bool mesos_compatible;  /* where Mesos's behaviour is surprising (README.md): do as Mesos does */
  const char *region;     /* of the master; NULL: none is */
  Quantities least_offer; /* per agent: less than all of this is not offered; zero: off */
  bool revocation;        /* the allocator may take resources of tasks away (AllocatorHost.revoke) */
  Duration revocation_grace;
  const RateLimit *rate_limits;
  uint32_t n_rate_limits;
} MasterSettings;

/**
 * master_new:
 * @settings: copied; @ports and @observer (nullable) are copied too
 * @allocator: the table of the allocator to use; outlives the master
 * @now: the instant of the start; ticks are due at whole multiples of the interval after it
 * @error: BASE_ERROR_NUMBER where the allocator refuses an option, or a rate limit makes no sense
 */
Master *master_new(const MasterSettings *settings, const AllocatorInterface *allocator,
                   const MasterPorts *ports, const MasterObserver *observer, Instant now, GError **error);
void master_free(Master *master);

/* --- host ------------------------------------------------------------------------------------------- */

/** master_timer: @timer, set for @now, is due. */
void master_timer(Master *master, Instant now, MasterTimer timer);

/* --- operator --------------------------------------------------------------------------------------- */

/** master_update_role: makes the role at @path known (with its ancestors) and sets its attributes; as an allocator is
 * set up. Changes while frameworks run: operator.h. */
RoleId master_update_role(Master *master, Instant now, const char *path, const RoleAttributes *attributes);

/** master_role_path: (transfer none): the path of @role. */
const char *master_role_path(const Master *master, RoleId role);

/* --- agents ----------------------------------------------------------------------------------------- */

/** master_register_agent: a new agent with nothing running on it. Returns: its id; ids are dense. AGENT_NONE where an
 * operator has taken its host down for maintenance. */
AgentId master_register_agent(Master *master, Instant now, const AgentInfo *info);

/** master_remove_agent: its offers are rescinded, its tasks are TASK_LOST (TASK_GONE for partition-aware). */
void master_remove_agent(Master *master, Instant now, AgentId agent);

/** master_disconnect_agent: it is not heard of for now: its offers and inverse offers are rescinded, its tasks stay.
 * master_reconnect_agent: it is offered again with the next run, unless an operator has said otherwise. */
void master_disconnect_agent(Master *master, Instant now, AgentId agent);
void master_reconnect_agent(Master *master, Instant now, AgentId agent);

/** master_agent_state: AGENT_STATE_REMOVED for those that never were. */
AgentState master_agent_state(const Master *master, AgentId agent);

/**
 * master_status_update:
 * @status: from the agent; sequence >= 1. Forwarded to the framework; resources are free at the first
 * terminal state.
 *
 * Updates from removed agents or of unknown tasks are dropped. Cost: O(tasks of that agent).
 */
void master_status_update(Master *master, Instant now, const TaskStatus *status);

/**
 * master_expect_status: a hint, for a host that sees messages coming: a status of @task on @agent will be
 * handled soon.
 * @near: within a message or two, else a few messages earlier
 *
 * Fetches the records from far memory, and (@near) what they refer to. Changes nothing; any ids are allowed.
 */
void master_expect_status(const Master *master, AgentId agent, TaskId task, bool near);

/* --- frameworks ------------------------------------------------------------------------------------- */

/** master_subscribe: a new framework. Returns: its id; ids are dense. Offers come with the next run. */
FrameworkId master_subscribe(Master *master, Instant now, const FrameworkInfo *info);

/** master_teardown: its offers are discarded, its tasks killed without a word to it, agents are told. */
void master_teardown(Master *master, Instant now, FrameworkId framework);

/** master_deactivate_framework: it is offered nothing more: its offers and inverse offers are rescinded and its filters
 * dropped; its tasks run on. master_activate_framework: it is offered things again; what was suppressed stays so. */
void master_deactivate_framework(Master *master, Instant now, FrameworkId framework);
void master_activate_framework(Master *master, Instant now, FrameworkId framework);

/**
 * master_admit: a message of @framework has arrived: may it be handled?
 * @at: receives when: @now, or later while others of its principal wait
 *
 * Returns: false where too many wait already: the message is dropped, and the framework has been sent an error. It is
 * the host who asks, before each of the calls below, and who lets the message wait. Without rate limits there is no
 * need to ask. Cost: O(1).
 */
bool master_admit(Master *master, Instant now, FrameworkId framework, Instant *at);

/** master_answer_inverse_offer: an unknown offer, or one of somebody else, is ignored. @filter: it is not asked again
 * for so long. An answer is no promise: who accepts has yet to leave. */
void master_answer_inverse_offer(Master *master, Instant now, FrameworkId framework, InverseOfferId offer,
                                 bool accepted, OfferFilter filter);

typedef enum {
  ACCEPT_DONE,           /* valid; single bad tasks came back as TASK_ERROR */
  ACCEPT_INVALID_OFFERS, /* the whole call was invalid: every task came back as TASK_LOST (or TASK_DROPPED) */
} AcceptResult;

/**
 * master_accept:
 * @offers: array of @n_offers ids, of one agent and role
 * @operations: array of @n_operations, done in order
 * @filter: for what is left over
 *
 * Cost: O(offers + tasks + offers and tasks of that agent).
 */
AcceptResult master_accept(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                           uint32_t n_offers, const Operation *operations, uint32_t n_operations,
                           OfferFilter filter);

/** master_decline: unknown ids are ignored. */
void master_decline(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                    uint32_t n_offers, OfferFilter filter);

/** master_suppress, master_revive: @role: path; NULL: all its roles. False, and nothing done, where it has no
 * such role. */
bool master_suppress(Master *master, Instant now, FrameworkId framework, const char *role);
bool master_revive(Master *master, Instant now, FrameworkId framework, const char *role);

/** master_kill: asks the task's agent; an unknown task is answered with TASK_LOST (TASK_UNKNOWN for
 * partition-aware), reason RECONCILIATION. */
void master_kill(Master *master, Instant now, FrameworkId framework, TaskId task);

/** master_acknowledge: of the status with this sequence; the acknowledged end of a task is the end of its
 * record. */
void master_acknowledge(Master *master, Instant now, FrameworkId framework, TaskId task, uint32_t sequence);

/* --- to look at ------------------------------------------------------------------------------------- */

uint32_t master_agent_count(const Master *master);     /* ever registered */
uint32_t master_framework_count(const Master *master); /* ever subscribed */
uint32_t master_offers_outstanding(const Master *master);
uint32_t master_inverse_offers_outstanding(const Master *master);
uint32_t master_tasks_live(const Master *master); /* that have not ended */

typedef enum {
  MASTER_METRICS_FRAMEWORKS = 1 << 0, /* about 70 names for each framework that ever subscribed */
  MASTER_METRICS_FILTERS = 1 << 1,    /* live filters of each role; O(roles x filters) with some allocators */
} MasterMetricsDetail;

/** MasterMetric: receives a counter or gauge. @name: Mesos's; valid during the call. */
typedef void (*MasterMetric)(void *self, const char *name, double value);

/**
 * master_metrics: all counters and gauges, in an order that is always the same.
 * @details: MasterMetricsDetail, or-ed
 *
 * Names are those of Mesos: master/..., frameworks/<principal>/... (those that have a rate limit), allocator/mesos/...;
 * <id> in master/frameworks/<name>/<id>/ is the framework's number. Left out is what a master without clock, sockets and
 * executors does not have: timers, queues, HTTP, authentication, executors' messages, reregistration. Counters by state,
 * source and reason, and quotas, are there once they are not nothing. Cost: O(agents + tasks + offers + names).
 */
void master_metrics(const Master *master, Instant now, uint32_t details, MasterMetric metric, void *self);

/** master_check: walks all books; CHECKs the invariants above. Cost: O(agents + offers + tasks). */
void master_check(const Master *master, Instant now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Master, master_free)
