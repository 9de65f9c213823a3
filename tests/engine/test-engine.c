/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <glib.h>

#include "tests/engine/test-aborts.h"
#include "tests/support/test-main.h"

/*
 * Pins: the clock, the ends of a run, stop and poll, what counts as an event, handles seen from a handler.
 *
 * Does not pin: the order of ties (test-event-order.c).
 */

/* A handler that writes down what it is called with, and may do one thing more. */
typedef struct {
  SimEngine *engine;
  SimHandlerId handler;
  GArray *payloads; /* of uint64_t */
  GArray *instants; /* of int64_t */
  uint64_t stop_at; /* payload at which it stops the run; 0: never */
  uint64_t until;   /* posts payload + 1, one ns later, while the payload is below this */
} Log;

static void on_entry(void *self, uint64_t payload)
{
  Log *log = self;
  int64_t now_ns = sim_engine_now(log->engine).ns;
  g_array_append_val(log->payloads, payload);
  g_array_append_val(log->instants, now_ns);
  if (log->stop_at > 0 && payload == log->stop_at)
    sim_engine_stop(log->engine);
  if (payload < log->until)
    sim_engine_post(log->engine, (Instant){now_ns + 1}, SIM_PHASE_TASK, log->handler, payload + 1);
}

static void log_open(Log *log)
{
  *log = (Log){
      .engine = sim_engine_new(),
      .payloads = g_array_new(FALSE, FALSE, sizeof(uint64_t)),
      .instants = g_array_new(FALSE, FALSE, sizeof(int64_t)),
  };
  log->handler = sim_engine_add_handler(log->engine, "log", on_entry, log);
}

static void log_close(Log *log)
{
  sim_engine_free(log->engine);
  g_array_unref(log->payloads);
  g_array_unref(log->instants);
}

static void post(Log *log, int64_t at_ns, uint64_t payload)
{
  sim_engine_post(log->engine, (Instant){at_ns}, SIM_PHASE_TASK, log->handler, payload);
}

static void expect_logged(const Log *log, guint i, int64_t at_ns, uint64_t payload)
{
  ck_assert_uint_lt(i, log->payloads->len);
  ck_assert_uint_eq(g_array_index(log->payloads, uint64_t, i), payload);
  ck_assert_int_eq(g_array_index(log->instants, int64_t, i), at_ns);
}

START_TEST(a_new_engine_is_empty)
{
  g_autoptr(SimEngine) engine = sim_engine_new();
  ck_assert_int_eq(sim_engine_run(engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_int_eq(sim_engine_now(engine).ns, 0);
  ck_assert_uint_eq(sim_engine_events(engine), 0);
  ck_assert_uint_eq(sim_engine_pending(engine), 0);
  ck_assert_uint_gt(sim_engine_memory(engine), 0);
}
END_TEST

START_TEST(the_clock_is_the_entry_s_instant)
{
  Log log;
  log_open(&log);
  post(&log, 20, 2);
  post(&log, 10, 1);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  expect_logged(&log, 0, 10, 1);
  expect_logged(&log, 1, 20, 2);
  ck_assert_int_eq(sim_engine_now(log.engine).ns, 20);
  log_close(&log);
}
END_TEST

START_TEST(until_is_included_and_the_run_goes_on)
{
  Log log;
  log_open(&log);
  post(&log, 10, 1);
  post(&log, 20, 2);
  post(&log, 30, 3);
  ck_assert_int_eq(sim_engine_run(log.engine, (Instant){20}), SIM_RUN_UNTIL);
  ck_assert_uint_eq(log.payloads->len, 2);
  ck_assert_int_eq(sim_engine_now(log.engine).ns, 20);
  ck_assert_int_eq(sim_engine_run(log.engine, (Instant){25}), SIM_RUN_UNTIL);
  ck_assert_int_eq(sim_engine_now(log.engine).ns, 25);
  post(&log, 25, 4);
  ck_assert_int_eq(sim_engine_run(log.engine, (Instant){100}), SIM_RUN_EMPTY);
  expect_logged(&log, 2, 25, 4);
  expect_logged(&log, 3, 30, 3);
  ck_assert_int_eq(sim_engine_now(log.engine).ns, 30); /* not 100: nothing happened since */
  post(&log, 30, 5);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  expect_logged(&log, 4, 30, 5);
  log_close(&log);
}
END_TEST

START_TEST(stop_ends_the_run_after_the_handler)
{
  Log log;
  log_open(&log);
  log.stop_at = 2;
  for (uint64_t i = 1; i <= 4; i++)
    post(&log, 10, i);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_STOPPED);
  ck_assert_uint_eq(log.payloads->len, 2);
  ck_assert_uint_eq(sim_engine_pending(log.engine), 2);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_uint_eq(log.payloads->len, 4);
  log_close(&log);
}
END_TEST

typedef struct {
  unsigned calls;
  unsigned stop_at; /* call that says stop */
} Poll;

static bool on_poll(void *self)
{
  Poll *poll = self;
  return ++poll->calls == poll->stop_at;
}

START_TEST(poll_is_asked_every_so_many_entries)
{
  Log log;
  Poll poll = {.stop_at = 3};
  log_open(&log);
  log.until = 1000;
  post(&log, 0, 1);
  sim_engine_set_poll(log.engine, 100, on_poll, &poll);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_STOPPED);
  ck_assert_uint_eq(poll.calls, 3);
  ck_assert_uint_eq(log.payloads->len, 300);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_uint_eq(poll.calls, 10);
  sim_engine_set_poll(log.engine, 1, NULL, NULL);
  post(&log, 5000, 1000);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_uint_eq(poll.calls, 10);
  log_close(&log);
}
END_TEST

START_TEST(events_do_not_count_samples_nor_what_was_cancelled)
{
  Log log;
  log_open(&log);
  SimHandlerId other = sim_engine_add_handler(log.engine, "other", on_entry, &log);
  post(&log, 1, 1);
  sim_engine_post(log.engine, (Instant){2}, SIM_PHASE_SAMPLE, other, 2);
  SimEventHandle handle = sim_engine_schedule(log.engine, (Instant){3}, SIM_PHASE_TIMER, log.handler, 3);
  sim_engine_schedule(log.engine, (Instant){4}, SIM_PHASE_ALLOCATION, log.handler, 4);
  ck_assert_uint_eq(sim_engine_pending(log.engine), 4);
  ck_assert_uint_eq(sim_engine_pending_in_phase(log.engine, SIM_PHASE_TIMER), 1);
  ck_assert_uint_eq(sim_engine_pending_in_phase(log.engine, SIM_PHASE_SAMPLE), 1);
  ck_assert(sim_engine_cancel(log.engine, handle));
  ck_assert(!sim_engine_cancel(log.engine, handle));
  ck_assert_uint_eq(sim_engine_pending_in_phase(log.engine, SIM_PHASE_TIMER), 0);
  sim_engine_run(log.engine, INSTANT_NEVER);
  ck_assert_uint_eq(sim_engine_events(log.engine), 2);
  ck_assert_uint_eq(log.payloads->len, 3);
  ck_assert_uint_eq(sim_engine_handler_entries(log.engine, log.handler), 2);
  ck_assert_uint_eq(sim_engine_handler_entries(log.engine, other), 1);
  ck_assert_str_eq(sim_engine_handler_name(log.engine, other), "other");
  log_close(&log);
}
END_TEST

/* A handler that tries to cancel itself and does cancel a later entry of the same instant. */
typedef struct {
  SimEngine *engine;
  SimEventHandle own;
  SimEventHandle later;
  bool own_was_pending;
  bool later_was_pending;
  unsigned calls;
} Canceller;

static void on_cancel(void *self, uint64_t payload)
{
  Canceller *canceller = self;
  (void)payload;
  canceller->calls++;
  canceller->own_was_pending = sim_engine_cancel(canceller->engine, canceller->own);
  canceller->later_was_pending = sim_engine_cancel(canceller->engine, canceller->later);
}

START_TEST(handles_within_a_handler)
{
  Canceller canceller = {.engine = sim_engine_new()};
  SimHandlerId handler = sim_engine_add_handler(canceller.engine, "canceller", on_cancel, &canceller);
  canceller.own = sim_engine_schedule(canceller.engine, (Instant){5}, SIM_PHASE_TIMER, handler, 0);
  canceller.later = sim_engine_schedule(canceller.engine, (Instant){5}, SIM_PHASE_TIMER, handler, 0);
  ck_assert_int_eq(sim_engine_run(canceller.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_uint_eq(canceller.calls, 1);
  ck_assert(!canceller.own_was_pending);
  ck_assert(canceller.later_was_pending);
  sim_engine_free(canceller.engine);
}
END_TEST

/* A look ahead is a hint: where it is given it is right, and it changes nothing. */
typedef struct {
  SimEngine *engine;
  SimHandlerId handler;
  unsigned seen;
} Peeker;

static void on_peek(void *self, uint64_t payload)
{
  Peeker *peeker = self;
  uint64_t next = 0;
  if (sim_engine_peek(peeker->engine, peeker->handler, 2, &next)) {
    ck_assert_uint_eq(next, payload + 3);
    peeker->seen++;
  }
}

START_TEST(a_look_ahead)
{
  Peeker peeker = {.engine = sim_engine_new()};
  peeker.handler = sim_engine_add_handler(peeker.engine, "peeker", on_peek, &peeker);
  SimHandlerId other = sim_engine_add_handler(peeker.engine, "other", on_peek, &peeker);
  for (uint64_t i = 0; i < 10; i++)
    sim_engine_post(peeker.engine, (Instant){(int64_t)i + 5}, SIM_PHASE_TASK, peeker.handler, i);
  sim_engine_post(peeker.engine, (Instant){100}, SIM_PHASE_TASK, other, 10);
  ck_assert_int_eq(sim_engine_run(peeker.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_uint_eq(sim_engine_events(peeker.engine), 11);
  ck_assert_uint_gt(peeker.seen, 0);
  ck_assert_uint_le(peeker.seen, 7); /* the last three see nothing, or another handler's entry */
  sim_engine_free(peeker.engine);
}
END_TEST

START_TEST(never_is_not_kept)
{
  Log log;
  log_open(&log);
  sim_engine_post(log.engine, INSTANT_NEVER, SIM_PHASE_TASK, log.handler, 1);
  SimEventHandle handle = sim_engine_schedule(log.engine, INSTANT_NEVER, SIM_PHASE_TASK, log.handler, 1);
  ck_assert(sim_event_handle_is_none(handle));
  ck_assert(!sim_engine_cancel(log.engine, handle));
  ck_assert_uint_eq(sim_engine_pending(log.engine), 0);
  ck_assert_int_eq(sim_engine_run(log.engine, (Instant){100}), SIM_RUN_EMPTY);
  log_close(&log);
}
END_TEST

/* Adds many handlers from within a handler, so that their array moves while one of them runs. */
static void on_grow(void *self, uint64_t payload)
{
  Log *log = self;
  for (int i = 0; i < 1000; i++) {
    SimHandlerId handler = sim_engine_add_handler(log->engine, "grown", on_entry, log);
    if (i == 999)
      sim_engine_post(log->engine, sim_engine_now(log->engine), SIM_PHASE_TASK, handler, payload);
  }
}

START_TEST(handlers_added_by_a_handler)
{
  Log log;
  log_open(&log);
  SimHandlerId handler = sim_engine_add_handler(log.engine, "grow", on_grow, &log);
  sim_engine_post(log.engine, (Instant){7}, SIM_PHASE_SAMPLE, handler, 9);
  ck_assert_int_eq(sim_engine_run(log.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  expect_logged(&log, 0, 7, 9);
  log_close(&log);
}
END_TEST

START_TEST(engines_do_not_share)
{
  Log one, two;
  log_open(&one);
  log_open(&two);
  one.until = two.until = 50;
  post(&one, 0, 1);
  post(&two, 1000, 1);
  ck_assert_int_eq(sim_engine_run(one.engine, (Instant){10}), SIM_RUN_UNTIL);
  ck_assert_int_eq(sim_engine_run(two.engine, INSTANT_NEVER), SIM_RUN_EMPTY);
  ck_assert_int_eq(sim_engine_now(one.engine).ns, 10);
  ck_assert_int_eq(sim_engine_now(two.engine).ns, 1049);
  log_close(&one);
  log_close(&two);
}
END_TEST

START_TEST(posting_into_the_past)
{
  Log log;
  log_open(&log);
  post(&log, 10, 1);
  sim_engine_run(log.engine, INSTANT_NEVER);
  post(&log, 9, 2); /* aborts */
}
END_TEST

START_TEST(running_back)
{
  Log log;
  log_open(&log);
  post(&log, 10, 1);
  sim_engine_run(log.engine, INSTANT_NEVER);
  sim_engine_run(log.engine, (Instant){9}); /* aborts */
}
END_TEST

START_TEST(stopping_what_does_not_run)
{
  sim_engine_stop(sim_engine_new()); /* aborts */
}
END_TEST

START_TEST(an_unknown_handler)
{
  sim_engine_post(sim_engine_new(), INSTANT_ZERO, SIM_PHASE_TASK, (SimHandlerId){0}, 0); /* aborts */
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("engine");
  test_case(suite, a_new_engine_is_empty);
  test_case(suite, the_clock_is_the_entry_s_instant);
  test_case(suite, until_is_included_and_the_run_goes_on);
  test_case(suite, stop_ends_the_run_after_the_handler);
  test_case(suite, poll_is_asked_every_so_many_entries);
  test_case(suite, events_do_not_count_samples_nor_what_was_cancelled);
  test_case(suite, handles_within_a_handler);
  test_case(suite, a_look_ahead);
  test_case(suite, never_is_not_kept);
  test_case(suite, handlers_added_by_a_handler);
  test_case(suite, engines_do_not_share);
  test_case_aborts(suite, posting_into_the_past);
  test_case_aborts(suite, running_back);
  test_case_aborts(suite, stopping_what_does_not_run);
  test_case_aborts(suite, an_unknown_handler);
  return suite;
}
