/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A small cluster with the scripted allocator: frameworks F0 "f" in role r (id 0) and F1 "g" in role s/t (id 2, below s), which
 * is partition-aware; agents A0, A1, A2 of cpus:4;mem:4096 each.
 */

#include "tests/core/master-fixture.h"
#include "tests/core/scripted-allocator.h"

/** scripted_world: @change: (nullable): as of fixture_new(). Logs are empty. */
MasterFixture *scripted_world(void (*change)(MasterSettings *settings));

/** scripted_grant: in the next tick, in the framework's role. */
void scripted_grant(MasterFixture *f, uint32_t framework, uint32_t agent, const char *resources);

/** scripted_tick: goes to the next whole second, where a tick is made. */
void scripted_tick(MasterFixture *f);

/** scripted_offer: makes one offer now, by a tick. */
static inline void scripted_offer(MasterFixture *f, uint32_t framework, uint32_t agent, const char *resources)
{
  scripted_grant(f, framework, agent, resources);
  scripted_tick(f);
}

/** scripted_launch: gets an offer of these resources and runs a task with @label on all of it. */
void scripted_launch(MasterFixture *f, uint32_t framework, uint32_t agent, uint64_t label,
                     const char *resources);

/** scripted_end: the agent says that the task has ended, and the framework acknowledges. */
void scripted_end(MasterFixture *f, uint32_t framework, uint64_t label, TaskState state);

/** scripted_forget: empties all logs. */
void scripted_forget(MasterFixture *f);

/** expect_refused: the last call had this result, and @error said so; frees it. */
void expect_refused(OperatorResult result, OperatorResult expected, GError **error, const char *message);
