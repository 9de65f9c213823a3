/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Scenario: a test written in the words of the recorded files (mesos/FORMAT.md), call by call, on a fresh
 * sorter or allocator.
 *
 *     Scenario *s = scenario_allocator(_i, NULL);
 *     scenario_offers(s, "addframework F1 r1 - - active");
 *     scenario_offers(s, "addagent A1 cpus:2;mem:1024", "0 F1 r1 A1 cpus:2;mem:1024");
 *     scenario_end(s);
 *
 * Tests of allocators run in SCENARIO_WAYS ways (test_case_loop): other orders of agents, and every tick or
 * only those that were asked for.
 */

#include <check.h>

#include "tests/conformance/replay-allocator.h"
#include "tests/conformance/replay-player.h"

#define SCENARIO_WAYS 8

typedef struct {
  const ReplayPlayer *kind;
  void *player;
  GPtrArray *decisions; /* char *: of the last call */
} Scenario;

/** scenario_allocator: @way: 0 to SCENARIO_WAYS - 1; @changes as in allocator_player_new(). */
Scenario *scenario_allocator(int way, void (*changes)(AllocatorSettings *settings));

/** scenario_sorter: with one agent of @pool. */
Scenario *scenario_sorter(const char *pool);

/** scenario_end: frees everything. */
void scenario_end(Scenario *scenario);

/** scenario_call: makes the call, which must be a valid one; the decisions are in scenario->decisions. */
void scenario_call(Scenario *scenario, const char *call);

/** scenario_call_printf: as scenario_call(), the call being formatted. */
void scenario_call_printf(Scenario *scenario, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** scenario_offers: makes @call; the decisions must be exactly the lines that follow (none: none). */
#define scenario_offers(...) scenario_expect(__VA_ARGS__, NULL)
void scenario_expect(Scenario *scenario, const char *call, ...) G_GNUC_NULL_TERMINATED;

/** scenario_settled: after calls that the test made itself, behind scenario_arrive(): makes the run that they ask for; the
 * decisions must be exactly these lines. */
#define scenario_settled(...) scenario_expect_settled(__VA_ARGS__, NULL)
void scenario_expect_settled(Scenario *scenario, ...) G_GNUC_NULL_TERMINATED;

/** scenario_order: sorts; the active clients must come in the order of @names (separated by spaces). */
void scenario_order(Scenario *scenario, const char *names);

/** scenario_count: how many of the last decisions are offers to @framework. */
unsigned scenario_count(const Scenario *scenario, const char *framework);

/** scenario_return_all: makes a recover without filter, from offered, for each line of the last decisions. */
void scenario_return_all(Scenario *scenario);

/* What the allocator says of a role by its path. */
AllocatorPlayer *scenario_player(const Scenario *scenario);
double scenario_share(const Scenario *scenario, const char *role);
uint64_t scenario_filters(const Scenario *scenario, const char *role, Instant now);

/* --- for calls that the format has no words for --------------------------------------------------------- */

/** scenario_arrive: before calls made directly. Returns: the harness, for its allocator and the instant. */
AllocatorHarness *scenario_arrive(const Scenario *scenario);

/** scenario_resources: (transfer full): to be cleared; "-": none. */
Resources scenario_resources(const Scenario *scenario, const char *text);

FrameworkId scenario_framework(const Scenario *scenario, const char *name);
AgentId scenario_agent(const Scenario *scenario, const char *name);
RoleId scenario_role(const Scenario *scenario, const char *path);

/** scenario_convert: of what the framework holds, @from becomes @to. No run. */
void scenario_convert(Scenario *scenario, const char *framework, const char *agent, const char *role,
                      const char *from, const char *to);

/** scenario_convert_free: of what is free on the agent, @from becomes @to; whether it is free. No run. */
bool scenario_convert_free(Scenario *scenario, const char *agent, const char *from, const char *to);

/** scenario_quota_use: what counts against the quota of @role must be @expected. */
void scenario_quota_use(const Scenario *scenario, const char *role, bool allocated_only,
                        const char *expected);
