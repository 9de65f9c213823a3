/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The standard normal law: its distribution function, its inverse, and a table that makes the inverse fast.
 *
 * SimNormalTable approximates the inverse by polynomials of degree 5 on pieces that grow with the distance
 * from the nearer end of (0, 1): 16 to each power of two, read off the bits of the number. There is no
 * branch, no division and no logarithm but in the last 2^-21 of each tail, where the exact inverse is taken.
 * The polynomials meet at the ends of their pieces, so that the result does not fall where its argument grows
 * (but by rounding).
 *
 * Invariant: the table's inverse lies within 1e-9 of the exact one.
 *
 * A table is 15 KiB, of which the few pieces that hold most of (0, 1) stay in the first cache. It belongs to
 * one distribution: there are few of those, and a shared one would be a global.
 *
 * Source: M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
 * Statistics 37 (1988); pieces by leading bits: D.-U. Lee, W. Luk, J. Villasenor, P. Cheung, FPL 2003.
 */

#include <math.h>
#include <stdint.h>
#include <string.h>

/** sim_normal_cdf: Returns: the probability that a standard normal number is at most @z. */
double sim_normal_cdf(double z);

/** sim_normal_inverse: Returns: the quantile of @p in (0, 1), to 1e-15 or so (AS 241). */
double sim_normal_inverse(double p);

#define SIM_NORMAL_SPLIT_BITS 4  /* of the mantissa: 16 pieces to a power of two */
#define SIM_NORMAL_POWERS     20 /* pieces cover 2^-21 to 2^-1 */
#define SIM_NORMAL_FROM       0x1p-21
#define SIM_NORMAL_PIECES     ((SIM_NORMAL_POWERS << SIM_NORMAL_SPLIT_BITS) + 1) /* and one for 1/2 itself */

/** SimNormalTable: polynomials in the place within the piece, 0 to 1. */
typedef struct {
  double pieces[SIM_NORMAL_PIECES][6];
} SimNormalTable;

/** sim_normal_table_new: Returns: (transfer full): the table, to be freed with g_free(). Cost: some 0.1 ms.
 */
SimNormalTable *sim_normal_table_new(void);

/** sim_normal_lookup: Returns: the quantile of @p in (0, 1). */
static inline double sim_normal_lookup(const SimNormalTable *table, double p)
{
  double q = p - 0.5;
  double v = 0.5 - fabs(q); /* distance from the nearer end */
  if (__builtin_expect(v < SIM_NORMAL_FROM, 0))
    return sim_normal_inverse(p);

  uint64_t bits, first_bits;
  double first = SIM_NORMAL_FROM;
  memcpy(&bits, &v, sizeof bits);
  memcpy(&first_bits, &first, sizeof first_bits);
  const double *c = table->pieces[(bits - first_bits) >> (52 - SIM_NORMAL_SPLIT_BITS)];

  bits = (bits << SIM_NORMAL_SPLIT_BITS & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
  double t;
  memcpy(&t, &bits, sizeof t);
  t -= 1; /* the rest of the mantissa: the place within the piece */
  double t2 = t * t;
  double z = (c[0] + c[1] * t) + (c[2] + c[3] * t) * t2 + (c[4] + c[5] * t) * (t2 * t2);
  return copysign(z, q);
}
