/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Pinned: the first signal is told and does nothing else, the second calls back and ends the process with
 * 130, ignored signals stay ignored, and everything is as before afterwards. Not pinned: how soon
 * (test-output.py).
 */

#include <glib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "tests/support/test-main.h"

static void wait_for_request(const Interrupt *interrupt)
{
  for (int i = 0; i < 5000 && !interrupt_requested(interrupt); i++)
    g_usleep(1000);
}

START_TEST(nothing_is_requested_without_a_signal)
{
  for (int i = 0; i < 100; i++) {
    g_autoptr(Interrupt) interrupt = interrupt_new(NULL, NULL);
    ck_assert(!interrupt_requested(interrupt));
  }
}
END_TEST

START_TEST(each_signal_is_a_request)
{
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  g_autoptr(Interrupt) interrupt = interrupt_new(NULL, NULL);
  ck_assert_int_eq(kill(getpid(), signals[_i]), 0);
  wait_for_request(interrupt);
  ck_assert(interrupt_requested(interrupt));
}
END_TEST

START_TEST(an_ignored_signal_stays_ignored)
{
  struct sigaction before;
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  ck_assert_int_eq(sigaction(SIGHUP, &ignore, &before), 0);
  Interrupt *interrupt = interrupt_new(NULL, NULL);
  ck_assert_int_eq(kill(getpid(), SIGHUP), 0);
  g_usleep(50000);
  ck_assert(!interrupt_requested(interrupt));
  interrupt_free(interrupt);
  ck_assert_int_eq(sigaction(SIGHUP, &before, NULL), 0);
}
END_TEST

START_TEST(a_user_signal_is_no_request)
{
  g_autoptr(Interrupt) interrupt = interrupt_new(NULL, NULL);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
    g_usleep(20000);
  }
  ck_assert(!interrupt_requested(interrupt));
  ck_assert_int_eq(kill(getpid(), SIGINT), 0);
  wait_for_request(interrupt);
  ck_assert(interrupt_requested(interrupt));
}
END_TEST

START_TEST(signals_are_blocked_only_while_it_lives)
{
  sigset_t before;
  sigset_t during;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, NULL, &before);
  Interrupt *interrupt = interrupt_new(NULL, NULL);
  pthread_sigmask(SIG_SETMASK, NULL, &during);
  interrupt_free(interrupt);
  pthread_sigmask(SIG_SETMASK, NULL, &after);
  ck_assert_int_eq(sigismember(&during, SIGINT), 1);
  ck_assert_int_eq(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
  ck_assert_int_eq(sigismember(&after, SIGUSR1), sigismember(&before, SIGUSR1));
}
END_TEST

static void say_abandoned(void *self)
{
  const int *pipe_end = self;
  (void)!write(*pipe_end, "x", 1);
}

/* In a child of its own: the second signal ends the process. */
START_TEST(the_second_signal_abandons_and_ends)
{
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    Interrupt *interrupt = interrupt_new(say_abandoned, &ends[1]);
    kill(getpid(), SIGINT);
    wait_for_request(interrupt);
    kill(getpid(), SIGTERM);
    g_usleep(5000000);
    _exit(99);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 130);
  char said = 0;
  ck_assert_int_eq(read(ends[0], &said, 1), 1);
  ck_assert_int_eq(said, 'x');
  close(ends[0]);
  close(ends[1]);
}
END_TEST

Suite *test_suite(void)
{
  Suite *suite = suite_create("interrupt");
  test_case(suite, nothing_is_requested_without_a_signal);
  test_case_loop(suite, each_signal_is_a_request, 0, 3);
  test_case(suite, an_ignored_signal_stays_ignored);
  test_case(suite, a_user_signal_is_no_request);
  test_case(suite, signals_are_blocked_only_while_it_lives);
  test_case(suite, the_second_signal_abandons_and_ends);
  return suite;
}
