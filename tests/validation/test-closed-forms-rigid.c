/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what a rigid framework sees, one that starts when it holds slots for all its k tasks of beta T: mean
 * ramp-up, completion and utilization against their exact forms (closed-form.h), by independent replications
 * of a whole simulation (slots.h); and in each replication, exactly to the nanosecond, that the framework
 * holds each slot from the first allocation run after it has become free, starts in the run in which it gets
 * the last one, and ends beta T later.
 *
 * Its utilization is allocated / (allocated + offered) of its own, a ratio of means. The intervals are
 * Student's, 99 % for all of the suite together; how many runs there are follows from the form.
 *
 * Not here: elastic frameworks (test-closed-forms-elastic.c), several frameworks that compete
 * (drf-examples.py).
 */

#include "tests/support/test-main.h"
#include "tests/validation/closed-form.h"
#include "tests/validation/slots.h"

typedef struct {
  bool exponential;
  uint32_t k;
  uint32_t n;
} Case;

static const Case cases[] = {
    {false, 10, 10}, {false, 100, 100}, {true, 10, 10}, {true, 100, 100}, {true, 10, 100},
};

#define BETA_T_NS (BETA * SLOTS_T_NS)

/* What must hold in each run, whatever has been drawn. */
static void check_run(const Case *c, const SlotsRun *run)
{
  int64_t started = slots_tick(run->free_at[c->k - 1]);
  int64_t offered = 0;
  for (uint32_t i = 0; i < c->k; i++)
    offered += started - slots_tick(run->free_at[i]);
  ck_assert_int_eq(run->start.ns, 1);
  ck_assert_int_eq(run->ramped_up.ns, started);
  ck_assert_int_eq(run->finish.ns, started + BETA_T_NS);
  ck_assert_int_eq(run->allocated, c->k * BETA_T_NS);
  ck_assert_int_eq(run->offered, offered);
}

START_TEST(rigid)
{
  const Case *c = &cases[_i];
  SlotsSpec spec = {c->n, c->k, c->exponential, true, c->k, BETA_T_NS, false};
  bool own = c->k == c->n;
  Form form = own ? form_ramp_up(c->exponential, c->k) : form_ramp_up_any(c->k, c->n);
  uint32_t runs = form_runs(&form, form_width(false));
  g_autoptr(Slots) slots = slots_new(&spec);
  Pairs ramp_up = {0}, completion = {0}, utilization = {0};
  for (uint32_t i = 0; i < runs; i++) {
    const SlotsRun *run = slots_run(slots, form_seed("rigid", c->exponential, c->k, c->n, i));
    check_run(c, run);
    pairs_add(&ramp_up, (double)instant_since(run->ramped_up, run->start).ns / SLOTS_T_NS, 1);
    pairs_add(&completion, (double)instant_since(run->finish, run->start).ns / SLOTS_T_NS, 1);
    pairs_add(&utilization, (double)run->allocated, (double)(run->allocated + run->offered));
  }
  form_title("rigid", c->exponential, c->k, c->n);
  form_test(&form, &ramp_up, form_width(false));
  if (!own)
    return;
  form = form_completion(c->exponential, true, c->k);
  form_test(&form, &completion, form_width(false));
  form = form_utilization(c->exponential, c->k);
  form_test(&form, &utilization, form_width(false));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("closed-forms-rigid");
  test_case_loop(suite, rigid, 0, G_N_ELEMENTS(cases));
  return suite;
}
