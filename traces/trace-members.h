/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TraceMembers: which framework and role each job of a trace belongs to.
 *
 *   gather:  trace_members_add() for each job, in the order of submission
 *   settle:  trace_members_settle() sorts, names and checks them; from then on trace_members_find()
 *
 * A member is a distinct pair of values, of the `frameworks` and of the `roles` mapping; and each copy of one. Numbers stand for
 * themselves, texts for their number in a table of this object.
 *
 * Cost: one hash lookup per job. Memory: per member and text.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "traces/trace-rows.h"
#include "workload/experiment.h"
#include "workload/job-source.h"

typedef struct {
  int64_t framework;
  int64_t role;
  uint32_t copy; /* of a user that was drawn more than once (trace-shake.h); 0: the first */
} TraceMemberKey;

typedef struct TraceMembers TraceMembers;

/**
 * trace_members_new:
 * @framework: with the mapping keys; must outlive the members
 * @file: what messages call the trace
 * @error: TRACE_ERROR_MAPPING: a mapping that the format does not know
 */
TraceMembers *trace_members_new(const FrameworkSpec *framework, const char *file, GError **error);

void trace_members_free(TraceMembers *members);

/** trace_members_key: the values of @row; texts are kept. */
TraceMemberKey trace_members_key(TraceMembers *members, const TraceRow *row);

/** trace_members_add: one more job of this member, submitted at @submit. */
void trace_members_add(TraceMembers *members, TraceMemberKey key, Instant submit);

/**
 * trace_members_settle:
 * @n: receives how many there are
 * @error: TRACE_ERROR_MAPPING: a value that cannot be a role path, two members of one name
 *
 * Returns: (transfer full): the frameworks, sorted by value, unknown values last; or NULL.
 */
SourceMember *trace_members_settle(TraceMembers *members, uint32_t *n, GError **error);

/** trace_members_find: the index of a member among those settled, INDEX_NONE where there is none. */
uint32_t trace_members_find(const TraceMembers *members, TraceMemberKey key);

/** source_members_free: frees what trace_members_settle() returned. */
void source_members_free(SourceMember *members, uint32_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TraceMembers, trace_members_free)
