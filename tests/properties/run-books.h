/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * RunBooks: what the two observers of a run tell, written down and held against itself.
 *
 * With each callback:
 *   - what is offered and allocated of an agent, added up from the offers and tasks alone, is never more than
 *     the agent has: no resource is offered or used twice;
 *   - an offer that ends was made and has not ended; so does a task that changes its state, and it leaves a
 *     terminal state never; its resources come back once, with the first one;
 *   - an attempt of a task is told once; a task finishes once; jobs reach one last state.
 * At the end, run_books_close(): everything that is not over is what the simulation says lives.
 *
 * What a run must have in common with runs under other allocators is kept beside, to be compared: submissions
 * and the lengths of finished tasks, under names that no allocator has a part in.
 */

#include <glib.h>
#include <stdint.h>

#include "model/simulation.h"

typedef struct {
  uint64_t key; /* of the job, within its group */
  uint32_t group;
  uint32_t stage;
  uint32_t index; /* of the task */
  uint32_t tasks; /* of the job, for a submission */
  int64_t ns;     /* when it was submitted, or how long it ran */
} BookEntry;

typedef struct RunBooks RunBooks;

/** run_books_new: @label: for messages. */
RunBooks *run_books_new(const char *label);
void run_books_free(RunBooks *books);

const MasterObserver *run_books_master_observer(const RunBooks *books);
const JobObserver *run_books_job_observer(const RunBooks *books);

/** run_books_close: after the run, which ended as @end. */
void run_books_close(RunBooks *books, const Simulation *simulation, SimulationEnd end);

/** run_books_compare: asserts that tasks which finished in both runs took as long, and (@open_arrivals) that
 * what was submitted until the earlier end is the same. */
void run_books_compare(RunBooks *a, RunBooks *b, bool open_arrivals, bool same_speed);

/** run_books_tasks: how many tasks were launched, offers made. */
uint64_t run_books_tasks(const RunBooks *books);
uint64_t run_books_offers(const RunBooks *books);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunBooks, run_books_free)
