/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Ids: distinct one-member structs, so that an agent's index never passes for a framework's.
 *
 * AgentId, FrameworkId, RoleId, JobId   dense indices from 0, in the order of arrival; they index arrays.
 * OfferId, TaskId, InverseOfferId       a slot (low 32 bits) and its generation (high 32 bits, from 1): slots
 * are used again, ids are not, so a stale id is recognised. 0 is no id.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint32_t index;
} AgentId;

typedef struct {
  uint32_t index;
} FrameworkId;

typedef struct {
  uint32_t index;
} RoleId;

typedef struct {
  uint32_t index;
} JobId;

typedef struct {
  uint64_t value;
} OfferId;

typedef struct {
  uint64_t value;
} TaskId;

typedef struct {
  uint64_t value;
} InverseOfferId;

#define INDEX_NONE UINT32_MAX

#define AGENT_NONE     ((AgentId){INDEX_NONE})
#define FRAMEWORK_NONE ((FrameworkId){INDEX_NONE})
#define ROLE_NONE      ((RoleId){INDEX_NONE})
#define JOB_NONE       ((JobId){INDEX_NONE})
#define OFFER_NONE     ((OfferId){0})
#define TASK_NONE      ((TaskId){0})

#define INVERSE_OFFER_NONE ((InverseOfferId){0})

/** slot_id: the 64-bit value of an id from its slot and generation; the two functions below take it apart. */
static inline uint64_t slot_id(uint32_t slot, uint32_t generation)
{
  return ((uint64_t)generation << 32) | slot;
}

static inline uint32_t slot_of(uint64_t id)
{
  return (uint32_t)id;
}

static inline uint32_t generation_of(uint64_t id)
{
  return (uint32_t)(id >> 32);
}
