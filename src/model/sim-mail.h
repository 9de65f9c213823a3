/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * SimMailbag: memory for messages that are on their way, of any size.
 *
 * Blocks come in powers of two and are used again, so that memory follows the largest number of messages in
 * flight at once and nothing is allocated per message in the long run.
 *
 * Cost: O(1) but for the first use of a block.
 */

#include <stddef.h>
#include <stdint.h>

#define SIM_MAIL_CLASSES 48

typedef struct {
  void *free_blocks[SIM_MAIL_CLASSES]; /* each begins with a pointer to the next */
  void **blocks;                       /* all that were ever made */
  uint32_t n_blocks;
  uint32_t space;
} SimMailbag;

/** sim_mail_take: a block of at least @size bytes, aligned for anything; its content is undefined. */
void *sim_mail_take(SimMailbag *bag, size_t size);

/** sim_mail_give: @size: as taken. */
void sim_mail_give(SimMailbag *bag, void *block, size_t size);

/** sim_mail_clear: frees all blocks, in flight or not. */
void sim_mail_clear(SimMailbag *bag);
