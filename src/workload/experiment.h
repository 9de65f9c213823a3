/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Experiment: what is to be run, as plain data. It is what a workload file says, checked and with every
 * default filled in; nothing of it changes during a run.
 *
 *   workload file --set K=V  -> workload_file_load() -> Experiment -> (src/cli) -> agents, master, job
 * sources, results
 *
 * All strings and arrays are owned by the Experiment. Amounts are in the kinds of Experiment.kinds.
 *
 * Not here: what only Hadoop has (hadoop-spec.h), isolation (isolation-spec.h), the text form (workload-file.h), sources
 * of jobs (job-source.h), which schedulers and allocators exist (the caller of workload_file_load() says).
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/quantities.h"
#include "base/resource-kinds.h"
#include "base/resources.h"
#include "base/time.h"
#include "engine/distribution.h"
#include "workload/hadoop-spec.h"
#include "workload/isolation-spec.h"
#include "workload/job-source.h"

typedef struct {
  char *name;
  char *value; /* always a text */
} Attribute;

/* Some of several that are alike are slower: each with this probability, by the same factor. */
typedef struct {
  double probability; /* 0: none is */
  double factor;      /* at least 1: what it does takes so many times as long */
} Stragglers;

/* Agents that are alike: the [cluster] or one [agents NAME]. */
typedef struct {
  char *name; /* "agents" for the [cluster] */
  uint32_t count;
  Resources resources;
  Attribute *attributes;
  uint32_t n_attributes;
  double speed; /* a task's duration is divided by it; > 0 */
  Stragglers slow;
  char *region; /* NULL: that of the master */
  char *zone;   /* NULL: none */
} AgentClass;

typedef struct {
  AgentClass *classes;
  uint32_t n_classes;
  uint32_t agents;          /* of all classes */
  uint32_t agents_per_rack; /* 0: no racks */
  Isolation isolation;
} Cluster;

/* Agents that are named together, as numbers over all classes in their order: first, first + 1, ... */
typedef struct {
  uint32_t first;
  uint32_t n; /* >= 1 */
} AgentRange;

/* --- which agents a framework wants: any of the groups, of a group all tests --- */

typedef enum {
  AGENT_ATTRIBUTE, /* "class" is the name of its class, "rack" that of its rack */
  AGENT_HOSTNAME,
  AGENT_REGION,
  AGENT_ZONE,
} AgentProperty;

typedef enum {
  AGENT_HAS,
  AGENT_LACKS,
  AGENT_IS,
  AGENT_IS_NOT,
  AGENT_MATCHES, /* regular expression, the whole text */
  AGENT_MATCHES_NOT,
} AgentTestKind;

typedef struct {
  AgentProperty property;
  AgentTestKind kind;
  char *attribute; /* AGENT_ATTRIBUTE */
  char *text;      /* NULL for HAS and LACKS */
} AgentTest;

typedef struct {
  AgentTest *tests;
  uint32_t n; /* >= 1 */
} AgentTests;

typedef struct {
  AgentTests *groups;
  uint32_t n; /* 0: any agent will do */
} AgentFilter;

/* How fast the master handles messages of one principal. */
typedef struct {
  char *principal;   /* NULL: all that are not named, together */
  double qps;        /* messages a second; > 0 */
  uint32_t capacity; /* how many may wait; UINT32_MAX: any number */
} PrincipalLimit;

/* What the master takes, in the order of their names in key "costs". */
typedef enum {
  MASTER_COST_ACCEPT, /* per message */
  MASTER_COST_ACCEPT_TASK,
  MASTER_COST_DECLINE,
  MASTER_COST_DECLINE_OFFER,
  MASTER_COST_SUPPRESS,
  MASTER_COST_REVIVE,
  MASTER_COST_KILL,
  MASTER_COST_ACKNOWLEDGE,
  MASTER_COST_TEARDOWN,
  MASTER_COST_INVERSE_ANSWER,
  MASTER_COST_REQUEST,
  MASTER_COST_RECONCILE,
  MASTER_COST_STATUS,
  MASTER_COST_EXECUTOR_EXITED,
  MASTER_COST_REGISTER,  /* an agent that comes back; those of the beginning are there */
  MASTER_COST_SUBSCRIBE, /* a framework */
  MASTER_COST_RUN,       /* an allocation run */
  MASTER_COST_OFFERS,    /* a message of offers that a run makes */
  MASTER_COST_OFFER,     /* each offer in it */
  MASTER_COSTS,
} MasterCost;

#define MASTER_COST_MAX_NS NS_PER_S /* that of a message of 2^32 tasks fits a Duration */

typedef struct {
  Duration allocation_interval; /* default 1 s */
  Duration offer_timeout;       /* DURATION_MAX: none */
  Quantities *min_allocatable;  /* alternatives; an offer must contain one of them; none: any will do */
  uint32_t n_min_allocatable;
  SimDistribution *service_time;  /* of the master per message, seconds; NULL: zero */
  Duration costs[MASTER_COSTS];   /* on top of it; all zero: none */
  bool mesos_compatible;          /* where Mesos surprises: as Mesos (src/core/README.md) */
  bool filter_gpu_resources;      /* agents with gpus only for frameworks that ask for them */
  uint32_t fair_sharing_excluded; /* bit k: kind k does not count for shares */
  Quantities least_offer;         /* per agent: what has less of all of this is not offered; zero: off */
  char *region;                   /* NULL: none is */
  bool revocation;                /* the allocator may take resources away from tasks, after: */
  Duration revocation_grace;
  PrincipalLimit *rate_limits;
  uint32_t n_rate_limits;
} MasterFlags;

/** master_takes_time: whether messages wait for the master at all. */
bool master_takes_time(const MasterFlags *master);

typedef struct {
  SimDistribution *master_agent;     /* one way, seconds; NULL: zero */
  SimDistribution *master_framework; /* likewise */
} Network;

/* [allocator NAME]: values are kept as text; the allocator named checks them. */
typedef struct {
  char *allocator;
  char **keys; /* NULL-terminated, beside values */
  char **values;
  int *lines; /* of each key in the workload file; 0: --set */
} AllocatorOptions;

typedef struct {
  char *path;
  int line;      /* of the group in the workload file; 0: --set */
  double weight; /* > 0; default 1 */
  Quantities guarantee;
  Quantities limit;           /* per kind; -1: no limit */
  int64_t priority;           /* larger first; default 0 */
  Duration max_task_duration; /* of a task that takes of what is reserved to the role; 0: any */
} RoleSpec;

typedef enum {
  ARRIVAL_ONCE,    /* all jobs at the framework's start */
  ARRIVAL_AT,      /* at the instants given, relative to start */
  ARRIVAL_EVERY,   /* first at start, then each gap */
  ARRIVAL_POISSON, /* exponential gaps, the first from start */
  ARRIVAL_CLOSED,  /* think time after each completion */
} ArrivalKind;

typedef struct {
  ArrivalKind kind;
  Duration *at; /* ARRIVAL_AT: ascending */
  uint32_t n_at;
  SimDistribution *gap; /* ARRIVAL_EVERY, ARRIVAL_POISSON: gap; ARRIVAL_CLOSED: think time; seconds */
} Arrival;

typedef struct {
  char *name;
  bool unlimited;
  SimDistribution *tasks; /* drawn per job, rounded half up, at least 1; NULL where unlimited */
  Quantities task_resources;
  SimDistribution *task_duration;   /* seconds; NULL: for ever */
  SimDistribution *cached_duration; /* spark: where its part is cached; NULL: as long */
  double task_input;                /* hadoop: bytes that a task reads; 0: unknown */
  uint64_t after;                   /* bit i: stage i first */
} StageSpec;

typedef enum {
  TRACE_SWF,
  TRACE_SWIM,
  TRACE_CSV,
} TraceFormat;

/* What a job's framework or role is made from. */
typedef enum {
  MAP_NONE, /* one framework; or: the role is the framework's own name */
  MAP_USER,
  MAP_GROUP,
  MAP_QUEUE,
  MAP_PARTITION,
  MAP_EXECUTABLE,
  MAP_COLUMN, /* CSV: by the column named */
  MAP_NUMBER, /* a number of them: the job's position in the trace modulo the number */
} TraceMapKind;

typedef struct {
  TraceMapKind kind;
  uint32_t number;
  char *column;
} TraceMap;

/* A column of a CSV trace. */
typedef struct {
  char *name;    /* NULL: not given */
  double factor; /* the cell times this is in seconds, cpus, MiB or units */
} TraceColumn;

/* How another seed makes another realisation of a trace (traces/trace-shake.h). */
typedef enum {
  REPLICATE_NOT, /* it does not: the trace is replayed as it was recorded */
  REPLICATE_JITTER,
  REPLICATE_BLOCKS,
  REPLICATE_USERS,
} ReplicateKind;

typedef struct {
  ReplicateKind kind;
  Duration length; /* JITTER: at most so much earlier or later; BLOCKS: of a block; in the trace's own time */
} TraceReplicate;

/* The mapping keys of a trace. Which of them a format uses is said in traces/<format>.h. */
typedef struct {
  char *path; /* as opened, relative to the workload file's folder where it was relative */
  char *path_as_written;
  TraceFormat format;
  int line; /* of the key `trace` in the workload file; 0: --set */

  TraceMap frameworks;
  TraceMap roles;
  bool sort;               /* submit times may descend: the whole trace is held in memory */
  double time_compression; /* submit times are divided by it; > 0; default 1 */
  Instant
      window_start; /* jobs submitted before are left out; time 0 is here (trace time, before compression) */
  Instant window_end; /* jobs submitted at or after are left out; INSTANT_NEVER */
  uint32_t jobs_max;  /* jobs after so many are left out; UINT32_MAX */
  TraceReplicate replicate;
  double scale; /* cluster scaling: sizes of jobs (tasks, or bytes) are multiplied by it; > 0; default 1 */

  bool whole_agents;          /* SWF: tasks of whole agents instead of one cpu each */
  Quantities agent_resources; /* of one agent of the largest class: what a task of a whole agent takes */
  bool use_memory;            /* SWF: memory requests count (field 10), the cluster has memory */
  int64_t memory_default;     /* thousandths of a MiB per processor where the request is unknown */

  uint32_t
      trace_nodes; /* SWIM: nodes of the cluster that was traced; bytes are scaled by agents / trace_nodes */
  uint32_t agents; /* SWIM: agents simulated */
  uint32_t slots;  /* SWIM: the size of the simulated cluster in slots: map tasks that fit it at once */
  double block_size;            /* SWIM: bytes per map */
  SimDistribution *map_rate;    /* SWIM: bytes per second, drawn per job and stage */
  SimDistribution *reduce_rate; /* likewise */
  double bytes_per_reduce;
  SimDistribution *task_overhead; /* seconds, added to each task; drawn likewise */
  Quantities map_resources;
  Quantities reduce_resources;

  TraceColumn submit, tasks, duration, end, start,
      name;                             /* CSV; `end` less `start` (or submit) where there is no duration */
  TraceColumn reduces, reduce_duration; /* CSV: of a second stage; both or none */
  TraceColumn kind_columns[RESOURCE_KINDS_MAX]; /* CSV: resources per task, by kind */
  Quantities task_resources;                    /* CSV: for kinds without a column */
} TraceSpec;

typedef enum {
  JOB_ORDER_FIFO,
  JOB_ORDER_FAIR,
  JOB_ORDER_HFS, /* hadoop: fair between pools, fifo within one */
} JobOrder;

typedef enum {
  SCHEDULER_ELASTIC,
  SCHEDULER_RIGID,
  SCHEDULER_DECLINER, /* has no jobs, and declines whatever it is offered */
  SCHEDULER_MPI,      /* rigid; all tasks of a stage run equally long, and are lost together */
  SCHEDULER_SERVICE,  /* keeps a number of instances up */
  SCHEDULER_HADOOP,   /* maps and reduces: HadoopSpec */
  SCHEDULER_SPARK,    /* executors that live on, and hold what they have read */
  SCHEDULER_TORQUE,   /* a queue of MPI jobs, within the guarantee of its role */
} SchedulerKind;

/** scheduler_loses_gangs: whether the tasks of a stage are one whole. */
static inline bool scheduler_loses_gangs(SchedulerKind scheduler)
{
  return scheduler == SCHEDULER_MPI || scheduler == SCHEDULER_TORQUE;
}

/** scheduler_starts_gangs: whether the tasks of a stage start all at once or not at all. */
static inline bool scheduler_starts_gangs(SchedulerKind scheduler)
{
  return scheduler == SCHEDULER_RIGID || scheduler_loses_gangs(scheduler);
}

/* What a scheduler says that it can deal with; bits, under Mesos's names. */
typedef enum {
  CAPABLE_GPU_RESOURCES = 1 << 0,
  CAPABLE_REVOCABLE_RESOURCES = 1 << 1,
  CAPABLE_SHARED_RESOURCES = 1 << 2,
  CAPABLE_RESERVATION_REFINEMENT = 1 << 3,
  CAPABLE_REGION_AWARE = 1 << 4,
  CAPABLE_PARTITION_AWARE = 1 << 5,
  CAPABLE_TASK_KILLING_STATE = 1 << 6,
} SchedulerCapability;

typedef enum {
  INVERSE_ACCEPT,  /* and starts nothing more on agents that are to be maintained */
  INVERSE_DECLINE, /* and goes on as before */
  INVERSE_IGNORE,  /* says nothing */
} InverseOfferReply;

/* Where instances of a service may stand. */
typedef enum {
  SPREAD_NONE, /* anywhere */
  SPREAD_HOST, /* no two on one agent */
  SPREAD_RACK, /* no two in one rack */
} Spread;

/* How many instances of a service are to be up from a time on. */
typedef struct {
  Duration after; /* the framework's start */
  uint32_t count;
} InstanceChange;

/* One [framework NAME]: `count` frameworks alike, or those of a trace. */
typedef struct {
  char *name;
  int line; /* of the group in the workload file */
  uint32_t count;
  SchedulerKind scheduler;
  char *role;   /* NULL: each framework's own name; its first one where there are several */
  char **roles; /* NULL-terminated: all of them where there are several; NULL: the one above */
  double weight;
  bool start_given; /* without it frameworks of a trace start with their first job */
  Instant start;
  Instant stop;            /* INSTANT_NEVER */
  uint32_t ramp_up_target; /* tasks; 0: default (design: lesser of demand and fair share) */

  uint64_t jobs; /* per framework; UINT64_MAX: endless; default 1, or as many as `at` lists, or endless
                    otherwise */
  Arrival arrival;
  StageSpec *stages; /* at least one, unless there is a trace */
  uint32_t n_stages;
  JobOrder job_order;
  HadoopSpec hadoop;
  TraceSpec *trace; /* NULL: synthetic */

  uint32_t minimum_allocation;    /* tasks that a stage starts with at least; 0: as its scheduler does */
  bool keeps_width;               /* and it never has more than it has started with */
  bool scale_down;                /* it gives agents up that it is asked for */
  uint32_t tasks_per_offer;       /* UINT32_MAX: unlimited */
  uint32_t attempts_max;          /* decisions until a job is abandoned; UINT32_MAX: unlimited */
  Duration refuse;                /* what a decline asks for; default 5 s */
  Duration refuse_unused;         /* what an accept asks for the rest; default `refuse` */
  SimDistribution *decision_time; /* seconds per message of offers; NULL: zero */
  SimDistribution *decision_time_per_job;  /* on top, for the job that is first; NULL: zero */
  SimDistribution *decision_time_per_task; /* on top, for each of its tasks that wait; NULL: zero */
  SimDistribution *executor_start_up;      /* seconds per task, or per executor; NULL: zero */
  bool executor_reuse;                     /* one on each agent for all tasks there; always of spark */
  Duration executor_idle_timeout;          /* one without tasks exits after so long; DURATION_MAX: never */
  Stragglers slow_tasks;                   /* attempts, each on its own */
  SimDistribution *hold_time;              /* seconds between an offer and its answer; NULL: zero */
  Duration hold_timeout;                   /* gangs: offers held longer are let go; DURATION_MAX: never */
  bool suppress;                           /* suppresses offers while nothing is to be run; default yes */
  bool forgets_to_revive;                  /* and does not revive them when something is */
  Duration revive_every;                   /* revives again and again while something waits; 0: it does not */
  Duration reconcile_every;                /* asks for the states of its tasks; 0: it does not */
  InverseOfferReply inverse_offers;

  InstanceChange *instances; /* service: the first at 0, times ascending; its one stage is without limit */
  uint32_t n_instances;
  Spread spread; /* likewise */

  uint32_t iterations;    /* how often a job runs its stages, one after the other; >= 1 */
  Duration locality_wait; /* spark: how long a stage waits for the agents with its parts */
  Quantities
      executor_resources; /* spark: of the executor on each agent, beside those of tasks; may be zero */

  bool backfill;          /* torque: a later job may go first where it delays nobody (EASY) */
  double estimate_factor; /* torque: times its length is what is said of a job beforehand; > 0 */

  bool capabilities_given;      /* else gpu-resources, where a task may need gpus */
  uint32_t capabilities;        /* SchedulerCapability, or-ed */
  AgentFilter agents;           /* those it wants to be offered */
  AgentFilter prefers;          /* of these, those it would rather run on, */
  Quantities prefers_resources; /* which have at least this */
  Duration prefers_wait;        /* so long it waits for one of them; 0: it does not */
  double elsewhere_slowdown;    /* elsewhere a task takes so many times as long; at least 1 */
  bool min_allocatable_given;   /* replaces that of the master: */
  Quantities *min_allocatable;  /* alternatives; none: any amount will do */
  uint32_t n_min_allocatable;
  char *principal;        /* whose rate limit it is under; NULL: nobody's */
  double declared_demand; /* REQUEST: the tasks that wait times this; 0: it says nothing */
} FrameworkSpec;

/** framework_gathers: whether its scheduler holds offers until they suffice for several tasks. */
static inline bool framework_gathers(const FrameworkSpec *framework)
{
  return scheduler_starts_gangs(framework->scheduler) || framework->minimum_allocation > 1 ||
         framework->keeps_width;
}

/** framework_least: how many of @tasks tasks a stage starts at once, at least. */
static inline uint32_t framework_least(const FrameworkSpec *framework, uint32_t tasks)
{
  if (framework->minimum_allocation > 0)
    return MIN(framework->minimum_allocation, tasks);
  return scheduler_starts_gangs(framework->scheduler) ? tasks : MIN(tasks, 1);
}

/* --- what the operator does ------------------------------------------------------------------------------ */

typedef enum {
  CALL_WEIGHT,
  CALL_QUOTA,
  CALL_RESERVE,
  CALL_UNRESERVE,
  CALL_CREATE,
  CALL_DESTROY,
  CALL_MAINTENANCE,
  CALL_MAINTENANCE_START,
  CALL_MAINTENANCE_STOP,
  CALL_DRAIN,
  CALL_DEACTIVATE,
  CALL_REACTIVATE,
  CALL_GONE,
  CALL_WHITELIST,
  CALL_TEARDOWN,
} OperatorKind;

/* One of the things that a call lists: it is done with all of them or with none. */
typedef struct {
  char *role;           /* WEIGHT, QUOTA */
  double weight;        /* WEIGHT */
  Quantities guarantee; /* QUOTA */
  Quantities limit;     /* QUOTA: -1: none */
  AgentRange agents;    /* MAINTENANCE, WHITELIST */
  Instant start;        /* MAINTENANCE */
  Duration length;      /* MAINTENANCE: DURATION_MAX: open */
} OperatorItem;

/* One [operator NAME]. */
typedef struct {
  char *name;
  int line;
  Instant at;
  char *text; /* the call as it was written */
  OperatorKind kind;
  OperatorItem *items; /* WEIGHT, QUOTA, MAINTENANCE, WHITELIST */
  uint32_t n_items;
  AgentRange agents;   /* those with AGENTS: one call for each */
  Resources resources; /* RESERVE ... DESTROY */
  char *framework;     /* TEARDOWN: a group, or one of its frameworks */
  Duration grace;      /* DRAIN */
  bool mark_gone;      /* DRAIN */
  bool force;          /* QUOTA */
  bool all;            /* WHITELIST: everybody */
} OperatorSpec;

/* What kind of question a run answers. */
typedef enum {
  RUN_TERMINATING, /* how long, from an empty cluster to the end: everything counts */
  RUN_STEADY,      /* what it is like in the long run: the warm-up is left out, of jobs too */
} RunKind;

/* What shows that a steady run is warm (MSER-5). */
typedef enum {
  WARM_UP_UTILIZATION, /* the largest of allocated / total over the resources */
  WARM_UP_TASKS_RUNNING,
  WARM_UP_JOBS_RUNNING,
  WARM_UP_JOBS_WAITING,
  WARM_UP_OFFERS_OUTSTANDING,
} WarmUpSeries;

/* How much of fairness is measured at each sample. */
typedef enum {
  FAIRNESS_SHARES, /* shares of the whole cluster against the ideal */
  FAIRNESS_AGENTS, /* agent by agent too: sharing incentive, envy, what became of all resources */
} FairnessDetail;

#define ALLOCATOR_STREAM_MAX 65535

typedef struct {
  char *title;
  bool duration_given;
  Duration duration;
  uint64_t seed;
  uint32_t allocator_stream; /* which of its own draws the allocator gets */
  RunKind kind;
  bool warm_up_given; /* a steady run without it finds its own */
  Duration warm_up;
  WarmUpSeries warm_up_series;
  uint32_t replications;    /* how many runs, each with a seed of its own */
  double confidence;        /* of intervals, such as 0.95 */
  Duration sample_interval; /* default duration / 100; 0: neither it nor a duration is given */
  FairnessDetail fairness;
  bool parted;     /* each role has agents of its own, as many as its weight says, and is offered no others */
  int parted_line; /* of the key "partition"; 0: it was given by --set or --partition; for messages */
  char *shared_point; /* (nullable): of which point it is an isolated run; for who reads the results */
  char *only; /* NULL: all; else the one framework group that is there; guarantees do not count then */

  ResourceKinds *kinds;
  Cluster cluster;
  MasterFlags master;
  Network network;
  RoleSpec *roles;
  uint32_t n_roles;
  AllocatorOptions *allocators;
  uint32_t n_allocators;
  FrameworkSpec *frameworks;
  uint32_t n_frameworks;
  OperatorSpec *operators; /* in the order of (at, place in the file) */
  uint32_t n_operators;

  char *source_path; /* the file; for messages */
  char *effective;   /* the workload as text, with --set applied: repeats the run when it is loaded from the
                        same folder */
  char *
      identity; /* SHA-256, hex, of what decides a run: keys and values, and the files of numbers that they name;
                        not the seed, comments, how often it is run, nor the contents of traces */
} Experiment;

void experiment_free(Experiment *experiment);

/** experiment_keep_only: drops all framework groups but that at @index. */
void experiment_keep_only(Experiment *experiment, uint32_t index);

/**
 * framework_member_name:
 * @member: below @framework->count
 *
 * Returns: (transfer full): the name of one of the frameworks of a synthetic group: the group's own where
 * there is one, else with the number behind it, from 1, in as many digits as the largest has: "load-007".
 */
char *framework_member_name(const FrameworkSpec *framework, uint32_t member);

/** trace_replicate_print: (transfer full) (nullable): as it is written in a workload; NULL for REPLICATE_NOT. */
char *trace_replicate_print(const TraceReplicate *replicate);

/** framework_takes_gpus: whether it has the capability gpu-resources: as it says, or, where it says nothing of
 * capabilities, because a task of it may need some: agents with gpus are kept for those. */
bool framework_takes_gpus(const FrameworkSpec *spec);

/** agent_hostname: writes the name of the agent of this number: "agent-00001" is the first. */
#define AGENT_HOSTNAME_SIZE 24
void agent_hostname(uint32_t number, char hostname[AGENT_HOSTNAME_SIZE]);

/** agent_filter_clear, operator_spec_clear: free what they own. */
void agent_filter_clear(AgentFilter *filter);
void operator_spec_clear(OperatorSpec *call);

/** agent_class_of: the class of the agent of this number, which is below the cluster's. Cost: O(classes). */
const AgentClass *agent_class_of(const Cluster *cluster, uint32_t number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Experiment, experiment_free)
