/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/contract-world.h"

#include <string.h>

#include "base/check.h"
#include "base/resources-text.h"
#include "base/time-text.h"

#define TRACE_LENGTH 10

/* --- words ---------------------------------------------------------------------------------------------- */

static void note(ContractWorld *world, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void note(ContractWorld *world, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *at = duration_print((Duration){world->now.ns});
  g_queue_push_tail(world->trace, g_strdup_printf("%s  %s", at, what));
  if (world->trace->length > TRACE_LENGTH)
    g_free(g_queue_pop_head(world->trace));
}

void world_note_call(ContractWorld *world, const char *format, ...)
{
  world->n_calls++;
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *what = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  note(world, "%s", what);
}

void world_violate(ContractWorld *world, const char *what)
{
  if (world->violation != NULL)
    return;
  g_autofree char *at = duration_print((Duration){world->now.ns});
  GString *text = g_string_new(NULL);
  g_string_printf(text, "after %" G_GUINT64_FORMAT " calls, at %s: %s", world->n_calls, at, what);
  for (const GList *one = world->trace->head; one != NULL; one = one->next)
    g_string_append_printf(text, "\n%s", (const char *)one->data);
  world->violation = g_string_free(text, FALSE);
}

/* --- what the allocator asks for ------------------------------------------------------------------------ */

char *world_describe(const ContractWorld *world, const WorldHolding *offer)
{
  g_autofree char *text = resources_print(world->kinds, &offer->resources);
  const char *role =
      offer->role.index < world->roles->len ? world_role(world, offer->role)->path : "(unknown)";
  return g_strdup_printf("%s of agent %u to framework %u in role %s", text, offer->agent.index,
                         offer->framework.index, role);
}

/* Each fault that is watched is told; then it is booked, if it can be. */
static void take_offer(void *self, FrameworkId framework, RoleId role, AgentId agent,
                       const Resources *resources)
{
  ContractWorld *world = self;
  WorldHolding offer = {framework, role, agent, RESOURCES_EMPTY, false};
  resources_copy(&offer.resources, resources);
  g_autofree char *what = world_describe(world, &offer);
  world->n_offers++;
  note(world, "  offers %s", what);
  if (world->log != NULL)
    g_string_append_printf(world->log, "%" G_GINT64_FORMAT " %s\n", world->now.ns, what);
  g_autoptr(GString) why = g_string_new(NULL);
  bool bookable = true;
  for (int fault = -1; (fault = world_offer_fault(world, &offer, fault + 1, why)) >= 0;) {
    bookable =
        bookable && fault != FAULT_NOT_FREE && fault != FAULT_NOT_SUBSCRIBED && fault != FAULT_AGENT_REMOVED;
    if ((world->watched & 1u << fault) == 0)
      continue;
    g_autofree char *violation = g_strdup_printf("it offered %s: %s", what, why->str);
    world_violate(world, violation);
  }
  g_array_append_val(bookable ? world->holdings : world->refused, offer);
}

static void take_inverse_offer(void *self, FrameworkId framework, AgentId agent)
{
  ContractWorld *world = self;
  note(world, "  inverse offer of agent %u to framework %u", agent.index, framework.index);
}

static void take_revocation(void *self, FrameworkId framework, AgentId agent, const Resources *resources)
{
  (void)resources;
  ContractWorld *world = self;
  note(world, "  revokes of agent %u from framework %u", agent.index, framework.index);
}

static void request_run(void *self)
{
  ContractWorld *world = self;
  world->run_requested = true;
}

static void request_tick(void *self, Instant not_before)
{
  ContractWorld *world = self;
  world->tick_requested = instant_min(world->tick_requested, not_before);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
  uint64_t x = a + 0x9e3779b97f4a7c15u * (b + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static void fill_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  const ContractWorld *world = self;
  uint64_t stream = mix(mix(world->seed, run), stage);
  for (size_t i = 0; i < n; i++)
    numbers[i] = (uint32_t)(mix(stream, i) >> 32);
}

/* --- life ----------------------------------------------------------------------------------------------- */

static void role_clear(void *role)
{
  g_free(((WorldRole *)role)->path);
}

static void agent_clear(void *agent)
{
  resources_clear(&((WorldAgent *)agent)->total);
  g_free(((WorldAgent *)agent)->hostname);
  g_array_unref(((WorldAgent *)agent)->filters);
}

void world_holding_clear(void *holding)
{
  resources_clear(&((WorldHolding *)holding)->resources);
}

GArray *world_array_new(guint size, void (*clear)(void *item))
{
  GArray *array = g_array_new(FALSE, TRUE, size);
  if (clear != NULL)
    g_array_set_clear_func(array, clear);
  return array;
}

static bool make_allocator(ContractWorld *world, const char *const *option_values, char **violation)
{
  static const Quantities minimum[] = {{.amount = {[RESOURCE_CPUS] = 10}},
                                       {.amount = {[RESOURCE_MEM] = 32 * QUANTITY_UNIT}}};
  const AllocatorHost host = {.size = sizeof host,
                              .self = world,
                              .offer = take_offer,
                              .inverse_offer = take_inverse_offer,
                              .revoke = take_revocation,
                              .request_run = request_run,
                              .request_tick = request_tick,
                              .random = fill_random,
                              .helpers = &allocator_helpers};
  g_autofree const char **defaults = g_new0(const char *, world->interface->n_options + 1);
  const AllocatorSettings settings = {.allocation_interval = WORLD_INTERVAL,
                                      .min_allocatable = minimum,
                                      .n_min_allocatable = G_N_ELEMENTS(minimum),
                                      .kinds = world->kinds,
                                      .filter_gpu_resources = true,
                                      .option_values = option_values != NULL ? option_values : defaults,
                                      .region = WORLD_REGION_OF_MASTER,
                                      .context = world->interface->context};
  g_autofree char *message = NULL;
  world->allocator = world->interface->create(&settings, &host, world->now, &message);
  if (world->allocator == NULL)
    *violation =
        g_strdup_printf("create() refuses the %soptions: %s", option_values == NULL ? "default " : "",
                        message == NULL ? "no reason" : message);
  return world->allocator != NULL;
}

ContractWorld *contract_world_new(const AllocatorInterface *interface, const char *const *option_values,
                                  uint64_t seed, uint32_t watched, char **violation)
{
  ContractWorld *world = g_new0(ContractWorld, 1);
  world->interface = interface;
  world->kinds = resource_kinds_new();
  world->seed = seed;
  world->tick_requested = INSTANT_NEVER;
  world->roles = world_array_new(sizeof(WorldRole), role_clear);
  world->frameworks = world_array_new(sizeof(WorldFramework), NULL);
  world->agents = world_array_new(sizeof(WorldAgent), agent_clear);
  world->holdings = world_array_new(sizeof(WorldHolding), world_holding_clear);
  world->refused = world_array_new(sizeof(WorldHolding), world_holding_clear);
  world->trace = g_queue_new();
  world->watched = watched;
  if (!make_allocator(world, option_values, violation))
    g_clear_pointer(&world, contract_world_free);
  return world;
}

void contract_world_free(ContractWorld *world)
{
  if (world == NULL)
    return;
  if (world->allocator != NULL)
    world->interface->destroy(world->allocator);
  g_array_unref(world->roles);
  g_array_unref(world->frameworks);
  g_array_unref(world->agents);
  g_array_unref(world->holdings);
  g_array_unref(world->refused);
  g_strfreev(world->whitelist);
  g_queue_free_full(world->trace, g_free);
  if (world->log != NULL)
    g_string_free(world->log, TRUE);
  g_free(world->violation);
  resource_kinds_free(world->kinds);
  g_free(world);
}

WorldRole *world_role(const ContractWorld *world, RoleId role)
{
  return &g_array_index(world->roles, WorldRole, role.index);
}

WorldFramework *world_framework(const ContractWorld *world, FrameworkId framework)
{
  return &g_array_index(world->frameworks, WorldFramework, framework.index);
}

WorldAgent *world_agent(const ContractWorld *world, AgentId agent)
{
  return &g_array_index(world->agents, WorldAgent, agent.index);
}

WorldHolding *world_holding(const ContractWorld *world, uint32_t index)
{
  return &g_array_index(world->holdings, WorldHolding, index);
}

/* --- runs ----------------------------------------------------------------------------------------------- */

/* What could not be booked goes back: the allocator takes it for offered. */
static void return_refused(ContractWorld *world)
{
  for (guint i = 0; i < world->refused->len; i++) {
    const WorldHolding *offer = &g_array_index(world->refused, WorldHolding, i);
    world->interface->recover_resources(world->allocator, world->now, offer->framework, offer->role,
                                        offer->agent, &offer->resources, OFFER_FILTER_NONE, false);
  }
  g_array_set_size(world->refused, 0);
}

void world_settle(ContractWorld *world)
{
  /* A run that asks for itself is made once more, not for ever. */
  for (int i = 0; world->run_requested && i < 3; i++) {
    world->run_requested = false;
    world->in_run = true;
    world_note_call(world, "run()");
    world->interface->run(world->allocator, world->now);
    world->in_run = false;
    return_refused(world);
  }
}

/* The instant of the next multiple of the interval. */
static Instant next_tick(const ContractWorld *world)
{
  return (Instant){(world->now.ns / WORLD_INTERVAL.ns + 1) * WORLD_INTERVAL.ns};
}

void world_tick(ContractWorld *world)
{
  world->now = next_tick(world);
  if (world->tick_requested.ns <= world->now.ns) {
    world->tick_requested = INSTANT_NEVER;
    world->in_run = true;
    world_note_call(world, "tick()");
    world->interface->tick(world->allocator, world->now);
    world->in_run = false;
    return_refused(world);
  }
  world_settle(world);
}

void world_advance(ContractWorld *world, Duration wait)
{
  Instant until = instant_after(world->now, wait);
  if (until.ns % WORLD_INTERVAL.ns == 0)
    until.ns += NS_PER_MS; /* calls at the instant of a tick that was left out would have to come after it */
  while (next_tick(world).ns < until.ns)
    world_tick(world);
  world->now = until;
}
