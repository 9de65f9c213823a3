/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Clocks for benchmarks. Tests and benchmarks may read them; the layers they measure may not.
 */

#include <stdint.h>
#include <time.h>

/** bench_cpu_ns: Returns: CPU time of this thread, ns: what work costs, whoever else runs. */
static inline int64_t bench_cpu_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/** bench_wall_ns: Returns: ns since some fixed point; cheap to read, for single operations. */
static inline int64_t bench_wall_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
