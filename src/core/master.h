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
 * Life of an executor (of the framework's own, shared by its tasks on an agent):
 *
 *            accept: the first task that names it                 it exits; agent or framework removed
 *     (none) ------------------------------------> BOOKED -----------------------------------------> (none)
 *
 * Forms of resources: an accept, or an operator, turns what is offered or free into something else:
 *
 *             RESERVE -->            CREATE -->
 *     plain <------------ reserved <------------ volume          a reservation may be refined by another RESERVE
 *           <-- UNRESERVE           <-- DESTROY
 *
 * Invariants (master_check()):
 *   1. on each agent: free + its offers + its tasks that have not ended + its executors = total, slice by slice; but a
 *      shared volume is free however often it is offered or used;
 *   2. and the allocator has the same free;
 *   3. an outstanding offer is in exactly one agent's list; a task that has not been acknowledged likewise;
 *   4. an outstanding inverse offer is in the list of an active agent that is to be maintained, and its framework is active;
 *      nobody and nothing that is not active has an offer;
 *   5. each grant was contained in what the master's own books had free: a grant that is not stops the run
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

#define MASTER_ERROR (master_error_quark())

typedef enum {
  MASTER_ERROR_FRAMEWORK, /* what a framework says of itself makes no sense */
} MasterError;

GQuark master_error_quark(void);

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
  /* (optional) Resources of the agent are reserved now, or a volume, or no longer. */
  void (*send_conversion)(void *self, AgentId agent, const AgentConversion *conversion);
  /* (optional) Nanoseconds of a clock that goes on while the master works; without it runs are not timed. Nothing but
   * metrics depends on it. */
  int64_t (*clock_ns)(void *self);
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

/** master_register_agent: a new agent with nothing running on it. Returns: its id; ids are dense. AGENT_NONE where its
 * total makes no sense, or an operator has taken its host down for maintenance. */
AgentId master_register_agent(Master *master, Instant now, const AgentInfo *info);

/** master_remove_agent: its offers are rescinded, its tasks are TASK_LOST (TASK_GONE for partition-aware). */
void master_remove_agent(Master *master, Instant now, AgentId agent);

/**
 * master_update_revocable: the agent reports its oversubscribed resources: it has @revocable now, instead of what it had
 * before of that sort. Offers that hold any are rescinded, after the allocator has heard of it. What is in use stays so,
 * even where it is more than there is; then nothing of that slice is free.
 * @revocable: revocable scalars only, which nobody has reserved
 *
 * Returns: false, and nothing is done, where @revocable is something else, or the agent is not there.
 */
bool master_update_revocable(Master *master, Instant now, AgentId agent, const Resources *revocable);

/** master_disconnect_agent: it is not heard of for now: its offers and inverse offers are rescinded, its tasks stay.
 * master_reconnect_agent: it is offered again with the next run, unless an operator has said otherwise. */
void master_disconnect_agent(Master *master, Instant now, AgentId agent);
void master_reconnect_agent(Master *master, Instant now, AgentId agent);

/** master_agent_state: AGENT_STATE_REMOVED for those that never were. */
AgentState master_agent_state(const Master *master, AgentId agent);

/** master_executor_exited: what was booked for the executor is free; its tasks end by statuses of their own. One that is
 * unknown is ignored. */
void master_executor_exited(Master *master, Instant now, AgentId agent, FrameworkId framework,
                            uint64_t executor);

/**
 * master_status_update:
 * @status: from the agent; sequence >= 1. Forwarded to the framework; resources are free at the first
 * terminal state.
 *
 * An agent repeats an update until it is acknowledged: a repeated one is forwarded again and changes no book; one that
 * a later one has overtaken is dropped, and so are those from removed agents, of unknown tasks, and of states that are
 * not an agent's to tell. What a framework does not know (TASK_KILLING, without the capability) is acknowledged in its
 * stead; states of partitions are TASK_LOST to those that are not partition-aware. Cost: O(tasks of that agent).
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

/**
 * master_subscribe: a new framework. Offers come with the next run.
 * @error: MASTER_ERROR: no role, or one twice; an empty group of constraints; one that makes no sense, a pattern that
 * is none; BASE_ERROR_ROLE: a role that is none
 *
 * Returns: its id; ids are dense. FRAMEWORK_NONE on error.
 */
FrameworkId master_subscribe(Master *master, Instant now, const FrameworkInfo *info, GError **error);

/**
 * master_update_framework: replaces roles, what is suppressed, capabilities and wishes; the name stays.
 * @error: as above, or there is no such framework; then nothing is done
 *
 * Offers in roles that it has left are rescinded. What is no longer suppressed is offered again with the next tick.
 */
bool master_update_framework(Master *master, Instant now, FrameworkId framework, const FrameworkInfo *info,
                             GError **error);

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
  ACCEPT_DONE, /* valid; single bad tasks came back as TASK_ERROR, other bad operations were left out */
  ACCEPT_INVALID_OFFERS, /* the whole call was invalid: every task came back as TASK_LOST (or TASK_DROPPED) */
} AcceptResult;

/**
 * master_accept:
 * @offers: array of @n_offers ids, of one agent and role
 * @operations: array of @n_operations, done in order, each with what those before it have left and made
 * @filter: for what is left over and was never touched; what was converted and is not used comes back without
 *
 * A task is bad where it names another agent, nothing, what is not left, both revocable and other resources of one kind,
 * or an executor that differs from one of that id on the agent. RESERVE: to the role of the offers only. CREATE: names
 * that no volume of that role on the agent has. DESTROY: nobody uses it; offers of others that share it are rescinded.
 *
 * Cost: O(offers + tasks + offers and tasks of that agent).
 */
AcceptResult master_accept(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                           uint32_t n_offers, const Operation *operations, uint32_t n_operations,
                           OfferFilter filter);

/** master_decline: unknown ids are ignored. */
void master_decline(Master *master, Instant now, FrameworkId framework, const OfferId *offers,
                    uint32_t n_offers, OfferFilter filter);

/** master_suppress, master_revive: @roles: paths; none: all its roles. False, and nothing done, where it does not have
 * one of them. */
bool master_suppress(Master *master, Instant now, FrameworkId framework, const char *const *roles,
                     uint32_t n_roles);
bool master_revive(Master *master, Instant now, FrameworkId framework, const char *const *roles,
                   uint32_t n_roles);

/** master_request: declares demand: @count tasks of @task each are waiting in @role; for allocators that ask for it
 * (ALLOCATOR_USES_DEMAND). False, and nothing done, where it has no such role, or @task is no amount. */
bool master_request(Master *master, Instant now, FrameworkId framework, const char *role,
                    const Quantities *task, uint32_t count);

/** master_kill: asks the task's agent, once it is connected. @agent: where the framework believes it to be, or
 * AGENT_NONE; where it is not the call is ignored. An unknown task is answered as by master_reconcile(). */
void master_kill(Master *master, Instant now, FrameworkId framework, TaskId task, AgentId agent);

/**
 * master_reconcile: answers with a status, reason RECONCILIATION, for each of @tasks; none: for each task of the
 * framework that the master knows, those included that have ended and not been acknowledged.
 *
 *   known                                     its latest state
 *   unknown, agent registered                 TASK_GONE
 *   unknown, agent marked gone                TASK_GONE_BY_OPERATOR
 *   unknown, otherwise                        TASK_UNKNOWN
 *
 * The last three are TASK_LOST for frameworks that are not partition-aware. Cost: O(tasks); of all: O(agents + tasks).
 */
void master_reconcile(Master *master, Instant now, FrameworkId framework, const TaskQuery *tasks,
                      uint32_t n_tasks);

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
 * executors does not have: queues, HTTP, authentication, executors' messages, reregistration. Counters by state,
 * source and reason, and quotas, are there once they are not nothing; timers of runs, where the host has a clock
 * (MasterPorts.clock_ns), once there was a run. Cost: O(agents + tasks + offers + names).
 */
void master_metrics(const Master *master, Instant now, uint32_t details, MasterMetric metric, void *self);

/** MasterQuota: receives a role with a quota: @consumed: what its tasks hold, unreserved and not revocable, and all
 * reservations to it; @offered: likewise what offers to it hold. With the roles below. */
typedef void (*MasterQuota)(void *self, const char *path, const RoleAttributes *attributes,
                            const Quantities *consumed, const Quantities *offered);

/** master_quotas: each role that has a quota, in order of arrival. Cost: O(roles), and where there is one O(agents +
 * tasks + offers). */
void master_quotas(const Master *master, MasterQuota quota, void *self);

/** master_explain: AllocatorInterface.explain of its allocator. Returns: false, without a call of @client, where the
 * allocator cannot explain, or there is no such agent. */
bool master_explain(const Master *master, Instant now, AgentId agent,
                    void (*client)(void *self, const ExplainedClient *client), void *self);

/* What has some of an agent's resources. */
typedef enum {
  AGENT_USE_TASK,
  AGENT_USE_EXECUTOR,
  AGENT_USE_OFFER,
} AgentUseKind;

typedef struct {
  AgentUseKind kind;
  FrameworkId framework;
  const Resources *resources;
} AgentUse;

/**
 * master_view_agent: the books of one agent, for whoever measures.
 * @total, @free: (out): owned by the master, valid until the next call that changes something. What @use is told adds up
 *   to their difference, but for shared volumes, which stay free.
 * @use: (nullable): called for each task that has something, executor and offer, in an order that depends on the run alone
 *
 * Returns: false, without a call of @use, where there is no such agent. Cost: O(tasks + offers of the agent).
 */
bool master_view_agent(const Master *master, AgentId agent, Resources *total, Resources *free,
                       void (*use)(void *self, const AgentUse *use), void *self);

/** master_check: walks all books; CHECKs the invariants above. Cost: O(agents + offers + tasks). */
void master_check(const Master *master, Instant now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Master, master_free)
