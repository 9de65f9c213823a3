/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a framework wants to be offered, as its group of the workload says it and as the master wants to hear it.
 */

#include "core/allocator.h"
#include "workload/experiment.h"

/**
 * sim_wishes_new:
 * @partition: (nullable): whose agents it is offered alone
 *
 * (transfer full) (nullable): the same for each of @n_roles; NULL: it wants anything.
 * Texts point into @spec. To be cleared, then freed with g_free().
 */
OfferWishes *sim_wishes_new(const FrameworkSpec *spec, const char *partition, uint32_t n_roles);
void sim_wishes_clear(OfferWishes *wishes);
