/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TextRun: a workload given as text, run, and what its observers saw; for what can be said in a workload file and has to
 * be seen in a run. Frameworks are synthetic. The books of the master are checked after each run of the allocator and
 * each status.
 */

#include <glib.h>

#include "model/simulation.h"

typedef struct {
  char framework[32];
  uint32_t job, stage, index;
  uint32_t agent;
  uint32_t attempt;
  TaskLocality locality;
  double launch, start, finish; /* seconds; -1: never */
  char state[32];
} TextAttempt;

typedef struct {
  uint32_t done, refused;
  char *message;
} TextCall;

typedef struct {
  Experiment *experiment;
  Simulation *simulation;
  SimulationEnd end;
  SimulationCounts totals;
  uint64_t digest;
  GArray *attempts;   /* TextAttempt, in order of their end */
  GPtrArray *names;   /* of frameworks, by FrameworkId */
  GArray *judged;     /* OfferSummary, by FrameworkId */
  GArray *calls;      /* TextCall, in order */
  GHashTable *counts; /* counters of the master at the end: name -> double * */
  GString *launched;  /* "NAME RESOURCES\n" for each launch, in order */
  GString *warnings;
  GString *states;    /* "NAME JOB STATE SECONDS[: REASON]\n" for each state that a job reaches */
  uint64_t offers[8]; /* made, by FrameworkId */
} TextRun;

/** text_run: by @allocator ("drf", with default options). To be cleared. */
void text_run(TextRun *run, const char *allocator, const char *text);
void text_run_clear(TextRun *run);

/** text_attempts: how many attempts of @framework (NULL: any) have ended in @state, on @agent (-1: any), finished at @from to
 * @to seconds. */
uint32_t text_attempts(const TextRun *run, const char *framework, const char *state, int agent, double from,
                       double to);

/** text_launches: how many attempts of @framework were launched on @agent (-1: any) at @from to @to. */
uint32_t text_launches(const TextRun *run, const char *framework, int agent, double from, double to);

/** text_count: a counter of the master, by Mesos's name; 0: there is none. */
double text_count(const TextRun *run, const char *name);

/** text_state: when the job of this number (of the run) reached @state ("running"); -1: never. */
double text_state(const TextRun *run, uint32_t job, const char *state);

/** text_judged: of the framework of this name. */
const OfferSummary *text_judged(const TextRun *run, const char *framework);

const TextCall *text_call(const TextRun *run, uint32_t number);
