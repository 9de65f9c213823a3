/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/random-workload.h"

#include <glib.h>
#include <string.h>

#include "tests/properties/property-random.h"

typedef struct {
  PropertyRandom random;
  PropertyRandom more; /* of what only rich workloads have: the others stay what they are */
  bool rich;
  uint32_t n_classes;
  GString *text;
  bool has_duration;
  bool has_disk;
  bool has_racks;
  bool same_speed;
  bool stragglers;
  bool open_arrivals;
} Writer;

static uint32_t below(Writer *writer, uint32_t n)
{
  return property_below(&writer->random, n);
}

static uint32_t between(Writer *writer, uint32_t low, uint32_t high)
{
  return low + below(writer, high - low + 1);
}

static bool percent(Writer *writer, uint32_t chance)
{
  return property_percent(&writer->random, chance);
}

static void say(Writer *writer, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(Writer *writer, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_string_append_vprintf(writer->text, format, arguments);
  va_end(arguments);
}

/* Of rich workloads. */
static uint32_t more_below(Writer *writer, uint32_t n)
{
  return property_below(&writer->more, n);
}

static uint32_t more_between(Writer *writer, uint32_t low, uint32_t high)
{
  return low + more_below(writer, high - low + 1);
}

static bool more_percent(Writer *writer, uint32_t chance)
{
  return writer->rich && property_percent(&writer->more, chance);
}

/* A key with a duration or law about @ms. */
static void say_law(Writer *writer, const char *key, uint32_t ms)
{
  switch (below(writer, 6)) {
  case 0:
    say(writer, "%s = exponential(%ums)\n", key, ms);
    break;
  case 1:
    say(writer, "%s = uniform(0ms, %ums)\n", key, 2 * ms);
    break;
  case 2:
    say(writer, "%s = normal(%ums, %ums)\n", key, ms, ms / 3 + 1);
    break;
  case 3:
    say(writer, "%s = lognormal(%ums, %ums)\n", key, ms, ms);
    break;
  default: /* constants meet at one instant, which is where order matters */
    say(writer, "%s = %ums\n", key, ms);
  }
}

static const char *const role[] = {"a", "a/x", "a/y", "b", "b/x/deep"};

/* --- cluster, master, roles ----------------------------------------------------------------------------- */

/* Behind plain resources. */
static void say_special(Writer *writer)
{
  if (more_percent(writer, 40))
    say(writer, ";cpus(%s):%u;mem(%s):256", role[more_below(writer, G_N_ELEMENTS(role))],
        more_between(writer, 1, 2), role[more_below(writer, G_N_ELEMENTS(role))]);
  if (more_percent(writer, 30))
    say(writer, ";cpus{REV}:%u;mem{REV}:512", more_between(writer, 1, 3));
  if (writer->rich)
    say(writer, ";ports:[%u-%u]", more_between(writer, 10, 20), more_between(writer, 21, 30));
}

static void say_place(Writer *writer)
{
  if (more_percent(writer, 30))
    say(writer, "attributes = disk:%s\n", more_below(writer, 2) == 0 ? "ssd" : "hdd");
  if (more_percent(writer, 20))
    say(writer, "region = r%u\n", more_below(writer, 2));
  if (more_percent(writer, 30))
    say(writer, "zone = z%u\n", more_below(writer, 2));
}

static void say_isolation(Writer *writer)
{
  if (!more_percent(writer, 15))
    return;
  writer->stragglers = true;
  if (!writer->has_racks)
    say(writer, "[cluster]\n");
  say(writer, "isolation = containers\ncontainer-start-up = exponential(%ums)\n",
      more_between(writer, 1, 500));
  if (more_percent(writer, 50))
    say(writer, "co-location-slowdown = 0: 1.05, 0.5: 1.%u, 1: 3\n", more_between(writer, 1, 9));
}

static void say_agents(Writer *writer)
{
  uint32_t classes = between(writer, 1, 3);
  writer->n_classes = classes;
  writer->has_racks = percent(writer, 30);
  if (writer->has_racks)
    say(writer, "[cluster]\nagents = %u\nresources = cpus:%u;mem:%u%s\nagents-per-rack = 2\n",
        between(writer, 1, 4), between(writer, 1, 4), 1024 * between(writer, 1, 4),
        writer->has_disk ? ";disk:1000" : "");
  say_isolation(writer);
  for (uint32_t i = 0; i < classes; i++) {
    say(writer, "[agents class%u]\ncount = %u\nresources = cpus:%u%s;mem:%u", i, between(writer, 1, 4),
        between(writer, 1, 6), percent(writer, 20) ? ".5" : "", 512 * between(writer, 1, 12));
    if (writer->has_disk && percent(writer, 80))
      say(writer, ";disk:%u", 100 * between(writer, 1, 10));
    say_special(writer);
    say(writer, "\n");
    say_place(writer);
    if (!writer->same_speed && percent(writer, 50))
      say(writer, "speed = %u.%u\n", between(writer, 0, 2), between(writer, 1, 9));
    if (more_percent(writer, 15)) {
      writer->stragglers = true;
      say(writer, "slow-agents = 30%%: %u.5\n", more_between(writer, 1, 4));
    }
  }
}

static void say_master(Writer *writer)
{
  static const char *const interval[] = {"100ms", "1s", "1s", "1s", "250ms", "3s"};
  say(writer, "[master]\nallocation-interval = %s\n", interval[below(writer, G_N_ELEMENTS(interval))]);
  if (percent(writer, 30))
    say(writer, "offer-timeout = %ums\n", 250 * between(writer, 1, 20));
  if (percent(writer, 20))
    say(writer, "min-allocatable-resources = %s\n", percent(writer, 50) ? "cpus:0.5" : "cpus:1|mem:1024");
  if (percent(writer, 15))
    say_law(writer, "service-time", between(writer, 1, 30));
  if (more_percent(writer, 15))
    say(writer, "compat = mesos\n");
  if (more_percent(writer, 20))
    say(writer, "min-offer = cpus:1\n");
  if (more_percent(writer, 20))
    say(writer, "region = r0\n");
  if (more_percent(writer, 20)) {
    writer->open_arrivals = false; /* who says too much leaves */
    say(writer, "rate-limits = p qps=%u capacity=%u\n", more_between(writer, 1, 20),
        more_between(writer, 2, 30));
  }
  if (percent(writer, 35)) {
    say(writer, "[network]\n");
    if (percent(writer, 80))
      say_law(writer, "master-agent", between(writer, 1, 400));
    if (percent(writer, 80))
      say_law(writer, "master-framework", between(writer, 1, 400));
  }
}

static void say_roles(Writer *writer)
{
  for (uint32_t i = 0; i < G_N_ELEMENTS(role); i++)
    if (percent(writer, 40)) {
      say(writer, "[role %s]\nweight = %u.5\npriority = %d\n", role[i], between(writer, 0, 3),
          (int)below(writer, 5) - 2);
      bool top = strchr(role[i], '/') == NULL;
      if (top && more_percent(writer, 30))
        say(writer, "guarantee = cpus:0.%u\n", more_between(writer, 1, 5));
      if (top && more_percent(writer, 30))
        say(writer, "limit = cpus:%u\n", more_between(writer, 4, 8));
      if (more_percent(writer, 10))
        say(writer, "max-task-duration = %ums\n", more_between(writer, 1, 3000));
    }
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

static void say_tasks(Writer *writer, bool may_be_unlimited)
{
  if (may_be_unlimited && writer->has_duration && percent(writer, 15))
    say(writer, "tasks = unlimited\n");
  else if (percent(writer, 30))
    say(writer, "tasks = uniform(1, %u)\n", between(writer, 2, 10));
  else
    say(writer, "tasks = %u\n", between(writer, 1, 8));
  say(writer, "task-resources = cpus:%u.%u;mem:%u", between(writer, 0, 1), 25 * between(writer, 1, 3),
      128 * between(writer, 1, percent(writer, 5) ? 80 : 8));
  if (writer->has_disk && percent(writer, 30))
    say(writer, ";disk:%u", between(writer, 1, 300));
  if (more_percent(writer, 30))
    say(writer, ";ports:%u", more_between(writer, 1, 3));
  say(writer, "\n");
  say_law(writer, "task-duration", between(writer, 1, percent(writer, 20) ? 20000 : 4000));
}

static void say_arrival(Writer *writer)
{
  uint32_t ms = between(writer, 1, 3000);
  bool closed = false;
  switch (below(writer, 6)) {
  case 0:
    say(writer, "arrival = at(0s, %ums, %ums, %us)\n", ms, ms, between(writer, 4, 9));
    return;
  case 1:
    say(writer, "arrival = every(%ums)\n", ms);
    break;
  case 2:
    say(writer, "arrival = poisson(%ums)\n", ms);
    break;
  case 3:
    closed = true;
    writer->open_arrivals = false;
    say(writer, "arrival = closed(%s)\n", percent(writer, 50) ? "0s" : "exponential(1s)");
    break;
  default:
    break;
  }
  if (closed && writer->has_duration && percent(writer, 20))
    return; /* endless; as the tasks of such a job may be */
  say(writer, "jobs = %u\n", between(writer, 1, 5));
}

static void say_offers(Writer *writer, bool rigid)
{
  if (percent(writer, 25))
    say(writer, "tasks-per-offer = %u\n", between(writer, 1, 3));
  if (percent(writer, 60))
    say(writer, "refuse-seconds = %ums\n", 500 * between(writer, 0, percent(writer, 20) ? 60 : 12));
  if (percent(writer, 40))
    say(writer, "refuse-seconds-unused = %ums\n", 500 * between(writer, 0, 12));
  if (percent(writer, 20))
    say_law(writer, "decision-time", between(writer, 1, 1500));
  if (percent(writer, 20))
    say_law(writer, "executor-start-up", between(writer, 1, 800));
  if (rigid ? percent(writer, 60) : percent(writer, 5))
    say(writer, "hold-timeout = %ums\n", 500 * between(writer, 1, 10));
  if (percent(writer, 25))
    say(writer, "suppress = no\n");
  if (percent(writer, 20))
    say(writer, "job-order = fair\n");
}

static const char *const constraint[] = {"disk == ssd", "disk absent | zone exists", "hostname ~ .*[1-4]",
                                         "class != class0 & host exists", "region == r0 | zone != z1"};

static void say_capabilities(Writer *writer)
{
  static const char *const name[] = {"revocable-resources", "shared-resources", "reservation-refinement",
                                     "region-aware",        "partition-aware",  "task-killing-state"};
  bool any = false;
  for (uint32_t i = 0; i < G_N_ELEMENTS(name); i++)
    if (more_percent(writer, 50)) {
      say(writer, "%s%s", any ? ", " : "capabilities = ", name[i]);
      any = true;
    }
  say(writer, "%s", any ? "\n" : "");
}

/* What goes with any framework. */
static void say_wishes(Writer *writer)
{
  static const char *const reply[] = {"accept", "decline", "ignore"};
  say_capabilities(writer);
  if (more_percent(writer, 20))
    say(writer, "constraints = %s\n", constraint[more_below(writer, G_N_ELEMENTS(constraint))]);
  if (more_percent(writer, 15))
    say(writer, "min-allocatable-resources = %s\n", more_below(writer, 2) == 0 ? "" : "cpus:1|mem:2048");
  if (more_percent(writer, 20))
    say(writer, "hold-time = exponential(%ums)\n", more_between(writer, 1, 3000));
  if (more_percent(writer, 50))
    say(writer, "inverse-offers = %s\n", reply[more_below(writer, G_N_ELEMENTS(reply))]);
  if (more_percent(writer, 20))
    say(writer, "principal = p\n");
}

/* What goes with those that have jobs. */
static void say_habits(Writer *writer)
{
  if (more_percent(writer, 10))
    say(writer, "decision-time-per-job = 50ms\ndecision-time-per-task = exponential(10ms)\n");
  if (more_percent(writer, 10))
    say(writer, "revive = no\n");
  if (more_percent(writer, 20))
    say(writer, "revive-every = %ums\n", more_between(writer, 100, 4000));
  if (more_percent(writer, 20))
    say(writer, "reconcile-every = %ums\n", more_between(writer, 100, 4000));
  if (more_percent(writer, 30))
    say(writer, "declare-demand = %s\n", more_below(writer, 2) == 0 ? "truth" : "inflate(2.5)");
  if (more_percent(writer, 20)) {
    say(writer, "executor-reuse = yes\n");
    if (more_percent(writer, 50))
      say(writer, "executor-idle-timeout = %ums\n", more_between(writer, 1, 3000));
  }
  if (more_percent(writer, 15)) {
    writer->stragglers = true;
    say(writer, "slow-tasks = 20%%: %u.25\n", more_between(writer, 1, 5));
  }
}

static void say_decliner(Writer *writer)
{
  say(writer, "[framework idle]\nscheduler = decliner\ncount = %u\nrefuse-seconds = %us\n",
      more_between(writer, 1, 3), more_below(writer, 6));
  say_wishes(writer);
}

/* Frameworks that never end: they stop, where the run has no duration. */
static void say_service(Writer *writer)
{
  static const char *const spread[] = {"none", "host", "rack"};
  uint32_t racks = writer->has_racks ? 3 : 2;
  say(writer, "[framework web]\nscheduler = service\ninstances = %u, %ums: %u, 15s: 1\n",
      more_below(writer, 2), more_between(writer, 1, 9000), more_below(writer, 2));
  say(writer, "task-resources = cpus:0.25;mem:64\nspread = %s\n", spread[more_below(writer, racks)]);
  if (more_percent(writer, 50))
    say(writer, "task-duration = exponential(2s)\n");
  if (!writer->has_duration)
    say(writer, "stop = 20s\n");
  say_wishes(writer);
  say_habits(writer);
}

/* A queue of gangs, a few more than its pool holds at once; some never fit it. */
static void say_torque(Writer *writer)
{
  say(writer, "[role pool]\nguarantee = mem:96\n[framework queue]\nscheduler = torque\nrole = pool\n");
  say(writer, "backfill = %s\nestimate-factor = %u.5\njobs = %u\narrival = poisson(1s)\n",
      more_below(writer, 2) == 0 ? "easy" : "none", more_below(writer, 3), more_between(writer, 1, 6));
  say(writer, "tasks = uniform(1, 4)\ntask-resources = cpus:0.25;mem:32\ntask-duration = exponential(2s)\n");
  if (more_percent(writer, 50))
    say(writer, "executor-start-up = exponential(%ums)\n", more_between(writer, 1, 800));
  say_wishes(writer);
  say_habits(writer);
}

/* Its executors hold something, so that less is left for others. */
static void say_spark(Writer *writer)
{
  say(writer, "[framework spark]\nscheduler = spark\njobs = %u\narrival = poisson(2s)\niterations = %u\n",
      more_between(writer, 1, 3), more_between(writer, 1, 4));
  say(writer, "executor-resources = mem:%u\nlocality-wait = %ums\nexecutor-start-up = %ums\n",
      more_between(writer, 1, 128), more_between(writer, 0, 3000), more_between(writer, 0, 500));
  say(writer, "tasks = uniform(1, 6)\ntask-resources = cpus:0.25;mem:32\ntask-duration = exponential(1s)\n");
  if (more_percent(writer, 70)) {
    writer->same_speed = false;
    say(writer, "cached-task-duration = uniform(0ms, 500ms)\n");
  }
  say_wishes(writer);
  say_habits(writer);
}

/* --- operators ------------------------------------------------------------------------------------------ */

static void say_some_agents(Writer *writer)
{
  say(writer, "class%u", more_below(writer, writer->n_classes));
  if (more_below(writer, 2) == 0)
    say(writer, ":1");
}

static void say_call(Writer *writer)
{
  static const char *const of_agents[] = {"drain",      "drain",    "deactivate",        "reactivate",
                                          "reactivate", "gone",     "maintenance-start", "maintenance-stop",
                                          "reserve",    "unreserve"};
  const char *one = role[more_below(writer, G_N_ELEMENTS(role))];
  uint32_t kind = more_below(writer, 15);
  if (kind < G_N_ELEMENTS(of_agents)) {
    say(writer, "%s ", of_agents[kind]);
    say_some_agents(writer);
    if (kind == 0)
      say(writer, " grace=%ums", more_between(writer, 1, 3000));
    if (kind == 1 && more_below(writer, 2) == 0)
      say(writer, " mark-gone");
    if (kind >= 8)
      say(writer, " cpus(*,%s):1", one);
  } else if (kind == 10) {
    say(writer, "weight %s %u.5", one, more_below(writer, 4));
  } else if (kind == 11) {
    say(writer, "quota %s guarantee=cpus:%u limit=cpus:%u%s", more_below(writer, 2) == 0 ? "a" : "b",
        more_below(writer, 3), more_between(writer, 3, 9), more_below(writer, 2) == 0 ? " force" : "");
  } else if (kind == 12) {
    say(writer, "maintenance ");
    say_some_agents(writer);
    say(writer, " start=%ums length=2s", more_between(writer, 0, 30000));
  } else if (kind == 13) {
    say(writer, "whitelist ");
    if (more_below(writer, 3) == 0)
      say_some_agents(writer);
    else
      say(writer, "all");
  } else {
    say(writer, "teardown f0");
  }
}

static void say_operators(Writer *writer)
{
  uint32_t n = more_below(writer, 8);
  for (uint32_t i = 0; i < n; i++) {
    say(writer, "[operator o%u]\nat = %ums: ", i, 250 * more_between(writer, 0, 80));
    say_call(writer);
    say(writer, "\n");
  }
}

static void say_framework(Writer *writer, uint32_t number)
{
  bool rigid = percent(writer, 35);
  bool staged = percent(writer, 20);
  bool is_mpi = rigid && more_percent(writer, 40);
  say(writer, "[framework f%u]\nscheduler = %s\n", number, !rigid ? "elastic" : is_mpi ? "mpi" : "rigid");
  if (percent(writer, 40))
    say(writer, "count = %u\n", between(writer, 2, 3));
  bool shared_role = percent(writer, 50);
  if (shared_role && more_percent(writer, 30))
    say(writer, "roles = %s, c\n", role[below(writer, G_N_ELEMENTS(role))]);
  else if (shared_role)
    say(writer, "role = %s\n", role[below(writer, G_N_ELEMENTS(role))]);
  else if (percent(writer, 40))
    say(writer, "weight = %u.25\n", between(writer, 0, 4));
  uint32_t start = percent(writer, 50) ? 0 : 500 * between(writer, 1, 12);
  if (start > 0)
    say(writer, "start = %ums\n", start);
  if (percent(writer, 20))
    say(writer, "stop = %ums\n", start + 250 * between(writer, 1, 60));
  say_offers(writer, rigid);
  say_wishes(writer);
  if (!is_mpi && more_percent(writer, 20))
    say(writer, "minimum-allocation = %u\nscale-up = %s\nscale-down = %s\n", more_between(writer, 1, 5),
        more_below(writer, 2) == 0 ? "yes" : "no", more_below(writer, 2) == 0 ? "yes" : "no");
  if (more_percent(writer, 20)) {
    writer->stragglers = true;
    say(writer, "prefers = class == class0\nprefers-wait = %ums\nelsewhere-slowdown = 1.%u\n",
        more_between(writer, 0, 4000), more_between(writer, 0, 9));
  }
  say_habits(writer);
  say_arrival(writer);
  if (!staged) {
    say_tasks(writer, !rigid);
    return;
  }
  uint32_t stages = between(writer, 2, 3);
  for (uint32_t i = 0; i < stages; i++) {
    say(writer, "[stage f%u.s%u]\n", number, i);
    if (i > 0 && percent(writer, 70))
      say(writer, "after = s%u\n", below(writer, i));
    say_tasks(writer, false);
  }
}

/* How near to its data a map runs, and when a reduce has been begun, depends on the allocator: so do their lengths. */
static void say_hadoop(Writer *writer)
{
  static const char *const order[] = {"fifo", "fair", "hfs\npools = 2"};
  static const char *const delay[] = {"none", "skips(3)", "skips(20)", "wait(1500ms)", "wait(4s)"};
  bool reduces = more_percent(writer, 60);
  writer->same_speed = false;
  say(writer, "[framework elephant]\nscheduler = hadoop\njobs = %u\narrival = poisson(%ums)\n",
      more_between(writer, 1, 6), more_between(writer, 100, 3000));
  say(writer, "job-order = %s\ndelay = %s\n%s", order[more_below(writer, G_N_ELEMENTS(order))],
      delay[more_below(writer, G_N_ELEMENTS(delay))], more_percent(writer, 50) ? "replicas = 1\n" : "");
  if (more_percent(writer, 50))
    say(writer, "delay-reset = launch\n");
  if (more_percent(writer, 50))
    say(writer, "off-rack-read = 1.%u\n", more_between(writer, 1, 9));
  if (more_percent(writer, 50))
    say(writer, "refuse-seconds = %ums\n", 500 * more_between(writer, 0, 6));
  if (more_percent(writer, 30))
    say(writer, "tasks-per-offer = %u\n", more_between(writer, 1, 2));
  if (more_percent(writer, 30)) {
    say(writer, "decision-time = exponential(%ums)\n", more_between(writer, 1, 800));
    if (more_percent(writer, 50))
      say(writer, "attempts-max = %u\n", more_between(writer, 1, 6));
  }
  if (more_percent(writer, 30))
    say(writer, "executor-start-up = exponential(%ums)\n", more_between(writer, 1, 800));
  bool speculation = more_percent(writer, 50);
  if (speculation)
    say(writer, "speculation = yes\n");
  if (reduces)
    say(writer, "reduce-slow-start = %u%%\nshuffle-rate = 1MB/s\n", 25 * more_below(writer, 5));
  say_wishes(writer);
  say_habits(writer);
  say(writer,
      "[stage elephant.map]\ntasks = uniform(1, %u)\ntask-resources = cpus:0.%u;mem:128\n"
      "task-duration = exponential(%ums)\n",
      more_between(writer, 2, 12), 25 * more_between(writer, 1, 3),
      more_between(writer, 100, speculation && !writer->has_duration ? 60000 : 5000));
  if (!reduces)
    return;
  say(writer,
      "[stage elephant.reduce]\nafter = map\ntasks = uniform(1, 3)\ntask-resources = cpus:0.5;mem:256\n"
      "task-duration = %ums\ntask-input = %uKB\n",
      more_between(writer, 1, 4000), more_between(writer, 1, 3000));
}

RandomWorkload random_workload(uint64_t seed)
{
  Writer writer = {.random = {seed}, .text = g_string_new(NULL), .open_arrivals = true};
  writer.has_duration = percent(&writer, 50);
  writer.has_disk = percent(&writer, 30);
  writer.same_speed = percent(&writer, 80);
  writer.more = (PropertyRandom){seed * 2 + 1};
  writer.rich = property_percent(&writer.more, 50);
  say(&writer, "[experiment]\ntitle = random workload %" G_GUINT64_FORMAT "\n", seed);
  if (writer.has_duration)
    say(&writer, "duration = %ums\n", 500 * between(&writer, 1, 60));
  say_agents(&writer);
  say_master(&writer);
  say_roles(&writer);
  uint32_t groups = between(&writer, 1, 5);
  for (uint32_t i = 0; i < groups; i++)
    say_framework(&writer, i);
  if (more_percent(&writer, 30))
    say_decliner(&writer);
  if (more_percent(&writer, 30))
    say_service(&writer);
  if (more_percent(&writer, 30))
    say_torque(&writer);
  if (more_percent(&writer, 40))
    say_hadoop(&writer);
  if (more_percent(&writer, 40))
    say_spark(&writer);
  if (writer.rich)
    say_operators(&writer);
  return (RandomWorkload){g_string_free(writer.text, FALSE), writer.same_speed && !writer.stragglers,
                          writer.open_arrivals};
}
