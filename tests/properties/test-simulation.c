/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what must stay true of every simulation, in random ones (random-workload.h) under both allocators:
 *
 *   - conservation: after each event the books of master, allocator and agents agree, kind by kind: free +
 *     offered + allocated = total (master_check());
 *   - no resource is offered or used twice, each offer ends once, each task in one terminal state, each job
 * in one last state (run-books.h, from what the observers are told);
 *   - no offer lies inside a live filter of its receiver (filter-spy.h);
 *   - same seed, same digest: watched at every event or not at all, with observers or without, sampled or
 * not, alone or in lock-step with another simulation in the same process;
 *   - another allocator changes neither arrivals (where they do not wait for completions) nor durations.
 *
 * Each run goes on until its duration, its last job, or a stall. A failure names the seed of its scenario.
 *
 * Not here: whether decisions are the right ones (tests/conformance, test-allocator.c), timelines worked out
 * by hand (tests/model), traces.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocators/registry.h"
#include "tests/properties/filter-spy.h"
#include "tests/properties/property-random.h"
#include "tests/properties/random-workload.h"
#include "tests/properties/run-books.h"
#include "tests/support/test-main.h"
#include "workload/workload-file.h"
#include "workloads/synthetic-source.h"

#define CHUNKS              8
#define SCENARIOS_PER_CHUNK 250
#define PAIRS_PER_CHUNK     20
#define GROUPS_MAX          12
#define EVENTS_MAX          1000000 /* a scenario that goes on for longer is none */

static const char *const allocators[] = {"drf", "priority"};

typedef struct {
  uint64_t seed;
  RandomWorkload workload;
  Experiment *experiment;
} Scenario;

/* How a run ended. */
typedef struct {
  SimulationEnd end;
  Instant at;
  uint64_t digest;
  uint64_t events;
} Outcome;

/* A simulation with what it needs. */
typedef struct {
  JobSource *sources[GROUPS_MAX];
  uint32_t n_sources;
  char label[48];
  const char *options[1];
  Simulation *simulation;
} Run;

/* --- failures name their scenario, also where a CHECK stops the process --------------------------------- */

static char current[48];

static void on_abort(int number)
{
  ssize_t written = write(STDERR_FILENO, current, strlen(current));
  (void)written;
  signal(number, SIG_DFL);
}

static void set_current(const char *allocator, uint64_t seed)
{
  g_snprintf(current, sizeof current, "# scenario %" G_GUINT64_FORMAT " under %s\n", seed, allocator);
  signal(SIGABRT, on_abort);
}

/* --- a run ---------------------------------------------------------------------------------------------- */

static Scenario scenario_new(uint64_t seed)
{
  Scenario scenario = {.seed = seed, .workload = random_workload(seed)};
  g_autoptr(GError) error = NULL;
  scenario.experiment = workload_text_load(scenario.workload.text, "random.ini", NULL, NULL, &error);
  ck_assert_msg(scenario.experiment != NULL, "%s\n%s", scenario.workload.text,
                error != NULL ? error->message : "");
  ck_assert_uint_le(scenario.experiment->n_frameworks, GROUPS_MAX);
  return scenario;
}

static void scenario_clear(Scenario *scenario)
{
  experiment_free(scenario->experiment);
  g_free(scenario->workload.text);
}

static void run_begin(Run *run, const Scenario *scenario, const char *allocator, RunBooks *books)
{
  g_autoptr(GError) error = NULL;
  set_current(allocator, scenario->seed);
  g_snprintf(run->label, sizeof run->label, "scenario %" G_GUINT64_FORMAT " under %s", scenario->seed,
             allocator);
  run->options[0] = run->label;
  run->n_sources = scenario->experiment->n_frameworks;
  for (uint32_t i = 0; i < run->n_sources; i++)
    run->sources[i] = synthetic_source_new(&scenario->experiment->frameworks[i], i, scenario->seed, &error);
  SimulationSettings settings = {
      .experiment = scenario->experiment,
      .allocator = books != NULL ? filter_spy(allocator) : allocator_find(allocator),
      .allocator_options = books != NULL ? run->options : NULL,
      .sources = run->sources,
      .master_observer = books != NULL ? run_books_master_observer(books) : NULL,
      .job_observer = books != NULL ? run_books_job_observer(books) : NULL,
      .seed = scenario->seed,
  };
  run->simulation = simulation_new(&settings, &error);
  ck_assert_msg(run->simulation != NULL, "%s: %s", run->label, error != NULL ? error->message : "");
}

static Outcome run_end(Run *run)
{
  g_autoptr(GError) error = NULL;
  Outcome outcome = {.end = simulation_run(run->simulation, &error)};
  ck_assert_msg(error == NULL, "%s: %s", run->label, error != NULL ? error->message : "");
  ck_assert_msg(outcome.end == SIMULATION_DURATION || outcome.end == SIMULATION_DONE ||
                    outcome.end == SIMULATION_STALLED,
                "%s: goes on and on", run->label);
  outcome.at = simulation_now(run->simulation);
  outcome.digest = simulation_digest(run->simulation);
  outcome.events = simulation_events(run->simulation);
  return outcome;
}

static void run_clear(Run *run)
{
  simulation_free(run->simulation);
  for (uint32_t i = 0; i < run->n_sources; i++)
    job_source_free(run->sources[i]);
}

/* --- watched and bare ----------------------------------------------------------------------------------- */

static bool check_books(void *self)
{
  const Run *run = self;
  master_check(simulation_master(run->simulation), simulation_now(run->simulation));
  return simulation_events(run->simulation) > EVENTS_MAX;
}

static Outcome run_watched(const Scenario *scenario, const char *allocator, RunBooks *books)
{
  Run run = {0};
  run_begin(&run, scenario, allocator, books);
  simulation_set_poll(run.simulation, 1, check_books, &run);
  Outcome outcome = run_end(&run);
  master_check(simulation_master(run.simulation), outcome.at);
  run_books_close(books, run.simulation, outcome.end);
  run_clear(&run);
  return outcome;
}

static void count_sample(void *self, Instant now)
{
  uint64_t *samples = self;
  (void)now;
  ++*samples;
}

/* Nobody looks, but samples are taken. */
static Outcome run_bare(const Scenario *scenario, const char *allocator)
{
  Run run = {0};
  uint64_t samples = 0;
  run_begin(&run, scenario, allocator, NULL);
  simulation_set_sampler(run.simulation, (Duration){(int64_t)(1 + scenario->seed % 7) * 333 * 1000000},
                         count_sample, &samples);
  Outcome outcome = run_end(&run);
  run_clear(&run);
  return outcome;
}

static void expect_same(const Scenario *scenario, const Outcome *a, const Outcome *b)
{
  ck_assert_msg(a->end == b->end && a->at.ns == b->at.ns && a->events == b->events && a->digest == b->digest,
                "scenario %" G_GUINT64_FORMAT " is not the same: end %d, %d; at %" G_GINT64_FORMAT
                ", %" G_GINT64_FORMAT "; events %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                "; digest %016" G_GINT64_MODIFIER "x, %016" G_GINT64_MODIFIER "x",
                scenario->seed, a->end, b->end, a->at.ns, b->at.ns, a->events, b->events, a->digest,
                b->digest);
}

START_TEST(what_must_stay_true)
{
  uint64_t ends[SIMULATION_FAILED + 1] = {0}, tasks = 0, offers = 0, events = 0;
  for (uint32_t i = 0; i < SCENARIOS_PER_CHUNK; i++) {
    Scenario scenario = scenario_new((uint64_t)_i * SCENARIOS_PER_CHUNK + i);
    RunBooks *books[G_N_ELEMENTS(allocators)];
    for (uint32_t a = 0; a < G_N_ELEMENTS(allocators); a++) {
      g_autofree char *label =
          g_strdup_printf("scenario %" G_GUINT64_FORMAT " under %s", scenario.seed, allocators[a]);
      books[a] = run_books_new(label);
      Outcome watched = run_watched(&scenario, allocators[a], books[a]);
      Outcome bare = run_bare(&scenario, allocators[a]);
      expect_same(&scenario, &watched, &bare);
      ends[watched.end]++;
      tasks += run_books_tasks(books[a]);
      offers += run_books_offers(books[a]);
      events += watched.events;
    }
    run_books_compare(books[0], books[1], scenario.workload.open_arrivals, scenario.workload.same_speed);
    for (uint32_t a = 0; a < G_N_ELEMENTS(allocators); a++)
      run_books_free(books[a]);
    scenario_clear(&scenario);
  }
  printf("# %u scenarios under %u allocators: %u events, %u offers, %u tasks; ends: duration %u, done %u, "
         "stalled %u\n",
         SCENARIOS_PER_CHUNK, (unsigned)G_N_ELEMENTS(allocators), (unsigned)events, (unsigned)offers,
         (unsigned)tasks, (unsigned)ends[SIMULATION_DURATION], (unsigned)ends[SIMULATION_DONE],
         (unsigned)ends[SIMULATION_STALLED]);
  fflush(stdout);
  ck_assert(ends[SIMULATION_DURATION] > 0 && ends[SIMULATION_DONE] > 0 && ends[SIMULATION_STALLED] > 0);
}
END_TEST

/* --- two in one process --------------------------------------------------------------------------------- */

/* Two threads, of which one runs at a time; they change after every few events. */
typedef struct {
  GMutex mutex;
  GCond changed;
  uint32_t turn; /* 0, 1 */
  bool over[2];
} Turns;

typedef struct {
  Turns *turns;
  uint32_t number;
  const Scenario *scenario;
  const char *allocator;
  Outcome outcome;
} Player;

static void await_turn(Player *player)
{
  while (player->turns->turn != player->number && !player->turns->over[1 - player->number])
    g_cond_wait(&player->turns->changed, &player->turns->mutex);
}

static bool pass_turn(void *self)
{
  Player *player = self;
  player->turns->turn = 1 - player->number;
  g_cond_signal(&player->turns->changed);
  await_turn(player);
  return false;
}

static gpointer play(gpointer data)
{
  Player *player = data;
  Turns *turns = player->turns;
  Run run = {0};
  g_mutex_lock(&turns->mutex);
  await_turn(player);
  run_begin(&run, player->scenario, player->allocator, NULL);
  simulation_set_poll(run.simulation, 3, pass_turn, player);
  player->outcome = run_end(&run);
  run_clear(&run);
  turns->over[player->number] = true;
  turns->turn = 1 - player->number;
  g_cond_signal(&turns->changed);
  g_mutex_unlock(&turns->mutex);
  return NULL;
}

START_TEST(two_in_lock_step)
{
  for (uint32_t i = 0; i < PAIRS_PER_CHUNK; i++) {
    uint64_t seed = 100000 + ((uint64_t)_i * PAIRS_PER_CHUNK + i) * 2;
    Scenario scenarios[] = {scenario_new(seed), scenario_new(i % 4 == 0 ? seed : seed + 1)};
    Turns turns = {.turn = 0};
    Player players[2];
    GThread *threads[2];
    g_mutex_init(&turns.mutex);
    g_cond_init(&turns.changed);
    for (uint32_t p = 0; p < 2; p++) {
      players[p] = (Player){&turns, p, &scenarios[p], allocators[(i + p * (i % 3)) % 2], {0}};
      threads[p] = g_thread_new("player", play, &players[p]);
    }
    for (uint32_t p = 0; p < 2; p++)
      g_thread_join(threads[p]);
    for (uint32_t p = 0; p < 2; p++) {
      Outcome alone = run_bare(&scenarios[p], players[p].allocator);
      expect_same(&scenarios[p], &alone, &players[p].outcome);
      scenario_clear(&scenarios[p]);
    }
    g_mutex_clear(&turns.mutex);
    g_cond_clear(&turns.changed);
  }
}
END_TEST

/* A digest that never changed would pass all of the above. */
START_TEST(seeds_matter)
{
  g_autoptr(GHashTable) digests = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  for (uint64_t seed = 0; seed < 200; seed++) {
    Scenario scenario = scenario_new(seed);
    for (uint32_t twice = 0; twice < 2; twice++) {
      uint64_t *digest = g_new(uint64_t, 1);
      *digest = run_bare(&scenario, "drf").digest;
      ck_assert_int_eq(g_hash_table_add(digests, digest), twice == 0);
    }
    scenario_clear(&scenario);
  }
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("simulation");
  test_case_loop(suite, what_must_stay_true, 0, CHUNKS);
  test_case_loop(suite, two_in_lock_step, 0, CHUNKS);
  test_case(suite, seeds_matter);
  return suite;
}
