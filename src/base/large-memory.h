/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Memory for records that are many and met in no order: in large pages where the system has them.
 *
 * The tables of a large run are tens of megabytes, more than the translation buffers of a processor cover in pages of
 * 4 KiB; what is asked for ahead of its use (base/prefetch.h) does not come while its page is not known. With pages of
 * 2 MiB it does. It is a wish only: results and limits are the same without.
 *
 * Not here: who needs it: base/array.h, base/pool.h.
 */

#include <stddef.h>

#define LARGE_PAGE ((size_t)2 << 20)

/** large_memory_alloc: (transfer full): @size bytes, whose content is garbage, on a cache line; on a large page where they
 * fill at least half of one. To be freed with g_aligned_free(). */
void *large_memory_alloc(size_t size);
