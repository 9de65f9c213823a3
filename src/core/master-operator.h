/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What operator calls share: refusing, checking, ending. For master-operator.c (weights, agents, whitelist), master-quota.c,
 * master-maintenance.c and master-reservations.c alone. The calls themselves are in operator.h.
 *
 * Shape of a call: check everything, into a result; where it is OPERATOR_DONE, do it; end.
 */

#include "core/master-internal.h"
#include "core/operator.h"

/** master_operator_refuse: fills @error. Returns: @result. */
OperatorResult master_operator_refuse(GError **error, OperatorResult result, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/** master_operator_end: tells the observer and passes requests of the allocator on. Returns: @result. */
OperatorResult master_operator_end(Master *master, Instant now, OperatorCall call, const char *subject,
                                   OperatorResult result);
OperatorResult master_operator_end_agent(Master *master, Instant now, OperatorCall call, AgentId agent,
                                         OperatorResult result);

/** master_operator_check_agent: OPERATOR_UNKNOWN where it is not registered now. */
OperatorResult master_operator_check_agent(const Master *master, AgentId agent, GError **error);

/** master_operator_check_role: a valid path that is not in @seen, the set of those of this call, to which it is added. */
OperatorResult master_operator_check_role(const char *role, GHashTable *seen, GError **error);
