/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * ReplayPlayer: makes the calls of one recorded sequence on a fresh instance of the code under test and hands
 * back what it decided, in the words of the format.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t seed;   /* of the order of agents */
  bool lazy_ticks; /* only those that the allocator asked for */
  bool compatible; /* do as Mesos does where that is surprising */
} ReplaySettings;

typedef struct {
  const char *name;
  void *(*create)(const ReplaySettings *settings);
  void (*destroy)(void *player);

  /* Makes the call @words (@n of them, NULL behind) and appends each decision (char *, to be freed) to
   * @decisions in the order of the format. False and @error (REPLAY_ERROR_MALFORMED or _UNSUPPORTED) where
   * the call is not one; it may then have been made in part. */
  bool (*call)(void *player, const char *const *words, uint32_t n, GPtrArray *decisions, GError **error);
} ReplayPlayer;

extern const ReplayPlayer replay_sorter_player;
extern const ReplayPlayer replay_allocator_player;
