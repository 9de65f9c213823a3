/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-blocks.h"

#include <string.h>

#include <glib.h>

#include "base/check.h"
#include "engine/random.h"
#include "workload/hadoop-spec.h"

__extension__ typedef unsigned __int128 Wide;

typedef struct {
  uint32_t next; /* entry or INDEX_NONE */
  uint32_t previous;
} Link;

typedef struct {
  uint32_t key; /* a machine; behind them racks; INDEX_NONE: free */
  uint32_t head;
} Slot;

/* Entries of block b: b * width + ..., first its replicas, then (with racks) their racks, then the list of all. */
struct SimBlocks {
  SimPlaces places;
  uint32_t n;
  uint32_t replicas;
  uint32_t width;
  uint32_t *machines; /* array of n x replicas */
  Link *links;        /* array of n x width */
  Slot *slots;        /* 2^bits of them */
  uint32_t bits;
  uint32_t first; /* of the list of all: an entry or INDEX_NONE */
  uint64_t looks;
};

/* --- placement ------------------------------------------------------------------------------------------ */

/* The machines of one block so far, in the order in which they were chosen and ascending. */
typedef struct {
  uint32_t *chosen;
  uint32_t ascending[REPLICAS_MAX];
  uint32_t n;
} Replicas;

static void add_replica(Replicas *replicas, uint32_t machine)
{
  uint32_t place = replicas->n;
  for (; place > 0 && replicas->ascending[place - 1] > machine; place--)
    replicas->ascending[place] = replicas->ascending[place - 1];
  replicas->ascending[place] = machine;
  replicas->chosen[replicas->n++] = machine;
}

/* What may not be chosen: from a machine on, so many. */
typedef struct {
  uint32_t first;
  uint32_t n;
} Hole;

/* Those of first ... end - 1 that hold one already, and whole racks that hold @most; ascending. */
static uint32_t list_holes(const Replicas *replicas, const SimPlaces *places, uint32_t first, uint32_t end,
                           uint32_t most, Hole holes[REPLICAS_MAX])
{
  uint32_t n = 0;
  for (uint32_t i = 0, next; i < replicas->n; i = next) {
    uint32_t rack = sim_places_rack(places, replicas->ascending[i]);
    for (next = i + 1; next < replicas->n && sim_places_rack(places, replicas->ascending[next]) == rack;)
      next++;
    if (next - i >= most) {
      uint32_t begin = rack * places->per_rack;
      holes[n++] = (Hole){begin, MIN(end - begin, places->per_rack)};
      continue;
    }
    for (uint32_t k = i; k < next; k++)
      if (replicas->ascending[k] >= first && replicas->ascending[k] < end)
        holes[n++] = (Hole){replicas->ascending[k], 1};
  }
  return n;
}

/* Any of first ... end - 1 that holds none yet, in a rack that holds less than @most, all alike; false where there is none.
 * @most: only with racks, and all machines. */
static bool choose(Replicas *replicas, const SimDraw *draw, const SimPlaces *places, uint32_t first,
                   uint32_t end, uint32_t most)
{
  Hole holes[REPLICAS_MAX];
  uint32_t n = list_holes(replicas, places, first, end, most, holes);
  uint32_t left = end - first;
  for (uint32_t i = 0; i < n; i++)
    left -= holes[i].n;
  if (left == 0)
    return false;
  uint64_t word = sim_random_block(draw, replicas->n).word[0];
  uint32_t machine = first + (uint32_t)((Wide)word * left >> 64);
  for (uint32_t i = 0; i < n && machine >= holes[i].first; i++)
    machine += holes[i].n;
  add_replica(replicas, machine);
  return true;
}

/* Any outside of first ... end - 1, where nothing but the first replica lies. */
static bool choose_outside(Replicas *replicas, const SimDraw *draw, uint32_t first, uint32_t end, uint32_t n)
{
  uint32_t left = n - (end - first);
  if (left == 0)
    return false;
  uint64_t word = sim_random_block(draw, replicas->n).word[0];
  uint32_t machine = (uint32_t)((Wide)word * left >> 64);
  add_replica(replicas, machine < first ? machine : machine + (end - first));
  return true;
}

static void place_block(SimBlocks *blocks, uint32_t block, SimDraw draw)
{
  const SimPlaces *places = &blocks->places;
  Replicas replicas = {.chosen = blocks->machines + (size_t)block * blocks->replicas};
  uint32_t racks = places->per_rack == 0 ? 1 : sim_places_rack(places, places->n - 1) + 1;
  uint32_t most = (blocks->replicas - 1) / racks + 2; /* in a rack: two, where racks suffice for that */
  draw.index = block;
  while (replicas.n < blocks->replicas) {
    bool chosen = false;
    if (places->per_rack > 0 && replicas.n > 2) {
      chosen = choose(&replicas, &draw, places, 0, places->n, most);
    } else if (places->per_rack > 0 && replicas.n > 0) {
      uint32_t first = sim_places_rack(places, replicas.chosen[replicas.n - 1]) * places->per_rack;
      uint32_t end = MIN(places->n - first, places->per_rack) + first;
      chosen = replicas.n == 1 ? choose_outside(&replicas, &draw, first, end, places->n)
                               : choose(&replicas, &draw, places, first, end, UINT32_MAX);
    }
    if (!chosen)
      CHECK(choose(&replicas, &draw, places, 0, places->n, UINT32_MAX));
  }
}

/* --- the table ------------------------------------------------------------------------------------------ */

/* The slot of @key, or the free one where it would stand. */
static Slot *slot_for(SimBlocks *blocks, uint32_t key)
{
  uint32_t mask = (1u << blocks->bits) - 1;
  uint32_t at = (uint32_t)((uint64_t)(key * UINT32_C(2654435769)) >> (32 - blocks->bits));
  for (blocks->looks++; blocks->slots[at].key != key && blocks->slots[at].key != INDEX_NONE; blocks->looks++)
    at = (at + 1) & mask;
  return &blocks->slots[at];
}

static void make_table(SimBlocks *blocks)
{
  uint64_t replicas = (uint64_t)blocks->n * blocks->replicas;
  uint64_t keys = MIN(replicas, blocks->places.n);
  if (blocks->places.per_rack > 0)
    keys += MIN(replicas, sim_places_rack(&blocks->places, blocks->places.n - 1) + 1);
  blocks->bits = 1;
  while (UINT64_C(1) << blocks->bits < 2 * keys)
    blocks->bits++;
  blocks->slots = g_new(Slot, (size_t)1 << blocks->bits);
  for (size_t i = 0; i < (size_t)1 << blocks->bits; i++)
    blocks->slots[i] = (Slot){INDEX_NONE, INDEX_NONE};
}

/* --- lists ---------------------------------------------------------------------------------------------- */

static uint32_t rack_of_replica(const SimBlocks *blocks, uint32_t block, uint32_t replica)
{
  return sim_places_rack(&blocks->places, sim_blocks_machine(blocks, block, replica));
}

/* Whether an earlier replica lies in the same rack: the block stands in the list of a rack once. */
static bool is_again(const SimBlocks *blocks, uint32_t block, uint32_t replica)
{
  uint32_t rack = rack_of_replica(blocks, block, replica);
  for (uint32_t i = 0; i < replica; i++)
    if (rack_of_replica(blocks, block, i) == rack)
      return true;
  return false;
}

/* The head of the list that place @i of @block's entries belongs to; NULL: it is not used. */
static uint32_t *head_of(SimBlocks *blocks, uint32_t block, uint32_t i)
{
  if (i == blocks->width - 1)
    return &blocks->first;
  uint32_t key;
  if (i < blocks->replicas) {
    key = sim_blocks_machine(blocks, block, i);
  } else {
    i -= blocks->replicas;
    if (is_again(blocks, block, i))
      return NULL;
    key = blocks->places.n + rack_of_replica(blocks, block, i);
  }
  Slot *slot = slot_for(blocks, key);
  slot->key = key;
  return &slot->head;
}

void sim_blocks_return(SimBlocks *blocks, uint32_t block)
{
  CHECK(block < blocks->n);
  for (uint32_t i = 0; i < blocks->width; i++) {
    uint32_t *head = head_of(blocks, block, i);
    uint32_t entry = block * blocks->width + i;
    if (head == NULL)
      continue;
    blocks->links[entry] = (Link){*head, INDEX_NONE};
    if (*head != INDEX_NONE)
      blocks->links[*head].previous = entry;
    *head = entry;
  }
}

void sim_blocks_take(SimBlocks *blocks, uint32_t block)
{
  CHECK(block < blocks->n);
  for (uint32_t i = 0; i < blocks->width; i++) {
    Link link = blocks->links[block * blocks->width + i];
    if (link.next != INDEX_NONE)
      blocks->links[link.next].previous = link.previous;
    if (link.previous != INDEX_NONE) {
      blocks->links[link.previous].next = link.next;
      continue;
    }
    uint32_t *head = head_of(blocks, block, i);
    if (head != NULL)
      *head = link.next;
  }
}

uint32_t sim_blocks_find(SimBlocks *blocks, TaskLocality locality, uint32_t machine)
{
  uint32_t entry = blocks->first;
  if (locality != LOCALITY_ANY) {
    if (blocks->replicas == 0 || (locality == LOCALITY_RACK && blocks->places.per_rack == 0))
      return INDEX_NONE;
    entry = slot_for(blocks, locality == LOCALITY_NODE
                                 ? machine
                                 : blocks->places.n + sim_places_rack(&blocks->places, machine))
                ->head;
  }
  return entry == INDEX_NONE ? INDEX_NONE : entry / blocks->width;
}

/* --- the rest ------------------------------------------------------------------------------------------- */

/* Without places yet. */
static SimBlocks *make_blocks(const SimPlaces *places, uint32_t n, uint32_t replicas)
{
  CHECK(replicas <= places->n && replicas <= REPLICAS_MAX && places->n < INT32_MAX);
  SimBlocks *blocks = g_new0(SimBlocks, 1);
  blocks->places = *places;
  blocks->n = n;
  blocks->replicas = replicas;
  blocks->width = (places->per_rack > 0 ? 2 * replicas : replicas) + 1;
  CHECK(n < INDEX_NONE / blocks->width);
  blocks->machines = g_new(uint32_t, (size_t)n * replicas);
  blocks->links = g_new(Link, (size_t)n * blocks->width);
  blocks->first = INDEX_NONE;
  for (size_t i = 0; i < (size_t)n * blocks->width; i++)
    blocks->links[i] = (Link){INDEX_NONE, INDEX_NONE};
  return blocks;
}

static void list_blocks(SimBlocks *blocks)
{
  make_table(blocks);
  for (uint32_t block = blocks->n; block-- > 0;) /* backwards: each becomes the first */
    sim_blocks_return(blocks, block);
}

SimBlocks *sim_blocks_new(const SimPlaces *places, uint32_t n, uint32_t replicas, uint64_t seed,
                          uint64_t entity)
{
  SimBlocks *blocks = make_blocks(places, n, replicas);
  SimDraw draw = {seed, SIM_PURPOSE_PLACEMENT, entity, 0};
  for (uint32_t block = 0; block < n; block++)
    place_block(blocks, block, draw);
  list_blocks(blocks);
  return blocks;
}

SimBlocks *sim_blocks_new_at(const SimPlaces *places, uint32_t n, const uint32_t *machines)
{
  SimBlocks *blocks = make_blocks(places, n, 1);
  memcpy(blocks->machines, machines, n * sizeof *machines);
  list_blocks(blocks);
  return blocks;
}

void sim_blocks_free(SimBlocks *blocks)
{
  if (blocks == NULL)
    return;
  g_free(blocks->machines);
  g_free(blocks->links);
  g_free(blocks->slots);
  g_free(blocks);
}

uint32_t sim_blocks_machine(const SimBlocks *blocks, uint32_t block, uint32_t replica)
{
  return blocks->machines[(size_t)block * blocks->replicas + replica];
}

TaskLocality sim_blocks_locality(const SimBlocks *blocks, uint32_t block, uint32_t machine)
{
  TaskLocality best = blocks->replicas == 0 ? LOCALITY_NONE : LOCALITY_ANY;
  uint32_t rack = sim_places_rack(&blocks->places, machine);
  for (uint32_t i = 0; i < blocks->replicas; i++) {
    if (sim_blocks_machine(blocks, block, i) == machine)
      return LOCALITY_NODE;
    if (blocks->places.per_rack > 0 && rack_of_replica(blocks, block, i) == rack)
      best = LOCALITY_RACK;
  }
  return best;
}

uint64_t sim_blocks_looks(const SimBlocks *blocks)
{
  return blocks->looks;
}
