/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "engine/event-queue.h"
#include "tests/engine/test-aborts.h"
#include "tests/support/test-main.h"

/*
 * Pins: each tie of the total order, by hand; the floor; handles; the first and the last instants that fit.
 *
 * Does not pin: random mixtures of all that (tests/properties/test-event-queue.c), times (tests/bench).
 */

static void add(SimEventQueue *queue, int64_t at_ns, SimPhase phase, uint64_t payload)
{
  sim_event_queue_add(queue, (Instant){at_ns}, phase, 0, payload);
}

/* Pops without limit, and expects these payloads and then nothing. */
static void expect(SimEventQueue *queue, const uint64_t *payloads, size_t n)
{
  SimEntry entry;
  for (size_t i = 0; i < n; i++) {
    ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
    ck_assert_uint_eq(entry.payload, payloads[i]);
  }
  ck_assert(!sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  sim_event_queue_check(queue);
}

#define expect_all(queue, ...)                                                                               \
  expect((queue), (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

START_TEST(empty)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  ck_assert(!sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  ck_assert(!sim_event_queue_pop(queue, INSTANT_ZERO, &entry));
  ck_assert_uint_eq(sim_event_queue_size(queue), 0);
  sim_event_queue_check(queue);
}
END_TEST

START_TEST(instant_first)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  add(queue, 30, SIM_PHASE_TASK, 3);
  add(queue, 10, SIM_PHASE_SAMPLE, 1);
  add(queue, 20, SIM_PHASE_TASK, 2);
  add(queue, 0, SIM_PHASE_SAMPLE, 0);
  expect_all(queue, 0, 1, 2, 3);
}
END_TEST

START_TEST(then_phase)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  add(queue, 10, SIM_PHASE_SAMPLE, 6);
  add(queue, 10, SIM_PHASE_ALLOCATION, 5);
  add(queue, 10, SIM_PHASE_TIMER, 4);
  add(queue, 10, SIM_PHASE_OPERATOR, 3);
  add(queue, 10, SIM_PHASE_ARRIVAL, 2);
  add(queue, 10, SIM_PHASE_MESSAGE, 1);
  add(queue, 10, SIM_PHASE_TASK, 0);
  expect_all(queue, 0, 1, 2, 3, 4, 5, 6);
}
END_TEST

START_TEST(then_order_of_adding)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  for (uint64_t i = 0; i < 5000; i++) /* more than any array or bucket holds */
    add(queue, NS_PER_S, (SimPhase)(i % 2), i);
  sim_event_queue_check(queue);
  SimEntry entry;
  for (uint64_t i = 0; i < 5000; i++) {
    ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
    ck_assert_uint_eq(entry.payload, i < 2500 ? 2 * i : 2 * (i - 2500) + 1);
  }
  ck_assert(!sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
}
END_TEST

/* While a later phase of an instant is popped, an entry is added in an earlier one: it is the next. */
START_TEST(earlier_phase_of_the_present_instant)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  add(queue, 10, SIM_PHASE_ALLOCATION, 1);
  add(queue, 10, SIM_PHASE_ALLOCATION, 4);
  add(queue, 11, SIM_PHASE_TASK, 7);
  ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  ck_assert_uint_eq(entry.payload, 1);
  add(queue, 10, SIM_PHASE_SAMPLE, 6);
  add(queue, 10, SIM_PHASE_ALLOCATION, 5);
  add(queue, 10, SIM_PHASE_TASK, 2);
  add(queue, 10, SIM_PHASE_MESSAGE, 3);
  sim_event_queue_check(queue);
  expect_all(queue, 2, 3, 4, 5, 6, 7);
}
END_TEST

START_TEST(limit)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  add(queue, 10, SIM_PHASE_TASK, 1);
  add(queue, 20, SIM_PHASE_TASK, 4);
  ck_assert(!sim_event_queue_pop(queue, (Instant){9}, &entry));
  ck_assert(sim_event_queue_pop(queue, (Instant){10}, &entry));
  ck_assert(!sim_event_queue_pop(queue, (Instant){15}, &entry));
  add(queue, 15, SIM_PHASE_TASK, 2); /* the floor is 15: from there on, not before 20 alone */
  add(queue, 16, SIM_PHASE_TASK, 3);
  sim_event_queue_check(queue);
  expect_all(queue, 2, 3, 4);
}
END_TEST

/* Where nothing is pending the floor stays, so that time can go on from the last entry. */
START_TEST(limit_of_an_empty_queue)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  SimEventHandle handle = sim_event_queue_add_cancellable(queue, (Instant){NS_PER_H}, SIM_PHASE_TASK, 0, 0);
  add(queue, 10, SIM_PHASE_TASK, 1);
  ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  ck_assert(sim_event_queue_cancel(queue, handle));
  ck_assert(!sim_event_queue_pop(queue, (Instant){2 * NS_PER_H}, &entry));
  ck_assert(!sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  add(queue, 10, SIM_PHASE_TASK, 2);
  add(queue, 11, SIM_PHASE_TASK, 3);
  expect_all(queue, 2, 3);
}
END_TEST

START_TEST(cancel)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  SimEventHandle one = sim_event_queue_add_cancellable(queue, (Instant){10}, SIM_PHASE_TIMER, 0, 1);
  SimEventHandle two = sim_event_queue_add_cancellable(queue, (Instant){10}, SIM_PHASE_TIMER, 0, 2);
  ck_assert(!sim_event_handle_is_none(one));
  ck_assert_uint_ne(one.value, two.value);
  ck_assert_uint_eq(sim_event_queue_size_in_phase(queue, SIM_PHASE_TIMER), 2);

  ck_assert(sim_event_queue_cancel(queue, one));
  ck_assert(!sim_event_queue_cancel(queue, one));
  ck_assert(!sim_event_queue_cancel(queue, SIM_EVENT_NONE));
  ck_assert_uint_eq(sim_event_queue_size(queue), 1);
  ck_assert_uint_eq(sim_event_queue_size_in_phase(queue, SIM_PHASE_TIMER), 1);
  sim_event_queue_check(queue);

  ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  ck_assert_uint_eq(entry.payload, 2);
  ck_assert(!sim_event_queue_cancel(queue, two)); /* popped before */
  SimEventHandle three = sim_event_queue_add_cancellable(queue, (Instant){20}, SIM_PHASE_TIMER, 0, 3);
  ck_assert(!sim_event_queue_cancel(queue, one)); /* though its place may be taken again */
  ck_assert(!sim_event_queue_cancel(queue, two));
  ck_assert(sim_event_queue_cancel(queue, three));
  expect(queue, NULL, 0);
}
END_TEST

START_TEST(far_instants)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  add(queue, INT64_MAX - 1, SIM_PHASE_TASK, 5);
  add(queue, INT64_MAX - 1, SIM_PHASE_SAMPLE, 6);
  add(queue, INT64_MAX - 2, SIM_PHASE_SAMPLE, 4);
  add(queue, INT64_C(1) << 62, SIM_PHASE_TASK, 3);
  add(queue, (INT64_C(1) << 60) - 1, SIM_PHASE_TASK, 2);
  add(queue, 1, SIM_PHASE_TASK, 1);
  sim_event_queue_check(queue);
  expect_all(queue, 1, 2, 3, 4, 5, 6);
}
END_TEST

/* Entries added one before the other within what has already been fetched: the sorted array overflows again
 * and again, at instants and at the present instant. */
START_TEST(descending_burst)
{
  g_autoptr(SimEventQueue) queue = sim_event_queue_new();
  SimEntry entry;
  add(queue, 1, SIM_PHASE_TASK, 0);
  add(queue, 1000000, SIM_PHASE_TASK, 1000000);
  ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
  for (int64_t at_ns = 10000; at_ns >= 2; at_ns--)
    add(queue, at_ns, SIM_PHASE_TASK, (uint64_t)at_ns);
  sim_event_queue_check(queue);
  for (uint64_t i = 2; i <= 10000; i++) {
    ck_assert(sim_event_queue_pop(queue, INSTANT_NEVER, &entry));
    ck_assert_uint_eq(entry.payload, i);
  }
  expect_all(queue, 1000000);
}
END_TEST

START_TEST(before_the_floor)
{
  SimEventQueue *queue = sim_event_queue_new();
  SimEntry entry;
  add(queue, 10, SIM_PHASE_TASK, 1);
  sim_event_queue_pop(queue, INSTANT_NEVER, &entry);
  add(queue, 9, SIM_PHASE_TASK, 2); /* aborts */
}
END_TEST

START_TEST(at_never)
{
  SimEventQueue *queue = sim_event_queue_new();
  sim_event_queue_add(queue, INSTANT_NEVER, SIM_PHASE_TASK, 0, 1); /* aborts */
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("event-order");
  test_case(suite, empty);
  test_case(suite, instant_first);
  test_case(suite, then_phase);
  test_case(suite, then_order_of_adding);
  test_case(suite, earlier_phase_of_the_present_instant);
  test_case(suite, limit);
  test_case(suite, limit_of_an_empty_queue);
  test_case(suite, cancel);
  test_case(suite, far_instants);
  test_case(suite, descending_burst);
  test_case_aborts(suite, before_the_floor);
  test_case_aborts(suite, at_never);
  return suite;
}
