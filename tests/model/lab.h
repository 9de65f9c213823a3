/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lab: a small experiment built in C, run, and what its observers saw; for hand-worked timelines.
 *
 *     lab_init(&lab, "cpus:1", 2);                       two agents of one slot
 *     FrameworkSpec *f = lab_framework(&lab, "a");       elastic, starts at 0
 *     lab_job(&lab, "a", 0, 3, "cpus:1", 10);            at 0 s, three tasks of 10 s
 *     lab_run(&lab);
 *     lab.attempts ...
 *     lab_clear(&lab);
 *
 * Times are in seconds here and exact for multiples of 1 ms. Frameworks must be made before jobs.
 */

#include <glib.h>

#include "allocators/registry.h"
#include "model/simulation.h"

#define LAB_GROUPS 8
#define LAB_STAGES 8

typedef struct {
  FrameworkId framework;
  JobId job;
  uint32_t stage, index, attempt;
  AgentId agent;
  double launch, start, finish; /* start: -1: never */
  const char *state;
  TaskLocality locality;
} LabAttempt;

typedef struct {
  double at;
  FrameworkId framework;
  JobId job;
  JobState state;
  char *reason;
} LabState;

typedef struct {
  JobId job;
  double start, finish; /* -1: never */
} LabSpan;

typedef struct {
  JobStage stages[LAB_STAGES];
  Job job;
} LabJob;

typedef struct {
  JobSource source;
  GPtrArray *jobs; /* LabJob */
  uint32_t given;
  bool closed; /* the jobs follow each other */
  double think;
  bool fails; /* instead of the end */
} LabSource;

typedef struct {
  Experiment experiment;
  LabSource sources[LAB_GROUPS];
  JobSource *source_list[LAB_GROUPS];
  const char *allocator;
  uint64_t seed;
  double sample_interval; /* 0: none */
  Simulation *simulation; /* after lab_run() */
  SimulationEnd end;
  GError *error;
  GArray *attempts;   /* LabAttempt, in order of their end */
  GArray *states;     /* LabState */
  GArray *spans;      /* LabSpan */
  GArray *holds;      /* double at, double tasks */
  GArray *samples;    /* double */
  double started[64]; /* by framework; -1 */
  int64_t demand;     /* added less dropped, in tasks */
  uint64_t offers, runs, declined, rescinded;
  bool check; /* master_check() at each status and run */
  char *warning;
} Lab;

void lab_init(Lab *lab, const char *agent, uint32_t agents);
void lab_clear(Lab *lab);

FrameworkSpec *lab_framework(Lab *lab, const char *name);
/** lab_members: frameworks of a group: name-1, name-2, ... in roles of their own; before its jobs. */
void lab_members(Lab *lab, const char *name, uint32_t count);

/** lab_job: one stage; @tasks UINT32_MAX: unlimited. Returns: for more stages and fields. */
LabJob *lab_job(Lab *lab, const char *framework, double submit, uint32_t tasks, const char *need,
                double length);
void lab_stage(Lab *lab, LabJob *job, uint32_t tasks, const char *need, double length, uint64_t after);

SimDistribution *lab_constant(double seconds);
Duration lab_seconds(double seconds);
Quantities lab_quantities(Lab *lab, const char *text);

SimulationEnd lab_run(Lab *lab);

/** lab_now: the clock of the run. */
double lab_now(const Lab *lab);
/** lab_attempt: of a task; its last one. NULL: none has ended. */
const LabAttempt *lab_attempt(const Lab *lab, uint32_t job, uint32_t stage, uint32_t index);
/** lab_state: the instant at which the job first reached @state, or -1. */
double lab_state(const Lab *lab, uint32_t job, JobState state);
/** lab_span: when its tasks ran; told once. NULL: not told. */
const LabSpan *lab_span(const Lab *lab, uint32_t job);
/** lab_reason: what was told when it was last said to be in @state. */
const char *lab_reason(const Lab *lab, uint32_t job, JobState state);
