/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "allocators/hierarchical-internal.h"
#include "base/check.h"
#include "base/resource-kinds.h"

/* Books of what roles use, and what their quotas make of it. Books are kept from the first quota on. */

#define RECOVERY_FACTOR_PERCENT 80
#define RECOVERY_TIMEOUT        ((Duration){10 * NS_PER_MIN})

static KernelBooks *books_of(const Allocator *kernel, RoleId role)
{
  return &kernel->books.items[role.index];
}

static RoleId parent_of(const Allocator *kernel, RoleId role)
{
  return kernel_role(kernel, role)->parent;
}

static bool is_quota(const RoleAttributes *attributes)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (attributes->guarantee.amount[kind] > 0 || attributes->limit.amount[kind] >= 0)
      return true;
  return false;
}

/* --- what is required ----------------------------------------------------------------------------------- */

Quantities kernel_quota_consumed(const Allocator *kernel, const KernelQuota *quota)
{
  const KernelBooks *books = books_of(kernel, quota->role);
  Quantities consumed = books->used;
  quantities_add(&consumed, &books->reserved);
  quantities_subtract(&consumed, &quota->hidden);
  return consumed;
}

static Quantities quantities_max(const Quantities *a, const Quantities *b)
{
  Quantities most = *a;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (b->amount[kind] > most.amount[kind])
      most.amount[kind] = b->amount[kind];
  return most;
}

static Quantities unsatisfied(const Allocator *kernel, const KernelQuota *quota)
{
  Quantities consumed = kernel_quota_consumed(kernel, quota);
  Quantities lacks = quota->guarantee;
  quantities_subtract(&lacks, &consumed);
  return quantities_positive(&lacks);
}

/* What is used at or above node @at has changed. Where less is required than before, more may be given away. */
static void required_update(Allocator *kernel, uint32_t at)
{
  while (at != INDEX_NONE) {
    KernelQuota *quota = &kernel->quotas.items[at];
    Quantities lacks = unsatisfied(kernel, quota);
    Quantities required = quantities_max(&lacks, &quota->required_below);
    Quantities change = required;
    quantities_subtract(&change, &quota->required);
    quota->required = required;
    at = quota->parent;
    quantities_add(at == INDEX_NONE ? &kernel->required : &kernel->quotas.items[at].required_below, &change);
    kernel->freedom += quantities_are_valid(&change) ? 0 : 1;
  }
}

/* In compatible runs only the quotas of top-level roles are looked at, each for itself. */
static bool counts(const Allocator *kernel, RoleId role)
{
  return !kernel->mesos_compatible || parent_of(kernel, role).index == INDEX_NONE;
}

static void quotas_make(Allocator *kernel)
{
  kernel->quotas.n = 0;
  kernel->required = QUANTITIES_ZERO;
  for (uint32_t i = 0; i < kernel->roles->len; i++) {
    RoleId role = {i};
    RoleId parent = parent_of(kernel, role);
    KernelBooks *books = books_of(kernel, role);
    const RoleAttributes *attributes = &kernel_role(kernel, role)->attributes;
    uint32_t above =
        parent.index == INDEX_NONE || kernel->mesos_compatible ? INDEX_NONE : books_of(kernel, parent)->bound;
    books->quota = INDEX_NONE;
    books->bound = above;
    if (!is_quota(attributes) || !counts(kernel, role))
      continue;
    books->quota = books->bound = kernel->quotas.n;
    array_push(&kernel->quotas, (KernelQuota){
                                    .role = role,
                                    .parent = above,
                                    .guarantee = attributes->guarantee,
                                    .limit = attributes->limit,
                                });
  }
  /* Children lie behind their parents. */
  for (uint32_t i = kernel->quotas.n; i-- > 0;) {
    KernelQuota *quota = &kernel->quotas.items[i];
    Quantities lacks = unsatisfied(kernel, quota);
    quota->required = quantities_max(&lacks, &quota->required_below);
    quantities_add(quota->parent == INDEX_NONE ? &kernel->required
                                               : &kernel->quotas.items[quota->parent].required_below,
                   &quota->required);
  }
  kernel->quotas_stale = false;
}

void kernel_quotas_refresh(Allocator *kernel)
{
  if (kernel->quotas_stale)
    quotas_make(kernel);
}

static void bound_update(Allocator *kernel, RoleId role)
{
  if (kernel->quotas_stale)
    return;
  if (!kernel->mesos_compatible) {
    required_update(kernel, books_of(kernel, role)->bound);
    return;
  }
  for (; role.index != INDEX_NONE; role = parent_of(kernel, role))
    required_update(kernel, books_of(kernel, role)->quota);
}

/* --- what is used --------------------------------------------------------------------------------------- */

static void used_change(Allocator *kernel, RoleId role, const Quantities *quota, const Quantities *plain,
                        int sign)
{
  for (RoleId at = role; at.index != INDEX_NONE; at = parent_of(kernel, at))
    kernel_sum_change(&books_of(kernel, at)->used, quota, sign);
  kernel_sum_change(&kernel->sums.used, plain, sign);
  bound_update(kernel, role);
}

void kernel_watch_hold(Allocator *kernel, RoleId role, uint32_t slot, const Quantities *quota,
                       const Quantities *plain)
{
  while (kernel->allocated.n <= slot)
    array_push(&kernel->allocated, QUANTITIES_ZERO);
  used_change(kernel, role, quota, plain, 1);
  if (kernel->hooks.portion != NULL || kernel->hooks.score != NULL)
    kernel->freedom++;
}

void kernel_watch_unhold(Allocator *kernel, RoleId role, const Quantities *quota, const Quantities *plain)
{
  used_change(kernel, role, quota, plain, -1);
  kernel->freedom++;
}

void kernel_watch_allocated(Allocator *kernel, uint32_t slot, RoleId role, const Quantities *change, int sign)
{
  kernel_sum_change(&kernel->allocated.items[slot], change, sign);
  for (RoleId at = role; at.index != INDEX_NONE; at = parent_of(kernel, at))
    kernel_sum_change(&books_of(kernel, at)->allocated, change, sign);
}

static RoleId role_find(const Allocator *kernel, const char *path)
{
  uint32_t found = GPOINTER_TO_UINT(g_hash_table_lookup(kernel->role_by_path, path));
  return found == 0 ? ROLE_NONE : (RoleId){found - 1};
}

/* The role of the reservation, or the nearest above it that is known: quota further down nobody has set. */
static RoleId reservation_role(const Allocator *kernel, uint32_t reservation)
{
  g_autofree char *path = g_strdup(resource_kinds_reservation_path(kernel->kinds, reservation));
  for (;;) {
    RoleId role = role_find(kernel, path);
    char *slash = strrchr(path, '/');
    if (role.index != INDEX_NONE || slash == NULL)
      return role;
    *slash = '\0';
  }
}

void kernel_watch_reserved(Allocator *kernel, uint32_t reservation, const Quantities *change, int sign)
{
  RoleId role = reservation_role(kernel, reservation);
  for (RoleId at = role; at.index != INDEX_NONE; at = parent_of(kernel, at))
    kernel_sum_change(&books_of(kernel, at)->reserved, change, sign);
  if (role.index != INDEX_NONE)
    bound_update(kernel, role);
}

/* --- starting to watch ---------------------------------------------------------------------------------- */

static void books_reset(Allocator *kernel)
{
  kernel->books.n = 0;
  while (kernel->books.n < kernel->roles->len)
    array_push(&kernel->books, (KernelBooks){.quota = INDEX_NONE, .bound = INDEX_NONE});
  kernel->sums = (KernelSums){0};
}

static void books_fill(Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    AgentId id = {i};
    const KernelAgent *agent = kernel_agent(kernel, id);
    if (!agent->present)
      continue;
    for (uint32_t at = agent->holdings; at != INDEX_NONE;) {
      const KernelHolding *holding = pool_at(&kernel->holdings, at);
      Resources held = kernel_held(kernel, at);
      Quantities quota = resources_unreserved(&held);
      RoleId role = kernel_client(kernel, holding->client)->role;
      kernel_watch_hold(kernel, role, at, &quota, &held.plain);
      at = holding->next;
    }
    if (agent->special)
      kernel_special_sums_add(kernel, id, 1);
  }
}

void kernel_watch(Allocator *kernel)
{
  if (kernel->watched)
    return;
  kernel->watched = true;
  kernel->quotas_stale = true;
  kernel->role_by_path = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; i < kernel->roles->len; i++)
    g_hash_table_insert(kernel->role_by_path, kernel_role(kernel, (RoleId){i})->path,
                        GUINT_TO_POINTER(i + 1));
  books_reset(kernel);
  books_fill(kernel);
  /* Nobody has counted so far what of it is in use: all of it, until it comes back. */
  for (uint32_t i = 0; i < kernel->agents.n; i++) {
    const KernelAgent *agent = kernel_agent(kernel, (AgentId){i});
    for (uint32_t at = agent->present ? agent->holdings : INDEX_NONE; at != INDEX_NONE;) {
      const KernelHolding *holding = pool_at(&kernel->holdings, at);
      Resources held = kernel_held(kernel, at);
      Quantities quota = resources_unreserved(&held);
      kernel_watch_allocated(kernel, at, kernel_client(kernel, holding->client)->role, &quota, 1);
      at = holding->next;
    }
  }
}

/* Reservations of a role that was not known were booked above it. */
static bool reservations_name(const Allocator *kernel, const char *path)
{
  for (uint32_t i = 0; kernel->n_special > 0 && i < resource_kinds_reservation_count(kernel->kinds); i++)
    if (role_path_is_within(resource_kinds_reservation_path(kernel->kinds, i), path))
      return true;
  return false;
}

static void reserved_redo(Allocator *kernel, int sign)
{
  for (uint32_t i = 0; i < kernel->agents.n; i++)
    if (kernel_agent(kernel, (AgentId){i})->present && kernel_agent(kernel, (AgentId){i})->special)
      kernel_special_sums_add(kernel, (AgentId){i}, sign);
}

void kernel_watch_role(Allocator *kernel, RoleId role)
{
  char *path = kernel_role(kernel, role)->path;
  bool redo = reservations_name(kernel, path);
  if (redo)
    reserved_redo(kernel, -1);
  array_push(&kernel->books, (KernelBooks){.quota = INDEX_NONE, .bound = INDEX_NONE});
  g_hash_table_insert(kernel->role_by_path, path, GUINT_TO_POINTER(role.index + 1));
  kernel->quotas_stale = true;
  if (redo)
    reserved_redo(kernel, 1);
}

void kernel_quota_set(Allocator *kernel, RoleId role, const RoleAttributes *before)
{
  const RoleAttributes *attributes = &kernel_role(kernel, role)->attributes;
  if (quantities_equal(&before->guarantee, &attributes->guarantee) &&
      quantities_equal(&before->limit, &attributes->limit))
    return;
  kernel->n_quotas += (is_quota(attributes) ? 1u : 0u) - (is_quota(before) ? 1u : 0u);
  kernel_unusual_update(kernel);
  kernel_watch(kernel);
  kernel->quotas_stale = true;
  kernel->freedom++;
}

/* --- what may be given ---------------------------------------------------------------------------------- */

Quantities kernel_quota_available(const Allocator *kernel)
{
  const KernelSums *sums = &kernel->sums;
  Quantities available = kernel->totals.total;
  Quantities reserved = sums->reserved;
  quantities_subtract(&available, &sums->used);
  available = quantities_positive(&available);
  quantities_subtract(&reserved, &sums->reserved_used);
  reserved = quantities_positive(&reserved);
  quantities_subtract(&available, &reserved);
  available = quantities_positive(&available);
  quantities_subtract(&available, &sums->revocable_free);
  return quantities_positive(&available);
}

static Quantities quantities_unlimited(void)
{
  Quantities all;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    all.amount[kind] = INT64_MAX;
  return all;
}

bool kernel_quota_look(const Allocator *kernel, RoleId role, KernelRoom *room)
{
  const KernelBooks *books = books_of(kernel, role);
  uint32_t at = kernel->mesos_compatible ? books->quota : books->bound;
  room->limit = quantities_unlimited();
  room->lacks = QUANTITIES_ZERO;
  if (at == INDEX_NONE)
    return false;

  /* Were the role given without end: what of the guarantees below the node at hand would still be lacking (rest), and
   * how much less that is than now, which is what a grant to the role does for them (helps). */
  Quantities helps = QUANTITIES_ZERO;
  for (; at != INDEX_NONE; at = kernel->quotas.items[at].parent) {
    const KernelQuota *quota = &kernel->quotas.items[at];
    Quantities consumed = kernel_quota_consumed(kernel, quota);
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      int64_t below = quota->required_below.amount[kind];
      if (quota->limit.amount[kind] >= 0) {
        int64_t left = quota->limit.amount[kind] - consumed.amount[kind];
        /* Room that guarantees below it lack is for them, and so for the role as far as it helps. */
        int64_t most = helps.amount[kind] + MAX(0, left - below);
        room->limit.amount[kind] = MIN(room->limit.amount[kind], MAX(0, MIN(left, most)));
      }
      helps.amount[kind] = quota->required.amount[kind] - (below - helps.amount[kind]);
    }
  }
  room->lacks = helps;
  return true;
}

void kernel_quota_hide(Allocator *kernel, RoleId role, const Quantities *quota)
{
  if (books_of(kernel, role)->quota != INDEX_NONE)
    return;
  for (role = parent_of(kernel, role); role.index != INDEX_NONE; role = parent_of(kernel, role))
    if (books_of(kernel, role)->quota != INDEX_NONE) {
      quantities_add(&kernel->quotas.items[books_of(kernel, role)->quota].hidden, quota);
      kernel->hidden = true;
    }
}

void kernel_quota_reveal(Allocator *kernel)
{
  for (uint32_t i = 0; i < kernel->quotas.n; i++)
    if (!quantities_are_zero(&kernel->quotas.items[i].hidden)) {
      kernel->quotas.items[i].hidden = QUANTITIES_ZERO;
      required_update(kernel, i);
    }
  kernel->hidden = false;
}

void kernel_quota_draft(Allocator *kernel, RoleId role, const Quantities *quota)
{
  static const Quantities nothing = {{0}};
  if (!kernel->watched)
    return;
  used_change(kernel, role, quota, &nothing, 1);
  array_push(&kernel->drafts, (KernelDraft){role, *quota});
}

void kernel_quota_undraft(Allocator *kernel)
{
  static const Quantities nothing = {{0}};
  for (uint32_t i = 0; i < kernel->drafts.n; i++)
    used_change(kernel, kernel->drafts.items[i].role, &kernel->drafts.items[i].quota, &nothing, -1);
  kernel->drafts.n = 0;
  if (kernel->hidden)
    kernel_quota_reveal(kernel);
}

/* --- verbs ---------------------------------------------------------------------------------------------- */

void hierarchical_quota_use(const Allocator *kernel, RoleId role, bool allocated_only, Quantities *use)
{
  *use = QUANTITIES_ZERO;
  if (role.index >= kernel->roles->len)
    return;
  if (!kernel->watched)
    kernel_watch((Allocator *)(uintptr_t)kernel); /* changes no decision */
  const KernelBooks *books = books_of(kernel, role);
  *use = allocated_only ? books->allocated : books->used;
  quantities_add(use, &books->reserved);
}

void kernel_pause_update(Allocator *kernel, Instant now)
{
  if (!kernel->paused ||
      (kernel->n_present < kernel->expected_agents && instant_is_before(now, kernel->pause_end)))
    return;
  kernel->paused = false;
  kernel_request_tick(kernel, now);
}

void hierarchical_recover(Allocator *kernel, Instant now, uint32_t expected_agents)
{
  uint32_t target = (uint32_t)((uint64_t)expected_agents * RECOVERY_FACTOR_PERCENT / 100);
  if (kernel->n_quotas == 0 || target == 0)
    return;
  kernel->paused = true;
  kernel->expected_agents = target;
  kernel->pause_end = instant_after(now, RECOVERY_TIMEOUT);
  kernel_pause_update(kernel, now);
  kernel_request_tick(kernel, now);
}

/* --- checks --------------------------------------------------------------------------------------------- */

static void sums_check(const KernelSums *a, const KernelSums *b)
{
  CHECK(quantities_equal(&a->used, &b->used));
  CHECK(quantities_equal(&a->reserved, &b->reserved));
  CHECK(quantities_equal(&a->reserved_used, &b->reserved_used));
  CHECK(quantities_equal(&a->revocable_free, &b->revocable_free));
}

/* Adds up what of the holdings is in use. */
static void allocated_fill(Allocator *kernel)
{
  for (uint32_t slot = 0; slot < kernel->holdings.n_slots; slot++) {
    if (!pool_is_taken(&kernel->holdings, slot))
      continue;
    const KernelHolding *holding = pool_at(&kernel->holdings, slot);
    Resources held = kernel_held(kernel, slot);
    Quantities quota = resources_unreserved(&held);
    const Quantities *allocated = &kernel->allocated.items[slot];
    CHECK(quantities_are_valid(allocated) && quantities_contain(&quota, allocated));
    RoleId role = kernel_client(kernel, holding->client)->role;
    for (; role.index != INDEX_NONE; role = parent_of(kernel, role))
      quantities_add(&books_of(kernel, role)->allocated, allocated);
  }
}

void kernel_books_check(const Allocator *kernel)
{
  if (!kernel->watched)
    return;
  Allocator again = *kernel;
  uint32_t n_quotas = 0;
  again.hooks.portion = NULL;
  again.books.items = NULL;
  again.books.capacity = 0;
  again.quotas.items = NULL;
  again.quotas.capacity = 0;
  again.quotas_stale = true;
  books_reset(&again);
  books_fill(&again);
  allocated_fill(&again);
  sums_check(&again.sums, &kernel->sums);
  quotas_make(&again);
  for (uint32_t i = 0; i < kernel->roles->len; i++) {
    const KernelBooks *books = &kernel->books.items[i];
    CHECK(quantities_equal(&books->used, &again.books.items[i].used));
    CHECK(quantities_equal(&books->reserved, &again.books.items[i].reserved));
    CHECK(quantities_equal(&books->allocated, &again.books.items[i].allocated));
    n_quotas += is_quota(&kernel_role(kernel, (RoleId){i})->attributes) ? 1 : 0;
  }
  CHECK(n_quotas == kernel->n_quotas);
  if (!kernel->quotas_stale) {
    CHECK(quantities_equal(&kernel->required, &again.required));
    CHECK(kernel->quotas.n == again.quotas.n);
    for (uint32_t i = 0; i < kernel->quotas.n; i++)
      CHECK(quantities_equal(&kernel->quotas.items[i].required, &again.quotas.items[i].required));
  }
  array_free(&again.books);
  array_free(&again.quotas);
}
