/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The allocators that ship with the program, by name.
 */

#include <stdint.h>

#include "core/allocator.h"

/** allocator_find: the table of the allocator called @name, or NULL. */
const AllocatorInterface *allocator_find(const char *name);

/** allocator_list: (transfer none): all tables, NULL-terminated, in alphabetical order. */
const AllocatorInterface *const *allocator_list(void);
