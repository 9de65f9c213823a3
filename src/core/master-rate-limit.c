/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "core/master-internal.h"

/* Rate limits of principals: which limit a framework is under, and what is said when too many messages wait. The pace
 * itself is kept by rate-limit.c. */

static const char *limit_name(const char *principal)
{
  return principal == NULL ? "of the others" : principal;
}

static bool limit_refuse(GError **error, const RateLimit *limit, const char *fault)
{
  g_set_error(error, BASE_ERROR, BASE_ERROR_NUMBER, "rate limit %s: %s", limit_name(limit->principal), fault);
  return false;
}

static bool limit_check(const RateLimit *limits, uint32_t i, GError **error)
{
  const RateLimit *limit = &limits[i];
  if (!isfinite(limit->qps) || limit->qps < 0)
    return limit_refuse(error, limit, "expected a number of messages a second that is not negative");
  if (limit->capacity == 0)
    return limit_refuse(error, limit, "a capacity of 0 messages; expected at least 1");
  for (uint32_t before = 0; before < i; before++)
    if (g_strcmp0(limits[before].principal, limit->principal) == 0)
      return limit_refuse(error, limit, "stands twice; expected once");
  return true;
}

bool master_limits_init(Master *master, GError **error)
{
  const RateLimit *limits = master->settings.rate_limits;
  master->settings.rate_limits = NULL; /* the caller's, and copied here */
  master->limits = g_new0(MasterLimit, master->settings.n_rate_limits);
  for (uint32_t i = 0; i < master->settings.n_rate_limits; i++) {
    if (!limit_check(limits, i, error))
      return false;
    master->limits[i].principal = g_strdup(limits[i].principal);
    rate_limiter_init(&master->limits[i].limiter, limits[i].qps, limits[i].capacity);
    master->n_limits++;
  }
  return true;
}

void master_limits_clear(Master *master)
{
  for (uint32_t i = 0; i < master->n_limits; i++)
    g_free(master->limits[i].principal);
  g_free(master->limits);
}

uint32_t master_limit_of(const Master *master, const char *principal)
{
  uint32_t others = INDEX_NONE;
  for (uint32_t i = 0; i < master->n_limits; i++) {
    if (master->limits[i].principal == NULL)
      others = i;
    else if (g_strcmp0(master->limits[i].principal, principal) == 0)
      return i;
  }
  return others;
}

bool master_admit(Master *master, Instant now, FrameworkId framework, Instant *at)
{
  *at = now;
  if (!master_framework_is_present(master, framework) ||
      master_framework(master, framework)->limit == INDEX_NONE)
    return true;
  MasterLimit *limit = &master->limits[master_framework(master, framework)->limit];
  limit->received++;
  if (rate_limiter_admit(&limit->limiter, now, at))
    return true;
  limit->dropped++;
  master->counters.messages_dropped++;
  master_count_event(master, framework, FRAMEWORK_EVENT_ERROR);
  if (master->observer.message_dropped != NULL)
    master->observer.message_dropped(master->observer.self, now, framework);
  if (master->ports.send_error != NULL) {
    g_autofree char *message =
        g_strdup_printf("a message was dropped: %u of %s%s wait already", limit->limiter.capacity,
                        limit->principal == NULL ? "" : "principal ",
                        limit->principal == NULL ? "the others" : limit->principal);
    master->ports.send_error(master->ports.self, framework, message);
  }
  return false;
}
