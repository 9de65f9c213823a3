/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What goes into the digest: one record per message delivered, timer expired and grant made.
 *
 * A record is (instant, phase, kind, words). States and sequence numbers are part of the kind word, so that
 * the frequent records have one word: the task. Numbers are never changed nor used again.
 */

#include <stdint.h>

#include "base/quantities.h"
#include "core/messages.h"
#include "engine/digest.h"

typedef enum {
  SIM_RECORD_TIMER = 1,        /* timer of the master */
  SIM_RECORD_REGISTER,         /* agent, resources */
  SIM_RECORD_SUBSCRIBE,        /* framework, hash of its name */
  SIM_RECORD_TEARDOWN,         /* framework */
  SIM_RECORD_OFFERS,           /* framework, number */
  SIM_RECORD_GRANT,            /* agent and framework, offer, resources */
  SIM_RECORD_RESCIND,          /* offer */
  SIM_RECORD_ACCEPT,           /* number of tasks and framework, offer, resources of the first task */
  SIM_RECORD_ACCEPT_FURTHER,   /* a further offer of the same accept */
  SIM_RECORD_DECLINE,          /* framework, number; then */
  SIM_RECORD_DECLINE_OFFER,    /* each offer */
  SIM_RECORD_SUPPRESS,         /* framework */
  SIM_RECORD_REVIVE,           /* framework */
  SIM_RECORD_LAUNCH,           /* agent and framework, task */
  SIM_RECORD_KILL,             /* task; at the master */
  SIM_RECORD_KILL_AT_AGENT,    /* task */
  SIM_RECORD_SHUTDOWN,         /* agent and framework */
  SIM_RECORD_STATUS,           /* task; at the master; | state << 8 | sequence << 16 */
  SIM_RECORD_STATUS_FORWARDED, /* task or label; at the framework; likewise */
  SIM_RECORD_ACKNOWLEDGE,      /* task; at the master; | sequence << 16 */
  SIM_RECORD_ACKNOWLEDGED,     /* task; at the agent; likewise */
  SIM_RECORD_DECISION,         /* framework: its decision time is over */
  SIM_RECORD_HOLD_TIMEOUT,     /* framework */
  SIM_RECORD_ARRIVAL,          /* job, framework */
  SIM_RECORD_SLICE,    /* of the record before it: reservation, disk and range, first and last, quantities */
  SIM_RECORD_OPERATOR, /* number of the call, agent or INDEX_NONE; | result << 8 */
  SIM_RECORD_KILL_WITHIN,     /* task, grace; at the agent; | reason << 8 */
  SIM_RECORD_SHUTDOWN_AGENT,  /* agent */
  SIM_RECORD_INVERSE_OFFER,   /* agent and framework, offer */
  SIM_RECORD_INVERSE_RESCIND, /* offer */
  SIM_RECORD_INVERSE_ANSWER,  /* offer; | accepted << 8 */
  SIM_RECORD_ERROR,           /* framework */
  SIM_RECORD_REQUEST,         /* framework, number, quantities */
  SIM_RECORD_RECONCILE,       /* framework */
  SIM_RECORD_STATUS_AGAIN,    /* task */
  SIM_RECORD_HELD,            /* framework: an offer's hold time is over */
  SIM_RECORD_HABIT,           /* framework: it revives or reconciles again */
  SIM_RECORD_EXECUTOR_IDLE,   /* framework and agent: its executor exits */
  SIM_RECORD_EXECUTOR_EXITED, /* agent and framework, executor; at the master */
} SimRecord;

/** sim_record_pair: two 32-bit numbers in one word. */
static inline uint64_t sim_record_pair(uint32_t high, uint32_t low)
{
  return (uint64_t)high << 32 | low;
}

/** sim_record_quantities: one word for the amounts of the kinds that are not zero; amounts that differ in one
 * kind differ. It does not depend on how many kinds fit. */
static inline uint64_t sim_record_quantities(const Quantities *quantities)
{
  uint64_t word = 0;
  for (uint64_t kind = 0; kind < RESOURCE_KINDS_MAX; kind++)
    if (quantities->amount[kind] != 0)
      word = (word + kind + 1) * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)quantities->amount[kind];
  return word;
}

/** sim_record_status_kind: the kind word of a status. */
static inline uint32_t sim_record_status_kind(SimRecord record, const TaskStatus *status)
{
  return (uint32_t)record | (uint32_t)status->state << 8 | status->sequence << 16;
}

/** sim_record_slices: what is not plain, one record each; nothing where all is. */
void sim_record_slices(SimDigest *digest, Instant now, const Resources *resources);
