/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Array: a growing array of one type whose operations are inlined. For hot paths; GArray serves everywhere
 * else.
 *
 *   Array(AgentId) ready = {0};
 *   array_push(&ready, agent);
 *   for (uint32_t i = 0; i < ready.n; i++) ... ready.items[i] ...
 *   array_free(&ready);
 *
 * Items may move when one is pushed; the first stands on a cache line. Cost: push O(1) amortised; memory at
 * most twice what the largest n needs.
 */

#include <glib.h>
#include <stdint.h>

#define Array(type)                                                                                          \
  struct {                                                                                                   \
    type *items;                                                                                             \
    uint32_t n;                                                                                              \
    uint32_t capacity;                                                                                       \
  }

/** array_push: appends the value, which may be a compound literal. */
#define array_push(array, ...)                                                                               \
  do {                                                                                                       \
    if (G_UNLIKELY((array)->n == (array)->capacity))                                                         \
      array_reserve(array, (array)->n + 1);                                                                  \
    (array)->items[(array)->n++] = (__VA_ARGS__);                                                            \
  } while (0)

/** array_reserve: makes room for @wanted items; n stays. */
#define array_reserve(array, wanted)                                                                         \
  ((array)->items = array_grow((array)->items, &(array)->capacity, (wanted), sizeof *(array)->items))

/** array_free: frees the items; the array is empty then. */
#define array_free(array)                                                                                    \
  do {                                                                                                       \
    g_aligned_free((array)->items);                                                                          \
    (array)->items = NULL;                                                                                   \
    (array)->n = (array)->capacity = 0;                                                                      \
  } while (0)

/** array_grow: for array_reserve(). Returns: @items with room for @wanted of @size bytes each. */
void *array_grow(void *items, uint32_t *capacity, uint32_t wanted, size_t size);
