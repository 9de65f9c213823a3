/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/drf.h"

#include <glib.h>

#include "allocators/drf-sorter.h"
#include "allocators/hierarchical.h"
#include "allocators/option-values.h"
#include "allocators/random-sorter.h"
#include "allocators/revocation.h"

static const AllocatorOption options[] = {
    {"role-sorter", "drf", "order of roles: drf, or random (weights in proportion)"},
    {"framework-sorter", "drf", "order of the frameworks of a role: drf or random"},
    REVOCATION_OPTION,
    {"whole-cluster", "no",
     "yes: all that a run offers goes to the framework that comes first, as in Omega's account of Mesos"},
};

enum {
  OPTION_ROLE_SORTER,
  OPTION_FRAMEWORK_SORTER,
  OPTION_REVOCATION_TIMEOUT,
  OPTION_WHOLE_CLUSTER,
};

/* What the random sorters of one kernel share; owned by the kernel, through its hooks. */
typedef struct {
  RandomSorterContext context;
  uint32_t n_sorters;
} DrfRandom;

static const char *value_of(const AllocatorSettings *settings, uint32_t option)
{
  return settings->option_values == NULL ? NULL : settings->option_values[option];
}

static bool whole_choose(const AllocatorSettings *settings, bool *whole, char **error)
{
  static const char *const names[] = {"no", "yes", NULL};
  const AllocatorOption *option = &options[OPTION_WHOLE_CLUSTER];
  uint32_t choice;
  if (!option_choice(option->key, value_of(settings, OPTION_WHOLE_CLUSTER), option->value_default, names,
                     &choice, error))
    return false;
  *whole = choice == 1;
  return true;
}

static const SorterInterface *sorter_choose(const AllocatorSettings *settings, uint32_t option, char **error)
{
  static const char *const names[] = {"drf", "random", NULL};
  uint32_t choice;
  if (!option_choice(options[option].key, value_of(settings, option), options[option].value_default, names,
                     &choice, error))
    return NULL;
  return choice == 0 ? &drf_sorter : &random_sorter;
}

static Allocator *kernel_new(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                             const SorterInterface *roles, const SorterInterface *frameworks, bool whole)
{
  const void *drf_context = drf_sorter_context(settings->mesos_compatible);
  if (roles == &drf_sorter && frameworks == &drf_sorter) {
    Allocator *plain = hierarchical_new(settings, host, now, &drf_sorter, drf_context, &drf_sorter, NULL);
    if (whole)
      hierarchical_set_hooks(plain, &(KernelHooks){.whole_cluster = true});
    return plain;
  }
  DrfRandom *random = g_new0(DrfRandom, 1);
  random->context = (RandomSorterContext){*host, &random->n_sorters};
  Allocator *kernel = hierarchical_new(
      settings, host, now, roles, roles == &drf_sorter ? drf_context : (const void *)&random->context,
      frameworks, frameworks == &drf_sorter ? NULL : (const void *)&random->context);
  hierarchical_set_hooks(kernel, &(KernelHooks){.self = random, .whole_cluster = whole, .destroyed = g_free});
  return kernel;
}

static Allocator *drf_create(const AllocatorSettings *settings, const AllocatorHost *host, Instant now,
                             char **error)
{
  Duration timeout;
  const SorterInterface *roles = sorter_choose(settings, OPTION_ROLE_SORTER, error);
  const SorterInterface *frameworks =
      roles == NULL ? NULL : sorter_choose(settings, OPTION_FRAMEWORK_SORTER, error);
  bool whole;
  if (frameworks == NULL || !whole_choose(settings, &whole, error) ||
      !revocation_option(settings, options[OPTION_REVOCATION_TIMEOUT].key,
                         value_of(settings, OPTION_REVOCATION_TIMEOUT), &timeout, error))
    return NULL;
  Allocator *kernel = kernel_new(settings, host, now, roles, frameworks, whole);
  if (timeout.ns >= 0)
    kernel_revocation_start(kernel, timeout);
  return kernel;
}

const AllocatorInterface drf_allocator = {
    .abi_version = ALLOCATOR_ABI_VERSION,
    .size = sizeof(AllocatorInterface),
    .name = "drf",
    .summary = "dominant resource fairness over hierarchical roles, as Mesos's default allocator",
    .options = options,
    .n_options = G_N_ELEMENTS(options),
    .properties = ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS | ALLOCATOR_USES_HIERARCHY,
    .create = drf_create,
    HIERARCHICAL_FUNCTIONS,
};
