/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-message.h"

#include <string.h>

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

size_t sim_message_size(const SimMessage *message)
{
  size_t size = sizeof *message;
  if (has_answer(message))
    size += ids_size(message) + message->answer.n_tasks * sizeof(TaskInfo);
  else if (message->kind == SIM_MESSAGE_OFFERS)
    size += message->n * sizeof(OfferMessage);
  else if (has_status(message))
    size += sizeof(TaskStatus);
  else if (message->kind == SIM_MESSAGE_LAUNCH)
    size += sizeof(TaskLaunch);
  return size;
}

static void copy_answer(SimMessage *copy, unsigned char *rest, const SimMessage *message)
{
  OfferId *ids = (OfferId *)(void *)rest;
  TaskInfo *tasks = (TaskInfo *)(void *)(rest + ids_size(message));
  memcpy(ids, message->answer.ids, ids_size(message));
  for (uint32_t i = 0; i < message->answer.n_tasks; i++) {
    tasks[i] = message->answer.tasks[i];
    resources_copy(&tasks[i].resources, &message->answer.tasks[i].resources);
  }
  copy->answer.ids = ids;
  copy->answer.tasks = tasks;
}

static void copy_offers(SimMessage *copy, unsigned char *rest, const SimMessage *message)
{
  OfferMessage *offers = (OfferMessage *)(void *)rest;
  for (uint32_t i = 0; i < message->n; i++) {
    offers[i] = message->offers[i];
    resources_copy(&offers[i].resources, &message->offers[i].resources);
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
    resources_copy(&launch->resources, &message->launch->resources);
    copy->launch = launch;
  }
  return copy;
}

static void clear(const Resources *resources)
{
  if (resources->special != NULL) {
    Resources owned = *resources;
    resources_clear(&owned);
  }
}

void sim_message_clear(SimMessage *copy)
{
  if (has_answer(copy)) {
    for (uint32_t i = 0; i < copy->answer.n_tasks; i++)
      clear(&copy->answer.tasks[i].resources);
  } else if (copy->kind == SIM_MESSAGE_OFFERS) {
    for (uint32_t i = 0; i < copy->n; i++)
      clear(&copy->offers[i].resources);
  } else if (copy->kind == SIM_MESSAGE_LAUNCH) {
    clear(&copy->launch->resources);
  }
}
