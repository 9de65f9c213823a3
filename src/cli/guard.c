/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "report/format.h"

#define LOOK_NS (200 * NS_PER_MS) /* between two looks at the call in progress */

struct Guard {
  GuardPage *page; /* shared */
  pid_t child;
  bool is_child;
  sigset_t taken;  /* signals that the parent takes for the child */
  sigset_t before; /* mask of the parent */
};

Guard *guard_new(void)
{
  Guard *guard = g_new0(Guard, 1);
  void *page = mmap(NULL, sizeof(GuardPage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(page != MAP_FAILED);
  guard->page = page;
  return guard;
}

void guard_free(Guard *guard)
{
  if (guard == NULL)
    return;
  if (guard->is_child)
    atomic_store(&guard->page->done, true);
  munmap(guard->page, sizeof(GuardPage));
  g_free(guard);
}

GuardPage *guard_page(Guard *guard)
{
  return guard->page;
}

void guard_set_leftover(Guard *guard, const char *path)
{
  GuardPage *page = guard->page;
  atomic_store(&page->leftover_set, false);
  if (path == NULL)
    return;
  CHECK(g_strlcpy(page->leftover, path, sizeof page->leftover) < sizeof page->leftover);
  atomic_store(&page->leftover_set, true);
}

/* --- the two processes ---------------------------------------------------------------------------------- */

static bool is_ignored(int number)
{
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void begin_child(const Guard *guard, pid_t parent)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) /* it has ended already */
    _exit(1);
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
    signal(numbers[i], SIG_IGN);
  CHECK(sigprocmask(SIG_SETMASK, &guard->before, NULL) == 0);
}

bool guard_fork(Guard *guard, bool *child, GError **error)
{
  memset(guard->page, 0, sizeof *guard->page);
  sigemptyset(&guard->taken);
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
    if (!is_ignored(numbers[i]))
      sigaddset(&guard->taken, numbers[i]);
  sigaddset(&guard->taken, SIGCHLD);
  CHECK(sigprocmask(SIG_BLOCK, &guard->taken, &guard->before) == 0);

  fflush(NULL); /* or both would write it */
  pid_t parent = getpid();
  guard->child = fork();
  *child = guard->is_child = guard->child == 0;
  if (*child)
    begin_child(guard, parent);
  if (guard->child >= 0)
    return true;
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "no process can be made for the plug-in: %s",
              g_strerror(errno));
  CHECK(sigprocmask(SIG_SETMASK, &guard->before, NULL) == 0);
  return false;
}

/* --- watching ------------------------------------------------------------------------------------------- */

/* Processor time of the child so far; negative where it has ended. */
static int64_t child_cpu_ns(const Guard *guard)
{
  clockid_t clock;
  struct timespec now;
  if (clock_getcpuclockid(guard->child, &clock) != 0 || clock_gettime(clock, &now) != 0)
    return -1;
  return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The call that was seen in progress first, and the processor time then. */
typedef struct {
  uint64_t sequence;
  int64_t cpu_ns;
} Look;

/* Whether the call in progress is the same as at the last look, and for more than the limit. */
static bool is_endless(const Guard *guard, Look *look, Duration limit)
{
  bool inside = atomic_load(&guard->page->call) != NULL;
  uint64_t sequence = atomic_load(&guard->page->sequence);
  int64_t cpu_ns = child_cpu_ns(guard);
  if (!inside || sequence != look->sequence) {
    *look = (Look){sequence, cpu_ns};
    return false;
  }
  return cpu_ns >= 0 && look->cpu_ns >= 0 && cpu_ns - look->cpu_ns >= limit.ns;
}

static GuardReport report_end(const Guard *guard, int status, bool endless, bool interrupted)
{
  GuardReport report = {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                        .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                        .call = atomic_load(&guard->page->call),
                        .at = {atomic_load(&guard->page->at)}};
  if (endless)
    report.end = GUARD_ENDLESS;
  else if (WIFSIGNALED(status))
    report.end = interrupted && report.signal == SIGUSR2 ? GUARD_INTERRUPTED : GUARD_CRASHED;
  else if (!atomic_load(&guard->page->done) && !interrupted) /* a second signal ends it wherever it is */
    report.end = GUARD_LEFT;
  else
    report.end = GUARD_EXITED;
  return report;
}

GuardReport guard_wait(Guard *guard, Duration limit)
{
  int status = 0;
  bool endless = false;
  bool interrupted = false;
  Look look = {0, -1};
  const struct timespec wait = {.tv_nsec = LOOK_NS};
  while (waitpid(guard->child, &status, WNOHANG) != guard->child) {
    int number = sigtimedwait(&guard->taken, NULL, &wait);
    if (number > 0 && number != SIGCHLD) {
      interrupted = true;
      kill(guard->child, SIGUSR2);
    } else if (!endless && is_endless(guard, &look, limit)) {
      endless = true;
      kill(guard->child, SIGKILL);
    }
  }
  GuardReport report = report_end(guard, status, endless, interrupted);
  if (atomic_load(&guard->page->leftover_set) && report.end != GUARD_EXITED)
    unlink(guard->page->leftover);
  CHECK(sigprocmask(SIG_SETMASK, &guard->before, NULL) == 0);
  return report;
}

bool guard_command(Guard *guard, const char *plugin, Duration limit, ExitStatus *status)
{
  bool child;
  g_autoptr(GError) error = NULL;
  if (!guard_fork(guard, &child, &error)) {
    *status = report_error(error);
    return true;
  }
  if (child)
    return false;
  GuardReport report = guard_wait(guard, limit);
  g_autofree char *wrong = guard_describe(&report, limit);
  if (wrong == NULL) {
    *status = report.end == GUARD_INTERRUPTED ? EXIT_INTERRUPTED : (ExitStatus)report.status;
    return true;
  }
  if (progress_possible())
    fputs("\r\033[K", stderr); /* what the child may have left there */
  g_set_error(&error, CLI_ERROR, CLI_ERROR_RUN, "plug-in %s: %s", plugin, wrong);
  *status = report_error(error);
  return true;
}

/* --- words ---------------------------------------------------------------------------------------------- */

char *guard_describe(const GuardReport *report, Duration limit)
{
  /* A verb, or what is no function: "its constructors". */
  bool verb = report->call != NULL && strchr(report->call, ' ') == NULL;
  g_autofree char *call =
      report->call == NULL ? NULL : g_strdup_printf("in %s%s", report->call, verb ? "()" : "");
  g_autofree char *at = format_seconds(duration_seconds((Duration){report->at.ns}));
  g_autofree char *where = NULL;
  if (call == NULL)
    where = g_strdup("outside of its calls");
  else if (report->at.ns < 0)
    where = g_steal_pointer(&call);
  else
    where = g_strdup_printf("%s at %s of simulated time", call, at);
  g_autofree char *seconds = format_seconds(duration_seconds(limit));
  switch (report->end) {
  case GUARD_LEFT:
    return g_strdup_printf("ended the process %s, with status %d", where, report->status);
  case GUARD_CRASHED:
    return g_strdup_printf("crashed %s: %s", where, g_strsignal(report->signal));
  case GUARD_ENDLESS:
    return g_strdup_printf("took more than %s of processor time %s", seconds, where);
  case GUARD_EXITED:
  case GUARD_INTERRUPTED:
  default:
    return NULL;
  }
}
