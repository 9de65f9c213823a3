/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "engine/distribution.h"
#include "engine/event-queue.h"
#include "tests/bench/bench-clock.h"

/*
 * The floor: the least that a simulator of the 50,000-agent experiment must do, so that a run can be stated
 * as a ratio to it. Per task one normal(30 s, 10 s) draw, three entries through the queue (finish, 1 ms later
 * the offer, 1 ms later the launch), one release and one choice of the framework with the least share.
 *
 * 100,000 slots, 200 frameworks, 3,600 s simulated. The share is the count of tasks; equal shares go to the
 * lowest number. Slots have no identity; an entry carries the framework. No callbacks, no books, nothing is
 * recorded: what a real simulator adds is what it is for.
 */

#define SLOTS      100000u
#define FRAMEWORKS 200u
#define LEAVES     ((size_t)256) /* of the winner tree: a power of two, not below FRAMEWORKS */
#define REPEATS    3

typedef enum { FINISH, OFFER, LAUNCH } Kind;

typedef struct {
  uint64_t tree[2 * LEAVES]; /* share << 32 | framework; inner nodes hold the least of their two */
  uint64_t launched[FRAMEWORKS];
  SimEventQueue *queue;
  SimDistribution *duration;
  uint64_t tasks;
} Floor;

/* Changes the count of a framework by @by, and the winners above its leaf. */
static inline void change_share(Floor *floor, uint32_t framework, int by)
{
  size_t i = LEAVES + framework;
  floor->tree[i] += (uint64_t)((int64_t)by * (INT64_C(1) << 32));
  for (i /= 2; i > 0; i /= 2)
    floor->tree[i] = MIN(floor->tree[2 * i], floor->tree[2 * i + 1]);
}

static inline void post(Floor *floor, Instant now, Duration wait, Kind kind, uint64_t framework)
{
  sim_event_queue_add(floor->queue, instant_after(now, wait),
                      kind == FINISH ? SIM_PHASE_TASK : SIM_PHASE_MESSAGE, kind, framework);
}

static void offer(Floor *floor, Instant now)
{
  uint32_t framework = (uint32_t)floor->tree[1];
  change_share(floor, framework, 1);
  post(floor, now, (Duration){NS_PER_MS}, LAUNCH, framework);
}

static void launch(Floor *floor, Instant now, uint32_t framework)
{
  SimDraw draw = {.seed = 1,
                  .purpose = SIM_PURPOSE_TASK_DURATION,
                  .entity = framework,
                  .index = floor->launched[framework]++};
  floor->tasks++;
  post(floor, now, sim_distribution_draw_duration(floor->duration, &draw), FINISH, framework);
}

static void floor_open(Floor *floor)
{
  *floor = (Floor){
      .queue = sim_event_queue_new(),
      .duration = sim_distribution_new_normal(30, 10, NULL),
  };
  for (size_t i = 0; i < LEAVES; i++)
    floor->tree[LEAVES + i] = i < FRAMEWORKS ? i : UINT64_MAX;
  for (size_t i = LEAVES - 1; i > 0; i--)
    floor->tree[i] = MIN(floor->tree[2 * i], floor->tree[2 * i + 1]);
  for (uint32_t slot = 0; slot < SLOTS; slot++)
    post(floor, INSTANT_ZERO, DURATION_ZERO, OFFER, 0);
}

static void floor_close(Floor *floor)
{
  sim_distribution_unref(floor->duration);
  sim_event_queue_free(floor->queue);
}

static uint64_t floor_run(Floor *floor, Instant until)
{
  SimEntry entry;
  uint64_t events = 0;
  for (; sim_event_queue_pop(floor->queue, until, &entry); events++) {
    Instant now = {entry.at_ns};
    switch ((Kind)entry.tag) {
    case FINISH:
      change_share(floor, (uint32_t)entry.payload, -1);
      post(floor, now, (Duration){NS_PER_MS}, OFFER, 0);
      break;
    case OFFER:
      offer(floor, now);
      break;
    case LAUNCH:
      launch(floor, now, (uint32_t)entry.payload);
      break;
    }
  }
  return events;
}

/* Usage: bench-floor [simulated seconds]. A shorter run is for callgrind. */
int main(int argc, char **argv)
{
  int64_t seconds = argc > 1 ? g_ascii_strtoll(argv[1], NULL, 10) : 3600;
  Floor floor;
  uint64_t events = 0;
  size_t memory = 0;
  int64_t least_ns = INT64_MAX;
  for (int i = 0; i < REPEATS; i++) {
    floor_open(&floor);
    int64_t start_ns = bench_cpu_ns();
    events = floor_run(&floor, (Instant){seconds * NS_PER_S});
    least_ns = MIN(least_ns, bench_cpu_ns() - start_ns);
    memory = sim_event_queue_memory(floor.queue);
    floor_close(&floor);
  }
  CHECK(floor.tasks > 0);
  printf("{\"bench\":\"floor\",\"ns_per_task\":%.1f,\"tasks\":%" G_GUINT64_FORMAT
         ",\"events\":%" G_GUINT64_FORMAT ",\"slots\":%u,\"frameworks\":%u,\"simulated_s\":%" G_GINT64_FORMAT
         ",\"queue_mib\":%.1f}\n",
         (double)least_ns / (double)floor.tasks, floor.tasks, events, SLOTS, FRAMEWORKS, seconds,
         (double)memory / 1048576);
  return EXIT_SUCCESS;
}
