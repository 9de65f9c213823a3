/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * AgentPicture: who has what on which agent at one instant, what waits, and which free agents are refused to whom.
 *
 *   whoever samples                                                      read by
 *     picture_begin()              what each framework demands
 *       picture_agent(), then picture_use() for each of its uses    ---> sharing.h        (bundles)
 *       picture_is_asked() ? picture_gate() for each framework      ---> decomposition.h  (what is free, and why)
 *
 * Amounts count numbers of ranges (ports), and leave out shared volumes, of which there is always enough. Where more is in
 * use than an agent has (its revocable resources became fewer), what is free is nothing, not less.
 *
 * Invariant: of each agent and kind, total = used + offered + the sum of its pieces.
 *
 * It is made anew for each sample; memory is used again. Cost: O(agents + tasks + offers + sizes demanded), and O(frameworks)
 * bytes for each agent that is asked about.
 * Not here: the master, whose books these are.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/ids.h"
#include "base/resources.h"
#include "metrics/demand-sizes.h"

/* What a free agent is to a framework. */
typedef enum {
  PICTURE_OPEN,       /* offered, or about to be */
  PICTURE_FILTERED,   /* refused: by a filter of the framework, or it wants no offers at all now */
  PICTURE_HELD_BACK,  /* kept from it: by a quota, or by an operator */
  PICTURE_TOO_LITTLE, /* less than an offer must hold */
  PICTURE_UNWANTED,   /* the framework does not want this agent, or cannot use it */
} PictureGate;

/* What one framework has on one agent. */
typedef struct {
  uint32_t framework;
  Quantities amounts;
} PictureHolding;

/* A part of what is free on an agent; never empty. */
typedef struct {
  Quantities amounts;
  uint32_t reservation; /* RESERVATION_NONE */
  bool revocable;
} PicturePiece;

typedef struct {
  AgentId id;
  Quantities total;
  Quantities used; /* by tasks and executors */
  Quantities offered;
  uint32_t holdings, n_holdings; /* range of AgentPicture.holdings */
  uint32_t pieces, n_pieces;     /* range of AgentPicture.pieces */
  uint32_t gates;                /* place in AgentPicture.gates, or INDEX_NONE: open to all */
} PictureAgent;

typedef struct {
  int64_t tasks;           /* that run, or are about to */
  int64_t waiting;         /* tasks that have no place yet; at most DEMAND_ENDLESS */
  uint32_t sizes, n_sizes; /* range of AgentPicture.sizes */
} PictureFramework;

/* To be read, not written. */
typedef struct {
  const DemandSizes *demands;
  Array(PictureAgent) agents;
  Array(PictureHolding) holdings;
  Array(PicturePiece) pieces;
  Array(PictureFramework) frameworks;
  Array(DemandSize) sizes; /* tasks: those that wait */
  Array(uint8_t) gates;    /* PictureGate: one for each framework, for each agent that has any */
} AgentPicture;

/** picture_clear: frees what it owns; a picture of zeros is allowed, and is how one begins. */
void picture_clear(AgentPicture *picture);

/** picture_begin: forgets what was there. @demands: stays as it is while uses are told. */
void picture_begin(AgentPicture *picture, const DemandSizes *demands, uint32_t n_frameworks);

/** picture_agent: one more agent; its uses come next. */
void picture_agent(AgentPicture *picture, AgentId id, const Resources *total, const Resources *free);

typedef enum {
  PICTURE_TASK,
  PICTURE_EXECUTOR,
  PICTURE_OFFER,
} PictureUse;

/** picture_use: what @framework has of the agent that came last. */
void picture_use(AgentPicture *picture, PictureUse use, uint32_t framework, const Resources *resources);

/** picture_is_asked: whether something waits that would fit what is free on the agent at @agent in picture->agents, so that
 * it matters to whom the agent is open. After all uses. Cost: O(frameworks x sizes). */
bool picture_is_asked(const AgentPicture *picture, uint32_t agent);

/** picture_gate: what this agent is to @framework. @offerable: (nullable): where it is open or filtered, what is left of it
 * for an offer: where no task that waits fits that, the rest is held back. Of several answers (a framework may have several roles) the first in the
 * order of PictureGate counts. Once one is given, the agent is PICTURE_UNWANTED to all of whom nothing is said. */
void picture_gate(AgentPicture *picture, uint32_t agent, uint32_t framework, PictureGate gate,
                  const Resources *offerable);

/** picture_gate_of: what the agent is to @framework. */
static inline PictureGate picture_gate_of(const AgentPicture *picture, const PictureAgent *agent,
                                          uint32_t framework)
{
  return agent->gates == INDEX_NONE ? PICTURE_OPEN
                                    : (PictureGate)picture->gates.items[agent->gates + framework];
}

/** picture_whole: how many tasks of this size @amounts have room for, at most @limit. */
int64_t picture_whole(const Quantities *amounts, const Quantities *task, int64_t limit);
