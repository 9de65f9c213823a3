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
 * The words lie in pages, since doubling one large array would be a step of more than a millisecond.
 *
 * Invariants: slot 0 stands for "cannot be cancelled" and is never free, pending or cancelled; the number of
 * words that are 0 is .cancelled.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/prefetch.h"
#include "engine/event-queue.h"

#define SIM_SLOT_PENDING   UINT32_C(0x80000000)
#define SIM_SLOT_CANCELLED UINT32_C(0)
#define SIM_SLOT_LAST      UINT32_C(0x7fffffff)

#define SIM_SLOT_PAGE_BITS 14 /* 64 KiB */
#define SIM_SLOT_PAGE      (UINT32_C(1) << SIM_SLOT_PAGE_BITS)

typedef struct {
  uint32_t **pages; /* array of pages_n, of SIM_SLOT_PAGE words each */
  uint32_t pages_n;
  uint32_t used;    /* words in use, free ones included */
  uint32_t free;    /* head of the free list, SIM_SLOT_LAST for none */
  size_t cancelled; /* entries that are cancelled and have not surfaced */
} SimSlots;

static inline uint32_t *sim_slots_word(const SimSlots *slots, uint32_t slot)
{
  return &slots->pages[slot >> SIM_SLOT_PAGE_BITS][slot % SIM_SLOT_PAGE];
}

/* A new slot, where none is free. */
static inline uint32_t sim_slots_extend(SimSlots *slots)
{
  if (slots->used == slots->pages_n << SIM_SLOT_PAGE_BITS) {
    CHECK(slots->used < SIM_SLOT_LAST - SIM_SLOT_PAGE);
    slots->pages = g_renew(uint32_t *, slots->pages, slots->pages_n + 1);
    slots->pages[slots->pages_n++] = g_new(uint32_t, SIM_SLOT_PAGE);
  }
  return slots->used++;
}

static inline void sim_slots_init(SimSlots *slots)
{
  *slots = (SimSlots){.free = SIM_SLOT_LAST};
  *sim_slots_word(slots, sim_slots_extend(slots)) = SIM_SLOT_LAST;
}

static inline void sim_slots_clear(SimSlots *slots)
{
  for (uint32_t i = 0; i < slots->pages_n; i++)
    g_free(slots->pages[i]);
  g_free(slots->pages);
}

static inline size_t sim_slots_memory(const SimSlots *slots)
{
  return slots->pages_n * (sizeof *slots->pages + SIM_SLOT_PAGE * sizeof(uint32_t));
}

/* Gives @entry a slot. Returns: its handle. */
static inline SimEventHandle sim_slots_take(SimSlots *slots, SimEntry *entry)
{
  uint32_t slot = slots->free;
  if (slot != SIM_SLOT_LAST) {
    slots->free = *sim_slots_word(slots, slot);
    if (slots->free != SIM_SLOT_LAST) /* the next one will want it */
      prefetch(sim_slots_word(slots, slots->free));
  } else {
    slot = sim_slots_extend(slots);
  }

  uint32_t word =
      SIM_SLOT_PENDING | (uint32_t)(entry->order & 0xfffffff) << 3 | (uint32_t)(entry->order >> 61);
  *sim_slots_word(slots, slot) = word;
  entry->slot = slot;
  return (SimEventHandle){(uint64_t)word << 32 | slot};
}

/* Whether @entry was cancelled. */
static inline bool sim_slots_is_cancelled(const SimSlots *slots, const SimEntry *entry)
{
  return *sim_slots_word(slots, entry->slot) == SIM_SLOT_CANCELLED;
}

/* @entry has surfaced: its slot, if it has one, is free again. Returns: whether it had been cancelled. */
static inline bool sim_slots_release(SimSlots *slots, const SimEntry *entry)
{
  if (entry->slot == 0)
    return false;
  uint32_t *word = sim_slots_word(slots, entry->slot);
  bool cancelled = *word == SIM_SLOT_CANCELLED;
  slots->cancelled -= cancelled;
  *word = slots->free;
  slots->free = entry->slot;
  return cancelled;
}

/* Returns: whether @handle stood for a pending entry, which is now cancelled. */
static inline bool sim_slots_cancel(SimSlots *slots, SimEventHandle handle)
{
  uint32_t slot = (uint32_t)handle.value;
  CHECK(slot < slots->used);
  uint32_t *word = sim_slots_word(slots, slot);
  if (*word != handle.value >> 32)
    return false;
  *word = SIM_SLOT_CANCELLED;
  slots->cancelled++;
  return true;
}

/* The phase of the entry that @handle stands or stood for. */
static inline SimPhase sim_slots_phase(SimEventHandle handle)
{
  return (SimPhase)(handle.value >> 32 & 7);
}
