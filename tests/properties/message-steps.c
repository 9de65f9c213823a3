/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/properties/message-steps.h"

#include <check.h>
#include <string.h>

#include "base/resources-text.h"
#include "core/conversions.h"
#include "tests/core/master-fixture.h"
#include "tests/properties/operator-steps.h"
#include "tests/properties/property-random.h"

#define FRAMEWORKS_MAX 10
#define AGENTS_MAX     8
#define TASKS_MAX      4
#define OPERATIONS_MAX 4

struct MessageWorld {
  PropertyRandom random;
  MasterFixture *f;
  uint32_t depth;
  uint64_t next_label;
  uint64_t done;
  GArray *sequences; /* uint32_t by task: last sequence said */
};

static uint32_t below(MessageWorld *world, uint32_t n)
{
  return property_below(&world->random, n);
}

static bool percent(MessageWorld *world, uint32_t p)
{
  return property_percent(&world->random, p);
}

static const char *const roles[] = {"a", "b", "a/x", "a/x/y", "c", "*"};

/* Mostly one that was there once. */
static FrameworkId any_framework(MessageWorld *world)
{
  return (FrameworkId){percent(world, 2) ? (uint32_t)property_bits(&world->random)
                                         : below(world, master_framework_count(world->f->master) + 1)};
}

static AgentId any_agent(MessageWorld *world)
{
  return (AgentId){percent(world, 2) ? (uint32_t)property_bits(&world->random)
                                     : below(world, master_agent_count(world->f->master) + 1)};
}

static OfferFilter any_filter(MessageWorld *world)
{
  static const int64_t milliseconds[] = {0, -1, 100, 1000, 2000, 5000, INT64_MAX / 10000000};
  if (percent(world, 40))
    return OFFER_FILTER_NONE;
  return refuse_ms(milliseconds[below(world, G_N_ELEMENTS(milliseconds))]);
}

/* --- resources ------------------------------------------------------------------------------------------ */

/* Bytes that may mean anything, in the shape of resources; (transfer full). */
static Resources any_bytes(MessageWorld *world)
{
  static const int64_t amounts[] = {0, 1, -1, 1000, 64000, -1000, INT64_MAX, INT64_MIN};
  Resources resources = RESOURCES_EMPTY;
  uint32_t n = below(world, 3);
  resources.plain.amount[below(world, RESOURCE_KINDS_MAX)] = amounts[below(world, G_N_ELEMENTS(amounts))];
  if (n == 0)
    return resources;
  resources.special = g_malloc0(sizeof(ResourceSlices) + n * sizeof(ResourceSlice));
  resources.special->n_slices = n;
  for (uint32_t i = 0; i < n; i++) {
    ResourceSlice *slice = &resources.special->slices[i];
    slice->reservation = percent(world, 30) ? RESERVATION_NONE : below(world, 12);
    slice->revocable = percent(world, 20);
    slice->shared = percent(world, 20);
    slice->copies = below(world, 3);
    slice->range = (uint16_t)(percent(world, 70) ? 0 : below(world, 9));
    slice->disk = percent(world, 60) ? DISK_NONE : below(world, 9);
    slice->first = percent(world, 60) ? 0 : (uint32_t)property_bits(&world->random);
    slice->last = percent(world, 60) ? 0 : (uint32_t)property_bits(&world->random);
    slice->quantities.amount[below(world, RESOURCE_KINDS_MAX)] = amounts[below(world, G_N_ELEMENTS(amounts))];
  }
  return resources;
}

static int64_t part_of(MessageWorld *world, int64_t whole)
{
  return whole / 4 * (below(world, 5));
}

/* A part of @whole, most often one that can be had. */
static ResourceSlice slice_part(MessageWorld *world, const ResourceSlice *whole)
{
  ResourceSlice part = *whole;
  part.copies = MIN(part.copies, 1);
  if (percent(world, 30) || (resource_slice_is_disk(whole) && percent(world, 95)))
    return part;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    part.quantities.amount[kind] = part_of(world, part.quantities.amount[kind]);
  if (resource_slice_is_range(whole)) {
    part.first += below(world, whole->last - whole->first + 1);
    part.last = part.first + below(world, whole->last - part.first + 1);
  }
  return part;
}

/* Something of what @left has. */
static Resources part_resources(MessageWorld *world, const Resources *left)
{
  if (percent(world, 2))
    return any_bytes(world);
  Resources part = RESOURCES_EMPTY;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    part.plain.amount[kind] = percent(world, 50) ? part_of(world, left->plain.amount[kind]) : 0;
  for (uint32_t i = 0; left->special != NULL && i < left->special->n_slices; i++) {
    ResourceSlice slice = slice_part(world, &left->special->slices[i]);
    if (percent(world, 25))
      resources_add_slice(&part, &slice);
  }
  if (percent(world, 2))
    part.plain.amount[RESOURCE_CPUS] += 1;
  return part;
}

/* --- what an operation names ---------------------------------------------------------------------------- */

static void slice_reserve(MessageWorld *world, const char *role, ResourceSlice *slice)
{
  uint32_t below_it = slice->reservation;
  if (below_it != RESERVATION_NONE) {
    const char *ancestor = resource_kinds_reservation_path(world->f->kinds, below_it);
    if (!role_path_is_within(role, ancestor) || strcmp(role, ancestor) == 0)
      return;
  }
  slice->reservation = resource_kinds_reserve(world->f->kinds, below_it, role);
}

static void slice_fill(MessageWorld *world, ResourceSlice *slice)
{
  static const char *const names[] = {"v", "w", "x"};
  if (slice->quantities.amount[RESOURCE_DISK] <= 0)
    return;
  int64_t amount = slice->quantities.amount[RESOURCE_DISK];
  const char *mount =
      slice->disk == DISK_NONE ? NULL : resource_kinds_disk_mount(world->f->kinds, slice->disk);
  slice->quantities = QUANTITIES_ZERO;
  slice->quantities.amount[RESOURCE_DISK] = amount;
  slice->shared = percent(world, 40);
  slice->copies = slice->shared ? 1 : 0;
  slice->disk =
      resource_kinds_disk(world->f->kinds, names[below(world, G_N_ELEMENTS(names))], mount, slice->shared);
}

/* What an operation of @kind may name, given what is @left. */
static Resources named_resources(MessageWorld *world, OperationKind kind, const char *role,
                                 const Resources *left)
{
  if (percent(world, 4))
    return any_bytes(world);
  Resources named = RESOURCES_EMPTY;
  uint32_t n = left->special == NULL ? 0 : left->special->n_slices;
  uint32_t chosen = below(world, n + 1);
  ResourceSlice slice = {.reservation = RESERVATION_NONE};
  if (chosen < n) {
    slice = slice_part(world, &left->special->slices[chosen]);
  } else {
    slice.quantities.amount[RESOURCE_CPUS] = part_of(world, left->plain.amount[RESOURCE_CPUS]);
    slice.quantities.amount[RESOURCE_DISK] = part_of(world, left->plain.amount[RESOURCE_DISK]);
  }
  if (kind == OPERATION_RESERVE)
    slice_reserve(world, percent(world, 90) ? role : roles[below(world, G_N_ELEMENTS(roles))], &slice);
  if (kind == OPERATION_CREATE)
    slice_fill(world, &slice);
  resources_add_slice(&named, &slice);
  return named;
}

/* --- accepts -------------------------------------------------------------------------------------------- */

/* What an accept points to. */
typedef struct {
  TaskInfo tasks[OPERATIONS_MAX][TASKS_MAX];
  ExecutorInfo executors[OPERATIONS_MAX][TASKS_MAX];
  Resources named[OPERATIONS_MAX];
  Operation operations[OPERATIONS_MAX];
  uint32_t n;
} AcceptDraft;

static void draft_task(MessageWorld *world, AcceptDraft *draft, uint32_t at, AgentId agent, Resources *left)
{
  Operation *operation = &draft->operations[at];
  TaskInfo *task = &draft->tasks[at][operation->n_tasks];
  ExecutorInfo *executor = &draft->executors[at][operation->n_tasks];
  operation->n_tasks++;
  task->label = ++world->next_label;
  task->agent = percent(world, 2) ? any_agent(world) : agent;
  task->resources = part_resources(world, left);
  if (percent(world, 25)) {
    executor->id = percent(world, 2) ? EXECUTOR_NONE : below(world, 3);
    executor->resources = RESOURCES_EMPTY;
    executor->resources.plain.amount[RESOURCE_CPUS] = percent(world, 90) ? 100 : 200;
    if (percent(world, 10))
      executor->resources = part_resources(world, left);
    task->executor = executor;
  }
  if (resources_are_valid(&task->resources) && resources_contain(left, &task->resources))
    resources_take(left, &task->resources);
}

static void draft_operation(MessageWorld *world, AcceptDraft *draft, AgentId agent, const char *role,
                            Resources *left)
{
  uint32_t at = draft->n++;
  Operation *operation = &draft->operations[at];
  operation->kind = (OperationKind)(percent(world, 1) ? below(world, 300) : below(world, OPERATIONS));
  if (percent(world, 30))
    operation->kind = OPERATION_LAUNCH;
  if (operation_launches(operation->kind)) {
    operation->tasks = draft->tasks[at];
    for (uint32_t n = below(world, TASKS_MAX + 1); n > 0; n--)
      draft_task(world, draft, at, agent, left);
    return;
  }
  draft->named[at] = named_resources(world, operation->kind, role, left);
  operation->resources = percent(world, 1) ? NULL : &draft->named[at];
  Conversion conversion;
  if (operation->kind >= OPERATIONS ||
      !conversion_make(world->f->kinds, (ConversionKind)(operation->kind - OPERATION_RESERVE),
                       &draft->named[at], &conversion, NULL))
    return;
  conversion_apply(&conversion, left);
  conversion_clear(&conversion);
}

static void draft_clear(AcceptDraft *draft)
{
  for (uint32_t i = 0; i < draft->n; i++) {
    resources_clear(&draft->named[i]);
    for (uint32_t j = 0; j < TASKS_MAX; j++) {
      resources_clear(&draft->tasks[i][j].resources);
      resources_clear(&draft->executors[i][j].resources);
    }
  }
}

/* Mostly a live offer of the framework; sometimes any that was ever made, or none. */
static OfferId any_offer(MessageWorld *world, FrameworkId framework)
{
  const GArray *offers = world->f->offers;
  if (offers->len == 0 || percent(world, 3))
    return percent(world, 50) ? OFFER_NONE : (OfferId){property_bits(&world->random)};
  uint32_t first = below(world, offers->len);
  for (guint i = 0; i < offers->len && !percent(world, 1); i++) {
    const FixtureOffer *offer = &g_array_index(offers, FixtureOffer, (first + i) % offers->len);
    if (!offer->ended && offer->framework.index == framework.index)
      return offer->id;
  }
  return g_array_index(offers, FixtureOffer, first).id;
}

static const FixtureOffer *offer_find(const MessageWorld *world, OfferId id)
{
  for (guint i = world->f->offers->len; i-- > 0;)
    if (g_array_index(world->f->offers, FixtureOffer, i).id.value == id.value)
      return &g_array_index(world->f->offers, FixtureOffer, i);
  return NULL;
}

static void accept_offers(MessageWorld *world, FrameworkId framework, OfferId first)
{
  OfferId offers[3] = {first};
  uint32_t n_offers = percent(world, 1) ? 0 : 1;
  const FixtureOffer *offer = offer_find(world, first);
  AgentId agent = offer == NULL ? any_agent(world) : offer->agent;
  Resources left = RESOURCES_EMPTY;
  if (offer != NULL)
    resources_copy(&left, &offer->resources);
  while (n_offers < 3 && percent(world, 15)) {
    offers[n_offers] = any_offer(world, framework);
    const FixtureOffer *more = offer_find(world, offers[n_offers++]);
    if (more != NULL)
      resources_add(&left, &more->resources);
  }
  AcceptDraft draft = {.n = 0};
  const char *role = roles[below(world, G_N_ELEMENTS(roles))];
  for (uint32_t n = below(world, OPERATIONS_MAX + 1); n > 0; n--)
    draft_operation(world, &draft, agent, role, &left);
  resources_clear(&left);
  master_accept(world->f->master, world->f->now, framework, offers, n_offers, draft.operations, draft.n,
                any_filter(world));
  fixture_check(world->f);
  draft_clear(&draft);
}

static void step_offer(MessageWorld *world)
{
  FrameworkId framework = any_framework(world);
  /* Mostly somebody who has one. */
  for (guint i = world->f->offers->len; i-- > 0 && percent(world, 95);)
    if (!g_array_index(world->f->offers, FixtureOffer, i).ended) {
      framework = g_array_index(world->f->offers, FixtureOffer, i).framework;
      break;
    }
  OfferId offer = any_offer(world, framework);
  if (percent(world, 70)) {
    accept_offers(world, framework, offer);
    return;
  }
  OfferId offers[2] = {offer, any_offer(world, framework)};
  master_decline(world->f->master, world->f->now, framework, offers, below(world, 3), any_filter(world));
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

static uint32_t *sequence_of(MessageWorld *world, uint32_t task)
{
  if (world->sequences->len < world->f->tasks->len)
    g_array_set_size(world->sequences, world->f->tasks->len);
  return &g_array_index(world->sequences, uint32_t, task);
}

/* Index of a task, mostly one that lives; INDEX_NONE where there never was any. */
static uint32_t any_task(MessageWorld *world)
{
  const GArray *tasks = world->f->tasks;
  if (tasks->len == 0)
    return INDEX_NONE;
  uint32_t first = below(world, tasks->len);
  for (guint i = 0; i < tasks->len && !percent(world, 2); i++)
    if (!g_array_index(tasks, FixtureTask, (first + i) % tasks->len).freed)
      return (first + i) % tasks->len;
  return first;
}

static void step_status(MessageWorld *world)
{
  uint32_t at = any_task(world);
  if (at == INDEX_NONE)
    return;
  const FixtureTask *task = &g_array_index(world->f->tasks, FixtureTask, at);
  uint32_t *sequence = sequence_of(world, at);
  bool odd = percent(world, 10);
  TaskStatus status = {
      .task = odd && percent(world, 20) ? (TaskId){property_bits(&world->random)} : task->id,
      .agent = odd && percent(world, 20) ? any_agent(world) : task->agent,
      .state = (TaskState)(odd ? below(world, 40) : below(world, TASK_STATES)),
      .reason = (TaskReason)(odd ? below(world, 60) : below(world, TASK_REASONS)),
      .source = odd ? (TaskSource)below(world, 5) : SOURCE_EXECUTOR,
      .sequence = odd ? below(world, 9) : ++*sequence,
  };
  if (percent(world, 10))
    master_expect_status(world->f->master, status.agent, status.task, percent(world, 50));
  master_status_update(world->f->master, world->f->now, &status);
}

static void step_acknowledge(MessageWorld *world)
{
  uint32_t at = any_task(world);
  TaskId task = TASK_NONE;
  FrameworkId framework = any_framework(world);
  uint32_t sequence = below(world, 4);
  if (at != INDEX_NONE && !percent(world, 5)) {
    task = g_array_index(world->f->tasks, FixtureTask, at).id;
    framework = g_array_index(world->f->tasks, FixtureTask, at).framework;
    sequence = *sequence_of(world, at);
  }
  master_acknowledge(world->f->master, world->f->now, framework, task, sequence);
}

static void step_question(MessageWorld *world)
{
  TaskQuery queries[3] = {{{0}, 0, {0}}};
  uint32_t n = below(world, 4);
  FrameworkId framework = any_framework(world);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = any_task(world);
    queries[i].agent = percent(world, 30) ? AGENT_NONE : any_agent(world);
    queries[i].label = i;
    queries[i].task = at == INDEX_NONE || percent(world, 20)
                          ? (TaskId){property_bits(&world->random)}
                          : g_array_index(world->f->tasks, FixtureTask, at).id;
  }
  if (n > 0 && percent(world, 60))
    master_kill(world->f->master, world->f->now, framework, queries[0].task, queries[0].agent);
  else
    master_reconcile(world->f->master, world->f->now, framework, queries, n);
}

static void step_executor(MessageWorld *world)
{
  master_executor_exited(world->f->master, world->f->now, any_agent(world), any_framework(world),
                         below(world, 4));
}

/* --- frameworks ----------------------------------------------------------------------------------------- */

static const char *const patterns[] = {"host-[0-9]+", "(", "north|south", "a)(", "", "(?x)#", "\xff"};

static AttributeConstraint any_constraint(MessageWorld *world)
{
  AttributeConstraint constraint = {
      .selector = (ConstraintSelector)below(world, percent(world, 98) ? 4 : 9),
      .predicate = (ConstraintPredicate)below(world, percent(world, 98) ? 6 : 9),
  };
  bool exists = constraint.predicate == CONSTRAINT_EXISTS || constraint.predicate == CONSTRAINT_NOT_EXISTS;
  if ((constraint.selector == CONSTRAINT_ATTRIBUTE) != percent(world, 2))
    constraint.attribute = "rack";
  if (!exists != percent(world, 2))
    constraint.text = patterns[percent(world, 90) ? 0 : below(world, G_N_ELEMENTS(patterns))];
  return constraint;
}

/* What a framework may say of itself, and what that points to. */
typedef struct {
  const char *roles[3];
  bool suppressed[3];
  OfferWishes wishes[3];
  Quantities minimum;
  AttributeConstraint constraints[2];
  ConstraintGroup group;
  FrameworkInfo info;
} InfoDraft;

static void draft_info(MessageWorld *world, InfoDraft *draft, const char *name)
{
  static const char *const bad_roles[] = {"", "/", "a//b", "..", "-x", "a b", "a/*", NULL};
  memset(draft, 0, sizeof *draft);
  uint32_t n = percent(world, 2) ? 0 : 1 + below(world, 3);
  draft->minimum.amount[RESOURCE_CPUS] = percent(world, 95) ? 500 : -1;
  for (int i = 0; i < 2; i++)
    draft->constraints[i] = any_constraint(world);
  draft->group = (ConstraintGroup){draft->constraints, percent(world, 97) ? 1 + below(world, 2) : 0};
  for (uint32_t i = 0; i < n; i++) {
    draft->roles[i] = percent(world, 99) ? roles[(below(world, 2) + 2 * i) % G_N_ELEMENTS(roles)]
                                         : bad_roles[below(world, G_N_ELEMENTS(bad_roles))];
    if (percent(world, 2))
      draft->roles[i] = draft->roles[0];
    draft->suppressed[i] = percent(world, 20);
    draft->wishes[i].min_allocatable_set = percent(world, 30);
    draft->wishes[i].min_allocatable = &draft->minimum;
    draft->wishes[i].n_min_allocatable =
        draft->wishes[i].min_allocatable_set || percent(world, 1) ? below(world, 2) : 0;
    if (percent(world, 20))
      draft->wishes[i].constraints = (OfferConstraints){&draft->group, 1};
  }
  draft->info = (FrameworkInfo){
      .name = percent(world, 1) ? NULL : name,
      .roles = draft->roles,
      .suppressed = percent(world, 20) ? NULL : draft->suppressed,
      .n_roles = n,
      .capabilities = percent(world, 50) ? 0x7f : below(world, 0x80),
      .wishes = percent(world, 50) ? NULL : draft->wishes,
  };
}

/* A refusal says why. */
static void judge(bool done, GError **error)
{
  ck_assert(done == (*error == NULL));
  ck_assert(done || strlen((*error)->message) > 0);
  g_clear_error(error);
}

static void step_subscribe(MessageWorld *world)
{
  InfoDraft draft;
  g_autoptr(GError) error = NULL;
  uint32_t n = master_framework_count(world->f->master);
  if (n >= FRAMEWORKS_MAX)
    return;
  g_autofree char *name = g_strdup_printf("f%u", n);
  draft_info(world, &draft, name);
  FrameworkId id = master_subscribe(world->f->master, world->f->now, &draft.info, &error);
  judge(id.index != FRAMEWORK_NONE.index, &error);
}

static void step_update(MessageWorld *world)
{
  InfoDraft draft;
  g_autoptr(GError) error = NULL;
  FrameworkId framework = any_framework(world);
  g_autofree char *name = g_strdup_printf("f%u", framework.index + (percent(world, 2) ? 1 : 0));
  draft_info(world, &draft, name);
  judge(master_update_framework(world->f->master, world->f->now, framework, &draft.info, &error), &error);
}

static void step_wishes(MessageWorld *world)
{
  FrameworkId framework = any_framework(world);
  const char *names[3];
  Quantities task = QUANTITIES_ZERO;
  task.amount[RESOURCE_CPUS] = percent(world, 90) ? 1000 : percent(world, 50) ? -5 : QUANTITY_MAX;
  for (int i = 0; i < 3; i++)
    names[i] = percent(world, 98) ? roles[below(world, G_N_ELEMENTS(roles))] : NULL;
  uint32_t kind = below(world, 100);
  if (kind < 35)
    master_suppress(world->f->master, world->f->now, framework, names, below(world, 3));
  else if (kind < 80)
    master_revive(world->f->master, world->f->now, framework, names, below(world, 3));
  else
    master_request(world->f->master, world->f->now, framework, names[0], &task,
                   percent(world, 10) ? UINT32_MAX : below(world, 100));
}

static void step_leave(MessageWorld *world)
{
  if (percent(world, 30))
    master_teardown(world->f->master, world->f->now, any_framework(world));
}

/* --- agents --------------------------------------------------------------------------------------------- */

static void step_register(MessageWorld *world)
{
  static const char *const totals[] = {
      "cpus:4;mem:4096;disk:1000",
      "cpus:4;mem:4096;disk:1000;ports:[1-10]",
      "cpus:2;mem:1024;cpus(a):2;disk(a):100;disk(a)[v]{SHARED}:50",
      "cpus:2;mem:2048;disk[MOUNT:d1]:100;disk[MOUNT:d2]:50;cpus{REV}:4",
      "cpus:8;mem:8192;gpus:2;ports(*,b):[5-9]",
      "cpus(*,a,a/x):3;mem(a):512;mem:1024;disk(*,b)[MOUNT:d1]:64",
      "",
  };
  static const char *const names[] = {"rack", "speed"};
  static const char *const values[] = {"r1", NULL};
  uint32_t n = master_agent_count(world->f->master);
  if (n >= AGENTS_MAX)
    return;
  g_autofree char *hostname = g_strdup_printf("host-%u", percent(world, 90) ? n : below(world, n + 1));
  AgentInfo info = {
      .hostname = percent(world, 1) ? NULL : hostname,
      .attribute_names = names,
      .attribute_values = values,
      .n_attributes = below(world, 3),
      .region = percent(world, 90) ? NULL : "south",
      .lacks = percent(world, 90) ? 0 : below(world, 4),
  };
  if (percent(world, 95))
    ck_assert(
        resources_parse(world->f->kinds, totals[below(world, G_N_ELEMENTS(totals))], &info.total, NULL));
  else
    info.total = any_bytes(world);
  master_register_agent(world->f->master, world->f->now, &info);
  resources_clear(&info.total);
}

static void step_revocable(MessageWorld *world, AgentId agent)
{
  static const char *const reports[] = {"", "cpus{REV}:1", "cpus{REV}:6;mem{REV}:512", "cpus(a){REV}:1",
                                        "cpus:1"};
  Resources revocable;
  if (percent(world, 90))
    ck_assert(
        resources_parse(world->f->kinds, reports[below(world, G_N_ELEMENTS(reports))], &revocable, NULL));
  else
    revocable = any_bytes(world);
  master_update_revocable(world->f->master, world->f->now, agent, &revocable);
  resources_clear(&revocable);
}

static void step_agent(MessageWorld *world)
{
  AgentId agent = any_agent(world);
  uint32_t kind = below(world, 130);
  if (kind < 40)
    master_disconnect_agent(world->f->master, world->f->now, agent);
  else if (kind < 80)
    master_reconnect_agent(world->f->master, world->f->now, agent);
  else if (kind >= 100)
    step_revocable(world, agent);
  else if (kind < 85)
    master_remove_agent(world->f->master, world->f->now, agent);
}

/* --- answers within the call ---------------------------------------------------------------------------- */

/* Any message may be answered at once. */
static void answer(MessageWorld *world)
{
  fixture_check(world->f);
  if (world->depth > 2 || !percent(world, 15))
    return;
  world->depth++;
  switch (below(world, 6)) {
  case 0:
    step_offer(world);
    break;
  case 1:
    step_status(world);
    break;
  case 2:
    step_acknowledge(world);
    break;
  case 3:
    step_question(world);
    break;
  case 4:
    step_agent(world);
    break;
  default:
    step_update(world);
  }
  world->depth--;
  fixture_check(world->f);
}

static void on_offers(MasterFixture *f, FrameworkId framework, const OfferMessage *offers, uint32_t n)
{
  MessageWorld *world = f->user;
  (void)framework;
  (void)offers;
  ck_assert_uint_gt(n, 0);
  answer(world);
}

static void on_status(MasterFixture *f, FrameworkId framework, const TaskStatus *status)
{
  ck_assert(status->state < TASK_STATES && status->reason < TASK_REASONS);
  ck_assert_uint_lt(framework.index, master_framework_count(f->master));
  answer(f->user);
}

static void on_launch(MasterFixture *f, AgentId agent, const TaskLaunch *launch)
{
  MessageWorld *world = f->user;
  (void)agent;
  ck_assert(resources_are_valid(&launch->resources));
  world->done++;
  answer(world);
}

static void on_rescind(MasterFixture *f, FrameworkId framework, OfferId offer)
{
  (void)framework;
  (void)offer;
  answer(f->user);
}

static void on_kill(MasterFixture *f, AgentId agent, TaskId task)
{
  (void)agent;
  (void)task;
  answer(f->user);
}

/* --- the world ------------------------------------------------------------------------------------------ */

static void change_timeout(MasterSettings *settings)
{
  settings->offer_timeout = (Duration){3 * NS_PER_S};
}

static void change_compatible(MasterSettings *settings)
{
  settings->mesos_compatible = true;
  settings->region = "north";
}

MessageWorld *message_world_new(const AllocatorInterface *allocator, uint64_t seed)
{
  static void (*const changes[])(MasterSettings * settings) = {NULL, change_timeout, change_compatible};
  MessageWorld *world = g_new0(MessageWorld, 1);
  world->random.state = seed;
  world->f = fixture_new(allocator, changes[below(world, G_N_ELEMENTS(changes))]);
  world->f->seed = seed;
  world->f->quiet = true;
  world->f->user = world;
  ck_assert(resource_kinds_add(world->f->kinds, "ports", NULL, NULL));
  world->sequences = g_array_new(FALSE, TRUE, sizeof(uint32_t));
  if (percent(world, 60)) {
    world->f->on_offers = on_offers;
    world->f->on_status = on_status;
    world->f->on_launch = on_launch;
    world->f->on_rescind = on_rescind;
    world->f->on_kill = on_kill;
  }
  return world;
}

static void step_time(MessageWorld *world)
{
  if (percent(world, 30))
    fixture_settle(world->f);
  else
    fixture_advance(world->f, world->f->now.ns / NS_PER_MS + below(world, percent(world, 85) ? 1500 : 20000));
}

void message_world_step(MessageWorld *world, uint8_t kind, uint64_t seed)
{
  world->random.state = seed;
  /* Twice as many of those on which the others live. */
  switch (kind % 20) {
  case 0:
    step_subscribe(world);
    break;
  case 1:
    step_register(world);
    break;
  case 2:
    step_update(world);
    break;
  case 3:
    step_wishes(world);
    break;
  case 4:
    step_leave(world);
    break;
  case 5:
    step_agent(world);
    break;
  case 6:
    step_executor(world);
    break;
  case 7:
    step_question(world);
    break;
  case 8:
    operator_step(&world->random, world->f);
    break;
  case 9:
  case 10:
    step_acknowledge(world);
    break;
  case 11:
  case 12:
  case 13:
    step_status(world);
    break;
  case 14:
  case 15:
  case 16:
    step_time(world);
    break;
  default:
    step_offer(world);
  }
  fixture_check(world->f);
}

uint64_t message_world_end(MessageWorld *world)
{
  MasterFixture *f = world->f;
  f->on_offers = NULL;
  f->on_status = NULL;
  f->on_launch = NULL;
  f->on_rescind = NULL;
  f->on_kill = NULL;
  for (uint32_t i = 0; i < master_framework_count(f->master); i++)
    master_teardown(f->master, f->now, (FrameworkId){i});
  fixture_check(f);
  ck_assert_uint_eq(master_offers_outstanding(f->master), 0);
  ck_assert_uint_eq(master_tasks_live(f->master), 0);
  for (guint i = 0; i < f->offered->len; i++) {
    ck_assert(resources_are_empty(&g_array_index(f->offered, Resources, i)));
    ck_assert(resources_are_empty(&g_array_index(f->allocated, Resources, i)));
  }
  for (uint32_t i = 0; i < master_agent_count(f->master); i++)
    master_remove_agent(f->master, f->now, (AgentId){i});
  fixture_check(f);
  ck_assert_uint_eq(f->n_broken, 0);
  uint64_t done = world->done;
  fixture_free(f);
  g_array_unref(world->sequences);
  g_free(world);
  return done;
}
