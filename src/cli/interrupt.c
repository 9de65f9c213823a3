/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/exit-status.h"

struct Interrupt {
  atomic_bool requested;
  atomic_bool over; /* the next signal is interrupt_free()'s own */
  pthread_t watcher;
  sigset_t signals;
  sigset_t before; /* mask of the thread that made this */
  void (*abandon)(void *self);
  void *self;
};

static void *watch(void *self)
{
  Interrupt *interrupt = self;
  for (;;) {
    int number;
    if (sigwait(&interrupt->signals, &number) != 0)
      continue;
    if (atomic_load(&interrupt->over))
      return NULL;
    if (number == SIGUSR1) /* somebody else's: nobody asked for an end */
      continue;
    if (atomic_exchange(&interrupt->requested, true)) {
      if (interrupt->abandon != NULL)
        interrupt->abandon(interrupt->self);
      _exit(EXIT_INTERRUPTED);
    }
  }
}

/* A signal that is ignored would be taken all the same once it is blocked: it is left alone. */
static void add_unless_ignored(sigset_t *signals, int number)
{
  struct sigaction action;
  if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
    sigaddset(signals, number);
}

Interrupt *interrupt_new(void (*abandon)(void *self), void *self)
{
  Interrupt *interrupt = g_new0(Interrupt, 1);
  interrupt->abandon = abandon;
  interrupt->self = self;
  sigemptyset(&interrupt->signals);
  add_unless_ignored(&interrupt->signals, SIGINT);
  add_unless_ignored(&interrupt->signals, SIGTERM);
  add_unless_ignored(&interrupt->signals, SIGHUP);
  sigaddset(&interrupt->signals, SIGUSR2); /* from the parent of a guarded child (guard.h) */
  sigaddset(&interrupt->signals, SIGUSR1); /* ends the watcher, whichever of the others are left */
  CHECK(pthread_sigmask(SIG_BLOCK, &interrupt->signals, &interrupt->before) == 0);
  CHECK(pthread_create(&interrupt->watcher, NULL, watch, interrupt) == 0);
  return interrupt;
}

bool interrupt_requested(const Interrupt *interrupt)
{
  return atomic_load_explicit(&interrupt->requested, memory_order_relaxed);
}

void interrupt_free(Interrupt *interrupt)
{
  if (interrupt == NULL)
    return;
  atomic_store(&interrupt->over, true);
  CHECK(pthread_kill(interrupt->watcher, SIGUSR1) == 0);
  CHECK(pthread_join(interrupt->watcher, NULL) == 0);
  CHECK(pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL) == 0);
  g_free(interrupt);
}
