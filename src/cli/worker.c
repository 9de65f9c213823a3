/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/check.h"
#include "cli/report.h"

#define STOP_PATIENCE_US (3 * G_USEC_PER_SEC)
#define LOG_MAX          65536 /* bytes of what a worker said that are looked at */

struct Worker {
  GPid process; /* 0: it has ended; read from other threads */
  char *log;
  GSource *watch;
  WorkerEnded ended;
  void *self;
  int64_t stop_asked; /* when first; 0: it was not */
};

/* --- its end ---------------------------------------------------------------------------------------------- */

/* The last line that it wrote: errors are one line, warnings come before. Without the name of the program, which
 * the batch says itself. */
static char *last_words(const Worker *worker)
{
  g_autofree char *text = NULL;
  gsize length;
  if (!g_file_get_contents(worker->log, &text, &length, NULL) || length == 0)
    return NULL;
  char *end = g_strchomp(length > LOG_MAX ? text + length - LOG_MAX : text);
  const char *line = strrchr(end, '\n');
  line = line == NULL ? end : line + 1;
  if (g_str_has_prefix(line, "sim: "))
    line += strlen("sim: ");
  return *line == '\0' ? NULL : g_strdup(line);
}

static WorkerEnd describe_end(const Worker *worker, int status)
{
  WorkerEnd end = {.stopped = worker->stop_asked != 0, .status = EXIT_RUN_FAILED};
  if (WIFSIGNALED(status)) {
    end.message = g_strdup_printf("its process was ended by a signal: %s", g_strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) == EXIT_WELL) {
    end.well = true;
  } else if (WEXITSTATUS(status) == EXIT_INTERRUPTED) {
    end.message = g_strdup("its process was asked to end");
  } else {
    end.message = last_words(worker);
    if (end.message == NULL)
      end.message = g_strdup_printf("its process ended with status %d", WEXITSTATUS(status));
    if (WEXITSTATUS(status) == EXIT_BAD_INPUT)
      end.status = EXIT_BAD_INPUT;
  }
  if (end.well || end.stopped)
    g_clear_pointer(&end.message, g_free);
  return end;
}

static void on_ended(GPid process, gint status, gpointer data)
{
  Worker *worker = data;
  g_spawn_close_pid(process);
  g_atomic_int_set(&worker->process, 0);
  WorkerEnd end = describe_end(worker, status);
  worker->ended(worker->self, worker, &end);
  g_free(end.message);
}

/* --- its start -------------------------------------------------------------------------------------------- */

/* In the child, before it becomes the worker: only what may be called there. Blocked signals and ignored ones are
 * inherited, and a batch has blocked those that it waits for. */
static void set_up(gpointer data)
{
  (void)data;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGTERM, SIG_DFL);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* The very file that this process runs: its name, so that tools show it; without one where another version has taken
 * that name by now. */
static char *program(void)
{
  g_autofree char *own = g_strdup_printf("/proc/%ld/exe", (long)getpid());
  g_autofree char *name = g_file_read_link(own, NULL);
  GStatBuf running, named;
  if (g_stat(own, &running) != 0)
    return g_find_program_in_path("sim");
  if (name != NULL && g_stat(name, &named) == 0 && named.st_dev == running.st_dev &&
      named.st_ino == running.st_ino)
    return g_steal_pointer(&name);
  return g_steal_pointer(&own);
}

static bool spawn(Worker *worker, const char *const *arguments, int log, GError **error)
{
  g_autofree char *file = program();
  if (file == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "cannot find the program sim to run it again");
    return false;
  }
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_ptr_array_add(argv, file);
  g_ptr_array_add(argv, (gpointer)(guintptr) "sim");
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add(argv, (gpointer)(guintptr)*arguments);
  g_ptr_array_add(argv, NULL);
  g_autoptr(GError) why = NULL;
  if (g_spawn_async_with_fds(NULL, (char **)argv->pdata, NULL,
                             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO |
                                 G_SPAWN_STDOUT_TO_DEV_NULL,
                             set_up, NULL, &worker->process, -1, -1, log, &why))
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "cannot start a worker: %s", why->message);
  return false;
}

Worker *worker_start(const char *const *arguments, const char *log, GMainContext *context, WorkerEnded ended,
                     void *self, GError **error)
{
  int file = g_open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "%s: %s", log, g_strerror(errno));
    return NULL;
  }
  Worker *worker = g_new0(Worker, 1);
  worker->log = g_strdup(log);
  worker->ended = ended;
  worker->self = self;
  bool started = spawn(worker, arguments, file, error);
  close(file);
  if (!started) {
    worker_free(worker);
    return NULL;
  }
  worker->watch = g_child_watch_source_new(worker->process);
  g_source_set_callback(worker->watch, G_SOURCE_FUNC(on_ended), worker, NULL);
  g_source_attach(worker->watch, context);
  return worker;
}

/* --- stopping ---------------------------------------------------------------------------------------------- */

/* The first SIGTERM asks the run to end and to keep what there is, the second not to keep it either. */
void worker_stop(Worker *worker)
{
  int64_t now = g_get_monotonic_time();
  if (worker->stop_asked == 0)
    worker->stop_asked = now;
  if (worker->process != 0)
    kill(worker->process, now - worker->stop_asked > STOP_PATIENCE_US ? SIGKILL : SIGTERM);
}

void worker_kill(Worker *worker)
{
  GPid process = g_atomic_int_get(&worker->process);
  if (process != 0)
    kill(process, SIGKILL);
}

void worker_free(Worker *worker)
{
  if (worker == NULL)
    return;
  CHECK(worker->process == 0);
  if (worker->watch != NULL) {
    g_source_destroy(worker->watch);
    g_source_unref(worker->watch);
  }
  g_free(worker->log);
  g_free(worker);
}
