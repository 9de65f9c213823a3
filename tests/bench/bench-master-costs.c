/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the master takes for each kind of message, as a table for key "costs" of workloads:
 *
 *     bench-master-costs [AGENTS [FRAMEWORKS]] > workloads/paper/master-costs.txt
 *
 * The master and the drf allocator as they are, in the steady state of the paper's experiment: every agent has two slots,
 * each framework its own role, and in each round a thirtieth of all slots come free, are offered and filled again; what a
 * message carries is not read from a socket, and not written to one. CPU time of batches of one kind, through records in
 * no order, so that caches are cold as they would be; the least of the rounds. What depends on a size is fitted:
 *
 *   accept       of one task and of two: base and each task
 *   decline      of one offer and of all of a framework: base and each offer
 *   run          one that finds nothing; then rounds of three sizes: each message of offers, and each offer in it
 *   reconcile, teardown   of a framework with its part of the tasks
 *   subscribe    as many frameworks again, of which nobody has heard
 *   register     agents that join; then on each a task under an executor that exits: executor-exited
 *
 * An inverse answer is left out: it costs nothing in the table.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocators/drf.h"
#include "base/check.h"
#include "core/master.h"
#include "offersim-version.h"
#include "tests/bench/bench-clock.h"

#define ROUNDS 21
#define SLOTS  2 /* of each agent */

/* A task that runs. */
typedef struct {
  TaskId task;
  FrameworkId framework;
  AgentId agent;
} Running;

typedef struct {
  FrameworkId framework;
  OfferMessage offer;
} Offered;

typedef struct {
  Master *master;
  Instant now;
  Instant timers[MASTER_TIMERS];
  ResourceKinds *kinds;
  Resources slot;
  uint32_t agents, frameworks;
  GArray *running;    /* Running */
  GArray *offered;    /* Offered: since it was emptied */
  GArray *launched;   /* Running: likewise */
  uint32_t n_batches; /* messages of offers: likewise */
  uint64_t label;
  uint32_t shuffle; /* of a linear congruence: any order that is always the same */
} Bench;

/* ns per message: the least of the rounds. */
typedef struct {
  double ns;
  uint32_t n;
} Figure;

/* --- ports ---------------------------------------------------------------------------------------------- */

static void port_offers(void *self, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  Bench *bench = self;
  bench->n_batches++;
  for (uint32_t i = 0; i < n; i++)
    g_array_append_val(bench->offered, ((Offered){framework, offers[i]}));
}

static void port_rescind(void *self, FrameworkId framework, OfferId offer)
{
  (void)self, (void)framework, (void)offer;
}

static void port_status(void *self, FrameworkId framework, const TaskStatus *status)
{
  (void)self, (void)framework, (void)status;
}

static void port_launch(void *self, AgentId agent, const TaskLaunch *launch)
{
  Bench *bench = self;
  Running task = {launch->task, launch->framework, agent};
  g_array_append_val(bench->launched, task);
}

static void port_kill(void *self, AgentId agent, TaskId task, Duration grace, TaskReason reason)
{
  (void)self, (void)agent, (void)task, (void)grace, (void)reason;
}

static void port_acknowledgement(void *self, AgentId agent, TaskId task, uint64_t label, uint32_t sequence)
{
  (void)self, (void)agent, (void)task, (void)label, (void)sequence;
}

static void port_shutdown(void *self, AgentId agent, FrameworkId framework)
{
  (void)self, (void)agent, (void)framework;
}

static void port_timer(void *self, MasterTimer timer, Instant at)
{
  Bench *bench = self;
  bench->timers[timer] = at;
}

static void port_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  (void)self;
  for (size_t i = 0; i < n; i++)
    numbers[i] = (uint32_t)((run * 31 + stage + i) * 2654435761u);
}

static void port_broken(void *self, const char *message)
{
  (void)self;
  fprintf(stderr, "%s\n", message);
  CHECK(false);
}

/* --- the cluster ---------------------------------------------------------------------------------------- */

static Resources amount(int64_t cpus)
{
  Quantities quantities = {
      {[RESOURCE_CPUS] = cpus * QUANTITY_UNIT, [RESOURCE_MEM] = cpus * 1024 * QUANTITY_UNIT}};
  return resources_of(&quantities);
}

static void bench_init(Bench *bench, uint32_t agents, uint32_t frameworks)
{
  *bench = (Bench){.kinds = resource_kinds_new(), .agents = agents, .frameworks = frameworks, .shuffle = 1};
  for (int timer = 0; timer < MASTER_TIMERS; timer++)
    bench->timers[timer] = INSTANT_NEVER;
  bench->slot = amount(1);
  bench->running = g_array_new(FALSE, FALSE, sizeof(Running));
  bench->offered = g_array_new(FALSE, FALSE, sizeof(Offered));
  bench->launched = g_array_new(FALSE, FALSE, sizeof(Running));
  const Quantities least[] = {{{[RESOURCE_CPUS] = QUANTITY_UNIT / 100}},
                              {{[RESOURCE_MEM] = 32 * QUANTITY_UNIT}}};
  const MasterSettings settings = {.allocation_interval = {NS_PER_S},
                                   .offer_timeout = DURATION_MAX,
                                   .min_allocatable = least,
                                   .n_min_allocatable = 2,
                                   .kinds = bench->kinds,
                                   .filter_gpu_resources = true};
  const MasterPorts ports = {.self = bench,
                             .send_offers = port_offers,
                             .send_rescind = port_rescind,
                             .send_status = port_status,
                             .send_launch = port_launch,
                             .send_kill = port_kill,
                             .send_acknowledgement = port_acknowledgement,
                             .send_shutdown_framework = port_shutdown,
                             .set_timer = port_timer,
                             .random = port_random,
                             .broken_allocator = port_broken};
  bench->master = master_new(&settings, &drf_allocator, &ports, NULL, bench->now, NULL);
  for (uint32_t i = 0; i < agents; i++) {
    g_autofree char *name = g_strdup_printf("agent-%06u", i);
    master_register_agent(bench->master, bench->now, &(AgentInfo){.hostname = name, .total = amount(SLOTS)});
  }
  for (uint32_t i = 0; i < frameworks; i++) {
    g_autofree char *name = g_strdup_printf("load-%04u", i);
    const char *role = name;
    CHECK(master_subscribe(bench->master, bench->now,
                           &(FrameworkInfo){.name = name, .roles = &role, .n_roles = 1}, NULL)
              .index == i);
  }
}

static void bench_clear(Bench *bench)
{
  master_free(bench->master);
  resource_kinds_free(bench->kinds);
  g_array_unref(bench->running);
  g_array_unref(bench->offered);
  g_array_unref(bench->launched);
}

/* --- figures -------------------------------------------------------------------------------------------- */

static void figure_add(Figure *figure, int64_t begin, uint64_t n)
{
  double ns = (double)(bench_cpu_ns() - begin) / (double)MAX(n, 1);
  if (figure != NULL)
    figure->ns = figure->n++ == 0 ? ns : MIN(figure->ns, ns);
}

/* --- what happens --------------------------------------------------------------------------------------- */

/* The next run: at the next whole second. */
static void tick(Bench *bench)
{
  bench->now.ns += NS_PER_S;
  bench->timers[MASTER_TIMER_RUN] = INSTANT_NEVER;
  master_timer(bench->master, bench->now, MASTER_TIMER_TICK);
}

static void tell(Bench *bench, const Running *task, TaskState state, uint32_t sequence)
{
  master_status_update(bench->master, bench->now,
                       &(TaskStatus){.task = task->task,
                                     .agent = task->agent,
                                     .state = state,
                                     .source = SOURCE_EXECUTOR,
                                     .sequence = sequence});
}

/* Accepts each offer with as many tasks as fit. @accepts: (nullable): per offer. */
static void fill(Bench *bench, Figure *accepts, Figure *statuses, Figure *acknowledgements)
{
  g_array_set_size(bench->launched, 0);
  int64_t begin = bench_cpu_ns();
  for (guint i = 0; i < bench->offered->len; i++) {
    const Offered *offered = &g_array_index(bench->offered, Offered, i);
    TaskInfo tasks[SLOTS];
    uint32_t n = (uint32_t)(offered->offer.resources.plain.amount[RESOURCE_CPUS] / QUANTITY_UNIT);
    for (uint32_t k = 0; k < n; k++)
      tasks[k] = (TaskInfo){.label = bench->label++, .agent = offered->offer.agent, .resources = bench->slot};
    const Operation launch = {.kind = OPERATION_LAUNCH, .tasks = tasks, .n_tasks = n};
    CHECK(master_accept(bench->master, bench->now, offered->framework, &offered->offer.id, 1, &launch, 1,
                        OFFER_FILTER_NONE) == ACCEPT_DONE);
  }
  figure_add(accepts, begin, bench->offered->len);
  g_array_set_size(bench->offered, 0);

  begin = bench_cpu_ns();
  for (guint i = 0; i < bench->launched->len; i++)
    tell(bench, &g_array_index(bench->launched, Running, i), TASK_RUNNING, 1);
  figure_add(statuses, begin, bench->launched->len);
  begin = bench_cpu_ns();
  for (guint i = 0; i < bench->launched->len; i++) {
    const Running *task = &g_array_index(bench->launched, Running, i);
    master_acknowledge(bench->master, bench->now, task->framework, task->task, 1);
  }
  figure_add(acknowledgements, begin, bench->launched->len);
  g_array_append_vals(bench->running, bench->launched->data, bench->launched->len);
}

static int compare_agents(const void *a, const void *b)
{
  return (int)(((const Running *)a)->agent.index) - (int)(((const Running *)b)->agent.index);
}

/* Moves @n tasks to the end of the array: any, or (@whole) those of whole agents. */
static void choose(Bench *bench, uint32_t n, bool whole)
{
  uint32_t group = whole ? SLOTS : 1;
  if (whole) /* all slots are taken: those of an agent stand together */
    g_array_sort(bench->running, compare_agents);
  Running *tasks = (Running *)(void *)bench->running->data;
  for (uint32_t left = bench->running->len / group, end = left - n / group; left > end; left--) {
    bench->shuffle = bench->shuffle * 1664525u + 1013904223u;
    uint32_t at = (uint32_t)(((uint64_t)bench->shuffle * left) >> 32);
    for (uint32_t k = 0; k < group; k++) {
      Running task = tasks[at * group + k];
      tasks[at * group + k] = tasks[(left - 1) * group + k];
      tasks[(left - 1) * group + k] = task;
    }
  }
}

/* @n tasks end. */
static void end_tasks(Bench *bench, uint32_t n, bool whole, Figure *statuses, Figure *acknowledgements)
{
  choose(bench, n, whole);
  const Running *tasks = &g_array_index(bench->running, Running, bench->running->len - n);
  int64_t begin = bench_cpu_ns();
  for (uint32_t i = 0; i < n; i++)
    tell(bench, &tasks[i], TASK_FINISHED, 2);
  figure_add(statuses, begin, n);
  begin = bench_cpu_ns();
  for (uint32_t i = 0; i < n; i++)
    master_acknowledge(bench->master, bench->now, tasks[i].framework, tasks[i].task, 2);
  figure_add(acknowledgements, begin, n);
  g_array_set_size(bench->running, bench->running->len - n);
}

/* --- the table ------------------------------------------------------------------------------------------ */

static void print_cost(const char *name, double ns)
{
  printf("%-16s%8.0f ns\n", name, MAX(ns, 0));
}

/* a and b of y = a + b x at two points. */
static void print_line(const char *base, const char *each, double x1, double y1, double x2, double y2)
{
  double b = MAX((y2 - y1) / (x2 - x1), 0);
  print_cost(base, y1 - b * x1);
  print_cost(each, b);
}

static uint32_t part_of(const Bench *bench, uint32_t divisor)
{
  return MAX(bench->agents * SLOTS / divisor, 2) / 2 * 2;
}

static void bench_tasks(Bench *bench)
{
  Figure accepts[2] = {{.n = 0}}, begins = {.n = 0}, ends = {.n = 0}, first = {.n = 0}, last = {.n = 0};
  for (uint32_t round = 0; round < 2 * ROUNDS; round++) {
    end_tasks(bench, part_of(bench, 30), round % 2 == 1, &ends, &last);
    tick(bench);
    fill(bench, &accepts[round % 2], &begins, &first);
  }
  print_line("accept", "accept-task", 1, accepts[0].ns, 2, accepts[1].ns);
  print_cost("status", (begins.ns + ends.ns) / 2); /* a task has one of each */
  print_cost("acknowledge", (first.ns + last.ns) / 2);
}

/* Runs that offer more and less: run time less that of an empty one, y = a messages + b offers, least squares. */
static void bench_runs(Bench *bench)
{
  static const uint32_t divisors[] = {30, 100, 300, 1000};
  Figure empty = {.n = 0};
  for (uint32_t round = 0; round < ROUNDS; round++) {
    int64_t begin = bench_cpu_ns();
    for (int i = 0; i < 100; i++)
      tick(bench);
    figure_add(&empty, begin, 100);
  }
  double run = empty.ns, mm = 0, mo = 0, oo = 0, my = 0, oy = 0;
  for (size_t size = 0; size < G_N_ELEMENTS(divisors); size++) {
    Figure figure = {.n = 0};
    double messages = 0, offers = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
      end_tasks(bench, part_of(bench, divisors[size]), false, NULL, NULL);
      bench->n_batches = 0;
      int64_t begin = bench_cpu_ns();
      tick(bench);
      figure_add(&figure, begin, 1);
      messages += (double)bench->n_batches / ROUNDS;
      offers += (double)bench->offered->len / ROUNDS;
      fill(bench, NULL, NULL, NULL);
    }
    double y = figure.ns - run;
    mm += messages * messages, mo += messages * offers, oo += offers * offers;
    my += messages * y, oy += offers * y;
  }
  double determinant = mm * oo - mo * mo;
  print_cost("run", run);
  print_cost("offers", (my * oo - oy * mo) / determinant);
  print_cost("offer", (oy * mm - my * mo) / determinant);
}

/* All that is free comes back: in a message for each offer, or in one for each framework. */
static void decline_all(Bench *bench, bool together, Figure *figure)
{
  g_autofree OfferId *ids = g_new(OfferId, bench->offered->len);
  uint32_t n = bench->offered->len, messages = 0;
  for (uint32_t i = 0; i < n; i++)
    ids[i] = g_array_index(bench->offered, Offered, i).offer.id;
  int64_t begin = bench_cpu_ns();
  for (uint32_t i = 0, next; i < n; i = next) {
    FrameworkId framework = g_array_index(bench->offered, Offered, i).framework;
    for (next = i + 1; together && next < n &&
                       g_array_index(bench->offered, Offered, next).framework.index == framework.index;)
      next++;
    master_decline(bench->master, bench->now, framework, &ids[i], next - i,
                   (OfferFilter){true, {5 * NS_PER_S}});
    messages++;
  }
  figure_add(figure, begin, together ? messages : n);
  g_array_set_size(bench->offered, 0);
}

static void bench_declines(Bench *bench)
{
  Figure single = {.n = 0}, together = {.n = 0};
  double offers = 0;
  for (uint32_t round = 0; round < 2 * ROUNDS; round++) {
    end_tasks(bench, part_of(bench, 30), false, NULL, NULL);
    bench->n_batches = 0;
    tick(bench);
    if (round % 2 == 1)
      offers += (double)bench->offered->len / (double)bench->n_batches / ROUNDS;
    decline_all(bench, round % 2 == 1, round % 2 == 1 ? &together : &single);
    bench->now.ns += 6 * NS_PER_S; /* until nobody refuses any more */
    tick(bench);
    fill(bench, NULL, NULL, NULL);
  }
  print_line("decline", "decline-offer", 1, single.ns, MAX(offers, 2), together.ns);
}

static void bench_frameworks(Bench *bench)
{
  Figure suppress = {.n = 0}, revive = {.n = 0}, request = {.n = 0}, kill = {.n = 0}, reconcile = {.n = 0},
         teardown = {.n = 0};
  uint32_t n = bench->frameworks;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    int64_t begin = bench_cpu_ns();
    for (uint32_t i = 0; i < n; i++)
      master_suppress(bench->master, bench->now, (FrameworkId){i}, NULL, 0);
    figure_add(&suppress, begin, n);
    begin = bench_cpu_ns();
    for (uint32_t i = 0; i < n; i++)
      master_revive(bench->master, bench->now, (FrameworkId){i}, NULL, 0);
    figure_add(&revive, begin, n);
    begin = bench_cpu_ns();
    for (uint32_t i = 0; i < n; i++) {
      g_autofree char *role = g_strdup_printf("load-%04u", i);
      master_request(bench->master, bench->now, (FrameworkId){i}, role, &bench->slot.plain, round + 1);
    }
    figure_add(&request, begin, n);
    choose(bench, part_of(bench, 30), false);
    begin = bench_cpu_ns();
    for (uint32_t i = 1; i <= part_of(bench, 30); i++) {
      const Running *task = &g_array_index(bench->running, Running, bench->running->len - i);
      master_kill(bench->master, bench->now, task->framework, task->task, AGENT_NONE);
    }
    figure_add(&kill, begin, part_of(bench, 30));
    begin = bench_cpu_ns();
    master_reconcile(bench->master, bench->now, (FrameworkId){round % n}, NULL, 0);
    figure_add(&reconcile, begin, 1);
  }
  for (uint32_t i = 0; i < MIN(ROUNDS, n); i++) {
    int64_t begin = bench_cpu_ns();
    master_teardown(bench->master, bench->now, (FrameworkId){i});
    figure_add(&teardown, begin, 1);
  }
  print_cost("suppress", suppress.ns);
  print_cost("revive", revive.ns);
  print_cost("request", request.ns);
  print_cost("kill", kill.ns);
  print_cost("reconcile", reconcile.ns);
  print_cost("teardown", teardown.ns);
}

/* As many frameworks again, which leave before the next round. */
static void bench_subscriptions(Bench *bench)
{
  Figure subscribe = {.n = 0};
  g_autofree FrameworkId *ids = g_new(FrameworkId, bench->frameworks);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    g_auto(GStrv) names = g_new0(char *, bench->frameworks + 1);
    for (uint32_t i = 0; i < bench->frameworks; i++)
      names[i] = g_strdup_printf("more-%02u-%04u", round, i);
    int64_t begin = bench_cpu_ns();
    for (uint32_t i = 0; i < bench->frameworks; i++) {
      const char *role = names[i];
      ids[i] = master_subscribe(bench->master, bench->now,
                                &(FrameworkInfo){.name = role, .roles = &role, .n_roles = 1}, NULL);
    }
    figure_add(&subscribe, begin, bench->frameworks);
    for (uint32_t i = 0; i < bench->frameworks; i++)
      master_teardown(bench->master, bench->now, ids[i]);
  }
  print_cost("subscribe", subscribe.ns);
}

/* One task under an executor of its own on each of what has been offered; all of it ends, and the executors exit. */
static void run_executors(Bench *bench, Figure *exits)
{
  ExecutorInfo executor = {.resources = bench->slot};
  g_array_set_size(bench->launched, 0);
  for (guint i = 0; i < bench->offered->len; i++) {
    const Offered *offered = &g_array_index(bench->offered, Offered, i);
    const TaskInfo task = {.label = bench->label++,
                           .agent = offered->offer.agent,
                           .resources = bench->slot,
                           .executor = &executor};
    const Operation launch = {.kind = OPERATION_LAUNCH, .tasks = &task, .n_tasks = 1};
    CHECK(master_accept(bench->master, bench->now, offered->framework, &offered->offer.id, 1, &launch, 1,
                        OFFER_FILTER_NONE) == ACCEPT_DONE);
  }
  g_array_set_size(bench->offered, 0);
  for (guint i = 0; i < bench->launched->len; i++) {
    const Running *task = &g_array_index(bench->launched, Running, i);
    tell(bench, task, TASK_FINISHED, 1);
    master_acknowledge(bench->master, bench->now, task->framework, task->task, 1);
  }
  int64_t begin = bench_cpu_ns();
  for (guint i = 0; i < bench->launched->len; i++) {
    const Running *task = &g_array_index(bench->launched, Running, i);
    master_executor_exited(bench->master, bench->now, task->agent, task->framework, executor.id);
  }
  figure_add(exits, begin, bench->launched->len);
}

static void bench_agents(Bench *bench)
{
  Figure joins = {.n = 0}, exits = {.n = 0};
  uint32_t n = bench->agents / 100;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    g_auto(GStrv) names = g_new0(char *, n + 1);
    for (uint32_t i = 0; i < n; i++)
      names[i] = g_strdup_printf("more-%02u-%06u", round, i);
    int64_t begin = bench_cpu_ns();
    for (uint32_t i = 0; i < n; i++)
      master_register_agent(bench->master, bench->now,
                            &(AgentInfo){.hostname = names[i], .total = amount(SLOTS)});
    figure_add(&joins, begin, n);
    tick(bench);
    run_executors(bench, &exits);
  }
  print_cost("register", joins.ns);
  print_cost("executor-exited", exits.ns);
}

/* "model name : ..." of the first processor. */
static char *processor_name(void)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup("unknown");
  const char *name = strstr(text, "model name");
  const char *colon = name == NULL ? NULL : strchr(name, ':');
  if (colon == NULL)
    return g_strdup("unknown");
  return g_strstrip(g_strndup(colon + 1, strcspn(colon + 1, "\n")));
}

int main(int argc, char **argv)
{
  uint32_t agents = argc > 1 ? (uint32_t)g_ascii_strtoull(argv[1], NULL, 10) : 50000;
  uint32_t frameworks = argc > 2 ? (uint32_t)g_ascii_strtoull(argv[2], NULL, 10) : 200;
  if (agents < 1000 || frameworks < 1) {
    fprintf(stderr, "usage: bench-master-costs [AGENTS [FRAMEWORKS]], at least 1000 agents\n");
    return 2;
  }
  Bench bench;
  g_autofree char *processor = processor_name();
  bench_init(&bench, agents, frameworks);
  tick(&bench);
  fill(&bench, NULL, NULL, NULL);
  CHECK(bench.running->len == agents * SLOTS);
  printf("# Made by bench-master-costs %u %u: what the master of this program takes for its messages.\n"
         "# offersim %s, commit %s; %s\n",
         agents, frameworks, OFFERSIM_VERSION, OFFERSIM_GIT_COMMIT, processor);
  bench_tasks(&bench);
  bench_runs(&bench);
  bench_declines(&bench);
  bench_subscriptions(&bench);
  bench_agents(&bench);
  bench_frameworks(&bench);
  bench_clear(&bench);
  return EXIT_SUCCESS;
}
