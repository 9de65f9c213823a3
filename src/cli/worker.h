/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Worker: a process of this same program that runs one point of a batch (batch.h).
 *
 *     worker_start(arguments) ---> WorkerEnded is called in the loop of the context, once ---> worker_free()
 *             | GError: no process        ok | what it said, or how it ended
 *             '---- worker_stop(): asks it to end, at once; it ends all the same through WorkerEnded
 *
 * What it says on stderr goes to a file, so that a worker never waits for its reader. Ctrl-C on the terminal reaches
 * the batch only, which stops its workers; a worker whose batch is killed is killed too.
 *
 * Not here: which points there are, what becomes of the shards (batch.h).
 */

#include <glib.h>
#include <stdbool.h>

#include "cli/exit-status.h"

typedef struct Worker Worker;

/* How a worker has ended. */
typedef struct {
  bool well;
  bool stopped;      /* by worker_stop() */
  ExitStatus status; /* what such an end means for the batch */
  char *message;     /* (nullable): one line; NULL where it is well or stopped */
} WorkerEnd;

typedef void (*WorkerEnded)(void *self, Worker *worker, const WorkerEnd *end);

/**
 * worker_start:
 * @arguments: behind the name of the program, NULL-terminated
 * @log: file that receives what it says; replaced
 * @context: whose loop calls @ended
 * @error: CLI_ERROR_RUN: the file cannot be written, or the system makes no process
 */
Worker *worker_start(const char *const *arguments, const char *log, GMainContext *context, WorkerEnded ended,
                     void *self, GError **error);

/** worker_stop: may be called again and again: a worker that has not ended after some seconds is killed. */
void worker_stop(Worker *worker);

/** worker_kill: at once; from any thread. */
void worker_kill(Worker *worker);

/** worker_free: after it has ended. */
void worker_free(Worker *worker);
