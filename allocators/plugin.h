/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Plug-ins: allocators that are loaded at run time (sim --allocator ./mine.so). The only header that a plug-in needs
 * to include: it includes the others.
 *
 *     mine.c --- cc -shared -fPIC $(pkg-config --cflags offersim-allocator) ---> mine.so
 *     sim check-allocator ./mine.so            a verdict for each rule of the contract
 *     sim run --workload W --allocator ./mine.so
 *
 * A plug-in is one shared object that exports one symbol, offersim_plugin, the descriptor below. It is of one of two
 * kinds:
 *
 *   policy      (policy.h) says in which order roles and frameworks are served; the hierarchical kernel keeps the
 *               books and enforces every gate. Most ideas are policies
 *   allocator   (core/allocator.h) all verbs, all books. The master checks each grant against its own books
 *
 * It links with nothing but the C library: what it needs of the program comes through the host table that create()
 * gets (AllocatorHost.helpers, PolicyHost). Functions that the headers only declare are not there.
 *
 * Binary interface. Versions stand in the descriptor, in each table, and in the table that it is handed. A newer
 * version only appends: to tables and to structs that cross by pointer. So
 *   1. a table of an older version works; what it does not have is NULL and zero;
 *   2. a table of a newer version is refused, and so is one with another magic or a missing function;
 *   3. structs that cross in arrays or within others never change: ids, Instant, Duration, Quantities, Resources with
 *      its slices, AllocatorUse, OfferWishes and what it refers to, AllocatorOption, PolicyClient, PolicyKey;
 *   4. enums only get new values at their end. What a plug-in does not know it ignores.
 *
 * What a run with a plug-in is. The run is a child process. Its parent knows the call in progress, bounds the
 * processor time of one call (--plugin-call-limit), and turns a crash or an endless call into a message and exit
 * status 1. Results name the plug-in's path and SHA-256.
 *
 * Contract:
 *   1. the same calls, the same answers: no clock, no address, no global state (two instances may live at a time);
 *   2. pointers are valid during the call only, unless it says otherwise; what is kept is copied;
 *   3. nothing it does through these tables can break the books of the master: it gets copies and ids only, and a
 *      grant of what is not free ends the run. Damaged memory is out of scope: a plug-in shares the address space of
 *      the program that loads it, so run only what you would run as yourself.
 *
 * Source: design. Not here: the template (allocators/template), loading (src/cli/plugin.h).
 */

#include "allocators/policy.h"
#include "core/allocator.h"

#define OFFERSIM_PLUGIN_MAGIC       UINT64_C(0x6e69677570736f31)
#define OFFERSIM_PLUGIN_ABI_VERSION 1
#define OFFERSIM_PLUGIN_SYMBOL      "offersim_plugin"

typedef enum {
  OFFERSIM_PLUGIN_POLICY = 1,
  OFFERSIM_PLUGIN_ALLOCATOR = 2,
} OffersimPluginKind;

typedef struct {
  uint64_t magic;                      /* OFFERSIM_PLUGIN_MAGIC */
  uint32_t abi_version;                /* OFFERSIM_PLUGIN_ABI_VERSION */
  uint32_t size;                       /* of this descriptor, in bytes */
  uint32_t kind;                       /* OffersimPluginKind */
  uint32_t reserved;                   /* 0 */
  const PolicyInterface *policy;       /* of a policy, else NULL */
  const AllocatorInterface *allocator; /* of an allocator, else NULL */
} OffersimPlugin;

/* Each plug-in defines it, with one of the two macros below. */
extern __attribute__((visibility("default"))) const OffersimPlugin offersim_plugin;

/** OFFERSIM_PLUGIN_OF_POLICY: defines the descriptor of a plug-in that is the policy @table, a PolicyInterface. */
#define OFFERSIM_PLUGIN_OF_POLICY(table)                                                                     \
  const OffersimPlugin offersim_plugin = {OFFERSIM_PLUGIN_MAGIC,                                             \
                                          OFFERSIM_PLUGIN_ABI_VERSION,                                       \
                                          sizeof(OffersimPlugin),                                            \
                                          OFFERSIM_PLUGIN_POLICY,                                            \
                                          0,                                                                 \
                                          &(table),                                                          \
                                          NULL}

/** OFFERSIM_PLUGIN_OF_ALLOCATOR: of one that is the allocator @table, an AllocatorInterface. */
#define OFFERSIM_PLUGIN_OF_ALLOCATOR(table)                                                                  \
  const OffersimPlugin offersim_plugin = {OFFERSIM_PLUGIN_MAGIC,                                             \
                                          OFFERSIM_PLUGIN_ABI_VERSION,                                       \
                                          sizeof(OffersimPlugin),                                            \
                                          OFFERSIM_PLUGIN_ALLOCATOR,                                         \
                                          0,                                                                 \
                                          NULL,                                                              \
                                          &(table)}
