/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The player of allocator files (FORMAT.md section 3): gives names to what the allocator knows by number.
 *
 * A name that comes back after its removal gets a new number; until then it stands for the number that is
 * gone, as late calls use it. Scenarios that need more than the words of the format use the members.
 */

#include "allocators/drf.h"
#include "core/roles.h"
#include "tests/allocators/allocator-harness.h"
#include "tests/conformance/replay-format.h"
#include "tests/conformance/replay-player.h"

typedef enum {
  PLAYER_ANNOUNCED, /* named by the use on an agent, not added yet */
  PLAYER_LIVE,
  PLAYER_GONE,
} PlayerState;

typedef struct {
  char *name;
  PlayerState state;
  char *attribute; /* of an agent; NULL: none */
} PlayerName;

typedef struct {
  ResourceKinds *kinds;
  AllocatorHarness harness;
  Roles *roles;
  GArray *attributes;          /* RoleAttributes, by role */
  GArray *frameworks;          /* PlayerName, by number */
  GArray *agents;              /* PlayerName, by number */
  GHashTable *framework_names; /* -> number + 1 */
  GHashTable *agent_names;     /* -> number + 1 */
} AllocatorPlayer;

/**
 * allocator_player_new:
 * @changes: (nullable): called once with the default settings (FORMAT.md 3.1), to change them
 */
AllocatorPlayer *allocator_player_new(const ReplaySettings *settings,
                                      void (*changes)(AllocatorSettings *settings));
void allocator_player_free(AllocatorPlayer *player);

/** allocator_player_call: as ReplayPlayer.call; the run that the call asks for is made. */
bool allocator_player_call(AllocatorPlayer *player, const char *const *words, uint32_t n,
                           GPtrArray *decisions, GError **error);

/** allocator_player_decisions: appends what was offered since the last time, in the order of the format. */
void allocator_player_decisions(AllocatorPlayer *player, GPtrArray *decisions);

/** allocator_player_role: the number of @path, made known to the allocator where it is new. */
RoleId allocator_player_role(AllocatorPlayer *player, const char *path);

/* The numbers that names stand for; INDEX_NONE: never heard of. */
FrameworkId allocator_player_framework(const AllocatorPlayer *player, const char *name);
AgentId allocator_player_agent(const AllocatorPlayer *player, const char *name);

/* Numbers for a name that arrives; @state as it is then. */
FrameworkId allocator_player_add_framework(AllocatorPlayer *player, const char *name, PlayerState state);
AgentId allocator_player_add_agent(AllocatorPlayer *player, const char *name);
