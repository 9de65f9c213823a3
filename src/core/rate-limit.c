/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rate-limit.h"

#include <math.h>

#include "base/check.h"

void rate_limiter_init(RateLimiter *limiter, double qps, uint32_t capacity)
{
  CHECK(isfinite(qps) && qps >= 0 && capacity >= 1);
  double interval = qps > 0 ? 1e9 / qps : 0;
  /* Beyond some hundred years one is as good as never. */
  limiter->interval.ns = interval >= (double)(INT64_MAX / 2) ? INT64_MAX / 2 : llround(interval);
  limiter->capacity = capacity;
  limiter->next = (Instant){INT64_MIN};
}

uint64_t rate_limiter_waiting(const RateLimiter *limiter, Instant now)
{
  if (limiter->interval.ns == 0 || limiter->next.ns <= now.ns)
    return 0;
  /* Those that wait are an interval apart, and the last of them passes one before next. */
  return (uint64_t)((limiter->next.ns - now.ns - 1) / limiter->interval.ns);
}

bool rate_limiter_admit(RateLimiter *limiter, Instant now, Instant *at)
{
  *at = now;
  if (limiter->interval.ns == 0)
    return true;
  if (limiter->capacity != UINT32_MAX && rate_limiter_waiting(limiter, now) >= limiter->capacity)
    return false;
  if (limiter->next.ns > now.ns)
    *at = limiter->next;
  limiter->next = instant_after(*at, limiter->interval);
  return true;
}
