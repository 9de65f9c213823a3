/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/policy-allocator.h"

#include "allocators/draw.h"
#include "allocators/drf-sorter.h"
#include "allocators/hierarchical-internal.h"
#include "allocators/policy-sorter.h"
#include "base/resource-kinds.h"

/* What stands between a policy and the kernel: the contexts of its sorters, the hooks, and what it may ask. Owned by
 * the kernel, as the one who is told by the hooks that it is gone. */

/* Agents that are alike. */
typedef struct {
  Quantities total;
  uint64_t n;
} AgentClass;

typedef struct {
  const PolicyInterface *interface;
  Policy *policy;
  const ResourceKinds *kinds;
  AllocatorHost host;
  PolicyHost policy_host;
  Allocator *kernel;
  PolicySorterContext role_context;
  PolicySorterContext framework_context;
  GArray *classes;          /* AgentClass */
  uint64_t classes_version; /* of the kernel's totals that they were counted for */
} PolicyKernel;

/* --- what a policy may ask ------------------------------------------------------------------------------ */

static bool host_kind_find(void *self, const char *name, uint32_t *kind)
{
  const PolicyKernel *of = self;
  if (of->kinds != NULL)
    return resource_kinds_find(of->kinds, name, kind);
  /* A host that names no kinds has those that every run has. */
  g_autoptr(ResourceKinds) fixed = resource_kinds_new();
  return resource_kinds_find(fixed, name, kind);
}

/* FNV-1a, told apart by level: a role and its framework often have one name. */
static uint64_t client_hash(const PolicyClient *client)
{
  uint64_t hash = UINT64_C(14695981039346656037) + client->is_role;
  for (const char *at = client->path; *at != '\0'; at++)
    hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
  return hash;
}

static double host_draw(void *self, const PolicyVisit *visit, const PolicyClient *client)
{
  const PolicyKernel *of = self;
  uint32_t numbers[2];
  of->host.random(of->host.self, draw_mix(visit->number, client_hash(client)), DRAW_POLICY, numbers, 2);
  return draw_uniform(numbers);
}

static void classes_count(PolicyKernel *of)
{
  const Allocator *kernel = of->kernel;
  g_autoptr(GHashTable) found = g_hash_table_new_full(
      g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL); /* looked up only */
  g_array_set_size(of->classes, 0);
  of->classes_version = kernel->totals.version;
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    if (!kernel_agent(kernel, (AgentId){i})->present)
      continue;
    AgentClass class = {kernel_agent_rest(kernel, (AgentId){i})->total, 1};
    GBytes *bytes = g_bytes_new(&class.total, sizeof class.total);
    gpointer at;
    if (g_hash_table_lookup_extended(found, bytes, NULL, &at)) {
      g_array_index(of->classes, AgentClass, GPOINTER_TO_UINT(at)).n++;
      g_bytes_unref(bytes);
    } else {
      g_hash_table_insert(found, bytes, GUINT_TO_POINTER(of->classes->len));
      g_array_append_val(of->classes, class);
    }
  }
}

static uint64_t host_cluster_fits(void *self, const Quantities *task)
{
  PolicyKernel *of = self;
  uint64_t sum = 0;
  if (quantities_are_zero(task) || !quantities_are_valid(task))
    return 0;
  if (of->classes_version != of->kernel->totals.version)
    classes_count(of);
  for (guint i = 0; i < of->classes->len; i++) {
    const AgentClass *class = &g_array_index(of->classes, AgentClass, i);
    sum += class->n * quantities_divide(&class->total, task);
  }
  return sum;
}

/* --- hooks ---------------------------------------------------------------------------------------------- */

static void client_see(const PolicyKernel *of, RoleId role, FrameworkId framework, const PolicyVisit *visit,
                       PolicyClient *client)
{
  const Allocator *kernel = of->kernel;
  uint32_t slot = kernel_client_find(kernel, framework, role);
  if ((of->interface->flags & POLICY_ORDERS_FRAMEWORKS) != 0)
    policy_sorter_client(kernel_role(kernel, role)->sorter, kernel_client(kernel, slot)->member, visit,
                         client);
  else
    policy_sorter_client(kernel->role_sorter, role.index, visit, client);
}

static void hook_portion(void *self, RoleId role, FrameworkId framework, const SorterVisit *visit,
                         Quantities *offer)
{
  const PolicyKernel *of = self;
  PolicyVisit seen = policy_visit_of(&of->kernel->totals, visit);
  PolicyClient client;
  client_see(of, role, framework, &seen, &client);
  of->interface->portion(of->policy, &client, &seen, offer);
}

static double hook_score(void *self, RoleId role, FrameworkId framework, const SorterVisit *visit)
{
  const PolicyKernel *of = self;
  PolicyVisit seen = policy_visit_of(&of->kernel->totals, visit);
  PolicyClient client;
  client_see(of, role, framework, &seen, &client);
  return of->interface->score(of->policy, &client, &seen);
}

/* --- making and freeing --------------------------------------------------------------------------------- */

static void policy_kernel_free(void *self)
{
  PolicyKernel *of = self;
  if (of->interface->create != NULL && of->policy != NULL)
    of->interface->destroy(of->policy);
  g_array_unref(of->classes);
  g_free(of);
}

static bool policy_make(PolicyKernel *of, const AllocatorSettings *settings, char **error)
{
  if (of->interface->create == NULL)
    return true;
  g_autofree const char **no_values = g_new0(const char *, of->interface->n_options + 1);
  PolicySettings policy_settings = {
      .option_values = settings->option_values == NULL ? no_values : settings->option_values,
      .context = of->interface->context,
  };
  of->policy_host = (PolicyHost){
      .size = sizeof(PolicyHost),
      .self = of,
      .kinds = of->kinds,
      .kind_find = host_kind_find,
      .draw = host_draw,
      .cluster_fits = host_cluster_fits,
  };
  of->policy = of->interface->create(&policy_settings, &of->policy_host, error);
  return of->policy != NULL;
}

Allocator *policy_allocator_new(const PolicyInterface *policy, const AllocatorSettings *settings,
                                const AllocatorHost *host, Instant now, char **error)
{
  bool roles = (policy->flags & POLICY_ORDERS_ROLES) != 0;
  bool frameworks = (policy->flags & POLICY_ORDERS_FRAMEWORKS) != 0;
  PolicyKernel *of = g_new0(PolicyKernel, 1);
  of->interface = policy;
  of->kinds = settings->kinds;
  of->host = *host;
  of->classes = g_array_new(FALSE, FALSE, sizeof(AgentClass));
  if (!policy_make(of, settings, error)) {
    policy_kernel_free(of);
    return NULL;
  }
  of->role_context = (PolicySorterContext){policy, of->policy, true};
  of->framework_context = (PolicySorterContext){policy, of->policy, false};
  const void *drf_context = drf_sorter_context(settings->mesos_compatible);
  of->kernel = hierarchical_new(
      settings, host, now, roles ? &policy_sorter : &drf_sorter, roles ? &of->role_context : drf_context,
      frameworks ? &policy_sorter : &drf_sorter, frameworks ? &of->framework_context : drf_context);
  KernelHooks hooks = {
      .self = of,
      .portion = policy->portion == NULL ? NULL : hook_portion,
      .score = policy->score == NULL ? NULL : hook_score,
      .score_is_kept = (policy->flags & POLICY_SCORES_TASKS) != 0,
      .destroyed = policy_kernel_free,
  };
  hierarchical_set_hooks(of->kernel, &hooks);
  return of->kernel;
}
