/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/properties/oracle-internal.h"

/* Everything is added up anew for every question; limits are searched for, not computed. */

/* What each role has consumed at the time of a question. */
typedef struct {
  const OracleAllocator *oracle;
  Quantities *consumed;
} Books;

static const char *path_of(const OracleAllocator *oracle, uint32_t role)
{
  return oracle_role(oracle, (RoleId){role})->path;
}

static bool is_top_level(const OracleAllocator *oracle, uint32_t role)
{
  return strchr(path_of(oracle, role), '/') == NULL;
}

/* Whether the quota of the role is looked at. */
static bool counts(const OracleAllocator *oracle, uint32_t role)
{
  return !oracle->settings.mesos_compatible || is_top_level(oracle, role);
}

Quantities oracle_quota_part(const Resources *resources)
{
  return resources->plain; /* scenarios have no unreserved disks of their own */
}

static void reserved_add(const OracleAllocator *oracle, const Resources *resources, const char *path,
                         Quantities *sum)
{
  for (uint32_t i = 0; resources->special != NULL && i < resources->special->n_slices; i++) {
    const ResourceSlice *slice = &resources->special->slices[i];
    if (slice->reservation != RESERVATION_NONE &&
        (path == NULL ||
         role_path_is_within(resource_kinds_reservation_path(oracle->settings.kinds, slice->reservation),
                             path)))
      quantities_add(sum, &slice->quantities);
  }
}

static Quantities reserved_of(const OracleAllocator *oracle, const char *path)
{
  Quantities sum = QUANTITIES_ZERO;
  for (guint i = 0; i < oracle->agents->len; i++)
    if (oracle_agent(oracle, (AgentId){i})->present)
      reserved_add(oracle, &oracle_agent(oracle, (AgentId){i})->total, path, &sum);
  return sum;
}

Quantities oracle_quota_use(const OracleAllocator *oracle, RoleId role, bool allocated_only)
{
  const char *path = path_of(oracle, role.index);
  Quantities use = reserved_of(oracle, path);
  for (guint i = 0; i < oracle->holdings->len; i++) {
    const OracleHolding *holding = oracle_holding_at(oracle, i);
    Quantities part = allocated_only ? holding->allocated : oracle_quota_part(&holding->use.resources);
    if (role_path_is_within(path_of(oracle, holding->use.role.index), path))
      quantities_add(&use, &part);
  }
  return use;
}

Quantities oracle_consumed(const OracleAllocator *oracle, RoleId role)
{
  Quantities consumed = oracle_quota_use(oracle, role, false);
  quantities_subtract(&consumed, &oracle_role(oracle, role)->hidden);
  return consumed;
}

static Books books_make(const OracleAllocator *oracle)
{
  Books books = {oracle, g_new(Quantities, oracle->roles->len)};
  for (guint i = 0; i < oracle->roles->len; i++)
    books.consumed[i] = oracle_consumed(oracle, (RoleId){i});
  return books;
}

/* --- guarantees ----------------------------------------------------------------------------------------- */

/* What the guarantees of @role and of those below it lack in one kind, if @grantee held @more. */
static int64_t required_in(const Books *books, uint32_t role, int kind, const char *grantee, int64_t more,
                           bool with_own)
{
  const OracleAllocator *oracle = books->oracle;
  const OracleRole *of = oracle_role(oracle, (RoleId){role});
  int64_t below = 0;
  for (guint i = 0; i < oracle->roles->len && !oracle->settings.mesos_compatible; i++) {
    const char *path = path_of(oracle, i);
    const char *slash = strrchr(path, '/');
    if (slash != NULL && strlen(of->path) == (size_t)(slash - path) && role_path_is_within(path, of->path))
      below += required_in(books, i, kind, grantee, more, true);
  }
  if (!with_own || !counts(oracle, role))
    return below;
  int64_t lacks = of->attributes.guarantee.amount[kind] - books->consumed[role].amount[kind];
  if (grantee != NULL && (oracle->settings.mesos_compatible ? strcmp(grantee, of->path) == 0
                                                            : role_path_is_within(grantee, of->path)))
    lacks -= more;
  return MAX(MAX(lacks, 0), below);
}

Quantities oracle_required(const OracleAllocator *oracle, RoleId grantee, int64_t more)
{
  Quantities sum = QUANTITIES_ZERO;
  const char *path = grantee.index == INDEX_NONE ? NULL : path_of(oracle, grantee.index);
  Books books = books_make(oracle);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    for (guint i = 0; i < oracle->roles->len; i++)
      if (is_top_level(oracle, i))
        sum.amount[kind] += required_in(&books, i, kind, path, more, true);
  g_free(books.consumed);
  return sum;
}

#define WITHOUT_END (INT64_C(1) << 50)

Quantities oracle_lacks(const OracleAllocator *oracle, RoleId role)
{
  Quantities lacks = oracle_required(oracle, ROLE_NONE, 0);
  Quantities rest = oracle_required(oracle, role, WITHOUT_END);
  quantities_subtract(&lacks, &rest);
  return lacks;
}

Quantities oracle_headroom(const OracleAllocator *oracle)
{
  Quantities headroom = oracle->totals.total;
  Quantities reserved = reserved_of(oracle, NULL);
  Quantities revocable = QUANTITIES_ZERO;
  for (guint i = 0; i < oracle->holdings->len; i++) {
    const Resources *held = &oracle_holding_at(oracle, i)->use.resources;
    Quantities all = resources_total(held);
    Quantities part = QUANTITIES_ZERO;
    reserved_add(oracle, held, NULL, &part);
    quantities_subtract(&headroom, &all);
    quantities_subtract(&reserved, &part);
  }
  for (guint i = 0; i < oracle->agents->len; i++) {
    if (!oracle_agent(oracle, (AgentId){i})->present)
      continue;
    Resources free = oracle_available(oracle, (AgentId){i});
    for (uint32_t j = 0; free.special != NULL && j < free.special->n_slices; j++)
      if (free.special->slices[j].revocable)
        quantities_add(&revocable, &free.special->slices[j].quantities);
    resources_clear(&free);
  }
  headroom = quantities_positive(&headroom);
  reserved = quantities_positive(&reserved);
  quantities_subtract(&headroom, &reserved);
  headroom = quantities_positive(&headroom);
  quantities_subtract(&headroom, &revocable);
  return quantities_positive(&headroom);
}

/* --- limits --------------------------------------------------------------------------------------------- */

/* Whether @role may have @more of one kind: no limit at or above it is exceeded, nor does it take the room of guarantees
 * below such a limit (further than it is taken already). */
static bool may_have(const Books *books, RoleId role, int kind, int64_t more)
{
  const OracleAllocator *oracle = books->oracle;
  const char *path = path_of(oracle, role.index);
  for (guint i = 0; i < oracle->roles->len; i++) {
    bool own = i == role.index;
    int64_t limit = oracle_role(oracle, (RoleId){i})->attributes.limit.amount[kind];
    if (limit < 0 || !counts(oracle, i) || !role_path_is_within(path, path_of(oracle, i)) ||
        (oracle->settings.mesos_compatible && !own))
      continue;
    int64_t consumed = books->consumed[i].amount[kind];
    if (more > 0 && consumed + more > limit)
      return false;
    int64_t before = required_in(books, i, kind, NULL, 0, false);
    int64_t after = required_in(books, i, kind, path, more, false);
    if (consumed + more + after > MAX(limit, consumed + before))
      return false;
  }
  return true;
}

Quantities oracle_room(const OracleAllocator *oracle, RoleId role, const Quantities *wanted)
{
  Quantities room = QUANTITIES_ZERO;
  Books books = books_make(oracle);
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
    int64_t least = 0; /* may be had */
    int64_t most = wanted->amount[kind] + 1;
    while (most - least > 1) {
      int64_t middle = least + (most - least) / 2;
      if (may_have(&books, role, kind, middle))
        least = middle;
      else
        most = middle;
    }
    room.amount[kind] = least;
  }
  g_free(books.consumed);
  return room;
}

bool oracle_limit_is_kept(const OracleAllocator *oracle, RoleId role, const Quantities *quota)
{
  for (guint i = 0; i < oracle->roles->len; i++) {
    if (!role_path_is_within(path_of(oracle, role.index), path_of(oracle, i)) || !counts(oracle, i) ||
        (oracle->settings.mesos_compatible && i != role.index))
      continue;
    Quantities consumed = oracle_consumed(oracle, (RoleId){i});
    for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++) {
      int64_t limit = oracle_role(oracle, (RoleId){i})->attributes.limit.amount[kind];
      if (limit >= 0 && quota->amount[kind] > 0 && consumed.amount[kind] > limit)
        return false;
    }
  }
  return true;
}
