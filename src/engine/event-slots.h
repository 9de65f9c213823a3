/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimSlots: which of the entries that can be cancelled are still wanted. Private to the queue.
 *
 * Such an entry holds a slot from being added until it surfaces, cancelled or not. The slot's word says how
 * it stands:
 *
 *     bit 31 set     pending: the rest is the low 28 bits of its sequence, then 3 bits of phase
 *     0              cancelled, not yet surfaced
 *     else           free: the number of the next free slot, SIM_SLOT_LAST for none
 *
 * A handle is the word while pending and the number of the slot, so it is stale as soon as the word differs.
 * The entry itself is not looked for when it is cancelled: it is dropped when it surfaces or is swept over.
 *
 * Invariants: slot 0 stands for "cannot be cancelled" and is never free, pending or cancelled; the number of
 * words that are 0 is .cancelled.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "engine/event-queue.h"

#define SIM_SLOT_PENDING   UINT32_C(0x80000000)
#define SIM_SLOT_CANCELLED UINT32_C(0)
#define SIM_SLOT_LAST      UINT32_C(0x7fffffff)

typedef struct {
  uint32_t *words;   /* array of capacity */
  uint32_t capacity; /* words allocated */
  uint32_t used;     /* words in use, free ones included */
  uint32_t free;     /* head of the free list, SIM_SLOT_LAST for none */
  size_t cancelled;  /* entries that are cancelled and have not surfaced */
} SimSlots;

static inline void sim_slots_init(SimSlots *slots)
{
  *slots = (SimSlots){.words = g_new(uint32_t, 64), .capacity = 64, .used = 1, .free = SIM_SLOT_LAST};
  slots->words[0] = SIM_SLOT_LAST;
}

/* A new slot, where none is free. Doubling a large array moves pages, not words (mremap). */
static inline uint32_t sim_slots_extend(SimSlots *slots)
{
  if (slots->used == slots->capacity) {
    CHECK(slots->capacity <= SIM_SLOT_LAST / 2);
    slots->capacity *= 2;
    slots->words = g_renew(uint32_t, slots->words, slots->capacity);
  }
  return slots->used++;
}

/* Gives @entry a slot. Returns: its handle. */
static inline SimEventHandle sim_slots_take(SimSlots *slots, SimEntry *entry)
{
  uint32_t slot = slots->free;
  if (slot != SIM_SLOT_LAST)
    slots->free = slots->words[slot];
  else
    slot = sim_slots_extend(slots);

  uint32_t word =
      SIM_SLOT_PENDING | (uint32_t)(entry->order & 0xfffffff) << 3 | (uint32_t)(entry->order >> 61);
  slots->words[slot] = word;
  entry->slot = slot;
  return (SimEventHandle){(uint64_t)word << 32 | slot};
}

/* Whether @entry was cancelled. */
static inline bool sim_slots_is_cancelled(const SimSlots *slots, const SimEntry *entry)
{
  return slots->words[entry->slot] == SIM_SLOT_CANCELLED;
}

/* @entry has surfaced: its slot, if it has one, is free again. Returns: whether it had been cancelled. */
static inline bool sim_slots_release(SimSlots *slots, const SimEntry *entry)
{
  if (entry->slot == 0)
    return false;
  bool cancelled = sim_slots_is_cancelled(slots, entry);
  slots->cancelled -= cancelled;
  slots->words[entry->slot] = slots->free;
  slots->free = entry->slot;
  return cancelled;
}

/* Returns: whether @handle stood for a pending entry, which is now cancelled. */
static inline bool sim_slots_cancel(SimSlots *slots, SimEventHandle handle)
{
  uint32_t slot = (uint32_t)handle.value;
  CHECK(slot < slots->used);
  if (slots->words[slot] != handle.value >> 32)
    return false;
  slots->words[slot] = SIM_SLOT_CANCELLED;
  slots->cancelled++;
  return true;
}

/* The phase of the entry that @handle stands or stood for. */
static inline SimPhase sim_slots_phase(SimEventHandle handle)
{
  return (SimPhase)(handle.value >> 32 & 7);
}
