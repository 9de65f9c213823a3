/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/allocator-choice.h"

#include <string.h>

#include "allocators/registry.h"
#include "base/check.h"
#include "cli/options.h"
#include "cli/report.h"

void allocator_choice_clear(AllocatorChoice *choice)
{
  plugin_free(choice->plugin);
  *choice = (AllocatorChoice){0};
}

bool allocator_choose(const char *name, GuardPage *page, AllocatorChoice *choice, GError **error)
{
  *choice = (AllocatorChoice){0};
  if (plugin_is_path(name)) {
    choice->plugin = plugin_load(name, page, error);
    choice->interface = choice->plugin == NULL ? NULL : plugin_interface(choice->plugin);
    return choice->plugin != NULL;
  }
  choice->interface = allocator_find(name);
  if (choice->interface != NULL)
    return true;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (const AllocatorInterface *const *one = allocator_list(); *one != NULL; one++)
    g_ptr_array_add(names, (gpointer)(guintptr)(*one)->name);
  g_ptr_array_add(names, NULL);
  options_unknown(error, "allocator", name, (const char *const *)names->pdata);
  return false;
}

/* --- names ---------------------------------------------------------------------------------------------- */

WorkloadNames *allocator_names_new(const AllocatorInterface *more)
{
  size_t n_listed = 0;
  while (allocator_list()[n_listed] != NULL)
    n_listed++;
  size_t n = n_listed + (more == NULL ? 0 : 1);
  WorkloadAllocator *allocators = g_new0(WorkloadAllocator, n);
  for (size_t i = 0; i < n; i++) {
    const AllocatorInterface *interface = i < n_listed ? allocator_list()[i] : more;
    const char **keys = g_new0(const char *, interface->n_options + 1);
    for (uint32_t option = 0; option < interface->n_options; option++)
      keys[option] = interface->options[option].key;
    allocators[i] = (WorkloadAllocator){interface->name, keys};
  }
  WorkloadNames *names = g_new(WorkloadNames, 1);
  *names = (WorkloadNames){.allocators = allocators, .n_allocators = n};
  return names;
}

void allocator_names_free(WorkloadNames *names)
{
  if (names == NULL)
    return;
  for (size_t i = 0; i < names->n_allocators; i++)
    g_free((gpointer)(guintptr)names->allocators[i].option_keys);
  g_free((gpointer)(guintptr)names->allocators);
  g_free(names);
}

/* --- options -------------------------------------------------------------------------------------------- */

static uint32_t option_index(const AllocatorInterface *allocator, const char *key)
{
  for (uint32_t i = 0; i < allocator->n_options; i++)
    if (strcmp(allocator->options[i].key, key) == 0)
      return i;
  check_failed(__FILE__, __LINE__, __func__, "the workload parser lets known keys through only");
}

const char **allocator_option_values(const Experiment *experiment, const AllocatorInterface *allocator)
{
  const char **values = g_new0(const char *, allocator->n_options + 1);
  for (uint32_t i = 0; i < experiment->n_allocators; i++) {
    const AllocatorOptions *options = &experiment->allocators[i];
    if (strcmp(options->allocator, allocator->name) != 0)
      continue;
    for (size_t k = 0; options->keys[k] != NULL; k++)
      values[option_index(allocator, options->keys[k])] = options->values[k];
  }
  return values;
}

/* A host for an instance that is made and thrown away: it never gets as far as asking for anything. */
static void no_offer(void *self, FrameworkId framework, RoleId role, AgentId agent,
                     const Resources *resources)
{
  (void)self, (void)framework, (void)role, (void)agent, (void)resources;
}

static void no_inverse_offer(void *self, FrameworkId framework, AgentId agent)
{
  (void)self, (void)framework, (void)agent;
}

static void no_revoke(void *self, FrameworkId framework, AgentId agent, const Resources *resources)
{
  (void)self, (void)framework, (void)agent, (void)resources;
}

static void no_request_run(void *self)
{
  (void)self;
}

static void no_request_tick(void *self, Instant not_before)
{
  (void)self, (void)not_before;
}

static void no_random(void *self, uint64_t run, uint32_t stage, uint32_t *numbers, size_t n)
{
  (void)self, (void)run, (void)stage;
  memset(numbers, 0, n * sizeof *numbers);
}

/* Whether an instance can be made with these values; otherwise what the allocator says against it. */
static bool try_values(const Experiment *experiment, const AllocatorInterface *allocator,
                       const char *const *values, char **message)
{
  const AllocatorHost host = {.size = sizeof host,
                              .offer = no_offer,
                              .inverse_offer = no_inverse_offer,
                              .revoke = no_revoke,
                              .request_run = no_request_run,
                              .request_tick = no_request_tick,
                              .random = no_random,
                              .helpers = &allocator_helpers};
  const AllocatorSettings settings = {.allocation_interval = experiment->master.allocation_interval,
                                      .min_allocatable = experiment->master.min_allocatable,
                                      .n_min_allocatable = experiment->master.n_min_allocatable,
                                      .kinds = experiment->kinds,
                                      .filter_gpu_resources = true,
                                      .option_values = values,
                                      .revocation = experiment->master.revocation,
                                      .context = allocator->context};
  Allocator *instance = allocator->create(&settings, &host, INSTANT_ZERO, message);
  if (instance == NULL)
    return false;
  allocator->destroy(instance);
  return true;
}

static bool refuse(const Experiment *experiment, int line, const char *allocator, const char *key,
                   const char *message, GError **error)
{
  if (message == NULL)
    message = "the allocator cannot be made with it, and does not say why";
  g_autofree char *group = g_strdup_printf("allocator %s", allocator);
  g_autofree char *where = workload_where(experiment, line, group, key);
  g_set_error(error, CLI_ERROR, CLI_ERROR_INPUT, "%s%s", where, message);
  return false;
}

/* Each option alone, to know which one is refused; then all of them, for what they say together. */
static bool check_group(const Experiment *experiment, const AllocatorOptions *options,
                        const AllocatorInterface *more, GError **error)
{
  const AllocatorInterface *allocator = allocator_find(options->allocator);
  if (allocator == NULL)
    allocator = more;
  CHECK(allocator != NULL && strcmp(allocator->name, options->allocator) == 0);
  g_autofree char *message = NULL;
  for (size_t i = 0; options->keys[i] != NULL; i++) {
    g_autofree const char **one = g_new0(const char *, allocator->n_options + 1);
    one[option_index(allocator, options->keys[i])] = options->values[i];
    if (!try_values(experiment, allocator, one, &message))
      return refuse(experiment, options->lines[i], options->allocator, options->keys[i], message, error);
  }
  g_autofree const char **all = allocator_option_values(experiment, allocator);
  int line = options->keys[0] == NULL ? 0 : options->lines[0];
  return try_values(experiment, allocator, all, &message) ||
         refuse(experiment, line, options->allocator, NULL, message, error);
}

bool allocator_options_check(const Experiment *experiment, const AllocatorInterface *more, GError **error)
{
  for (uint32_t i = 0; i < experiment->n_allocators; i++)
    if (!check_group(experiment, &experiment->allocators[i], more, error))
      return false;
  return true;
}
