/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-message.h"

#include <glib.h>
#include <string.h>

#include "base/check.h"

/* Arrays follow the message in this order; all their elements are multiples of 8 bytes. */
static size_t ids_size(const SimMessage *message)
{
  return message->n * sizeof(OfferId);
}

static bool has_answer(const SimMessage *message)
{
  return message->kind == SIM_MESSAGE_ACCEPT || message->kind == SIM_MESSAGE_DECLINE;
}

static bool has_status(const SimMessage *message)
{
  return message->kind == SIM_MESSAGE_STATUS || message->kind == SIM_MESSAGE_STATUS_FORWARDED;
}

static size_t slices_size(const Resources *resources)
{
  if (G_LIKELY(resources->special == NULL))
    return 0;
  return sizeof(ResourceSlices) + resources->special->n_slices * sizeof(ResourceSlice);
}

_Static_assert(sizeof(ResourceSlices) % 8 == 0 && sizeof(ResourceSlice) % 8 == 0, "slices follow each other");

size_t sim_message_size(const SimMessage *message)
{
  size_t size = sizeof *message;
  if (has_answer(message)) {
    size += ids_size(message) + message->answer.n_tasks * sizeof(TaskInfo);
    for (uint32_t i = 0; i < message->answer.n_tasks; i++)
      size += slices_size(&message->answer.tasks[i].resources);
  } else if (message->kind == SIM_MESSAGE_OFFERS) {
    size += message->n * sizeof(OfferMessage);
    for (uint32_t i = 0; i < message->n; i++)
      size += slices_size(&message->offers[i].resources);
  } else if (has_status(message)) {
    size += sizeof(TaskStatus);
  } else if (message->kind == SIM_MESSAGE_LAUNCH) {
    size += sizeof(TaskLaunch) + slices_size(&message->launch->resources);
  } else if (message->kind == SIM_MESSAGE_INVERSE_OFFERS) {
    size += message->n * sizeof(InverseOfferMessage);
  } else if (message->kind == SIM_MESSAGE_ERROR) {
    size += message->n;
  }
  return size;
}

/* Moves what @resources, a copy, points to into the block, at @rest; returns where the block goes on. */
static unsigned char *take_in(Resources *resources, unsigned char *rest)
{
  size_t size = slices_size(resources);
  if (G_LIKELY(size == 0))
    return rest;
  memcpy(rest, resources->special, size);
  resources->special = (ResourceSlices *)(void *)rest;
  return rest + size;
}

static void copy_answer(SimMessage *copy, unsigned char *rest, const SimMessage *message)
{
  OfferId *ids = (OfferId *)(void *)rest;
  TaskInfo *tasks = (TaskInfo *)(void *)(rest + ids_size(message));
  memcpy(ids, message->answer.ids, ids_size(message));
  rest = (unsigned char *)(tasks + message->answer.n_tasks);
  for (uint32_t i = 0; i < message->answer.n_tasks; i++) {
    tasks[i] = message->answer.tasks[i];
    rest = take_in(&tasks[i].resources, rest);
  }
  copy->answer.ids = ids;
  copy->answer.tasks = tasks;
}

static void copy_offers(SimMessage *copy, unsigned char *rest, const SimMessage *message)
{
  OfferMessage *offers = (OfferMessage *)(void *)rest;
  rest = (unsigned char *)(offers + message->n);
  for (uint32_t i = 0; i < message->n; i++) {
    offers[i] = message->offers[i];
    rest = take_in(&offers[i].resources, rest);
  }
  copy->offers = offers;
}

SimMessage *sim_message_copy(void *block, const SimMessage *message)
{
  SimMessage *copy = block;
  unsigned char *rest = (unsigned char *)block + sizeof *copy;
  *copy = *message;
  if (has_answer(message)) {
    copy_answer(copy, rest, message);
  } else if (message->kind == SIM_MESSAGE_OFFERS) {
    copy_offers(copy, rest, message);
  } else if (has_status(message)) {
    TaskStatus *status = (TaskStatus *)(void *)rest;
    *status = *message->status;
    copy->status = status;
  } else if (message->kind == SIM_MESSAGE_LAUNCH) {
    TaskLaunch *launch = (TaskLaunch *)(void *)rest;
    *launch = *message->launch;
    take_in(&launch->resources, (unsigned char *)(launch + 1));
    copy->launch = launch;
  } else if (message->kind == SIM_MESSAGE_INVERSE_OFFERS) {
    memcpy(rest, message->inverse_offers, message->n * sizeof(InverseOfferMessage));
    copy->inverse_offers = (const InverseOfferMessage *)(const void *)rest;
  } else if (message->kind == SIM_MESSAGE_ERROR) {
    memcpy(rest, message->text, message->n);
    copy->text = (const char *)rest;
  }
  return copy;
}

int64_t sim_message_cost(const SimMessage *message, const Duration *costs)
{
  static const MasterCost kinds[] = {
      [SIM_MESSAGE_ACCEPT] = MASTER_COST_ACCEPT,
      [SIM_MESSAGE_DECLINE] = MASTER_COST_DECLINE,
      [SIM_MESSAGE_SUPPRESS] = MASTER_COST_SUPPRESS,
      [SIM_MESSAGE_REVIVE] = MASTER_COST_REVIVE,
      [SIM_MESSAGE_KILL] = MASTER_COST_KILL,
      [SIM_MESSAGE_ACKNOWLEDGE] = MASTER_COST_ACKNOWLEDGE,
      [SIM_MESSAGE_TEARDOWN] = MASTER_COST_TEARDOWN,
      [SIM_MESSAGE_INVERSE_ANSWER] = MASTER_COST_INVERSE_ANSWER,
      [SIM_MESSAGE_REQUEST] = MASTER_COST_REQUEST,
      [SIM_MESSAGE_RECONCILE] = MASTER_COST_RECONCILE,
      [SIM_MESSAGE_STATUS] = MASTER_COST_STATUS,
      [SIM_MESSAGE_EXECUTOR_EXITED] = MASTER_COST_EXECUTOR_EXITED,
      [SIM_MESSAGE_OFFERS] = MASTER_COST_OFFERS,
  };
  CHECK(message->kind < G_N_ELEMENTS(kinds));
  int64_t cost = costs[kinds[message->kind]].ns;
  if (message->kind == SIM_MESSAGE_ACCEPT)
    cost += message->answer.n_tasks * costs[MASTER_COST_ACCEPT_TASK].ns;
  else if (message->kind == SIM_MESSAGE_DECLINE)
    cost += message->n * costs[MASTER_COST_DECLINE_OFFER].ns;
  else if (message->kind == SIM_MESSAGE_OFFERS)
    cost += message->n * costs[MASTER_COST_OFFER].ns;
  return cost;
}
