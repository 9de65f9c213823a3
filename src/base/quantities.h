/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Quantities: an amount of each kind of resource, by value.
 *
 * Amounts are int64_t thousandths of the kind's unit (of a cpu, of a MiB), so that what is taken and given
 * back sums to exactly zero. The index of a kind is its place in the run's ResourceKinds; the first four are
 * fixed. Kinds that a run does not have hold zero.
 *
 * Source: the fixed point of Mesos scalars (apache/mesos src/common/values.cpp).
 * Not here: reservations and revocable resources (resources.h), text (resources.h), names (resource-kinds.h).
 */

#include <stdbool.h>
#include <stdint.h>

#define RESOURCE_KINDS_MAX 6
#define QUANTITY_UNIT      INT64_C(1000) /* thousandths in one unit */
/* As much as one amount that comes from outside may be: a sum of thousands of such still fits. */
#define QUANTITY_MAX INT64_C(1000000000000000)

enum {
  RESOURCE_CPUS,
  RESOURCE_MEM,  /* MiB */
  RESOURCE_DISK, /* MiB */
  RESOURCE_GPUS,
  RESOURCE_KINDS_FIXED, /* how many kinds each run has */
};

typedef struct {
  int64_t amount[RESOURCE_KINDS_MAX];
} Quantities;

#define QUANTITIES_ZERO ((Quantities){{0}})

/* Two kinds at a time: these few operations are most of what an allocation does, and compilers do not turn
 * the plain loops into vectors at -O2. The results are those of the plain loops. */
typedef int64_t QuantityLanes __attribute__((vector_size(16), aligned(8), may_alias));

#define QUANTITY_LANES (RESOURCE_KINDS_MAX / 2)

static inline QuantityLanes *quantities_lanes(Quantities *quantities)
{
  return (QuantityLanes *)quantities->amount;
}

static inline const QuantityLanes *quantities_lanes_const(const Quantities *quantities)
{
  return (const QuantityLanes *)quantities->amount;
}

static inline void quantities_add(Quantities *sum, const Quantities *more)
{
  for (int i = 0; i < QUANTITY_LANES; i++)
    quantities_lanes(sum)[i] += quantities_lanes_const(more)[i];
}

/** quantities_subtract: amounts may become negative; it is the caller who knows whether that is an error. */
static inline void quantities_subtract(Quantities *rest, const Quantities *less)
{
  for (int i = 0; i < QUANTITY_LANES; i++)
    quantities_lanes(rest)[i] -= quantities_lanes_const(less)[i];
}

/** quantities_contain: whether each amount of @part is at most that of @whole. */
static inline bool quantities_contain(const Quantities *whole, const Quantities *part)
{
  QuantityLanes missing = {0, 0};
  for (int i = 0; i < QUANTITY_LANES; i++)
    missing |= quantities_lanes_const(whole)[i] - quantities_lanes_const(part)[i];
  return (missing[0] | missing[1]) >= 0;
}

static inline bool quantities_are_zero(const Quantities *quantities)
{
  QuantityLanes any = {0, 0};
  for (int i = 0; i < QUANTITY_LANES; i++)
    any |= quantities_lanes_const(quantities)[i];
  return (any[0] | any[1]) == 0;
}

/** quantities_are_valid: whether no amount is negative. */
static inline bool quantities_are_valid(const Quantities *quantities)
{
  QuantityLanes any = {0, 0};
  for (int i = 0; i < QUANTITY_LANES; i++)
    any |= quantities_lanes_const(quantities)[i];
  return (any[0] | any[1]) >= 0;
}

/** quantities_are_bounded: whether each amount is 0 to QUANTITY_MAX. */
static inline bool quantities_are_bounded(const Quantities *quantities)
{
  bool bounded = true;
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    bounded = bounded && quantities->amount[kind] >= 0 && quantities->amount[kind] <= QUANTITY_MAX;
  return bounded;
}

static inline bool quantities_equal(const Quantities *a, const Quantities *b)
{
  QuantityLanes any = {0, 0};
  for (int i = 0; i < QUANTITY_LANES; i++)
    any |= quantities_lanes_const(a)[i] ^ quantities_lanes_const(b)[i];
  return (any[0] | any[1]) == 0;
}

/** quantities_positive: @quantities with zero for each amount that is negative. */
static inline Quantities quantities_positive(const Quantities *quantities)
{
  Quantities positive;
  const QuantityLanes zero = {0, 0};
  for (int i = 0; i < QUANTITY_LANES; i++) {
    QuantityLanes lanes = quantities_lanes_const(quantities)[i];
    quantities_lanes(&positive)[i] = lanes & (QuantityLanes)(lanes > zero);
  }
  return positive;
}

static inline void quantities_min(Quantities *least, const Quantities *other)
{
  for (int kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (other->amount[kind] < least->amount[kind])
      least->amount[kind] = other->amount[kind];
}

/**
 * quantities_divide:
 * @whole: not negative
 * @part: not negative
 *
 * Returns: how many times @part fits into @whole; UINT32_MAX where that is as many or more, or where @part is
 * zero.
 */
uint32_t quantities_divide(const Quantities *whole, const Quantities *part);
