/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimMessage: a message that takes time to arrive, with what it carries behind it in one block.
 *
 *     sender's structs --- sim_message_copy() ---> block in flight --- sim_deliver_message() ---> receiver
 *
 * Pointers of a message point to the sender's arrays, or (in a copy) into its own block, resources that are not plain
 * included: who keeps what a message carries copies it, and a copy owns nothing beside its block.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/messages.h"
#include "workload/experiment.h"

typedef enum {
  SIM_MESSAGE_ACCEPT, /* to the master: of a framework */
  SIM_MESSAGE_DECLINE,
  SIM_MESSAGE_SUPPRESS,
  SIM_MESSAGE_REVIVE,
  SIM_MESSAGE_KILL,
  SIM_MESSAGE_ACKNOWLEDGE,
  SIM_MESSAGE_TEARDOWN,
  SIM_MESSAGE_INVERSE_ANSWER,
  SIM_MESSAGE_REQUEST,
  SIM_MESSAGE_RECONCILE,
  SIM_MESSAGE_STATUS, /* of an agent */
  SIM_MESSAGE_EXECUTOR_EXITED,
  SIM_MESSAGE_OFFERS, /* to a framework */
  SIM_MESSAGE_RESCIND,
  SIM_MESSAGE_STATUS_FORWARDED,
  SIM_MESSAGE_INVERSE_OFFERS,
  SIM_MESSAGE_INVERSE_RESCIND,
  SIM_MESSAGE_ERROR,
  SIM_MESSAGE_LAUNCH, /* to an agent */
  SIM_MESSAGE_KILL_AT_AGENT,
  SIM_MESSAGE_ACKNOWLEDGED,
  SIM_MESSAGE_SHUTDOWN,
  SIM_MESSAGE_SHUTDOWN_AGENT,
} SimMessageKind;

typedef struct {
  SimMessageKind kind;
  FrameworkId framework;
  AgentId agent;
  uint32_t n; /* of the first array: offers, inverse offers; bytes of a text */
  union {
    struct { /* ACCEPT, DECLINE */
      const OfferId *ids;
      const TaskInfo *tasks;
      OfferFilter filter;
      uint32_t n_tasks;
    } answer;
    const OfferMessage *offers;
    const InverseOfferMessage *inverse_offers;
    const char *text; /* ERROR */
    OfferId offer;
    struct {
      InverseOfferId id;
      OfferFilter filter;
      bool accepted;
    } inverse;
    struct {
      Quantities task;
      uint32_t count;
    } demand;
    const TaskStatus *status;
    const TaskLaunch *launch;
    uint64_t executor; /* EXECUTOR_EXITED */
    struct {
      TaskId id;
      uint64_t label; /* to an agent */
      Duration grace; /* likewise */
      uint32_t sequence;
      TaskReason reason;
    } task;
  };
} SimMessage;

static inline bool sim_message_is_to_master(SimMessageKind kind)
{
  return kind <= SIM_MESSAGE_EXECUTOR_EXITED;
}

static inline bool sim_message_is_of_framework(SimMessageKind kind)
{
  return kind < SIM_MESSAGE_STATUS;
}

/** sim_message_size: bytes of a copy. */
size_t sim_message_size(const SimMessage *message);

/** sim_message_cost: ns that the master takes for it: one to the master, or OFFERS. @costs: by MasterCost. */
int64_t sim_message_cost(const SimMessage *message, const Duration *costs);

/** sim_message_copy: @block: of sim_message_size() bytes. Returns: the copy, in @block. */
SimMessage *sim_message_copy(void *block, const SimMessage *message);
