/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * KernelRun: a run in which more than filters and gpus matters, and the agent that it is looking at.
 *
 *   stage 1   (where guarantees lack something) each agent: roles whose guarantee lacks something, in order; their
 *             frameworks, in order: so much of what is unreserved as is lacking, what the role alone may have, and more
 *             of what is unreserved as far as limit and headroom allow
 *   stage 2   each agent, in another order: all roles, their frameworks: what they may have, as far as limit and
 *             headroom allow
 *
 * The order of roles is that at the beginning of a visit, the order of a role's frameworks that when its turn comes. An
 * agent that somebody got something of is looked at further, for the rest.
 *
 * Headroom: what guarantees still lack, of all roles together, is withheld from everybody else. While stage 1 gives what
 * is lacking, both shrink alike.
 */

#include "allocators/hierarchical-internal.h"

typedef struct {
  Allocator *kernel;
  Instant now;
  bool tick;
  bool scored; /* clients come first: an agent is looked at for one of them */
  bool dry;    /* an explanation: nothing is booked or offered */
  int stage;
  Quantities available; /* headroom */
  Quantities required;

  /* The visit. */
  AgentId id;
  SorterVisit visit;
  Quantities quantities; /* of what is free, for the visit */
  Resources free;        /* what is left; owned */
  Resources allocatable; /* of it, what the role at hand may have; owned */
  RoleId role;           /* at hand */
  bool bounded;          /* a quota concerns the role at hand: */
  KernelRoom room;       /* what it may have */
  ResourceSlices *given; /* shared volumes of the agent that have been offered in this run; owned */
  bool withheld;         /* quota or a policy kept something back */
  bool shared; /* shared volumes were left out that have been offered in this run; or all is for `chosen` */
  uint32_t chosen; /* the client that has everything of this run, where the hooks say so; or INDEX_NONE */
} KernelRun;

/* --- hierarchical-stages.c --- */

/** kernel_run_begin: a run, in stage 2. */
KernelRun kernel_run_begin(Allocator *kernel, Instant now, bool tick);

/** kernel_visit_settle: the agent has been looked at for all; @wake: when the first of its filters is over. */
void kernel_visit_settle(KernelRun *run, Instant wake);

/* --- hierarchical-scores.c --- */

/** kernel_run_scores: stage 2 where clients come first. */
void kernel_run_scores(KernelRun *run);

/* --- hierarchical-visit.c --- */

/** kernel_visit_begin: looks at @agent. Returns: whether it has something to give. */
bool kernel_visit_begin(KernelRun *run, AgentId agent);

/** kernel_visit_end: frees what the visit held. */
void kernel_visit_end(KernelRun *run);

/** kernel_visit_role: turns to @role. Returns: whether there is something that it might have in this stage. */
bool kernel_visit_role(KernelRun *run, RoleId role);

/** kernel_visit_look: what the client would be offered now. Returns: GATE_OFFERED, and @offer to be cleared; or why
 * nothing. @quota receives what of the offer counts for quota, @until when a filter is over. */
AllocatorGate kernel_visit_look(KernelRun *run, uint32_t client, Resources *offer, Quantities *quota,
                                Instant *until);

/** kernel_visit_grant: gives @offer to the client. */
void kernel_visit_grant(KernelRun *run, uint32_t client, const Resources *offer, const Quantities *quota);
