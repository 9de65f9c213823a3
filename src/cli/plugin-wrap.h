/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The tables of a plug-in with each call noted in a GuardPage before it is made.
 *
 * Not here: loading and checking (plugin.c).
 */

#include "allocators/policy.h"
#include "cli/guard.h"
#include "core/allocator.h"

/* What a wrapped table is made of: its context. */
typedef struct {
  AllocatorInterface allocator; /* of the plug-in, extended; .create is NULL for a policy */
  PolicyInterface policy;       /* likewise */
  PolicyInterface policy_wrapped;
  GuardPage *page;
} PluginTables;

/** plugin_wrap_allocator: @wrapped receives a table that calls tables->allocator; @tables outlives it. */
void plugin_wrap_allocator(const PluginTables *tables, AllocatorInterface *wrapped);

/** plugin_wrap_policy: @wrapped receives the kernel, ordered by tables->policy. */
void plugin_wrap_policy(PluginTables *tables, AllocatorInterface *wrapped);
