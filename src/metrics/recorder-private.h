/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The state of a Recorder, and what its parts call of each other. */

#include "base/check.h"
#include "metrics/allowed-agents.h"
#include "metrics/fair-share.h"
#include "metrics/fairness.h"
#include "metrics/job-table.h"
#include "metrics/recorder.h"

typedef struct {
  char *path;
  RoleAttributes attributes;
} RecordedRole;

/* What is measured agent by agent (recorder-agents.c). */
typedef struct {
  const Experiment *experiment;
  DemandSizes *demands;
  AllowedAgents *allowed; /* (nullable): all may have all */
  AgentPicture picture;
  Decomposition decomposition;           /* of the last sample */
  WideInteger total[RESOURCE_KINDS_MAX]; /* thousandths * ns */
  WideInteger parts[PARTS][RESOURCE_KINDS_MAX];
} AgentMeasures;

struct Recorder {
  MasterObserver master;
  JobObserver jobs;
  RecorderSink sink;

  /* The next instant after which something is to be done before anything else changes: the warm-up, or the
   * start of frameworks whose targets are open. INSTANT_NEVER: none. */
  Instant alarm;
  Instant warm_up;
  Instant starting; /* of the frameworks whose targets are open; INSTANT_NEVER: none */
  Instant end;      /* INSTANT_NEVER before recorder_finish() */
  Instant sampled;  /* the last sample; INSTANT_ZERO: none */
  bool measuring;   /* the warm-up is over */

  RecordedCluster cluster;
  uint32_t kinds_end;                  /* kinds that some agent had lie below */
  bool known[RESOURCE_KINDS_MAX];      /* which of them */
  double totals[RESOURCE_KINDS_MAX];   /* of the cluster now; at least 1, so that 0 / total is 0 */
  double inverses[RESOURCE_KINDS_MAX]; /* 1 / totals */

  RecordedFramework *frameworks;
  uint32_t n_frameworks;
  uint32_t frameworks_max;

  /* Each role makes two nodes of the tree: 2 i is the role, below its parent role; 2 i + 1 is a child of it
   * that its own frameworks hang below. */
  RecordedRole *roles;
  FairShareNode *nodes;
  FairShareBounds *bounds; /* beside nodes */
  bool bounded;            /* one of them says something, or did */
  uint32_t n_roles;
  uint32_t roles_max;
  GHashTable *role_by_path; /* path -> index + 1 */

  JobTable job_table;

  /* Frameworks that demand something are listed, and perhaps some that do no more. Of as many as frameworks_max,
   * each. */
  uint32_t *demanding; /* indices; ascending after recorder_fair_shares(), like the next two */
  uint32_t n_demanding;
  FairShareClient *clients;
  double *shares;
  uint32_t *open; /* indices of frameworks whose targets are open, or were */
  uint32_t n_open;
  FairShare *fair;
  const ResourceKinds *kinds; /* (nullable) */
  AgentMeasures *agents;      /* NULL: not measured */
};

/** recorder_alarm: does what was to be done before @now. */
void recorder_alarm(Recorder *recorder, Instant now);

/** recorder_reach: running + held of @framework has grown to what its ramp-up waits for. */
void recorder_reach(RecordedFramework *framework, Instant now);

/** recorder_grow: makes records up to that of @index. For recorder_at() only. */
void recorder_grow(Recorder *recorder, uint32_t index);

/** recorder_role: the index of the role at @path, made with its ancestors where it is new. */
uint32_t recorder_role(Recorder *recorder, const char *path);

/** recorder_list: @framework demands something. */
static inline void recorder_list(Recorder *recorder, RecordedFramework *framework)
{
  if (framework->listed)
    return;
  framework->listed = true;
  recorder->demanding[recorder->n_demanding++] = (uint32_t)(framework - recorder->frameworks);
}

/** recorder_fair_shares: fills recorder->demanding, clients and shares, as of now. */
void recorder_fair_shares(Recorder *recorder);

/** recorder_share_of_task: the dominant share of a task of the mean size that @framework demands. */
double recorder_share_of_task(const Recorder *recorder, const RecordedFramework *framework);

/** recorder_sample_agents: the picture is complete; it stands for the time since @since. */
void recorder_sample_agents(Recorder *recorder, Instant now, Instant since);

/** recorder_agents_saw: an agent has registered. */
void recorder_agents_saw(Recorder *recorder, AgentId agent, const char *hostname);

/** recorder_agents_free: NULL is allowed. */
void recorder_agents_free(AgentMeasures *agents);

/** recorder_set_targets: the default targets of the frameworks that are starting. */
void recorder_set_targets(Recorder *recorder);

/** recorder_watch_jobs: fills in the callbacks of the models. */
void recorder_watch_jobs(Recorder *recorder);

static inline void recorder_advance(Recorder *recorder, Instant now)
{
  if (G_UNLIKELY(now.ns > recorder->alarm.ns))
    recorder_alarm(recorder, now);
}

/* The record of @id, made where it is new. */
static inline RecordedFramework *recorder_at(Recorder *recorder, FrameworkId id)
{
  if (G_UNLIKELY(id.index >= recorder->n_frameworks))
    recorder_grow(recorder, id.index);
  return &recorder->frameworks[id.index];
}

static inline void ramp_up_watch(RecordedFramework *framework, Instant now)
{
  if (G_UNLIKELY(framework->running + framework->held >= framework->ramp_up_wait))
    recorder_reach(framework, now);
}

static inline double dominant_share(const Recorder *recorder, const RecordedFramework *framework)
{
  double share = 0;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    double of_kind = (double)framework->allocated[kind].level / recorder->totals[kind];
    share = of_kind > share ? of_kind : share;
  }
  return share;
}

/* Before what is allocated, or the cluster, changes. Multiplies where dominant_share() divides: it runs twice
 * per task. */
static inline void share_until(const Recorder *recorder, RecordedFramework *framework, Instant now)
{
  if (now.ns == framework->share_since.ns)
    return;
  double share = 0;
  for (uint32_t kind = 0; kind < recorder->kinds_end; kind++) {
    double of_kind = (double)framework->allocated[kind].level * recorder->inverses[kind];
    share = share > of_kind ? share : of_kind;
  }
  if (!framework->stopped)
    framework->share_time += share * (double)(now.ns - framework->share_since.ns);
  framework->share_since = now;
}
