/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what every allocator of the registry must keep: a complete table, a name, and the contract of
 * allocators/contract.h, rule by rule.
 *
 * Not here: that each rule finds what breaks it (tests/cli/test-check-allocator.py); whether a policy is the right one
 * (test-priority.c, tests/conformance, tests/properties).
 */

#include <glib.h>
#include <string.h>

#include "allocators/contract.h"
#include "allocators/registry.h"
#include "tests/support/test-main.h"

#define SCENARIOS 12 /* per rule and allocator; `sim check-allocator` plays more */

static const AllocatorInterface *allocator_at(int i)
{
  return allocator_list()[i];
}

static int count_allocators(void)
{
  int n = 0;
  while (allocator_list()[n] != NULL)
    n++;
  return n;
}

/* --- the table ------------------------------------------------------------------------------------------ */

START_TEST(the_table_is_complete)
{
  const AllocatorInterface *table = allocator_at(_i);
  ck_assert_uint_eq(table->abi_version, ALLOCATOR_ABI_VERSION);
  ck_assert_uint_eq(table->size, sizeof(AllocatorInterface));
  ck_assert(table->create && table->destroy && table->add_role && table->update_role);
  ck_assert(table->add_framework && table->remove_framework && table->activate_framework);
  ck_assert(table->deactivate_framework && table->update_framework);
  ck_assert(table->add_agent && table->remove_agent && table->update_agent && table->update_agent_attributes);
  ck_assert(table->activate_agent && table->deactivate_agent && table->update_whitelist);
  ck_assert(table->transition_offered_to_allocated && table->recover_resources);
  ck_assert(table->suppress_offers && table->revive_offers && table->run && table->tick);
  ck_assert(table->view_agent && table->share && table->count_filters && table->check);
  ck_assert(table->n_options == 0 || table->options != NULL);
}
END_TEST

START_TEST(it_is_found_by_its_name)
{
  const AllocatorInterface *table = allocator_at(_i);
  ck_assert_ptr_eq(allocator_find(table->name), table);
  ck_assert_uint_gt(strlen(table->name), 0);
  ck_assert_ptr_null(strpbrk(table->name, " \t\n/="));
  ck_assert_uint_gt(strlen(table->summary), 0);
  ck_assert_ptr_null(strpbrk(table->summary, "\n\t"));
  if (_i > 0)
    ck_assert_int_lt(strcmp(allocator_at(_i - 1)->name, table->name), 0);
  ck_assert_ptr_null(allocator_find("no such allocator"));
  ck_assert_ptr_null(allocator_find(""));
}
END_TEST

/* --- the contract --------------------------------------------------------------------------------------- */

static uint32_t count_rules(void)
{
  uint32_t n;
  contract_rules(&n);
  return n;
}

START_TEST(it_keeps_the_contract)
{
  uint32_t n = count_rules();
  uint32_t index = (uint32_t)_i % n;
  const ContractRule *rule = &contract_rules(&n)[index];
  const AllocatorInterface *allocator = allocator_at(_i / (int)n);
  g_autofree char *violation = NULL;
  ContractVerdict verdict = contract_judge(index, allocator, NULL, 1, SCENARIOS, &violation);
  ck_assert_msg(verdict == CONTRACT_KEPT || verdict == CONTRACT_NOT_DECLARED, "%s: %s: %s", allocator->name,
                rule->name, violation);
  ck_assert_ptr_null(violation);
  ck_assert_int_eq(verdict == CONTRACT_NOT_DECLARED,
                   rule->property != 0 && (allocator->properties & rule->property) == 0);
}
END_TEST

START_TEST(rules_have_names)
{
  uint32_t n;
  const ContractRule *rules = contract_rules(&n);
  uint32_t properties = 0;
  for (uint32_t i = 0; i < n; i++) {
    ck_assert_uint_gt(strlen(rules[i].summary), 0);
    for (uint32_t k = 0; k < i; k++)
      ck_assert_str_ne(rules[k].name, rules[i].name);
    properties |= rules[i].property;
  }
  ck_assert_uint_eq(properties, ALLOCATOR_WORK_CONSERVING | ALLOCATOR_USES_WEIGHTS |
                                    ALLOCATOR_USES_HIERARCHY | ALLOCATOR_NO_STARVATION |
                                    ALLOCATOR_USES_PRIORITY | ALLOCATOR_USES_DEMAND);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("contract");
  int n = count_allocators();
  test_case_loop(suite, the_table_is_complete, 0, n);
  test_case_loop(suite, it_is_found_by_its_name, 0, n);
  test_case_loop(suite, it_keeps_the_contract, 0, n * (int)count_rules());
  test_case(suite, rules_have_names);
  return suite;
}
