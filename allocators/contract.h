/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The contract of an allocator, as a suite of rules: our tests judge every allocator that ships by it, and whoever
 * writes a plug-in judges theirs (sim check-allocator).
 *
 *   safety      every allocator keeps it: what is offered is free, and the receiver may have it; the same calls bring
 *               the same offers; instances know nothing of each other; there is an answer within a stated bound
 *   properties  declared in the table (AllocatorProperty): each one declared is tested, the others are not
 *
 * Each rule plays scenarios that are drawn from a seed. The host of the scenario keeps books of its own, in the
 * plainest way, and looks at every offer; only what breaks the rule in question counts, so that one fault breaks one
 * rule. A scenario uses the features that its rule needs: an allocator that knows nothing of gpus fails `gpus` alone.
 * Ticks are made only where the allocator asked for them, as by the master.
 *
 * A crash or an endless call ends the process: whoever cannot trust the allocator judges each rule in a child process.
 *
 * Not here: what Mesos decides in each case (tests/conformance), what one policy promises (its header, its tests).
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/allocator.h"

#define CONTRACT_SCENARIOS_DEFAULT 20

/* `answers`: how long something free that somebody may have waits for an offer, at most, in allocation intervals. */
#define CONTRACT_ANSWER_INTERVALS 100

typedef struct {
  const char *name;    /* "only-free" */
  const char *summary; /* what holds, one line */
  uint32_t property;   /* the AllocatorProperty that declares it; 0: safety */
} ContractRule;

typedef enum {
  CONTRACT_KEPT,
  CONTRACT_BROKEN,
  CONTRACT_NOT_DECLARED,
  CONTRACT_NOT_JUDGED, /* another rule is broken, without which this one means nothing */
} ContractVerdict;

/** contract_rules: (transfer none): all rules, @n of them, safety first. */
const ContractRule *contract_rules(uint32_t *n);

/**
 * contract_judge:
 * @rule: below the number of rules
 * @option_values: as AllocatorSettings.option_values; NULL: all default
 * @seed: of the scenarios
 * @n_scenarios: how many are drawn, at most; it ends with the first that breaks the rule
 * @violation: (out) (transfer full) (nullable): the first violation: what was wrong, then the last calls, in lines
 *
 * Cost: some milliseconds per scenario.
 */
ContractVerdict contract_judge(uint32_t rule, const AllocatorInterface *allocator,
                               const char *const *option_values, uint64_t seed, uint32_t n_scenarios,
                               char **violation);

/** contract_options_check: whether @allocator takes these options. @message: (out) (transfer full): why not. */
bool contract_options_check(const AllocatorInterface *allocator, const char *const *option_values,
                            char **message);
