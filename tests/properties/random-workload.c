/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/random-workload.h"

#include <glib.h>

#include "tests/properties/property-random.h"

typedef struct {
  PropertyRandom random;
  GString *text;
  bool has_duration;
  bool has_disk;
  bool same_speed;
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

/* --- cluster, master, roles ----------------------------------------------------------------------------- */

static void say_agents(Writer *writer)
{
  uint32_t classes = between(writer, 1, 3);
  if (percent(writer, 30))
    say(writer, "[cluster]\nagents = %u\nresources = cpus:%u;mem:%u%s\nagents-per-rack = 2\n",
        between(writer, 1, 4), between(writer, 1, 4), 1024 * between(writer, 1, 4),
        writer->has_disk ? ";disk:1000" : "");
  for (uint32_t i = 0; i < classes; i++) {
    say(writer, "[agents class%u]\ncount = %u\nresources = cpus:%u%s;mem:%u", i, between(writer, 1, 4),
        between(writer, 1, 6), percent(writer, 20) ? ".5" : "", 512 * between(writer, 1, 12));
    if (writer->has_disk && percent(writer, 80))
      say(writer, ";disk:%u", 100 * between(writer, 1, 10));
    say(writer, "\n");
    if (!writer->same_speed && percent(writer, 50))
      say(writer, "speed = %u.%u\n", between(writer, 0, 2), between(writer, 1, 9));
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
  if (percent(writer, 35)) {
    say(writer, "[network]\n");
    if (percent(writer, 80))
      say_law(writer, "master-agent", between(writer, 1, 400));
    if (percent(writer, 80))
      say_law(writer, "master-framework", between(writer, 1, 400));
  }
}

static const char *const role[] = {"a", "a/x", "a/y", "b", "b/x/deep"};

static void say_roles(Writer *writer)
{
  for (uint32_t i = 0; i < G_N_ELEMENTS(role); i++)
    if (percent(writer, 40))
      say(writer, "[role %s]\nweight = %u.5\npriority = %d\n", role[i], between(writer, 0, 3),
          (int)below(writer, 5) - 2);
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

static void say_framework(Writer *writer, uint32_t number)
{
  bool rigid = percent(writer, 35);
  bool staged = percent(writer, 20);
  say(writer, "[framework f%u]\nscheduler = %s\n", number, rigid ? "rigid" : "elastic");
  if (percent(writer, 40))
    say(writer, "count = %u\n", between(writer, 2, 3));
  if (percent(writer, 50))
    say(writer, "role = %s\n", role[below(writer, G_N_ELEMENTS(role))]);
  else if (percent(writer, 40))
    say(writer, "weight = %u.25\n", between(writer, 0, 4));
  uint32_t start = percent(writer, 50) ? 0 : 500 * between(writer, 1, 12);
  if (start > 0)
    say(writer, "start = %ums\n", start);
  if (percent(writer, 20))
    say(writer, "stop = %ums\n", start + 250 * between(writer, 1, 60));
  say_offers(writer, rigid);
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

RandomWorkload random_workload(uint64_t seed)
{
  Writer writer = {.random = {seed}, .text = g_string_new(NULL), .open_arrivals = true};
  writer.has_duration = percent(&writer, 50);
  writer.has_disk = percent(&writer, 30);
  writer.same_speed = percent(&writer, 80);
  say(&writer, "[experiment]\ntitle = random workload %" G_GUINT64_FORMAT "\n", seed);
  if (writer.has_duration)
    say(&writer, "duration = %ums\n", 500 * between(&writer, 1, 60));
  say_agents(&writer);
  say_master(&writer);
  say_roles(&writer);
  uint32_t groups = between(&writer, 1, 5);
  for (uint32_t i = 0; i < groups; i++)
    say_framework(&writer, i);
  return (RandomWorkload){g_string_free(writer.text, FALSE), writer.same_speed, writer.open_arrivals};
}
