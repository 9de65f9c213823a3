/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Guard: somebody else's code runs in a child process, and its parent knows what it is doing.
 *
 *     guard_new() ---> guard_fork() ---> false: the parent ---> guard_wait() ---> GuardEnd, with the call in progress
 *                           |
 *                           '----------> true: the child: goes on, between guard_enter() and guard_leave() inside
 *                                        the plug-in; guard_free(), and ends as any process does
 *
 * Both share one page of memory: the call in progress, its instant, whether the child has come to its end, and the file
 * that is to be removed if it does not. A child that ends before its guard_free() was ended by the plug-in.
 *
 * Signals. Ctrl-C reaches both. The child ignores SIGINT, SIGTERM and SIGHUP; the parent takes them and passes each
 * on as one SIGUSR2, which Interrupt takes for a request to end. So a signal to the parent alone, and one to all
 * processes of a terminal, mean the same, and count once. What the caller of the program has switched off stays off.
 * A child whose parent is killed is killed too.
 *
 * The processor time of a call is that of the process while the call lasts, looked at some times a second. The
 * address of a name is the same on both sides, because the child is a copy: names are static strings.
 *
 * Not here: what is a plug-in (plugin.h).
 */

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/time.h"
#include "cli/exit-status.h"

#define GUARD_CALL_LIMIT_DEFAULT ((Duration){60 * NS_PER_S})

typedef struct Guard Guard;

/* The page; written by the child, read by the parent. */
typedef struct {
  atomic_uint_least64_t sequence; /* grows with each call */
  _Atomic(const char *) call;     /* a static string; NULL: outside the plug-in */
  atomic_int_least64_t at;        /* simulated nanoseconds; negative: none */
  atomic_bool done;               /* the child is at its end */
  atomic_bool leftover_set;       /* the next is whole */
  char leftover[4096];            /* file to be removed */
} GuardPage;

/* guard_enter, guard_leave: around each call into the plug-in. @call: "run". Cost: three stores. */
static inline void guard_enter(GuardPage *page, const char *call, Instant at)
{
  uint_least64_t sequence = atomic_load_explicit(&page->sequence, memory_order_relaxed);
  atomic_store_explicit(&page->sequence, sequence + 1, memory_order_relaxed);
  atomic_store_explicit(&page->at, at.ns, memory_order_relaxed);
  atomic_store_explicit(&page->call, call, memory_order_release);
}

static inline void guard_leave(GuardPage *page)
{
  atomic_store_explicit(&page->call, NULL, memory_order_release);
}

/* For calls that no instant belongs to. */
#define GUARD_NO_INSTANT ((Instant){-1})

typedef enum {
  GUARD_EXITED,      /* with a status, outside the plug-in */
  GUARD_INTERRUPTED, /* before it could hear of it by itself */
  GUARD_LEFT,        /* the plug-in ended the process */
  GUARD_CRASHED,     /* by a signal; outside the plug-in where there is no call */
  GUARD_ENDLESS,     /* a call took more than the limit; it has been killed */
} GuardEnd;

typedef struct {
  GuardEnd end;
  int status;       /* GUARD_EXITED, GUARD_LEFT */
  int signal;       /* GUARD_CRASHED */
  const char *call; /* in progress at the end; NULL: none */
  Instant at;       /* of that call; negative: none */
} GuardReport;

/** guard_new: Returns: (transfer full): a guard without a child. */
Guard *guard_new(void);

/** guard_free: in the child it is the last thing that is done with the plug-in. */
void guard_free(Guard *guard);

/** guard_page: (transfer none): valid as long as @guard, in parent and child. */
GuardPage *guard_page(Guard *guard);

/**
 * guard_fork: before any thread is made; again after guard_wait().
 * @error: CLI_ERROR_RUN: the system makes no process
 * @child: receives whether this is the child
 */
bool guard_fork(Guard *guard, bool *child, GError **error);

/** guard_set_leftover: in the child: @path is to be removed if it does not come to its end; NULL: nothing is. */
void guard_set_leftover(Guard *guard, const char *path);

/** guard_wait: in the parent, until the child has ended. @limit: of the processor time of one call. */
GuardReport guard_wait(Guard *guard, Duration limit);

/**
 * guard_command: makes the rest of a command a guarded child.
 * @plugin: what the user calls it, for messages
 * @status: receives the exit status, in the parent
 *
 * Returns: false in the child, which goes on; true in the parent, once the child has ended and what went wrong has
 * been said.
 */
bool guard_command(Guard *guard, const char *plugin, Duration limit, ExitStatus *status);

/** guard_describe: (transfer full) (nullable): what went wrong, to follow the name of the plug-in: "crashed in run() at
 * 12 s of simulated time: Segmentation fault"; NULL for GUARD_EXITED and GUARD_INTERRUPTED. */
char *guard_describe(const GuardReport *report, Duration limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Guard, guard_free)
