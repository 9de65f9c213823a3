/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/master-fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"

/* --- the log -------------------------------------------------------------------------------------------- */

static void say(MasterFixture *fixture, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(MasterFixture *fixture, const char *format, ...)
{
  if (fixture->quiet)
    return;
  va_list arguments;
  va_start(arguments, format);
  g_string_append_printf(fixture->log, "%s%" G_GINT64_FORMAT " ", fixture->log->len == 0 ? "" : "\n",
                         fixture->now.ns / NS_PER_MS);
  g_string_append_vprintf(fixture->log, format, arguments);
  va_end(arguments);
}

const char *fixture_log(MasterFixture *fixture)
{
  g_string_assign(fixture->said, fixture->log->str);
  g_string_set_size(fixture->log, 0);
  return fixture->said->str;
}

static FixtureOffer *offer_at(const MasterFixture *fixture, uint32_t number)
{
  CHECK(number >= 1 && number <= fixture->offers->len);
  return &g_array_index(fixture->offers, FixtureOffer, number - 1);
}

/* The newest first: most are looked up soon. */
static uint32_t offer_number(const MasterFixture *fixture, OfferId id)
{
  for (guint number = fixture->offers->len; number > 0; number--)
    if (offer_at(fixture, number)->id.value == id.value)
      return number;
  CHECK(false && "an offer that was made");
  return 0;
}

static FixtureTask *task_find(const MasterFixture *fixture, TaskId id)
{
  for (guint i = fixture->tasks->len; i-- > 0;) {
    FixtureTask *task = &g_array_index(fixture->tasks, FixtureTask, i);
    if (task->id.value == id.value)
      return task;
  }
  return NULL;
}

static uint32_t inverse_number(const MasterFixture *fixture, InverseOfferId id)
{
  for (guint number = fixture->inverse_offers->len; number > 0; number--)
    if (g_array_index(fixture->inverse_offers, FixtureInverseOffer, number - 1).id.value == id.value)
      return number;
  CHECK(false && "an inverse offer that was made");
  return 0;
}

/* " from MILLISECONDS for MILLISECONDS"; nothing where nothing is planned. */
static void append_window(GString *text, const Unavailability *window)
{
  if (instant_is_never(window->start))
    return;
  g_string_append_printf(text, " from %" G_GINT64_FORMAT, window->start.ns / NS_PER_MS);
  if (window->length.ns != DURATION_MAX.ns)
    g_string_append_printf(text, " for %" G_GINT64_FORMAT, window->length.ns / NS_PER_MS);
}

/* --- ports ---------------------------------------------------------------------------------------------- */

static void send_offers(void *self, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  MasterFixture *fixture = self;
  g_autoptr(GString) list = g_string_new(NULL);
  for (uint32_t i = 0; i < n && !fixture->quiet; i++) {
    g_autofree char *resources = resources_print(fixture->kinds, &offers[i].resources);
    g_string_append_printf(list, " [%u A%u %s", offer_number(fixture, offers[i].id), offers[i].agent.index,
                           resources);
    append_window(list, &offers[i].unavailability);
    g_string_append_c(list, ']');
  }
  say(fixture, "offers F%u%s", framework.index, list->str);
  if (fixture->on_offers != NULL)
    fixture->on_offers(fixture, framework, offers, n);
}

static void send_rescind(void *self, FrameworkId framework, OfferId offer)
{
  MasterFixture *fixture = self;
  say(fixture, "rescind F%u %u", framework.index, offer_number(fixture, offer));
  if (fixture->on_rescind != NULL)
    fixture->on_rescind(fixture, framework, offer);
}

static void send_status(void *self, FrameworkId framework, const TaskStatus *status)
{
  static const char *const sources[TASK_SOURCES] = {"master", "agent", "executor"};
  MasterFixture *fixture = self;
  say(fixture, "status F%u %" G_GUINT64_FORMAT " %s %s %s %u", framework.index, status->label,
      task_state_name(status->state), task_reason_name(status->reason), sources[status->source],
      status->sequence);
  if (fixture->on_status != NULL)
    fixture->on_status(fixture, framework, status);
}

static void send_launch(void *self, AgentId agent, const TaskLaunch *launch)
{
  MasterFixture *fixture = self;
  g_autofree char *resources = resources_print(fixture->kinds, &launch->resources);
  task_find(fixture, launch->task)->label = launch->label;
  g_autofree char *executor = launch->executor == EXECUTOR_NONE
                                  ? g_strdup("")
                                  : g_strdup_printf(" under %" G_GUINT64_FORMAT, launch->executor);
  say(fixture, "launch A%u F%u %" G_GUINT64_FORMAT " %s%s", agent.index, launch->framework.index,
      launch->label, resources, executor);
  if (fixture->on_launch != NULL)
    fixture->on_launch(fixture, agent, launch);
}

static uint64_t task_label(const MasterFixture *fixture, TaskId id)
{
  const FixtureTask *task = task_find(fixture, id);
  CHECK(task != NULL);
  return task->label;
}

static void send_kill(void *self, AgentId agent, TaskId task, Duration grace, TaskReason reason)
{
  MasterFixture *fixture = self;
  g_autoptr(GString) how = g_string_new(NULL);
  if (grace.ns > 0)
    g_string_append_printf(how, " within %" G_GINT64_FORMAT, grace.ns / NS_PER_MS);
  if (reason != REASON_NONE)
    g_string_append_printf(how, " %s", task_reason_name(reason));
  say(fixture, "kill A%u %" G_GUINT64_FORMAT "%s", agent.index, task_label(fixture, task), how->str);
  if (fixture->on_kill != NULL)
    fixture->on_kill(fixture, agent, task);
}

static void send_inverse_offers(void *self, FrameworkId framework, const InverseOfferMessage *offers,
                                uint32_t n)
{
  MasterFixture *fixture = self;
  g_autoptr(GString) list = g_string_new(NULL);
  for (uint32_t i = 0; i < n; i++) {
    g_string_append_printf(list, " [%u A%u", inverse_number(fixture, offers[i].id), offers[i].agent.index);
    append_window(list, &offers[i].window);
    g_string_append_c(list, ']');
  }
  say(fixture, "inverse-offers F%u%s", framework.index, list->str);
}

static void send_rescind_inverse_offer(void *self, FrameworkId framework, InverseOfferId offer)
{
  MasterFixture *fixture = self;
  say(fixture, "rescind-inverse F%u %u", framework.index, inverse_number(fixture, offer));
}

static void send_shutdown_agent(void *self, AgentId agent)
{
  say(self, "shutdown A%u", agent.index);
}

static void send_error(void *self, FrameworkId framework, const char *message)
{
  say(self, "error F%u %s", framework.index, message);
}

static void send_conversion(void *self, AgentId agent, const AgentConversion *conversion)
{
  MasterFixture *fixture = self;
  g_autofree char *from = resources_print(fixture->kinds, &conversion->from);
  g_autofree char *to = resources_print(fixture->kinds, &conversion->to);
  g_autofree char *who = conversion->framework.index == FRAMEWORK_NONE.index
                             ? g_strdup("operator")
                             : g_strdup_printf("F%u", conversion->framework.index);
  say(fixture, "convert A%u %s %s %s -> %s", agent.index, who, operation_name(conversion->kind), from, to);
}

static void send_acknowledgement(void *self, AgentId agent, TaskId task, uint64_t label, uint32_t sequence)
{
  MasterFixture *fixture = self;
  CHECK(task_find(fixture, task) != NULL);
  say(fixture, "acknowledge A%u %" G_GUINT64_FORMAT " %u", agent.index, label, sequence);
}

static void send_shutdown_framework(void *self, AgentId agent, FrameworkId framework)
{
  say(self, "shutdown A%u F%u", agent.index, framework.index);
}

static void set_timer(void *self, MasterTimer timer, Instant at)
{
  MasterFixture *fixture = self;
  CHECK(timer < MASTER_TIMERS);
  CHECK(at.ns >= fixture->now.ns);
  fixture->timers[timer] = at;
  fixture->timer_order[timer] = fixture->timers_set++;
}

static void fill_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  const MasterFixture *fixture = self;
  for (size_t i = 0; i < n; i++) {
    uint64_t x = fixture->seed * 0x9e3779b97f4a7c15u + run * 0xbf58476d1ce4e5b9u + stage + i;
    x = (x ^ (x >> 31)) * 0x94d049bb133111ebu;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    numbers[i] = (uint32_t)(x >> 32);
  }
}

static void broken_allocator(void *self, const char *message)
{
  MasterFixture *fixture = self;
  fixture->n_broken++;
  say(fixture, "broken %s", message);
}

/* --- what observers are told ---------------------------------------------------------------------------- */

static Resources *by_agent(GArray *array, AgentId agent)
{
  CHECK(agent.index < array->len);
  return &g_array_index(array, Resources, agent.index);
}

static void agent_added(void *self, Instant now, AgentId agent, const char *hostname, const Resources *total)
{
  MasterFixture *fixture = self;
  Resources none = RESOURCES_EMPTY;
  (void)hostname;
  (void)total;
  CHECK(now.ns == fixture->now.ns);
  CHECK(agent.index == fixture->offered->len);
  g_array_append_val(fixture->offered, none);
  g_array_append_val(fixture->allocated, none);
}

static void agent_removed(void *self, Instant now, AgentId agent, const Resources *total)
{
  MasterFixture *fixture = self;
  (void)now;
  (void)total;
  CHECK(resources_are_empty(by_agent(fixture->offered, agent)));
  CHECK(resources_are_empty(by_agent(fixture->allocated, agent)));
}

static void offer_made(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId id,
                       const Resources *resources)
{
  MasterFixture *fixture = self;
  FixtureOffer offer = {.id = id, .framework = framework, .agent = agent};
  resources_copy(&offer.resources, resources);
  CHECK(now.ns == fixture->now.ns);
  g_array_append_val(fixture->offers, offer);
  fixture->n_offers_live++;
  resources_add(by_agent(fixture->offered, agent), resources);
}

static void offer_ended(void *self, Instant now, FrameworkId framework, AgentId agent, OfferId id,
                        const Resources *resources, OfferEnd end)
{
  MasterFixture *fixture = self;
  FixtureOffer *offer = offer_at(fixture, offer_number(fixture, id));
  CHECK(now.ns == fixture->now.ns);
  CHECK(!offer->ended);
  CHECK(offer->framework.index == framework.index);
  CHECK(offer->agent.index == agent.index);
  CHECK(resources_equal(&offer->resources, resources));
  offer->ended = true;
  offer->end = end;
  fixture->n_offers_live--;
  resources_subtract(by_agent(fixture->offered, agent), resources);
}

static void task_launched(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId id,
                          const Resources *resources)
{
  MasterFixture *fixture = self;
  FixtureTask task = {.id = id, .framework = framework, .agent = agent};
  resources_copy(&task.resources, resources);
  CHECK(now.ns == fixture->now.ns);
  CHECK(task_find(fixture, id) == NULL);
  g_array_append_val(fixture->tasks, task);
  fixture->n_tasks_live++;
  resources_add(by_agent(fixture->allocated, agent), resources);
}

static void task_updated(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId id,
                         const Resources *resources, TaskState before, TaskState state, TaskReason reason,
                         bool freed)
{
  MasterFixture *fixture = self;
  FixtureTask *task = task_find(fixture, id);
  (void)reason;
  CHECK(now.ns == fixture->now.ns);
  CHECK(task != NULL && task->framework.index == framework.index && task->agent.index == agent.index);
  CHECK(resources_equal(&task->resources, resources));
  CHECK(task->state == before);
  /* The first terminal state is the last one, and frees. */
  CHECK(!task_state_is_terminal(before));
  CHECK(freed == (!task->freed && (task_state_is_terminal(state) || state == TASK_UNREACHABLE)));
  task->state = state;
  if (!freed)
    return;
  task->freed = true;
  fixture->n_tasks_live--;
  resources_subtract(by_agent(fixture->allocated, agent), resources);
}

static void allocation_run(void *self, Instant now, bool periodic, uint32_t offers)
{
  MasterFixture *fixture = self;
  (void)offers;
  CHECK(now.ns == fixture->now.ns);
  fixture->n_runs += periodic ? 0 : 1;
  fixture->n_ticks += periodic ? 1 : 0;
}

static void tell(MasterFixture *fixture, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(MasterFixture *fixture, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  if (fixture->told->len > 0)
    g_string_append_c(fixture->told, '\n');
  g_string_append_vprintf(fixture->told, format, arguments);
  va_end(arguments);
}

static void operator_call(void *self, Instant now, OperatorCall call, const char *subject, bool done)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  tell(fixture, "%s %s%s", operator_call_name(call), subject, done ? "" : " refused");
}

static void agent_state(void *self, Instant now, AgentId agent, AgentState state)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  CHECK(master_agent_state(fixture->master, agent) == state);
  tell(fixture, "A%u %s", agent.index, agent_state_name(state));
}

static void framework_active(void *self, Instant now, FrameworkId framework, bool active)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  tell(fixture, "F%u %s", framework.index, active ? "active" : "inactive");
}

static void inverse_offer_made(void *self, Instant now, FrameworkId framework, AgentId agent,
                               InverseOfferId id, const Unavailability *window)
{
  MasterFixture *fixture = self;
  FixtureInverseOffer offer = {.id = id, .framework = framework, .agent = agent};
  CHECK(now.ns == fixture->now.ns);
  CHECK(!instant_is_never(window->start));
  g_array_append_val(fixture->inverse_offers, offer);
  fixture->n_inverse_offers_live++;
}

static void inverse_offer_ended(void *self, Instant now, FrameworkId framework, AgentId agent,
                                InverseOfferId id, InverseOfferEnd end)
{
  static const char *const ends[INVERSE_OFFER_ENDS] = {"accepted", "declined", "rescinded", "discarded"};
  MasterFixture *fixture = self;
  FixtureInverseOffer *offer =
      &g_array_index(fixture->inverse_offers, FixtureInverseOffer, inverse_number(fixture, id) - 1);
  CHECK(now.ns == fixture->now.ns);
  CHECK(!offer->ended && offer->framework.index == framework.index && offer->agent.index == agent.index);
  offer->ended = true;
  fixture->n_inverse_offers_live--;
  tell(fixture, "inverse-offer %u %s", inverse_number(fixture, id), ends[end]);
}

static void task_revoked(void *self, Instant now, FrameworkId framework, AgentId agent, TaskId task,
                         const Resources *resources, Duration grace)
{
  MasterFixture *fixture = self;
  (void)now;
  g_autofree char *text = resources_print(fixture->kinds, resources);
  tell(fixture, "revoked F%u A%u %" G_GUINT64_FORMAT " %s within %" G_GINT64_FORMAT, framework.index,
       agent.index, task_label(fixture, task), text, grace.ns / NS_PER_MS);
}

static void executor_added(void *self, Instant now, FrameworkId framework, AgentId agent, uint64_t executor,
                           const Resources *resources)
{
  MasterFixture *fixture = self;
  g_autofree char *text = resources_print(fixture->kinds, resources);
  CHECK(now.ns == fixture->now.ns);
  resources_add(by_agent(fixture->allocated, agent), resources);
  tell(fixture, "F%u A%u executor %" G_GUINT64_FORMAT " added %s", framework.index, agent.index, executor,
       text);
}

static void executor_removed(void *self, Instant now, FrameworkId framework, AgentId agent, uint64_t executor,
                             const Resources *resources)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  resources_subtract(by_agent(fixture->allocated, agent), resources);
  tell(fixture, "F%u A%u executor %" G_GUINT64_FORMAT " removed", framework.index, agent.index, executor);
}

static void operation_ended(void *self, Instant now, FrameworkId framework, AgentId agent, OperationKind kind,
                            const Resources *resources, bool done)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  if (done || fixture->quiet)
    return;
  g_autofree char *text = resources_print(fixture->kinds, resources);
  tell(fixture, "F%u A%u left out %s %s", framework.index, agent.index, operation_name(kind), text);
}

static void framework_updated(void *self, Instant now, FrameworkId framework, const char *const *roles,
                              uint32_t n_roles)
{
  MasterFixture *fixture = self;
  g_autoptr(GString) list = g_string_new(NULL);
  CHECK(now.ns == fixture->now.ns);
  for (uint32_t i = 0; i < n_roles; i++)
    g_string_append_printf(list, " %s", roles[i]);
  tell(fixture, "F%u roles%s", framework.index, list->str);
}

static void role_updated(void *self, Instant now, const char *path, const RoleAttributes *attributes)
{
  MasterFixture *fixture = self;
  (void)now;
  g_autofree char *guarantee = quantities_print(fixture->kinds, &attributes->guarantee);
  tell(fixture, "role %s weight %g guarantee %s", path, attributes->weight, guarantee);
}

static void message_dropped(void *self, Instant now, FrameworkId framework)
{
  MasterFixture *fixture = self;
  CHECK(now.ns == fixture->now.ns);
  tell(fixture, "F%u dropped", framework.index);
}

const char *fixture_told(MasterFixture *fixture)
{
  g_string_assign(fixture->said, fixture->told->str);
  g_string_set_size(fixture->told, 0);
  return fixture->said->str;
}

/* --- life ----------------------------------------------------------------------------------------------- */

static void offer_clear(void *offer)
{
  resources_clear(&((FixtureOffer *)offer)->resources);
}

static void task_clear(void *task)
{
  resources_clear(&((FixtureTask *)task)->resources);
}

static void agent_clear(void *resources)
{
  resources_clear(resources);
}

MasterFixture *fixture_new(const AllocatorInterface *allocator, void (*change)(MasterSettings *settings))
{
  static const Quantities minimum[] = {
      {.amount = {[RESOURCE_CPUS] = 10}},
      {.amount = {[RESOURCE_MEM] = 32000}},
  };
  MasterFixture *fixture = g_new0(MasterFixture, 1);
  fixture->kinds = resource_kinds_new();
  fixture->log = g_string_new(NULL);
  fixture->said = g_string_new(NULL);
  fixture->told = g_string_new(NULL);
  fixture->inverse_offers = g_array_new(FALSE, FALSE, sizeof(FixtureInverseOffer));
  fixture->offers = g_array_new(FALSE, FALSE, sizeof(FixtureOffer));
  g_array_set_clear_func(fixture->offers, offer_clear);
  fixture->tasks = g_array_new(FALSE, FALSE, sizeof(FixtureTask));
  g_array_set_clear_func(fixture->tasks, task_clear);
  fixture->offered = g_array_new(FALSE, FALSE, sizeof(Resources));
  g_array_set_clear_func(fixture->offered, agent_clear);
  fixture->allocated = g_array_new(FALSE, FALSE, sizeof(Resources));
  g_array_set_clear_func(fixture->allocated, agent_clear);
  for (int timer = 0; timer < MASTER_TIMERS; timer++)
    fixture->timers[timer] = INSTANT_NEVER;

  MasterSettings settings = {
      .allocation_interval = {NS_PER_S},
      .offer_timeout = DURATION_MAX,
      .min_allocatable = minimum,
      .n_min_allocatable = G_N_ELEMENTS(minimum),
      .kinds = fixture->kinds,
      .filter_gpu_resources = true,
  };
  if (change != NULL)
    change(&settings);
  MasterPorts ports = {
      .self = fixture,
      .send_offers = send_offers,
      .send_rescind = send_rescind,
      .send_status = send_status,
      .send_launch = send_launch,
      .send_kill = send_kill,
      .send_acknowledgement = send_acknowledgement,
      .send_shutdown_framework = send_shutdown_framework,
      .set_timer = set_timer,
      .random = fill_random,
      .broken_allocator = broken_allocator,
      .send_inverse_offers = send_inverse_offers,
      .send_rescind_inverse_offer = send_rescind_inverse_offer,
      .send_shutdown_agent = send_shutdown_agent,
      .send_error = send_error,
      .send_conversion = send_conversion,
  };
  MasterObserver observer = {
      .self = fixture,
      .agent_added = agent_added,
      .agent_removed = agent_removed,
      .offer_made = offer_made,
      .offer_ended = offer_ended,
      .task_launched = task_launched,
      .task_updated = task_updated,
      .allocation_run = allocation_run,
      .role_updated = role_updated,
      .operator_call = operator_call,
      .agent_state = agent_state,
      .framework_active = framework_active,
      .inverse_offer_made = inverse_offer_made,
      .inverse_offer_ended = inverse_offer_ended,
      .task_revoked = task_revoked,
      .message_dropped = message_dropped,
      .framework_updated = framework_updated,
      .operation_ended = operation_ended,
      .executor_added = executor_added,
      .executor_removed = executor_removed,
  };
  g_autoptr(GError) error = NULL;
  fixture->master = master_new(&settings, allocator, &ports, &observer, fixture->now, &error);
  ck_assert_msg(fixture->master != NULL, "%s", error == NULL ? "" : error->message);
  return fixture;
}

void fixture_free(MasterFixture *fixture)
{
  master_free(fixture->master);
  resource_kinds_free(fixture->kinds);
  g_string_free(fixture->log, TRUE);
  g_string_free(fixture->said, TRUE);
  g_string_free(fixture->told, TRUE);
  g_array_unref(fixture->inverse_offers);
  g_array_unref(fixture->offers);
  g_array_unref(fixture->tasks);
  g_array_unref(fixture->offered);
  g_array_unref(fixture->allocated);
  g_free(fixture);
}

void fixture_check(MasterFixture *fixture)
{
  master_check(fixture->master, fixture->now);
  CHECK(master_offers_outstanding(fixture->master) == fixture->n_offers_live);
  CHECK(master_tasks_live(fixture->master) == fixture->n_tasks_live);
  CHECK(master_inverse_offers_outstanding(fixture->master) == fixture->n_inverse_offers_live);
  for (guint i = 0; i < fixture->offered->len; i++) {
    CHECK(resources_are_valid(by_agent(fixture->offered, (AgentId){i})));
    CHECK(resources_are_valid(by_agent(fixture->allocated, (AgentId){i})));
  }
}

/* --- time ----------------------------------------------------------------------------------------------- */

/* The timer that fires next: the earliest; the offer time-out before runs, these as they were asked for. */
static int next_timer(const MasterFixture *fixture)
{
  int next = MASTER_TIMER_OFFER_TIMEOUT;
  for (int timer = 0; timer < MASTER_TIMER_OFFER_TIMEOUT; timer++) {
    Instant at = fixture->timers[timer];
    Instant best = fixture->timers[next];
    if (instant_is_before(at, best) || (at.ns == best.ns && next != MASTER_TIMER_OFFER_TIMEOUT &&
                                        fixture->timer_order[timer] < fixture->timer_order[next]))
      next = timer;
  }
  return next;
}

static void run_until(MasterFixture *fixture, Instant until)
{
  for (;;) {
    int timer = next_timer(fixture);
    Instant at = fixture->timers[timer];
    if (instant_is_never(at) || at.ns > until.ns)
      break;
    fixture->now = at;
    fixture->timers[timer] = INSTANT_NEVER;
    master_timer(fixture->master, at, (MasterTimer)timer);
    fixture_check(fixture);
  }
  fixture->now = until;
}

void fixture_settle(MasterFixture *fixture)
{
  run_until(fixture, fixture->now);
}

void fixture_advance(MasterFixture *fixture, int64_t milliseconds)
{
  Instant until = {milliseconds * NS_PER_MS};
  CHECK(until.ns >= fixture->now.ns);
  run_until(fixture, until);
}

/* --- calls ---------------------------------------------------------------------------------------------- */

/* What a framework says of itself; @paths is what it points to. */
static FrameworkInfo framework_info(const MasterFixture *fixture, const char *name, char **paths,
                                    bool *suppressed, uint32_t capabilities)
{
  guint n = g_strv_length(paths);
  for (guint i = 0; i < n; i++)
    if (paths[i][0] == '!') {
      suppressed[i] = true;
      memmove(paths[i], paths[i] + 1, strlen(paths[i]));
    }
  return (FrameworkInfo){
      .name = name,
      .roles = (const char *const *)paths,
      .suppressed = suppressed,
      .n_roles = n,
      .capabilities = capabilities,
      .principal = fixture->principal,
  };
}

FrameworkId fixture_subscribe(MasterFixture *fixture, const char *name, const char *roles,
                              uint32_t capabilities)
{
  g_auto(GStrv) paths = g_strsplit(roles, ",", -1);
  g_autofree bool *suppressed = g_new0(bool, g_strv_length(paths));
  FrameworkInfo info = framework_info(fixture, name, paths, suppressed, capabilities);
  FrameworkId framework = master_subscribe(fixture->master, fixture->now, &info, NULL);
  fixture_check(fixture);
  return framework;
}

bool fixture_update(MasterFixture *fixture, FrameworkId framework, const char *name, const char *roles,
                    uint32_t capabilities)
{
  g_auto(GStrv) paths = g_strsplit(roles, ",", -1);
  g_autofree bool *suppressed = g_new0(bool, g_strv_length(paths));
  FrameworkInfo info = framework_info(fixture, name, paths, suppressed, capabilities);
  bool done = master_update_framework(fixture->master, fixture->now, framework, &info, NULL);
  fixture_check(fixture);
  return done;
}

AgentId fixture_register(MasterFixture *fixture, const char *resources)
{
  g_autofree char *hostname = g_strdup_printf("host-%u", master_agent_count(fixture->master));
  AgentInfo info = {.hostname = hostname};
  CHECK(resources_parse(fixture->kinds, resources, &info.total, NULL));
  AgentId agent = master_register_agent(fixture->master, fixture->now, &info);
  resources_clear(&info.total);
  fixture_check(fixture);
  return agent;
}

OfferId fixture_offer(const MasterFixture *fixture, uint32_t number)
{
  /* A slot that is not in use, or a generation that never was. */
  return number == 0 ? (OfferId){slot_id(0, 4000000000u)} : offer_at(fixture, number)->id;
}

static GArray *offers_read(const MasterFixture *fixture, const char *text)
{
  GArray *offers = g_array_new(FALSE, FALSE, sizeof(OfferId));
  g_auto(GStrv) numbers = g_strsplit(text, " ", -1);
  for (char **number = numbers; *number != NULL; number++)
    if (**number != '\0') {
      OfferId id = fixture_offer(fixture, (uint32_t)strtoul(*number, NULL, 10));
      g_array_append_val(offers, id);
    }
  return offers;
}

static void info_clear(void *info)
{
  TaskInfo *task = info;
  resources_clear(&task->resources);
  if (task->executor == NULL)
    return;
  ExecutorInfo *executor = (ExecutorInfo *)(void *)(uintptr_t)task->executor;
  resources_clear(&executor->resources);
  g_free(executor);
}

/* "ID=RESOURCES" */
static ExecutorInfo *executor_read(MasterFixture *fixture, const char *text)
{
  char *end;
  ExecutorInfo *executor = g_new0(ExecutorInfo, 1);
  executor->id = strtoul(text, &end, 10);
  CHECK(*end == '=');
  CHECK(resources_parse(fixture->kinds, end + 1, &executor->resources, NULL));
  return executor;
}

static GArray *tasks_read(MasterFixture *fixture, const char *text)
{
  GArray *tasks = g_array_new(FALSE, FALSE, sizeof(TaskInfo));
  g_array_set_clear_func(tasks, info_clear);
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  for (char **word = words; *word != NULL; word++) {
    if (**word == '\0')
      continue;
    char *end;
    TaskInfo task = {.label = strtoul(*word, &end, 10)};
    CHECK(*end == '@');
    task.agent.index = (uint32_t)strtoul(end + 1, &end, 10);
    CHECK(*end == '=');
    char *executor = strchr(end, '+');
    if (executor != NULL) {
      *executor = '\0';
      task.executor = executor_read(fixture, executor + 1);
    }
    CHECK(resources_parse(fixture->kinds, end + 1, &task.resources, NULL));
    g_array_append_val(tasks, task);
  }
  return tasks;
}

AcceptResult fixture_accept(MasterFixture *fixture, FrameworkId framework, const char *offers,
                            const char *tasks, OfferFilter filter)
{
  g_autofree char *launch = g_strdup_printf("launch %s", tasks);
  return fixture_operate(fixture, framework, offers, *tasks == '\0' ? "" : launch, filter);
}

/* An operation and what it points to. */
typedef struct {
  GArray *tasks;
  Resources resources;
} FixtureOperation;

static OperationKind operation_read(const char *name)
{
  for (int kind = 0; kind < OPERATIONS; kind++)
    if (g_ascii_strcasecmp(name, operation_name((OperationKind)kind)) == 0)
      return (OperationKind)kind;
  ck_assert_str_eq(name, "group");
  return OPERATION_LAUNCH_GROUP;
}

AcceptResult fixture_operate(MasterFixture *fixture, FrameworkId framework, const char *offers,
                             const char *operations, OfferFilter filter)
{
  g_autoptr(GArray) ids = offers_read(fixture, offers);
  g_auto(GStrv) items = g_strsplit(operations, " | ", -1);
  guint n = g_strv_length(items);
  g_autofree FixtureOperation *owned = g_new0(FixtureOperation, n + 1);
  g_autofree Operation *list = g_new0(Operation, n + 1);
  for (guint i = 0; i < n; i++) {
    g_auto(GStrv) words = g_strsplit(items[i], " ", 2);
    list[i].kind = operation_read(words[0]);
    if (operation_launches(list[i].kind)) {
      owned[i].tasks = tasks_read(fixture, words[1]);
      list[i].tasks = (const TaskInfo *)(const void *)owned[i].tasks->data;
      list[i].n_tasks = owned[i].tasks->len;
    } else {
      CHECK(resources_parse(fixture->kinds, words[1], &owned[i].resources, NULL));
      list[i].resources = &owned[i].resources;
    }
  }
  AcceptResult result = master_accept(fixture->master, fixture->now, framework,
                                      (const OfferId *)(const void *)ids->data, ids->len, list, n, filter);
  for (guint i = 0; i < n; i++) {
    g_clear_pointer(&owned[i].tasks, g_array_unref);
    resources_clear(&owned[i].resources);
  }
  fixture_check(fixture);
  return result;
}

void fixture_decline(MasterFixture *fixture, FrameworkId framework, const char *offers, OfferFilter filter)
{
  g_autoptr(GArray) ids = offers_read(fixture, offers);
  master_decline(fixture->master, fixture->now, framework, (const OfferId *)(const void *)ids->data, ids->len,
                 filter);
  fixture_check(fixture);
}

TaskId fixture_task(const MasterFixture *fixture, uint64_t label)
{
  for (guint i = fixture->tasks->len; i-- > 0;)
    if (g_array_index(fixture->tasks, FixtureTask, i).label == label)
      return g_array_index(fixture->tasks, FixtureTask, i).id;
  CHECK(false && "a task that was launched");
  return TASK_NONE;
}

void fixture_status(MasterFixture *fixture, uint64_t label, TaskState state, uint32_t sequence)
{
  TaskId id = fixture_task(fixture, label);
  TaskStatus status = {
      .task = id,
      .agent = task_find(fixture, id)->agent,
      .state = state,
      .source = SOURCE_EXECUTOR,
      .sequence = sequence,
  };
  master_status_update(fixture->master, fixture->now, &status);
  fixture_check(fixture);
}
