/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pins what an elastic framework sees, one that starts a task on each slot as soon as it gets it: mean
 * ramp-up and completion against their exact forms (closed-form.h), by independent replications of a whole
 * simulation (slots.h); and in each replication that it takes each slot in the first allocation run after
 * that has become free and keeps it until its work is done.
 *
 * Completion is measured with the work cut into 1000 k beta tasks of T / 1000. Such a run is dear and varies
 * little; ramp-up varies much and would need a hundred thousand. So ramp-up is measured in runs of its own,
 * which end when it is reached and whose tasks outlast it. It is the same quantity: a slot whose task has
 * ended is given again in the allocation run of that very instant, and as the background asks for nothing any
 * more, to the same framework; so tasks of T / 1000 hold the same slots from the same instants on. The test
 * does not only say so: both kinds of run have the same seeds, hence the same A_i, and the ramp-up of each
 * dear run must equal that of its cheap twin to the nanosecond.
 *
 * Utilization has no interval: the framework answers each offer at once, so its own allocated / (allocated +
 * offered) is 1 in every run, and the cluster idles for less than an allocation interval per slot and, at the
 * end, a task.
 *
 * Not here: rigid frameworks (test-closed-forms-rigid.c), several frameworks that compete (drf-examples.py).
 */

#include <stdio.h>

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

#define TASK_NS (SLOTS_T_NS / 1000)
#define LONG_NS (SLOTS_T_NS * 1000) /* outlasts any ramp-up */

static double in_t(Instant at, const SlotsRun *run)
{
  return (double)instant_since(at, run->start).ns / SLOTS_T_NS;
}

/* The tasks cover the work from each slot's first allocation run on, but for less than a task at the end. */
static void check_completion(const Case *c, const SlotsRun *run)
{
  int64_t work = INT64_C(1000) * BETA * c->k * TASK_NS;
  int64_t held = 0;
  for (uint32_t i = 0; i < run->n_free; i++)
    held += MAX(run->finish.ns - slots_tick(run->free_at[i]), 0);
  ck_assert_int_eq(run->allocated, work);
  ck_assert_int_eq(run->offered, 0); /* utilization of its own is 1 */
  ck_assert_int_ge(held, work);
  ck_assert_int_lt(held, work + c->k * TASK_NS);
}

/* Of the whole cluster, background included, until the framework is done. */
static double cluster_utilization(const Case *c, const SlotsRun *run)
{
  double busy = (double)run->allocated;
  for (uint32_t i = 0; i < run->n_free; i++)
    busy += (double)MIN(run->free_at[i], run->finish.ns);
  return busy / (double)c->n / (double)run->finish.ns;
}

/* Fills @ramp_ups with those of the runs. */
static void completions(const Case *c, uint32_t runs, int64_t *ramp_ups)
{
  SlotsSpec spec = {c->n, c->k, c->exponential, false, 1000 * BETA * c->k, TASK_NS, false};
  g_autoptr(Slots) slots = slots_new(&spec);
  Pairs completion = {0}, ramp_up = {0};
  double busy = 1;
  for (uint32_t i = 0; i < runs; i++) {
    const SlotsRun *run = slots_run(slots, form_seed("elastic", c->exponential, c->k, c->n, i));
    check_completion(c, run);
    pairs_add(&completion, in_t(run->finish, run), 1);
    pairs_add(&ramp_up, in_t(run->ramped_up, run), 1);
    ramp_ups[i] = run->ramped_up.ns;
    busy = MIN(busy, cluster_utilization(c, run));
  }
  Form form = form_ramp_up(c->exponential, c->k);
  form.metric = "(its ramp-up)";
  form_print(&form, &ramp_up);
  form = form_completion(c->exponential, false, c->k);
  form_test(&form, &completion, form_width(true));
  printf(
      "#   utilization: its own is 1 in every run, that of the cluster until its completion at least %.6f\n",
      busy);
  ck_assert_double_ge(busy, 1 - (double)(SLOTS_INTERVAL_NS + TASK_NS) / (BETA * SLOTS_T_NS));
}

START_TEST(elastic)
{
  const Case *c = &cases[_i];
  bool own = c->k == c->n;
  form_title("elastic", c->exponential, c->k, c->n);

  Form completion = form_completion(c->exponential, false, c->k);
  uint32_t dear_runs = own ? form_runs(&completion, form_width(true)) : 0;
  g_autofree int64_t *ramp_ups = g_new0(int64_t, dear_runs + 1);
  if (own)
    completions(c, dear_runs, ramp_ups);

  Form form = own ? form_ramp_up(c->exponential, c->k) : form_ramp_up_any(c->k, c->n);
  uint32_t runs = MAX(form_runs(&form, form_width(false)), dear_runs);
  SlotsSpec spec = {c->n, c->k, c->exponential, false, c->k, LONG_NS, true};
  g_autoptr(Slots) slots = slots_new(&spec);
  Pairs ramp_up = {0};
  for (uint32_t i = 0; i < runs; i++) {
    const SlotsRun *run = slots_run(slots, form_seed("elastic", c->exponential, c->k, c->n, i));
    ck_assert_int_eq(run->ramped_up.ns, slots_tick(run->free_at[c->k - 1]));
    ck_assert_int_eq(run->offered, 0);
    if (i < dear_runs)
      ck_assert_int_eq(run->ramped_up.ns, ramp_ups[i]);
    pairs_add(&ramp_up, in_t(run->ramped_up, run), 1);
  }
  form_test(&form, &ramp_up, form_width(false));
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("closed-forms-elastic");
  test_case_loop(suite, elastic, 0, G_N_ELEMENTS(cases));
  return suite;
}
