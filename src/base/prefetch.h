/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * prefetch: asks for memory that will be looked at soon; any address is allowed.
 *
 * Not __builtin_prefetch() alone: gcc 12 takes a function that does nothing else for one without effect, and leaves the
 * calls of it out.
 */
static inline void prefetch(const void *address)
{
  __builtin_prefetch(address);
  __asm__ volatile("");
}
