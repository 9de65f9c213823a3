/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/interrupt.h"
#include "cli/plugin.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/worker.h"
#include "metrics/results-merge.h"
#include "metrics/results-reader.h"
#include "report/format.h"

#define LOOK_MS    100 /* between two looks at interrupts and progress */
#define KEY_DIGITS 32  /* of a key in the name of its shard */

struct Batch {
  const BatchSettings *settings;
  char *folder;
  char *scratch;      /* (nullable): folder of its own in that of the settings */
  int lock;           /* the folder, open and locked; -1: there is none */
  GHashTable *before; /* keys of the runs of an output that was there */
  GHashTable *asked;  /* names of the shards of all points there ever were */
};

/* Where a worker runs, one point after the other. */
typedef struct {
  struct BatchRun *run;
  Worker *worker; /* NULL: free; read from another thread */
  uint32_t point;
} Slot;

typedef struct BatchRun {
  Batch *batch;
  const BatchPoint *points;
  uint32_t n;
  BatchEnough enough;
  void *self;

  GMainContext *context;
  Interrupt *interrupt;
  Progress *progress;
  Slot *slots;
  GPtrArray *ended; /* Worker *: freed at last, since another thread may be about to kill them */
  bool *done;
  uint32_t next; /* point that has not been looked at */
  uint32_t running;
  uint32_t asked;  /* the first so many have been shown to `enough` */
  uint32_t wanted; /* n, until `enough` says that it is */
  uint32_t failed;
  ProgressRuns counts;
  ExitStatus status; /* of the first failure */
} BatchRun;

/* --- the folder -------------------------------------------------------------------------------------------- */

static char *shard_name(const BatchPoint *point)
{
  return g_strdup_printf("%.*s.db", KEY_DIGITS, point->key);
}

char *batch_shard(const Batch *batch, const BatchPoint *point)
{
  if (g_hash_table_contains(batch->before, point->key))
    return g_strdup(batch->settings->output);
  g_autofree char *name = shard_name(point);
  return g_build_filename(batch->folder, name, NULL);
}

ResultsReader *batch_open_shard(const Batch *batch, const BatchPoint *point, uint32_t *index, GError **error)
{
  g_autofree char *shard = batch_shard(batch, point);
  g_autoptr(ResultsReader) reader = results_reader_open(shard, error);
  *index = reader == NULL ? 0 : results_reader_find(reader, point->key);
  if (reader != NULL && *index == UINT32_MAX) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "%s: somebody has taken the run away", shard);
    return NULL;
  }
  return g_steal_pointer(&reader);
}

static char *shard_log(const Batch *batch, const BatchPoint *point)
{
  return g_strdup_printf("%s/%.*s.log", batch->folder, KEY_DIGITS, point->key);
}

/* Removes from the folder @path what workers that are no more have left behind; and files with a name in @more. */
static void clean(const char *path, GHashTable *more)
{
  GDir *folder = g_dir_open(path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    g_autofree char *file = g_build_filename(path, name, NULL);
    if ((*name == '.' && strstr(name, ".partial-") != NULL) || g_str_has_suffix(name, ".log") ||
        (more != NULL && g_hash_table_contains(more, name)))
      g_unlink(file);
  }
  g_clear_pointer(&folder, g_dir_close);
}

static bool set_folder_error(const Batch *batch, GError **error)
{
  int why = errno;
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "%s: %s", batch->folder, g_strerror(why));
  return false;
}

static bool open_folder(Batch *batch, GError **error)
{
  if (g_mkdir(batch->folder, 0777) != 0 && errno != EEXIST)
    return set_folder_error(batch, error);
  batch->lock = g_open(batch->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (batch->lock < 0)
    return set_folder_error(batch, error);
  if (flock(batch->lock, LOCK_EX | LOCK_NB) == 0) {
    clean(batch->folder, NULL);
    return true;
  }
  int why = errno;
  close(batch->lock);
  batch->lock = -1;
  errno = why;
  if (why != EWOULDBLOCK)
    return set_folder_error(batch, error);
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "another sim is at work on %s: %s is locked",
              batch->settings->output, batch->folder);
  return false;
}

/* A place that cannot be written is found before hours of runs. */
static bool probe_output(const char *output, GError **error)
{
  Results *results = results_open(output, error);
  results_abandon(results);
  return results != NULL;
}

/* The runs of an output that is there. One that cannot be gone on with may hold days of work: it is left alone. */
static bool read_before(Batch *batch, GError **error)
{
  const char *output = batch->settings->output;
  GStatBuf status;
  if (g_stat(output, &status) != 0 || status.st_size == 0)
    return true;
  g_autoptr(GError) why = NULL;
  g_autoptr(ResultsReader) reader = results_reader_open(output, &why);
  g_auto(GStrv) keys = reader == NULL ? NULL : results_reader_keys(reader, &why);
  if (keys == NULL) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                "%s; it is not replaced: give another --output, or move it away", why->message);
    return false;
  }
  for (char **key = keys; *key != NULL; key++)
    if (**key != '\0')
      g_hash_table_add(batch->before, g_strdup(*key));
  return true;
}

/* A folder of its own, so that what killed workers leave there is known. */
static bool open_scratch(Batch *batch, GError **error)
{
  const char *scratch = batch->settings->scratch;
  if (scratch == NULL)
    return true;
  batch->scratch = g_build_filename(scratch, "sim-XXXXXX", NULL);
  if (g_mkdtemp(batch->scratch) != NULL)
    return true;
  int why = errno;
  g_clear_pointer(&batch->scratch, g_free);
  g_set_error(error, CLI_ERROR, CLI_ERROR_RUN, "--scratch %s: %s", scratch, g_strerror(why));
  return false;
}

static Batch *batch_new(const BatchSettings *settings)
{
  Batch *batch = g_new0(Batch, 1);
  batch->settings = settings;
  batch->folder = g_strdup_printf("%s.parts", settings->output);
  batch->lock = -1;
  batch->before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  batch->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return batch;
}

Batch *batch_open(const BatchSettings *settings, GError **error)
{
  CHECK(settings->workers > 0);
  g_autoptr(Batch) batch = batch_new(settings);
  if (!probe_output(settings->output, error) || !read_before(batch, error) || !open_folder(batch, error) ||
      !open_scratch(batch, error))
    return NULL;
  return g_steal_pointer(&batch);
}

void batch_free(Batch *batch)
{
  if (batch == NULL)
    return;
  if (batch->scratch != NULL) {
    clean(batch->scratch, NULL);
    g_rmdir(batch->scratch);
    g_free(batch->scratch);
  }
  if (batch->lock >= 0) {
    clean(batch->folder, batch->settings->temporary ? batch->asked : NULL);
    g_rmdir(batch->folder); /* where nothing is kept in it */
    close(batch->lock);
  }
  g_hash_table_unref(batch->before);
  g_hash_table_unref(batch->asked);
  g_free(batch->folder);
  g_free(batch);
}

/* Whether the run of @point is there, and whole. */
static bool is_there(const Batch *batch, const BatchPoint *point)
{
  if (g_hash_table_contains(batch->before, point->key))
    return true;
  g_autofree char *shard = batch_shard(batch, point);
  if (!g_file_test(shard, G_FILE_TEST_EXISTS))
    return false;
  g_autoptr(ResultsReader) reader = results_reader_open(shard, NULL);
  return reader != NULL && results_reader_find(reader, point->key) != UINT32_MAX;
}

/* Likewise; what is in its place and is not is removed. */
static bool is_done(const Batch *batch, const BatchPoint *point)
{
  if (is_there(batch, point))
    return true;
  g_autofree char *shard = batch_shard(batch, point);
  g_unlink(shard);
  return false;
}

bool batch_find_done(const BatchSettings *settings, const BatchPoint *points, uint32_t n, bool *done,
                     GError **error)
{
  g_autoptr(Batch) batch = batch_new(settings);
  if (!read_before(batch, error))
    return false;
  for (uint32_t i = 0; i < n; i++)
    done[i] = is_there(batch, &points[i]);
  return true;
}

/* --- workers ----------------------------------------------------------------------------------------------- */

static void take(GPtrArray *arguments, char *argument)
{
  g_ptr_array_add(arguments, argument);
}

/* Each in one word, whatever the value begins with. */
static char **worker_arguments(const Batch *batch, const BatchPoint *point)
{
  g_autofree char *shard = batch_shard(batch, point);
  GPtrArray *arguments = g_ptr_array_new();
  take(arguments, g_strdup("run"));
  take(arguments, g_strdup("--quiet"));
  take(arguments, g_strconcat("--workload=", point->workload, NULL));
  for (const char *const *one = point->overrides; one != NULL && *one != NULL; one++)
    take(arguments, g_strconcat("--set=", *one, NULL));
  take(arguments, g_strconcat("--allocator=", point->allocator, NULL));
  take(arguments, g_strdup_printf("--replication=%u", point->replication));
  take(arguments, g_strconcat("--output=", shard, NULL));
  if (batch->scratch != NULL)
    take(arguments, g_strconcat("--scratch=", batch->scratch, NULL));
  if (batch->settings->record_tasks)
    take(arguments, g_strdup("--record=tasks"));
  if (batch->settings->call_limit != NULL && plugin_is_path(point->allocator))
    take(arguments, g_strconcat("--plugin-call-limit=", batch->settings->call_limit, NULL));
  g_ptr_array_add(arguments, NULL);
  return (char **)g_ptr_array_free(arguments, FALSE);
}

static void report_failure(BatchRun *run, const BatchPoint *point, ExitStatus status, const char *message)
{
  progress_clear(run->progress);
  g_autoptr(GError) error = g_error_new(CLI_ERROR, CLI_ERROR_RUN, "%s: %s", point->label, message);
  report_error(error);
  if (run->failed++ == 0)
    run->status = status;
}

/* Shows `enough` the points that have become the first ones without a gap, one by one. */
static void advance(BatchRun *run)
{
  while (run->asked < run->wanted && run->done[run->asked]) {
    g_autoptr(GError) error = NULL;
    run->asked++;
    if (run->enough == NULL)
      continue;
    if (run->enough(run->self, run->batch, run->asked, &error)) {
      run->wanted = run->asked;
    } else if (error != NULL) {
      progress_clear(run->progress);
      run->status = report_error(error);
      run->failed++;
      run->wanted = run->asked;
    }
  }
}

static void on_worker_ended(void *self, Worker *worker, const WorkerEnd *end)
{
  Slot *slot = self;
  BatchRun *run = slot->run;
  const BatchPoint *point = &run->points[slot->point];
  g_autofree char *log = shard_log(run->batch, point);
  g_ptr_array_add(run->ended, worker);
  g_atomic_pointer_set(&slot->worker, NULL);
  run->running--;
  g_autofree char *shard = batch_shard(run->batch, point);
  /* A worker that was stopped or killed after its last word has left a whole run, too. */
  if (end->well ? g_file_test(shard, G_FILE_TEST_EXISTS) : is_done(run->batch, point)) {
    run->done[slot->point] = true;
    run->counts.done++;
    g_unlink(log);
    advance(run);
    return;
  }
  g_unlink(log);
  if (!end->stopped)
    report_failure(run, point, end->status, end->well ? "it left no results" : end->message);
}

/* --- the loop ---------------------------------------------------------------------------------------------- */

/* A second signal; in another thread, right before the process ends. Shards stay. */
static void abandon(void *self)
{
  BatchRun *run = self;
  for (uint32_t i = 0; i < run->batch->settings->workers; i++) {
    Worker *worker = g_atomic_pointer_get(&run->slots[i].worker);
    if (worker != NULL)
      worker_kill(worker);
  }
}

static bool is_stopping(const BatchRun *run)
{
  return interrupt_requested(run->interrupt) || (run->failed > 0 && !run->batch->settings->keep_going);
}

static bool start_point(BatchRun *run, Slot *slot, uint32_t number)
{
  const BatchPoint *point = &run->points[number];
  g_autofree char *log = shard_log(run->batch, point);
  g_auto(GStrv) arguments = worker_arguments(run->batch, point);
  g_autoptr(GError) error = NULL;
  slot->point = number;
  Worker *worker =
      worker_start((const char *const *)arguments, log, run->context, on_worker_ended, slot, &error);
  if (worker == NULL) {
    report_failure(run, point, EXIT_RUN_FAILED, error->message);
    return false;
  }
  g_atomic_pointer_set(&slot->worker, worker);
  run->running++;
  return true;
}

static void start_points(BatchRun *run)
{
  for (uint32_t i = 0; i < run->batch->settings->workers; i++) {
    Slot *slot = &run->slots[i];
    while (slot->worker == NULL && run->next < run->wanted && !is_stopping(run)) {
      uint32_t number = run->next++;
      if (!run->done[number])
        start_point(run, slot, number);
    }
  }
}

/* Those that are wanted no more. */
static void stop_points(BatchRun *run)
{
  bool all = interrupt_requested(run->interrupt);
  for (uint32_t i = 0; i < run->batch->settings->workers; i++) {
    Slot *slot = &run->slots[i];
    if (slot->worker != NULL && (all || slot->point >= run->wanted))
      worker_stop(slot->worker);
  }
}

static gboolean look(gpointer data)
{
  BatchRun *run = data;
  stop_points(run);
  run->counts.running = run->running;
  run->counts.total = run->wanted;
  progress_update_runs(run->progress, &run->counts);
  return G_SOURCE_CONTINUE;
}

static void loop(BatchRun *run)
{
  GSource *timer = g_timeout_source_new(LOOK_MS);
  g_source_set_callback(timer, look, run, NULL);
  g_source_attach(timer, run->context);
  advance(run);
  start_points(run);
  while (run->running > 0) {
    g_main_context_iteration(run->context, TRUE);
    stop_points(run);
    start_points(run);
  }
  g_source_destroy(timer);
  g_source_unref(timer);
}

/* --- a batch ----------------------------------------------------------------------------------------------- */

static void find_done(BatchRun *run)
{
  for (uint32_t i = 0; i < run->n; i++) {
    g_hash_table_add(run->batch->asked, shard_name(&run->points[i]));
    run->done[i] = is_done(run->batch, &run->points[i]);
    run->counts.done += run->done[i];
  }
  run->counts.before = run->counts.done;
  if (run->counts.before > 0 && !run->batch->settings->quiet)
    report_note("%u of %u runs are there already", run->counts.before, run->n);
}

static ExitStatus finish(BatchRun *run, uint32_t *wanted)
{
  const BatchSettings *settings = run->batch->settings;
  uint32_t kept = run->counts.done;
  *wanted = run->wanted;
  if (settings->temporary)
    return interrupt_requested(run->interrupt) ? EXIT_INTERRUPTED : run->failed > 0 ? run->status : EXIT_WELL;
  if (interrupt_requested(run->interrupt)) {
    if (kept > 0)
      report_note("interrupted: %u of %u runs are kept in %s; the same command goes on from there", kept,
                  run->n, run->batch->folder);
    else
      report_note("interrupted: none of %u runs was finished", run->n);
    return EXIT_INTERRUPTED;
  }
  if (run->failed == 0)
    return EXIT_WELL;
  if (kept > 0 && run->n > 1 && !settings->quiet)
    report_note("%u of %u runs are kept in %s; the same command goes on from there", kept, run->n,
                run->batch->folder);
  return run->status;
}

ExitStatus batch_run(Batch *batch, const BatchPoint *points, uint32_t n, BatchEnough enough, void *self,
                     uint32_t *wanted)
{
  g_autofree bool *done = g_new0(bool, MAX(n, 1));
  g_autofree Slot *slots = g_new0(Slot, batch->settings->workers);
  BatchRun run = {.batch = batch,
                  .points = points,
                  .n = n,
                  .enough = enough,
                  .self = self,
                  .context = g_main_context_new(),
                  .progress = progress_new(INSTANT_NEVER, batch->settings->progress),
                  .slots = slots,
                  .ended = g_ptr_array_new_with_free_func((GDestroyNotify)worker_free),
                  .done = done,
                  .wanted = n,
                  .counts = {.at_most = enough != NULL}};
  for (uint32_t i = 0; i < batch->settings->workers; i++)
    slots[i].run = &run;
  run.interrupt = interrupt_new(abandon, &run);
  find_done(&run);
  loop(&run);
  progress_clear(run.progress);
  ExitStatus status = finish(&run, wanted);
  interrupt_free(run.interrupt);
  progress_free(run.progress);
  g_ptr_array_unref(run.ended);
  g_main_context_unref(run.context);
  clean(batch->folder, NULL);
  return status;
}

/* --- merging ----------------------------------------------------------------------------------------------- */

static bool stop_asked(void *self)
{
  return interrupt_requested(self);
}

ExitStatus batch_merge(Batch *batch, const BatchPoint *points, uint32_t n)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  g_autofree ResultsPart *parts = g_new0(ResultsPart, MAX(n, 1));
  for (uint32_t i = 0; i < n; i++) {
    char *path = batch_shard(batch, &points[i]);
    g_ptr_array_add(paths, path);
    parts[i] = (ResultsPart){path, points[i].key, points[i].place};
  }
  g_autoptr(Interrupt) interrupt = interrupt_new(NULL, NULL);
  const ResultsMergeSettings settings = {.confidence = batch->settings->confidence,
                                         .scratch = batch->scratch,
                                         .stop = stop_asked,
                                         .self = interrupt};
  if (!results_merge(batch->settings->output, parts, n, &settings, NULL, &error)) {
    ExitStatus status = report_error(error);
    if (!batch->settings->temporary)
      report_note("the runs are kept in %s; the same command goes on from there", batch->folder);
    return g_error_matches(error, RESULTS_ERROR, RESULTS_ERROR_STOPPED) ? EXIT_INTERRUPTED : status;
  }
  clean(batch->folder, batch->asked);
  return EXIT_WELL;
}
