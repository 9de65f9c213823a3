/* SPDX-License-Identifier: Apache-2.0 */
#include "allocators/hierarchical-internal.h"
#include "base/check.h"

/* Refusals. Filters are never timed: those that are over go when their agent is visited. */

#define REFUSE_DEFAULT ((Duration){5 * NS_PER_S})
#define REFUSE_MAX     ((Duration){365 * NS_PER_D})

Duration kernel_refuse_duration(OfferFilter filter)
{
  if (!filter.set)
    return DURATION_ZERO;
  Duration refuse = filter.refuse.ns < 0 ? REFUSE_DEFAULT : filter.refuse;
  return refuse.ns > REFUSE_MAX.ns ? REFUSE_MAX : refuse;
}

bool kernel_filter_is_live(const Allocator *kernel, const KernelFilter *filter, Instant now, bool tick)
{
  if (filter->epoch != kernel_client(kernel, filter->client)->epoch)
    return false;
  return filter->expiry.ns > now.ns || (filter->expiry.ns == now.ns && tick && filter->at_tick);
}

static Resources filter_refused(const Allocator *kernel, uint32_t slot)
{
  const KernelFilter *filter = pool_at(&kernel->filters, slot);
  Resources refused = resources_of(&filter->refused);
  if (G_UNLIKELY(filter->special))
    refused.special = g_hash_table_lookup(kernel->refused_special, GUINT_TO_POINTER(slot));
  return refused;
}

void kernel_filter_add(Allocator *kernel, Instant now, uint32_t client, AgentId id, const Resources *refused,
                       OfferFilter wanted)
{
  Duration refuse = kernel_refuse_duration(wanted);
  if (refuse.ns == 0)
    return;
  /* An offer that comes back must not bounce within one interval, so no filter lives shorter. */
  if (refuse.ns < kernel->interval.ns)
    refuse = kernel->interval;

  KernelAgent *agent = kernel_agent(kernel, id);
  uint32_t slot;
  KernelFilter *filter = pool_take(&kernel->filters, &slot);
  *filter = (KernelFilter){
      .client = client,
      .epoch = kernel_client(kernel, client)->epoch,
      .next = agent->filters,
      .at_tick = refuse.ns == kernel->interval.ns && kernel->last_tick.ns == now.ns,
      .special = refused->special != NULL,
      .expiry = instant_after(now, refuse),
      .refused = refused->plain,
  };
  if (G_UNLIKELY(refused->special != NULL))
    g_hash_table_insert(kernel->refused_special, GUINT_TO_POINTER(slot),
                        resource_slices_copy(refused->special));
  agent->filters = slot;
}

static void filter_give(Allocator *kernel, uint32_t slot)
{
  if (G_UNLIKELY(((const KernelFilter *)pool_at(&kernel->filters, slot))->special))
    g_hash_table_remove(kernel->refused_special, GUINT_TO_POINTER(slot));
  pool_give(&kernel->filters, slot);
}

void kernel_filters_drop(Allocator *kernel, AgentId id)
{
  KernelAgent *agent = kernel_agent(kernel, id);
  for (uint32_t slot = agent->filters; slot != INDEX_NONE;) {
    uint32_t next = ((const KernelFilter *)pool_at(&kernel->filters, slot))->next;
    filter_give(kernel, slot);
    slot = next;
  }
  agent->filters = INDEX_NONE;
}

/* --- in a visit ----------------------------------------------------------------------------------------- */

/* Whether the filter in slot @a blocks whatever that in @b blocks, for at least as long. */
static bool filter_covers(const Allocator *kernel, uint32_t a_slot, uint32_t b_slot)
{
  const KernelFilter *a = pool_at(&kernel->filters, a_slot);
  const KernelFilter *b = pool_at(&kernel->filters, b_slot);
  if (a->expiry.ns < b->expiry.ns || (a->expiry.ns == b->expiry.ns && b->at_tick && !a->at_tick))
    return false;
  if (G_LIKELY(!b->special))
    return quantities_contain(&a->refused, &b->refused);
  Resources whole = filter_refused(kernel, a_slot);
  Resources part = filter_refused(kernel, b_slot);
  return resources_contain(&whole, &part);
}

/* Gives the filter in slot @to what that in @from says, and the other way round; the list stays. */
static void filters_swap(Allocator *kernel, uint32_t to, uint32_t from)
{
  KernelFilter *a = pool_at(&kernel->filters, to);
  KernelFilter *b = pool_at(&kernel->filters, from);
  KernelFilter was = *a;
  *a = *b;
  *b = was;
  b->next = a->next;
  a->next = was.next;
  if (G_LIKELY(!a->special && !b->special))
    return;
  void *one = NULL;
  void *other = NULL;
  g_hash_table_steal_extended(kernel->refused_special, GUINT_TO_POINTER(to), NULL, &one);
  g_hash_table_steal_extended(kernel->refused_special, GUINT_TO_POINTER(from), NULL, &other);
  if (one != NULL)
    g_hash_table_insert(kernel->refused_special, GUINT_TO_POINTER(from), one);
  if (other != NULL)
    g_hash_table_insert(kernel->refused_special, GUINT_TO_POINTER(to), other);
}

/* Whether the filter adds nothing to the one of the same client that was seen before it in this visit, or the other way
 * round: then the earlier seen takes its place. A client that refuses again and again thus has one filter, not many. */
static bool filter_is_spare(Allocator *kernel, KernelClient *client, uint32_t slot)
{
  if (client->seen_visit != kernel->mark) {
    client->seen_visit = kernel->mark;
    client->seen_filter = slot;
    client->seen_more = false;
    return false;
  }
  if (filter_covers(kernel, client->seen_filter, slot))
    return true;
  if (filter_covers(kernel, slot, client->seen_filter)) {
    filters_swap(kernel, client->seen_filter, slot);
    return true;
  }
  client->seen_more = true;
  return false;
}

Instant kernel_filters_mark(Allocator *kernel, KernelAgent *agent, const Quantities *offerable, Instant now,
                            bool tick)
{
  Instant wake = INSTANT_NEVER;
  uint32_t *link = &agent->filters;
  while (*link != INDEX_NONE) {
    uint32_t slot = *link;
    KernelFilter *filter = pool_at(&kernel->filters, slot);
    KernelClient *client = kernel_client(kernel, filter->client);
    bool live = kernel_filter_is_live(kernel, filter, now, tick);
    if (live && quantities_contain(&filter->refused, offerable)) {
      client->blocked_visit = kernel->mark;
      wake = instant_min(wake, filter->expiry);
    }
    if (!live || filter_is_spare(kernel, client, slot)) {
      *link = filter->next;
      filter_give(kernel, slot);
    } else {
      link = &filter->next;
    }
  }
  return wake;
}

Instant kernel_filters_see(Allocator *kernel, KernelAgent *agent, Instant now, bool tick)
{
  Instant wake = INSTANT_NEVER;
  uint32_t *link = &agent->filters;
  while (*link != INDEX_NONE) {
    uint32_t slot = *link;
    KernelFilter *filter = pool_at(&kernel->filters, slot);
    KernelClient *client = kernel_client(kernel, filter->client);
    bool live = kernel_filter_is_live(kernel, filter, now, tick);
    if (live && client->active)
      wake = instant_min(wake, filter->expiry);
    if (!live || filter_is_spare(kernel, client, slot)) {
      *link = filter->next;
      filter_give(kernel, slot);
    } else {
      link = &filter->next;
    }
  }
  return wake;
}

bool kernel_filters_block(const Allocator *kernel, uint32_t slot, const Resources *offer, Instant now,
                          bool tick, Instant *until)
{
  const KernelClient *client = kernel_client(kernel, slot);
  Instant last = INSTANT_ZERO;
  bool blocks = false;
  if (client->seen_visit != kernel->mark)
    return false;
  for (uint32_t at = client->seen_filter; at != INDEX_NONE;) {
    const KernelFilter *filter = pool_at(&kernel->filters, at);
    if (filter->client == slot && kernel_filter_is_live(kernel, filter, now, tick)) {
      Resources refused = filter_refused(kernel, at);
      if (resources_contain(&refused, offer)) {
        blocks = true;
        last = last.ns > filter->expiry.ns ? last : filter->expiry;
      }
    }
    if (!client->seen_more || (blocks && until == NULL))
      break;
    at = filter->next;
  }
  if (until != NULL && blocks)
    *until = last;
  return blocks;
}
