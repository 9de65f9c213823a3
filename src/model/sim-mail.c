/* SPDX-License-Identifier: Apache-2.0 */
#include "model/sim-mail.h"

#include <glib.h>

#include "base/check.h"

#define SMALLEST_BITS 6 /* 64 bytes */

static unsigned class_of(size_t size)
{
  unsigned bits = size <= (1u << SMALLEST_BITS) ? SMALLEST_BITS : (unsigned)g_bit_storage(size - 1);
  CHECK(bits - SMALLEST_BITS < SIM_MAIL_CLASSES);
  return bits - SMALLEST_BITS;
}

static void *make(SimMailbag *bag, unsigned class)
{
  if (bag->n_blocks == bag->space) {
    bag->space = MAX(16, 2 * bag->space);
    bag->blocks = g_renew(void *, bag->blocks, bag->space);
  }
  return bag->blocks[bag->n_blocks++] = g_malloc((size_t)1 << (class + SMALLEST_BITS));
}

void *sim_mail_take(SimMailbag *bag, size_t size)
{
  unsigned class = class_of(size);
  void **block = bag->free_blocks[class];
  if (block == NULL)
    return make(bag, class);
  bag->free_blocks[class] = *block;
  return block;
}

void sim_mail_give(SimMailbag *bag, void *block, size_t size)
{
  unsigned class = class_of(size);
  *(void **)block = bag->free_blocks[class];
  bag->free_blocks[class] = block;
}

void sim_mail_clear(SimMailbag *bag)
{
  for (uint32_t i = 0; i < bag->n_blocks; i++)
    g_free(bag->blocks[i]);
  g_free(bag->blocks);
  *bag = (SimMailbag){0};
}
