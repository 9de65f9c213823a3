/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parts of the master share: master.c (life, roles, agents, timers, checks), master-frameworks.c
 * (subscriptions, suppression, demand), master-offers.c (grants, offers, their ends), master-accept.c (accepts),
 * master-operations.c (what an accept may hold beside plain launches), master-executors.c, master-oversubscription.c,
 * master-tasks.c (statuses, kills), master-reconcile.c, master-activity.c (who takes part: frameworks and agents active
 * or not, draining), master-inverse-offers.c, master-revocation.c, master-rate-limit.c, master-metrics.c; and, behind
 * master-operator.h, what operators ask for: master-operator.c, master-quota.c, master-reservations.c,
 * master-maintenance.c. The invariants are in master.h.
 *
 * Which function makes which transition:
 *
 *   (free) -> OUTSTANDING       grant_make()                  master-offers.c
 *   OUTSTANDING -> (free)       master_offer_end()            by decline, accept, rescind, discard
 *   (none) -> STAGING           task_launch()                 master-accept.c
 *   (none) -> BOOKED            master_executor_add()         master-executors.c, of an executor
 *   BOOKED -> (none)            executor_end()                exited; agent or framework removed
 *   one form -> another         master_agent_convert()        master-operations.c, of resources, in all books
 *   live -> live, live -> ended master_status_update()        master-tasks.c
 *   live -> ended               master_task_end()             agent or framework removed
 *   (none) -> inverse offer     master_inverse_offer_make()   master-inverse-offers.c; ended there by offer_end()
 *   agent's state               master_agent_set_state()      master-activity.c
 *   ended -> (none)             master_task_forget()          acknowledged, or nobody is left to acknowledge
 *
 * Re-entrancy: sending may call back into the master. Each function therefore brings the books up to date
 * before it sends, and looks records up again afterwards. Records of pools have stable addresses; those of
 * arrays have not.
 */

#include "base/array.h"
#include "base/pool.h"
#include "core/conversions.h"
#include "core/master-counters.h"
#include "core/master.h"
#include "core/rate-limit.h"
#include "core/roles.h"
#include "core/run-timer.h"

typedef struct {
  FrameworkId framework;
  AgentId agent;
  RoleId role;
  uint32_t next; /* of the agent's offers: slot or INDEX_NONE */
  Resources resources;
} MasterOffer;

typedef struct {
  uint64_t label;
  FrameworkId framework;
  AgentId agent;
  RoleId role;
  uint32_t next;     /* in the agent's list: slot or INDEX_NONE; unused while the agent names it directly */
  uint32_t sequence; /* of the last status */
  TaskState state : 8;
  TaskReason reason : 8;
  bool freed : 1;   /* its resources have gone back */
  bool killed : 1;  /* its framework wants its end; the agent has yet to hear of it, perhaps */
  bool revoked : 1; /* its resources are to be taken away */
  Resources resources;
} MasterTask;

_Static_assert(sizeof(PoolHeader) + sizeof(MasterTask) <= 96, "a task is never on three cache lines");

/* What every message about an agent needs of it: one cache line. What is offered and what is allocated stands
 * in the offers and tasks themselves. */
typedef struct {
  Quantities free; /* plain part of: total - offered - allocated */
  uint32_t offers; /* first of the list, or INDEX_NONE */
  uint32_t tasks;  /* first of the list, or INDEX_NONE */
  uint32_t
      task; /* one that is not in the list, so that it is found without a look at others; or INDEX_NONE */
  bool present;
  uint8_t flags; /* MasterAgentFlag, or-ed; 0: nobody has said anything of it */
} MasterAgent;

typedef enum {
  MASTER_AGENT_INACTIVE = 1 << 0, /* is not offered: by an operator, not connected, or gone */
  MASTER_AGENT_DRAINING = 1 << 1,
  MASTER_AGENT_CARE = 1 << 2, /* has a MasterAgentCare */
  MASTER_AGENT_EXECUTORS = 1 << 3,
} MasterAgentFlag;

_Static_assert(sizeof(MasterAgent) <= 64, "an agent is one cache line");

/* The rest. */
typedef struct {
  Resources total;
  ResourceSlices *free; /* special part of what is free */
  const char *hostname; /* in Master.hostnames */
  uint32_t executors;   /* first of the list; valid with MASTER_AGENT_EXECUTORS only */
} MasterAgentRest;

typedef struct {
  uint64_t id;
  FrameworkId framework;
  AgentId agent;
  RoleId role;
  uint32_t next; /* of the agent's: slot or INDEX_NONE */
  uint32_t slot; /* its own */
  Resources resources;
} MasterExecutor;

/* What an operator has said of an agent, and who was asked to leave it. Few agents have one. */
typedef struct {
  AgentState state;
  bool disconnected;
  Duration grace;          /* of a drain */
  bool mark_gone;          /* once it is drained */
  Unavailability window;   /* UNAVAILABILITY_NONE: it is not in the maintenance schedule */
  uint32_t inverse_offers; /* first of the list, or INDEX_NONE */
} MasterAgentCare;

typedef struct {
  FrameworkId framework;
  AgentId agent;
  uint32_t next; /* of the agent's: slot or INDEX_NONE */
} MasterInverseOffer;

typedef struct {
  bool present;
  uint32_t capabilities;
  uint32_t n_roles;
  RoleId *roles;
  uint32_t n_offers;
  uint32_t n_tasks; /* records, ended ones that wait for an acknowledgement included */
  uint32_t n_executors;
  uint32_t
      batch_first; /* of its grants in the run that is being made: index in Master.batch, or INDEX_NONE */
  uint32_t batch_last;
  bool inactive;    /* is offered nothing: deactivated, or gone */
  char *name;       /* stays when it has left, for its counters */
  bool *suppressed; /* beside roles */
  uint32_t limit;   /* index in Master.limits, or INDEX_NONE */
  FrameworkCounters counters;
} MasterFramework;

/* A grant of the run that is being made. */
typedef struct {
  OfferId offer;
  uint32_t next; /* of the same framework: index or INDEX_NONE */
} MasterGrant;

typedef struct {
  uint64_t offer; /* OfferId, or InverseOfferId */
  bool inverse;
  Instant at;
} MasterTimeout;

/* One rate limit, and what has come under it. */
typedef struct {
  char *principal; /* NULL: of all others */
  RateLimiter limiter;
  uint64_t received;
  uint64_t dropped;
} MasterLimit;

struct Master {
  MasterSettings settings;
  MasterPorts ports;
  MasterObserver observer;
  const AllocatorInterface *allocator_interface;
  Allocator *allocator;
  Quantities *min_allocatable;

  Roles *roles;
  GArray *frameworks;                /* MasterFramework by FrameworkId */
  Array(MasterAgent) agents;         /* by AgentId */
  Array(MasterAgentRest) agent_rest; /* likewise */
  Pool offers;                       /* MasterOffer */
  Pool tasks;                        /* MasterTask */
  Pool executors;                    /* MasterExecutor */
  uint32_t n_tasks_live;

  Instant start;
  Instant last_tick; /* made, or the start */
  Instant next_tick; /* timer set; INSTANT_NEVER */
  Instant now;       /* of the last call of the allocator */

  bool run_requested;             /* by the allocator */
  bool run_timer_set;             /* and passed on */
  bool in_run;                    /* the allocator may grant */
  Array(MasterGrant) batch;       /* of this run */
  Array(FrameworkId) batch_order; /* those with grants, in order of the first */
  Array(OfferMessage) messages;   /* of one framework */
  Array(TaskId) launched;         /* a stack, for accepts within accepts */
  GQueue timeouts;                /* MasterTimeout *, in order; only with an offer time-out */

  /* What operators have said. */
  Array(RoleAttributes) role_attributes; /* by RoleId */
  GStringChunk *hostnames;
  GHashTable *cares;                   /* AgentId -> MasterAgentCare *; looked up, never walked */
  GHashTable *hosts_down;              /* hostname -> how many agents of it are; looked up, never walked */
  Array(AgentId) scheduled;            /* for maintenance, ascending */
  Pool inverse_offers;                 /* MasterInverseOffer */
  Array(InverseOfferId) inverse_batch; /* of the run that is being made */
  Array(TaskId) revoked;               /* likewise */

  /* Where the host has a clock. */
  int64_t run_asked_ns;
  RunTimer run_duration;
  RunTimer run_latency; /* of runs that were asked for */

  MasterLimit *limits; /* of the rates of messages */
  uint32_t n_limits;
  MasterCounters counters;
};

/** allocator_at: the allocator, for each call that tells it something: what it asks for within it, it asks for @now. */
static inline Allocator *allocator_at(Master *master, Instant now)
{
  master->now = now;
  return master->allocator;
}

static inline MasterAgent *master_agent(const Master *master, AgentId agent)
{
  return &master->agents.items[agent.index];
}

/** master_agent_first_task: slot or INDEX_NONE. */
static inline uint32_t master_agent_first_task(const MasterAgent *agent)
{
  return agent->task != INDEX_NONE ? agent->task : agent->tasks;
}

/** master_agent_next_task: of the agent's tasks, the one after @slot; INDEX_NONE after the last. */
static inline uint32_t master_agent_next_task(const Master *master, const MasterAgent *agent, uint32_t slot)
{
  return slot == agent->task ? agent->tasks : ((const MasterTask *)pool_at(&master->tasks, slot))->next;
}

static inline bool master_agent_is_present(const Master *master, AgentId agent)
{
  return agent.index < master->agents.n && master_agent(master, agent)->present;
}

/** master_agent_put: @resources of the agent become free; master_agent_take: they no longer are. What is shared always
 * is. */
static inline void master_agent_put(Master *master, AgentId agent, const Resources *resources)
{
  quantities_add(&master_agent(master, agent)->free, &resources->plain);
  if (G_UNLIKELY(resources->special != NULL)) {
    Resources free = {QUANTITIES_ZERO, master->agent_rest.items[agent.index].free};
    resources_give_special(&free, resources->special);
    master->agent_rest.items[agent.index].free = free.special;
  }
}

static inline void master_agent_take(Master *master, AgentId agent, const Resources *resources)
{
  quantities_subtract(&master_agent(master, agent)->free, &resources->plain);
  if (G_UNLIKELY(resources->special != NULL)) {
    Resources free = {QUANTITIES_ZERO, master->agent_rest.items[agent.index].free};
    resources_take_special(&free, resources->special);
    master->agent_rest.items[agent.index].free = free.special;
  }
}

static inline MasterFramework *master_framework(const Master *master, FrameworkId framework)
{
  return &g_array_index(master->frameworks, MasterFramework, framework.index);
}

/** master_count_call: of a framework that was once there; master_count_event: of a message to it. */
static inline void master_count_call(Master *master, FrameworkId framework, FrameworkCall call)
{
  master_framework(master, framework)->counters.calls[call]++;
}

static inline void master_count_event(Master *master, FrameworkId framework, FrameworkEvent event)
{
  master_framework(master, framework)->counters.events[event]++;
}

/** master_count_task_end: a task has ended, or was never launched. */
static inline void master_count_task_end(Master *master, FrameworkId framework, TaskState state,
                                         TaskSource source, TaskReason reason)
{
  master_framework(master, framework)->counters.task_ends[state - TASK_FINISHED]++;
  if (G_UNLIKELY(source != TASK_END_SOURCE || reason != TASK_END_REASON))
    master->counters.task_ends[state - TASK_FINISHED][source][reason]++;
}

static inline bool master_framework_is_present(const Master *master, FrameworkId framework)
{
  return framework.index < master->frameworks->len && master_framework(master, framework)->present;
}

/* --- master-offers.c --- */

/** master_allocator_host: the table through which the allocator reaches this master. */
AllocatorHost master_allocator_host(Master *master);

/** master_run: makes a run of the allocator and sends what it offers. */
void master_run(Master *master, Instant now, bool periodic);

/** master_offer_end: takes the offer out of the books. It is the caller who gives its resources back to the
 * allocator. */
void master_offer_end(Master *master, Instant now, uint32_t slot, OfferEnd end);

/** master_offer_give_back: ends the offer and gives all of it back to the allocator. */
void master_offer_give_back(Master *master, Instant now, uint32_t slot, OfferEnd end, OfferFilter filter);

/** master_offer_rescind: gives the offer back and tells its framework. */
void master_offer_rescind(Master *master, Instant now, uint32_t slot);

/** master_offers_time_out: rescinds the offers and inverse offers that are due. */
void master_offers_time_out(Master *master, Instant now);

/** master_timeout_add: the offer, or @inverse offer, ends after the offer time-out, if there is one. */
void master_timeout_add(Master *master, Instant now, uint64_t offer, bool inverse);

/* An offer, or @inverse offer, that was taken back, and of which its framework has yet to be told. */
typedef struct {
  FrameworkId framework;
  uint64_t offer;
  bool inverse;
} MasterRescind;

/** master_rescinds_new: (transfer full): for the functions below, which append to it; g_array_unref(). */
static inline GArray *master_rescinds_new(void)
{
  return g_array_new(FALSE, FALSE, sizeof(MasterRescind));
}

/** master_offer_take_back: gives the offer back; master_agent_take_back: all offers of the agent, without a filter.
 * Their frameworks are told by master_rescinds_send(), when the books are closed. */
void master_offer_take_back(Master *master, Instant now, uint32_t slot, OfferFilter filter, GArray *rescinds);
void master_agent_take_back(Master *master, Instant now, AgentId agent, GArray *rescinds);
void master_rescinds_send(Master *master, const GArray *rescinds);

/** master_allocator_broke: tells the host that the allocator did what it must not: "offered ...: why not". */
void master_allocator_broke(Master *master, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* --- master-inverse-offers.c --- */

/** master_inverse_offer_make: AllocatorHost.inverse_offer; then, for those of the run: master_inverse_offers_announce:
 * to the observer and the time-out; master_inverse_offers_send: to the frameworks. */
void master_inverse_offer_make(void *self, FrameworkId framework, AgentId agent);
void master_inverse_offers_announce(Master *master, Instant now);
void master_inverse_offers_send(Master *master);

/** master_inverse_offer_rescind: ends it, tells the allocator and the framework. */
void master_inverse_offer_rescind(Master *master, Instant now, uint32_t slot);

/** master_agent_inverse_offers_take_back: ends all of the agent; where it is still there the allocator is told.
 * master_framework_inverse_offers_end: likewise of the framework, as @end; @rescinds: (nullable): it is not to be told. */
void master_agent_inverse_offers_take_back(Master *master, Instant now, AgentId agent, GArray *rescinds);
void master_framework_inverse_offers_end(Master *master, Instant now, FrameworkId framework,
                                         InverseOfferEnd end, GArray *rescinds);

/* --- master-rate-limit.c --- */

/** master_limits_init: from the settings. False, and @error, where they make no sense. */
bool master_limits_init(Master *master, GError **error);
void master_limits_clear(Master *master);

/** master_limit_of: the index of the limit that @principal (nullable) is under, or INDEX_NONE. */
uint32_t master_limit_of(const Master *master, const char *principal);

/* --- master-revocation.c --- */

/** master_revoke: AllocatorHost.revoke; master_revocations_send: kills the tasks that a run has revoked. */
void master_revoke(void *self, FrameworkId framework, AgentId agent, const Resources *resources);
void master_revocations_send(Master *master, Instant now);

/* --- master-activity.c --- */

/** master_agent_care: of an agent that was once registered; made where there was none. */
MasterAgentCare *master_agent_care(Master *master, AgentId agent);

/** master_agent_care_find: (nullable). */
static inline MasterAgentCare *master_agent_care_find(const Master *master, AgentId agent)
{
  return master->cares == NULL ? NULL : g_hash_table_lookup(master->cares, GUINT_TO_POINTER(agent.index));
}

/** master_agent_set_state: tells the observer where it differs from before, and the allocator whether the agent may be
 * offered; what is outstanding is taken back when it no longer may. */
void master_agent_set_state(Master *master, Instant now, AgentId agent, AgentState state, GArray *rescinds);

/** master_agent_leave_schedule: it is no longer to be maintained; nobody is told. */
void master_agent_leave_schedule(Master *master, AgentId agent);

/** master_agent_drain: no more offers; kills what runs there; ends when nothing does, perhaps at once. */
void master_agent_drain(Master *master, Instant now, AgentId agent, Duration grace, bool mark_gone);

/** master_activity_check: CHECKs what is said above of flags and lists. */
void master_activity_check(const Master *master);

/** master_agent_drain_advance: after a task's record has gone: a draining agent without any is drained. */
void master_agent_drain_advance(Master *master, Instant now, AgentId agent);

/* --- master-frameworks.c --- */

/** master_framework_has_role: of a framework that was once there. */
static inline bool master_framework_has_role(const Master *master, FrameworkId id, RoleId role)
{
  const MasterFramework *framework = master_framework(master, id);
  for (uint32_t i = 0; i < framework->n_roles; i++)
    if (framework->roles[i].index == role.index)
      return true;
  return false;
}

/* --- master-operations.c --- */

/* An operation that was done. */
typedef struct {
  uint32_t operation; /* index in the accept */
  Conversion conversion;
} MasterConversion;

/* What an accept needs in addition where it does not launch only. */
typedef struct {
  Resources offered;   /* what there was at first */
  GArray *conversions; /* MasterConversion */
  GArray *rescinds;    /* MasterRescind */
} MasterAcceptMore;

/* An accept that is being worked on: its offers have ended, and what they held is free in the master's books. */
typedef struct {
  Master *master;
  Instant now;
  FrameworkId framework;
  RoleId role;
  AgentId agent;
  MasterAcceptMore *more; /* (nullable) */
  Resources remaining;    /* of the offers, as the operations so far have left and made it */
} MasterAccept;

/** master_task_is_valid: in full; needed where the task has special resources or an executor. */
bool master_task_is_valid(const MasterAccept *accept, const TaskInfo *task);

/** master_group_is_valid: whether all tasks of a LAUNCH_GROUP are, one after the other. */
bool master_group_is_valid(const MasterAccept *accept, const Operation *operation);

/** master_accept_use: takes @resources, special or not, out of what remains; the allocator hears that they are in use.
 * master_accept_use_executor: likewise those of the executor, unless it is there already. */
void master_accept_use(MasterAccept *accept, const Resources *resources);
void master_accept_use_executor(MasterAccept *accept, const ExecutorInfo *info);

/** master_accept_convert: does the operation @index, which launches nothing, or leaves it out;
 * master_accept_send_conversion: tells the agent, where it was done. */
void master_accept_convert(MasterAccept *accept, uint32_t index, const Operation *operation);
void master_accept_send_conversion(MasterAccept *accept, uint32_t index, const Operation *operation);

/** master_accept_single_copies: gives back all copies but one of what is shared and was in several offers. */
void master_accept_single_copies(MasterAccept *accept);

/** master_accept_begin_conversions: before the first operation, where one does not launch. master_accept_end_conversions:
 * after the last: gives back, without a filter, what was made of the offers and not used. */
void master_accept_begin_conversions(MasterAccept *accept, MasterAcceptMore *more);
void master_accept_end_conversions(MasterAccept *accept);
void master_accept_clear(MasterAccept *accept);

/** master_volumes_are_new: whether the agent has none of these names for these roles. master_volumes_are_unused: whether no
 * task or executor there holds one. master_holds_volume: whether @resources do. */
bool master_volumes_are_new(const Master *master, AgentId agent, const ResourceSlices *volumes);
bool master_volumes_are_unused(const Master *master, AgentId agent, const ResourceSlices *volumes);
bool master_holds_volume(const Resources *resources, const ResourceSlices *slices);

/** master_agent_convert: the conversion in the master's books of the agent: total and free; tells the observer. */
void master_agent_convert(Master *master, Instant now, AgentId agent, const Conversion *conversion);

/* --- master-executors.c --- */

/** master_executor_next: (nullable): of the agent's executors the first (@before: NULL) or the next. */
const MasterExecutor *master_executor_next(const Master *master, AgentId agent, const MasterExecutor *before);

/** master_executor_find: (nullable). */
const MasterExecutor *master_executor_find(const Master *master, AgentId agent, FrameworkId framework,
                                           uint64_t executor);

/** master_executor_add: books it; it is the caller who tells the allocator. */
void master_executor_add(Master *master, Instant now, AgentId agent, FrameworkId framework, RoleId role,
                         const ExecutorInfo *info);

/** master_executors_end: those of @framework, or (FRAMEWORK_NONE) all on the agent. Returns: whether there were any. */
bool master_executors_end(Master *master, Instant now, AgentId agent, FrameworkId framework);

/* --- master-reconcile.c --- */

/** master_reconcile_one: as master_reconcile(), of one task; not counted as a call. */
void master_reconcile_one(Master *master, FrameworkId framework, const TaskQuery *query);

/* --- master-tasks.c --- */

/** master_kills_resend: all kills that the agent has yet to obey: of frameworks, revoked, or because it is drained; when it
 * is connected again, or a drain begins. */
void master_kills_resend(Master *master, AgentId agent);

/** master_task_end: a live task ends by the master's decision; its resources go back. */
void master_task_end(Master *master, Instant now, uint32_t slot, TaskState state, TaskReason reason);

/** master_task_forget: drops the record of a task that has ended. */
void master_task_forget(Master *master, uint32_t slot);

/** master_send_status: a status that the master makes itself; it needs no acknowledgement. */
void master_send_status(Master *master, FrameworkId framework, TaskId task, uint64_t label, AgentId agent,
                        TaskState state, TaskReason reason);

/** master_refuse_task: tells the framework that the task was never launched. */
void master_refuse_task(Master *master, FrameworkId framework, const TaskInfo *info, TaskState state,
                        TaskReason reason);

/** master_lost_state: what a lost task is called: @partition_aware where the framework knows these states. */
static inline TaskState master_lost_state(const Master *master, FrameworkId framework,
                                          TaskState partition_aware)
{
  uint32_t capabilities = master_framework(master, framework)->capabilities;
  return (capabilities & FRAMEWORK_PARTITION_AWARE) != 0 ? partition_aware : TASK_LOST;
}

/* --- master.c --- */

/** master_requests_pass_on: sets the timer of a run that the allocator has asked for; at the end of each
 * call. */
void master_requests_pass_on(Master *master, Instant now);

/** master_agent_remove: by an operator or not, into @end: GONE, DOWN, REMOVED. Its tasks are @aware (partition-aware
 * frameworks) or TASK_LOST, for this @reason. */
void master_agent_remove(Master *master, Instant now, AgentId agent, AgentState end, TaskState aware,
                         TaskReason reason);

/** master_agent_hostname: (transfer none): of an agent that has registered. */
static inline const char *master_agent_hostname(const Master *master, AgentId agent)
{
  return master->agent_rest.items[agent.index].hostname;
}

/** master_role: the id of the role at @path, which is made known where it is new. */
RoleId master_role(Master *master, const char *path);

/** master_role_set: sets all attributes of a role. */
void master_role_set(Master *master, Instant now, RoleId role, const RoleAttributes *attributes);

/** master_agent_check: CHECKs the books of one agent. */
void master_agent_check(const Master *master, Instant now, AgentId agent);
