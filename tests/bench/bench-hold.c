/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <stdio.h>

#include "engine/distribution.h"
#include "engine/engine.h"
#include "tests/bench/bench-clock.h"

/*
 * The engine through its public interface: callback, handle, cancel.
 *
 *   hold           each dispatched entry schedules one more after a normal(30 s, 10 s) delay, so the number
 * of pending entries stays; the delays are drawn beforehand. One in 16 also schedules a time-out and cancels
 * the one it had before. hold-post      the same with sim_engine_post() and nothing to cancel hold-mixed
 * hold, every second entry 1 ms ahead (a message beside a task) worst          the longest single operation
 * in a hold of a million, and in filling it burst          a million entries posted for one instant ahead,
 * and at the present instant: per entry
 *
 * ns per hold are of one add and one dispatch. All figures are the least of several repeats, as the machine
 * may be shared.
 */

#define REPEATS    5  /* of worst and burst */
#define SLICES     30 /* of one hold, half a million entries each */
#define DELAYS     (1u << 16)
#define DELAY_MASK (DELAYS - 1)
#define TIMEOUTS   16

typedef struct {
  SimEngine *engine;
  SimHandlerId handler;
  uint64_t left; /* entries until the run is stopped */
  uint64_t added;
  unsigned short_bit;     /* of .added: 1 ms ahead where it is set; 0: never */
  bool posts;             /* with sim_engine_post() and without time-outs */
  const Duration *delays; /* array of DELAYS */
  SimEventHandle timeouts[TIMEOUTS];
} Hold;

static Duration next_delay(Hold *hold)
{
  uint64_t i = hold->added++;
  return i & hold->short_bit ? (Duration){NS_PER_MS} : hold->delays[i & DELAY_MASK];
}

static void add_next(Hold *hold)
{
  Instant at = instant_after(sim_engine_now(hold->engine), next_delay(hold));
  if (hold->posts) {
    sim_engine_post(hold->engine, at, SIM_PHASE_TASK, hold->handler, 1);
    return;
  }
  sim_engine_schedule(hold->engine, at, SIM_PHASE_TASK, hold->handler, 1);
  if (hold->added % TIMEOUTS == 0) {
    SimEventHandle *timeout = &hold->timeouts[hold->added / TIMEOUTS % TIMEOUTS];
    Instant late = instant_after(at, (Duration){5 * NS_PER_S});
    sim_engine_cancel(hold->engine, *timeout);
    *timeout = sim_engine_schedule(hold->engine, late, SIM_PHASE_TIMER, hold->handler, 0);
  }
}

static void on_entry(void *self, uint64_t goes_on)
{
  Hold *hold = self;
  if (goes_on)
    add_next(hold);
  if (--hold->left == 0)
    sim_engine_stop(hold->engine);
}

static void hold_start(Hold *hold, uint64_t pending, const Duration *delays)
{
  hold->engine = sim_engine_new();
  hold->handler = sim_engine_add_handler(hold->engine, "hold", on_entry, hold);
  hold->delays = delays;
  for (uint64_t i = 0; i < pending; i++)
    sim_engine_post(hold->engine, instant_after(INSTANT_ZERO, delays[i & DELAY_MASK]), SIM_PHASE_TASK,
                    hold->handler, 1);
}

static void hold_run(Hold *hold, uint64_t entries)
{
  hold->left = entries;
  sim_engine_run(hold->engine, INSTANT_NEVER);
}

static void bench_hold(const char *name, Hold kind, uint64_t pending, const Duration *delays)
{
  const uint64_t entries = 500000;
  double least = 1e9;
  Hold hold = kind;
  hold_start(&hold, pending, delays);
  hold_run(&hold, 2 * pending + entries); /* until the start is forgotten */
  for (int i = 0; i < SLICES; i++) {
    int64_t start_ns = bench_cpu_ns();
    hold_run(&hold, entries);
    least = MIN(least, (double)(bench_cpu_ns() - start_ns) / (double)entries);
  }
  printf("{\"bench\":\"%s\",\"pending\":%" G_GUINT64_FORMAT ",\"ns_per_hold\":%.1f,\"memory_mib\":%.1f}\n",
         name, pending, least, (double)sim_engine_memory(hold.engine) / 1048576);
  sim_engine_free(hold.engine);
}

/* ---- the longest operation -------------------------------------------------------------------------- */

typedef struct {
  SimEngine *engine;
  SimHandlerId handler;
  int64_t last_ns; /* CPU time at the end of the last operation */
  int64_t longest_ns;
  uint64_t left;
  const Duration *delays; /* of the next entry; NULL: none is added */
} Worst;

static void took_until_now(Worst *worst)
{
  int64_t now_ns = bench_cpu_ns();
  worst->longest_ns = MAX(worst->longest_ns, now_ns - worst->last_ns);
  worst->last_ns = bench_cpu_ns();
}

static void on_timed(void *self, uint64_t number)
{
  Worst *worst = self;
  took_until_now(worst); /* the dispatch */
  if (worst->delays) {
    Instant at = instant_after(sim_engine_now(worst->engine), worst->delays[number & DELAY_MASK]);
    sim_engine_schedule(worst->engine, at, SIM_PHASE_TASK, worst->handler, number + 1);
    took_until_now(worst);
    if (--worst->left == 0)
      sim_engine_stop(worst->engine);
  }
}

/* Fills with a million entries, at @first and up to @width_ns later, and takes them all out again; with
 * @delays, holds them for two million entries instead. The least over repeats: what the queue does is the
 * same each time, what the machine adds is not. */
static void bench_worst(const char *name, int64_t width_ns, const Duration *delays)
{
  const uint64_t pending = 1000000;
  int64_t add_ns = INT64_MAX;
  int64_t dispatch_ns = INT64_MAX;
  for (int i = 0; i < REPEATS; i++) {
    Worst worst = {.engine = sim_engine_new(), .delays = delays, .left = 2 * pending};
    worst.handler = sim_engine_add_handler(worst.engine, "worst", on_timed, &worst);
    worst.last_ns = bench_cpu_ns();
    for (uint64_t j = 0; j < pending; j++) {
      SimDraw draw = {.seed = 1, .purpose = SIM_PURPOSE_TEST, .index = j};
      int64_t at_ns = 30 * NS_PER_S + (int64_t)sim_random_below(&draw, (uint64_t)width_ns);
      if (delays)
        at_ns = delays[j & DELAY_MASK].ns;
      worst.last_ns = bench_cpu_ns();
      sim_engine_schedule(worst.engine, (Instant){at_ns}, SIM_PHASE_TASK, worst.handler, j);
      took_until_now(&worst);
    }
    add_ns = MIN(add_ns, worst.longest_ns);
    worst.longest_ns = 0;
    worst.last_ns = bench_cpu_ns();
    sim_engine_run(worst.engine, INSTANT_NEVER);
    dispatch_ns = MIN(dispatch_ns, worst.longest_ns);
    sim_engine_free(worst.engine);
  }
  printf("{\"bench\":\"worst-%s\",\"pending\":%" G_GUINT64_FORMAT ",\"fill_us\":%.1f,\"then_us\":%.1f}\n",
         name, pending, (double)add_ns / 1e3, (double)dispatch_ns / 1e3);
}

/* ---- bursts ----------------------------------------------------------------------------------------- */

static void on_burst(void *self, uint64_t number)
{
  Hold *burst = self;
  if (number == 0) { /* the whole burst at the present instant */
    for (uint64_t i = 1; i <= burst->left; i++)
      sim_engine_post(burst->engine, sim_engine_now(burst->engine), (SimPhase)(i % SIM_PHASES),
                      burst->handler, i);
  }
}

static void bench_burst(const char *name, int64_t ahead_ns)
{
  const uint64_t entries = 1000000;
  double least = 1e9;
  for (int i = 0; i < REPEATS; i++) {
    Hold burst = {.engine = sim_engine_new(), .left = entries};
    burst.handler = sim_engine_add_handler(burst.engine, "burst", on_burst, &burst);
    int64_t start_ns = bench_cpu_ns();
    if (ahead_ns == 0)
      sim_engine_post(burst.engine, INSTANT_ZERO, SIM_PHASE_TASK, burst.handler, 0);
    for (uint64_t j = 1; ahead_ns > 0 && j <= entries; j++)
      sim_engine_post(burst.engine, (Instant){ahead_ns}, (SimPhase)(j % SIM_PHASES), burst.handler, j);
    sim_engine_run(burst.engine, INSTANT_NEVER);
    least = MIN(least, (double)(bench_cpu_ns() - start_ns) / (double)entries);
    sim_engine_free(burst.engine);
  }
  printf("{\"bench\":\"%s\",\"entries\":%" G_GUINT64_FORMAT ",\"ns_per_entry\":%.1f}\n", name, entries,
         least);
}

int main(void)
{
  Duration *delays = g_new(Duration, DELAYS);
  SimDistribution *normal = sim_distribution_new_normal(30, 10, NULL);
  for (uint64_t i = 0; i < DELAYS; i++) {
    SimDraw draw = {.seed = 1, .purpose = SIM_PURPOSE_TASK_DURATION, .index = i};
    delays[i] = sim_distribution_draw_duration(normal, &draw);
  }
  sim_distribution_unref(normal);

  const uint64_t pending[] = {1000, 50000, 1000000};
  for (size_t i = 0; i < G_N_ELEMENTS(pending); i++) {
    bench_hold("hold", (Hold){.posts = false}, pending[i], delays);
    bench_hold("hold-post", (Hold){.posts = true}, pending[i], delays);
    bench_hold("hold-mixed", (Hold){.short_bit = 1}, pending[i], delays);
  }
  bench_worst("hold", 1, delays);
  bench_worst("one-instant", 1, NULL);
  bench_worst("one-microsecond", NS_PER_US, NULL);
  bench_worst("one-second", NS_PER_S, NULL);
  bench_worst("one-hour", NS_PER_H, NULL);
  bench_burst("burst-ahead", NS_PER_S);
  bench_burst("burst-now", 0);
  g_free(delays);
  return 0;
}
