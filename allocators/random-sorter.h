/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * random_sorter: a fresh weighted shuffle of the active clients for each visit, as Mesos's random sorter.
 *
 * The weight of a client is the product down its path of weight / (sum of the weights of the active siblings, itself
 * included); an inner node is active if a client below it is. The order is that of sorting by -u^(1/w) with a uniform u
 * for each client (Efraimidis and Spirakis): the first is client i with probability w(i) / sum of all w, the next
 * likewise among the rest, and so on. So clients are drawn one by one, as far as somebody asks: which is the same.
 * What clients hold does not count. Unlike other sorters it does not keep a subtree together: only its leaves are
 * shuffled.
 *
 * The draws are a function of the host's seed, the number of the visit, and the number of the sorter (in the order in
 * which the sorters of one context were made). Orders without a visit are numbered from 1.
 *
 * Cost: begin() O(1), O(clients) after a change of clients, activity or weights; next() O(log clients).
 * Context: RandomSorterContext.
 * Source: apache/mesos src/master/allocator/mesos/sorter/random/sorter.cpp; Efraimidis and Spirakis, Information
 * Processing Letters 97 (2006).
 */

#include "core/allocator.h"
#include "core/sorter.h"

typedef struct {
  AllocatorHost host;  /* .random is asked */
  uint32_t *n_sorters; /* that were made so far; grows */
} RandomSorterContext;

extern const SorterInterface random_sorter;
