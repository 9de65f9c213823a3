/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parts of the master share: master.c (life, roles, frameworks, agents, timers, checks),
 * master-offers.c (grants, offers, their ends), master-accept.c (accepts), master-tasks.c (statuses, kills).
 * The invariants are in master.h.
 *
 * Which function makes which transition:
 *
 *   (free) -> OUTSTANDING       grant_make()                  master-offers.c
 *   OUTSTANDING -> (free)       master_offer_end()            by decline, accept, rescind, discard
 *   (none) -> STAGING           task_launch()                 master-accept.c
 *   live -> live, live -> ended master_status_update()        master-tasks.c
 *   live -> ended               master_task_end()             agent or framework removed
 *   ended -> (none)             master_task_forget()          acknowledged, or nobody is left to acknowledge
 *
 * Re-entrancy: sending may call back into the master. Each function therefore brings the books up to date
 * before it sends, and looks records up again afterwards. Records of pools have stable addresses; those of
 * arrays have not.
 */

#include "base/array.h"
#include "base/pool.h"
#include "core/master.h"
#include "core/roles.h"

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
  bool freed : 1; /* its resources have gone back */
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
} MasterAgent;

_Static_assert(sizeof(MasterAgent) <= 64, "an agent is one cache line");

/* The rest. */
typedef struct {
  Resources total;
  ResourceSlices *free; /* special part of what is free */
} MasterAgentRest;

typedef struct {
  bool present;
  uint32_t capabilities;
  uint32_t n_roles;
  RoleId *roles;
  uint32_t n_offers;
  uint32_t n_tasks; /* records, ended ones that wait for an acknowledgement included */
  uint32_t
      batch_first; /* of its grants in the run that is being made: index in Master.batch, or INDEX_NONE */
  uint32_t batch_last;
} MasterFramework;

/* A grant of the run that is being made. */
typedef struct {
  OfferId offer;
  uint32_t next; /* of the same framework: index or INDEX_NONE */
} MasterGrant;

typedef struct {
  OfferId offer;
  Instant at;
} MasterTimeout;

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
  uint32_t n_tasks_live;

  Instant start;
  Instant last_tick; /* made, or the start */
  Instant next_tick; /* timer set; INSTANT_NEVER */

  bool run_requested;             /* by the allocator */
  bool run_timer_set;             /* and passed on */
  bool in_run;                    /* the allocator may grant */
  Array(MasterGrant) batch;       /* of this run */
  Array(FrameworkId) batch_order; /* those with grants, in order of the first */
  Array(OfferMessage) messages;   /* of one framework */
  Array(TaskId) launched;         /* a stack, for accepts within accepts */
  GQueue timeouts;                /* MasterTimeout *, in order; only with an offer time-out */
};

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

/** master_agent_put: @resources of the agent become free; master_agent_take: they no longer are. */
static inline void master_agent_put(Master *master, AgentId agent, const Resources *resources)
{
  quantities_add(&master_agent(master, agent)->free, &resources->plain);
  if (G_UNLIKELY(resources->special != NULL)) {
    Resources free = {QUANTITIES_ZERO, master->agent_rest.items[agent.index].free};
    resources_add_special(&free, resources->special);
    master->agent_rest.items[agent.index].free = free.special;
  }
}

static inline void master_agent_take(Master *master, AgentId agent, const Resources *resources)
{
  quantities_subtract(&master_agent(master, agent)->free, &resources->plain);
  if (G_UNLIKELY(resources->special != NULL)) {
    Resources free = {QUANTITIES_ZERO, master->agent_rest.items[agent.index].free};
    resources_subtract_special(&free, resources->special);
    master->agent_rest.items[agent.index].free = free.special;
  }
}

static inline MasterFramework *master_framework(const Master *master, FrameworkId framework)
{
  return &g_array_index(master->frameworks, MasterFramework, framework.index);
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

/** master_offers_time_out: rescinds the offers that are due. */
void master_offers_time_out(Master *master, Instant now);

/* --- master-tasks.c --- */

/** master_task_end: a live task ends by the master's decision; its resources go back. */
void master_task_end(Master *master, Instant now, uint32_t slot, TaskState state, TaskReason reason);

/** master_task_forget: drops the record of a task that has ended. */
void master_task_forget(Master *master, uint32_t slot);

/** master_send_status: a status that the master makes itself; it needs no acknowledgement. */
void master_send_status(Master *master, FrameworkId framework, TaskId task, uint64_t label, AgentId agent,
                        TaskState state, TaskReason reason);

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

/** master_agent_check: CHECKs the books of one agent. */
void master_agent_check(const Master *master, Instant now, AgentId agent);
