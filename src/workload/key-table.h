/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The one table of the keys that a workload file may hold: group, key, reader, default, where the value goes
 * and one line of explanation. Reading, defaults, the suggestions for misspelt keys and "sim list keys" all
 * come from it (workload_key_next() walks it).
 *
 * Not here: what must hold between keys (workload-check.c), options of allocators, which only they know.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workload/key-file.h"
#include "workload/values.h"

typedef enum {
  GROUP_EXPERIMENT,
  GROUP_CLUSTER,
  GROUP_AGENTS,
  GROUP_MASTER,
  GROUP_NETWORK,
  GROUP_ALLOCATOR,
  GROUP_ROLE,
  GROUP_FRAMEWORK,
  GROUP_STAGE,
  GROUP_OPERATOR,
  GROUP_KINDS, /* how many */
} GroupKind;

typedef struct {
  const char *name;
  const char *heading; /* with what stands behind the name: "stage FRAMEWORK.NAME" */
  bool named;          /* whether anything does */
} GroupForm;

/* By GroupKind. */
extern const GroupForm group_forms[GROUP_KINDS];

/* Where the jobs of a [framework] group come from; bits, since most keys are for several. */
typedef enum {
  JOBS_PLAIN = 1,  /* synthetic, of one stage described in the group itself */
  JOBS_STAGED = 2, /* synthetic, of [stage] groups */
  JOBS_SWF = 4,    /* traces */
  JOBS_SWIM = 8,
  JOBS_CSV = 16,
  JOBS_NONE = 32,    /* there are none: a decliner */
  JOBS_SERVICE = 64, /* one that never ends: a service */
} JobsFrom;

#define JOBS_SYNTHETIC (JOBS_PLAIN | JOBS_STAGED)
#define JOBS_TRACE     (JOBS_SWF | JOBS_SWIM | JOBS_CSV)
#define JOBS_SOME      (JOBS_SYNTHETIC | JOBS_TRACE | JOBS_SERVICE)
#define JOBS_ANY       (JOBS_SOME | JOBS_NONE)

/* Values that the experiment holds in another form: the reader of the group takes them over. */
typedef struct {
  AttributeList attributes;
  QuantitiesList min_allocatable;
  TaskCount tasks;
  char **after;
  bool revive;
  bool scale_up;
  char **only_agents;
  RateLimitList rate_limits;
  Duration revocation_grace; /* DURATION_MAX: none */
  Quantities at_least;
  char *call;
  InstanceList instances;
  SlowdownList slowdown;
} KeyParts;

void key_parts_clear(KeyParts *parts);

/* The records that the values of one group go to; those that its keys do not name may be NULL. */
typedef struct {
  Experiment *experiment;
  AgentClass *agents;
  RoleSpec *role;
  FrameworkSpec *framework;
  TraceSpec *trace;
  StageSpec *stage;
  KeyParts *parts;
} KeyTargets;

/* The record that a row's offset counts from. */
typedef enum {
  TO_EXPERIMENT,
  TO_AGENTS,
  TO_ROLE,
  TO_FRAMEWORK,
  TO_TRACE,
  TO_STAGE,
  TO_PARTS,
} KeyTarget;

typedef struct {
  const char *name; /* "duration", as "sim list keys" shows it */
  ValueReader read;
} KeyType;

typedef struct {
  GroupKind group;
  unsigned jobs; /* JobsFrom bits: with which jobs the key makes sense */
  const char *key;
  const KeyType *type;
  KeyTarget target;
  uint32_t offset;
  int64_t min, max;          /* ValueContext */
  const char *default_value; /* (nullable): read where the key is not given */
  const char *summary;
  bool required;
} KeyRow;

/** key_rows: (transfer none): the table; @n receives its length. */
const KeyRow *key_rows(size_t *n);

#define KEY_COLUMN_PREFIX "column-"

/**
 * key_group_read:
 * @group: (nullable): without it every key takes its default
 * @jobs: the JobsFrom bit of the group; JOBS_ANY outside frameworks
 * @targets: the records to fill
 * @error: WORKLOAD_ERROR, of the first entry in the order of the file that is wrong, else of what is missing
 *
 * Checks every entry of the group and reads it, or else the key's default, into its record.
 */
bool key_group_read(const KeyFile *file, const KeyGroup *group, GroupKind kind, unsigned jobs,
                    const ValueContext *context, const KeyTargets *targets, GError **error);

bool value_scheduler(const ValueContext *context, const char *text, void *field, GError **error);
bool value_job_order(const ValueContext *context, const char *text, void *field, GError **error);
bool value_trace_format(const ValueContext *context, const char *text, void *field, GError **error);
