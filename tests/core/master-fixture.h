/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * MasterFixture: a master on a scripted clock whose messages go into a log instead of a network.
 *
 * Each thing that the master sends is one line: "MILLISECONDS WHAT ...", compared as text:
 *
 *   offers F0 [1 A0 cpus:2;mem:1024] [2 A1 ...]     offers are numbered as they are made, from 1; of an agent that is
 *                                                   to be maintained: [1 A0 cpus:2 from 60000 for 5000]
 *   rescind F0 1
 *   status F0 7 TASK_RUNNING REASON_NONE executor 1    label, state, reason, source, sequence
 *   launch A0 F0 7 cpus:1                           under its executor: launch A0 F0 7 cpus:1 under 3
 *   convert A0 F0 RESERVE cpus:2 -> cpus(*,r):2     or "operator" instead of a framework
 *   kill A0 7 within 500 REASON_CONTAINER_PREEMPTED    grace and reason where there are any
 *   acknowledge A0 7 1
 *   shutdown A0 F0
 *   shutdown A0                                     the agent itself
 *   inverse-offers F0 [1 A0 from 60000 for 5000]    numbered on their own
 *   rescind-inverse F0 1
 *   error F0 MESSAGE
 *   broken MESSAGE
 *
 * What the observer is told of operators, agents, frameworks, inverse offers, revocations, executors and of operations
 * that were left out is another log: fixture_told().
 *
 * What it finds wrong stops the process (CHECK): random scenarios ask too often for the messages of ck_assert().
 *
 * Beside it the fixture keeps books of its own from what observers are told, and compares them and calls
 * master_check() after each step. Timers fire when time moves; at one instant: offer time-out, then runs in
 * the order in which they were asked for.
 */

#include <glib.h>

#include "core/operator.h"

typedef struct {
  OfferId id;
  FrameworkId framework;
  AgentId agent;
  Resources resources;
  bool ended;
  OfferEnd end;
} FixtureOffer;

typedef struct {
  TaskId id;
  uint64_t label; /* known once the launch was sent */
  FrameworkId framework;
  AgentId agent;
  Resources resources;
  TaskState state;
  bool freed;
} FixtureTask;

typedef struct {
  InverseOfferId id;
  FrameworkId framework;
  AgentId agent;
  bool ended;
} FixtureInverseOffer;

typedef struct MasterFixture MasterFixture;

struct MasterFixture {
  ResourceKinds *kinds;
  Master *master;
  Instant now;
  Instant timers[MASTER_TIMERS];
  uint32_t timer_order[MASTER_TIMERS]; /* when it was set last */
  uint32_t timers_set;
  uint64_t seed;
  GString *log;
  GString *said;         /* of the last fixture_log() */
  bool quiet;            /* no log */
  GString *told;         /* of the observer */
  const char *principal; /* of frameworks that subscribe */

  GArray *offers;         /* FixtureOffer: number n is at n - 1 */
  GArray *tasks;          /* FixtureTask */
  GArray *inverse_offers; /* FixtureInverseOffer: number n is at n - 1 */
  uint32_t n_inverse_offers_live;
  uint32_t n_offers_live;
  uint32_t n_tasks_live;
  GArray *offered;   /* Resources by agent */
  GArray *allocated; /* Resources by agent */
  uint32_t n_broken; /* faults of the allocator */
  uint32_t n_runs;
  uint32_t n_ticks;

  /* (nullable) Called when something has been sent, so that a test can answer within the call. */
  void (*on_offers)(MasterFixture *fixture, FrameworkId framework, const OfferMessage *offers, uint32_t n);
  void (*on_status)(MasterFixture *fixture, FrameworkId framework, const TaskStatus *status);
  void (*on_launch)(MasterFixture *fixture, AgentId agent, const TaskLaunch *launch);
  void (*on_rescind)(MasterFixture *fixture, FrameworkId framework, OfferId offer);
  void (*on_kill)(MasterFixture *fixture, AgentId agent, TaskId task);
  void *user;
};

/**
 * fixture_new:
 * @allocator: of the master
 * @change: (nullable): called with the default settings (interval 1 s, Mesos's minimum), to change them
 */
MasterFixture *fixture_new(const AllocatorInterface *allocator, void (*change)(MasterSettings *settings));
void fixture_free(MasterFixture *fixture);

/** fixture_check: compares the books; after each step. */
void fixture_check(MasterFixture *fixture);

/** fixture_log: what has been sent since the last call, one line each; (transfer none), until the next. */
const char *fixture_log(MasterFixture *fixture);

/** fixture_expect: the log must be exactly these lines, joined by "\n" (and empty where @lines is ""). */
#define fixture_expect(fixture, lines) ck_assert_str_eq(fixture_log(fixture), lines)

/** fixture_told: what the observer has been told since the last call; likewise. */
const char *fixture_told(MasterFixture *fixture);

#define fixture_expect_told(fixture, lines) ck_assert_str_eq(fixture_told(fixture), lines)

/* --- time: runs what is due on the way --- */

/** fixture_settle: what is due at this instant. */
void fixture_settle(MasterFixture *fixture);
/** fixture_advance: to @milliseconds from the start. */
void fixture_advance(MasterFixture *fixture, int64_t milliseconds);

/* --- calls; none of them moves time or settles --- */

/** fixture_subscribe: @roles: separated by commas; those behind "!" are suppressed. fixture_update: likewise. */
FrameworkId fixture_subscribe(MasterFixture *fixture, const char *name, const char *roles,
                              uint32_t capabilities);
bool fixture_update(MasterFixture *fixture, FrameworkId framework, const char *name, const char *roles,
                    uint32_t capabilities);
AgentId fixture_register(MasterFixture *fixture, const char *resources);

/** fixture_offer: the id of the offer with this number. */
OfferId fixture_offer(const MasterFixture *fixture, uint32_t number);

/** fixture_task: the id of the last task launched with this label. */
TaskId fixture_task(const MasterFixture *fixture, uint64_t label);

/**
 * fixture_accept:
 * @offers: numbers separated by spaces; 0: an id that was never given out
 * @tasks: "LABEL@AGENT=RESOURCES" separated by spaces; in one launch; "": no operation
 */
AcceptResult fixture_accept(MasterFixture *fixture, FrameworkId framework, const char *offers,
                            const char *tasks, OfferFilter filter);

/**
 * fixture_operate: an accept with any operations
 * @operations: separated by " | ": "launch TASKS", "group TASKS", "reserve RESOURCES", "unreserve", "create", "destroy".
 * A task may name an executor: "LABEL@AGENT=RESOURCES+ID=RESOURCES"
 */
AcceptResult fixture_operate(MasterFixture *fixture, FrameworkId framework, const char *offers,
                             const char *operations, OfferFilter filter);
void fixture_decline(MasterFixture *fixture, FrameworkId framework, const char *offers, OfferFilter filter);

/** fixture_status: from the agent on which the task runs. */
void fixture_status(MasterFixture *fixture, uint64_t label, TaskState state, uint32_t sequence);

static inline OfferFilter refuse_ms(int64_t milliseconds)
{
  return (OfferFilter){true, {milliseconds * NS_PER_MS}};
}
